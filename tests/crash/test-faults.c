/*
 * tests/crash/test-faults.c - one workload, and in each round another call to the disk fails: the 1st, 2nd,
 * 3rd … of its kind, once or from then on, until a round passes without meeting the fault. After each round
 * the crash rules are checked three times: on the running queue, after opening it again, and after a power
 * cut that leaves only what was synced.
 */
#include "tests/crash/ticker.h"
#include "tests/crash/work.h"
#include "tests/harness/fake-clock.h"
#include "tests/harness/harness.h"
#include "tests/harness/sim-disk.h"

#include "base/durable.h"

#include <string.h>

typedef struct
{
  IstSimCall call;
  guint nth;
  IstSimError error;
  gboolean stays;
} Fault;

typedef struct
{
  IstSimDisk *disk;
  IstStory *story;
  Worker worker;
  GPtrArray *broken;
  gboolean met;
} Round;

/* ---- one round ---- */

static void
note_broken (Round *self, const char *what)
{
  g_ptr_array_add (self->broken, g_strdup (what));
}

static gboolean
can_commit (Round *self)
{
  return ist_queue_check_room (self->worker.queue, 0, NULL);
}

/* Crash rule 5: while it cannot commit, no delivery starts. */
static void
deliver (Round *self, WorkPlan plan)
{
  gboolean before = can_commit (self);
  guint started = self->worker.started;

  work_deliver (&self->worker, plan, TRUE);
  if (!before && !can_commit (self) && self->worker.started > started)
    {
      /* It may have been in order for a moment in between. Twice in a row that is no chance. */
      started = self->worker.started;
      work_deliver (&self->worker, plan, TRUE);
      if (!can_commit (self) && self->worker.started > started)
        note_broken (self, "a delivery started although nothing can be committed");
    }
}

static void
run_steps (Round *self)
{
  Worker *worker = &self->worker;

  work_submit (worker, 1, 500, "go");
  work_submit (worker, 3, 9000, "go");
  work_submit (worker, 1, 700, "stay");
  deliver (self, WORK_DELIVER);
  deliver (self, WORK_MIX);
  work_hold_release (worker, FALSE);
  work_submit (worker, 1, 800, "go");
  deliver (self, WORK_PARTS);
  for (guint i = 0; i < IST_STORY_PARTS; i++)
    deliver (self, WORK_DELIVER);
  work_hold_release (worker, TRUE);
  for (guint i = 0; i < 4; i++)
    {
      work_submit (worker, 2, i % 2 != 0 ? 30000 : 1900, "go");
      deliver (self, (WorkPlan) (i % WORK_PARTS));
    }
  work_delete (worker);
  work_submit (worker, 1, 20000, "stay");
  work_submit (worker, 2, 1000, "go");
  work_deliver (worker, WORK_FAIL, FALSE);
  work_delete (worker);
}

/* Good again: the queue finds that out by itself, takes mail, and everything due goes. */
static void
recover (Round *self)
{
  Worker *worker = &self->worker;
  guint quiet = 0;
  gboolean ok = FALSE;

  ist_sim_disk_heal (self->disk);
  for (guint i = 0; i < 4000 && !ok; i++)
    {
      ok = work_flush (worker) && can_commit (self);
      if (!ok)
        g_usleep (1000);
    }
  if (!ok)
    {
      note_broken (self, "the queue does not recover");
      return;
    }
  if (!work_submit (worker, 1, 4000, "go"))
    note_broken (self, "the queue takes no mail again");
  for (guint i = 0; i < 1000 && quiet < 30; i++)
    {
      quiet = work_deliver (worker, WORK_DELIVER, TRUE) ? 0 : quiet + 1;
      if (quiet > 0 && ist_queue_next_due (worker->queue, "go") > ist_queue_now (worker->queue) + 10 * G_USEC_PER_SEC)
        quiet = 30;
      if (quiet > 0)
        g_usleep (1000);
    }
}

/* What is due must have been taken by now. */
static void
check_nothing_stuck (Round *self)
{
  IstQueueFilter filter = { .relay = "go", .state = IST_STATE_QUEUED, .limit = G_MAXINT };
  g_autoptr (GPtrArray) list = ist_queue_list (self->worker.queue, &filter, NULL);
  gint64 now = ist_queue_now (self->worker.queue);

  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const IstQueueMessage *message = list->pdata[i];

      for (guint k = 0; k < message->recipients->len; k++)
        if (((const IstQueueRecipient *) message->recipients->pdata[k])->due <= now)
          note_broken (self, "a recipient is due and nobody gets it");
    }
}

static void
check_reopened (Round *self, IstSimDisk *disk, const char *what)
{
  g_autoptr (GError) error = NULL;
  guint before = self->broken->len;
  IstQueue *queue;

  ist_sim_disk_use (disk);
  /* The sweep takes only what is older than this start. */
  ist_fake_clock_advance (G_USEC_PER_SEC);
  queue = work_open (NULL, NULL, &error);
  if (queue == NULL)
    g_ptr_array_add (self->broken, g_strdup_printf ("does not open: %s", error->message));
  else
    {
      ist_story_check (self->story, ist_story_length (self->story), queue, WORK_FOLDER, self->broken);
      ist_queue_close (queue);
    }
  if (self->broken->len > before)
    note_broken (self, what);
}

static IstQueue *
open_through_fault (Round *self)
{
  g_autoptr (GError) error = NULL;
  IstQueue *queue = work_open (NULL, NULL, &error);
  IstSimDisk *left;

  if (queue != NULL)
    return queue;
  if (!ist_sim_disk_failed (self->disk))
    note_broken (self, error->message);
  /* The administrator mends the disk and starts the machine again. */
  self->met = TRUE;
  ist_sim_disk_heal (self->disk);
  left = ist_sim_disk_cut (self->disk, IST_SIM_CUT_NOTHING, 1);
  ist_sim_disk_free (self->disk);
  self->disk = left;
  ist_sim_disk_use (left);
  return work_open (NULL, NULL, NULL);
}

/* FALSE: the fault was not met, there are fewer calls of that kind. */
static gboolean
run_round (const Fault *fault, guint *violations)
{
  Round self = { .disk = ist_sim_disk_new (), .story = ist_story_new () };
  IstQueue *queue;

  self.broken = g_ptr_array_new_with_free_func (g_free);
  ist_sim_disk_use (self.disk);
  ist_sim_disk_fail (self.disk, fault->call, fault->nth, fault->error, fault->stays);
  queue = open_through_fault (&self);
  if (queue != NULL)
    {
      g_autoptr (IstSimDisk) left = NULL;

      work_init (&self.worker, queue, self.story);
      run_steps (&self);
      self.met |= ist_sim_disk_failed (self.disk);
      recover (&self);
      check_nothing_stuck (&self);
      /* What could not be unlinked stays until the next start's sweep. */
      ist_story_check (self.story, ist_story_length (self.story), queue,
                       fault->call != IST_SIM_UNLINK ? WORK_FOLDER : NULL, self.broken);
      ist_queue_close (queue);
      left = ist_sim_disk_cut (self.disk, IST_SIM_CUT_NOTHING, 1);
      check_reopened (&self, self.disk, "(opened again)");
      check_reopened (&self, left, "(after a power cut)");
      work_clear (&self.worker);
    }
  else
    note_broken (&self, "it does not open on the mended disk");
  for (guint i = 0; i < self.broken->len && i < 6; i++)
    ist_note ("%s %u %s%s: %s", ist_sim_call_name (fault->call), fault->nth,
              ist_sim_error_name (fault->error), fault->stays ? " from then on" : "",
              (const char *) self.broken->pdata[i]);
  *violations += self.broken->len > 0;
  g_ptr_array_unref (self.broken);
  ist_story_free (self.story);
  ist_sim_disk_free (self.disk);
  return self.met;
}

/* ---- all rounds ---- */

static void
test_faults (void)
{
  static const struct
  {
    IstSimCall call;
    IstSimError error;
    guint step; /* of the short form */
  } rows[] = {
    { IST_SIM_CREATE, IST_SIM_EIO, 1 },    { IST_SIM_CREATE, IST_SIM_ENOSPC, 2 },
    { IST_SIM_WRITE, IST_SIM_EIO, 23 },    { IST_SIM_WRITE, IST_SIM_ENOSPC, 29 },
    { IST_SIM_WRITE, IST_SIM_SHORT, 31 },  { IST_SIM_TRUNCATE, IST_SIM_EIO, 1 },
    { IST_SIM_SYNC, IST_SIM_EIO, 3 },      { IST_SIM_SYNC, IST_SIM_ENOSPC, 7 },
    { IST_SIM_SYNC_DIR, IST_SIM_EIO, 1 },  { IST_SIM_RENAME, IST_SIM_EIO, 1 },
    { IST_SIM_UNLINK, IST_SIM_EIO, 1 },    { IST_SIM_MKDIR, IST_SIM_EIO, 1 },
    { IST_SIM_MKDIR, IST_SIM_ENOSPC, 1 },
  };
  gboolean longer = g_getenv ("ISTHMUS_LONG") != NULL;
  guint violations = 0, faults = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint stays = 0; stays < 2; stays++)
      {
        Fault fault = { rows[i].call, 1, rows[i].error, stays != 0 };
        guint met = 0;

        while (run_round (&fault, &violations) && violations < 20)
          {
            met++;
            fault.nth += longer ? 1 : rows[i].step;
          }
        ist_note ("%s: %s%s: %u rounds", ist_sim_call_name (fault.call),
                  ist_sim_error_name (fault.error), fault.stays ? " from then on" : "", met);
        faults += met;
      }
  ist_note ("%u faults, %u violations", faults, violations);
  IST_ASSERT (faults > 100);
  IST_ASSERT_INT (violations, 0);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "every call fails in turn", test_faults },
    { NULL, NULL },
  };

  return ticker_test_main ("faults", tests);
}
