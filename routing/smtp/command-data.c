#include "routing/smtp/session-private.h"

#include "base/clock.h"

static gboolean
check (IstSession *self)
{
  if (self->bdat != NULL)
    ist_session_say (self, 503, "5.5.1", "DATA and BDAT cannot be mixed (RFC 3030)");
  else if (!self->in_mail)
    ist_session_say (self, 503, "5.5.1", "send MAIL first");
  else if (self->n_rcpts == 0)
    ist_session_say (self, 554, "5.5.1", "no valid recipients");
  else
    return TRUE;
  return FALSE;
}

static gint64
block_deadline (const IstSession *self, gint64 total)
{
  return MIN (total, ist_clock_mono_usecs ()
                         + (gint64) self->limits->data_timeout_secs * G_USEC_PER_SEC);
}

static IstTextState
read_text (IstSession *self, IstTextReader *reader)
{
  gint64 total
      = ist_clock_mono_usecs () + (gint64) self->limits->data_total_secs * G_USEC_PER_SEC;
  IstTextState state = IST_TEXT_MORE;

  while (state == IST_TEXT_MORE)
    {
      const char *data;
      gsize size, used;

      ist_stream_set_deadline (self->stream, block_deadline (self, total));
      if (!ist_stream_peek (self->stream, &data, &size, NULL))
        {
          ist_session_text_lost (self);
          break;
        }
      state = ist_text_reader_feed (reader, data, size, &used);
      ist_stream_consume (self->stream, used);
    }
  return state;
}

void
ist_session_answer_text (IstSession *self, const IstTextReader *reader)
{
  g_auto (IstReply) reply = { 0 };

  self->n_messages++;
  self->n_commands = 0;
  if (ist_text_reader_failed (reader, &reply))
    {
      if (reply.code == 451 && self->handler->not_stored != NULL)
        self->handler->not_stored (self->user, &self->peer, ist_text_reader_error (reader), &reply);
      ist_session_reset (self);
      ist_session_reply (self, &reply);
      return;
    }
  self->handler->done (self->user, &self->peer, &reply);
  self->in_mail = FALSE;
  self->n_rcpts = 0;
  ist_session_reply (self, &reply);
}

void
ist_command_data (IstSession *self, const char *argument)
{
  const IstSessionLimits *l = self->limits;
  g_auto (IstReply) reply = { 0 };
  g_autoptr (IstTextReader) reader = NULL;
  IstTextState state;

  if (argument[0] != '\0')
    {
      ist_session_say (self, 501, "5.5.4", "DATA takes no argument");
      return;
    }
  if (!check (self))
    return;
  if (!self->handler->data (self->user, &self->peer, &reply))
    {
      ist_session_reset (self);
      ist_session_reply (self, &reply);
      return;
    }
  ist_session_say (self, 354, NULL, "end data with <CRLF>.<CRLF>");
  if (!ist_session_flush (self))
    return;
  reader = ist_text_reader_new (l->bare_newline, l->max_message_bytes, l->max_header_bytes, TRUE,
                                self->handler->text, self->user);
  state = read_text (self, reader);
  if (state == IST_TEXT_END)
    ist_session_answer_text (self, reader);
  else if (state == IST_TEXT_BARE)
    {
      /* What follows may be a smuggled second message: it is never read. */
      ist_session_reset (self);
      ist_session_say (self, 521, "5.5.2", "bare CR or LF in the message text is not accepted; closing");
      ist_session_end (self);
    }
}
