/* tests/crash/test-drag.c - a machine so slow that the clock has moved whenever it is looked at again. */
#include "tests/crash/work.h"
#include "tests/harness/fake-clock.h"
#include "tests/harness/harness.h"
#include "tests/harness/sim-disk.h"

#define MESSAGES 20
#define PATIENCE_USECS (20 * G_USEC_PER_SEC)

typedef struct
{
  IstQueue *queue;
  IstStory *story;
  gint done; /* atomic */
} Run;

static gpointer
submit_some (gpointer data)
{
  Run *self = data;
  Worker worker;

  work_init (&worker, self->queue, self->story);
  for (guint i = 0; i < MESSAGES; i++)
    if (work_submit (&worker, 1, 1000, "go"))
      g_atomic_int_inc (&self->done);
  work_clear (&worker);
  return NULL;
}

/* What is to be done now must not be put off to a "now" that is over: the writer would ask for the time for ever. */
static void
test_drag (void)
{
  Run self = { .story = ist_story_new () };
  IstSimDisk *disk = ist_sim_disk_new ();
  g_autoptr (GError) error = NULL;
  gint64 until = g_get_monotonic_time () + PATIENCE_USECS;
  GThread *thread;

  ist_sim_disk_use (disk);
  self.queue = work_open (NULL, NULL, &error);
  if (!IST_ASSERT_NO_ERROR (error))
    return;
  ist_fake_clock_drag (10);
  thread = g_thread_new ("submit", submit_some, &self);
  while (g_atomic_int_get (&self.done) < MESSAGES && g_get_monotonic_time () < until)
    g_usleep (1000);
  IST_ASSERT_INT (g_atomic_int_get (&self.done), MESSAGES);
  ist_fake_clock_drag (0);
  g_thread_join (thread);
  ist_queue_close (self.queue);
  ist_sim_disk_free (disk);
  ist_story_free (self.story);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "a group begins although the clock drags", test_drag },
    { NULL, NULL },
  };

  return ist_test_main ("drag", tests);
}
