/*
 * routing/queue/checkpoint.h - keeps the WAL short in the background, and the ballast on the disk.
 *
 * Threads: a thread of its own; the functions are for the writer.
 */
#ifndef IST_ROUTING_QUEUE_CHECKPOINT_H
#define IST_ROUTING_QUEUE_CHECKPOINT_H

#include "base/db.h"

G_BEGIN_DECLS

typedef struct _IstCheckpoint IstCheckpoint;

/* `path` of the database, which exists; begins above `limit_bytes` of WAL. `doubt` is told, in any thread, when a
 * sync failed: commits that are not synced yet may be lost with it. */
IstCheckpoint *ist_checkpoint_new (const char *path, const char *ballast, guint64 limit_bytes,
                                   void (*doubt) (gpointer user, const char *why), gpointer user);
void ist_checkpoint_free (IstCheckpoint *checkpoint); /* waits for a copy in hand */

/* After each commit on `db`, the writer's connection, between two groups. */
void ist_checkpoint_committed (IstCheckpoint *checkpoint, IstDb *db);

/* The disk is full: gives the ballast up. It is made again when there is room. */
void ist_checkpoint_free_ballast (IstCheckpoint *checkpoint);

G_END_DECLS

#endif
