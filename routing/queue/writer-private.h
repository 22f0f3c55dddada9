/*
 * routing/queue/writer-private.h - between writer.c, the thread and its pace, and writer-group.c, what becomes of a
 * group.
 */
#ifndef IST_ROUTING_QUEUE_WRITER_PRIVATE_H
#define IST_ROUTING_QUEUE_WRITER_PRIVATE_H

#include "routing/queue/checkpoint.h"
#include "routing/queue/flush.h"
#include "routing/queue/queue-private.h"

G_BEGIN_DECLS

/* Belongs to who waits and to who answers, so that the answer can be told when the lock is free again: told under the
 * lock, it wakes somebody who must wait for that at once. */
typedef struct
{
  gint refs; /* atomic */
  gboolean finished;
  gboolean ok;
  GError *error;
  GMutex mutex; /* its own, so that the many who are answered at once do not queue for one lock */
  GCond cond;
} IstWriterWaiter;

typedef struct
{
  IstWriterOp *op;
  IstWriterWaiter *waiter; /* NULL: nobody waits */
} IstWriterItem;

typedef struct
{
  GQueue items; /* of IstWriterItem */
  guint n_waiting;
} IstWriterGroup;

struct _IstWriter
{
  IstStore *store;
  char *path;
  IstCheckpoint *checkpoint;
  IstFlush *flush;
  void (*health) (gpointer user, gboolean ok, const char *why);
  gpointer user;
  GThread *thread;
  gint full; /* atomic: the last failure was SQLITE_FULL */
  GMutex mutex; /* guards all below */
  GCond work;
  GQueue items; /* of IstWriterItem */
  guint n_waiting;
  gint64 oldest; /* monotonic, of the oldest item nobody waits for */
  gboolean stopping;
  gboolean asleep; /* the thread waits for work, and nobody has woken it yet */
  guint enough;    /* so many waiters begin a group whatever the time */
  GCond calm;      /* nothing is in flight */
  guint n_flying, flying_waiters;
  GQueue lost;     /* of IstWriterGroup: not known to be durable, in order */
  GError *loss;    /* a sync of the WAL failed */
  gboolean broken;
  char *why;
  /* only the thread: */
  GQueue kept;  /* IstWriterItems of a failed group that nobody waits for */
  GArray *undo; /* IstWriterUndo, before the next commit */
  gboolean must_repair;
  gint64 begun; /* of the machine: when the last group began */
};

/* A message whose insertion had an unknown outcome and was answered RETRY. */
typedef struct
{
  gint64 message;
  char *body_file;
} IstWriterUndo;

void ist_writer_waiter_unref (IstWriterWaiter *waiter);

/* The writer's thread. Takes `group`; `lost`: a sync of the WAL failed. */
void ist_writer_run_group (IstWriter *writer, IstWriterGroup *group, gboolean lost);
/* What is in flight lands first, well or not. TRUE: no sync failed. Else the groups were told: the health first,
 * because who is answered RETRY must not find a delivery to begin. */
gboolean ist_writer_calm_down (IstWriter *writer);

/* From the database to flush.c. */
gboolean ist_writer_take_over_syncs (IstWriter *writer, GError **error);
gboolean ist_writer_truncate_wal (IstWriter *writer, GError **error);

/* For flush.c: in the order of the commits, and never two at a time. */
void ist_writer_landed (gpointer writer, gpointer group, const GError *error);
/* For the checkpoints: what is committed from now on would not be told of the failure by its own sync. */
void ist_writer_doubt (gpointer writer, const char *why);

G_END_DECLS

#endif
