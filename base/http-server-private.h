/*
 * base/http-server-private.h - between base/http-*.c only.
 */
#ifndef IST_BASE_HTTP_SERVER_PRIVATE_H
#define IST_BASE_HTTP_SERVER_PRIVATE_H

#include "base/http-server.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

G_BEGIN_DECLS

typedef struct _IstHttpExchange IstHttpExchange;

typedef enum
{
  IST_HTTP_RUNNING,
  IST_HTTP_DRAINING, /* nothing new is begun */
  IST_HTTP_ENDING    /* the pool is gone */
} IstHttpStage;

/* All of it belongs to the loop's thread, except where said. */
struct _IstHttpServer
{
  IstHttpOptions options;
  char *name;
  struct event_base *base;
  struct event *done_event;   /* active when `done` holds something or `stage` changed; any thread */
  struct event *resume_event; /* accepting goes on after descriptors ran out */
  GAsyncQueue *done;          /* IstHttpExchange that the pool is finished with */
  gint stage;                 /* IstHttpStage, atomic */
  GAsyncQueue *seen;          /* the loop has seen that it is to drain */
  GHashTable *connections;    /* bufferevent → IstHttpConnection */
  GHashTable *parked;         /* IstHttpExchange waiting to be asked again */
  GPtrArray *listeners;       /* IstHttpListener */
  GThreadPool *pool;
  GThread *thread;
};

typedef struct
{
  IstHttpServer *server;
  char *tag;
  char *unix_path;            /* NULL for TCP */
  guint16 port;
  struct evhttp *http;        /* NULL: closed */
  struct evconnlistener *listener; /* owned by `http` */
  gint n_connections;         /* atomic; changed by the loop only */
} IstHttpListener;

/* One connection; lives until evhttp says that it is gone. */
typedef struct
{
  IstHttpServer *server;
  IstHttpListener *listener;
  struct bufferevent *bev;    /* evhttp's; the key in server->connections */
  struct evbuffer_cb_entry *input_cb;
  struct event *deadline;
  GString *header;            /* of the request that is coming in, as it came */
  gboolean in_body;           /* the header was good: what follows is its body */
  gboolean refused;           /* nothing more is read */
  IstHttpExchange *exchange;  /* out with a handler, NULL */
} IstHttpConnection;

/* evhttp_set_bevcb(): a bufferevent whose input the guard sees first. */
struct bufferevent *ist_http_connection_new (struct event_base *base, void *listener);

/* The request is complete: no deadline for it any more, the next bytes are a new header. */
void ist_http_connection_got (IstHttpConnection *connection);

/* An answer is being sent: cut when it is not taken in time. _sent() ends that. */
void ist_http_connection_answering (IstHttpConnection *connection);
void ist_http_connection_sent (IstHttpConnection *connection);

/* evhttp_set_gencb() */
void ist_http_exchange_begin (struct evhttp_request *request, void *listener);

/* The handler is done with it: answers or parks it. */
void ist_http_exchange_done (IstHttpExchange *exchange);

/* Its connection is gone: nobody gets the answer. */
void ist_http_exchange_lost (IstHttpExchange *exchange);

/* GThreadPool's function. */
void ist_http_exchange_work (gpointer exchange, gpointer server);

void ist_http_exchange_free (IstHttpExchange *exchange);

/* Stops accepting, or goes on where there are fewer connections than are allowed. */
void ist_http_listener_accept (IstHttpListener *listener, gboolean on);

/* A bound, not yet listening Unix socket; -1 with IST_ERROR_CONFIG. base/http-unix-posix.c. */
int ist_http_unix_socket (const char *path, const char *group, GError **error);

G_END_DECLS

#endif
