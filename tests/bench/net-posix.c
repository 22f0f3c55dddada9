#include "config.h"

#include "tests/bench/net-posix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES (256 * 1024)

struct _BenchLoop
{
  int epoll;
  int listener;
  void (*accepted) (BenchConn *conn, gpointer user);
  gpointer user;
  GHashTable *conns; /* set */
  GPtrArray *closed; /* to be freed after the round */
  guint8 *buffer;
};

static void
conn_free (BenchConn *conn)
{
  SSL_free (conn->ssl);
  if (conn->free_user != NULL)
    conn->free_user (conn->user);
  if (conn->fd >= 0)
    close (conn->fd);
  g_byte_array_unref (conn->in);
  g_string_free (conn->head, TRUE);
  g_string_free (conn->tail, TRUE);
  g_free (conn);
}

BenchLoop *
bench_loop_new (void)
{
  BenchLoop *loop = g_new0 (BenchLoop, 1);

  loop->epoll = epoll_create1 (EPOLL_CLOEXEC);
  loop->listener = -1;
  loop->conns = g_hash_table_new (NULL, NULL);
  loop->closed = g_ptr_array_new_with_free_func ((GDestroyNotify) conn_free);
  loop->buffer = g_malloc (READ_BYTES);
  return loop;
}

void
bench_loop_free (BenchLoop *loop)
{
  GHashTableIter iter;
  BenchConn *conn;

  g_hash_table_iter_init (&iter, loop->conns);
  while (g_hash_table_iter_next (&iter, (gpointer *) &conn, NULL))
    conn_free (conn);
  g_hash_table_unref (loop->conns);
  g_ptr_array_unref (loop->closed);
  if (loop->listener >= 0)
    close (loop->listener);
  close (loop->epoll);
  g_free (loop->buffer);
  g_free (loop);
}

static struct sockaddr_in
loopback (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  return address;
}

static BenchConn *
conn_new (BenchLoop *loop, int fd)
{
  BenchConn *conn = g_new0 (BenchConn, 1);
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = conn };
  int one = 1;

  conn->loop = loop;
  conn->fd = fd;
  conn->in = g_byte_array_new ();
  conn->head = g_string_new (NULL);
  conn->tail = g_string_new (NULL);
  conn->events = EPOLLIN;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  epoll_ctl (loop->epoll, EPOLL_CTL_ADD, fd, &event);
  g_hash_table_add (loop->conns, conn);
  return conn;
}

guint16
bench_loop_listen (BenchLoop *loop, guint16 port, void (*accepted) (BenchConn *conn, gpointer user),
                   gpointer user)
{
  struct sockaddr_in address = loopback (port);
  socklen_t size = sizeof address;
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
  int one = 1;

  loop->listener = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt (loop->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind (loop->listener, (struct sockaddr *) &address, sizeof address) != 0
      || listen (loop->listener, 1024) != 0
      || getsockname (loop->listener, (struct sockaddr *) &address, &size) != 0)
    return 0;
  loop->accepted = accepted;
  loop->user = user;
  epoll_ctl (loop->epoll, EPOLL_CTL_ADD, loop->listener, &event);
  return ntohs (address.sin_port);
}

static void
watch (BenchConn *conn, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = conn };

  if (events == conn->events || conn->closed)
    return;
  conn->events = events;
  epoll_ctl (conn->loop->epoll, EPOLL_CTL_MOD, conn->fd, &event);
}

BenchConn *
bench_conn_open (BenchLoop *loop, guint16 port, gpointer user, void (*readable) (BenchConn *conn),
                 void (*gone) (BenchConn *conn))
{
  struct sockaddr_in address = loopback (port);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  BenchConn *conn;

  if (fd < 0)
    return NULL;
  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0 && errno != EINPROGRESS)
    {
      close (fd);
      return NULL;
    }
  conn = conn_new (loop, fd);
  conn->user = user;
  conn->readable = readable;
  conn->gone = gone;
  return conn;
}

void
bench_conn_close (BenchConn *conn)
{
  if (conn->closed)
    return;
  conn->closed = TRUE;
  if (conn->ssl != NULL && !conn->handshaking)
    SSL_shutdown (conn->ssl);
  close (conn->fd);
  conn->fd = -1;
  g_hash_table_remove (conn->loop->conns, conn);
  g_ptr_array_add (conn->loop->closed, conn);
}

static void
lost (BenchConn *conn)
{
  if (conn->closed)
    return;
  if (conn->gone != NULL)
    conn->gone (conn);
  bench_conn_close (conn);
}

/* ---- sending ---- */

gboolean
bench_conn_is_sending (const BenchConn *conn)
{
  return conn->piece < conn->n_pieces;
}

static gssize
write_pieces (BenchConn *conn)
{
  struct iovec *first = &conn->pieces[conn->piece];
  int sent, why;

  if (conn->ssl == NULL)
    {
      struct msghdr message = { .msg_iov = first, .msg_iovlen = conn->n_pieces - conn->piece };

      return sendmsg (conn->fd, &message, MSG_NOSIGNAL);
    }
  ERR_clear_error ();
  sent = SSL_write (conn->ssl, first->iov_base, (int) first->iov_len);
  why = SSL_get_error (conn->ssl, sent);
  if (sent > 0)
    return sent;
  errno = why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ ? EAGAIN : EPIPE;
  return -1;
}

static void
go_on_sending (BenchConn *conn)
{
  while (bench_conn_is_sending (conn))
    {
      gssize sent = write_pieces (conn);

      if (sent < 0 && errno != EAGAIN)
        {
          lost (conn);
          return;
        }
      if (sent < 0)
        {
          watch (conn, EPOLLIN | EPOLLOUT);
          return;
        }
      while (sent > 0)
        {
          struct iovec *piece = &conn->pieces[conn->piece];
          gsize take = MIN ((gsize) sent, piece->iov_len);

          piece->iov_base = (char *) piece->iov_base + take;
          piece->iov_len -= take;
          sent -= (gssize) take;
          if (piece->iov_len == 0)
            conn->piece++;
        }
    }
  watch (conn, EPOLLIN);
}

static void
add_piece (BenchConn *conn, const char *data, gsize size)
{
  if (size > 0)
    conn->pieces[conn->n_pieces++] = (struct iovec){ (char *) data, size };
}

void
bench_conn_send (BenchConn *conn, const char *body, gsize size_bytes)
{
  conn->n_pieces = conn->piece = 0;
  add_piece (conn, conn->head->str, conn->head->len);
  add_piece (conn, body, size_bytes);
  add_piece (conn, conn->tail->str, conn->tail->len);
  go_on_sending (conn);
}

/* ---- TLS ---- */

static void
handshake (BenchConn *conn)
{
  int done, why;

  ERR_clear_error ();
  done = SSL_do_handshake (conn->ssl);
  why = SSL_get_error (conn->ssl, done);
  if (done == 1)
    {
      conn->handshaking = FALSE;
      watch (conn, EPOLLIN);
      conn->readable (conn);
    }
  else if (why == SSL_ERROR_WANT_WRITE)
    watch (conn, EPOLLIN | EPOLLOUT);
  else if (why != SSL_ERROR_WANT_READ)
    lost (conn);
}

void
bench_conn_start_tls (BenchConn *conn, SSL_CTX *context)
{
  conn->ssl = SSL_new (context);
  SSL_set_fd (conn->ssl, conn->fd);
  SSL_set_mode (conn->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_set_connect_state (conn->ssl);
  conn->handshaking = TRUE;
  handshake (conn);
}

/* ---- receiving ---- */

static gssize
read_some (BenchConn *conn)
{
  int got, why;

  if (conn->ssl == NULL)
    return recv (conn->fd, conn->loop->buffer, READ_BYTES, 0);
  ERR_clear_error ();
  got = SSL_read (conn->ssl, conn->loop->buffer, READ_BYTES);
  why = SSL_get_error (conn->ssl, got);
  if (got <= 0)
    errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : EPIPE;
  return got > 0 ? got : -1;
}

static void
take_input (BenchConn *conn)
{
  gsize before = conn->in->len;
  gboolean over;
  gssize got;

  for (;;)
    {
      got = read_some (conn);
      if (got <= 0)
        break;
      g_byte_array_append (conn->in, conn->loop->buffer, (guint) got);
      if (conn->ssl == NULL && got < READ_BYTES)
        break;
    }
  over = got == 0 || (got < 0 && errno != EAGAIN);
  if (conn->in->len > before)
    conn->readable (conn);
  if (over)
    lost (conn);
}

static void
accept_all (BenchLoop *loop)
{
  for (;;)
    {
      int fd = accept4 (loop->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

      if (fd < 0)
        return;
      loop->accepted (conn_new (loop, fd), loop->user);
    }
}

void
bench_loop_round (BenchLoop *loop, int msecs)
{
  struct epoll_event events[256];
  int n = epoll_wait (loop->epoll, events, G_N_ELEMENTS (events), msecs);

  for (int i = 0; i < n; i++)
    {
      BenchConn *conn = events[i].data.ptr;

      if (conn == NULL)
        accept_all (loop);
      else if (conn->closed)
        continue;
      else if (conn->handshaking)
        handshake (conn);
      else
        {
          if ((events[i].events & EPOLLOUT) != 0)
            go_on_sending (conn);
          if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !conn->closed)
            take_input (conn);
        }
    }
  g_ptr_array_set_size (loop->closed, 0);
}
