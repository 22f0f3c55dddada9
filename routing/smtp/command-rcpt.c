#include "routing/smtp/session-private.h"

#include "base/address.h"

#include <string.h>

#define MAX_ORCPT 1500

static gboolean
check (IstSession *self)
{
  if (!self->in_mail)
    ist_session_say (self, 503, "5.5.1", "send MAIL first");
  else if (self->bdat != NULL)
    ist_session_say (self, 503, "5.5.1", "the message text has begun");
  else if (self->n_rcpts >= self->limits->max_recipients)
    ist_session_say (self, 452, "4.5.3", "too many recipients; send the rest in another transaction");
  else
    return TRUE;
  return FALSE;
}

/* RFC 3461 4.1: NEVER stands alone. */
static gboolean
set_notify (IstSessionRcpt *rcpt, const char *value)
{
  g_auto (GStrv) words = g_strsplit (value, ",", 5);
  guint bits = 0;

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (g_ascii_strcasecmp (words[i], "NEVER") == 0)
        bits |= IST_NOTIFY_NEVER;
      else if (g_ascii_strcasecmp (words[i], "SUCCESS") == 0)
        bits |= IST_NOTIFY_SUCCESS;
      else if (g_ascii_strcasecmp (words[i], "FAILURE") == 0)
        bits |= IST_NOTIFY_FAILURE;
      else if (g_ascii_strcasecmp (words[i], "DELAY") == 0)
        bits |= IST_NOTIFY_DELAY;
      else
        return FALSE;
    }
  if (bits == 0 || rcpt->notify != 0 || ((bits & IST_NOTIFY_NEVER) != 0 && bits != IST_NOTIFY_NEVER))
    return FALSE;
  rcpt->notify = bits;
  return TRUE;
}

/* RFC 3461 4.2: address type, ';', xtext. Kept decoded. */
static gboolean
set_original (IstSessionRcpt *rcpt, const char *value, char **original)
{
  const char *semicolon = strchr (value, ';');
  g_autofree char *decoded = NULL;

  if (*original != NULL || semicolon == NULL || semicolon == value || strlen (value) > MAX_ORCPT)
    return FALSE;
  decoded = ist_session_xtext (semicolon + 1);
  if (decoded == NULL || decoded[0] == '\0')
    return FALSE;
  for (const char *p = value; p < semicolon; p++)
    if (!g_ascii_isalnum (*p) && strchr ("-._", *p) == NULL)
      return FALSE;
  *original = g_strdup_printf ("%.*s;%s", (int) (semicolon - value), value, decoded);
  rcpt->original = *original;
  return TRUE;
}

static guint
set_parameter (IstSessionRcpt *rcpt, const char *parameter, char **original)
{
  g_autofree char *notify = ist_session_parameter (parameter, "NOTIFY");
  g_autofree char *orcpt = ist_session_parameter (parameter, "ORCPT");

  if (notify != NULL)
    return set_notify (rcpt, notify) ? 0 : 501;
  if (orcpt != NULL)
    return set_original (rcpt, orcpt, original) ? 0 : 501;
  return 555;
}

/* RFC 5321 4.5.1: postmaster is accepted without a domain. */
static gboolean
check_address (IstSession *self, const char *address)
{
  if (g_ascii_strcasecmp (address, "postmaster") == 0
      || ist_address_is_valid (address, self->smtputf8))
    return TRUE;
  if (!ist_is_ascii (address) && ist_address_is_valid (address, TRUE))
    ist_session_say (self, 553, "5.6.7", "this address needs SMTPUTF8");
  else
    ist_session_say (self, 553, "5.1.3", "bad recipient address syntax");
  return FALSE;
}

void
ist_command_rcpt (IstSession *self, const char *argument)
{
  g_autofree char *address = NULL;
  g_autofree char *original = NULL;
  g_auto (GStrv) parameters = NULL;
  g_auto (IstReply) reply = { 0 };
  IstSessionRcpt rcpt = { 0 };

  if (!check (self))
    return;
  if (g_ascii_strncasecmp (argument, "TO:", 3) != 0
      || !ist_session_split_path (argument + 3, &address, &parameters))
    {
      ist_session_say (self, 501, "5.5.4", "syntax: RCPT TO:<address>");
      return;
    }
  rcpt.address = address;
  for (guint i = 0; parameters[i] != NULL; i++)
    {
      guint code = set_parameter (&rcpt, parameters[i], &original);

      if (code == 0)
        continue;
      ist_session_say (self, code, "5.5.4", "parameter \"%.80s\" is not %s", parameters[i],
                       code == 555 ? "supported" : "right");
      return;
    }
  if (!check_address (self, address))
    return;
  self->handler->rcpt (self->user, &self->peer, &rcpt, &reply);
  if (ist_reply_is_ok (&reply))
    self->n_rcpts++;
  ist_session_reply (self, &reply);
}
