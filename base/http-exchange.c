/*
 * base/http-exchange.c - one request on its way: from evhttp to the pool, back, and out as an answer.
 */
#include "base/clock.h"
#include "base/http-server-private.h"

#include <event2/keyvalq_struct.h>
#include <string.h>

struct _IstHttpExchange
{
  IstHttpServer *server;
  IstHttpConnection *connection;  /* NULL: it went away */
  struct evhttp_request *request; /* NULL: freed with the connection */
  struct event *again;
  gint64 began;
  char *path;
  gboolean last;                  /* close after the answer */
  IstHttpRequest asked;
  IstHttpResponse answer;
};

void
ist_http_exchange_free (IstHttpExchange *self)
{
  if (self->again != NULL)
    event_free (self->again);
  g_clear_pointer (&self->answer.body, g_bytes_unref);
  g_bytes_unref (self->asked.body);
  g_hash_table_unref (self->asked.query);
  g_hash_table_unref (self->asked.headers);
  g_free (self->path);
  g_free (self);
}

/* ---- from evhttp ---- */

static GHashTable *
copy_headers (struct evhttp_request *request)
{
  GHashTable *out = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const struct evkeyval *field;

  for (field = evhttp_request_get_input_headers (request)->tqh_first; field != NULL;
       field = field->next.tqe_next)
    {
      g_autofree char *name = g_ascii_strdown (field->key, -1);

      if (!g_hash_table_contains (out, name))
        g_hash_table_insert (out, g_steal_pointer (&name), g_strdup (field->value));
    }
  return out;
}

/* FALSE: the target does not decode to text. */
static gboolean
read_target (IstHttpExchange *self, const char *target)
{
  const char *mark = strchr (target, '?');
  g_autofree char *raw = mark != NULL ? g_strndup (target, (gsize) (mark - target)) : g_strdup (target);

  self->path = g_uri_unescape_string (raw, "/");
  if (mark != NULL)
    self->asked.query = g_uri_parse_params (mark + 1, -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
  if (self->asked.query == NULL)
    self->asked.query = g_hash_table_new (g_str_hash, g_str_equal);
  self->asked.path = self->path;
  return self->path != NULL && g_utf8_validate (self->path, -1, NULL);
}

static GBytes *
take_body (struct evhttp_request *request)
{
  struct evbuffer *in = evhttp_request_get_input_buffer (request);
  gsize size = evbuffer_get_length (in);

  return g_bytes_new (size > 0 ? evbuffer_pullup (in, -1) : NULL, size);
}

/* A request that was detached from its connection is ours to free; one that still hangs on it is freed
 * with it. */
void
ist_http_exchange_lost (IstHttpExchange *self)
{
  if (evhttp_request_get_connection (self->request) == NULL)
    evhttp_request_free (self->request);
  self->request = NULL;
  self->connection = NULL;
}

/* ---- answering ---- */

static void
on_sent (struct evhttp_request *request, void *data)
{
  ist_http_connection_sent (data);
}

static void
drop_bytes (const void *data, size_t size, void *bytes)
{
  g_bytes_unref (bytes);
}

static void
send_answer (struct evhttp_request *request, IstHttpConnection *connection, guint status,
             const char *content_type, GBytes *body, gboolean last)
{
  struct evkeyvalq *headers = evhttp_request_get_output_headers (request);
  struct evbuffer *out = evbuffer_new ();
  gsize size = 0;
  const void *data = body != NULL ? g_bytes_get_data (body, &size) : NULL;
  g_autofree char *length = g_strdup_printf ("%" G_GSIZE_FORMAT, size);

  evhttp_add_header (headers, "Content-Type", content_type != NULL ? content_type : "application/json");
  evhttp_add_header (headers, "Content-Length", length);
  evhttp_add_header (headers, "Cache-Control", "no-store");
  evhttp_add_header (headers, "X-Content-Type-Options", "nosniff");
  if (last)
    evhttp_add_header (headers, "Connection", "close");
  if (size > 0)
    evbuffer_add_reference (out, data, size, drop_bytes, g_bytes_ref (body));
  evhttp_request_set_on_complete_cb (request, on_sent, connection);
  ist_http_connection_answering (connection);
  evhttp_send_reply (request, (int) status, NULL, out);
  evbuffer_free (out);
}

static void
send_refusal (struct evhttp_request *request, IstHttpConnection *connection, guint status,
              const char *why)
{
  g_autofree char *text
      = g_strdup_printf ("{\"error\":{\"code\":\"refused\",\"text\":\"%s\"}}\n", why);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

  send_answer (request, connection, status, NULL, body, TRUE);
}

/* Nothing is parked while the server drains, so the pool is still there. */
static void
on_again (evutil_socket_t fd, short what, void *data)
{
  IstHttpExchange *self = data;

  g_hash_table_remove (self->server->parked, self);
  self->asked.waited_msecs = (guint64) (ist_clock_mono_usecs () - self->began) / 1000;
  g_thread_pool_push (self->server->pool, self, NULL);
}

static void
park (IstHttpExchange *self)
{
  struct timeval after = { .tv_sec = self->answer.again_msecs / 1000,
                           .tv_usec = self->answer.again_msecs % 1000 * 1000 };

  if (self->again == NULL)
    self->again = evtimer_new (self->server->base, on_again, self);
  g_hash_table_add (self->server->parked, self);
  evtimer_add (self->again, &after);
}

void
ist_http_exchange_done (IstHttpExchange *self)
{
  if (self->request != NULL && self->answer.again_msecs > 0
      && g_atomic_int_get (&self->server->stage) == IST_HTTP_RUNNING)
    {
      park (self);
      return;
    }
  if (self->request != NULL)
    {
      self->connection->exchange = NULL;
      send_answer (self->request, self->connection, self->answer.status, self->answer.content_type,
                   self->answer.body, self->last);
    }
  ist_http_exchange_free (self);
}

/* ---- the pool ---- */

void
ist_http_exchange_work (gpointer data, gpointer user)
{
  IstHttpExchange *self = data;
  IstHttpServer *server = user;

  g_clear_pointer (&self->answer.body, g_bytes_unref);
  self->answer = (IstHttpResponse) { .status = 200 };
  server->options.handler (server->options.user, &self->asked, &self->answer);
  g_async_queue_push (server->done, self);
  event_active (server->done_event, 0, 0);
}

void
ist_http_exchange_begin (struct evhttp_request *request, void *data)
{
  IstHttpListener *listener = data;
  IstHttpServer *server = listener->server;
  struct evhttp_connection *evcon = evhttp_request_get_connection (request);
  struct bufferevent *bev = evhttp_connection_get_bufferevent (evcon);
  IstHttpConnection *connection = g_hash_table_lookup (server->connections, bev);
  IstHttpExchange *self;

  ist_http_connection_got (connection);
  if (g_atomic_int_get (&server->stage) != IST_HTTP_RUNNING)
    {
      send_refusal (request, connection, 503, "stopping");
      return;
    }
  self = g_new0 (IstHttpExchange, 1);
  self->server = server;
  self->connection = connection;
  self->request = request;
  self->began = ist_clock_mono_usecs ();
  self->last = evbuffer_get_length (bufferevent_get_input (bev)) > 0;
  self->asked.source = listener->tag;
  self->asked.method = evhttp_request_get_command (request) == EVHTTP_REQ_POST ? "POST" : "GET";
  self->asked.headers = copy_headers (request);
  self->asked.body = take_body (request);
  if (!read_target (self, evhttp_request_get_uri (request)))
    {
      send_refusal (request, connection, 400, "the path is no text");
      ist_http_exchange_free (self);
      return;
    }
  connection->exchange = self;
  g_thread_pool_push (server->pool, self, NULL);
}
