#include "connector/relay-hold.h"

#define BATCH 1000

char *
ist_relay_hold_reason (const char *relay)
{
  return g_strdup_printf ("relay %s", relay);
}

/* Rows that a delivery has out are left to its result (connector/flow/outcome.c) or, if none is attempted, to the
 * deliverer. */
static void
hold_waiting (IstInstance *self, const char *relay)
{
  g_autofree char *reason = ist_relay_hold_reason (relay);
  IstQueueFilter filter = { .relay = relay, .state = IST_STATE_QUEUED, .limit = BATCH };
  IstQueueCommand hold = { .action = IST_ACTION_HOLD, .argument = reason };
  int n;

  do
    n = ist_queue_act (self->queue, &filter, &hold, NULL, NULL);
  while (n == BATCH);
}

gboolean
ist_relay_hold_is (const IstSnapshot *snapshot, const char *relay)
{
  const IstRelaySettings *settings = ist_settings_get (snapshot->settings, "relay", relay);

  return settings != NULL && settings->hold;
}

void
ist_relay_hold_job (IstInstance *self, IstQueueJob *job)
{
  g_autofree char *queue_id = g_strdup (job->message->queue_id);
  g_autofree char *relay = g_strdup (job->relay);
  g_autofree char *reason = ist_relay_hold_reason (relay);
  g_autoptr (GArray) results = g_array_new (FALSE, FALSE, sizeof (IstQueueResult));

  for (guint i = 0; i < job->message->recipients->len; i++)
    {
      const IstQueueRecipient *row = g_ptr_array_index (job->message->recipients, i);
      IstQueueResult held = { .recipient = row->id, .state = IST_STATE_HELD, .hold_reason = reason };

      g_array_append_val (results, held);
    }
  ist_queue_finish (self->queue, job, (const IstQueueResult *) results->data, results->len, NULL, TRUE);
  ist_relay_hold_check (self, queue_id, relay);
}

void
ist_relay_hold_check (IstInstance *self, const char *queue_id, const char *relay)
{
  g_autoptr (IstSnapshot) now = ist_instance_snapshot (self);
  g_autofree char *reason = ist_relay_hold_reason (relay);
  IstQueueFilter filter = { .queue_id = queue_id, .relay = relay, .state = IST_STATE_HELD, .hold_reason = reason };
  IstQueueCommand release = { .action = IST_ACTION_RELEASE };

  if (!ist_relay_hold_is (now, relay))
    ist_queue_act (self->queue, &filter, &release, NULL, NULL);
}

/* What a rule or an administrator holds has another reason and stays. */
static void
release_held (IstInstance *self, const char *relay)
{
  g_autofree char *reason = ist_relay_hold_reason (relay);
  IstQueueFilter filter
      = { .relay = relay, .state = IST_STATE_HELD, .hold_reason = reason, .limit = BATCH };
  IstQueueCommand release = { .action = IST_ACTION_RELEASE };
  int n;

  do
    n = ist_queue_act (self->queue, &filter, &release, NULL, NULL);
  while (n == BATCH);
}

void
ist_relay_hold_apply (IstInstance *self, const IstSnapshot *snapshot)
{
  const GPtrArray *relays = ist_settings_list (snapshot->settings, "relay");

  for (guint i = 0; i < relays->len; i++)
    {
      const IstRelaySettings *relay = g_ptr_array_index (relays, i);

      if (relay->hold)
        hold_waiting (self, relay->group.name);
      else
        release_held (self, relay->group.name);
    }
}
