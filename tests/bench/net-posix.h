/*
 * tests/bench/net-posix.h - non-blocking loopback connections in one epoll loop, for generator and sink.
 *
 * As cheap as it can be, so that the two cores belong to the relay that is measured.
 *
 * Threads: one loop and its connections belong to one thread.
 */
#ifndef IST_TESTS_BENCH_NET_POSIX_H
#define IST_TESTS_BENCH_NET_POSIX_H

#include <glib.h>
#include <openssl/ssl.h>
#include <sys/uio.h>

typedef struct _BenchLoop BenchLoop;
typedef struct _BenchConn BenchConn;

struct _BenchConn
{
  BenchLoop *loop;
  int fd;
  GByteArray *in;  /* what came and was not consumed */
  GString *head;   /* copied output */
  GString *tail;
  struct iovec pieces[3]; /* head, a borrowed body, tail */
  guint n_pieces, piece;
  SSL *ssl;
  gboolean handshaking;
  gboolean closed; /* freed at the end of the round */
  guint32 events;
  gpointer user;
  GDestroyNotify free_user; /* NULL: `user` is not ours */
  void (*readable) (BenchConn *conn); /* also: connected, handshake done (with nothing in `in`) */
  void (*gone) (BenchConn *conn);     /* the peer closed or the connection failed; NULL is allowed */
};

BenchLoop *bench_loop_new (void);
void bench_loop_free (BenchLoop *loop);

/* Listens on 127.0.0.1 (port 0: any; the port is returned, 0 on failure). `accepted` gets new connections
 * and sets their callbacks. */
guint16 bench_loop_listen (BenchLoop *loop, guint16 port, void (*accepted) (BenchConn *conn, gpointer user),
                           gpointer user);

/* Waits at most `msecs` and handles what happened. */
void bench_loop_round (BenchLoop *loop, int msecs);

/* Connects to 127.0.0.1:port. NULL when not even that can be begun. */
BenchConn *bench_conn_open (BenchLoop *loop, guint16 port, gpointer user,
                            void (*readable) (BenchConn *conn), void (*gone) (BenchConn *conn));

/* Sends conn->head, `body` (borrowed until it is sent) and conn->tail. */
void bench_conn_send (BenchConn *conn, const char *body, gsize size_bytes);
gboolean bench_conn_is_sending (const BenchConn *conn);

/* Begins a TLS handshake as a client; readable() is called when it is done. */
void bench_conn_start_tls (BenchConn *conn, SSL_CTX *context);

void bench_conn_close (BenchConn *conn);

#endif
