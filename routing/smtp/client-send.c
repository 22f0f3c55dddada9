#include "routing/smtp/client-private.h"

#include "base/address.h"
#include "base/error.h"
#include "routing/smtp/downgrade.h"

#include <string.h>

/* ---- before sending: what cannot be sent at all ---- */

static void
answer_all (const IstClientMail *mail, guint code, const char *enhanced, const char *words)
{
  for (guint i = 0; i < mail->n_rcpts; i++)
    if (mail->rcpts[i].reply.code == 0)
      ist_reply_set (&mail->rcpts[i].reply, code, enhanced, "%s", words);
}

/* The address as this peer can take it, g_free(); NULL: it cannot. */
static char *
wire_address (const IstClient *self, const char *address)
{
  return ist_client_has (self, "SMTPUTF8") ? g_strdup (address) : ist_downgrade_address (address);
}

static char *
lacks (const IstClient *self, const char *extension, const char *why)
{
  return g_strdup_printf ("%s does not offer %s, which this message needs: %s", self->host, extension,
                          why);
}

/* Recipients whose address this peer cannot take are refused alone. FALSE: nobody is left. */
static gboolean
check_addresses (IstClient *self, const IstClientMail *mail)
{
  g_autofree char *words = lacks (self, "SMTPUTF8", "an address has no ASCII form");
  g_autofree char *sender = wire_address (self, mail->sender);
  guint n_left = 0;

  if (sender == NULL)
    answer_all (mail, 554, "5.6.7", words);
  for (guint i = 0; sender != NULL && i < mail->n_rcpts; i++)
    {
      g_autofree char *address = wire_address (self, mail->rcpts[i].address);

      if (address == NULL)
        ist_reply_set (&mail->rcpts[i].reply, 554, "5.6.7", "%s", words);
      else
        n_left++;
    }
  return n_left > 0;
}

/* Makes the message one that this peer can take. An honest refusal beats damage: its words name the
 * extension that the peer lacks and what cannot be rewritten. */
static gboolean
fit_text (IstClient *self, IstClientMail *mail, IstTextNeeds *needs, IstMessage **fitted)
{
  gboolean utf8_header
      = mail->smtputf8 && needs->eight_bit_header && !ist_client_has (self, "SMTPUTF8");
  gboolean text = needs->eight_bit_body && !ist_client_has (self, "8BITMIME");
  gsize max_line = self->max_line_bytes > 0
                           && ist_downgrade_has_long_line (mail->message, self->max_line_bytes)
                       ? self->max_line_bytes
                       : 0;
  guint what = (text ? IST_DOWNGRADE_TEXT : 0) | (text || utf8_header ? IST_DOWNGRADE_HEADER : 0);
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  if (what == 0 && max_line == 0)
    return TRUE;
  *fitted = ist_downgrade (mail->message, what, max_line, &error);
  if (*fitted != NULL)
    {
      self->note = text          ? "the host lacks 8BITMIME: 8-bit text was encoded anew"
                   : utf8_header ? "the host lacks SMTPUTF8: the header was written in ASCII"
                                 : "long lines were encoded anew or folded";
      mail->message = *fitted;
      ist_client_text_needs (mail->message, needs);
      return TRUE;
    }
  /* Only long lines: they leave as they are, rather than not at all. */
  if (what == 0)
    return TRUE;
  words = lacks (self, utf8_header ? "SMTPUTF8" : "8BITMIME", error->message);
  answer_all (mail, 554, utf8_header ? "5.6.7" : "5.6.3", words);
  return FALSE;
}

static gboolean
check_size (IstClient *self, const IstClientMail *mail, gsize size)
{
  guint64 max = ist_client_max_size (self);
  g_autofree char *words = NULL;

  if (max == 0 || size <= max)
    return TRUE;
  words = g_strdup_printf ("message of %" G_GSIZE_FORMAT " bytes is larger than the %" G_GUINT64_FORMAT
                           " that %s takes",
                           size, max, self->host);
  answer_all (mail, 552, "5.3.4", words);
  return FALSE;
}

/* ---- commands ---- */

static gboolean
needs_utf8 (const IstClientMail *mail)
{
  if (!ist_is_ascii (mail->sender))
    return TRUE;
  for (guint i = 0; i < mail->n_rcpts; i++)
    if (!ist_is_ascii (mail->rcpts[i].address))
      return TRUE;
  return FALSE;
}

static gboolean
put_mail (IstClient *self, const IstClientMail *mail, const IstTextNeeds *needs, gsize size,
          GError **error)
{
  g_autoptr (GString) line = g_string_new (NULL);

  g_autofree char *sender = wire_address (self, mail->sender);

  g_string_printf (line, "MAIL FROM:<%s>", sender);
  if (ist_client_has (self, "SIZE"))
    g_string_append_printf (line, " SIZE=%" G_GSIZE_FORMAT, size);
  if (needs->eight_bit_body)
    g_string_append (line, " BODY=8BITMIME");
  if (ist_client_has (self, "SMTPUTF8") && (mail->smtputf8 || needs_utf8 (mail)))
    g_string_append (line, " SMTPUTF8");
  if (ist_client_has (self, "DSN"))
    {
      if (mail->ret != IST_RET_DEFAULT)
        g_string_append (line, mail->ret == IST_RET_FULL ? " RET=FULL" : " RET=HDRS");
      if (mail->envid != NULL)
        {
          g_autofree char *envid = ist_xtext_encode (mail->envid);

          g_string_append_printf (line, " ENVID=%s", envid);
        }
    }
  return ist_client_put (self, error, "%s", line->str);
}

static void
append_notify (GString *line, guint notify)
{
  static const struct
  {
    IstNotify bit;
    const char *word;
  } words[] = { { IST_NOTIFY_NEVER, "NEVER" },
                { IST_NOTIFY_SUCCESS, "SUCCESS" },
                { IST_NOTIFY_FAILURE, "FAILURE" },
                { IST_NOTIFY_DELAY, "DELAY" } };
  const char *lead = " NOTIFY=";

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if ((notify & words[i].bit) != 0)
      {
        g_string_append_printf (line, "%s%s", lead, words[i].word);
        lead = ",";
      }
}

static gboolean
put_rcpt (IstClient *self, const IstClientRcpt *rcpt, GError **error)
{
  g_autoptr (GString) line = g_string_new (NULL);
  const char *semicolon = rcpt->original != NULL ? strchr (rcpt->original, ';') : NULL;
  g_autofree char *address = wire_address (self, rcpt->address);

  g_string_printf (line, "RCPT TO:<%s>", address);
  if (ist_client_has (self, "DSN"))
    {
      append_notify (line, rcpt->notify);
      if (semicolon != NULL && ist_is_ascii (rcpt->original))
        {
          g_autofree char *text = ist_xtext_encode (semicolon + 1);

          g_string_append_printf (line, " ORCPT=%.*s;%s", (int) (semicolon - rcpt->original),
                                  rcpt->original, text);
        }
    }
  return ist_client_put (self, error, "%s", line->str);
}

static gboolean
is_accepted (const IstReply *reply)
{
  return reply->code >= 200 && reply->code < 300;
}

/* A positive reply that the command cannot have: the peer is out of step. Nothing was accepted, and what it
 * would make of further commands nobody knows. */
static void
distrust (IstClient *self, IstReply *reply)
{
  g_autofree char *text = NULL;

  if (is_accepted (reply) || !ist_reply_is_ok (reply))
    return;
  text = ist_reply_to_string (reply);
  ist_reply_set (reply, 451, "4.5.0", "unexpected answer: %s", text);
  self->closing = TRUE;
}

/* 452 after somebody was accepted means "not so many at once" (RFC 5321 4.5.3.1.10, which knows old
 * servers that say 552): those go next. */
static void
take_rcpt_reply (IstClientRcpt *rcpt, IstReply *reply, guint *n_accepted)
{
  gboolean too_many = (reply->code == 452 && !ist_client_is_busy (reply))
                      || (reply->code == 552 && g_strcmp0 (reply->enhanced, "5.5.3") == 0);

  if (is_accepted (reply))
    (*n_accepted)++;
  else if (too_many && *n_accepted > 0)
    rcpt->postponed = TRUE;
  else
    ist_reply_copy (&rcpt->reply, reply);
}

static gboolean
read_reply (IstClient *self, IstReply *reply, GError **error)
{
  return ist_client_read_reply (self, self->command_timeout_secs, reply, error);
}

static gboolean
flush (IstClient *self, guint secs, GError **error)
{
  g_autoptr (GError) local = NULL;

  ist_client_deadline (self, secs);
  if (ist_stream_flush (self->stream, &local))
    return TRUE;
  self->lost = TRUE;
  g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "%s: %s", self->host, local->message);
  return FALSE;
}

/* Everybody who has no result and was not postponed gets this one. */
static void
take_final (const IstClientMail *mail, const IstReply *reply)
{
  for (guint i = 0; i < mail->n_rcpts; i++)
    {
      IstClientRcpt *rcpt = &mail->rcpts[i];

      if (rcpt->postponed || rcpt->reply.code != 0)
        continue;
      ist_reply_copy (&rcpt->reply, reply);
    }
}

/* The peer leaves: nothing of this transaction was taken, the postponed ones included. */
static void
take_leave (const IstClientMail *mail, const IstReply *reply)
{
  for (guint i = 0; i < mail->n_rcpts; i++)
    mail->rcpts[i].postponed = FALSE;
  take_final (mail, reply);
}

/* The RCPT replies. FALSE only when the connection is gone; after a 421 everybody has his result. */
static gboolean
send_rcpts (IstClient *self, const IstClientMail *mail, gboolean pipelined, const IstReply *mail_reply,
            guint *n_accepted, gboolean *busy, GError **error)
{
  for (guint i = 0; i < mail->n_rcpts; i++)
    {
      g_auto (IstReply) reply = { 0 };

      if (mail->rcpts[i].reply.code != 0)
        continue;
      if (!pipelined
          && (!put_rcpt (self, &mail->rcpts[i], error)
              || !flush (self, self->command_timeout_secs, error)))
        return FALSE;
      if (!read_reply (self, &reply, error))
        return FALSE;
      distrust (self, &reply);
      *busy |= ist_client_is_busy (&reply);
      if (self->closing)
        {
          take_leave (mail, &reply);
          return TRUE;
        }
      if (is_accepted (mail_reply))
        take_rcpt_reply (&mail->rcpts[i], &reply, n_accepted);
    }
  return TRUE;
}

/* MAIL and every RCPT; with PIPELINING in one write. FALSE only when the connection is gone. */
static gboolean
send_envelope (IstClient *self, const IstClientMail *mail, const IstTextNeeds *needs, gsize size,
               IstReply *mail_reply, guint *n_accepted, gboolean *busy, GError **error)
{
  gboolean pipelining = ist_client_has (self, "PIPELINING");

  if (!put_mail (self, mail, needs, size, error))
    return FALSE;
  for (guint i = 0; pipelining && i < mail->n_rcpts; i++)
    if (mail->rcpts[i].reply.code == 0 && !put_rcpt (self, &mail->rcpts[i], error))
      return FALSE;
  if (!flush (self, self->command_timeout_secs, error) || !read_reply (self, mail_reply, error))
    return FALSE;
  distrust (self, mail_reply);
  *busy = ist_client_is_busy (mail_reply);
  if (self->closing || (!is_accepted (mail_reply) && !pipelining))
    return TRUE;
  return send_rcpts (self, mail, pipelining, mail_reply, n_accepted, busy, error);
}

/* ---- text ---- */

/* So long the reply of a peer that closed may still be on its way. */
#define LAST_WORDS_SECS 2

/* A peer that wants no more of a text may say why and close at once, in the middle of it (RFC 5321 4.2.5 has refusals
 * only behind the dot). Its words count, not the broken connection: else a message that is too large would be sent
 * again for days. A positive reply to half a text means nothing. */
static gboolean
read_last_words (IstClient *self, IstReply *reply)
{
  IstFault fault = ist_stream_last_fault (self->stream);

  if ((fault != IST_FAULT_RESET && fault != IST_FAULT_CLOSED)
      || !ist_client_read_reply (self, LAST_WORDS_SECS, reply, NULL))
    return FALSE;
  return reply->code >= 400;
}

/* After 354, or by BDAT. FALSE: the connection is gone, or *refused is set and `reply` says why. */
static gboolean
send_bytes (IstClient *self, const IstClientMail *mail, const IstTextNeeds *needs, gboolean chunk,
            IstReply *reply, gboolean *refused, GError **error)
{
  g_autoptr (GError) local = NULL;

  if ((chunk ? ist_client_send_chunk (self, mail->message, &local)
             : ist_client_send_dotted (self, mail->message, needs, &local))
      && flush (self, self->data_timeout_secs, &local))
    return TRUE;
  *refused = read_last_words (self, reply);
  if (!*refused)
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
send_text (IstClient *self, const IstClientMail *mail, const IstTextNeeds *needs, gsize size,
           IstReply *reply, gboolean *sent_dot, GError **error)
{
  gboolean chunk = ist_client_has (self, "CHUNKING") && !needs->bare_newline;
  gboolean refused = FALSE;

  if (chunk && !ist_client_put (self, error, "BDAT %" G_GSIZE_FORMAT " LAST", size))
    return FALSE;
  if (!chunk)
    {
      if (!ist_client_ask (self, reply, error, "DATA"))
        return FALSE;
      if (reply->code != 354)
        {
          /* Nothing was sent, so not even a 250 can mean that it was taken. */
          if (ist_reply_is_ok (reply))
            {
              g_autofree char *text = ist_reply_to_string (reply);

              ist_reply_set (reply, 451, "4.5.0", "DATA was answered %s", text);
              self->closing = TRUE;
            }
          return TRUE;
        }
    }
  if (!send_bytes (self, mail, needs, chunk, reply, &refused, error))
    return refused;
  *sent_dot = TRUE;
  return ist_client_read_reply (self, self->dot_timeout_secs, reply, error);
}

static void
take_dot (const IstClientMail *mail, const IstReply *reply)
{
  for (guint i = 0; i < mail->n_rcpts; i++)
    mail->rcpts[i].delivered = is_accepted (reply) && !mail->rcpts[i].postponed
                               && mail->rcpts[i].reply.code == 0;
  for (guint i = 0; i < mail->n_rcpts; i++)
    if (!mail->rcpts[i].postponed && mail->rcpts[i].reply.code == 0)
      ist_reply_copy (&mail->rcpts[i].reply, reply);
}

static gboolean
transaction (IstClient *self, const IstClientMail *mail, const IstTextNeeds *needs, gsize size,
             gboolean *busy, gboolean *sent_dot, GError **error)
{
  g_auto (IstReply) reply = { 0 };
  guint n_accepted = 0;

  self->needs_rset = TRUE;
  if (!send_envelope (self, mail, needs, size, &reply, &n_accepted, busy, error))
    return FALSE;
  if (!is_accepted (&reply))
    {
      take_leave (mail, &reply);
      return TRUE;
    }
  /* Nobody accepted means that everybody has his reply. */
  if (n_accepted == 0 || self->closing)
    return TRUE;
  if (!send_text (self, mail, needs, size, &reply, sent_dot, error))
    return FALSE;
  self->needs_rset = !is_accepted (&reply);
  *busy |= ist_client_is_busy (&reply);
  distrust (self, &reply);
  take_dot (mail, &reply);
  return TRUE;
}

/* A reply to RSET that is no acceptance: the peer is going or out of step. */
static gboolean
reset (IstClient *self, IstClientFailure *failure, GError **error)
{
  g_auto (IstReply) reply = { 0 };
  g_autofree char *text = NULL;

  if (!self->needs_rset)
    return TRUE;
  if (!ist_client_ask (self, &reply, error, "RSET"))
    return FALSE;
  if (is_accepted (&reply))
    return TRUE;
  text = ist_reply_to_string (&reply);
  *failure = ist_client_is_busy (&reply) ? IST_CLIENT_BUSY : IST_CLIENT_HOST;
  g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "%s answered RSET: %s", self->host, text);
  return FALSE;
}

gboolean
ist_client_send (IstClient *self, const IstClientMail *mail, IstClientFailure *failure,
                 gboolean *sent_dot, GError **error)
{
  IstClientMail own = *mail;
  g_autoptr (IstMessage) fitted = NULL;
  gboolean busy = FALSE;
  IstTextNeeds needs;
  gsize size;

  *sent_dot = FALSE;
  *failure = IST_CLIENT_MESSAGE;
  self->note = NULL;
  ist_client_text_needs (own.message, &needs);
  if (!check_addresses (self, &own) || !fit_text (self, &own, &needs, &fitted))
    return TRUE;
  size = ist_message_size (own.message);
  if (!check_size (self, &own, size))
    return TRUE;
  *failure = IST_CLIENT_HOST;
  if (!reset (self, failure, error) || !transaction (self, &own, &needs, size, &busy, sent_dot, error))
    return FALSE;
  *failure = busy ? IST_CLIENT_BUSY : IST_CLIENT_MESSAGE;
  self->n_sent++;
  return TRUE;
}
