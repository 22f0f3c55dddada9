#include "base/clock.h"

gint64
ist_clock_wall_usecs (void)
{
  return g_get_real_time ();
}

gint64
ist_clock_mono_usecs (void)
{
  return g_get_monotonic_time ();
}

gint64
ist_clock_machine_usecs (void)
{
  return g_get_monotonic_time ();
}

gboolean
ist_clock_wait (GCond *cond, GMutex *mutex, gint64 until_mono_usecs)
{
  if (until_mono_usecs != G_MAXINT64)
    return g_cond_wait_until (cond, mutex, until_mono_usecs);
  g_cond_wait (cond, mutex);
  return TRUE;
}

gboolean
ist_clock_wait_socket (GSocket *socket, GIOCondition condition, gint64 until_mono_usecs,
                       GError **error)
{
  gint64 left = -1;

  if (until_mono_usecs != G_MAXINT64)
    left = MAX (until_mono_usecs - g_get_monotonic_time (), 0);
  return g_socket_condition_timed_wait (socket, condition, left, NULL, error);
}
