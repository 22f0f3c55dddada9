#include "tests/routing/smtp-peer.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>

typedef struct
{
  int fd;
  const char *input;
  gsize size;
  const IstSmtpPeerPace *pace;
} Sender;

static void
on_connect (gpointer user, const IstSessionPeer *peer, IstReply *reply)
{
}

static void
on_mail (gpointer user, const IstSessionPeer *peer, const IstSessionMail *mail, IstReply *reply)
{
  IstSmtpPeer *self = user;

  g_string_append_printf (self->log, "mail %s%s%s;", mail->sender, mail->envid != NULL ? " " : "",
                          mail->envid != NULL ? mail->envid : "");
  ist_reply_set (reply, 250, "2.1.0", "ok");
}

static void
on_rcpt (gpointer user, const IstSessionPeer *peer, const IstSessionRcpt *rcpt, IstReply *reply)
{
  IstSmtpPeer *self = user;

  if (g_str_has_prefix (rcpt->address, "no"))
    {
      ist_reply_set (reply, 550, "5.1.1", "no such user");
      return;
    }
  g_string_append_printf (self->log, "rcpt %s", rcpt->address);
  if (rcpt->notify != 0 || rcpt->original != NULL)
    g_string_append_printf (self->log, " %u %s", rcpt->notify,
                            rcpt->original != NULL ? rcpt->original : "");
  g_string_append_c (self->log, ';');
  ist_reply_set (reply, 250, "2.1.5", "ok");
}

static gboolean
on_data (gpointer user, const IstSessionPeer *peer, IstReply *reply)
{
  IstSmtpPeer *self = user;

  g_string_append (self->log, "text ");
  return TRUE;
}

static gboolean
on_text (gpointer user, const char *data, gsize size, GError **error)
{
  IstSmtpPeer *self = user;
  const char *bad, *full;

  g_string_append_len (self->log, data, (gssize) size);
  bad = strstr (self->log->str, "EICAR");
  full = strstr (self->log->str, "DISKFULL");
  if (bad == NULL && full == NULL)
    return TRUE;
  /* How the text is cut into pieces is not promised; that none comes after a failure is. */
  g_string_truncate (self->log, bad != NULL ? (gsize) (bad - self->log->str) + strlen ("EICAR")
                                            : (gsize) (full - self->log->str) + strlen ("DISKFULL"));
  g_set_error_literal (error, IST_ERROR, bad != NULL ? IST_ERROR_REFUSED : IST_ERROR_RETRY,
                       bad != NULL ? "infected" : "no room");
  return FALSE;
}

static void
on_not_stored (gpointer user, const IstSessionPeer *peer, const GError *error, IstReply *reply)
{
  ist_reply_set (reply, 452, "4.3.1", "%s", error->message);
}

static void
on_done (gpointer user, const IstSessionPeer *peer, IstReply *reply)
{
  g_string_append (((IstSmtpPeer *) user)->log, ";done;");
  ist_reply_set (reply, 250, "2.0.0", "queued");
}

static void
on_abort (gpointer user)
{
  g_string_append (((IstSmtpPeer *) user)->log, "abort;");
}

static void
on_event (gpointer user, const IstSessionPeer *peer, const char *command, const IstReply *reply,
          const char *why)
{
}

static gpointer
send_all (gpointer data)
{
  Sender *sender = data;

  for (gsize at = 0; at < sender->size;)
    {
      gsize step = at == 0 && sender->pace->at_once > 0 ? sender->pace->at_once : sender->pace->step;
      gsize n = step > 0 ? MIN (step, sender->size - at) : sender->size - at;
      gssize sent = send (sender->fd, sender->input + at, n, MSG_NOSIGNAL);

      if (sent <= 0)
        break;
      at += (gsize) sent;
      if (sender->pace->pause_msecs > 0)
        g_usleep (sender->pace->pause_msecs * 1000);
    }
  if (sender->pace->stop_msecs == 0)
    shutdown (sender->fd, SHUT_WR);
  return NULL;
}

static gpointer
receive_all (gpointer data)
{
  GString *all = g_string_new (NULL);
  char block[4096];
  gssize got;

  while ((got = recv (GPOINTER_TO_INT (data), block, sizeof block, 0)) > 0)
    g_string_append_len (all, block, got);
  return all;
}

static void
gather_codes (IstSmtpPeer *self)
{
  g_auto (GStrv) lines = g_strsplit (self->answers->str, "\r\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (strlen (lines[i]) > 3 && lines[i][3] == ' ')
      g_string_append_printf (self->codes, "%s%.3s", self->codes->len > 0 ? " " : "", lines[i]);
}

static gpointer
stop_later (gpointer data)
{
  IstSmtpPeer *self = ((gpointer *) data)[0];

  g_usleep (self->stop_msecs * 1000);
  ist_session_shutdown (((gpointer *) data)[1]);
  return NULL;
}

/* The whole session; the socket is closed at its end. */
static gpointer
serve (gpointer data)
{
  static const IstSessionHandler handler
      = { on_connect, on_mail, on_rcpt, on_data, on_text, on_not_stored, on_done, on_abort, on_event };
  IstSmtpPeer *self = data;
  IstStream *stream = ist_stream_new (self->socket);
  IstSession *session = ist_session_new (stream, self->limits, &handler, self);
  gpointer both[] = { self, session };
  GThread *stopper = self->stop_msecs > 0 ? g_thread_new ("stop", stop_later, both) : NULL;

  ist_session_run (session);
  if (stopper != NULL)
    g_thread_join (stopper);
  ist_session_free (session);
  ist_stream_free (stream);
  g_clear_object (&self->socket);
  return NULL;
}

static IstSmtpPeer *
peer_new (const IstSessionLimits *limits, int *client)
{
  IstSmtpPeer *self = g_new0 (IstSmtpPeer, 1);
  int pair[2];

  if (socketpair (AF_UNIX, SOCK_STREAM, 0, pair) != 0)
    g_error ("socketpair failed");
  self->limits = limits;
  self->log = g_string_new (NULL);
  self->codes = g_string_new (NULL);
  self->socket = g_socket_new_from_fd (pair[0], NULL);
  *client = pair[1];
  return self;
}

IstSmtpPeer *
ist_smtp_peer_start (const IstSessionLimits *limits, GSocket **socket)
{
  int client;
  IstSmtpPeer *self = peer_new (limits, &client);

  self->answers = g_string_new (NULL);
  *socket = g_socket_new_from_fd (client, NULL);
  self->thread = g_thread_new ("session", serve, self);
  return self;
}

void
ist_smtp_peer_wait (IstSmtpPeer *self)
{
  if (self->thread != NULL)
    g_thread_join (g_steal_pointer (&self->thread));
}

IstSmtpPeer *
ist_smtp_peer_run_paced (const IstSessionLimits *limits, const char *input, gsize size,
                         const IstSmtpPeerPace *pace)
{
  int client;
  IstSmtpPeer *self = peer_new (limits, &client);
  Sender sender = { client, input, size, pace };
  GThread *sending = g_thread_new ("send", send_all, &sender);
  GThread *receiving = g_thread_new ("receive", receive_all, GINT_TO_POINTER (client));

  self->stop_msecs = pace->stop_msecs;
  serve (self);
  g_thread_join (sending);
  self->answers = g_thread_join (receiving);
  g_close (client, NULL);
  gather_codes (self);
  return self;
}

IstSmtpPeer *
ist_smtp_peer_run (const IstSessionLimits *limits, const char *input, gsize size, gsize step)
{
  IstSmtpPeerPace pace = { .step = step };

  return ist_smtp_peer_run_paced (limits, input, size, &pace);
}

void
ist_smtp_peer_free (IstSmtpPeer *self)
{
  ist_smtp_peer_wait (self);
  g_string_free (self->codes, TRUE);
  g_string_free (self->answers, TRUE);
  g_string_free (self->log, TRUE);
  g_free (self);
}
