/* A message goes when its last row is settled, and not before: all rows by one job, or by several. */
#include "routing/queue/queue.h"
#include "tests/harness/harness.h"

#include <string.h>

typedef struct
{
  const char *relay;
  IstState state; /* how the job of that relay ends for this row */
} Row;

static const struct
{
  const char *name;
  Row rows[4];
  guint jobs;      /* relays whose jobs are finished, in the order of `relays` */
  guint left;      /* messages that stay */
  guint dead;      /* rows kept for the administrator */
} cases[] = {
  { "one row", { { "a", IST_STATE_DELIVERED } }, 1, 0, 0 },
  { "all by one job", { { "a", IST_STATE_DELIVERED }, { "a", IST_STATE_FAILED }, { "a", IST_STATE_EXPIRED } },
    1, 0, 0 },
  { "the other relay still open", { { "a", IST_STATE_DELIVERED }, { "b", IST_STATE_DELIVERED } }, 1, 1, 0 },
  { "two jobs", { { "a", IST_STATE_DELIVERED }, { "b", IST_STATE_FAILED } }, 2, 0, 0 },
  { "two jobs of two rows", { { "a", IST_STATE_DELIVERED }, { "b", IST_STATE_DELIVERED },
                              { "a", IST_STATE_DELIVERED }, { "b", IST_STATE_DELIVERED } }, 2, 0, 0 },
  { "one of two is dead", { { "a", IST_STATE_DELIVERED }, { "a", IST_STATE_DEAD } }, 1, 1, 1 },
  { "one of two waits", { { "a", IST_STATE_DELIVERED }, { "a", IST_STATE_QUEUED } }, 1, 1, 0 },
};

static void
submit (IstQueue *queue, const Row *rows)
{
  g_autoptr (IstQueueMessage) message = ist_queue_message_new ();
  g_autoptr (IstQueueSpool) spool = ist_queue_spool_new (queue);

  message->queue_id = ist_queue_new_id (queue);
  message->sender = g_strdup ("from@a.example");
  message->priority = IST_PRIORITY_NORMAL;
  message->received = ist_queue_now (queue);
  message->expires = message->received + 3600 * (gint64) G_USEC_PER_SEC;
  for (guint i = 0; i < G_N_ELEMENTS (cases[0].rows) && rows[i].relay != NULL; i++)
    {
      IstQueueRecipient *row = ist_queue_recipient_new ("to@b.example");

      row->relay = g_strdup (rows[i].relay);
      g_ptr_array_add (message->recipients, row);
    }
  /* Large enough for a body file, which must go with the message and stay with it. */
  for (guint i = 0; i < 40; i++)
    IST_ASSERT (ist_queue_spool_append (spool, "0123456789abcdef0123456789abcdef", 32, NULL));
  message->body = ist_queue_spool_finish (spool, NULL);
  message->size_bytes = 40 * 32;
  IST_ASSERT (ist_queue_submit (queue, message, spool, NULL));
}

/* The rows of a job stand in the order of the message. */
static void
finish (IstQueue *queue, const char *relay, const Row *rows)
{
  IstQueueJob *job = ist_queue_take (queue, relay, 0);
  g_autoptr (GArray) results = g_array_new (FALSE, TRUE, sizeof (IstQueueResult));
  guint at = 0;

  if (!IST_ASSERT (job != NULL))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (cases[0].rows) && rows[i].relay != NULL; i++)
    {
      IstQueueResult result = { .state = rows[i].state, .attempted = TRUE, .reply = "words",
                                .due = ist_queue_now (queue) + 60 * (gint64) G_USEC_PER_SEC };

      if (strcmp (rows[i].relay, relay) != 0)
        continue;
      result.recipient = ((IstQueueRecipient *) g_ptr_array_index (job->message->recipients, at++))->id;
      g_array_append_val (results, result);
    }
  ist_queue_finish (queue, job, (const IstQueueResult *) results->data, results->len, NULL, TRUE);
}

static void
test_cases (void)
{
  static const char *const relays[] = { "a", "b" };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *dir = ist_test_dir ();
      IstQueueOptions options
          = { .directory = dir, .node = "n1", .min_free_bytes = 1, .body_threshold_bytes = 1024 };
      g_autoptr (IstQueue) queue = ist_queue_open (&options, NULL);
      g_autoptr (IstQueueSummary) summary = NULL;
      guint dead = 0;

      ist_row ("%s", cases[i].name);
      submit (queue, cases[i].rows);
      for (guint k = 0; k < cases[i].jobs; k++)
        finish (queue, relays[k], cases[i].rows);
      summary = ist_queue_summary (queue, NULL);
      IST_ASSERT_INT (summary->messages, cases[i].left);
      for (guint k = 0; k < summary->relays->len; k++)
        dead += (guint) ((IstQueueRelayCount *) g_ptr_array_index (summary->relays, k))->dead;
      IST_ASSERT_INT (dead, cases[i].dead);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "who is settled, what stays", test_cases },
    { NULL, NULL },
  };

  return ist_test_main ("queue-results", tests);
}
