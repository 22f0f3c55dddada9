#include "routing/queue/queue.h"

#include "routing/queue/queue-private.h"

IstQueueMessage *
ist_queue_message_new (void)
{
  IstQueueMessage *self = g_new0 (IstQueueMessage, 1);

  self->recipients = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_queue_recipient_free);
  return self;
}

void
ist_queue_message_free (IstQueueMessage *self)
{
  if (self == NULL)
    return;
  g_free (self->queue_id);
  g_free (self->sender);
  g_free (self->listener);
  g_free (self->peer);
  g_free (self->helo);
  g_free (self->envid);
  g_free (self->message_id);
  ist_body_unref (self->body);
  g_ptr_array_unref (self->recipients);
  g_free (self);
}

IstQueueRecipient *
ist_queue_recipient_new (const char *address)
{
  IstQueueRecipient *self = g_new0 (IstQueueRecipient, 1);

  self->address = g_strdup (address);
  return self;
}

void
ist_queue_recipient_free (IstQueueRecipient *self)
{
  if (self == NULL)
    return;
  g_free (self->address);
  g_free (self->original);
  g_free (self->relay);
  g_free (self->last_reply);
  g_free (self->hold_reason);
  g_free (self->part_key);
  g_free (self->order_key);
  ist_body_unref (self->part_body);
  g_free (self);
}

const char *
ist_state_name (IstState state)
{
  static const char *const names[]
      = { "queued", "held", "parts", "waiting", "delivered", "failed", "expired", "dead" };

  g_return_val_if_fail ((gsize) state < G_N_ELEMENTS (names), "queued");
  return names[state];
}

static IstQueueRecipient *
recipient_copy (const IstQueueRecipient *from)
{
  IstQueueRecipient *to = g_memdup2 (from, sizeof *from);

  to->address = g_strdup (from->address);
  to->original = g_strdup (from->original);
  to->relay = g_strdup (from->relay);
  to->last_reply = g_strdup (from->last_reply);
  to->hold_reason = g_strdup (from->hold_reason);
  to->part_key = g_strdup (from->part_key);
  to->order_key = g_strdup (from->order_key);
  to->part_body = from->part_body != NULL ? ist_body_ref (from->part_body) : NULL;
  return to;
}

IstQueueMessage *
ist_queue_message_copy_for (const IstQueueMessage *from, const char *relay)
{
  IstQueueMessage *to = g_memdup2 (from, sizeof *from);

  to->queue_id = g_strdup (from->queue_id);
  to->sender = g_strdup (from->sender);
  to->listener = g_strdup (from->listener);
  to->peer = g_strdup (from->peer);
  to->helo = g_strdup (from->helo);
  to->envid = g_strdup (from->envid);
  to->message_id = g_strdup (from->message_id);
  to->body = from->body != NULL ? ist_body_ref (from->body) : NULL;
  to->recipients = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_queue_recipient_free);
  for (guint i = 0; i < from->recipients->len; i++)
    {
      const IstQueueRecipient *row = g_ptr_array_index (from->recipients, i);

      if (row->state == IST_STATE_QUEUED && g_strcmp0 (row->relay, relay) == 0)
        g_ptr_array_add (to->recipients, recipient_copy (row));
    }
  return to;
}
