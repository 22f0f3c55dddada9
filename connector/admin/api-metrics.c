/*
 * connector/admin/api-metrics.c - the same numbers as in status, as OpenMetrics text (OpenMetrics 1.0).
 */
#include "config.h"

#include "base/clock.h"
#include "connector/admin/api.h"
#include "connector/flow/deliver.h"
#include "routing/host-health.h"

#define CONTENT_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

/* Label values: backslash, quote and line feed are escaped. */
static char *
label (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  GString *out = g_string_new (valid);

  g_string_replace (out, "\\", "\\\\", 0);
  g_string_replace (out, "\"", "\\\"", 0);
  g_string_replace (out, "\n", "\\n", 0);
  return g_string_free (out, FALSE);
}

static void
family (GString *out, const char *name, const char *type, const char *help)
{
  g_string_append_printf (out, "# TYPE isthmus_%s %s\n# HELP isthmus_%s %s.\n", name, type, name, help);
}

static void
gauge (GString *out, const char *name, const char *help, gint64 value)
{
  family (out, name, "gauge", help);
  g_string_append_printf (out, "isthmus_%s %" G_GINT64_FORMAT "\n", name, value);
}

static void
add_relays (GString *out, const IstQueueSummary *queue)
{
  family (out, "queue_recipients", "gauge", "Recipients in the queue by relay and state");
  for (guint i = 0; i < queue->relays->len; i++)
    {
      const IstQueueRelayCount *c = g_ptr_array_index (queue->relays, i);
      const struct
      {
        const char *state;
        guint64 n;
      } counts[] = { { "queued", c->queued }, { "due", c->due }, { "held", c->held },
                     { "waiting", c->waiting }, { "dead", c->dead } };
      g_autofree char *relay = label (c->relay);

      for (gsize k = 0; k < G_N_ELEMENTS (counts); k++)
        g_string_append_printf (out,
                                "isthmus_queue_recipients{relay=\"%s\",state=\"%s\"} %" G_GUINT64_FORMAT "\n",
                                relay, counts[k].state, counts[k].n);
    }
}

static void
add_hosts (GString *out, IstInstance *instance)
{
  g_autoptr (GPtrArray) hosts = ist_host_health_list (instance->health);

  family (out, "host_up", "gauge", "1 when the host of a relay takes connections");
  for (guint i = 0; i < hosts->len; i++)
    {
      const IstHostState *h = g_ptr_array_index (hosts, i);
      g_autofree char *address = label (h->address);

      g_string_append_printf (out, "isthmus_host_up{address=\"%s\",port=\"%u\"} %d\n", address, h->port,
                              h->alive ? 1 : 0);
    }
}

void
ist_api_metrics (const IstApiCall *call, IstHttpResponse *response)
{
  IstInstance *instance = call->instance;
  const IstDirectory *directory = ist_mirror_directory (instance->mirror);
  g_autoptr (GError) error = NULL;
  g_autoptr (IstQueueSummary) queue = ist_queue_summary (instance->queue, &error);
  GString *out;

  if (queue == NULL)
    {
      ist_api_error (response, error);
      return;
    }
  out = g_string_new (NULL);
  family (out, "build", "info", "Version of the program");
  g_string_append (out, "isthmus_build_info{version=\"" PACKAGE_VERSION "\"} 1\n");
  gauge (out, "start_time_seconds", "When the daemon started, in seconds since 1970",
         instance->started_wall / G_USEC_PER_SEC);
  gauge (out, "sessions", "SMTP sessions open", g_atomic_int_get (&instance->counters.sessions));
  gauge (out, "deliveries", "Connections to relays at work", ist_deliveries_count (instance->deliveries));
  for (const IstApiCounter *c = ist_api_counters; c->name != NULL; c++)
    {
      family (out, c->name, "counter", c->sentence);
      g_string_append_printf (out, "isthmus_%s_total %" G_GUINT64_FORMAT "\n", c->name,
                              ist_api_counter (instance, c));
    }
  gauge (out, "queue_up", "1 when the queue can be written", queue->ok);
  gauge (out, "queue_messages", "Messages in the queue", (gint64) queue->messages);
  gauge (out, "queue_bytes", "Bytes of the messages in the queue", (gint64) queue->bytes);
  add_relays (out, queue);
  add_hosts (out, instance);
  gauge (out, "directory_objects", "People and groups known", (gint64) ist_mirror_count (instance->mirror));
  gauge (out, "directory_age_seconds", "Age of the directory; -1 when there is none",
         directory->age_secs (directory->self));
  g_string_append (out, "# EOF\n");
  response->content_type = CONTENT_TYPE;
  response->body = g_string_free_to_bytes (out);
}
