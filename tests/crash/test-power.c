/*
 * tests/crash/test-power.c - the power goes at any call to the disk; the queue opened on what is left must
 * keep crash rules 1, 2, 4 and 7. The same test must find broken promises when the disk only pretends.
 */
#include "tests/crash/work.h"
#include "tests/harness/harness.h"
#include "tests/harness/sim-disk.h"

#define SUBMITTERS 3
#define MAX_MOMENTS 400

/* A disk in the middle of the work, and how far the story was. */
typedef struct
{
  IstSimDisk *disk;
  guint length;
  IstSimCall call;
} Moment;

typedef struct
{
  IstStory *story;
  IstSimDisk *disk;
  GArray *moments; /* the observer's, under the disk's mutex */
  GRand *rand;
  IstQueue *queue;
  guint seed;
  gint submitting; /* atomic */
  guint steps;
  IstSimLie lie;
} Run;

/* ---- the work ---- */

static void
observe (gpointer user, IstSimDisk *disk, IstSimCall call, const char *path)
{
  Run *self = user;
  Moment moment = { NULL, 0, call };

  if (self->moments->len >= MAX_MOMENTS
      || (call != IST_SIM_SYNC && call != IST_SIM_SYNC_DIR && g_rand_int_range (self->rand, 0, 4) != 0))
    return;
  moment.length = ist_story_length (self->story);
  moment.disk = ist_sim_disk_snapshot (disk);
  g_array_append_val (self->moments, moment);
}

static gpointer
submitter (gpointer data)
{
  Run *self = data;
  guint number = (guint) g_atomic_int_add (&self->submitting, 1);
  g_autoptr (GRand) rand = g_rand_new_with_seed (self->seed * 100 + number);
  Worker worker;

  work_init (&worker, self->queue, self->story);
  for (guint i = 0; i < self->steps; i++)
    {
      gsize size = (gsize) (g_rand_boolean (rand) ? g_rand_int_range (rand, 100, 2000)
                                                  : g_rand_int_range (rand, 2500, 20000));

      work_submit (&worker, (guint) g_rand_int_range (rand, 1, 4), size,
                   g_rand_int_range (rand, 0, 4) == 0 ? "stay" : "go");
      if (g_rand_int_range (rand, 0, 4) == 0)
        work_hold_release (&worker, g_rand_boolean (rand));
      if (g_rand_int_range (rand, 0, 6) == 0)
        work_delete (&worker);
    }
  work_clear (&worker);
  g_atomic_int_add (&self->submitting, -100);
  return NULL;
}

static void
deliver_meanwhile (Run *self)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (self->seed * 100 + 99);
  Worker worker;

  work_init (&worker, self->queue, self->story);
  while (g_atomic_int_get (&self->submitting) > SUBMITTERS - SUBMITTERS * 100)
    if (!work_deliver (&worker, (WorkPlan) g_rand_int_range (rand, 0, WORK_N_PLANS),
                       g_rand_int_range (rand, 0, 3) == 0))
      g_usleep (200);
  work_clear (&worker);
}

static void
work (Run *self)
{
  GThread *threads[SUBMITTERS];
  g_autoptr (GError) error = NULL;

  self->queue = work_open (NULL, NULL, &error);
  if (!IST_ASSERT_NO_ERROR (error))
    return;
  /* From here on, so that it is the mail's syncs that are missing and not those of a new queue. */
  ist_sim_disk_lie (self->disk, self->lie);
  for (guint i = 0; i < SUBMITTERS; i++)
    threads[i] = g_thread_new ("submit", submitter, self);
  deliver_meanwhile (self);
  for (guint i = 0; i < SUBMITTERS; i++)
    g_thread_join (threads[i]);
  ist_queue_close (self->queue);
}

/* ---- the cuts ---- */

/* Opens a queue on what is left: all promises kept, and it takes mail again. */
static guint
check_cut (Run *self, const Moment *moment, IstSimCut how, guint32 seed, gboolean tell)
{
  g_autoptr (IstSimDisk) left = ist_sim_disk_cut (moment->disk, how, seed);
  g_autoptr (GPtrArray) broken = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  IstQueue *queue;

  ist_sim_disk_use (left);
  queue = work_open (NULL, NULL, &error);
  if (queue == NULL)
    g_ptr_array_add (broken, g_strdup_printf ("it does not open: %s", error->message));
  else
    {
      Worker worker;

      ist_story_check (self->story, moment->length, queue, WORK_FOLDER, broken);
      work_init (&worker, queue, self->story);
      if (!work_submit (&worker, 1, 5000, "go"))
        g_ptr_array_add (broken, g_strdup ("it takes no mail"));
      work_clear (&worker);
      ist_queue_close (queue);
    }
  for (guint i = 0; tell && i < broken->len && i < 5; i++)
    ist_note ("seed %u, before a %s, %s (%u): %s", self->seed, ist_sim_call_name (moment->call),
              ist_sim_cut_name (how), seed, (const char *) broken->pdata[i]);
  return broken->len > 0;
}

typedef struct
{
  guint cuts, violations, moments;
} Sum;

/* Runs the workload once and cuts it at every moment kept. Stops at `enough` violations. */
static void
cut_run (guint seed, IstSimLie lie, guint chances, guint enough, Sum *sum)
{
  Run self = { .seed = seed, .steps = 12, .lie = lie };

  self.story = ist_story_new ();
  self.disk = ist_sim_disk_new ();
  self.moments = g_array_new (FALSE, FALSE, sizeof (Moment));
  self.rand = g_rand_new_with_seed (seed);
  ist_sim_disk_lie (self.disk, lie == IST_SIM_LIE_NORMAL ? lie : IST_SIM_LIE_NONE);
  ist_sim_disk_use (self.disk);
  ist_sim_disk_observe (self.disk, observe, &self);
  work (&self);
  sum->moments += self.moments->len;
  for (guint i = 0; i < self.moments->len; i++)
    {
      Moment *moment = &g_array_index (self.moments, Moment, i);

      for (guint how = 0; how < IST_SIM_N_CUTS && sum->violations < enough; how++)
        for (guint k = 0; k < (how <= IST_SIM_CUT_ALL ? 1 : chances); k++, sum->cuts++)
          sum->violations += check_cut (&self, moment, (IstSimCut) how, seed * 1000 + k,
                                        lie == IST_SIM_LIE_NONE);
      ist_sim_disk_free (moment->disk);
    }
  g_array_unref (self.moments);
  g_rand_free (self.rand);
  ist_sim_disk_free (self.disk);
  ist_story_free (self.story);
}

static gboolean
longer (void)
{
  return g_getenv ("ISTHMUS_LONG") != NULL;
}

static void
test_cuts (void)
{
  guint seeds = longer () ? 20 : 1;
  Sum sum = { 0 };

  for (guint seed = 1; seed <= seeds; seed++)
    cut_run (seed, IST_SIM_LIE_NONE, longer () ? 3 : 1, 5, &sum);
  ist_note ("%u seeds, %u moments, %u power cuts, %u violations", seeds, sum.moments, sum.cuts,
            sum.violations);
  IST_ASSERT (sum.cuts > seeds * 200);
  IST_ASSERT_INT (sum.violations, 0);
}

/* A disk that pretends must be found out: else this test would prove nothing. */
static void
test_controls (void)
{
  static const struct
  {
    const char *name;
    IstSimLie lie;
  } rows[] = {
    { "synchronous = NORMAL", IST_SIM_LIE_NORMAL },
    { "without the sync of body files", IST_SIM_LIE_BODY_SYNC },
    { "without the sync of the folder", IST_SIM_LIE_DIR_SYNC },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Sum sum = { 0 };

      ist_row ("%s", rows[i].name);
      cut_run (7, rows[i].lie, 1, longer () ? G_MAXUINT : 3, &sum);
      ist_note ("control, %s: %u of %u power cuts broke a promise", rows[i].name, sum.violations,
                sum.cuts);
      IST_ASSERT (sum.violations > 0);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "rules 1, 2, 4, 7: power cuts", test_cuts },
    { "a disk that pretends is found out", test_controls },
    { NULL, NULL },
  };

  return ist_test_main ("power", tests);
}
