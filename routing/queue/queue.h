/*
 * routing/queue/queue.h - the durable queue: messages, their recipients, and who is due when.
 *
 * SQLite with one writer thread and group commit; bodies above a threshold in files of their own.
 * The crash rules it keeps are numbered in docs/crash-rules.md. The scheduler keeps a bounded window
 * of due recipients per relay in memory, so one dead relay never crowds out another.
 *
 * The way of one message:
 *   spool = ist_queue_spool_new(); ist_queue_spool_append()…; ist_queue_spool_finish()
 *   ist_queue_submit()                    returns after the commit that holds it: now answer 250
 *   ready callback → ist_queue_take()     a job: one message, its due recipients of one relay
 *   ist_queue_finish()                    results and the reports they cause, one commit
 *
 * Time: all times are microseconds. `due`, `received` and `expires` count on the queue's own clock:
 * the wall clock at start advanced by the monotonic clock, so that a step of the wall clock while
 * running neither expires nor delays anything (ist_queue_now()).
 *
 * Threads: every function may be called from any thread.
 */
#ifndef IST_ROUTING_QUEUE_H
#define IST_ROUTING_QUEUE_H

#include "base/body.h"
#include "base/side.h"

G_BEGIN_DECLS

typedef struct _IstQueue IstQueue;
typedef struct _IstQueueSpool IstQueueSpool;

/* RFC 3461 NOTIFY: none given means failure (and delay, by our setting). */
typedef enum
{
  IST_NOTIFY_NEVER = 1 << 0,
  IST_NOTIFY_SUCCESS = 1 << 1,
  IST_NOTIFY_FAILURE = 1 << 2,
  IST_NOTIFY_DELAY = 1 << 3
} IstNotify;

typedef enum
{
  IST_RET_DEFAULT,
  IST_RET_FULL,
  IST_RET_HDRS
} IstRet;

typedef enum
{
  IST_PRIORITY_HIGH,
  IST_PRIORITY_NORMAL,
  IST_PRIORITY_LOW
} IstPriority;

#define IST_N_PRIORITIES 3

/* Where a recipient stands. DELIVERED, FAILED, EXPIRED rows leave the queue with their message. */
typedef enum
{
  IST_STATE_QUEUED,    /* due now or at `due` */
  IST_STATE_HELD,      /* an administrator or a rule holds it; does not age */
  IST_STATE_PARTS,     /* materialised: its parts are rows of their own */
  IST_STATE_WAITING,   /* a part behind another of the same order key */
  IST_STATE_DELIVERED,
  IST_STATE_FAILED,
  IST_STATE_EXPIRED,
  IST_STATE_DEAD       /* cannot be delivered nor reported: kept, shown, counted */
} IstState;

const char *ist_state_name (IstState state); /* "queued", "held", … static */

typedef struct
{
  gint64 id;                /* row; 0 before submission */
  char *address;            /* forward-path without brackets, as it came (local@domain) */
  char *original;           /* ORCPT as received ("rfc822;…"), NULL if none */
  guint notify;             /* IstNotify bits, 0: not given */
  IstSide side;             /* destination side */
  char *relay;              /* relay name; the scheduler's key */
  guint generation;         /* configuration generation that chose side and relay */
  IstState state;
  gint64 due;               /* not before; 0: at once */
  guint attempts;           /* begun so far */
  gint64 last_attempt;      /* begun at; 0: never */
  gboolean delay_warned;
  char *last_reply;         /* of the last attempt, for people; NULL */
  char *hold_reason;        /* NULL unless HELD */
  /* materialised parts; NULL/0 otherwise */
  gint64 parent;            /* the recipient row this part belongs to */
  char *part_key;           /* stable key of the derived message */
  char *order_key;          /* parts with equal keys leave strictly one after the other, by id */
  IstBody *part_body;       /* the derived message; loaded by ist_queue_take() */
  IstState parts_result;    /* a recipient that is due once more because all its parts are done: the worst
                               of their states; QUEUED: it is none */
} IstQueueRecipient;

typedef struct
{
  gint64 id;
  char *queue_id;
  char *sender;             /* reverse-path, "" for <> */
  IstSide origin;
  char *listener;           /* name of the listener it came through; "" for our own reports */
  char *peer;               /* client address */
  char *helo;
  IstRet ret;
  char *envid;              /* xtext-decoded; NULL */
  gboolean smtputf8;
  gboolean eight_bit;       /* BODY=8BITMIME was given */
  gboolean is_report;       /* a report of our own making */
  IstPriority priority;
  gint64 received;
  gint64 expires;           /* no expiry before this, and none without an attempt begun after it */
  char *message_id;         /* Message-ID header for the console, NULL */
  gsize size_bytes;
  IstBody *body;            /* set by take/get; on submit from the spool */
  GPtrArray *recipients;    /* IstQueueRecipient, owned */
} IstQueueMessage;

IstQueueMessage *ist_queue_message_new (void); /* empty, with an empty recipients array */
void ist_queue_message_free (IstQueueMessage *message);
IstQueueRecipient *ist_queue_recipient_new (const char *address);
void ist_queue_recipient_free (IstQueueRecipient *recipient);

/* -- opening -- */
typedef struct
{
  const char *directory;         /* holds queue.db, bodies/, ballast */
  const char *node;              /* at most 16 of [A-Za-z0-9]; ends every queue id */
  gsize body_threshold_bytes;    /* larger bodies become files; 0: 32 KiB */
  guint64 max_bytes;             /* refuse (RETRY) new mail above; 0: no limit */
  guint64 max_messages;          /* likewise; 0: no limit */
  guint64 min_free_bytes;        /* refuse new mail when the disk has less; 0: 256 MiB */
  guint window;                  /* due recipients kept in memory per relay; 0: 2,000 */
  guint dead_keep_days;          /* 0: 14 */
  guint64 checkpoint_bytes;      /* of WAL before it is moved into the database; 0: 64 MiB */
  /* Called (no lock held, any thread) when a relay has due work that nobody has taken. */
  void (*ready) (gpointer user, const char *relay);
  /* Called when the queue's health changes: ok FALSE = refuses mail and starts no delivery. */
  void (*health) (gpointer user, gboolean ok, const char *why);
  /* Called when the results of a job could not be recorded for a reason of their own (not the disk's): its
   * recipients stay as they were and are looked at again at the next start. NULL: nobody is told. */
  void (*unrecorded) (gpointer user, const char *queue_id);
  gpointer user;
} IstQueueOptions;

/* Opens or creates the queue, repairs what a crash left (sweep), fills the windows. Two processes
 * cannot open one queue (lock file). IST_ERROR_CONFIG: directory, lock, newer version;
 * IST_ERROR_DAMAGED: the database was set aside in `directory`/damaged-…/ (readable messages exported
 * as .eml): the daemon must not start. */
IstQueue *ist_queue_open (const IstQueueOptions *options, GError **error);

/* Commits what is pending, checkpoints, closes. Jobs still out count as never finished. */
void ist_queue_close (IstQueue *queue);

/* What the sweep at start found and did, lines for the log (char *, borrowed). */
const GPtrArray *ist_queue_start_notes (IstQueue *queue);

gint64 ist_queue_now (IstQueue *queue); /* the queue's clock, microseconds since 1970 UTC */

/* A new queue id: sortable by time, unique over all nodes; g_free(). */
char *ist_queue_new_id (IstQueue *queue);

/* A secret of this queue, made with it: for what must be recognised again and not guessed (routing/loop.h). */
const char *ist_queue_trace_key (const IstQueue *queue);

/* May a message of `size_bytes` (0: unknown) be taken? RETRY with words when disk, size or count is
 * near its limit or the queue cannot commit. */
gboolean ist_queue_check_room (IstQueue *queue, guint64 size_bytes, GError **error);

/* Was the last failure that the disk is full (452, crash rule 5)? FALSE as soon as the queue can commit. */
gboolean ist_queue_is_full (IstQueue *queue);

/* -- accepting -- */
IstQueueSpool *ist_queue_spool_new (IstQueue *queue);
gboolean ist_queue_spool_append (IstQueueSpool *spool, const char *data, gsize size_bytes,
                                 GError **error); /* RETRY */
gsize ist_queue_spool_size (const IstQueueSpool *spool);
/* The bytes so far as one block, for loop check and rules; file bodies are synced first. */
IstBody *ist_queue_spool_finish (IstQueueSpool *spool, GError **error);
void ist_queue_spool_free (IstQueueSpool *spool); /* an unsubmitted file is removed */

/* Takes `message` (its body from the finished `spool`), waits for the commit. FALSE: nothing was
 * kept, RETRY. `message` gets its ids. The caller still owns both. */
gboolean ist_queue_submit (IstQueue *queue, IstQueueMessage *message, IstQueueSpool *spool,
                           GError **error);

/* -- delivering -- */
typedef struct
{
  IstQueueMessage *message; /* envelope and body; recipients holds ONLY the rows of this job */
  char *relay;
  gint64 row;               /* the part's row, 0 for a whole message */
  guint n_rows;             /* due rows of the message at this relay, before max_recipients cut */
} IstQueueJob;

/* The next job of `relay`: all due recipients of one message that go there (at most `max_recipients`;
 * 0: no limit), or one materialised part. Higher priorities first, but each class gets a guaranteed
 * share. NULL: nothing is due. The job must be given back with ist_queue_finish(). */
IstQueueJob *ist_queue_take (IstQueue *queue, const char *relay, guint max_recipients);

typedef struct
{
  gint64 recipient;     /* id */
  IstState state;       /* DELIVERED, FAILED, EXPIRED, DEAD, HELD, or QUEUED to try again at `due` */
  gint64 due;
  gboolean attempted;   /* counts as an attempt */
  gboolean delay_warned;
  const char *reply;    /* borrowed; NULL keeps the old one */
  const char *relay;    /* borrowed; non-NULL: give it to this relay from now on */
  const char *hold_reason; /* of HELD: borrowed, says why */
  guint generation;
} IstQueueResult;

/* Records the results of a job and takes it back; frees it. Each of `reports` (IstQueueMessage with
 * body; may be NULL) enters the queue in the same commit (crash rule 7). Does not wait for the commit
 * unless `wait`. A recipient without a result stays due at once. */
void ist_queue_finish (IstQueue *queue, IstQueueJob *job, const IstQueueResult *results,
                       guint n_results, GPtrArray *reports, gboolean wait);

/* Waits for the commit of everything that was finished before and the removal of its body files. FALSE: the queue cannot commit at present;
 * it keeps the results and tries again. */
gboolean ist_queue_flush (IstQueue *queue);

typedef struct
{
  gint64 recipient;      /* the row that is replaced by parts */
  const char *part_key;
  const char *order_key; /* NULL: unordered */
  GBytes *body;
} IstQueuePart;

/* Commits the derived messages of a job's recipients, in the order given; the recipients become
 * PARTS, their parts due. Recipients of the job without parts stay due. Waits for the commit; frees the
 * job (also on failure, RETRY: the job is due again).
 *
 * When the last part of a recipient is done and all were delivered, the recipient is DELIVERED; if one was
 * not, or success must be reported (NOTIFY), the recipient is due once more with `parts_result` set and
 * last_reply of the worst part, so that its one result and the report it causes are one commit (crash rule
 * 7). Results of parts are DELIVERED, FAILED, EXPIRED or QUEUED. */
gboolean ist_queue_materialise (IstQueue *queue, IstQueueJob *job, const IstQueuePart *parts,
                                guint n_parts, GError **error);

/* When the next recipient of `relay` becomes due: queue clock, G_MAXINT64 for never. */
gint64 ist_queue_next_due (IstQueue *queue, const char *relay);

/* -- for the administrator -- */
typedef struct
{
  const char *queue_id;   /* exact, or NULL */
  const char *address;    /* substring of sender or recipient, or NULL */
  const char *relay;      /* or NULL */
  const char *message_id; /* or NULL */
  int state;              /* IstState or -1 */
  const char *hold_reason; /* exact, or NULL */
  guint limit;            /* 0: 1,000 */
  const char *after;      /* continue after this queue id, or NULL */
} IstQueueFilter;

/* Messages (without bodies) with their recipients, by queue id. Own reader connection. */
GPtrArray *ist_queue_list (IstQueue *queue, const IstQueueFilter *filter, GError **error);

/* One message with its body, or NULL with IST_ERROR_REFUSED when there is none. */
IstQueueMessage *ist_queue_get (IstQueue *queue, const char *queue_id, GError **error);

typedef enum
{
  IST_ACTION_HOLD,
  IST_ACTION_RELEASE,
  IST_ACTION_RETRY,   /* due now */
  IST_ACTION_DELETE,
  IST_ACTION_REDIRECT /* argument: the new address; relay/side as given */
} IstQueueAction;

typedef struct
{
  IstQueueAction action;
  const char *argument;  /* HOLD: reason; REDIRECT: address */
  const char *relay;     /* REDIRECT: its relay */
  IstSide side;          /* REDIRECT */
} IstQueueCommand;

/* Acts on every recipient row that `filter` selects (and that no job has out: those are left and
 * counted in *busy). Waits for the commit. Gives the number of rows changed, -1 on error. */
int ist_queue_act (IstQueue *queue, const IstQueueFilter *filter, const IstQueueCommand *command,
                   guint *busy, GError **error);

typedef struct
{
  char *relay;
  guint64 queued, due, held, waiting, dead;
  gint64 oldest;          /* received, 0 if none */
} IstQueueRelayCount;

typedef struct
{
  guint64 messages, bytes;
  GPtrArray *relays;      /* IstQueueRelayCount */
  gboolean ok;
  char *why;              /* not ok: why it takes no mail */
} IstQueueSummary;

IstQueueSummary *ist_queue_summary (IstQueue *queue, GError **error);
void ist_queue_summary_free (IstQueueSummary *summary);

/* Recipient rows whose generation is below `generation` are offered to `route`, which fills side,
 * relay and generation (TRUE) or leaves them (FALSE). In batches, on the caller's thread. */
typedef gboolean (*IstQueueRoute) (gpointer user, const IstQueueMessage *message,
                                   IstQueueRecipient *recipient);
gboolean ist_queue_reroute (IstQueue *queue, guint generation, IstQueueRoute route, gpointer user,
                            GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstQueueMessage, ist_queue_message_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstQueueRecipient, ist_queue_recipient_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstQueueSpool, ist_queue_spool_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstQueueSummary, ist_queue_summary_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstQueue, ist_queue_close)

G_END_DECLS

#endif
