/*
 * routing/queue/writer.c - the one thread that changes the database.
 *
 * A group is one transaction: it is durable as a whole or rolled back as a whole. It is committed here without
 * a sync and handed to flush.c; whoever waits is answered when it has landed, that is, when it and all groups
 * before it are durable. Meanwhile the next group runs. Work nobody waits for rides along, at most 50 ms late.
 *
 * Failure (crash rule 5): a group that failed before its COMMIT, or for want of room, is rolled back and its
 * outcome known. After any other failure it is unknown, and so is that of all groups in flight: the database is
 * reopened, what was answered RETRY is deleted, and a truncating checkpoint must succeed before anything else
 * is committed. Until a commit that writes is durable the queue is not well, and nothing is in flight then.
 * Results nobody waits for are kept and tried again.
 */
#include "routing/queue/queue-private.h"
#include "routing/queue/checkpoint.h"
#include "routing/queue/flush.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>

#define RIDE_USECS (50 * G_TIME_SPAN_MILLISECOND)
#define REPAIR_USECS G_USEC_PER_SEC
#define GROUP_MAX 2000

typedef struct
{
  IstWriterOp *op;
  gboolean finished;
  gboolean ok;
  GError *error;
  GMutex mutex; /* its own, so that the many who are answered at once do not queue for one lock */
  GCond cond;
} Waiter;

typedef struct
{
  IstWriterOp *op;
  Waiter *waiter; /* NULL: nobody waits */
} Item;

typedef struct
{
  GQueue items; /* of Item */
  guint n_waiting;
} Group;

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
  GQueue items; /* of Item */
  guint n_waiting;
  gint64 oldest; /* monotonic, of the oldest item nobody waits for */
  gboolean stopping;
  gboolean asleep; /* the thread waits for work */
  guint enough;    /* so many waiters begin a group whatever the time */
  GCond calm;      /* nothing is in flight */
  guint n_flying, flying_waiters;
  GQueue lost;     /* of Group: not known to be durable, in order */
  GError *loss;    /* a sync of the WAL failed */
  gboolean broken;
  char *why;
  /* only the thread: */
  GQueue kept;  /* Items of a failed group that nobody waits for */
  GArray *undo; /* Undo, before the next commit */
  gboolean must_repair;
  gint64 begun; /* of the machine: when the last group began */
};

/* A message whose insertion had an unknown outcome and was answered RETRY. */
typedef struct
{
  gint64 message;
  char *body_file;
} Undo;

/* How a group ended. */
typedef enum
{
  GROUP_COMMITTED,
  GROUP_REFUSED,     /* by one operation for a reason of its own: the others can go without it */
  GROUP_FULL,        /* so is the disk; nothing of it is there */
  GROUP_ROLLED_BACK, /* nothing of it is there */
  GROUP_UNKNOWN
} Outcome;

/* ---- one group ---- */

static int
primary_code (const IstWriter *self)
{
  return ist_db_last_code (self->store->db) & 0xff;
}

/* Not the disk's fault: it would fail on any day. */
static gboolean
is_own_fault (int code)
{
  return code == SQLITE_OK || code == SQLITE_ERROR || code == SQLITE_CONSTRAINT || code == SQLITE_TOOBIG
         || code == SQLITE_MISMATCH || code == SQLITE_RANGE;
}

/* While it is not well, an empty transaction would prove nothing. */
static gboolean
probe (IstWriter *self, GError **error)
{
  return !self->broken
         || ist_db_exec (self->store->db,
                         "INSERT OR REPLACE INTO meta VALUES ('probe', hex(randomblob(8)))", error);
}

/* In the transaction. *refused: the operation that has a fault of its own. */
static gboolean
run_operations (IstWriter *self, GQueue *group, GList **refused, GError **error)
{
  gboolean needs_dir = FALSE;

  for (GList *l = group->head; l != NULL; l = l->next)
    {
      IstWriterOp *op = ((Item *) l->data)->op;

      if (!op->run (self->store, op, error))
        {
          if (is_own_fault (primary_code (self)))
            *refused = l;
          return FALSE;
        }
      needs_dir |= op->needs_dir;
    }
  /* Crash rule 4 reads: a row never names a file that a power cut can take away. */
  if (!needs_dir || ist_durable_sync_dir (self->store->bodies, error))
    return TRUE;
  g_atomic_int_inc (&self->store->lost_names);
  return FALSE;
}

/* The commit, and while the queue is not well its sync too: then nothing may be told before. */
static gboolean
commit (IstWriter *self, GError **error)
{
  return ist_db_exec (self->store->db, "COMMIT", error)
         && (!self->broken || ist_flush_now (self->flush, error));
}

static Outcome
run_group (IstWriter *self, GQueue *group, GList **refused, GError **error)
{
  gboolean full;

  if (!ist_db_exec (self->store->db, "BEGIN IMMEDIATE", error))
    return GROUP_ROLLED_BACK;
  if (probe (self, error) && run_operations (self, group, refused, error))
    {
      if (commit (self, error))
        return GROUP_COMMITTED;
      if (primary_code (self) != SQLITE_FULL)
        return GROUP_UNKNOWN;
    }
  full = primary_code (self) == SQLITE_FULL;
  ist_db_exec (self->store->db, "ROLLBACK", NULL);
  if (full)
    {
      ist_checkpoint_free_ballast (self->checkpoint);
      return GROUP_FULL;
    }
  return *refused != NULL ? GROUP_REFUSED : GROUP_ROLLED_BACK;
}

static void
finish_item (IstWriter *self, Item *item, gboolean ok, const GError *error)
{
  if (item->op->done != NULL)
    item->op->done (item->op, ok);
  if (item->waiter != NULL)
    {
      Waiter *waiter = item->waiter;

      g_mutex_lock (&waiter->mutex);
      waiter->ok = ok;
      waiter->error = error != NULL ? g_error_copy (error) : NULL;
      waiter->finished = TRUE;
      g_cond_signal (&waiter->cond);
      g_mutex_unlock (&waiter->mutex);
    }
  g_free (item);
}

static void
set_health (IstWriter *self, gboolean ok, const char *why)
{
  gboolean changed;

  g_mutex_lock (&self->mutex);
  changed = self->broken == ok;
  self->broken = !ok;
  g_free (self->why);
  self->why = g_strdup (why);
  g_mutex_unlock (&self->mutex);
  if (changed && self->health != NULL)
    self->health (self->user, ok, why);
}

/* Who waits is told to try again; the rest is kept for the next group. */
static void
group_failed (IstWriter *self, GQueue *group, const GError *error, gboolean unknown)
{
  Item *item;

  while ((item = g_queue_pop_head (group)) != NULL)
    {
      item->op->unknown |= unknown;
      if (item->waiter == NULL)
        {
          g_queue_push_tail (&self->kept, item);
          continue;
        }
      if (unknown && item->op->undo_message != 0)
        {
          Undo undo = { item->op->undo_message, g_strdup (item->op->undo_file) };

          g_array_append_val (self->undo, undo);
        }
      finish_item (self, item, FALSE, error);
    }
}

/* ---- failure and repair ---- */

static void
undo_clear (Undo *undo)
{
  g_free (undo->body_file);
}

static gboolean
undo_messages (IstWriter *self, GError **error)
{
  if (self->undo->len == 0)
    return TRUE;
  if (!ist_db_exec (self->store->db, "BEGIN IMMEDIATE", error))
    return FALSE;
  for (guint i = 0; i < self->undo->len; i++)
    if (!ist_store_delete_message (self->store, g_array_index (self->undo, Undo, i).message, NULL, error))
      return FALSE;
  return ist_db_exec (self->store->db, "COMMIT", error);
}

/* Their rows are gone for good. */
static void
forget_undone (IstWriter *self)
{
  for (guint i = 0; i < self->undo->len; i++)
    {
      const Undo *undo = &g_array_index (self->undo, Undo, i);
      g_autofree char *path = NULL;

      if (undo->body_file == NULL)
        continue;
      path = g_build_filename (self->store->bodies, undo->body_file, NULL);
      ist_durable_unlink (path, NULL);
    }
  g_array_set_size (self->undo, 0);
}

/* PRAGMA wal_checkpoint answers a row (busy, log, checkpointed); busy means it could not finish. */
static gboolean
checkpoint (IstWriter *self, const char *sql, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (self->store->db, sql, error);
  gboolean ok = FALSE;

  if (s == NULL)
    return FALSE;
  if (ist_db_step (self->store->db, s, error))
    {
      ok = sqlite3_column_int (s, 0) == 0;
      if (!ok)
        g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "the checkpoint could not finish");
    }
  sqlite3_reset (s);
  return ok;
}

/* From the database to flush.c. */
static gboolean
take_over_syncs (IstWriter *self, GError **error)
{
  g_autofree char *wal = g_strconcat (self->path, "-wal", NULL);

  return ist_db_sync_later (self->store->db, error) && ist_flush_aim (self->flush, wal, error);
}

/* The WAL may be a new file: its name is made durable before anything is written into it, because SQLite
 * does not say when its own sync of the folder failed. */
static gboolean
repair (IstWriter *self, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);

  g_clear_pointer (&self->store->db, ist_db_close);
  self->store->db = ist_db_open (self->path, &ist_queue_db_kind, FALSE, error);
  if (self->store->db == NULL || !ist_durable_sync_dir (folder, error)
      || !undo_messages (self, error)
      || !checkpoint (self, "PRAGMA wal_checkpoint(TRUNCATE)", error)
      || !take_over_syncs (self, error))
    return FALSE;
  forget_undone (self);
  return TRUE;
}

/* What is in flight lands first, well or not. TRUE: no sync failed. Else the groups were told: the health first,
 * because who is answered RETRY must not find a delivery to begin. */
static gboolean
calm_down (IstWriter *self)
{
  g_autoptr (GError) loss = NULL;
  GQueue lost;
  Group *group;

  g_mutex_lock (&self->mutex);
  while (self->n_flying > 0)
    g_cond_wait (&self->calm, &self->mutex);
  lost = self->lost;
  loss = g_steal_pointer (&self->loss);
  g_queue_init (&self->lost);
  g_mutex_unlock (&self->mutex);
  if (loss == NULL)
    return TRUE;
  self->must_repair = TRUE;
  g_atomic_int_set (&self->full, FALSE);
  set_health (self, FALSE, loss->message);
  while ((group = g_queue_pop_head (&lost)) != NULL)
    {
      group_failed (self, &group->items, loss, TRUE);
      g_free (group);
    }
  return FALSE;
}

static void
handle_failure (IstWriter *self, GQueue *group, const GError *error, Outcome outcome)
{
  calm_down (self);
  self->must_repair |= outcome != GROUP_FULL;
  g_atomic_int_set (&self->full, outcome == GROUP_FULL);
  set_health (self, FALSE, error->message);
  group_failed (self, group, error, outcome == GROUP_UNKNOWN);
}

static gboolean
back_in_order (IstWriter *self)
{
  g_autoptr (GError) error = NULL;

  if (!self->must_repair)
    return TRUE;
  if (!repair (self, &error))
    {
      set_health (self, FALSE, error->message);
      return FALSE;
    }
  self->must_repair = FALSE;
  return TRUE;
}

/* One operation leaves the group, answered with its own error. What nobody waited for is lost with it: kept,
 * it would stop everything behind it for ever. */
static void
drop_refused (IstWriter *self, Group *group, GList *refused, const GError *error)
{
  Item *item = refused->data;

  g_queue_delete_link (&group->items, refused);
  group->n_waiting -= item->waiter != NULL;
  finish_item (self, item, FALSE, error);
}

/* In the order of the commits, and never two at a time. */
static void
landed (gpointer user, gpointer data, const GError *error)
{
  IstWriter *self = user;
  Group *group = data;
  guint n_waiting = group->n_waiting;
  Item *item;

  while (error == NULL && (item = g_queue_pop_head (&group->items)) != NULL)
    finish_item (self, item, TRUE, NULL);
  g_mutex_lock (&self->mutex);
  self->n_flying--;
  self->flying_waiters -= n_waiting;
  if (error == NULL)
    g_free (group);
  else
    {
      g_queue_push_tail (&self->lost, group);
      if (self->loss == NULL)
        self->loss = g_error_copy (error);
    }
  if (self->n_flying == 0)
    g_cond_signal (&self->calm);
  if (self->asleep && (self->n_waiting > 0 || error != NULL))
    g_cond_signal (&self->work);
  g_mutex_unlock (&self->mutex);
}

/* From the checkpoints. What is committed from now on would not be told of the failure by its own sync. */
static void
doubt (gpointer user, const char *why)
{
  IstWriter *self = user;

  g_mutex_lock (&self->mutex);
  if (self->loss == NULL)
    self->loss = g_error_new (IST_ERROR, IST_ERROR_RETRY, "checkpoint: %s", why);
  if (self->asleep)
    g_cond_signal (&self->work);
  g_mutex_unlock (&self->mutex);
}

static void
hand_over (IstWriter *self, Group *group, gboolean dirty)
{
  g_mutex_lock (&self->mutex);
  self->n_flying++;
  self->flying_waiters += group->n_waiting;
  g_mutex_unlock (&self->mutex);
  ist_flush_begin (self->flush, group, dirty);
}

/* Takes `group`. */
static void
commit_group (IstWriter *self, Group *group)
{
  guint64 commits = ist_db_commits (self->store->db);
  Item *item;

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      GList *refused = NULL;
      Outcome outcome = run_group (self, &group->items, &refused, &error);

      if (outcome == GROUP_COMMITTED)
        break;
      if (outcome != GROUP_REFUSED)
        {
          handle_failure (self, &group->items, error, outcome);
          g_free (group);
          return;
        }
      drop_refused (self, group, refused, error);
    }
  if (!self->broken)
    {
      hand_over (self, group, ist_db_commits (self->store->db) != commits);
      return;
    }
  g_atomic_int_set (&self->full, FALSE);
  set_health (self, TRUE, NULL);
  while ((item = g_queue_pop_head (&group->items)) != NULL)
    finish_item (self, item, TRUE, NULL);
  g_free (group);
}

/* ---- the thread ---- */

#define SLOW_USECS (1 * G_TIME_SPAN_MILLISECOND)

/* Under the lock: how long, from now, those who wait may be kept waiting for others; G_MAXINT64: until enough of
 * them are there or a flight lands.
 *
 * Where a sync is fast the thread's own time counts: a group should be about as large as the one in flight, and
 * there is never more than one behind it. Where a sync is slow, groups begin at equal distances within the time
 * of one, so that whoever comes late for a group does not wait for the whole of the next. */
static gint64
patience (IstWriter *self)
{
  gint64 took = ist_flush_took_usecs (self->flush);

  self->enough = 1;
  if (self->n_flying == 0)
    return 0;
  self->enough = took < SLOW_USECS && self->n_flying == 1 ? self->flying_waiters : G_MAXUINT;
  if (self->n_waiting >= self->enough)
    return 0;
  if (took < SLOW_USECS || self->n_flying >= IST_FLUSH_THREADS)
    return G_MAXINT64;
  return MAX (self->begun + took / IST_FLUSH_THREADS - ist_clock_machine_usecs (), 0);
}

/* Under the lock: when must the next group begin? */
static gint64
group_time (IstWriter *self)
{
  gint64 wait;

  if (self->stopping || self->items.length >= GROUP_MAX || self->loss != NULL)
    return 0;
  if (self->n_waiting == 0)
    {
      self->enough = 1;
      return self->items.length > 0 ? self->oldest + RIDE_USECS : G_MAXINT64;
    }
  wait = patience (self);
  return wait == G_MAXINT64 ? wait : ist_clock_mono_usecs () + wait;
}

static Group *
take_group (IstWriter *self)
{
  Group *group = g_new0 (Group, 1);
  Item *item;

  g_queue_init (&group->items);
  while ((item = g_queue_pop_head (&self->kept)) != NULL)
    g_queue_push_tail (&group->items, item);
  while (group->items.length < GROUP_MAX && (item = g_queue_pop_head (&self->items)) != NULL)
    {
      if (item->waiter != NULL)
        group->n_waiting++;
      g_queue_push_tail (&group->items, item);
    }
  self->n_waiting -= group->n_waiting;
  return group;
}

/* One of its operations looks at what those in flight will do when they land. */
static gboolean
is_alone (const Group *group)
{
  for (const GList *l = group->items.head; l != NULL; l = l->next)
    if (((const Item *) l->data)->op->alone)
      return TRUE;
  return FALSE;
}

/* Takes `group`; `lost`: a sync of the WAL failed. */
static void
run_or_refuse (IstWriter *self, Group *group, gboolean lost)
{
  g_autoptr (GError) error = NULL;

  if (lost || is_alone (group))
    calm_down (self);
  if (back_in_order (self))
    {
      commit_group (self, group);
      return;
    }
  error = g_error_new (IST_ERROR, IST_ERROR_RETRY, "the queue cannot be written at present");
  group_failed (self, &group->items, error, FALSE);
  g_free (group);
}

static gpointer
writer_run (gpointer data)
{
  IstWriter *self = data;
  gint64 not_before = 0;

  g_mutex_lock (&self->mutex);
  for (;;)
    {
      gboolean lost;
      Group *group;
      gint64 begin;

      for (;;)
        {
          gint64 now = ist_clock_mono_usecs ();

          begin = MAX (group_time (self), self->stopping ? 0 : not_before);
          if (self->broken)
            begin = MIN (begin, self->stopping ? 0 : not_before);
          if (begin <= now)
            break;
          self->asleep = TRUE;
          ist_clock_wait (&self->work, &self->mutex, begin);
          self->asleep = FALSE;
        }
      group = take_group (self);
      lost = self->loss != NULL;
      g_mutex_unlock (&self->mutex);
      if (self->stopping && group->items.length == 0 && calm_down (self))
        {
          g_free (group);
          return NULL;
        }
      self->begun = ist_clock_machine_usecs ();
      run_or_refuse (self, group, lost);
      if (self->broken)
        not_before = ist_clock_mono_usecs () + REPAIR_USECS;
      else
        {
          not_before = 0;
          ist_checkpoint_committed (self->checkpoint, self->store->db);
        }
      g_mutex_lock (&self->mutex);
      /* A last try was made; what cannot be written now is found again at the next start. */
      if (self->stopping && self->broken && self->items.length == 0)
        break;
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

/* ---- public ---- */

IstWriter *
ist_writer_new (IstStore *store, const char *path, const char *ballast, guint64 checkpoint_bytes,
                void (*health) (gpointer user, gboolean ok, const char *why), gpointer user)
{
  IstWriter *self = g_new0 (IstWriter, 1);
  g_autoptr (GError) error = NULL;

  self->store = store;
  self->path = g_strdup (path);
  self->health = health;
  self->user = user;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->work);
  g_cond_init (&self->calm);
  g_queue_init (&self->items);
  g_queue_init (&self->kept);
  g_queue_init (&self->lost);
  self->undo = g_array_new (FALSE, FALSE, sizeof (Undo));
  g_array_set_clear_func (self->undo, (GDestroyNotify) undo_clear);
  self->checkpoint = ist_checkpoint_new (path, ballast, checkpoint_bytes, doubt, self);
  self->flush = ist_flush_new (landed, self);
  if (!take_over_syncs (self, &error))
    {
      self->must_repair = self->broken = TRUE;
      self->why = g_strdup (error->message);
    }
  self->thread = g_thread_new ("queue", writer_run, self);
  return self;
}

static void
abandon (GQueue *items)
{
  Item *item;

  while ((item = g_queue_pop_head (items)) != NULL)
    {
      if (item->op->done != NULL)
        item->op->done (item->op, FALSE);
      g_free (item);
    }
}

void
ist_writer_free (IstWriter *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_signal (&self->work);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  ist_flush_free (self->flush);
  ist_checkpoint_free (self->checkpoint);
  abandon (&self->kept);
  abandon (&self->items);
  if (self->store->db != NULL && !self->broken)
    checkpoint (self, "PRAGMA wal_checkpoint(TRUNCATE)", NULL);
  g_array_unref (self->undo);
  g_clear_error (&self->loss);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->work);
  g_cond_clear (&self->calm);
  g_free (self->path);
  g_free (self->why);
  g_free (self);
}

gboolean
ist_writer_submit (IstWriter *self, IstWriterOp *op, GError **error)
{
  Waiter waiter = { .op = op };
  Item *item = g_new0 (Item, 1);

  item->op = op;
  g_mutex_lock (&self->mutex);
  if (self->items.length == self->n_waiting)
    self->oldest = ist_clock_mono_usecs ();
  g_queue_push_tail (&self->items, item);
  if (!op->wait)
    {
      if (self->asleep && self->items.length == 1)
        g_cond_signal (&self->work);
      g_mutex_unlock (&self->mutex);
      return TRUE;
    }
  item->waiter = &waiter;
  g_mutex_init (&waiter.mutex);
  g_cond_init (&waiter.cond);
  self->n_waiting++;
  if (self->asleep && (self->n_waiting == 1 || self->n_waiting >= self->enough))
    g_cond_signal (&self->work);
  g_mutex_unlock (&self->mutex);
  g_mutex_lock (&waiter.mutex);
  while (!waiter.finished)
    g_cond_wait (&waiter.cond, &waiter.mutex);
  g_mutex_unlock (&waiter.mutex);
  g_mutex_clear (&waiter.mutex);
  g_cond_clear (&waiter.cond);
  if (waiter.error != NULL)
    g_propagate_error (error, waiter.error);
  return waiter.ok;
}

gboolean
ist_writer_ok (IstWriter *self, char **why)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  if (self->broken && why != NULL)
    *why = g_strdup (self->why);
  return !self->broken;
}

gboolean
ist_writer_is_full (IstWriter *self)
{
  return g_atomic_int_get (&self->full);
}
