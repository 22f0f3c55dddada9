#include "config.h"

#include "base/clock.h"
#include "connector/admin/api.h"
#include "connector/flow/deliver.h"
#include "routing/host-health.h"

const IstApiCounter ist_api_counters[] = {
  { "received", G_STRUCT_OFFSET (IstCounters, received), "Messages accepted" },
  { "refused", G_STRUCT_OFFSET (IstCounters, refused), "Commands, recipients and messages refused" },
  { "delivered", G_STRUCT_OFFSET (IstCounters, delivered), "Recipients delivered" },
  { "deferred", G_STRUCT_OFFSET (IstCounters, deferred), "Attempts that put a recipient off" },
  { "failed", G_STRUCT_OFFSET (IstCounters, failed), "Recipients given up after a final refusal" },
  { "expired", G_STRUCT_OFFSET (IstCounters, expired), "Recipients given up after their time" },
  { "dead", G_STRUCT_OFFSET (IstCounters, dead), "Recipients that could be neither delivered nor reported" },
  { "reported", G_STRUCT_OFFSET (IstCounters, reported), "Delivery reports made" },
  { "duplicates", G_STRUCT_OFFSET (IstCounters, duplicates), "Attempts that may have delivered twice" },
  { NULL, 0, NULL },
};

guint64
ist_api_counter (IstInstance *instance, const IstApiCounter *counter)
{
  gsize *field = G_STRUCT_MEMBER_P (&instance->counters, counter->offset);

  return (guint64) (gsize) g_atomic_pointer_get ((gpointer *) field);
}

static json_t *
counters_json (IstInstance *instance)
{
  json_t *out = json_object ();

  for (const IstApiCounter *c = ist_api_counters; c->name != NULL; c++)
    json_object_set_new (out, c->name, json_integer ((json_int_t) ist_api_counter (instance, c)));
  return out;
}

static json_t *
hosts_json (IstInstance *instance)
{
  g_autoptr (GPtrArray) hosts = ist_host_health_list (instance->health);
  json_t *out = json_array ();

  for (guint i = 0; i < hosts->len; i++)
    {
      const IstHostState *h = g_ptr_array_index (hosts, i);

      json_array_append_new (out, json_pack ("{s:s,s:i,s:b,s:b,s:i,s:i,s:o,s:o}", "address", h->address,
                                             "port", (int) h->port, "alive", h->alive, "probing", h->probing,
                                             "connections", (int) h->connections, "allowed", (int) h->allowed,
                                             "trouble", ist_api_text (h->why), "since",
                                             ist_api_time (h->since_utc_usecs)));
    }
  return out;
}

static json_t *
directory_json (IstInstance *instance)
{
  const IstDirectory *directory = ist_mirror_directory (instance->mirror);
  gint64 age = directory->age_secs (directory->self);

  return json_pack ("{s:I,s:o}", "objects", (json_int_t) ist_mirror_count (instance->mirror), "age_secs",
                    age < 0 ? json_null () : json_integer (age));
}

static json_t *
configuration_json (IstInstance *instance, const IstSnapshot *snapshot)
{
  g_auto (GStrv) waiting = ist_instance_waiting (instance, snapshot);
  json_t *list = json_array ();

  for (guint i = 0; waiting[i] != NULL; i++)
    json_array_append_new (list, json_string (waiting[i]));
  return json_pack ("{s:o,s:I,s:o}", "file", ist_api_text (instance->config_path), "generation",
                    (json_int_t) snapshot->generation, "waiting_for_restart", list);
}

void
ist_api_status (const IstApiCall *call, IstHttpResponse *response)
{
  IstInstance *instance = call->instance;
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (instance);
  g_autoptr (GError) error = NULL;
  g_autoptr (IstQueueSummary) queue = ist_queue_summary (instance->queue, &error);
  gint64 up = (ist_clock_wall_usecs () - instance->started_wall) / G_USEC_PER_SEC;

  if (queue == NULL)
    {
      ist_api_error (response, error);
      return;
    }
  ist_api_answer (response,
                  json_pack ("{s:s,s:o,s:o,s:I,s:o,s:i,s:i,s:o,s:o,s:o,s:o}", "version", PACKAGE_VERSION,
                             "hostname", ist_api_text (snapshot->connector->hostname), "started",
                             ist_api_time (instance->started_wall), "uptime_secs",
                             (json_int_t) MAX (up, 0), "configuration",
                             configuration_json (instance, snapshot), "sessions",
                             g_atomic_int_get (&instance->counters.sessions), "deliveries",
                             (int) ist_deliveries_count (instance->deliveries), "counters",
                             counters_json (instance), "queue", ist_api_summary (queue), "hosts",
                             hosts_json (instance), "directory", directory_json (instance)));
}
