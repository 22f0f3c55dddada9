/*
 * routing/queue/spool.h - what routing/queue itself needs of a spool (the rest is in queue.h).
 */
#ifndef IST_ROUTING_QUEUE_SPOOL_H
#define IST_ROUTING_QUEUE_SPOOL_H

#include "routing/queue/queue-private.h"

G_BEGIN_DECLS

/* `store` gives the folder; only what never changes or is atomic is used of it. A text that would leave less than
 * `min_free` bytes on the disk is not taken further. */
IstQueueSpool *ist_spool_new (IstStore *store, gsize threshold, guint64 min_free, const char *name);

/* The name of its file in the bodies folder, NULL when the text is in memory. Borrowed. */
const char *ist_spool_file_name (const IstQueueSpool *spool);

/* The store's lost_names before its file was made. */
gint ist_spool_names (const IstQueueSpool *spool);

/* The file belongs to a committed row now, or perhaps does and is the writer's to remove. */
void ist_spool_keep (IstQueueSpool *spool);

G_END_DECLS

#endif
