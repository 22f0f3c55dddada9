#include "routing/smtp/session-private.h"

#include "base/address.h"

#include <string.h>

/* RFC 3461 4.4: ENVID is at most 100 characters of xtext. */
#define MAX_ENVID 100

static gboolean
check (IstSession *self)
{
  const IstSessionLimits *l = self->limits;

  if (self->helo[0] == '\0')
    ist_session_say (self, 503, "5.5.1", "send HELO or EHLO first");
  else if (l->require_tls && self->peer.tls == NULL)
    ist_session_say (self, 530, "5.7.0", "must issue a STARTTLS command first");
  else if (self->in_mail)
    ist_session_say (self, 503, "5.5.1", "one MAIL is open already");
  else if (l->max_messages > 0 && self->n_messages >= l->max_messages)
    {
      ist_session_say (self, 421, "4.7.0", "%s too many messages over one connection", l->hostname);
      ist_session_end (self);
    }
  else
    return TRUE;
  return FALSE;
}

static gboolean
set_body (IstSessionMail *mail, const char *value)
{
  if (g_ascii_strcasecmp (value, "8BITMIME") == 0)
    mail->eight_bit = TRUE;
  else if (g_ascii_strcasecmp (value, "7BIT") != 0)
    return FALSE;
  return TRUE;
}

static gboolean
set_ret (IstSessionMail *mail, const char *value)
{
  if (mail->ret != IST_RET_DEFAULT)
    return FALSE;
  if (g_ascii_strcasecmp (value, "FULL") == 0)
    mail->ret = IST_RET_FULL;
  else if (g_ascii_strcasecmp (value, "HDRS") == 0)
    mail->ret = IST_RET_HDRS;
  else
    return FALSE;
  return TRUE;
}

static gboolean
set_envid (IstSessionMail *mail, const char *value, char **envid)
{
  if (*envid != NULL || value[0] == '\0' || strlen (value) > MAX_ENVID)
    return FALSE;
  *envid = ist_session_xtext (value);
  mail->envid = *envid;
  return *envid != NULL;
}

/* RFC 1870 3: at most 20 digits, which may say more than any number of ours. */
static gboolean
set_size (IstSessionMail *mail, const char *value)
{
  gsize length = strlen (value);

  if (mail->size != 0 || length == 0 || length > 20 || strspn (value, "0123456789") != length)
    return FALSE;
  mail->size = MIN (g_ascii_strtoull (value, NULL, 10), (guint64) G_MAXINT64);
  return TRUE;
}

/* One parameter. 0: fine; else the code of the reply. */
static guint
set_parameter (IstSessionMail *mail, const char *parameter, char **envid)
{
  g_autofree char *size = ist_session_parameter (parameter, "SIZE");
  g_autofree char *body = ist_session_parameter (parameter, "BODY");
  g_autofree char *ret = ist_session_parameter (parameter, "RET");
  g_autofree char *id = ist_session_parameter (parameter, "ENVID");
  g_autofree char *auth = ist_session_parameter (parameter, "AUTH");
  g_autofree char *utf8 = ist_session_parameter (parameter, "SMTPUTF8");

  if (size != NULL)
    return set_size (mail, size) ? 0 : 501;
  if (body != NULL)
    return set_body (mail, body) ? 0 : 501;
  if (ret != NULL)
    return set_ret (mail, ret) ? 0 : 501;
  if (id != NULL)
    return set_envid (mail, id, envid) ? 0 : 501;
  if (utf8 != NULL)
    {
      /* RFC 6531 3.4: it takes no value. */
      mail->smtputf8 = TRUE;
      return strchr (parameter, '=') == NULL ? 0 : 501;
    }
  /* AUTH=<> names who submitted it elsewhere (RFC 4954 5); we pass nothing of it on. */
  return auth != NULL ? 0 : 555;
}

static gboolean
check_address (IstSession *self, const IstSessionMail *mail)
{
  if (mail->sender[0] == '\0' || ist_address_is_valid (mail->sender, mail->smtputf8))
    return TRUE;
  if (!ist_is_ascii (mail->sender) && ist_address_is_valid (mail->sender, TRUE))
    ist_session_say (self, 553, "5.6.7", "this address needs SMTPUTF8");
  else
    ist_session_say (self, 553, "5.1.7", "bad sender address syntax");
  return FALSE;
}

static void
begin (IstSession *self, const IstSessionMail *mail)
{
  g_auto (IstReply) reply = { 0 };
  guint64 max = self->limits->max_message_bytes;

  if (!check_address (self, mail))
    return;
  if (max > 0 && mail->size > max)
    {
      ist_session_say (self, 552, "5.3.4",
                       "message of %" G_GUINT64_FORMAT " bytes is larger than the %" G_GUINT64_FORMAT
                       " allowed",
                       mail->size, max);
      return;
    }
  self->handler->mail (self->user, &self->peer, mail, &reply);
  self->in_mail = ist_reply_is_ok (&reply);
  self->smtputf8 = mail->smtputf8;
  self->n_rcpts = 0;
  ist_session_reply (self, &reply);
}

void
ist_command_mail (IstSession *self, const char *argument)
{
  g_autofree char *address = NULL;
  g_autofree char *envid = NULL;
  g_auto (GStrv) parameters = NULL;
  IstSessionMail mail = { 0 };

  if (!check (self))
    return;
  if (g_ascii_strncasecmp (argument, "FROM:", 5) != 0
      || !ist_session_split_path (argument + 5, &address, &parameters))
    {
      ist_session_say (self, 501, "5.5.4", "syntax: MAIL FROM:<address>");
      return;
    }
  mail.sender = address;
  for (guint i = 0; parameters[i] != NULL; i++)
    {
      guint code = set_parameter (&mail, parameters[i], &envid);

      if (code == 0)
        continue;
      ist_session_say (self, code, "5.5.4", "parameter \"%.80s\" is not %s", parameters[i],
                       code == 555 ? "supported" : "right");
      return;
    }
  begin (self, &mail);
}
