/*
 * tests/routing/test-queue-admin.c - the order of parts over everything, the administrator, time and reloads.
 */
#include "base/error.h"
#include "tests/harness/fake-clock.h"
#include "tests/harness/harness.h"
#include "tests/routing/queue-help.h"

#include <string.h>

static const IstQueueRecipient *
first_row (const IstQueueJob *job)
{
  return g_ptr_array_index (job->message->recipients, 0);
}

static guint
count_state (IstQueue *queue, IstState state)
{
  IstQueueFilter filter = { .state = state };
  g_autoptr (GPtrArray) list = ist_queue_list (queue, &filter, NULL);
  guint n = 0;

  for (guint i = 0; i < list->len; i++)
    n += ((IstQueueMessage *) list->pdata[i])->recipients->len;
  return n;
}

/* All parts of the one message, in their order; then nothing is left. */
static void
take_parts (IstQueue *queue, guint n, gint64 wait)
{
  for (guint i = 0; i < n; i++)
    {
      IstQueueJob *job = help_take (queue, "r", 100, wait);

      if (!IST_ASSERT (job != NULL && first_row (job)->part_key != NULL))
        return;
      IST_ASSERT_INT (first_row (job)->part_key[0], '1' + i);
      help_finish (queue, job, IST_STATE_DELIVERED, 0);
    }
  IST_ASSERT_INT (help_count (queue), 0);
}

/* The first part is deferred and lies outside the window; the second must not be taken for it. */
static void
test_order_outside_window (void)
{
  g_autofree char *dir = ist_test_dir ();
  IstQueue *queue = help_open (dir, 0);

  g_free (help_submit (queue, 1, 10, "r"));
  IST_ASSERT (help_materialise (queue, ist_queue_take (queue, "r", 0), 3, "uid"));
  help_finish (queue, ist_queue_take (queue, "r", 0), IST_STATE_QUEUED,
               ist_queue_now (queue) + 600 * HELP_SECOND);
  IST_ASSERT_INT (count_state (queue, IST_STATE_WAITING), 2);
  ist_queue_close (queue);
  queue = help_open (dir, 1);
  IST_ASSERT (help_take (queue, "r", 30, 30 * HELP_SECOND) == NULL);
  take_parts (queue, 3, 1000 * HELP_SECOND);
  ist_queue_close (queue);
}

/* Two messages about one meeting: what derives from the later one waits. A failure lets it go. */
static void
test_order_over_messages (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstQueue) queue = help_open (dir, 0);
  g_autofree char *first = help_submit (queue, 1, 10, "r");
  g_autofree char *second = help_submit (queue, 1, 10, "r");
  IstQueueJob *job;

  IST_ASSERT (help_materialise (queue, ist_queue_take (queue, "r", 0), 1, "uid"));
  job = ist_queue_take (queue, "r", 0);
  IST_ASSERT_STR (job->message->queue_id, first);
  IST_ASSERT (help_materialise (queue, ist_queue_take (queue, "r", 0), 1, "uid"));
  IST_ASSERT (ist_queue_take (queue, "r", 0) == NULL);
  help_finish (queue, job, IST_STATE_FAILED, 0);
  /* Now the first recipient is due for its report, and the second's part for itself. */
  for (guint i = 0; i < 2; i++)
    {
      job = help_take (queue, "r", 100, 0);
      if (!IST_ASSERT (job != NULL))
        return;
      IST_ASSERT_STR (job->message->queue_id, i == 0 ? first : second);
      help_finish (queue, job, i == 0 ? IST_STATE_FAILED : IST_STATE_DELIVERED, 0);
    }
  IST_ASSERT_INT (help_count (queue), 0);
}

/* Held parts are held as parts; nothing of the whole is due again. */
static void
test_hold_parts (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstQueue) queue = help_open (dir, 0);
  g_autofree char *id = help_submit (queue, 1, 10, "r");

  IST_ASSERT (help_materialise (queue, ist_queue_take (queue, "r", 0), 2, "uid"));
  IST_ASSERT_INT (help_act (queue, id, IST_ACTION_HOLD), 2);
  IST_ASSERT (help_take (queue, "r", 10, 0) == NULL);
  IST_ASSERT_INT (help_act (queue, id, IST_ACTION_RELEASE), 2);
  take_parts (queue, 2, 0);
}

/* A part that is out keeps its message from being deleted; afterwards all goes. */
static void
test_delete_parts (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstQueue) queue = help_open (dir, 0);
  g_autofree char *id = help_submit (queue, 1, 10, "r");
  IstQueueJob *job;

  IST_ASSERT (help_materialise (queue, ist_queue_take (queue, "r", 0), 2, "uid"));
  job = ist_queue_take (queue, "r", 0);
  IST_ASSERT_INT (help_act (queue, id, IST_ACTION_DELETE), 0);
  help_finish (queue, job, IST_STATE_QUEUED, ist_queue_now (queue) + HELP_SECOND);
  IST_ASSERT_INT (help_act (queue, id, IST_ACTION_DELETE), 1);
  IST_ASSERT_INT (help_count (queue), 0);
  IST_ASSERT (help_take (queue, "r", 10, 10 * HELP_SECOND) == NULL);
}

/* Who was delivered stays delivered, whatever is done to the rest of his message. */
static void
test_final_rows (void)
{
  static const IstQueueAction actions[] = { IST_ACTION_HOLD, IST_ACTION_RELEASE, IST_ACTION_RETRY };
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstQueue) queue = help_open (dir, 0);
  g_autofree char *id = help_submit (queue, 2, 10, "r");
  IstQueueJob *job = ist_queue_take (queue, "r", 0);
  IstQueueResult results[2];

  for (guint i = 0; i < 2; i++)
    results[i] = (IstQueueResult){
      .recipient = ((IstQueueRecipient *) g_ptr_array_index (job->message->recipients, i))->id,
      .state = i == 0 ? IST_STATE_DELIVERED : IST_STATE_QUEUED,
      .due = ist_queue_now (queue) + HELP_SECOND,
    };
  ist_queue_finish (queue, job, results, 2, NULL, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    IST_ASSERT_INT (help_act (queue, id, actions[i]), 1);
  job = help_take (queue, "r", 100, 10 * HELP_SECOND);
  if (!IST_ASSERT (job != NULL))
    return;
  IST_ASSERT_INT (job->message->recipients->len, 1);
  IST_ASSERT_STR (first_row (job)->address, "to1@b.example");
  help_finish (queue, job, IST_STATE_DELIVERED, 0);
  IST_ASSERT_INT (help_count (queue), 0);
}

/* Three recipients held for 1,000 s: the message gets 1,000 s, not three times as much. */
static void
test_held_time (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstQueue) queue = help_open (dir, 0);
  g_autofree char *id = help_submit (queue, 3, 10, "r");
  g_autoptr (IstQueueMessage) before = ist_queue_get (queue, id, NULL);
  g_autoptr (IstQueueMessage) after = NULL;

  IST_ASSERT_INT (help_act (queue, id, IST_ACTION_HOLD), 3);
  ist_fake_clock_advance (1000 * HELP_SECOND);
  IST_ASSERT_INT (help_act (queue, id, IST_ACTION_HOLD), 0);
  IST_ASSERT_INT (help_act (queue, id, IST_ACTION_RELEASE), 3);
  after = ist_queue_get (queue, id, NULL);
  IST_ASSERT_INT (after->expires - before->expires, 1000 * HELP_SECOND);
}

/* Dead mail is kept 14 days, can be tried again, and goes after that; then its room is free again. */
static void
test_dead (void)
{
  g_autofree char *dir = ist_test_dir ();
  IstQueueOptions options
      = { .directory = dir, .node = "n1", .min_free_bytes = 1, .max_bytes = 60000 };
  g_autoptr (IstQueue) queue = ist_queue_open (&options, NULL);
  g_autofree char *id = help_submit (queue, 1, 50000, "r");
  IstQueueJob *job = ist_queue_take (queue, "r", 0);

  help_finish (queue, job, IST_STATE_DEAD, 0);
  IST_ASSERT_INT (help_act (queue, id, IST_ACTION_RETRY), 1);
  job = help_take (queue, "r", 100, 0);
  if (!IST_ASSERT (job != NULL))
    return;
  IST_ASSERT_INT (ist_body_size (job->message->body), 50000);
  help_finish (queue, job, IST_STATE_DEAD, 0);
  ist_fake_clock_advance (13 * 86400 * HELP_SECOND);
  g_usleep (100000);
  ist_queue_flush (queue);
  IST_ASSERT_INT (help_count (queue), 1);
  ist_fake_clock_advance (2 * 86400 * HELP_SECOND);
  for (guint i = 0; i < 500 && help_count (queue) > 0; i++)
    g_usleep (10000);
  IST_ASSERT_INT (help_count (queue), 0);
  ist_queue_flush (queue);
  for (guint i = 0; i < 500 && !ist_queue_check_room (queue, 50000, NULL); i++)
    g_usleep (10000);
  IST_ASSERT (ist_queue_check_room (queue, 50000, NULL));
}

/* ---- reloads ---- */

static gboolean
to_new_relay (gpointer user, const IstQueueMessage *message, IstQueueRecipient *row)
{
  g_free (row->relay);
  row->relay = g_strdup ("new");
  row->side = IST_SIDE_INTERNET;
  row->generation = 2;
  return TRUE;
}

/* Everything that is not with a deliverer goes to the new relay, also deferred and held rows and parts. */
static void
test_reroute (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstQueue) queue = help_open (dir, 0);
  g_autofree char *out = help_submit (queue, 1, 10, "old");
  IstQueueJob *job = ist_queue_take (queue, "old", 0);
  guint n = 0;

  g_free (help_submit (queue, 1, 10, "old"));
  help_finish (queue, ist_queue_take (queue, "old", 0), IST_STATE_QUEUED,
               ist_queue_now (queue) + 60 * HELP_SECOND);
  g_free (help_submit (queue, 1, 10, "old"));
  IST_ASSERT (help_materialise (queue, ist_queue_take (queue, "old", 0), 2, "uid"));
  for (guint i = 0; i < 600; i++)
    g_free (help_submit (queue, 1, 10, "old"));
  IST_ASSERT (ist_queue_reroute (queue, 2, to_new_relay, NULL, NULL));
  IST_ASSERT (ist_queue_take (queue, "old", 0) == NULL);
  IST_ASSERT_STR (job->message->queue_id, out);
  help_finish (queue, job, IST_STATE_DELIVERED, 0);
  while ((job = help_take (queue, "new", 50, 100 * HELP_SECOND)) != NULL)
    {
      help_finish (queue, job, IST_STATE_DELIVERED, 0);
      n++;
    }
  IST_ASSERT_INT (n, 603);
  IST_ASSERT_INT (help_count (queue), 0);
}

/* ---- one bad operation ---- */

/* It is answered by itself: the queue stays well, and what was in the same group is committed. */
static void
test_bad_operation (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstQueue) queue = help_open (dir, 0);
  g_autofree char *id = help_submit (queue, 1, 10, "r");
  g_autoptr (IstQueueMessage) again = ist_queue_get (queue, id, NULL);
  g_autoptr (GError) error = NULL;

  IST_ASSERT (!ist_queue_submit (queue, again, NULL, &error));
  IST_ASSERT_ERROR (error, IST_ERROR_RETRY);
  IST_ASSERT (ist_queue_check_room (queue, 0, NULL));
  g_free (help_submit (queue, 1, 10, "r"));
  IST_ASSERT_INT (help_count (queue), 2);
}

/* Crash rule 7 also when the report cannot be stored: then the failure is not recorded either. */
static void
test_bad_report (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstQueue) queue = help_open (dir, 0);
  g_autofree char *id = help_submit (queue, 1, 10, "r");
  IstQueueJob *job = ist_queue_take (queue, "r", 0);
  IstQueueResult result = { .recipient = first_row (job)->id, .state = IST_STATE_FAILED };
  g_autoptr (GPtrArray) reports
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_queue_message_free);
  IstQueueMessage *report = ist_queue_message_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("text", 4);
  g_autoptr (IstQueueMessage) after = NULL;

  report->queue_id = ist_queue_new_id (queue);
  report->body = ist_body_new_bytes (bytes);
  g_ptr_array_add (report->recipients, ist_queue_recipient_new ("from@a.example"));
  g_ptr_array_add (reports, report); /* without a sender, which the table demands */
  ist_queue_finish (queue, job, &result, 1, reports, TRUE);
  after = ist_queue_get (queue, id, NULL);
  if (IST_ASSERT (after != NULL))
    IST_ASSERT_INT (((IstQueueRecipient *) g_ptr_array_index (after->recipients, 0))->state,
                    IST_STATE_QUEUED);
  IST_ASSERT (ist_queue_check_room (queue, 0, NULL));
}

int
main (void)
{
  static const IstTest tests[] = {
    { "order: outside the window", test_order_outside_window },
    { "order: over messages", test_order_over_messages },
    { "parts: hold and release", test_hold_parts },
    { "parts: delete", test_delete_parts },
    { "final rows stay final", test_final_rows },
    { "held time counts once", test_held_time },
    { "dead", test_dead },
    { "reroute", test_reroute },
    { "one bad operation", test_bad_operation },
    { "rule 7: a report that cannot be stored", test_bad_report },
    { NULL, NULL },
  };

  return ist_test_main ("queue-admin", tests);
}
