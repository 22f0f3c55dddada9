#include "base/http-server-private.h"

#include "base/error.h"

#include <event2/thread.h>
#include <event2/util.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#ifndef G_OS_WIN32
# include <netinet/in.h>
# include <netinet/tcp.h>
#endif

#define BACKLOG 128
#define RESUME_SECS 1
#define LAST_WORDS_MSECS 200

static gpointer
use_threads (gpointer data)
{
#ifdef G_OS_WIN32
  evthread_use_windows_threads ();
#else
  evthread_use_pthreads ();
#endif
  return NULL;
}

/* ---- the loop's thread ---- */

static void
answer_parked (IstHttpServer *self)
{
  GList *waiting = g_hash_table_get_keys (self->parked);

  g_hash_table_remove_all (self->parked);
  for (GList *at = waiting; at != NULL; at = at->next)
    ist_http_exchange_done (at->data);
  g_list_free (waiting);
}

static void
on_done (evutil_socket_t fd, short what, void *data)
{
  IstHttpServer *self = data;
  const struct timeval last_words = { .tv_usec = LAST_WORDS_MSECS * 1000 };
  IstHttpExchange *exchange;

  while ((exchange = g_async_queue_try_pop (self->done)) != NULL)
    ist_http_exchange_done (exchange);
  if (g_atomic_int_get (&self->stage) == IST_HTTP_RUNNING)
    return;
  answer_parked (self);
  if (g_atomic_int_get (&self->stage) == IST_HTTP_ENDING)
    event_base_loopexit (self->base, &last_words);
  else
    g_async_queue_push (self->seen, self);
}

static void
on_resume (evutil_socket_t fd, short what, void *data)
{
  IstHttpServer *self = data;

  for (guint i = 0; i < self->listeners->len; i++)
    ist_http_listener_accept (g_ptr_array_index (self->listeners, i), TRUE);
}

/* Out of descriptors the listener stays readable: without a pause the loop would spin. */
static void
on_accept_error (struct evconnlistener *listener, void *data)
{
  IstHttpListener *self = data;
  const struct timeval pause = { .tv_sec = RESUME_SECS };

  ist_http_listener_accept (self, FALSE);
  evtimer_add (self->server->resume_event, &pause);
}

static gpointer
run (gpointer data)
{
  IstHttpServer *self = data;

  event_base_loop (self->base, EVLOOP_NO_EXIT_ON_EMPTY);
  return NULL;
}

void
ist_http_listener_accept (IstHttpListener *self, gboolean on)
{
  gint max = (gint) self->server->options.max_connections;

  if (self->http == NULL)
    return;
  if (!on)
    evconnlistener_disable (self->listener);
  else if (g_atomic_int_get (&self->n_connections) < max
           && g_atomic_int_get (&self->server->stage) == IST_HTTP_RUNNING)
    evconnlistener_enable (self->listener);
}

/* ---- setting up ---- */

/* Its connections are freed by the loop, a moment later. */
static void
listener_close (gpointer data, gpointer user)
{
  IstHttpListener *self = data;
  struct evhttp *http = g_steal_pointer (&self->http);

  evhttp_free (http);
}

static void
listener_free (gpointer data)
{
  IstHttpListener *self = data;

  if (self->unix_path != NULL)
    g_unlink (self->unix_path);
  g_free (self->unix_path);
  g_free (self->tag);
  g_free (self);
}

static void
set_defaults (IstHttpOptions *options)
{
  options->max_connections = options->max_connections > 0 ? options->max_connections : 64;
  options->max_header_bytes = options->max_header_bytes > 0 ? options->max_header_bytes : 16384;
  options->max_body_bytes = options->max_body_bytes > 0 ? options->max_body_bytes : 1024 * 1024;
  options->idle_secs = options->idle_secs > 0 ? options->idle_secs : 60;
  options->request_secs = options->request_secs > 0 ? options->request_secs : 30;
  options->answer_secs = options->answer_secs > 0 ? options->answer_secs : 300;
  options->workers = options->workers > 0 ? options->workers : 4;
}

IstHttpServer *
ist_http_server_new (const IstHttpOptions *options, GError **error)
{
  static GOnce threads = G_ONCE_INIT;
  g_autoptr (IstHttpServer) self = g_new0 (IstHttpServer, 1);

  g_once (&threads, use_threads, NULL);
  self->options = *options;
  set_defaults (&self->options);
  self->name = g_strdup (options->name);
  self->connections = g_hash_table_new (NULL, NULL);
  self->parked = g_hash_table_new (NULL, NULL);
  self->done = g_async_queue_new ();
  self->seen = g_async_queue_new ();
  self->listeners = g_ptr_array_new_with_free_func (listener_free);
  self->base = event_base_new ();
  if (self->base == NULL)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "the event loop of %s could not be made", self->name);
      return NULL;
    }
  self->done_event = event_new (self->base, -1, EV_PERSIST, on_done, self);
  self->resume_event = evtimer_new (self->base, on_resume, self);
  self->pool = g_thread_pool_new (ist_http_exchange_work, self, (gint) self->options.workers, FALSE,
                                  error);
  return self->pool != NULL ? g_steal_pointer (&self) : NULL;
}

/* Takes `evlistener`. */
static void
add_listener (IstHttpServer *self, struct evconnlistener *evlistener, const char *tag,
              const char *unix_path, guint16 port)
{
  IstHttpListener *listener = g_new0 (IstHttpListener, 1);
  const struct timeval idle = { .tv_sec = (long) self->options.idle_secs };

  listener->server = self;
  listener->tag = g_strdup (tag);
  listener->unix_path = g_strdup (unix_path);
  listener->port = port;
  listener->listener = evlistener;
  listener->http = evhttp_new (self->base);
  evhttp_set_allowed_methods (listener->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST);
  evhttp_set_max_headers_size (listener->http, (ev_ssize_t) self->options.max_header_bytes + 1024);
  evhttp_set_max_body_size (listener->http, (ev_ssize_t) self->options.max_body_bytes);
  evhttp_set_timeout_tv (listener->http, &idle);
  evhttp_set_bevcb (listener->http, ist_http_connection_new, listener);
  evhttp_set_gencb (listener->http, ist_http_exchange_begin, listener);
  g_ptr_array_add (self->listeners, listener);
  evhttp_bind_listener (listener->http, evlistener);
  evconnlistener_set_error_cb (evlistener, on_accept_error);
}

static guint16
bound_port (struct evconnlistener *listener)
{
  struct sockaddr_storage name;
  ev_socklen_t length = sizeof name;
  g_autoptr (GSocketAddress) address = NULL;

  if (getsockname (evconnlistener_get_fd (listener), (struct sockaddr *) &name, &length) != 0)
    return 0;
  address = g_socket_address_new_from_native (&name, (gsize) length);
  return G_IS_INET_SOCKET_ADDRESS (address)
             ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address))
             : 0;
}

/* Size of the address, 0 when `endpoint` is no numeric address with a port. */
static int
to_native (const char *endpoint, struct sockaddr_storage *name)
{
  g_autoptr (GSocketConnectable) parsed = g_network_address_parse (endpoint, 0, NULL);
  g_autoptr (GSocketAddress) address = NULL;
  GNetworkAddress *network;

  if (parsed == NULL)
    return 0;
  network = G_NETWORK_ADDRESS (parsed);
  address = g_inet_socket_address_new_from_string (g_network_address_get_hostname (network),
                                                   g_network_address_get_port (network));
  if (address == NULL || !g_socket_address_to_native (address, name, sizeof *name, NULL))
    return 0;
  return (int) g_socket_address_get_native_size (address);
}

gboolean
ist_http_server_listen_tcp (IstHttpServer *self, const char *endpoint, const char *tag,
                            GError **error)
{
  struct sockaddr_storage name;
  struct evconnlistener *listener = NULL;
  int one = 1, length = to_native (endpoint, &name);

  if (length > 0)
    listener = evconnlistener_new_bind (
        self->base, NULL, NULL,
        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_EXEC, BACKLOG,
        (struct sockaddr *) &name, length);
  if (listener == NULL)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG,
                   "listen on %s: %s; free the port or name another", endpoint,
                   evutil_socket_error_to_string (EVUTIL_SOCKET_ERROR ()));
      return FALSE;
    }
  /* Without it each answer on a kept connection waits 40 ms for an acknowledgement. */
  setsockopt (evconnlistener_get_fd (listener), IPPROTO_TCP, TCP_NODELAY, (const char *) &one, sizeof one);
  add_listener (self, listener, tag, NULL, bound_port (listener));
  return TRUE;
}

gboolean
ist_http_server_listen_unix (IstHttpServer *self, const char *path, const char *group,
                             const char *tag, GError **error)
{
  int fd = ist_http_unix_socket (path, group, error);
  struct evconnlistener *listener;

  if (fd < 0)
    return FALSE;
  listener = evconnlistener_new (self->base, NULL, NULL,
                                 LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, BACKLOG, fd);
  if (listener == NULL)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "listen on %s: %s", path,
                   evutil_socket_error_to_string (EVUTIL_SOCKET_ERROR ()));
      evutil_closesocket (fd);
      return FALSE;
    }
  add_listener (self, listener, tag, path, 0);
  return TRUE;
}

guint16
ist_http_server_port (IstHttpServer *self, const char *tag)
{
  for (guint i = 0; i < self->listeners->len; i++)
    {
      const IstHttpListener *listener = g_ptr_array_index (self->listeners, i);

      if (listener->port != 0 && strcmp (listener->tag, tag) == 0)
        return listener->port;
    }
  return 0;
}

void
ist_http_server_start (IstHttpServer *self)
{
  self->thread = g_thread_new (self->name, run, self);
}

guint
ist_http_server_connections (IstHttpServer *self)
{
  guint n = 0;

  for (guint i = 0; i < self->listeners->len; i++)
    n += (guint) g_atomic_int_get (&((IstHttpListener *) g_ptr_array_index (self->listeners, i))->n_connections);
  return n;
}

/* ---- ending ---- */

/* Nothing new is begun, what the pool has is answered, then the loop ends. */
static void
stop_thread (IstHttpServer *self)
{
  g_atomic_int_set (&self->stage, IST_HTTP_DRAINING);
  event_active (self->done_event, 0, 0);
  g_async_queue_pop (self->seen);
  g_thread_pool_free (g_steal_pointer (&self->pool), FALSE, TRUE);
  g_atomic_int_set (&self->stage, IST_HTTP_ENDING);
  event_active (self->done_event, 0, 0);
  g_thread_join (self->thread);
}

void
ist_http_server_free (IstHttpServer *self)
{
  if (self == NULL)
    return;
  if (self->thread != NULL)
    stop_thread (self);
  g_atomic_int_set (&self->stage, IST_HTTP_ENDING);
  if (self->pool != NULL)
    g_thread_pool_free (self->pool, FALSE, TRUE);
  g_ptr_array_foreach (self->listeners, listener_close, NULL);
  if (self->base != NULL)
    {
      event_base_loop (self->base, EVLOOP_NONBLOCK);
      event_free (self->done_event);
      event_free (self->resume_event);
      event_base_free (self->base);
    }
  g_ptr_array_unref (self->listeners);
  g_hash_table_unref (self->connections);
  g_hash_table_unref (self->parked);
  g_async_queue_unref (self->done);
  g_async_queue_unref (self->seen);
  g_free (self->name);
  g_free (self);
}
