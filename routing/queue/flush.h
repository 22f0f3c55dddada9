/*
 * routing/queue/flush.h - makes commits durable behind the writer's back.
 *
 * The writer commits without a sync (SQLite's `synchronous = NORMAL`) and hands its group over; threads here
 * sync the WAL. The writer's next group needs not wait for that, and where a sync takes long several are under
 * way at once, so that a group waits for its own sync and not for the rest of another's besides.
 *
 * Groups land in the order of their commits. One whose sync failed is lost, and with it all behind it, until
 * ist_flush_aim() is called again.
 *
 * Threads: _begin(), _now() and _aim() are for the writer; landed() is called by one thread at a time.
 */
#ifndef IST_ROUTING_QUEUE_FLUSH_H
#define IST_ROUTING_QUEUE_FLUSH_H

#include <glib.h>

G_BEGIN_DECLS

/* So many syncs are under way at most. */
#define IST_FLUSH_THREADS 16

typedef struct _IstFlush IstFlush;

/* `landed` gets each group back; `error` NULL: it is durable, otherwise its outcome is unknown. */
IstFlush *ist_flush_new (void (*landed) (gpointer user, gpointer group, const GError *error), gpointer user);
/* When all groups have landed. NULL is allowed. */
void ist_flush_free (IstFlush *flush);

/* The file to sync from now on, which exists; while nothing is in flight. */
gboolean ist_flush_aim (IstFlush *flush, const char *path, GError **error);

/* `group` is committed; without `dirty` it wrote nothing and only waits for those before it. */
void ist_flush_begin (IstFlush *flush, gpointer group, gboolean dirty);

/* Syncs in the thread of the caller, while nothing is in flight. */
gboolean ist_flush_now (IstFlush *flush, GError **error);

/* How long the last sync took, in microseconds of the machine. Any thread. */
gint64 ist_flush_took_usecs (IstFlush *flush);

G_END_DECLS

#endif
