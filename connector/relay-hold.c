#include "connector/relay-hold.h"

#include <string.h>

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
  while (n > 0);
}

void
ist_relay_hold_message (IstInstance *self, const char *queue_id, const char *relay)
{
  g_autofree char *reason = ist_relay_hold_reason (relay);
  IstQueueFilter filter = { .queue_id = queue_id, .relay = relay, .state = IST_STATE_QUEUED };
  IstQueueCommand hold = { .action = IST_ACTION_HOLD, .argument = reason };

  ist_queue_act (self->queue, &filter, &hold, NULL, NULL);
}

static gboolean
held_for (const IstQueueMessage *message, const char *relay, const char *reason)
{
  gboolean found = FALSE;

  for (guint i = 0; i < message->recipients->len; i++)
    {
      const IstQueueRecipient *row = g_ptr_array_index (message->recipients, i);

      if (row->state != IST_STATE_HELD || g_strcmp0 (row->relay, relay) != 0)
        continue;
      /* Somebody else's hold on the same message and relay: left to who set it. */
      if (g_strcmp0 (row->hold_reason, reason) != 0)
        return FALSE;
      found = TRUE;
    }
  return found;
}

static void
release_held (IstInstance *self, const char *relay)
{
  g_autofree char *reason = ist_relay_hold_reason (relay);
  IstQueueCommand release = { .action = IST_ACTION_RELEASE };
  g_autofree char *after = NULL;

  for (;;)
    {
      IstQueueFilter filter
          = { .relay = relay, .state = IST_STATE_HELD, .limit = BATCH, .after = after };
      g_autoptr (GPtrArray) list = ist_queue_list (self->queue, &filter, NULL);

      if (list == NULL || list->len == 0)
        return;
      for (guint i = 0; i < list->len; i++)
        {
          const IstQueueMessage *message = g_ptr_array_index (list, i);
          IstQueueFilter one
              = { .queue_id = message->queue_id, .relay = relay, .state = IST_STATE_HELD };

          if (held_for (message, relay, reason))
            ist_queue_act (self->queue, &one, &release, NULL, NULL);
        }
      g_free (after);
      after = g_strdup (((IstQueueMessage *) g_ptr_array_index (list, list->len - 1))->queue_id);
    }
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
