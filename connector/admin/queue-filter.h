/*
 * connector/admin/queue-filter.h - which messages an administrator means, as it comes over HTTP.
 *
 * The names are those of IstQueueFilter with dashes: queue-id, address, relay, message-id, state.
 */
#ifndef IST_CONNECTOR_ADMIN_QUEUE_FILTER_H
#define IST_CONNECTOR_ADMIN_QUEUE_FILTER_H

#include "connector/admin/api.h"

G_BEGIN_DECLS

/* Fills all fields of *filter but limit and after; strings are borrowed from `values` (char * → char *).
 * FALSE: answered 400. */
gboolean ist_queue_filter_read (IstQueueFilter *filter, GHashTable *values, IstHttpResponse *response);

/* Does it select everything? */
gboolean ist_queue_filter_is_empty (const IstQueueFilter *filter);

G_END_DECLS

#endif
