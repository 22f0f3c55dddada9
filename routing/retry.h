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

G_END_DECLS

#endif
