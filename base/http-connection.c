/*
 * base/http-connection.c - what stands beside evhttp on each connection: the header is checked as it
 * came, before evhttp may act on it; clocks cut who is slow.
 */
#include "base/http-guard.h"
#include "base/http-server-private.h"

#include <string.h>
#ifndef G_OS_WIN32
# include <sys/socket.h>
#endif

static void
set_deadline (IstHttpConnection *self, guint secs)
{
  struct timeval after = { .tv_sec = (long) secs };

  evtimer_add (self->deadline, &after);
}

/* evhttp takes it for a client that went away and frees the connection. */
static void
cut (IstHttpConnection *self, int how)
{
  bufferevent_trigger_event (self->bev, BEV_EVENT_EOF | BEV_EVENT_READING, how);
}

static void
on_deadline (evutil_socket_t fd, short what, void *data)
{
  cut (data, 0);
}

/* Written past evhttp, which never learns of this header's end: it must not act on what it could read in
 * another way than we do. A client that does not take these few bytes at once goes without. */
static void
refuse (IstHttpConnection *self, struct evbuffer *in, guint status, const char *why)
{
  g_autofree char *body
      = g_strdup_printf ("{\"error\":{\"code\":\"refused\",\"text\":\"%s\"}}\n", why);
  g_autofree char *text
      = g_strdup_printf ("HTTP/1.1 %u Refused\r\nContent-Type: application/json\r\n"
                         "Content-Length: %" G_GSIZE_FORMAT "\r\nConnection: close\r\n\r\n%s",
                         status, strlen (body), body);

  self->refused = TRUE;
  evbuffer_drain (in, evbuffer_get_length (in));
  (void) !send (bufferevent_getfd (self->bev), text, (int) strlen (text), 0);
  cut (self, BEV_TRIG_DEFER_CALLBACKS);
}

static void
check_header (IstHttpConnection *self, struct evbuffer *in)
{
  gsize size = ist_http_guard_end (self->header->str, self->header->len);
  gsize max = self->server->options.max_header_bytes;
  guint status = 431;
  const char *why = NULL;

  if (size > max || (size == 0 && self->header->len > max))
    why = "the header is too large";
  else if (size > 0)
    why = ist_http_guard_check (self->header->str, size, self->server->options.max_body_bytes, &status);
  if (why != NULL)
    refuse (self, in, status, why);
  else if (size > 0)
    {
      self->in_body = TRUE;
      g_string_truncate (self->header, 0);
    }
}

/* Called when bytes were added, before evhttp looks at them. */
static void
on_input (struct evbuffer *in, const struct evbuffer_cb_info *info, void *data)
{
  IstHttpConnection *self = data;
  gsize before = self->header->len;
  struct evbuffer_ptr from;

  if (info->n_added == 0 || self->in_body)
    return;
  if (self->refused)
    {
      evbuffer_drain (in, evbuffer_get_length (in));
      return;
    }
  if (!evtimer_pending (self->deadline, NULL))
    set_deadline (self, self->server->options.request_secs);
  evbuffer_ptr_set (in, &from, evbuffer_get_length (in) - info->n_added, EVBUFFER_PTR_SET);
  g_string_set_size (self->header, before + info->n_added);
  evbuffer_copyout_from (in, &from, self->header->str + before, info->n_added);
  check_header (self, in);
}

static void
connection_free (IstHttpConnection *self)
{
  IstHttpListener *listener = self->listener;

  evbuffer_remove_cb_entry (bufferevent_get_input (self->bev), self->input_cb);
  g_hash_table_remove (self->server->connections, self->bev);
  event_free (self->deadline);
  g_string_free (self->header, TRUE);
  g_free (self);
  g_atomic_int_add (&listener->n_connections, -1);
  ist_http_listener_accept (listener, TRUE);
}

static void
on_close (struct evhttp_connection *evcon, void *data)
{
  IstHttpConnection *self = data;

  if (self->exchange != NULL)
    ist_http_exchange_lost (self->exchange);
  connection_free (self);
}

/* evhttp makes its connection right after it got the bufferevent, and makes itself the argument of its
 * callbacks; that is the one way to hear of the end of a connection that never sends a request. */
static void
adopt (evutil_socket_t fd, short what, void *data)
{
  IstHttpConnection *self = data;
  struct bufferevent *bev = self->bev;
  bufferevent_data_cb on_read = NULL;
  void *evcon = NULL;

  bufferevent_getcb (bev, &on_read, NULL, NULL, &evcon);
  if (on_read != NULL)
    evhttp_connection_set_closecb (evcon, on_close, self);
  else
    connection_free (self);
  bufferevent_decref (bev);
}

struct bufferevent *
ist_http_connection_new (struct event_base *base, void *data)
{
  IstHttpListener *listener = data;
  IstHttpServer *server = listener->server;
  IstHttpConnection *self = g_new0 (IstHttpConnection, 1);

  self->server = server;
  self->listener = listener;
  self->header = g_string_new (NULL);
  self->deadline = evtimer_new (base, on_deadline, self);
  self->bev = bufferevent_socket_new (base, -1, BEV_OPT_CLOSE_ON_FREE);
  self->input_cb = evbuffer_add_cb (bufferevent_get_input (self->bev), on_input, self);
  g_hash_table_insert (server->connections, self->bev, self);
  bufferevent_incref (self->bev);
  event_base_once (base, -1, EV_TIMEOUT, adopt, self, NULL);
  if (g_atomic_int_add (&listener->n_connections, 1) + 1 >= (gint) server->options.max_connections)
    ist_http_listener_accept (listener, FALSE);
  return self->bev;
}

void
ist_http_connection_got (IstHttpConnection *self)
{
  evtimer_del (self->deadline);
}

void
ist_http_connection_answering (IstHttpConnection *self)
{
  set_deadline (self, self->server->options.answer_secs);
}

void
ist_http_connection_sent (IstHttpConnection *self)
{
  evtimer_del (self->deadline);
  self->in_body = FALSE;
}
