/*
 * routing/queue/spool.h - what routing/queue itself needs of a spool (the rest is in queue.h).
 */
#ifndef IST_ROUTING_QUEUE_SPOOL_H
#define IST_ROUTING_QUEUE_SPOOL_H

#include "routing/queue/queue-private.h"

G_BEGIN_DECLS

IstQueueSpool *ist_spool_new (const char *folder, gsize threshold, const char *name);

/* The name of its file in the bodies folder, NULL when the text is in memory. Borrowed. */
const char *ist_spool_file_name (const IstQueueSpool *spool);

/* The file belongs to a committed row now (or perhaps does: the sweep will tell). */
void ist_spool_keep (IstQueueSpool *spool);

G_END_DECLS

#endif
