#include "routing/smtp/session-private.h"

#include "base/clock.h"

#include <string.h>

/* RFC 5321 4.5.3.1.4 asks for 512 octets; parameters and addresses of Exchange (571) and UTF-8 need more. */
#define MAX_COMMAND 4096

static const IstSessionCommand commands[] = {
  { "BDAT", ist_command_bdat },         { "DATA", ist_command_data },
  { "EHLO", ist_command_ehlo },         { "ETRN", ist_command_unsupported },
  { "EXPN", ist_command_unsupported },  { "HELO", ist_command_helo },
  { "HELP", ist_command_help },         { "MAIL", ist_command_mail },
  { "NOOP", ist_command_noop },         { "QUIT", ist_command_quit },
  { "RCPT", ist_command_rcpt },         { "RSET", ist_command_rset },
  { "STARTTLS", ist_command_starttls }, { "TURN", ist_command_unsupported },
  { "VRFY", ist_command_vrfy },         { "XCLIENT", ist_command_xclient },
};

IstSession *
ist_session_new (IstStream *stream, const IstSessionLimits *limits,
                 const IstSessionHandler *handler, gpointer user)
{
  IstSession *self = g_new0 (IstSession, 1);

  self->stream = stream;
  self->limits = limits;
  self->handler = handler;
  self->user = user;
  self->line = g_string_new (NULL);
  self->verb = "CONNECT";
  self->helo = g_strdup ("");
  self->address = g_strdup (ist_stream_peer_address (stream));
  self->peer.helo = self->helo;
  self->peer.address = self->address;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  return self;
}

void
ist_session_free (IstSession *self)
{
  if (self == NULL)
    return;
  ist_text_reader_free (self->bdat);
  g_string_free (self->line, TRUE);
  g_free (self->helo);
  g_free (self->address);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

void
ist_session_shutdown (IstSession *self)
{
  g_mutex_lock (&self->mutex);
  g_atomic_int_set (&self->stopping, TRUE);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

void
ist_session_end (IstSession *self)
{
  self->ended = TRUE;
}

void
ist_session_event (IstSession *self, const IstReply *reply, const char *why)
{
  if (self->handler->event != NULL)
    self->handler->event (self->user, &self->peer, self->verb, reply, why);
}

void
ist_session_reset (IstSession *self)
{
  if (self->in_mail)
    self->handler->abort (self->user);
  self->in_mail = FALSE;
  self->smtputf8 = FALSE;
  self->n_rcpts = 0;
  g_clear_pointer (&self->bdat, ist_text_reader_free);
}

void
ist_session_set_helo (IstSession *self, const char *helo, gboolean esmtp)
{
  g_free (self->helo);
  self->helo = g_strdup (helo);
  self->peer.helo = self->helo;
  self->peer.esmtp = esmtp;
}

/* ---- replies ---- */

gboolean
ist_session_flush (IstSession *self)
{
  ist_stream_set_deadline (self->stream, ist_clock_mono_usecs ()
                                             + (gint64) self->limits->command_timeout_secs
                                                   * G_USEC_PER_SEC);
  if (ist_stream_flush (self->stream, NULL))
    return TRUE;
  ist_session_end (self);
  return FALSE;
}

/* A stranger who makes mistakes is answered slowly; a stop does not wait for him. */
static void
tarpit (IstSession *self)
{
  gint64 until = ist_clock_mono_usecs () + (gint64) self->limits->tarpit_msecs * 1000;

  if (self->limits->tarpit_msecs == 0)
    return;
  g_mutex_lock (&self->mutex);
  while (!g_atomic_int_get (&self->stopping) && ist_clock_wait (&self->cond, &self->mutex, until))
    ;
  g_mutex_unlock (&self->mutex);
}

void
ist_session_reply (IstSession *self, const IstReply *reply)
{
  g_auto (GStrv) lines = g_strsplit (reply->text != NULL ? reply->text : "", "\n", -1);
  gboolean enhanced = reply->enhanced != NULL && reply->code != 354;

  if (ist_reply_is_passing (reply) || ist_reply_is_final (reply))
    {
      self->n_errors++;
      ist_session_event (self, reply, NULL);
      tarpit (self);
    }
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *line
          = g_strdup_printf ("%u%c%s%s%s\r\n", reply->code, lines[i + 1] != NULL ? '-' : ' ',
                             enhanced ? reply->enhanced : "", enhanced ? " " : "", lines[i]);

      if (!ist_stream_write (self->stream, line, strlen (line), NULL))
        ist_session_end (self);
    }
}

void
ist_session_say (IstSession *self, guint code, const char *enhanced, const char *format, ...)
{
  g_auto (IstReply) reply = { 0 };
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  ist_reply_set (&reply, code, enhanced, "%s", text);
  ist_session_reply (self, &reply);
}

/* ---- commands ---- */

static gboolean
over_limits (IstSession *self)
{
  const IstSessionLimits *l = self->limits;

  if (l->max_errors > 0 && self->n_errors >= l->max_errors)
    ist_session_say (self, 421, "4.7.0", "%s too many errors", l->hostname);
  else if (l->max_commands > 0 && ++self->n_commands > l->max_commands)
    ist_session_say (self, 421, "4.7.0", "%s too many commands", l->hostname);
  else
    return FALSE;
  ist_session_end (self);
  return TRUE;
}

static void
run_command (IstSession *self)
{
  char *text = self->line->str;
  gsize length = strcspn (text, " \t");
  g_autofree char *verb = g_ascii_strup (text, (gssize) length);
  const char *argument = text + length;

  while (*argument == ' ' || *argument == '\t')
    argument++;
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].verb, verb) == 0)
      {
        self->verb = commands[i].verb;
        commands[i].run (self, argument);
        return;
      }
  self->verb = "?";
  ist_session_say (self, 500, "5.5.1", "command not recognized");
}

/* RFC 5321 2.3.8: lines end in CRLF and nothing else. A client that ends commands in a bare LF, or hides
 * one in them, may be half of a smuggling attempt: it is told and left. */
static gboolean
check_line (IstSession *self, gboolean too_long)
{
  GString *line = self->line;

  self->verb = "?";
  if (too_long)
    {
      ist_session_say (self, 500, "5.5.2", "line too long");
      return FALSE;
    }
  if (line->len >= 2 && line->str[line->len - 2] == '\r')
    {
      g_string_truncate (line, line->len - 2);
      if (memchr (line->str, '\r', line->len) == NULL && memchr (line->str, '\0', line->len) == NULL)
        return TRUE;
    }
  ist_session_say (self, 521, "5.5.2", "bare CR, bare LF or NUL in a command; closing");
  ist_session_end (self);
  return FALSE;
}

/* Waits for the next command in slices, so that a stop is seen within one. The deadline that it leaves
 * bounds the whole command, however slowly its bytes come. */
static gboolean
wait_command (IstSession *self)
{
  gint64 until
      = ist_clock_mono_usecs () + (gint64) self->limits->command_timeout_secs * G_USEC_PER_SEC;

  while (ist_stream_pending (self->stream) == 0)
    {
      gint64 now = ist_clock_mono_usecs ();

      if (g_atomic_int_get (&self->stopping))
        {
          self->verb = "?";
          ist_session_say (self, 421, "4.3.2", "%s service is shutting down", self->limits->hostname);
          return FALSE;
        }
      if (now >= until)
        {
          self->verb = "?";
          ist_session_say (self, 421, "4.4.2", "%s timed out", self->limits->hostname);
          return FALSE;
        }
      if (ist_stream_wait_readable (self->stream, MIN (until, now + G_USEC_PER_SEC)))
        continue;
      if (ist_stream_last_fault (self->stream) != IST_FAULT_NONE)
        return FALSE;
      /* Nobody speaks: the buffers go. Giving them up at each command would cost more than the command. */
      ist_stream_idle (self->stream);
    }
  ist_stream_set_deadline (self->stream, until);
  return TRUE;
}

/* Is a whole command there already? Without one the client waits for our answers, or drips. */
static gboolean
has_command (IstSession *self)
{
  const char *data;
  gsize size;

  /* These bytes are here: nothing is waited for, but a time that has passed would count as late. */
  ist_stream_set_deadline (self->stream, ist_clock_mono_usecs ()
                                             + (gint64) self->limits->command_timeout_secs
                                                   * G_USEC_PER_SEC);
  return ist_stream_pending (self->stream) > 0
         && ist_stream_peek (self->stream, &data, &size, NULL) && memchr (data, '\n', size) != NULL;
}

static gboolean
read_command (IstSession *self)
{
  gboolean too_long;

  if (!has_command (self))
    {
      if (!ist_session_flush (self) || !wait_command (self))
        return FALSE;
    }
  if (!ist_stream_read_line (self->stream, self->line, MAX_COMMAND, &too_long, NULL))
    {
      if (ist_stream_last_fault (self->stream) == IST_FAULT_TIMEOUT)
        ist_session_say (self, 421, "4.4.2", "%s timed out", self->limits->hostname);
      return FALSE;
    }
  if (check_line (self, too_long) && !over_limits (self))
    run_command (self);
  return !self->ended;
}

void
ist_session_text_lost (IstSession *self)
{
  gboolean late = ist_stream_last_fault (self->stream) == IST_FAULT_TIMEOUT;

  ist_session_event (self, NULL,
                     late ? "the message text came too slowly"
                          : "the connection was lost in the message text");
  if (late)
    ist_session_say (self, 421, "4.4.2", "%s timed out", self->limits->hostname);
  ist_session_end (self);
}

/* ---- the whole ---- */

static gboolean
greet (IstSession *self)
{
  g_auto (IstReply) reply = { 0 };

  if (self->limits->implicit_tls)
    {
      g_autoptr (GError) error = NULL;

      ist_stream_set_deadline (self->stream, ist_clock_mono_usecs () + 60 * G_USEC_PER_SEC);
      if (!ist_stream_start_tls (self->stream, self->limits->tls, NULL, &error))
        {
          ist_session_event (self, NULL, error->message);
          return FALSE;
        }
      self->peer.tls = ist_stream_tls_info (self->stream);
    }
  self->handler->connect (self->user, &self->peer, &reply);
  if (ist_reply_is_passing (&reply) || ist_reply_is_final (&reply))
    {
      ist_session_reply (self, &reply);
      return FALSE;
    }
  ist_session_say (self, 220, NULL, "%s ESMTP Isthmus", self->limits->hostname);
  return TRUE;
}

void
ist_session_run (IstSession *self)
{
  if (greet (self))
    while (read_command (self))
      ;
  ist_stream_set_deadline (self->stream, ist_clock_mono_usecs () + 5 * G_USEC_PER_SEC);
  ist_stream_flush (self->stream, NULL);
  ist_session_reset (self);
}
