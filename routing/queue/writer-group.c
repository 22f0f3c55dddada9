/*
 * routing/queue/writer-group.c - what becomes of a group: it runs, is committed, lands or fails, and the repair.
 * writer.c tells the rules.
 */
#include "routing/queue/writer-private.h"

#include "base/error.h"

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
      IstWriterOp *op = ((IstWriterItem *) l->data)->op;

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
finish_item (IstWriter *self, IstWriterItem *item, gboolean ok, const GError *error)
{
  if (item->op->done != NULL)
    item->op->done (item->op, ok);
  if (item->waiter != NULL)
    {
      IstWriterWaiter *waiter = item->waiter;

      g_mutex_lock (&waiter->mutex);
      waiter->ok = ok;
      waiter->error = error != NULL ? g_error_copy (error) : NULL;
      waiter->finished = TRUE;
      g_mutex_unlock (&waiter->mutex);
      g_cond_signal (&waiter->cond);
      ist_writer_waiter_unref (waiter);
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
  IstWriterItem *item;

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
          IstWriterUndo undo = { item->op->undo_message, g_strdup (item->op->undo_file) };

          g_array_append_val (self->undo, undo);
        }
      finish_item (self, item, FALSE, error);
    }
}

/* ---- failure and repair ---- */

static gboolean
undo_messages (IstWriter *self, GError **error)
{
  if (self->undo->len == 0)
    return TRUE;
  if (!ist_db_exec (self->store->db, "BEGIN IMMEDIATE", error))
    return FALSE;
  for (guint i = 0; i < self->undo->len; i++)
    if (!ist_store_delete_message (self->store, g_array_index (self->undo, IstWriterUndo, i).message, NULL, error))
      return FALSE;
  return ist_db_exec (self->store->db, "COMMIT", error);
}

/* Their rows are gone for good. */
static void
forget_undone (IstWriter *self)
{
  for (guint i = 0; i < self->undo->len; i++)
    {
      const IstWriterUndo *undo = &g_array_index (self->undo, IstWriterUndo, i);
      g_autofree char *path = NULL;

      if (undo->body_file == NULL)
        continue;
      path = g_build_filename (self->store->bodies, undo->body_file, NULL);
      ist_durable_unlink (path, NULL);
    }
  g_array_set_size (self->undo, 0);
}

/* PRAGMA wal_checkpoint answers a row (busy, log, checkpointed); busy means it could not finish. */
gboolean
ist_writer_truncate_wal (IstWriter *self, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (self->store->db, "PRAGMA wal_checkpoint(TRUNCATE)", error);
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

gboolean
ist_writer_take_over_syncs (IstWriter *self, GError **error)
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
      || !ist_writer_truncate_wal (self, error)
      || !ist_writer_take_over_syncs (self, error))
    return FALSE;
  forget_undone (self);
  return TRUE;
}

gboolean
ist_writer_calm_down (IstWriter *self)
{
  g_autoptr (GError) loss = NULL;
  GQueue lost;
  IstWriterGroup *group;

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
  ist_writer_calm_down (self);
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
drop_refused (IstWriter *self, IstWriterGroup *group, GList *refused, const GError *error)
{
  IstWriterItem *item = refused->data;

  g_queue_delete_link (&group->items, refused);
  group->n_waiting -= item->waiter != NULL;
  finish_item (self, item, FALSE, error);
}

void
ist_writer_landed (gpointer user, gpointer data, const GError *error)
{
  IstWriter *self = user;
  IstWriterGroup *group = data;
  guint n_waiting = group->n_waiting;
  IstWriterItem *item;
  gboolean wake;

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
  wake = self->asleep && (self->n_waiting > 0 || error != NULL);
  if (wake)
    self->asleep = FALSE;
  g_mutex_unlock (&self->mutex);
  if (wake)
    g_cond_signal (&self->work);
}

void
ist_writer_doubt (gpointer user, const char *why)
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
hand_over (IstWriter *self, IstWriterGroup *group, gboolean dirty)
{
  g_mutex_lock (&self->mutex);
  self->n_flying++;
  self->flying_waiters += group->n_waiting;
  g_mutex_unlock (&self->mutex);
  ist_flush_begin (self->flush, group, dirty);
}

/* Takes `group`. */
static void
commit_group (IstWriter *self, IstWriterGroup *group)
{
  guint64 commits = ist_db_commits (self->store->db);
  IstWriterItem *item;

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

/* One of its operations looks at what those in flight will do when they land. */
static gboolean
is_alone (const IstWriterGroup *group)
{
  for (const GList *l = group->items.head; l != NULL; l = l->next)
    if (((const IstWriterItem *) l->data)->op->alone)
      return TRUE;
  return FALSE;
}

void
ist_writer_run_group (IstWriter *self, IstWriterGroup *group, gboolean lost)
{
  g_autoptr (GError) error = NULL;

  if (lost || is_alone (group))
    ist_writer_calm_down (self);
  if (back_in_order (self))
    {
      commit_group (self, group);
      return;
    }
  error = g_error_new (IST_ERROR, IST_ERROR_RETRY, "the queue cannot be written at present");
  group_failed (self, &group->items, error, FALSE);
  g_free (group);
}

