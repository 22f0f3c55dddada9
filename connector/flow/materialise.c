#include "connector/flow/materialise.h"

typedef struct
{
  GArray *parts;    /* IstQueuePart */
  GPtrArray *texts; /* order keys the parts borrow */
  GPtrArray *bodies; /* GBytes likewise */
} Gathered;

/* Order is kept per recipient: another recipient's deferral holds nobody up. */
static void
gather_for (const IstPrepared *group, const IstQueueRecipient *row, guint first_body, Gathered *out)
{
  for (guint i = 0; i < group->parts->len; i++)
    {
      const IstDerived *derived = g_ptr_array_index (group->parts, i);
      IstQueuePart part = {
        .recipient = row->id,
        .part_key = derived->key,
        .body = g_ptr_array_index (out->bodies, first_body + i),
      };

      if (derived->order_key != NULL)
        {
          char *key = g_strdup_printf ("%s\n%s", row->address, derived->order_key);

          g_ptr_array_add (out->texts, key);
          part.order_key = key;
        }
      g_array_append_val (out->parts, part);
    }
}

static void
gather_group (const IstPrepared *group, Gathered *out)
{
  guint first_body = out->bodies->len;

  for (guint i = 0; i < group->parts->len; i++)
    g_ptr_array_add (out->bodies, ist_message_to_bytes (
                                      ((IstDerived *) g_ptr_array_index (group->parts, i))->message));
  for (guint i = 0; i < group->rcpts->len; i++)
    gather_for (group, ((IstPreparedRcpt *) g_ptr_array_index (group->rcpts, i))->row, first_body, out);
}

static void
log_changes (IstInstance *instance, const char *queue_id, const IstPrepared *group,
             const GPtrArray *changes, const char *part)
{
  for (guint i = 0; i < changes->len; i++)
    {
      const IstChange *change = g_ptr_array_index (changes, i);

      ist_log (instance->log, IST_LOG_INFO, "convert", "converted", queue_id, change->what,
               "transform", change->transform, "side", ist_side_name (group->side), "profile", group->profile,
               "part", part, NULL);
    }
}

static void
log_group (IstInstance *instance, const char *queue_id, const IstPrepared *group)
{
  log_changes (instance, queue_id, group, group->changes, NULL);
  for (guint i = 0; i < group->parts->len; i++)
    {
      const IstDerived *derived = g_ptr_array_index (group->parts, i);

      log_changes (instance, queue_id, group, ist_message_changes (derived->message), derived->key);
    }
}

void
ist_materialise (IstInstance *instance, IstQueueJob *job, const IstPreparation *preparation)
{
  g_autofree char *queue_id = g_strdup (job->message->queue_id);
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (IstQueuePart));
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) bodies = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  Gathered gathered = { parts, texts, bodies };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < preparation->groups->len; i++)
    {
      const IstPrepared *group = g_ptr_array_index (preparation->groups, i);

      if (group->parts->len == 0 || group->report_only)
        continue;
      gather_group (group, &gathered);
      log_group (instance, queue_id, group);
    }
  if (!ist_queue_materialise (instance->queue, job, (const IstQueuePart *) parts->data, parts->len,
                              &error))
    ist_log (instance->log, IST_LOG_ERROR, "queue", "store-failed", queue_id, error->message, NULL);
}
