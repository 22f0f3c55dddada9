#include "connector/relay-hold.h"

#define BATCH 1000

char *
ist_relay_hold_reason (const char *relay)
{
  return g_strdup_printf ("relay %s", relay);
}

/* Rows that a delivery has out are left to its result (connector/flow/outcome.c). */
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

void
ist_relay_hold_message (IstInstance *self, const char *queue_id, const char *relay)
{
  g_autofree char *reason = ist_relay_hold_reason (relay);
  IstQueueFilter filter = { .queue_id = queue_id, .relay = relay, .state = IST_STATE_QUEUED };
  IstQueueCommand hold = { .action = IST_ACTION_HOLD, .argument = reason };

  ist_queue_act (self->queue, &filter, &hold, NULL, NULL);
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
