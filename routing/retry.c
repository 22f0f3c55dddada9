#include "routing/retry.h"

gint64
ist_retry_next (const GArray *schedule, guint attempts, gint64 now)
{
  gint64 secs = 3600;

  if (schedule != NULL && schedule->len > 0)
    secs = g_array_index (schedule, gint64, MIN (attempts, schedule->len - 1));
  return now + secs * G_USEC_PER_SEC
         + (gint64) (g_random_double () * 0.1 * (double) secs * G_USEC_PER_SEC);
}
