/*
 * tests/routing/test-queue-parts.c - derived messages in the queue: set, order, and the one result they give.
 */
#include "base/error.h"
#include "routing/queue/queue.h"
#include "tests/harness/fake-clock.h"
#include "tests/harness/harness.h"

#include <string.h>

#define SECOND ((gint64) G_USEC_PER_SEC)
#define RELAY "r"

static IstQueue *
open_queue (const char *dir)
{
  IstQueueOptions options = { .directory = dir, .node = "n1", .min_free_bytes = 1 };
  g_autoptr (GError) error = NULL;
  IstQueue *queue = ist_queue_open (&options, &error);

  IST_ASSERT_NO_ERROR (error);
  return queue;
}

static void
submit (IstQueue *queue, guint n_recipients, guint notify)
{
  g_autoptr (IstQueueMessage) message = ist_queue_message_new ();
  g_autoptr (IstQueueSpool) spool = ist_queue_spool_new (queue);
  g_autoptr (GError) error = NULL;

  message->queue_id = ist_queue_new_id (queue);
  message->sender = g_strdup ("from@a.example");
  message->priority = IST_PRIORITY_NORMAL;
  message->received = ist_queue_now (queue);
  message->expires = message->received + 3600 * SECOND;
  for (guint i = 0; i < n_recipients; i++)
    {
      g_autofree char *address = g_strdup_printf ("to%u@b.example", i);
      IstQueueRecipient *row = ist_queue_recipient_new (address);

      row->relay = g_strdup (RELAY);
      row->side = IST_SIDE_EXCHANGE;
      row->notify = notify;
      g_ptr_array_add (message->recipients, row);
    }
  IST_ASSERT (ist_queue_spool_append (spool, "whole", 5, NULL));
  message->body = ist_queue_spool_finish (spool, &error);
  message->size_bytes = 5;
  IST_ASSERT (ist_queue_submit (queue, message, spool, &error));
  IST_ASSERT_NO_ERROR (error);
}

/* Parts "1", "2", … of the job's first recipient, all with one order key or with none. */
static void
materialise (IstQueue *queue, IstQueueJob *job, guint n, const char *order_key)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (IstQueuePart));
  g_autoptr (GError) error = NULL;

  for (guint i = 1; i <= n; i++)
    {
      char *text = g_strdup_printf ("%u", i);
      IstQueuePart part = {
        .recipient = ((IstQueueRecipient *) g_ptr_array_index (job->message->recipients, 0))->id,
        .part_key = text,
        .order_key = order_key,
        .body = g_bytes_new (text, strlen (text)),
      };

      g_ptr_array_add (texts, text);
      g_array_append_val (parts, part);
    }
  IST_ASSERT (ist_queue_materialise (queue, job, (const IstQueuePart *) parts->data, n, &error));
  IST_ASSERT_NO_ERROR (error);
  for (guint i = 0; i < n; i++)
    g_bytes_unref (g_array_index (parts, IstQueuePart, i).body);
}

static void
finish (IstQueue *queue, IstQueueJob *job, IstState state, gint64 due, const char *reply)
{
  IstQueueRecipient *row = g_ptr_array_index (job->message->recipients, 0);
  IstQueueResult result
      = { .recipient = row->id, .state = state, .due = due, .attempted = TRUE, .reply = reply };

  ist_queue_finish (queue, job, &result, 1, NULL, TRUE);
}

static const IstQueueRecipient *
only_row (const IstQueueJob *job)
{
  return g_ptr_array_index (job->message->recipients, 0);
}

/* Takes what is due and says which part it is; "" when nothing is due. */
static IstQueueJob *
take (IstQueue *queue, const char *want)
{
  IstQueueJob *job = ist_queue_take (queue, RELAY, 0);
  g_autofree char *text = NULL;

  if (job != NULL && only_row (job)->part_body != NULL)
    {
      gsize size;
      const char *data = ist_body_data (only_row (job)->part_body, &size);

      text = g_strndup (data, size);
      IST_ASSERT_STR (only_row (job)->part_key, text);
    }
  IST_ASSERT_STR (job == NULL ? "" : text != NULL ? text : "whole", want);
  return job;
}

static guint64
count (IstQueue *queue)
{
  g_autoptr (IstQueueSummary) summary = ist_queue_summary (queue, NULL);

  return summary->messages;
}

/* Three parts of one order key, the second deferred: neither their set nor their order changes, also when
 * the queue is closed and opened in between. */
static void
test_order (void)
{
  for (guint reopen = 0; reopen < 2; reopen++)
    {
      g_autofree char *dir = ist_test_dir ();
      IstQueue *queue = open_queue (dir);
      IstQueueJob *job;

      ist_row ("%s", reopen ? "with a restart" : "without a restart");
      submit (queue, 1, 0);
      materialise (queue, take (queue, "whole"), 3, "meeting");
      finish (queue, take (queue, "1"), IST_STATE_DELIVERED, 0, "250");
      job = take (queue, "2");
      take (queue, "");
      finish (queue, job, IST_STATE_QUEUED, ist_queue_now (queue) + 60 * SECOND, "451");
      take (queue, "");
      if (reopen)
        {
          ist_queue_close (queue);
          queue = open_queue (dir);
          ist_queue_flush (queue);
          take (queue, "");
        }
      ist_fake_clock_advance (61 * SECOND);
      for (guint i = 0; i < 500 && (job = ist_queue_take (queue, RELAY, 0)) == NULL; i++)
        g_usleep (10000);
      if (IST_ASSERT (job != NULL))
        {
          IST_ASSERT_STR (only_row (job)->part_key, "2");
          finish (queue, job, IST_STATE_DELIVERED, 0, "250");
        }
      finish (queue, take (queue, "3"), IST_STATE_DELIVERED, 0, "250");
      IST_ASSERT_INT (count (queue), 0);
      ist_queue_close (queue);
    }
}

/* The recipient's own result, once all parts are done. */
static void
test_results (void)
{
  static const struct
  {
    const char *name;
    guint notify;
    IstState first, second;
    IstState want; /* QUEUED: nothing is due any more, the message is gone */
    const char *reply;
  } rows[] = {
    { "all delivered", 0, IST_STATE_DELIVERED, IST_STATE_DELIVERED, IST_STATE_QUEUED, NULL },
    { "all delivered, success asked for", IST_NOTIFY_SUCCESS, IST_STATE_DELIVERED, IST_STATE_DELIVERED,
      IST_STATE_DELIVERED, "first" },
    { "the first failed", 0, IST_STATE_FAILED, IST_STATE_DELIVERED, IST_STATE_FAILED, "first" },
    { "the last failed", 0, IST_STATE_DELIVERED, IST_STATE_FAILED, IST_STATE_FAILED, "second" },
    { "one failed, one expired", 0, IST_STATE_FAILED, IST_STATE_EXPIRED, IST_STATE_EXPIRED, "second" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *dir = ist_test_dir ();
      g_autoptr (IstQueue) queue = open_queue (dir);
      IstQueueJob *job;

      ist_row ("%s", rows[i].name);
      submit (queue, 1, rows[i].notify);
      materialise (queue, take (queue, "whole"), 2, "meeting");
      finish (queue, take (queue, "1"), rows[i].first, 0, "first");
      finish (queue, take (queue, "2"), rows[i].second, 0, "second");
      job = take (queue, rows[i].want == IST_STATE_QUEUED ? "" : "whole");
      if (job != NULL)
        {
          IST_ASSERT_INT (only_row (job)->parts_result, rows[i].want);
          IST_ASSERT_STR (only_row (job)->last_reply, rows[i].reply);
          finish (queue, job, rows[i].want, 0, NULL);
        }
      IST_ASSERT_INT (count (queue), 0);
    }
}

/* Who has no parts of the same message is due at once, as he was. */
static void
test_rest (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstQueue) queue = open_queue (dir);
  IstQueueJob *job;

  submit (queue, 2, 0);
  materialise (queue, take (queue, "whole"), 2, NULL);
  for (guint i = 0; i < 3; i++)
    {
      job = ist_queue_take (queue, RELAY, 0);
      if (!IST_ASSERT (job != NULL))
        return;
      IST_ASSERT_INT (job->message->recipients->len, 1);
      IST_ASSERT_STR (only_row (job)->address, only_row (job)->parent != 0 ? "to0@b.example" : "to1@b.example");
      finish (queue, job, IST_STATE_DELIVERED, 0, "250");
    }
  IST_ASSERT (ist_queue_take (queue, RELAY, 0) == NULL);
  IST_ASSERT_INT (count (queue), 0);
}

int
main (void)
{
  static const IstTest tests[]
      = { { "order", test_order }, { "results", test_results }, { "rest", test_rest }, { NULL } };

  return ist_test_main ("queue-parts", tests);
}
