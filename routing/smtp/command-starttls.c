#include "routing/smtp/session-private.h"

#include "base/clock.h"

#define HANDSHAKE_SECS 60

/* RFC 3207 4.2: after the handshake everything known of the client is forgotten, and bytes that came
 * before it are thrown away (ist_stream_start_tls()): a command injected in clear text never runs. */
void
ist_command_starttls (IstSession *self, const char *argument)
{
  g_autoptr (GError) error = NULL;

  if (self->limits->tls == NULL || self->peer.tls != NULL)
    {
      ist_session_say (self, 502, "5.5.1", "STARTTLS is not available now");
      return;
    }
  if (argument[0] != '\0')
    {
      ist_session_say (self, 501, "5.5.4", "STARTTLS takes no argument");
      return;
    }
  ist_session_reset (self);
  ist_session_say (self, 220, "2.0.0", "ready to start TLS");
  if (!ist_session_flush (self))
    return;
  ist_stream_set_deadline (self->stream, ist_clock_mono_usecs () + HANDSHAKE_SECS * G_USEC_PER_SEC);
  if (!ist_stream_start_tls (self->stream, self->limits->tls, NULL, &error))
    {
      ist_session_event (self, NULL, error->message);
      ist_session_end (self);
      return;
    }
  self->peer.tls = ist_stream_tls_info (self->stream);
  ist_session_set_helo (self, "", FALSE);
}
