#include "tests/routing/queue-help.h"

#include "tests/harness/fake-clock.h"
#include "tests/harness/harness.h"

#include <string.h>

IstQueue *
help_open (const char *dir, guint window)
{
  IstQueueOptions options
      = { .directory = dir, .node = "n1", .window = window, .min_free_bytes = 1 };
  g_autoptr (GError) error = NULL;
  IstQueue *queue = ist_queue_open (&options, &error);

  IST_ASSERT_NO_ERROR (error);
  return queue;
}

char *
help_submit (IstQueue *queue, guint n_rows, gsize size, const char *relay)
{
  g_autoptr (IstQueueMessage) message = ist_queue_message_new ();
  g_autoptr (IstQueueSpool) spool = ist_queue_spool_new (queue);
  g_autofree char *text = g_strnfill (size, 'x');
  g_autoptr (GError) error = NULL;

  message->queue_id = ist_queue_new_id (queue);
  message->sender = g_strdup ("from@a.example");
  message->priority = IST_PRIORITY_NORMAL;
  message->received = ist_queue_now (queue);
  message->expires = message->received + 3600 * HELP_SECOND;
  message->size_bytes = size;
  for (guint i = 0; i < n_rows; i++)
    {
      g_autofree char *address = g_strdup_printf ("to%u@b.example", i);
      IstQueueRecipient *row = ist_queue_recipient_new (address);

      row->relay = g_strdup (relay);
      row->side = IST_SIDE_EXCHANGE;
      row->generation = 1;
      g_ptr_array_add (message->recipients, row);
    }
  IST_ASSERT (ist_queue_spool_append (spool, text, size, NULL));
  message->body = ist_queue_spool_finish (spool, &error);
  IST_ASSERT (ist_queue_submit (queue, message, spool, &error));
  IST_ASSERT_NO_ERROR (error);
  return g_strdup (message->queue_id);
}

IstQueueJob *
help_take (IstQueue *queue, const char *relay, guint steps, gint64 advance)
{
  IstQueueJob *job = ist_queue_take (queue, relay, 0);

  for (guint i = 0; i < steps && job == NULL; i++)
    {
      ist_fake_clock_advance (advance / steps);
      g_usleep (10000);
      job = ist_queue_take (queue, relay, 0);
    }
  return job;
}

void
help_finish (IstQueue *queue, IstQueueJob *job, IstState state, gint64 due)
{
  guint n = job->message->recipients->len;
  g_autofree IstQueueResult *results = g_new0 (IstQueueResult, n);

  for (guint i = 0; i < n; i++)
    results[i] = (IstQueueResult){
      .recipient = ((IstQueueRecipient *) g_ptr_array_index (job->message->recipients, i))->id,
      .state = state,
      .due = due,
      .attempted = TRUE,
      .reply = "words",
    };
  ist_queue_finish (queue, job, results, n, NULL, TRUE);
}

gboolean
help_materialise (IstQueue *queue, IstQueueJob *job, guint n, const char *order_key)
{
  gint64 row = ((IstQueueRecipient *) g_ptr_array_index (job->message->recipients, 0))->id;
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autofree IstQueuePart *parts = g_new0 (IstQueuePart, n);
  g_autoptr (GBytes) body = g_bytes_new_static ("part", 4);

  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (keys, g_strdup_printf ("%u", i + 1));
      parts[i] = (IstQueuePart){ row, keys->pdata[i], order_key, body };
    }
  return ist_queue_materialise (queue, job, parts, n, NULL);
}

int
help_act (IstQueue *queue, const char *queue_id, IstQueueAction action)
{
  IstQueueFilter filter = { .queue_id = queue_id, .state = -1 };
  IstQueueCommand command = { .action = action };

  return ist_queue_act (queue, &filter, &command, NULL, NULL);
}

guint64
help_count (IstQueue *queue)
{
  g_autoptr (IstQueueSummary) summary = ist_queue_summary (queue, NULL);

  return summary->messages;
}
