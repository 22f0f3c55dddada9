#include "base/error.h"
#include "routing/queue/queue.h"
#include "tests/harness/fake-clock.h"
#include "tests/harness/harness.h"

#include <glib/gstdio.h>
#include <string.h>

#define SECOND ((gint64) G_USEC_PER_SEC)

static IstQueue *
open_queue (const char *dir, guint window)
{
  IstQueueOptions options
      = { .directory = dir, .node = "n1", .window = window, .min_free_bytes = 1 };
  g_autoptr (GError) error = NULL;
  IstQueue *queue = ist_queue_open (&options, &error);

  IST_ASSERT_NO_ERROR (error);
  return queue;
}

static IstQueueMessage *
message_new (IstQueue *queue, const char *relay, IstPriority priority)
{
  IstQueueMessage *message = ist_queue_message_new ();
  IstQueueRecipient *row = ist_queue_recipient_new ("to@b.example");

  message->queue_id = ist_queue_new_id (queue);
  message->sender = g_strdup ("from@a.example");
  message->origin = IST_SIDE_DOMINO;
  message->priority = priority;
  message->received = ist_queue_now (queue);
  message->expires = message->received + 3600 * SECOND;
  row->relay = g_strdup (relay);
  row->side = IST_SIDE_EXCHANGE;
  g_ptr_array_add (message->recipients, row);
  return message;
}

/* Submits a message of `size` bytes; gives its queue id. */
static char *
submit (IstQueue *queue, const char *relay, IstPriority priority, gsize size)
{
  g_autoptr (IstQueueMessage) message = message_new (queue, relay, priority);
  g_autoptr (IstQueueSpool) spool = ist_queue_spool_new (queue);
  g_autofree char *text = g_strnfill (size, 'x');
  g_autoptr (GError) error = NULL;

  IST_ASSERT (ist_queue_spool_append (spool, text, size, NULL));
  message->body = ist_queue_spool_finish (spool, &error);
  IST_ASSERT_NO_ERROR (error);
  message->size_bytes = size;
  IST_ASSERT (ist_queue_submit (queue, message, spool, &error));
  IST_ASSERT_NO_ERROR (error);
  return g_strdup (message->queue_id);
}

static void
finish (IstQueue *queue, IstQueueJob *job, IstState state, gint64 due)
{
  IstQueueRecipient *row = g_ptr_array_index (job->message->recipients, 0);
  IstQueueResult result
      = { .recipient = row->id, .state = state, .due = due, .attempted = TRUE, .reply = "words" };

  ist_queue_finish (queue, job, &result, 1, NULL, TRUE);
}

static guint64
count (IstQueue *queue)
{
  g_autoptr (IstQueueSummary) summary = ist_queue_summary (queue, NULL);

  return summary->messages;
}

static guint
count_files (const char *dir)
{
  g_autofree char *bodies = g_build_filename (dir, "bodies", NULL);
  g_autoptr (GDir) outer = g_dir_open (bodies, 0, NULL);
  const char *id = g_dir_read_name (outer);
  g_autofree char *inner = g_build_filename (bodies, id, NULL);
  g_autoptr (GDir) files = g_dir_open (inner, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (files) != NULL)
    n++;
  return n;
}

static void
test_one_message (void)
{
  static const gsize sizes[] = { 1, 32768, 32769, 1000000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *dir = ist_test_dir ();
      g_autoptr (IstQueue) queue = open_queue (dir, 0);
      g_autofree char *id = submit (queue, "r", IST_PRIORITY_NORMAL, sizes[i]);
      IstQueueJob *job = ist_queue_take (queue, "r", 0);

      ist_row ("%" G_GSIZE_FORMAT " bytes", sizes[i]);
      if (!IST_ASSERT (job != NULL))
        continue;
      IST_ASSERT_STR (job->message->queue_id, id);
      IST_ASSERT_STR (job->message->sender, "from@a.example");
      IST_ASSERT_INT (ist_body_size (job->message->body), sizes[i]);
      IST_ASSERT_INT (count_files (dir), sizes[i] > 32768);
      IST_ASSERT (ist_queue_take (queue, "r", 0) == NULL);
      finish (queue, job, IST_STATE_DELIVERED, 0);
      IST_ASSERT_INT (count (queue), 0);
      IST_ASSERT_INT (count_files (dir), 0);
    }
}

/* Crash rule 2 for an orderly close: what was accepted is there again, body and all. */
static void
test_reopen (void)
{
  g_autofree char *dir = ist_test_dir ();
  IstQueue *queue = open_queue (dir, 0);
  g_autofree char *small = submit (queue, "r", IST_PRIORITY_NORMAL, 100);
  g_autofree char *large = submit (queue, "r", IST_PRIORITY_NORMAL, 100000);
  IstQueueJob *job;

  ist_queue_close (queue);
  queue = open_queue (dir, 0);
  for (guint i = 0; i < 200 && ist_queue_next_due (queue, "r") == G_MAXINT64; i++)
    g_usleep (10000);
  for (guint i = 0; i < 2; i++)
    {
      job = NULL;
      for (guint k = 0; k < 200 && job == NULL; k++, g_usleep (10000))
        job = ist_queue_take (queue, "r", 0);
      if (!IST_ASSERT (job != NULL))
        break;
      IST_ASSERT_STR (job->message->queue_id, i == 0 ? small : large);
      IST_ASSERT_INT (ist_body_size (job->message->body), i == 0 ? 100 : 100000);
      finish (queue, job, IST_STATE_DELIVERED, 0);
    }
  IST_ASSERT_INT (count (queue), 0);
  ist_queue_close (queue);
}

/* Crash rule 4: a file without a row goes, a row without its file is set aside and told. */
static void
test_sweep (void)
{
  g_autofree char *dir = ist_test_dir ();
  IstQueue *queue = open_queue (dir, 0);
  g_autofree char *id G_GNUC_UNUSED = submit (queue, "r", IST_PRIORITY_NORMAL, 100000);
  g_autofree char *bodies = g_build_filename (dir, "bodies", NULL);
  g_autoptr (GDir) outer = g_dir_open (bodies, 0, NULL);
  g_autofree char *inner = g_build_filename (bodies, g_dir_read_name (outer), NULL);
  g_autofree char *stray = g_build_filename (inner, "stray", NULL);
  g_autoptr (GDir) files = g_dir_open (inner, 0, NULL);
  g_autofree char *real = g_build_filename (inner, g_dir_read_name (files), NULL);
  g_autoptr (IstQueueSummary) summary = NULL;

  ist_queue_close (queue);
  g_unlink (real);
  g_file_set_contents (stray, "x", 1, NULL);
  queue = open_queue (dir, 0);
  IST_ASSERT_INT (ist_queue_start_notes (queue)->len, 2);
  IST_ASSERT (!g_file_test (stray, G_FILE_TEST_EXISTS));
  summary = ist_queue_summary (queue, NULL);
  if (IST_ASSERT_INT (summary->relays->len, 1))
    IST_ASSERT_INT (((IstQueueRelayCount *) g_ptr_array_index (summary->relays, 0))->dead, 1);
  IST_ASSERT (ist_queue_take (queue, "r", 0) == NULL);
  ist_queue_close (queue);
}

/* Crash rule 6: a damaged database is set aside; nothing starts empty until somebody has looked. */
static void
test_damaged (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autofree char *db = g_build_filename (dir, "queue.db", NULL);
  g_autofree char *marker = g_build_filename (dir, "damaged-look-first", NULL);
  IstQueue *queue = open_queue (dir, 0);
  g_autofree char *id G_GNUC_UNUSED = submit (queue, "r", IST_PRIORITY_NORMAL, 100);
  IstQueueOptions options = { .directory = dir, .node = "n1" };
  g_autofree char *junk = g_strnfill (8192, 'j');
  g_autoptr (GError) error = NULL;

  ist_queue_close (queue);
  g_file_set_contents (db, junk, 8192, NULL);
  IST_ASSERT (ist_queue_open (&options, &error) == NULL);
  IST_ASSERT_ERROR (error, IST_ERROR_DAMAGED);
  g_clear_error (&error);
  IST_ASSERT (ist_queue_open (&options, &error) == NULL);
  IST_ASSERT_ERROR (error, IST_ERROR_CONFIG);
  g_unlink (marker);
  queue = open_queue (dir, 0);
  IST_ASSERT_INT (count (queue), 0);
  ist_queue_close (queue);
}

static void
test_lock (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstQueue) queue G_GNUC_UNUSED = open_queue (dir, 0);
  IstQueueOptions options = { .directory = dir, .node = "n1" };
  g_autoptr (GError) error = NULL;

  IST_ASSERT (ist_queue_open (&options, &error) == NULL);
  IST_ASSERT_ERROR (error, IST_ERROR_CONFIG);
}

static void
test_deferred (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstQueue) queue = open_queue (dir, 0);
  g_autofree char *id G_GNUC_UNUSED = submit (queue, "r", IST_PRIORITY_NORMAL, 10);
  IstQueueJob *job = ist_queue_take (queue, "r", 0);
  IstQueueRecipient *row;

  finish (queue, job, IST_STATE_QUEUED, ist_queue_now (queue) + 60 * SECOND);
  IST_ASSERT (ist_queue_take (queue, "r", 0) == NULL);
  ist_fake_clock_step_wall (7200 * SECOND);
  IST_ASSERT (ist_queue_take (queue, "r", 0) == NULL);
  ist_fake_clock_advance (61 * SECOND);
  job = ist_queue_take (queue, "r", 0);
  if (!IST_ASSERT (job != NULL))
    return;
  row = g_ptr_array_index (job->message->recipients, 0);
  IST_ASSERT_INT (row->attempts, 1);
  IST_ASSERT_STR (row->last_reply, "words");
  finish (queue, job, IST_STATE_FAILED, 0);
  IST_ASSERT_INT (count (queue), 0);
}

/* Every class gets its share: low priority is delivered although high never ends. */
static void
test_priorities (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstQueue) queue = open_queue (dir, 0);
  guint got[IST_N_PRIORITIES] = { 0 };

  for (guint i = 0; i < 40; i++)
    for (guint p = 0; p < IST_N_PRIORITIES; p++)
      g_free (submit (queue, "r", (IstPriority) p, 10));
  for (guint i = 0; i < 32; i++)
    {
      IstQueueJob *job = ist_queue_take (queue, "r", 0);

      if (!IST_ASSERT (job != NULL))
        return;
      got[job->message->priority]++;
      finish (queue, job, IST_STATE_DELIVERED, 0);
    }
  ist_note ("high %u, normal %u, low %u", got[0], got[1], got[2]);
  IST_ASSERT_INT (got[IST_PRIORITY_LOW], 4);
  IST_ASSERT_INT (got[IST_PRIORITY_NORMAL], 12);
}

/* A dead relay with more mail than its window holds delays nobody, and all of it comes out in the end. */
static void
test_window (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstQueue) queue = open_queue (dir, 10);
  g_autofree char *living = NULL;
  IstQueueJob *job;
  guint n = 0;

  for (guint i = 0; i < 100; i++)
    g_free (submit (queue, "dead", IST_PRIORITY_NORMAL, 10));
  living = submit (queue, "living", IST_PRIORITY_NORMAL, 10);
  job = ist_queue_take (queue, "living", 0);
  if (IST_ASSERT (job != NULL))
    finish (queue, job, IST_STATE_DELIVERED, 0);
  for (guint idle = 0; idle < 300 && n < 100;)
    {
      job = ist_queue_take (queue, "dead", 0);
      if (job == NULL)
        {
          ist_fake_clock_advance (SECOND);
          g_usleep (10000);
          idle++;
          continue;
        }
      finish (queue, job, IST_STATE_DELIVERED, 0);
      n++;
    }
  IST_ASSERT_INT (n, 100);
  IST_ASSERT_INT (count (queue), 0);
}

static void
test_hold (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstQueue) queue = open_queue (dir, 0);
  g_autofree char *id = submit (queue, "r", IST_PRIORITY_NORMAL, 10);
  IstQueueFilter filter = { .queue_id = id, .state = -1 };
  IstQueueCommand hold = { .action = IST_ACTION_HOLD, .argument = "looking at it" };
  IstQueueCommand release = { .action = IST_ACTION_RELEASE };
  IstQueueCommand delete = { .action = IST_ACTION_DELETE };
  g_autoptr (IstQueueMessage) before = ist_queue_get (queue, id, NULL);
  g_autoptr (IstQueueMessage) held = NULL;
  g_autoptr (IstQueueMessage) after = NULL;

  IST_ASSERT_INT (ist_queue_act (queue, &filter, &hold, NULL, NULL), 1);
  IST_ASSERT (ist_queue_take (queue, "r", 0) == NULL);
  held = ist_queue_get (queue, id, NULL);
  IST_ASSERT_STR (((IstQueueRecipient *) g_ptr_array_index (held->recipients, 0))->hold_reason,
                  "looking at it");
  ist_fake_clock_advance (1000 * SECOND);
  IST_ASSERT_INT (ist_queue_act (queue, &filter, &release, NULL, NULL), 1);
  after = ist_queue_get (queue, id, NULL);
  IST_ASSERT_INT (after->expires - before->expires, 1000 * SECOND);
  IST_ASSERT_INT (ist_queue_act (queue, &filter, &delete, NULL, NULL), 1);
  IST_ASSERT_INT (count (queue), 0);
}

static void
test_list (void)
{
  static const struct
  {
    const char *name;
    IstQueueFilter filter;
    guint want;
  } rows[] = {
    { "all", { .state = -1 }, 3 },
    { "relay", { .relay = "a", .state = -1 }, 2 },
    { "state", { .state = IST_STATE_HELD }, 0 },
    { "address", { .address = "TO@B", .state = -1 }, 3 },
    { "no such address", { .address = "nobody", .state = -1 }, 0 },
    { "limit", { .state = -1, .limit = 2 }, 2 },
    { "no such id", { .queue_id = "junk", .state = -1 }, 0 },
  };
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstQueue) queue = open_queue (dir, 0);

  g_free (submit (queue, "a", IST_PRIORITY_NORMAL, 10));
  g_free (submit (queue, "a", IST_PRIORITY_NORMAL, 10));
  g_free (submit (queue, "b", IST_PRIORITY_NORMAL, 10));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) list = ist_queue_list (queue, &rows[i].filter, &error);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_NO_ERROR (error);
      if (list != NULL)
        IST_ASSERT_INT (list->len, rows[i].want);
    }
}

/* Three derived parts: their order holds when the second is deferred, also over a restart; the recipient is
 * done when all are. */
static void
test_parts (void)
{
  g_autofree char *dir = ist_test_dir ();
  IstQueue *queue = open_queue (dir, 0);
  g_autofree char *id G_GNUC_UNUSED = submit (queue, "r", IST_PRIORITY_NORMAL, 10);
  IstQueueJob *job = ist_queue_take (queue, "r", 0);
  gint64 row = ((IstQueueRecipient *) g_ptr_array_index (job->message->recipients, 0))->id;
  IstQueuePart parts[3];

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *text = g_strdup_printf ("part %u", i + 1);

      parts[i] = (IstQueuePart){ row, i == 0 ? "1" : i == 1 ? "2" : "3", "uid",
                                 g_bytes_new (text, strlen (text)) };
    }
  IST_ASSERT (ist_queue_materialise (queue, job, parts, 3, NULL));
  for (guint step = 0; step < 4; step++)
    {
      static const char *const want[] = { "1", "2", "2", "3" };
      IstQueueRecipient *part;

      job = NULL;
      for (guint k = 0; k < 300 && job == NULL; k++, g_usleep (10000))
        {
          job = ist_queue_take (queue, "r", 0);
          if (step == 2 && job == NULL)
            ist_fake_clock_advance (SECOND);
        }
      ist_row ("step %u", step);
      if (!IST_ASSERT (job != NULL))
        break;
      part = g_ptr_array_index (job->message->recipients, 0);
      IST_ASSERT_STR (part->part_key, want[step]);
      IST_ASSERT_INT (ist_body_size (part->part_body), 6);
      IST_ASSERT (ist_queue_take (queue, "r", 0) == NULL);
      if (step == 1)
        {
          finish (queue, job, IST_STATE_QUEUED, ist_queue_now (queue) + 30 * SECOND);
          IST_ASSERT (ist_queue_take (queue, "r", 0) == NULL);
          ist_queue_close (queue);
          queue = open_queue (dir, 0);
        }
      else
        finish (queue, job, IST_STATE_DELIVERED, 0);
    }
  IST_ASSERT_INT (count (queue), 0);
  for (guint i = 0; i < 3; i++)
    g_bytes_unref (parts[i].body);
  ist_queue_close (queue);
}

static void
test_ids (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstQueue) queue = open_queue (dir, 0);
  g_autofree char *last = ist_queue_new_id (queue);

  for (guint i = 0; i < 1000; i++)
    {
      char *next = ist_queue_new_id (queue);

      if (i == 500)
        ist_fake_clock_step_wall (-3600 * SECOND);
      if (!IST_ASSERT (strcmp (last, next) < 0))
        ist_note ("%s then %s", last, next);
      g_free (last);
      last = next;
    }
}

/* Who asks how the queue is must hear that it refuses mail, and why. */
static void
test_says_full (void)
{
  g_autofree char *dir = ist_test_dir ();
  IstQueueOptions options = { .directory = dir, .node = "n1", .min_free_bytes = G_MAXINT64 };
  g_autoptr (IstQueue) queue = ist_queue_open (&options, NULL);
  g_autoptr (IstQueueSummary) summary = ist_queue_summary (queue, NULL);

  IST_ASSERT (!ist_queue_check_room (queue, 0, NULL));
  IST_ASSERT (!summary->ok);
  IST_ASSERT (summary->why != NULL && strstr (summary->why, "disk") != NULL);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "one message", test_one_message },
    { "reopen", test_reopen },
    { "rule 4: sweep", test_sweep },
    { "rule 6: damaged", test_damaged },
    { "lock", test_lock },
    { "deferred", test_deferred },
    { "priorities", test_priorities },
    { "window", test_window },
    { "hold", test_hold },
    { "list", test_list },
    { "parts", test_parts },
    { "ids", test_ids },
    { "says-full", test_says_full },
    { NULL, NULL },
  };

  return ist_test_main ("queue", tests);
}
