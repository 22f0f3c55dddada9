#include "connector/admin/ctl.h"

#include <stdio.h>

/* 0 allowed: nothing has limited it yet. */
static void
print_host (const json_t *h)
{
  g_autofree char *since = ist_ctl_local_time (h, "since");
  g_autofree char *connections
      = ist_ctl_count (ist_ctl_number (h, "connections"), "connection", "connections");
  gint64 allowed = ist_ctl_number (h, "allowed");
  const char *trouble = ist_ctl_text (h, "trouble");

  printf ("  %s:%d ", ist_ctl_text (h, "address"), (int) ist_ctl_number (h, "port"));
  if (!json_is_true (json_object_get (h, "alive")))
    {
      printf ("dead since %s: %s\n", since, trouble);
      return;
    }
  printf ("answers, %s", connections);
  if (allowed > 0)
    printf (" (%" G_GINT64_FORMAT " allowed)", allowed);
  printf ("%s%s\n", trouble[0] != '\0' ? "; last trouble: " : "", trouble);
}

static void
print_hosts (const json_t *hosts)
{
  gsize i;
  json_t *h;

  if (json_array_size (hosts) > 0)
    printf ("hosts\n");
  json_array_foreach ((json_t *) hosts, i, h)
    print_host (h);
}

static void
print_directory (const json_t *directory)
{
  g_autofree char *age = ist_ctl_duration (ist_ctl_number (directory, "age_secs"));
  g_autofree char *count = ist_ctl_count (ist_ctl_number (directory, "objects"), "person or group",
                                          "people and groups");

  if (json_is_null (json_object_get (directory, "age_secs")))
    printf ("directory  none\n");
  else
    printf ("directory  %s, %s old\n", count, age);
}

static void
print_status (const json_t *status)
{
  const json_t *configuration = json_object_get (status, "configuration");
  const json_t *waiting = json_object_get (configuration, "waiting_for_restart");
  const json_t *queue = json_object_get (status, "queue");
  g_autofree char *up = ist_ctl_duration (ist_ctl_number (status, "uptime_secs"));
  g_autofree char *size = g_format_size ((guint64) ist_ctl_number (queue, "bytes"));
  g_autofree char *count = ist_ctl_count (ist_ctl_number (queue, "messages"), "message", "messages");
  gboolean ok = json_is_true (json_object_get (queue, "ok"));
  const char *key;
  json_t *value;
  gsize i;

  printf ("isthmus %s on %s, up %s\n", ist_ctl_text (status, "version"), ist_ctl_text (status, "hostname"), up);
  printf ("configuration  %s, generation %" G_GINT64_FORMAT "\n", ist_ctl_text (configuration, "file"),
          ist_ctl_number (configuration, "generation"));
  json_array_foreach ((json_t *) waiting, i, value)
    printf ("  %s waits for a restart\n", json_string_value (value));
  printf ("sessions   %d\ndeliveries %d\n", (int) ist_ctl_number (status, "sessions"),
          (int) ist_ctl_number (status, "deliveries"));
  printf ("queue      %s, %s; %s%s\n", count, size, ok ? "takes mail" : "TAKES NO MAIL: ",
          ok ? "" : ist_ctl_text (queue, "why"));
  ist_ctl_print_relays (queue);
  print_hosts (json_object_get (status, "hosts"));
  print_directory (json_object_get (status, "directory"));
  i = 0;
  printf ("since start");
  json_object_foreach (json_object_get (status, "counters"), key, value)
    printf ("%s%s %" G_GINT64_FORMAT, i++ > 0 ? ", " : " ", key, (gint64) json_integer_value (value));
  printf ("\n");
}

int
ist_ctl_status (IstCtl *ctl, int argc, char **argv)
{
  json_t *status;
  gboolean ok;
  int code;

  if (!ist_ctl_parse (ctl, NULL, &argc, &argv) || argc != 1)
    return argc != 1 ? ist_ctl_usage (ctl, "status") : IST_CTL_USAGE;
  status = ist_ctl_ask (ctl, "GET", "/v1/status", NULL, &code);
  if (status == NULL)
    return code;
  ok = json_is_true (json_object_get (json_object_get (status, "queue"), "ok"));
  if (ctl->json)
    ist_ctl_print_json (status);
  else
    {
      print_status (status);
      json_decref (status);
    }
  return ok ? IST_CTL_OK : IST_CTL_NO;
}
