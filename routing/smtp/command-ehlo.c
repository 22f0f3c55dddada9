#include "routing/smtp/session-private.h"

#include <string.h>

static gboolean
check_name (IstSession *self, const char *name)
{
  if (name[0] != '\0' && strlen (name) <= 255 && strpbrk (name, " \t") == NULL)
    return TRUE;
  ist_session_say (self, 501, "5.5.4", "a host name is needed");
  return FALSE;
}

void
ist_command_helo (IstSession *self, const char *argument)
{
  if (!check_name (self, argument))
    return;
  ist_session_reset (self);
  ist_session_set_helo (self, argument, FALSE);
  ist_session_say (self, 250, NULL, "%s", self->limits->hostname);
}

/* BINARYMIME (RFC 3030) is not offered: the next host may not have it, and text without lines cannot be
 * passed on. */
void
ist_command_ehlo (IstSession *self, const char *argument)
{
  g_autoptr (GString) out = NULL;

  if (!check_name (self, argument))
    return;
  ist_session_reset (self);
  ist_session_set_helo (self, argument, TRUE);
  out = g_string_new (self->limits->hostname);
  g_string_append_printf (out, "\nPIPELINING\nSIZE %" G_GUINT64_FORMAT,
                          self->limits->max_message_bytes);
  if (self->limits->tls != NULL && self->peer.tls == NULL)
    g_string_append (out, "\nSTARTTLS");
  if (self->limits->allow_xclient)
    g_string_append (out, "\nXCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT");
  g_string_append (out, "\n8BITMIME\nSMTPUTF8\nCHUNKING\nDSN\nENHANCEDSTATUSCODES\nHELP");
  ist_session_say (self, 250, NULL, "%s", out->str);
}
