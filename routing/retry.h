/*
 * routing/retry.h - when to try again.
 */
#ifndef IST_ROUTING_RETRY_H
#define IST_ROUTING_RETRY_H

#include <glib.h>

G_BEGIN_DECLS

/* `schedule` (gint64 seconds; NULL: an hour) after `attempts` earlier attempts, from `now` on (microseconds),
 * with up to 10 % added so that a thousand messages deferred together do not come back together. */
gint64 ist_retry_next (const GArray *schedule, guint attempts, gint64 now);

/* The same for a message that waits since `age_usecs` without an attempt (its hosts are known to be dead):
 * the step that its age has reached, as if each earlier one had been an attempt. */
gint64 ist_retry_by_age (const GArray *schedule, gint64 age_usecs, gint64 now);

G_END_DECLS

#endif
