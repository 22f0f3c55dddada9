/*
 * tests/crash/test-disk.c - crash rule 5 where more than one thing goes wrong: the disk is full and stays so,
 * the program is killed or the power goes after a sync that failed. And what a commit costs in syncs.
 */
#include "base/durable.h"
#include "base/error.h"
#include "tests/crash/ticker.h"
#include "tests/crash/work.h"
#include "tests/harness/fake-clock.h"
#include "tests/harness/sim-disk.h"

#define BALLAST WORK_FOLDER "/ballast"
#define BALLAST_BYTES (4 * 1024 * 1024)
#define MIB ((guint64) 1024 * 1024)

typedef struct
{
  IstSimDisk *disk;
  IstStory *story;
  Worker worker;
  gint full; /* atomic: how often the queue said so when it became unwell */
} Scene;

static void
on_health (gpointer user, gboolean ok, const char *why)
{
  Scene *self = user;

  if (!ok && ist_queue_is_full (self->worker.queue))
    g_atomic_int_inc (&self->full);
}

static gboolean
begin (Scene *self)
{
  g_autoptr (GError) error = NULL;

  self->full = 0;
  self->disk = ist_sim_disk_new ();
  self->story = ist_story_new ();
  ist_sim_disk_use (self->disk);
  work_init (&self->worker, work_open (on_health, self, &error), self->story);
  return IST_ASSERT_NO_ERROR (error);
}

static void
end (Scene *self)
{
  ist_queue_close (self->worker.queue);
  work_clear (&self->worker);
  ist_story_free (self->story);
  ist_sim_disk_free (self->disk);
}

static gboolean
wait_for_ballast (void)
{
  for (guint i = 0; i < 5000 && ist_durable_size (BALLAST) < BALLAST_BYTES; i++)
    g_usleep (1000);
  return ist_durable_size (BALLAST) == BALLAST_BYTES;
}

static IstQueue *
open_on (IstSimDisk *disk)
{
  g_autoptr (GError) error = NULL;
  IstQueue *queue;

  ist_sim_disk_use (disk);
  ist_fake_clock_advance (G_USEC_PER_SEC);
  queue = work_open (NULL, NULL, &error);
  IST_ASSERT_NO_ERROR (error);
  return queue;
}

/* Opens what `disk` holds and compares. */
static void
check (IstStory *story, IstSimDisk *disk, guint length)
{
  g_autoptr (GPtrArray) broken = g_ptr_array_new_with_free_func (g_free);
  IstQueue *queue = open_on (disk);

  if (queue == NULL)
    return;
  ist_story_check (story, length, queue, WORK_FOLDER, broken);
  for (guint i = 0; i < broken->len; i++)
    ist_note ("%s", (const char *) broken->pdata[i]);
  IST_ASSERT_INT (broken->len, 0);
  ist_queue_close (queue);
}

/* ---- full ---- */

/* Mail comes until nothing fits; the result of the delivery under way is recorded all the same. */
static void
test_full (void)
{
  Scene scene;
  Worker *worker = &scene.worker;
  guint accepted = 0, later = 0;
  guint64 used;

  if (!begin (&scene))
    return;
  IST_ASSERT (wait_for_ballast ());
  work_submit (worker, 1, 1000, "go");
  work_submit (worker, 1, 9000, "go");
  ist_sim_disk_set_capacity (scene.disk, ist_sim_disk_used (scene.disk) + 600 * 1024);
  while (accepted < 1000 && work_submit (worker, 1, accepted % 2 != 0 ? 1500 : 9000, "stay"))
    accepted++;
  ist_note ("%u messages until the disk was full", accepted);
  IST_ASSERT (accepted > 5 && accepted < 1000);
  /* However often it is tried, refused mail leaves nothing behind. Where the ballast was, some has room. */
  used = ist_sim_disk_used (scene.disk);
  for (guint i = 0; i < 400; i++)
    later += work_submit (worker, 1, 30000, "stay");
  IST_ASSERT (later < 200);
  IST_ASSERT (ist_sim_disk_used (scene.disk) < used + (later + 10) * 64 * 1024);
  for (guint i = 0; i < 2000 && worker->started < 2; i++)
    if (!work_deliver (worker, WORK_DELIVER, FALSE))
      g_usleep (1000);
  IST_ASSERT_INT (worker->started, 2);
  for (guint i = 0; i < 2000 && !work_flush (worker); i++)
    g_usleep (1000);
  IST_ASSERT (work_flush (worker));
  ist_sim_disk_set_capacity (scene.disk, 0);
  IST_ASSERT (wait_for_ballast ());
  IST_ASSERT (work_submit (worker, 1, 9000, "stay"));
  ist_queue_close (g_steal_pointer (&worker->queue));
  check (scene.story, scene.disk, ist_story_length (scene.story));
  end (&scene);
}

/* A long text whose size nobody announced: it is refused while the reserve is still there. */
static void
test_reserve (void)
{
  IstQueueOptions options = { .directory = WORK_FOLDER, .node = "n1", .min_free_bytes = 4 * MIB };
  IstSimDisk *disk = ist_sim_disk_new ();
  g_autofree char *text = g_strnfill (64 * 1024, 'x');
  g_autoptr (GError) error = NULL;
  IstQueueSpool *spool;
  IstQueue *queue;
  guint64 capacity;
  guint pieces = 0;

  ist_sim_disk_use (disk);
  queue = ist_queue_open (&options, &error);
  IST_ASSERT_NO_ERROR (error);
  IST_ASSERT (wait_for_ballast ());
  capacity = ist_sim_disk_used (disk) + 10 * MIB;
  ist_sim_disk_set_capacity (disk, capacity);
  IST_ASSERT (ist_queue_check_room (queue, 0, NULL));
  spool = ist_queue_spool_new (queue);
  while (pieces < 400 && ist_queue_spool_append (spool, text, 64 * 1024, &error))
    pieces++;
  IST_ASSERT_ERROR (error, IST_ERROR_RETRY);
  IST_ASSERT (pieces > 32);
  IST_ASSERT (ist_sim_disk_used (disk) + 3 * MIB <= capacity);
  ist_queue_spool_free (spool);
  IST_ASSERT (ist_queue_check_room (queue, 0, NULL));
  ist_queue_close (queue);
  ist_sim_disk_free (disk);
}

/* The commit itself meets the full disk: the ballast goes, so that results have room. */
static void
test_ballast (void)
{
  Scene scene;

  if (!begin (&scene))
    return;
  IST_ASSERT (wait_for_ballast ());
  work_submit (&scene.worker, 1, 1000, "go");
  IST_ASSERT (work_deliver (&scene.worker, WORK_DELIVER, FALSE));
  ist_sim_disk_set_capacity (scene.disk, ist_sim_disk_used (scene.disk));
  for (guint i = 0; i < 200 && ist_durable_exists (BALLAST); i++)
    work_submit (&scene.worker, 1, 1900, "stay");
  IST_ASSERT (g_atomic_int_get (&scene.full) > 0);
  IST_ASSERT (!ist_durable_exists (BALLAST));
  for (guint i = 0; i < 2000 && !work_flush (&scene.worker); i++)
    g_usleep (1000);
  IST_ASSERT (work_flush (&scene.worker));
  IST_ASSERT (!ist_queue_is_full (scene.worker.queue));
  IST_ASSERT (!ist_durable_exists (BALLAST));
  ist_queue_close (g_steal_pointer (&scene.worker.queue));
  check (scene.story, scene.disk, ist_story_length (scene.story));
  end (&scene);
}

/* ---- after a sync that failed ---- */

typedef struct
{
  Scene *scene;
  GPtrArray *disks;
  GArray *lengths;
} Watch;

static void
watch (gpointer user, IstSimDisk *disk, IstSimCall call, const char *path)
{
  Watch *self = user;
  guint length = ist_story_length (self->scene->story);

  if (self->disks->len >= 40)
    return;
  g_ptr_array_add (self->disks, ist_sim_disk_snapshot (disk));
  g_array_append_val (self->lengths, length);
}

/* Some mail, a sync that fails while more comes, and every moment from there until the queue is well. */
static void
fail_sync (Scene *scene, Watch *seen, guint nth)
{
  Worker *worker = &scene->worker;

  work_submit (worker, 1, 1500, "stay");
  work_submit (worker, 1, 9000, "stay");
  seen->scene = scene;
  seen->disks = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_sim_disk_free);
  seen->lengths = g_array_new (FALSE, FALSE, sizeof (guint));
  worker->doubtful = TRUE;
  ist_sim_disk_observe (scene->disk, watch, seen);
  ist_sim_disk_fail (scene->disk, IST_SIM_SYNC, nth, IST_SIM_EIO, FALSE);
  for (guint i = 0; i < 4; i++)
    work_submit (worker, 1, i % 2 != 0 ? 9000 : 1500, "stay");
  ist_sim_disk_observe (scene->disk, NULL, NULL);
  ist_queue_close (g_steal_pointer (&worker->queue));
  IST_ASSERT (ist_sim_disk_failed (scene->disk));
}

/* Calls `look` with each moment, for each of the next syncs that may fail. */
static void
after_failed_sync (void (*look) (IstStory *story, IstSimDisk *disk, guint length))
{
  guint moments = 0;

  for (guint nth = 1; nth <= 4; nth++)
    {
      Scene scene;
      Watch seen;

      ist_row ("sync %u", nth);
      if (!begin (&scene))
        return;
      fail_sync (&scene, &seen, nth);
      for (guint i = 0; i < seen.disks->len; i++, moments++)
        look (scene.story, seen.disks->pdata[i], g_array_index (seen.lengths, guint, i));
      g_ptr_array_unref (seen.disks);
      g_array_unref (seen.lengths);
      end (&scene);
    }
  ist_note ("%u moments after a failed sync", moments);
  IST_ASSERT (moments > 20);
}

static void
cut_in_repair (IstStory *story, IstSimDisk *disk, guint length)
{
  for (guint how = 0; how < IST_SIM_N_CUTS; how++)
    {
      g_autoptr (IstSimDisk) left = ist_sim_disk_cut (disk, (IstSimCut) how, length);

      check (story, left, length);
    }
}

/* The power goes while the queue repairs itself. */
static void
test_cut_in_repair (void)
{
  after_failed_sync (cut_in_repair);
}

/* `killed` still has in memory what the program before had written. */
static void
start_after_kill (IstStory *story, IstSimDisk *killed, guint length)
{
  g_autofree char *sender = g_strdup_printf ("m%u@", ist_story_count (story));
  IstQueueFilter filter = { .address = sender, .state = -1 };
  g_autoptr (IstSimDisk) left = NULL;
  g_autoptr (GPtrArray) list = NULL;
  Worker next;

  work_init (&next, open_on (killed), story);
  if (next.queue != NULL)
    {
      IST_ASSERT (work_submit (&next, 1, 1200, "stay"));
      left = ist_sim_disk_cut (killed, IST_SIM_CUT_NOTHING, 1);
      ist_queue_close (next.queue);
      next.queue = open_on (left);
    }
  if (next.queue != NULL)
    {
      list = ist_queue_list (next.queue, &filter, NULL);
      IST_ASSERT_INT (list->len, 1);
      ist_queue_close (next.queue);
    }
  work_clear (&next);
}

/* The program is killed after a sync failed, before it could repair anything. What the next one reads is in
 * memory and partly not on the disk; what it accepts must outlive a power cut nevertheless. */
static void
test_killed_after_failed_sync (void)
{
  after_failed_sync (start_after_kill);
}

/* Closed while it could not commit: the next start reads the database through, the one after that does not. */
static void
test_closed_unwell (void)
{
  Scene scene;

  if (!begin (&scene))
    return;
  IST_ASSERT (work_submit (&scene.worker, 1, 1000, "stay"));
  scene.worker.doubtful = TRUE;
  ist_sim_disk_fail (scene.disk, IST_SIM_SYNC, 1, IST_SIM_EIO, TRUE);
  IST_ASSERT (!work_submit (&scene.worker, 1, 1000, "stay"));
  ist_queue_close (g_steal_pointer (&scene.worker.queue));
  IST_ASSERT (ist_durable_exists (WORK_FOLDER "/unclean"));
  ist_sim_disk_heal (scene.disk);
  check (scene.story, scene.disk, ist_story_length (scene.story));
  IST_ASSERT (!ist_durable_exists (WORK_FOLDER "/unclean"));
  end (&scene);
}

/* ---- cost ---- */

/* One sync a commit, also when the WAL has long been larger than what begins a checkpoint. Here that is only
 * some commits away; a checkpoint after each would be three syncs a commit. */
static void
test_syncs (void)
{
  const guint n = 400;
  Scene scene;
  guint before, syncs;

  if (!begin (&scene))
    return;
  for (guint i = 0; i < 100; i++)
    work_submit (&scene.worker, 1, 1900, "stay");
  before = ist_sim_disk_count (scene.disk, IST_SIM_SYNC);
  for (guint i = 0; i < n; i++)
    work_submit (&scene.worker, 1, 1900, "stay");
  syncs = ist_sim_disk_count (scene.disk, IST_SIM_SYNC) - before;
  ist_note ("%u syncs for %u commits", syncs, n);
  IST_ASSERT (syncs < 2 * n);
  /* All commits together write more than 8 MiB. */
  IST_ASSERT (ist_durable_size (WORK_FOLDER "/queue.db-wal") < 4 * 1024 * 1024);
  end (&scene);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "rule 5: the disk is full", test_full },
    { "rule 5: the reserve", test_reserve },
    { "rule 5: the ballast", test_ballast },
    { "rule 5: a power cut in the repair", test_cut_in_repair },
    { "rule 5: killed after a failed sync", test_killed_after_failed_sync },
    { "rule 6: closed while unwell", test_closed_unwell },
    { "one sync a commit", test_syncs },
    { NULL, NULL },
  };

  return ticker_test_main ("disk", tests);
}
