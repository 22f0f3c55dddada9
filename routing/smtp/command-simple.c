#include "routing/smtp/session-private.h"

void
ist_command_rset (IstSession *self, const char *argument)
{
  ist_session_reset (self);
  ist_session_say (self, 250, "2.0.0", "ok");
}

void
ist_command_noop (IstSession *self, const char *argument)
{
  ist_session_say (self, 250, "2.0.0", "ok");
}

void
ist_command_quit (IstSession *self, const char *argument)
{
  ist_session_say (self, 221, "2.0.0", "%s closing connection", self->limits->hostname);
  ist_session_end (self);
}

void
ist_command_help (IstSession *self, const char *argument)
{
  ist_session_say (self, 214, "2.0.0",
                   "HELO EHLO MAIL RCPT DATA BDAT RSET NOOP QUIT STARTTLS VRFY HELP; see RFC 5321");
}

/* RFC 5321 3.5.3: 252 tells nothing about who exists. */
void
ist_command_vrfy (IstSession *self, const char *argument)
{
  ist_session_say (self, 252, "2.5.0", "cannot verify, but will take a message and try to deliver it");
}

void
ist_command_unsupported (IstSession *self, const char *argument)
{
  ist_session_say (self, 502, "5.5.1", "this server does not serve that command");
}
