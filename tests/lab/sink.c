#include "tests/lab/sink.h"

#include "routing/smtp/session.h"

#include <gio/gio.h>
#include <string.h>

struct _IstSink
{
  char *name;
  char *maildir;
  GSocketListener *listener;
  GCancellable *cancel;
  GThread *thread;
  guint16 port;
  GMutex mutex; /* guards the two below */
  guint count;
  char *newest;
};

typedef struct
{
  IstSink *sink;
  GString *text;
} Visit;

static void
on_connect (gpointer user, const IstSessionPeer *peer, IstReply *reply)
{
}

static void
on_mail (gpointer user, const IstSessionPeer *peer, const IstSessionMail *mail, IstReply *reply)
{
  Visit *visit = user;

  g_string_printf (visit->text, "Return-Path: <%s>\r\n", mail->sender);
  ist_reply_set (reply, 250, "2.1.0", "ok");
}

static void
on_rcpt (gpointer user, const IstSessionPeer *peer, const IstSessionRcpt *rcpt, IstReply *reply)
{
  Visit *visit = user;

  g_string_append_printf (visit->text, "Delivered-To: %s\r\n", rcpt->address);
  ist_reply_set (reply, 250, "2.1.5", "ok");
}

static gboolean
on_data (gpointer user, const IstSessionPeer *peer, IstReply *reply)
{
  return TRUE;
}

static gboolean
on_text (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  Visit *visit = user;

  g_string_append_len (visit->text, data, (gssize) size_bytes);
  return TRUE;
}

static void
on_done (gpointer user, const IstSessionPeer *peer, IstReply *reply)
{
  Visit *visit = user;
  IstSink *sink = visit->sink;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&sink->mutex);
  path = g_strdup_printf ("%s/new/%u.%s", sink->maildir, sink->count + 1, sink->name);
  if (g_file_set_contents (path, visit->text->str, (gssize) visit->text->len, &error))
    {
      sink->count++;
      g_free (sink->newest);
      sink->newest = g_strdup (path);
      ist_reply_set (reply, 250, "2.0.0", "kept");
    }
  else
    ist_reply_set (reply, 451, "4.3.0", "%s", error->message);
  g_mutex_unlock (&sink->mutex);
}

static void
on_abort (gpointer user)
{
}

static const IstSessionHandler handler = {
  .connect = on_connect,
  .mail = on_mail,
  .rcpt = on_rcpt,
  .data = on_data,
  .text = on_text,
  .done = on_done,
  .abort = on_abort,
};

typedef struct
{
  IstSink *sink;
  GSocket *socket;
} Arrival;

static gpointer
session_run (gpointer data)
{
  Arrival *arrival = data;
  IstSink *sink = arrival->sink;
  Visit visit = { sink, g_string_new (NULL) };
  g_autoptr (IstStream) stream = ist_stream_new (arrival->socket);
  IstSessionLimits limits = {
    .hostname = sink->name,
    .bare_newline = IST_BARE_NEWLINE_REFUSE,
    .max_recipients = 1000,
    .command_timeout_secs = 300,
    .data_timeout_secs = 60,
    .data_total_secs = 600,
  };
  IstSession *session = ist_session_new (stream, &limits, &handler, &visit);

  ist_session_run (session);
  ist_session_free (session);
  g_string_free (visit.text, TRUE);
  g_object_unref (arrival->socket);
  g_free (arrival);
  return NULL;
}

static gpointer
accept_run (gpointer data)
{
  IstSink *self = data;

  while (!g_cancellable_is_cancelled (self->cancel))
    {
      GSocket *socket = g_socket_listener_accept_socket (self->listener, NULL, self->cancel, NULL);
      Arrival *arrival;

      if (socket == NULL)
        continue;
      arrival = g_new (Arrival, 1);
      arrival->sink = self;
      arrival->socket = socket;
      g_thread_unref (g_thread_new ("sink", session_run, arrival));
    }
  return NULL;
}

IstSink *
ist_sink_start (const char *name, guint16 port, const char *maildir, GError **error)
{
  static const char *const folders[] = { "new", "cur", "tmp" };
  IstSink *self = g_new0 (IstSink, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, port);
  g_autoptr (GSocketAddress) bound = NULL;

  self->name = g_strdup (name);
  self->maildir = g_strdup (maildir);
  g_mutex_init (&self->mutex);
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (maildir, folders[i], NULL);

      g_mkdir_with_parents (path, 0700);
    }
  self->cancel = g_cancellable_new ();
  self->listener = g_socket_listener_new ();
  if (!g_socket_listener_add_address (self->listener, address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, NULL, &bound, error))
    {
      ist_sink_stop (self);
      return NULL;
    }
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->thread = g_thread_new ("sink-accept", accept_run, self);
  return self;
}

/* The threads of open connections may still look at the sink, so it is stopped and kept. */
void
ist_sink_stop (IstSink *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->cancel);
  if (self->thread != NULL)
    g_thread_join (g_steal_pointer (&self->thread));
  g_socket_listener_close (self->listener);
}

guint16
ist_sink_port (IstSink *self)
{
  return self->port;
}

guint
ist_sink_count (IstSink *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return self->count;
}

char *
ist_sink_newest (IstSink *self, char **path)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  char *text = NULL;

  if (self->newest == NULL || !g_file_get_contents (self->newest, &text, NULL, NULL))
    return NULL;
  if (path != NULL)
    *path = g_strdup (self->newest);
  return text;
}
