/*
 * routing/retry.h - when to try again.
 */
#ifndef IST_ROUTING_RETRY_H
#define IST_ROUTING_RETRY_H

#include "routing/settings.h"

G_BEGIN_DECLS

/* `schedule` (gint64 seconds; NULL: an hour) after `attempts` earlier attempts, from `now` on (microseconds),
 * with up to 10 % added so that a thousand messages deferred together do not come back together. */
gint64 ist_retry_next (const GArray *schedule, guint attempts, gint64 now);

/* Age in seconds at which a message for `relay` (NULL: one that is gone from the configuration) is given up:
 * its setting, or 5 days (RFC 5321 4.5.4.1), or one day when the relay takes mail over TLS only. */
gint64 ist_retry_expire_secs (const IstRelaySettings *relay);

/* As ist_retry_next(), for a message that waits since `age_usecs` without an attempt (its hosts are known to be dead):
 * the step that its age has reached, as if each earlier one had been an attempt. */
gint64 ist_retry_by_age (const GArray *schedule, gint64 age_usecs, gint64 now);

G_END_DECLS

#endif
