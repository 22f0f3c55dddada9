#include "connector/admin/ctl.h"

#include <stdio.h>
#include <string.h>

const char *
ist_ctl_text (const json_t *object, const char *key)
{
  const char *text = json_string_value (json_object_get (object, key));

  return text != NULL ? text : "";
}

gint64
ist_ctl_number (const json_t *object, const char *key)
{
  return json_integer_value (json_object_get (object, key));
}

char *
ist_ctl_local_time (const json_t *object, const char *key)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (ist_ctl_text (object, key), NULL);
  g_autoptr (GDateTime) local = time != NULL ? g_date_time_to_local (time) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M:%S") : g_strdup ("-");
}

char *
ist_ctl_duration (gint64 secs)
{
  if (secs < 120)
    return g_strdup_printf ("%" G_GINT64_FORMAT " s", secs);
  if (secs < 7200)
    return g_strdup_printf ("%" G_GINT64_FORMAT " min", secs / 60);
  if (secs < 172800)
    return g_strdup_printf ("%" G_GINT64_FORMAT " h %" G_GINT64_FORMAT " min", secs / 3600, secs / 60 % 60);
  return g_strdup_printf ("%" G_GINT64_FORMAT " d %" G_GINT64_FORMAT " h", secs / 86400, secs / 3600 % 24);
}

char *
ist_ctl_count (gint64 n, const char *singular, const char *plural)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT " %s", n, n == 1 ? singular : plural);
}

static char *
clean_text (const char *text)
{
  GString *out = g_string_new (NULL);

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (g_unichar_isprint (c))
        g_string_append_len (out, text, g_utf8_next_char (text) - text);
      else
        g_string_append_printf (out, "\\u%04x", c);
    }
  return g_string_free (out, FALSE);
}

void
ist_ctl_clean (json_t *json)
{
  const char *key;
  json_t *value;
  gsize i;

  if (json_is_string (json))
    {
      g_autofree char *clean = clean_text (json_string_value (json));

      json_string_set (json, clean);
    }
  json_array_foreach (json, i, value)
    ist_ctl_clean (value);
  json_object_foreach (json, key, value)
    ist_ctl_clean (value);
}

static void
print_pair (const char *key, const char *value)
{
  gboolean quoted = value[0] == '\0' || strpbrk (value, " \"=") != NULL;

  printf (" %s=%s", key, quoted ? "\"" : "");
  printf ("%s%s", value, quoted ? "\"" : "");
}

void
ist_ctl_print_event (const json_t *event)
{
  static const char *const head[] = { "time", "level", "component", "event", "queue_id", "text", NULL };
  g_autofree char *time = ist_ctl_local_time (event, "time");
  const char *level = ist_ctl_text (event, "level");
  const char *key;
  json_t *value;

  printf ("%s %s%s%s %s", time, strcmp (level, "info") == 0 ? "" : level,
          strcmp (level, "info") == 0 ? "" : " ", ist_ctl_text (event, "component"),
          ist_ctl_text (event, "event"));
  if (json_object_get (event, "queue_id") != NULL)
    printf (" %s", ist_ctl_text (event, "queue_id"));
  if (json_object_get (event, "text") != NULL)
    printf (": %s", ist_ctl_text (event, "text"));
  json_object_foreach ((json_t *) event, key, value)
    if (!g_strv_contains (head, key) && json_is_string (value))
      print_pair (key, json_string_value (value));
  printf ("\n");
}

void
ist_ctl_print_relays (const json_t *queue)
{
  const json_t *relays = json_object_get (queue, "relays");
  gsize i;
  json_t *r;

  if (json_array_size (relays) == 0)
    return;
  printf ("  %-20s %8s %8s %8s %8s %8s  %s\n", "RELAY", "QUEUED", "DUE", "HELD", "WAITING", "DEAD", "OLDEST");
  json_array_foreach ((json_t *) relays, i, r)
    {
      g_autofree char *oldest = ist_ctl_local_time (r, "oldest");

      printf ("  %-20s %8" G_GINT64_FORMAT " %8" G_GINT64_FORMAT " %8" G_GINT64_FORMAT " %8" G_GINT64_FORMAT
              " %8" G_GINT64_FORMAT "  %s\n",
              ist_ctl_text (r, "relay"), ist_ctl_number (r, "queued"), ist_ctl_number (r, "due"),
              ist_ctl_number (r, "held"), ist_ctl_number (r, "waiting"), ist_ctl_number (r, "dead"), oldest);
    }
}

static void
print_field (const char *label, const char *value)
{
  if (value[0] != '\0')
    printf ("  %-12s%s\n", label, value);
}

static void
print_recipient (const json_t *r)
{
  g_autofree char *due = ist_ctl_local_time (r, "due");
  g_autofree char *last = ist_ctl_local_time (r, "last_attempt");
  gint64 attempts = ist_ctl_number (r, "attempts");

  printf ("  to <%s>: %s", ist_ctl_text (r, "address"), ist_ctl_text (r, "state"));
  if (strcmp (ist_ctl_text (r, "state"), "queued") == 0 && strcmp (due, "-") != 0)
    printf (", due %s", due);
  printf (", relay %s, side %s, %" G_GINT64_FORMAT " %s", ist_ctl_text (r, "relay"), ist_ctl_text (r, "side"),
          attempts, attempts == 1 ? "attempt" : "attempts");
  if (attempts > 0)
    printf (", the last %s", last);
  printf ("\n");
  print_field ("  held:", ist_ctl_text (r, "hold_reason"));
  print_field ("  answer:", ist_ctl_text (r, "last_reply"));
  print_field ("  part:", ist_ctl_text (r, "part_key"));
}

void
ist_ctl_print_message (const json_t *m)
{
  const json_t *recipients = json_object_get (m, "recipients");
  g_autofree char *received = ist_ctl_local_time (m, "received");
  g_autofree char *expires = ist_ctl_local_time (m, "expires");
  g_autofree char *size = g_format_size ((guint64) ist_ctl_number (m, "size_bytes"));
  g_autofree char *sender = g_strdup_printf ("<%s>", ist_ctl_text (m, "sender"));
  gsize i;
  json_t *r;

  printf ("%s\n", ist_ctl_text (m, "queue_id"));
  print_field ("from", sender);
  print_field ("message-id", ist_ctl_text (m, "message_id"));
  print_field ("received", received);
  print_field ("expires", expires);
  print_field ("size", size);
  print_field ("side", ist_ctl_text (m, "origin"));
  print_field ("listener", ist_ctl_text (m, "listener"));
  print_field ("peer", ist_ctl_text (m, "peer"));
  print_field ("priority", ist_ctl_text (m, "priority"));
  if (json_is_true (json_object_get (m, "is_report")))
    print_field ("kind", "a report of our own");
  json_array_foreach ((json_t *) recipients, i, r)
    print_recipient (r);
}
