/*
 * routing/queue/queue-private.h - between the files of routing/queue only.
 *
 *   queue.c      the public functions: they make operations and wait for them
 *   writer*.c    the one thread that runs operations in groups, one commit each
 *   store*.c     all SQL
 *   scheduler.c  who is due: a bounded window in memory per relay and priority
 *   flush.c      makes commits durable, several syncs at a time
 *   checkpoint.c the WAL's way into the database, in the background
 *   start.c      checks and sweep.c what a crash left behind, before any mail
 *   spool.c      text on its way in
 *
 * Ids: a message's row id counts 10 µs since 2026-01-01 UTC, made strictly increasing, in 49 bits; a
 * recipient's is (message id << 14) | n. So recipients of a message are one range of the primary key
 * and need no index of their own, and the queue id is the row id in letters plus the node's name.
 */
#ifndef IST_ROUTING_QUEUE_PRIVATE_H
#define IST_ROUTING_QUEUE_PRIVATE_H

#include "base/db.h"
#include "base/durable.h"
#include "routing/queue/queue.h"

G_BEGIN_DECLS

#define IST_QUEUE_RCPT_BITS 14
#define IST_QUEUE_MAX_ROWS ((1 << IST_QUEUE_RCPT_BITS) - 1)
#define IST_QUEUE_ID_LETTERS 10

static inline gint64
ist_queue_message_of (gint64 recipient)
{
  return recipient >> IST_QUEUE_RCPT_BITS;
}

/* Row id of a queue id, 0 when it is none of this form. */
gint64 ist_queue_id_parse (const char *queue_id);
char *ist_queue_id_format (gint64 id, const char *node);

/* Envelope and body (shared), with only the queued recipients of `relay`. */
IstQueueMessage *ist_queue_message_copy_for (const IstQueueMessage *from, const char *relay);

/* ---- store.c ---- */

extern const IstDbKind ist_queue_db_kind;

typedef struct
{
  IstDb *db;
  char *node;
  char *bodies; /* folder of body files, of this database id */
  gint lost_names; /* atomic: how often a sync of `bodies` failed. Names made before that may be lost, and no
                      later sync brings them back */
} IstStore;

gboolean ist_store_insert (IstStore *store, IstQueueMessage *message, const char *body_file,
                           gboolean ignore_duplicate, GError **error);
/* Applies one result. Fills *reopened with the recipient that is due again because this was its last part;
 * *gone when the message has no open recipient any more and was removed; *body_file (g_free()) then names
 * the file to remove after the commit, if it had one. */
gboolean ist_store_result (IstStore *store, const IstQueueResult *result, gint64 now,
                           gint64 *reopened, gboolean *gone, char **body_file, GError **error);
gboolean ist_store_parts (IstStore *store, const IstQueuePart *parts, guint n_parts, GError **error);

/* Of the open parts of one order key the first may go, the others are WAITING, over all messages: called
 * after each change of one. The rows that came free are added to `released` (NULL: not needed). */
typedef struct
{
  gint64 id;
  gint64 parent;
  char *relay; /* g_free() */
  IstPriority priority;
} IstStoreReleased;
gboolean ist_store_order (IstStore *store, const char *key, GArray *released, GError **error);

/* For the store's files: a statement with up to two numbers; the end of a message without open rows. */
gboolean ist_store_run (IstStore *store, const char *sql, gint64 a, gint64 b, GError **error);
gboolean ist_store_remove_if_done (IstStore *store, gint64 message, gboolean *gone, char **body_file,
                                   GError **error);
/* Delivered, failed or expired: nothing is left to do, and no administrator need see the row. */
gboolean ist_store_is_final (IstState state);
/* The usual end: the final results are for all rows that the message has, so that none need be written before
 * it goes. *gone tells whether it was so. */
gboolean ist_store_remove_if_all (IstStore *store, gint64 message, const IstQueueResult *results,
                                  guint n_results, gboolean *gone, char **body_file, GError **error);
gboolean ist_store_delete_message (IstStore *store, gint64 message, char **body_file, GError **error);

/* One message with the recipient rows that `where` selects: ALL, OPEN of a relay, or ONE row. */
typedef enum
{
  IST_STORE_ALL,
  IST_STORE_RELAY, /* queued, no parts, of `relay` */
  IST_STORE_ROW    /* recipient `row` alone */
} IstStoreWhich;
IstQueueMessage *ist_store_load (IstStore *store, gint64 message, IstStoreWhich which,
                                 const char *relay, gint64 row, gboolean with_body, GError **error);

/* What the scheduler needs of one queued recipient row. */
typedef struct
{
  gint64 id;
  gint64 due;
  gint64 parent;
} IstStoreDue;
/* The `limit` soonest queued rows of relay and priority; GArray of IstStoreDue. */
GArray *ist_store_due (IstStore *store, const char *relay, IstPriority priority, guint limit,
                       GError **error);
/* Relays that have queued rows; GPtrArray of char *. */
GPtrArray *ist_store_relays (IstStore *store, GError **error);

GPtrArray *ist_store_list (IstStore *store, const IstQueueFilter *filter, GError **error);
GArray *ist_store_select (IstStore *store, const IstQueueFilter *filter, GError **error); /* gint64 */
/* Does `action` mean anything for a row in `state`? PARTS: its parts are asked instead, but for DELETE. */
gboolean ist_store_can_act (IstState state, IstQueueAction action);
gboolean ist_store_act (IstStore *store, gint64 recipient, const IstQueueCommand *command,
                        guint generation, gint64 now, gboolean *gone, char **body_file,
                        GError **error);
IstQueueSummary *ist_store_summary (IstStore *store, gint64 now, GError **error);
GArray *ist_store_old_dead (IstStore *store, gint64 before, GError **error); /* message ids */
int ist_store_exists (IstStore *store, gint64 message, GError **error); /* 1 or 0; below 0: error */
gint64 ist_store_size (IstStore *store, gint64 message); /* of its text, in bytes */
gboolean ist_store_totals (IstStore *store, guint64 *messages, guint64 *bytes, GError **error);
/* Messages with a body file: calls back for each. */
gboolean ist_store_body_files (IstStore *store,
                               void (*each) (gpointer user, gint64 message, const char *file),
                               gpointer user, GError **error);
gboolean ist_store_mark_dead (IstStore *store, gint64 message, const char *why, GError **error);
gboolean ist_store_stale (IstStore *store, guint generation, gint64 after, guint limit,
                          GArray **ids, GError **error); /* recipient ids, by id */
gboolean ist_store_route (IstStore *store, gint64 recipient, IstSide side, const char *relay,
                          guint generation, GError **error);
gboolean ist_store_clamp_due (IstStore *store, gint64 now, gint64 latest, GError **error);

/* ---- scheduler.c ---- */

typedef struct _IstScheduler IstScheduler;

IstScheduler *ist_scheduler_new (guint window);
void ist_scheduler_free (IstScheduler *scheduler);

/* One committed row is due at `due`. `message` (taken; may be NULL) is the cached message of its relay.
 * Gives TRUE when the relay has something to take now. */
gboolean ist_scheduler_add (IstScheduler *scheduler, const char *relay, IstPriority priority,
                            const IstStoreDue *row, IstQueueMessage *message, gint64 now);

/* The next due entry of `relay`. It is out until _settle(). */
typedef struct
{
  gint64 message;
  gint64 row;               /* a part's row; 0: every queued row of the relay */
  IstPriority priority;
  IstQueueMessage *cached;  /* taken over by the caller, NULL: load it */
} IstScheduled;
gboolean ist_scheduler_take (IstScheduler *scheduler, const char *relay, gint64 now,
                             IstScheduled *out);
/* The commit about an entry that was out is done. `due`: when its rows that stayed with this relay are
 * due again; G_MAXINT64: none did, the entry is forgotten and the next of its order key may go. */
void ist_scheduler_settle (IstScheduler *scheduler, const char *relay, gint64 message, gint64 row,
                           gint64 due);
/* Drops an entry nobody has out. FALSE: it is out. */
gboolean ist_scheduler_drop (IstScheduler *scheduler, const char *relay, gint64 message, gint64 row);

gint64 ist_scheduler_next_due (IstScheduler *scheduler, const char *relay);
/* Relays (char *, GPtrArray) that have work due at `now` and ones whose window wants refilling. */
GPtrArray *ist_scheduler_ready (IstScheduler *scheduler, gint64 now, gint64 *next);
typedef struct
{
  char *relay;
  IstPriority priority;
} IstRefill;
GPtrArray *ist_scheduler_wants (IstScheduler *scheduler, gint64 now); /* IstRefill */
void ist_scheduler_refilled (IstScheduler *scheduler, const char *relay, IstPriority priority,
                             gboolean complete, gint64 last_due);
guint ist_scheduler_size (IstScheduler *scheduler);

/* ---- writer.c ---- */

typedef struct _IstWriter IstWriter;
typedef struct _IstWriterOp IstWriterOp;

struct _IstWriterOp
{
  /* In the transaction; may run again after a rollback. */
  gboolean (*run) (IstStore *store, IstWriterOp *op, GError **error);
  /* When it is durable (ok) or given up (not ok, only ops somebody waits for); in the order of the commits, by
   * one thread at a time, while a later group may run. */
  void (*done) (IstWriterOp *op, gboolean ok);
  gboolean wait;         /* somebody waits: begin the group now */
  gboolean alone;        /* nothing is in flight when it runs: what was done before has been told */
  gboolean needs_dir;    /* the bodies folder must be synced before the commit */
  gint64 undo_message;   /* after an unknown outcome this message is deleted (crash rule 5); 0: none */
  const char *undo_file; /* and then its body file; NULL: none */
  gboolean unknown;      /* out: the outcome was unknown; what nobody waits for runs again then */
  gpointer user;
};

/* `health` as in IstQueueOptions; `checkpoint_bytes` of WAL begin a checkpoint. `store` is used by the
 * writer's thread alone from now on. */
IstWriter *ist_writer_new (IstStore *store, const char *path, const char *ballast,
                           guint64 checkpoint_bytes,
                           void (*health) (gpointer user, gboolean ok, const char *why),
                           gpointer user);
/* Runs what is pending, then ends the thread. */
void ist_writer_free (IstWriter *writer);
/* Queues `op`; with op->wait the call returns when its group is durable or failed, with its outcome. */
gboolean ist_writer_submit (IstWriter *writer, IstWriterOp *op, GError **error);
/* Can it commit? FALSE: *why (g_free()). */
gboolean ist_writer_ok (IstWriter *writer, char **why);
gboolean ist_writer_is_full (IstWriter *writer);

/* ---- sweep.c ---- */

/* Crash rule 4. Only files of ids from `from` to before `next_id`, this start's first, are removed. */
gboolean ist_queue_sweep (IstStore *store, gint64 from, gint64 next_id, GPtrArray *notes,
                          GError **error);

/* The administrator makes this file when he has put a backup of queue.db in place. */
#define IST_QUEUE_RESTORED "restored"

/* While this file is in the queue's folder no queue is opened there: the administrator removes it when he
 * has seen that the queue was damaged. */
#define IST_QUEUE_MARKER "damaged-look-first"

/* Crash rule 6: moves the database aside with what can be read. Fills `error` with DAMAGED. */
void ist_queue_set_aside (const char *directory, const char *why, GError **error);

G_END_DECLS

#endif
