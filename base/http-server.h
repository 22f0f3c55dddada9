/*
 * base/http-server.h - an HTTP/1.1 server: libevent's evhttp in one thread, the work in a small pool.
 *
 *   server = ist_http_server_new (&options, &error);
 *   ist_http_server_listen_tcp (server, "127.0.0.1:0", "tcp", &error);
 *   ist_http_server_start (server);
 *   …
 *   ist_http_server_free (server);           answers what is under way, then closes
 *
 * Every header is checked as bytes before evhttp parses it (base/http-guard.h). A request that is not
 * complete `request_secs` after its first byte, an answer not taken within `answer_secs` and a
 * connection idle for `idle_secs` are cut; more than `max_connections` of a listener wait in its backlog. There is no
 * pipelining: what a client sent behind a request before the answer is dropped with the connection.
 * GET and POST are served; every answer has a Content-Length.
 *
 * Each listener has an evhttp of its own over the one event loop, and its connections' bufferevents are
 * made in one place (base/http-connection.c).
 *
 * The process must ignore SIGPIPE.
 *
 * Threads: the functions here are called by one thread; the handler runs on pool threads, several at
 * once.
 */
#ifndef IST_BASE_HTTP_SERVER_H
#define IST_BASE_HTTP_SERVER_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct _IstHttpServer IstHttpServer;

/* Immutable while the handler looks at it. */
typedef struct
{
  const char *source;      /* the listener's tag */
  const char *method;      /* "GET" or "POST" */
  const char *path;        /* percent-decoded, begins with '/' */
  GHashTable *query;       /* char * → char *, decoded (application/x-www-form-urlencoded) */
  GHashTable *headers;     /* lower-case name → value; of a repeated field the first */
  GBytes *body;            /* empty when there is none */
  guint64 waited_msecs;    /* since the handler was first asked, see again_msecs */
} IstHttpRequest;

/* Filled by the handler; begins as an empty 200. */
typedef struct
{
  guint status;
  const char *content_type; /* static; NULL: application/json */
  GBytes *body;             /* taken; NULL: empty */
  guint again_msecs;        /* not 0: no answer yet; ask the handler again after this time */
} IstHttpResponse;

typedef struct
{
  const char *name;         /* of the thread */
  guint max_connections;    /* of each listener; 0: 64 */
  gsize max_header_bytes;   /* 0: 16 KiB */
  guint64 max_body_bytes;   /* 0: 1 MiB */
  guint idle_secs;          /* 0: 60 */
  guint request_secs;       /* 0: 30 */
  guint answer_secs;        /* 0: 300 */
  guint workers;            /* 0: 4 */
  void (*handler) (gpointer user, const IstHttpRequest *request, IstHttpResponse *response);
  gpointer user;
} IstHttpOptions;

IstHttpServer *ist_http_server_new (const IstHttpOptions *options, GError **error); /* RETRY */

/* Both before _start(). "ADDRESS:PORT" or "[V6]:PORT"; port 0 takes a free one. `tag` becomes request->source. IST_ERROR_CONFIG. */
gboolean ist_http_server_listen_tcp (IstHttpServer *server, const char *endpoint, const char *tag,
                                     GError **error);

/* A Unix socket of mode 0660 and, when not NULL, the group named `group`. A socket file that nobody
 * answers on is replaced; one that is in use is an IST_ERROR_CONFIG, as is a group that is unknown or
 * that we may not give. Removed again by _free(). */
gboolean ist_http_server_listen_unix (IstHttpServer *server, const char *path, const char *group,
                                      const char *tag, GError **error);

/* Port of the first TCP listener with this tag, 0 when there is none. */
guint16 ist_http_server_port (IstHttpServer *server, const char *tag);

void ist_http_server_start (IstHttpServer *server);

/* Connections open now, on all listeners. Any thread. */
guint ist_http_server_connections (IstHttpServer *server);

/* Running handlers end and their answers are sent; NULL is allowed. */
void ist_http_server_free (IstHttpServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstHttpServer, ist_http_server_free)

G_END_DECLS

#endif
