#include "routing/smtp/client-private.h"

#include "base/address.h"
#include "base/error.h"

#include <string.h>

/* ---- before sending: what cannot be sent at all ---- */

static void
answer_all (const IstClientMail *mail, guint code, const char *enhanced, const char *words)
{
  for (guint i = 0; i < mail->n_rcpts; i++)
    ist_reply_set (&mail->rcpts[i].reply, code, enhanced, "%s", words);
}

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

/* An honest refusal beats damage: the reasons name the extension that the next host lacks. */
static gboolean
can_send (IstClient *self, const IstClientMail *mail, const IstTextNeeds *needs, gsize size)
{
  g_autofree char *words = NULL;
  guint64 max = ist_client_max_size (self);

  if (max > 0 && size > max)
    {
      words = g_strdup_printf ("message of %" G_GSIZE_FORMAT " bytes is larger than the %"
                               G_GUINT64_FORMAT " that %s takes",
                               size, max, self->host);
      answer_all (mail, 552, "5.3.4", words);
    }
  else if (!ist_client_has (self, "SMTPUTF8")
           && (needs_utf8 (mail) || (mail->smtputf8 && needs->eight_bit_header)))
    {
      words = g_strdup_printf ("%s does not offer SMTPUTF8, which this message needs", self->host);
      answer_all (mail, 554, "5.6.7", words);
    }
  else if (needs->eight_bit_body && !ist_client_has (self, "8BITMIME"))
    {
      words = g_strdup_printf ("%s does not offer 8BITMIME, which this message needs", self->host);
      answer_all (mail, 554, "5.6.3", words);
    }
  else
    return TRUE;
  return FALSE;
}

/* ---- commands ---- */

static gboolean
put_mail (IstClient *self, const IstClientMail *mail, const IstTextNeeds *needs, gsize size,
          GError **error)
{
  g_autoptr (GString) line = g_string_new (NULL);

  g_string_printf (line, "MAIL FROM:<%s>", mail->sender);
  if (ist_client_has (self, "SIZE"))
    g_string_append_printf (line, " SIZE=%" G_GSIZE_FORMAT, size);
  if (needs->eight_bit_body)
    g_string_append (line, " BODY=8BITMIME");
  if ((mail->smtputf8 || needs_utf8 (mail)) && ist_client_has (self, "SMTPUTF8"))
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

  g_string_printf (line, "RCPT TO:<%s>", rcpt->address);
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

/* 452 after somebody was accepted means "not so many at once" (RFC 5321 4.5.3.1.10): those go next. */
static void
take_rcpt_reply (IstClientRcpt *rcpt, IstReply *reply, guint *n_accepted)
{
  if (ist_reply_is_ok (reply))
    {
      (*n_accepted)++;
      return;
    }
  if (reply->code == 452 && *n_accepted > 0 && !ist_client_is_busy (reply))
    {
      rcpt->postponed = TRUE;
      return;
    }
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

/* MAIL and every RCPT; with PIPELINING in one write. FALSE only when the connection is gone. */
static gboolean
send_envelope (IstClient *self, const IstClientMail *mail, const IstTextNeeds *needs, gsize size,
               gboolean pipelining, IstReply *mail_reply, guint *n_accepted, gboolean *busy,
               GError **error)
{
  if (!put_mail (self, mail, needs, size, error))
    return FALSE;
  for (guint i = 0; pipelining && i < mail->n_rcpts; i++)
    if (!put_rcpt (self, &mail->rcpts[i], error))
      return FALSE;
  if (!flush (self, self->command_timeout_secs, error) || !read_reply (self, mail_reply, error))
    return FALSE;
  *busy = ist_client_is_busy (mail_reply);
  if (!ist_reply_is_ok (mail_reply) && !pipelining)
    return TRUE;
  for (guint i = 0; i < mail->n_rcpts; i++)
    {
      g_auto (IstReply) reply = { 0 };

      if (!pipelining
          && (!put_rcpt (self, &mail->rcpts[i], error)
              || !flush (self, self->command_timeout_secs, error)))
        return FALSE;
      if (!read_reply (self, &reply, error))
        return FALSE;
      *busy |= ist_client_is_busy (&reply);
      if (ist_reply_is_ok (mail_reply))
        take_rcpt_reply (&mail->rcpts[i], &reply, n_accepted);
    }
  return TRUE;
}

/* ---- text ---- */

static gboolean
send_text (IstClient *self, const IstClientMail *mail, const IstTextNeeds *needs, gsize size,
           IstReply *reply, gboolean *sent_dot, GError **error)
{
  if (ist_client_has (self, "CHUNKING") && !needs->bare_newline)
    {
      if (!ist_client_put (self, error, "BDAT %" G_GSIZE_FORMAT " LAST", size)
          || !ist_client_send_chunk (self, mail->message, error))
        return FALSE;
    }
  else
    {
      if (!ist_client_ask (self, reply, error, "DATA"))
        return FALSE;
      if (reply->code != 354)
        return TRUE;
      if (!ist_client_send_dotted (self, mail->message, error))
        return FALSE;
    }
  if (!flush (self, self->data_timeout_secs, error))
    return FALSE;
  *sent_dot = TRUE;
  return ist_client_read_reply (self, self->dot_timeout_secs, reply, error);
}

static void
take_final (const IstClientMail *mail, const IstReply *reply)
{
  for (guint i = 0; i < mail->n_rcpts; i++)
    {
      IstClientRcpt *rcpt = &mail->rcpts[i];

      if (rcpt->postponed || rcpt->reply.code != 0)
        continue;
      ist_reply_copy (&rcpt->reply, reply);
      rcpt->delivered = reply->code >= 200 && reply->code < 300;
    }
}

static void
forget_postponed (const IstClientMail *mail)
{
  for (guint i = 0; i < mail->n_rcpts; i++)
    mail->rcpts[i].postponed = FALSE;
}

static gboolean
transaction (IstClient *self, const IstClientMail *mail, const IstTextNeeds *needs, gsize size,
             IstClientFailure *failure, gboolean *sent_dot, GError **error)
{
  g_auto (IstReply) reply = { 0 };
  gboolean busy = FALSE;
  guint n_accepted = 0;

  self->needs_rset = TRUE;
  if (!send_envelope (self, mail, needs, size, ist_client_has (self, "PIPELINING"), &reply,
                      &n_accepted, &busy, error))
    return FALSE;
  if (!ist_reply_is_ok (&reply))
    {
      take_final (mail, &reply);
      *failure = busy ? IST_CLIENT_BUSY : IST_CLIENT_MESSAGE;
      return TRUE;
    }
  if (n_accepted == 0)
    {
      forget_postponed (mail);
      *failure = busy ? IST_CLIENT_BUSY : IST_CLIENT_MESSAGE;
      return TRUE;
    }
  if (!send_text (self, mail, needs, size, &reply, sent_dot, error))
    return FALSE;
  self->needs_rset = !ist_reply_is_ok (&reply) || !*sent_dot;
  busy |= ist_client_is_busy (&reply);
  take_final (mail, &reply);
  *failure = busy ? IST_CLIENT_BUSY : IST_CLIENT_MESSAGE;
  return TRUE;
}

gboolean
ist_client_send (IstClient *self, const IstClientMail *mail, IstClientFailure *failure,
                 gboolean *sent_dot, GError **error)
{
  g_auto (IstReply) reply = { 0 };
  IstTextNeeds needs;
  gsize size;

  *sent_dot = FALSE;
  *failure = IST_CLIENT_MESSAGE;
  ist_client_text_needs (mail->message, &needs);
  size = ist_message_size (mail->message);
  if (!can_send (self, mail, &needs, size))
    return TRUE;
  if (self->needs_rset && !ist_client_ask (self, &reply, error, "RSET"))
    {
      *failure = IST_CLIENT_HOST;
      return FALSE;
    }
  if (!transaction (self, mail, &needs, size, failure, sent_dot, error))
    {
      *failure = IST_CLIENT_HOST;
      return FALSE;
    }
  self->n_sent++;
  return TRUE;
}
