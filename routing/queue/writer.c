/*
 * routing/queue/writer.c - the one thread that changes the database.
 *
 * Whoever waits is answered after the commit that holds his work; while one sync runs the next group
 * gathers. Work nobody waits for rides along, at most 50 ms late. A group is one transaction: it is
 * durable as a whole or rolled back as a whole.
 *
 * Failure (crash rule 5): a group that failed before its COMMIT, or for want of room, is rolled back and its
 * outcome known. After any other failure it is unknown: the database is reopened, what was answered RETRY is
 * deleted, and a truncating checkpoint must succeed before anything else is committed. Until a commit that
 * writes has succeeded the queue is not well. Results nobody waits for are kept and tried again.
 */
#include "routing/queue/queue-private.h"
#include "routing/queue/checkpoint.h"

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

struct _IstWriter
{
  IstStore *store;
  char *path;
  IstCheckpoint *checkpoint;
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
  gboolean asleep;     /* the thread waits for work */
  guint expected;      /* waiters of the last group: most of them come back at once */
  gint64 gather_until; /* of the machine: so long the next group may wait for them */
  gboolean broken;
  char *why;
  /* only the thread: */
  GQueue kept;   /* Items of a failed group that nobody waits for */
  GArray *undo;  /* Undo, before the next commit */
  gboolean must_repair;
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

static Outcome
run_group (IstWriter *self, GQueue *group, GList **refused, GError **error)
{
  gboolean full;

  if (!ist_db_exec (self->store->db, "BEGIN IMMEDIATE", error))
    return GROUP_ROLLED_BACK;
  if (probe (self, error) && run_operations (self, group, refused, error))
    {
      if (ist_db_exec (self->store->db, "COMMIT", error))
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
      if (item->waiter == NULL)
        {
          g_queue_push_tail (&self->kept, item);
          continue;
        }
      if (unknown && item->op->undo_message != 0)
        {
          Undo undo = { item->op->undo_message, g_strdup (item->op->undo_file) };

          g_array_append_val (self->undo, undo);
          item->op->unknown = TRUE;
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
      || !checkpoint (self, "PRAGMA wal_checkpoint(TRUNCATE)", error))
    return FALSE;
  forget_undone (self);
  return TRUE;
}

/* The health first: who is answered RETRY must not find a delivery to begin. */
static void
handle_failure (IstWriter *self, GQueue *group, const GError *error, Outcome outcome)
{
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
drop_refused (IstWriter *self, GQueue *group, GList *refused, const GError *error)
{
  Item *item = refused->data;

  g_queue_delete_link (group, refused);
  finish_item (self, item, FALSE, error);
}

static void
commit_group (IstWriter *self, GQueue *group)
{
  Item *item;

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      GList *refused = NULL;
      Outcome outcome = run_group (self, group, &refused, &error);

      if (outcome == GROUP_COMMITTED)
        break;
      if (outcome != GROUP_REFUSED)
        {
          handle_failure (self, group, error, outcome);
          return;
        }
      drop_refused (self, group, refused, error);
    }
  if (self->broken)
    {
      g_atomic_int_set (&self->full, FALSE);
      set_health (self, TRUE, NULL);
    }
  while ((item = g_queue_pop_head (group)) != NULL)
    finish_item (self, item, TRUE, NULL);
}

/* ---- the thread ---- */

/* Under the lock: when must the next group begin? */
static gint64
group_time (const IstWriter *self)
{
  if (self->stopping || self->items.length >= GROUP_MAX)
    return 0;
  if (self->n_waiting > 0 && self->n_waiting < self->expected)
    return ist_clock_mono_usecs () + MAX (self->gather_until - ist_clock_machine_usecs (), 0);
  if (self->n_waiting > 0)
    return 0;
  return self->items.length > 0 ? self->oldest + RIDE_USECS : G_MAXINT64;
}

#define GATHER_FROM_USECS (1 * G_TIME_SPAN_MILLISECOND)
#define GATHER_MAX_USECS (10 * G_TIME_SPAN_MILLISECOND)

/* Under the lock, after a group: clients whose mail was just answered send the next at once. On a disk with a
 * slow flush the first of them would start a group of his own and let all others wait for two flushes, so a
 * group may wait for as many as the last one had, at most half of what that one took. */
static void
gather (IstWriter *self, gint64 now, gint64 started)
{
  gint64 took = now - started;

  self->gather_until = took >= GATHER_FROM_USECS ? now + MIN (took / 2, GATHER_MAX_USECS) : 0;
}

static void
take_group (IstWriter *self, GQueue *group)
{
  Item *item;

  self->expected = self->n_waiting;
  while ((item = g_queue_pop_head (&self->kept)) != NULL)
    g_queue_push_tail (group, item);
  while (group->length < GROUP_MAX && (item = g_queue_pop_head (&self->items)) != NULL)
    {
      if (item->waiter != NULL)
        self->n_waiting--;
      g_queue_push_tail (group, item);
    }
}

static gpointer
writer_run (gpointer data)
{
  IstWriter *self = data;
  gint64 not_before = 0;

  g_mutex_lock (&self->mutex);
  for (;;)
    {
      GQueue group = G_QUEUE_INIT;
      gint64 begin, started;

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
      take_group (self, &group);
      started = ist_clock_machine_usecs ();
      if (self->stopping && group.length == 0)
        break;
      g_mutex_unlock (&self->mutex);
      if (back_in_order (self))
        commit_group (self, &group);
      else
        {
          g_autoptr (GError) error
              = g_error_new (IST_ERROR, IST_ERROR_RETRY, "the queue cannot be written at present");

          group_failed (self, &group, error, FALSE);
        }
      if (self->broken)
        not_before = ist_clock_mono_usecs () + REPAIR_USECS;
      else
        {
          not_before = 0;
          ist_checkpoint_committed (self->checkpoint, self->store->db);
        }
      g_mutex_lock (&self->mutex);
      gather (self, ist_clock_machine_usecs (), started);
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

  self->store = store;
  self->path = g_strdup (path);
  self->checkpoint = ist_checkpoint_new (path, ballast, checkpoint_bytes);
  self->health = health;
  self->user = user;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->work);
  g_queue_init (&self->items);
  g_queue_init (&self->kept);
  self->undo = g_array_new (FALSE, FALSE, sizeof (Undo));
  g_array_set_clear_func (self->undo, (GDestroyNotify) undo_clear);
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
  ist_checkpoint_free (self->checkpoint);
  abandon (&self->kept);
  abandon (&self->items);
  if (self->store->db != NULL && !self->broken)
    checkpoint (self, "PRAGMA wal_checkpoint(TRUNCATE)", NULL);
  g_array_unref (self->undo);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->work);
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
  if (self->asleep && (self->n_waiting == 1 || self->n_waiting >= self->expected))
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
