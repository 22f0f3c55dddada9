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

/* A host that will not speak TLS rarely learns it within days, and the sender can choose another way. */
gint64
ist_retry_expire_secs (const IstRelaySettings *relay)
{
  if (relay != NULL && relay->expire_secs > 0)
    return relay->expire_secs;
  return relay != NULL && relay->tls_level >= IST_TLS_ENCRYPT ? 86400 : 5 * 86400;
}

gint64
ist_retry_by_age (const GArray *schedule, gint64 age_usecs, gint64 now)
{
  gint64 reached = 0;
  guint step = 0;

  for (; schedule != NULL && step + 1 < schedule->len; step++)
    {
      reached += g_array_index (schedule, gint64, step) * G_USEC_PER_SEC;
      if (reached > age_usecs)
        break;
    }
  return ist_retry_next (schedule, step, now);
}
