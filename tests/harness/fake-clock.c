#include "tests/harness/fake-clock.h"

#include "base/clock.h"

typedef struct
{
  GCond *cond;
  GMutex *mutex;
} Waiter;

static GMutex clock_mutex;
static gint64 clock_mono = 1000 * G_USEC_PER_SEC;
static gint64 clock_wall = G_GINT64_CONSTANT (1790000000) * G_USEC_PER_SEC;
static gint64 drag;
static GArray *waiters;

gint64
ist_clock_wall_usecs (void)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&clock_mutex);

  return clock_wall;
}

gint64
ist_clock_mono_usecs (void)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&clock_mutex);

  clock_mono += drag;
  return clock_mono;
}

void
ist_fake_clock_drag (gint64 usecs)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&clock_mutex);

  drag = usecs;
}

gint64
ist_clock_machine_usecs (void)
{
  return g_get_monotonic_time ();
}

/* Real time still bounds each wait, so that a lost wake-up shows as slowness and not as a hang. */
gboolean
ist_clock_wait (GCond *cond, GMutex *mutex, gint64 until_mono_usecs)
{
  Waiter self = { cond, mutex };

  g_mutex_lock (&clock_mutex);
  if (clock_mono >= until_mono_usecs)
    {
      g_mutex_unlock (&clock_mutex);
      return FALSE;
    }
  if (waiters == NULL)
    waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  g_array_append_val (waiters, self);
  g_mutex_unlock (&clock_mutex);

  g_cond_wait_until (cond, mutex, g_get_monotonic_time () + 20 * G_TIME_SPAN_MILLISECOND);

  g_mutex_lock (&clock_mutex);
  for (guint i = 0; i < waiters->len; i++)
    if (g_array_index (waiters, Waiter, i).cond == cond)
      {
        g_array_remove_index_fast (waiters, i);
        break;
      }
  g_mutex_unlock (&clock_mutex);
  return ist_clock_mono_usecs () < until_mono_usecs;
}

/* The same bound: the clock is looked at between short real waits. */
gboolean
ist_clock_wait_socket (GSocket *socket, GIOCondition condition, gint64 until_mono_usecs,
                       GError **error)
{
  for (;;)
    {
      g_autoptr (GError) local = NULL;
      gboolean last = ist_clock_mono_usecs () >= until_mono_usecs;

      if (g_socket_condition_timed_wait (socket, condition, last ? 0 : 10 * G_TIME_SPAN_MILLISECOND,
                                         NULL, &local))
        return TRUE;
      if (!last && g_error_matches (local, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        continue;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
}

void
ist_fake_clock_advance (gint64 usecs)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&clock_mutex);

  clock_mono += usecs;
  clock_wall += usecs;
  for (guint i = 0; waiters != NULL && i < waiters->len; i++)
    g_cond_broadcast (g_array_index (waiters, Waiter, i).cond);
}

void
ist_fake_clock_step_wall (gint64 usecs)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&clock_mutex);

  clock_wall += usecs;
}
