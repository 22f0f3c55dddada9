#include "routing/smtp/session-private.h"

#include "base/clock.h"

#include <string.h>

/* "1234" or "1234 LAST". */
static gboolean
parse (const char *argument, guint64 *size, gboolean *last)
{
  g_auto (GStrv) words = g_strsplit (argument, " ", 3);
  guint n = g_strv_length (words);

  if (n < 1 || n > 2 || !g_ascii_string_to_unsigned (words[0], 10, 0, G_MAXINT64, size, NULL))
    return FALSE;
  *last = n == 2;
  return n == 1 || g_ascii_strcasecmp (words[1], "LAST") == 0;
}

/* One block and, in a transaction, all its chunks together have their time. */
static gint64
block_deadline (const IstSession *self)
{
  gint64 block = ist_clock_mono_usecs ()
                 + (gint64) self->limits->data_timeout_secs * G_USEC_PER_SEC;

  return MIN (block, self->bdat_until);
}

static void
begin_time (IstSession *self)
{
  self->bdat_until
      = ist_clock_mono_usecs () + (gint64) self->limits->data_total_secs * G_USEC_PER_SEC;
}

/* The chunk follows whatever we think of it: it must be read, or its text would be taken as commands. */
static gboolean
read_chunk (IstSession *self, guint64 size, IstTextReader *reader, IstTextState *state)
{
  *state = IST_TEXT_MORE;
  while (size > 0)
    {
      const char *data;
      gsize have, used;

      ist_stream_set_deadline (self->stream, block_deadline (self));
      if (!ist_stream_peek (self->stream, &data, &have, NULL))
        {
          ist_session_text_lost (self);
          return FALSE;
        }
      have = (gsize) MIN ((guint64) have, size);
      if (reader != NULL && *state == IST_TEXT_MORE)
        *state = ist_text_reader_feed (reader, data, have, &used);
      ist_stream_consume (self->stream, have);
      size -= have;
    }
  return TRUE;
}

static gboolean
is_hopeless (const IstSession *self, guint64 size)
{
  guint64 max = self->limits->max_message_bytes;

  return max > 0 && size / 2 > max;
}

static gboolean
begin (IstSession *self, IstReply *reply)
{
  const IstSessionLimits *l = self->limits;

  if (self->bdat != NULL)
    return TRUE;
  if (!self->in_mail)
    ist_reply_set (reply, 503, "5.5.1", "send MAIL first");
  else if (self->n_rcpts == 0)
    ist_reply_set (reply, 554, "5.5.1", "no valid recipients");
  else if (self->handler->data (self->user, &self->peer, reply))
    {
      self->bdat = ist_text_reader_new (l->bare_newline, l->max_message_bytes, l->max_header_bytes,
                                        FALSE, self->handler->text, self->user);
      return TRUE;
    }
  return FALSE;
}

static void
finish (IstSession *self)
{
  g_autoptr (IstTextReader) reader = g_steal_pointer (&self->bdat);

  ist_session_answer_text (self, reader);
}

void
ist_command_bdat (IstSession *self, const char *argument)
{
  g_auto (IstReply) reply = { 0 };
  IstTextState state;
  guint64 size;
  gboolean last, wanted;

  if (!parse (argument, &size, &last))
    {
      /* The length of what follows is unknown, so there is no way to go on. */
      ist_session_say (self, 501, "5.5.4", "syntax: BDAT size [LAST]; closing");
      ist_session_end (self);
      return;
    }
  if (self->bdat == NULL)
    begin_time (self);
  if (is_hopeless (self, size))
    {
      /* Reading so much only to throw it away would serve nobody. */
      ist_session_reset (self);
      ist_session_say (self, 552, "5.3.4",
                       "a chunk of %" G_GUINT64_FORMAT " octets is far larger than a message may be; "
                       "closing", size);
      ist_session_end (self);
      return;
    }
  wanted = begin (self, &reply);
  if (!read_chunk (self, size, wanted ? self->bdat : NULL, &state))
    return;
  if (!wanted)
    {
      ist_session_reset (self);
      ist_session_reply (self, &reply);
      return;
    }
  if (state == IST_TEXT_MORE && last)
    state = ist_text_reader_finish (self->bdat);
  if (state == IST_TEXT_BARE)
    {
      ist_session_reset (self);
      ist_session_say (self, 521, "5.5.2", "bare CR or LF in the message text is not accepted; closing");
      ist_session_end (self);
    }
  else if (last || ist_text_reader_failed (self->bdat, &reply))
    finish (self);
  else
    ist_session_say (self, 250, "2.0.0", "%" G_GUINT64_FORMAT " octets received", size);
}
