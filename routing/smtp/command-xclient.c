#include "routing/smtp/session-private.h"

#include "base/address.h"

#include <gio/gio.h>
#include <string.h>

static gboolean
is_unavailable (const char *value)
{
  return g_ascii_strcasecmp (value, "[UNAVAILABLE]") == 0
         || g_ascii_strcasecmp (value, "[TEMPUNAVAIL]") == 0;
}

static gboolean
set_address (IstSession *self, const char *value)
{
  if (g_ascii_strncasecmp (value, "IPV6:", 5) == 0)
    value += 5;
  if (!g_hostname_is_ip_address (value))
    return FALSE;
  g_free (self->address);
  self->address = g_strdup (value);
  self->peer.address = self->address;
  return TRUE;
}

/* The attributes of Postfix's XCLIENT (XCLIENT_README). Only ADDR and HELO change what we know. */
static gboolean
apply (IstSession *self, const char *word, char **helo)
{
  static const char *const ignored[] = { "NAME", "PORT", "PROTO", "LOGIN", "DESTADDR", "DESTPORT" };
  g_autofree char *addr = ist_session_parameter (word, "ADDR");
  g_autofree char *name = ist_session_parameter (word, "HELO");
  g_autofree char *text = NULL;

  if (addr != NULL)
    return is_unavailable (addr) || set_address (self, addr);
  if (name != NULL)
    {
      text = ist_xtext_decode (name);
      if (text == NULL || strlen (text) > 255)
        return FALSE;
      if (!is_unavailable (text))
        {
          g_free (*helo);
          *helo = g_steal_pointer (&text);
        }
      return TRUE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (ignored); i++)
    {
      g_autofree char *value = ist_session_parameter (word, ignored[i]);

      if (value != NULL)
        return TRUE;
    }
  return FALSE;
}

void
ist_command_xclient (IstSession *self, const char *argument)
{
  g_auto (GStrv) words = g_strsplit (argument, " ", -1);
  g_autofree char *helo = NULL;

  if (!self->limits->allow_xclient)
    {
      ist_session_say (self, 550, "5.7.0", "XCLIENT is not allowed to this client");
      return;
    }
  if (self->in_mail)
    {
      ist_session_say (self, 503, "5.5.1", "not within a mail transaction");
      return;
    }
  for (guint i = 0; words[i] != NULL; i++)
    if (words[i][0] != '\0' && !apply (self, words[i], &helo))
      {
        ist_session_say (self, 501, "5.5.4", "bad attribute \"%.80s\"", words[i]);
        return;
      }
  ist_session_reset (self);
  ist_session_set_helo (self, helo != NULL ? helo : "", FALSE);
  ist_session_say (self, 220, NULL, "%s ESMTP Isthmus", self->limits->hostname);
}
