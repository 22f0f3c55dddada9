/*
 * routing/queue/queue-ops.h - the queue's state and the operations it gives to its writer.
 */
#ifndef IST_ROUTING_QUEUE_OPS_H
#define IST_ROUTING_QUEUE_OPS_H

#include "routing/queue/queue-private.h"

G_BEGIN_DECLS

struct _IstQueue
{
  IstQueueOptions options; /* strings of it are not ours after open */
  char *directory, *node, *path;
  char *trace_key;
  gsize threshold;
  guint64 min_free;
  gint64 start_wall, start_mono;
  IstDurableLock *lock;
  IstStore store; /* the writer's */
  IstWriter *writer;
  IstScheduler *scheduler;
  GAsyncQueue *readers;
  GPtrArray *notes; /* what the sweep found, for the log */
  GThread *looker;
  GThread *remover; /* removes body files: the next group need not wait for that */
  GAsyncQueue *removals; /* of IstRemoval */
  gint ok; /* atomic: deliveries may begin */
  GMutex mutex; /* guards all below */
  GCond look;
  gboolean stopping;
  gint64 last_id;
  guint64 n_messages, n_bytes;
  guint64 free_bytes;
  gint64 free_looked;
  /* Changes whenever the administrator or a reload touches rows, while nothing else is told by the writer. What
   * was inserted before, in the same group, is then scheduled by the refill that follows such a change. */
  guint64 upheavals;
};

/* ---- start.c: opens or makes the database, checks, sweeps; errors as ist_queue_open() ---- */
gboolean ist_queue_start (IstQueue *queue, GError **error);
/* The queue is closed while it is not well: the next start reads the database through. */
void ist_queue_mark_unclean (IstQueue *queue);

gint64 ist_queue_next_id (IstQueue *queue); /* row id of a new message */
IstStore *ist_queue_reader (IstQueue *queue, GError **error);
void ist_queue_reader_back (IstQueue *queue, IstStore *reader);
void ist_queue_reader_free (IstStore *reader);
void ist_queue_number_recipients (IstQueueMessage *message);
void ist_queue_count (IstQueue *queue, gint64 messages, gint64 bytes);
void ist_queue_totals (IstQueue *queue, guint64 *messages, guint64 *bytes);
void ist_queue_job_free (IstQueueJob *job);

/* Lets the remover take the file `path` away (taken; NULL: none), after all before it; then it pushes something
 * to `answer`, if that is not NULL. */
void ist_queue_remove_file (IstQueue *queue, char *path, GAsyncQueue *answer);

/* Waits for the commit. `spool` may be NULL. After failure *unknown says whether the row may be there all the
 * same, until the writer has deleted it: then the file of the spool is the writer's. */
gboolean ist_queue_op_insert (IstQueue *queue, IstQueueMessage *message, const IstQueueSpool *spool,
                              gboolean *unknown, GError **error);
/* In the writer's turn, so that what it reads is what is committed when it is told. */
void ist_queue_op_refill (IstQueue *queue, const char *relay, IstPriority priority);
void ist_queue_op_clean (IstQueue *queue);
/* All rows of a message whose text is lost become dead. */
void ist_queue_op_bury (IstQueue *queue, gint64 message, const char *why);

G_END_DECLS

#endif
