#include "connector/flow/text.h"

#include <string.h>

char *
ist_rfc5322_date (gint64 wall_usecs)
{
  static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (wall_usecs / G_USEC_PER_SEC);

  if (time == NULL)
    return g_strdup ("Thu, 01 Jan 1970 00:00:00 +0000");
  return g_strdup_printf ("%s, %02d %s %04d %02d:%02d:%02d +0000",
                          days[g_date_time_get_day_of_week (time) - 1],
                          g_date_time_get_day_of_month (time),
                          months[g_date_time_get_month (time) - 1], g_date_time_get_year (time),
                          g_date_time_get_hour (time), g_date_time_get_minute (time),
                          g_date_time_get_second (time));
}

static const char *
protocol (const IstSessionPeer *peer, gboolean smtputf8)
{
  if (smtputf8)
    return peer->tls != NULL ? "UTF8SMTPS" : "UTF8SMTP";
  if (!peer->esmtp)
    return "SMTP";
  return peer->tls != NULL ? "ESMTPS" : "ESMTP";
}

/* HELO is the client's own word: only what a domain or literal may hold is written down. */
static char *
clean_helo (const char *helo)
{
  GString *out = g_string_new (NULL);

  for (const char *p = helo; *p != '\0' && out->len < 255; p++)
    g_string_append_c (out, g_ascii_isalnum (*p) || strchr (".-_:[]", *p) != NULL ? *p : '?');
  if (out->len == 0)
    g_string_append (out, "unknown");
  return g_string_free (out, FALSE);
}

char *
ist_received_field (const char *hostname, const IstSessionPeer *peer, const char *queue_id,
                    gboolean smtputf8, const char *only_recipient, gint64 wall_usecs)
{
  g_autofree char *helo = clean_helo (peer->helo);
  g_autofree char *date = ist_rfc5322_date (wall_usecs);
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "Received: from %s ([%s%s])", helo,
                          strchr (peer->address, ':') != NULL ? "IPv6:" : "", peer->address);
  if (peer->tls != NULL)
    g_string_append_printf (out, "\r\n\t(using %s with cipher %s (%u/%u bits)%s)",
                            peer->tls->version, peer->tls->cipher, peer->tls->bits, peer->tls->bits,
                            peer->tls->verified ? ", client certificate verified" : "");
  g_string_append_printf (out, "\r\n\tby %s (Isthmus) with %s id %s", hostname,
                          protocol (peer, smtputf8), queue_id);
  if (only_recipient != NULL)
    g_string_append_printf (out, "\r\n\tfor <%s>", only_recipient);
  g_string_append_printf (out, "; %s\r\n", date);
  return g_string_free (out, FALSE);
}
