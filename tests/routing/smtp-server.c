#include "tests/routing/smtp-server.h"

#include <string.h>

static IstStream *
next_connection (IstSmtpServer *self)
{
  g_autoptr (GCancellable) cancel = g_cancellable_new ();
  g_autoptr (GSocket) socket = g_socket_listener_accept_socket (self->listener, NULL, cancel, NULL);
  IstStream *stream;

  if (socket == NULL)
    return NULL;
  stream = ist_stream_new (socket);
  ist_stream_set_deadline (stream, g_get_monotonic_time () + 30 * G_USEC_PER_SEC);
  return stream;
}

static gboolean
say (const IstSmtpServer *self, IstStream *stream, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *joined = g_strjoinv ("\r\n", lines);
  g_autofree char *all = g_strconcat (joined, "\r\n", NULL);
  gsize size = strlen (all);
  gsize step = self->step > 0 ? self->step : size;

  for (gsize at = 0; at < size; at += step)
    if (!ist_stream_write (stream, all + at, MIN (step, size - at), NULL)
        || !ist_stream_flush (stream, NULL))
      return FALSE;
  return TRUE;
}

static gboolean
read_line (IstSmtpServer *self, IstStream *stream, GString *line)
{
  gboolean too_long;

  if (!ist_stream_read_line (stream, line, 1000000, &too_long, NULL))
    return FALSE;
  g_string_append_len (self->seen, line->str, (gssize) line->len);
  return TRUE;
}

static gboolean
read_bytes (IstSmtpServer *self, IstStream *stream, guint64 size)
{
  while (size > 0)
    {
      const char *data;
      gsize have;

      if (!ist_stream_peek (stream, &data, &have, NULL))
        return FALSE;
      have = MIN (have, size);
      g_string_append_len (self->seen, data, (gssize) have);
      ist_stream_consume (stream, have);
      size -= have;
    }
  return TRUE;
}

static gboolean
hear (IstSmtpServer *self, IstStream *stream, const char *what)
{
  g_autoptr (GString) line = g_string_new (NULL);

  if (!read_line (self, stream, line))
    return FALSE;
  if (g_str_has_prefix (line->str, "BDAT ") && strcmp (what, "BDAT") == 0)
    return read_bytes (self, stream, g_ascii_strtoull (line->str + 5, NULL, 10));
  while (strcmp (what, ".") == 0 && strcmp (line->str, ".\r\n") != 0)
    if (!read_line (self, stream, line))
      return FALSE;
  return TRUE;
}

static gpointer
run (gpointer data)
{
  IstSmtpServer *self = data;
  g_autoptr (IstStream) stream = next_connection (self);

  for (gsize i = 0; stream != NULL && self->script[i] != NULL; i++)
    {
      const char *step = self->script[i];
      gboolean ok = TRUE;

      if (step[0] == '>')
        ok = say (self, stream, step + 1);
      else if (step[0] == '<')
        ok = hear (self, stream, step + 1);
      else if (strcmp (step, "TLS") == 0)
        ok = ist_stream_start_tls (stream, self->tls, NULL, NULL);
      else if (strcmp (step, "WAIT") == 0)
        while (read_bytes (self, stream, 1))
          ;
      else if (strcmp (step, "NEXT") == 0)
        {
          g_clear_pointer (&stream, ist_stream_free);
          stream = next_connection (self);
        }
      /* A client that left early has done with this connection, not with the script. */
      if (!ok)
        while (self->script[i + 1] != NULL && strcmp (self->script[i + 1], "NEXT") != 0)
          i++;
    }
  return NULL;
}

IstSmtpServer *
ist_smtp_server_start (const char *const *script, gsize step, IstTlsContext *tls)
{
  IstSmtpServer *self = g_new0 (IstSmtpServer, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  self->script = script;
  self->step = step;
  self->tls = tls;
  self->seen = g_string_new (NULL);
  self->listener = g_socket_listener_new ();
  if (!g_socket_listener_add_address (self->listener, any, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
                                      NULL, &bound, NULL))
    g_error ("cannot listen on loopback");
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->thread = g_thread_new ("smtp-server", run, self);
  return self;
}

void
ist_smtp_server_wait (IstSmtpServer *self)
{
  if (self->thread != NULL)
    g_thread_join (g_steal_pointer (&self->thread));
}

void
ist_smtp_server_free (IstSmtpServer *self)
{
  if (self == NULL)
    return;
  ist_smtp_server_wait (self);
  g_object_unref (self->listener);
  g_string_free (self->seen, TRUE);
  g_free (self);
}
