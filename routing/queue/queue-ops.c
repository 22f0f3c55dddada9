/*
 * routing/queue/queue-ops.c - operations of the mail path: in the transaction `run`, after it `done`.
 */
#include "routing/queue/queue-ops.h"
#include "routing/queue/spool.h"

#include "base/error.h"

#include <string.h>

/* ---- telling the scheduler ---- */

/* When the commit is durable. A change of the rows by the administrator or a reload runs alone, so it comes wholly
 * before or wholly after, and no entry is made for a relay that the row has left. */
static void
schedule_message (IstQueue *self, const IstQueueMessage *message)
{
  gint64 now = ist_queue_now (self);

  for (guint i = 0; i < message->recipients->len; i++)
    {
      const IstQueueRecipient *row = g_ptr_array_index (message->recipients, i);
      IstStoreDue due = { row->id, row->due, row->parent };
      gboolean seen = FALSE;

      for (guint k = 0; k < i && !seen; k++)
        {
          const IstQueueRecipient *other = g_ptr_array_index (message->recipients, k);

          seen = other->state == IST_STATE_QUEUED && strcmp (other->relay, row->relay) == 0;
        }
      if (row->state != IST_STATE_QUEUED || seen)
        continue;
      if (ist_scheduler_add (self->scheduler, row->relay, message->priority, &due,
                             ist_queue_message_copy_for (message, row->relay), now)
          && self->options.ready != NULL)
        self->options.ready (self->options.user, row->relay);
    }
}

static void
remove_body_files (IstQueue *self, const GPtrArray *files)
{
  for (guint i = 0; files != NULL && i < files->len; i++)
    {
      ist_queue_remove_file (
          self, g_build_filename (self->store.bodies, g_ptr_array_index (files, i), NULL), NULL);
    }
}

/* ---- insert ---- */

typedef struct
{
  IstWriterOp op;
  IstQueue *queue;
  IstQueueMessage *message;
  const char *body_file;
  gint names; /* the store's lost_names when the file was made */
  guint64 upheavals;
} InsertOp;

static gboolean
insert_run (IstStore *store, IstWriterOp *op, GError **error)
{
  InsertOp *self = (InsertOp *) op;

  if (self->body_file != NULL && self->names != g_atomic_int_get (&store->lost_names))
    {
      g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "the name of the file with the text may be lost");
      return FALSE;
    }
  self->upheavals = self->queue->upheavals;
  return ist_store_insert (store, self->message, self->body_file, FALSE, error);
}

static void
insert_done (IstWriterOp *op, gboolean ok)
{
  InsertOp *self = (InsertOp *) op;

  if (ok && self->upheavals == self->queue->upheavals)
    schedule_message (self->queue, self->message);
}

gboolean
ist_queue_op_insert (IstQueue *self, IstQueueMessage *message, const IstQueueSpool *spool,
                     gboolean *unknown, GError **error)
{
  const char *body_file = spool != NULL ? ist_spool_file_name (spool) : NULL;
  InsertOp op = {
    .op = { .run = insert_run,
            .done = insert_done,
            .wait = TRUE,
            .needs_dir = body_file != NULL,
            .undo_message = message->id,
            .undo_file = body_file },
    .queue = self,
    .message = message,
    .body_file = body_file,
    .names = spool != NULL ? ist_spool_names (spool) : 0,
  };

  if (!ist_writer_submit (self->writer, &op.op, error))
    {
      *unknown = op.op.unknown;
      return FALSE;
    }
  ist_queue_count (self, 1, (gint64) message->size_bytes);
  return TRUE;
}

/* ---- finish ---- */

typedef struct
{
  IstWriterOp op;
  IstQueue *queue;
  IstQueueJob *job;
  IstQueueResult *results; /* strings owned by `texts` */
  guint n_results;
  GPtrArray *texts;
  GPtrArray *reports; /* IstQueueMessage */
  GPtrArray *files;   /* of messages that left, per run */
  gint64 n_gone;
  gint64 reopened;    /* the recipient whose last part this was, 0: none */
  GArray *released;   /* IstStoreReleased: parts that waited behind this one */
  guint64 upheavals;
} FinishOp;

static void
released_clear (IstStoreReleased *row)
{
  g_free (row->relay);
}

static void
finish_free (FinishOp *self)
{
  ist_queue_job_free (self->job);
  g_free (self->results);
  g_ptr_array_unref (self->texts);
  if (self->reports != NULL)
    g_ptr_array_unref (self->reports);
  g_ptr_array_unref (self->files);
  g_array_unref (self->released);
  g_free (self);
}

/* The order key of the part that the job was, NULL: none. */
static const char *
job_order_key (const IstQueueJob *job)
{
  const IstQueueRecipient *row = g_ptr_array_index (job->message->recipients, 0);

  return job->row != 0 ? row->order_key : NULL;
}

/* The results of a job are for different rows of one message. */
static gboolean
all_final (const FinishOp *self)
{
  for (guint i = 0; i < self->n_results; i++)
    if (!ist_store_is_final (self->results[i].state))
      return FALSE;
  return self->n_results > 0;
}

/* FALSE on failure; self->n_gone is set when the whole message is settled and gone. */
static gboolean
finish_whole (IstStore *store, FinishOp *self, GError **error)
{
  g_autofree char *file = NULL;
  gboolean gone = FALSE;

  if (!all_final (self))
    return TRUE;
  if (!ist_store_remove_if_all (store, ist_queue_message_of (self->results[0].recipient), self->results,
                                self->n_results, &gone, &file, error))
    return FALSE;
  self->n_gone = gone ? 1 : 0;
  if (file != NULL)
    g_ptr_array_add (self->files, g_steal_pointer (&file));
  return TRUE;
}

/* May run again after a rollback, or after a commit whose outcome was unknown: reports are inserted only
 * if they are not there, and the name of the file of a message that is gone by now is still known. */
static gboolean
finish_run (IstStore *store, IstWriterOp *op, GError **error)
{
  FinishOp *self = (FinishOp *) op;
  gint64 now = ist_queue_now (self->queue);

  self->upheavals = self->queue->upheavals;
  if (!op->unknown)
    g_ptr_array_set_size (self->files, 0);
  g_array_set_size (self->released, 0);
  self->n_gone = 0;
  self->reopened = 0;
  if (!finish_whole (store, self, error))
    return FALSE;
  for (guint i = 0; self->n_gone == 0 && i < self->n_results; i++)
    {
      g_autofree char *file = NULL;
      gboolean gone = FALSE;

      if (!ist_store_result (store, &self->results[i], now, &self->reopened, &gone, &file, error))
        return FALSE;
      if (gone)
        self->n_gone = 1;
      if (file != NULL)
        g_ptr_array_add (self->files, g_steal_pointer (&file));
    }
  if (job_order_key (self->job) != NULL
      && !ist_store_order (store, job_order_key (self->job), self->released, error))
    return FALSE;
  for (guint i = 0; self->reports != NULL && i < self->reports->len; i++)
    if (!ist_store_insert (store, g_ptr_array_index (self->reports, i), NULL, TRUE, error))
      return FALSE;
  return TRUE;
}

static const IstQueueResult *
result_of (const FinishOp *self, gint64 row)
{
  for (guint i = 0; i < self->n_results; i++)
    if (self->results[i].recipient == row)
      return &self->results[i];
  return NULL;
}

/* When the job's entry at its relay is due again; rows that moved to another relay are added there. */
static gint64
entry_due (FinishOp *self)
{
  IstQueueMessage *message = self->job->message;
  gint64 due = self->job->n_rows > message->recipients->len ? 0 : G_MAXINT64;

  for (guint i = 0; i < message->recipients->len; i++)
    {
      const IstQueueRecipient *row = g_ptr_array_index (message->recipients, i);
      const IstQueueResult *result = result_of (self, row->id);
      IstStoreDue moved = { row->id, 0, row->parent };

      if (result == NULL)
        due = 0;
      else if (result->state != IST_STATE_QUEUED)
        continue;
      else if (result->relay == NULL || strcmp (result->relay, self->job->relay) == 0)
        due = MIN (due, result->due);
      else if (ist_scheduler_add (self->queue->scheduler, result->relay, message->priority, &moved,
                                  NULL, ist_queue_now (self->queue))
               && self->queue->options.ready != NULL)
        self->queue->options.ready (self->queue->options.user, result->relay);
    }
  return due;
}

static void
finish_done (IstWriterOp *op, gboolean ok)
{
  FinishOp *self = (FinishOp *) op;
  IstQueue *queue = self->queue;
  gint64 due;

  if (!ok)
    {
      if (queue->options.unrecorded != NULL)
        queue->options.unrecorded (queue->options.user, self->job->message->queue_id);
      finish_free (self);
      return;
    }
  due = entry_due (self);
  ist_scheduler_settle (queue->scheduler, self->job->relay, self->job->message->id, self->job->row,
                        due);
  if (self->n_gone > 0)
    {
      ist_queue_count (queue, -1, -(gint64) self->job->message->size_bytes);
      remove_body_files (queue, self->files);
    }
  for (guint i = 0; self->reports != NULL && i < self->reports->len; i++)
    {
      const IstQueueMessage *report = g_ptr_array_index (self->reports, i);

      ist_queue_count (queue, 1, (gint64) report->size_bytes);
      if (self->upheavals == queue->upheavals)
        schedule_message (queue, report);
    }
  for (guint i = 0; i < self->released->len; i++)
    {
      const IstStoreReleased *row = &g_array_index (self->released, IstStoreReleased, i);
      IstStoreDue free_now = { row->id, 0, row->parent };

      if (ist_scheduler_add (queue->scheduler, row->relay, row->priority, &free_now, NULL,
                             ist_queue_now (queue))
          && queue->options.ready != NULL)
        queue->options.ready (queue->options.user, row->relay);
    }
  if (self->reopened != 0)
    {
      IstStoreDue again = { self->reopened, 0, 0 };

      ist_scheduler_add (queue->scheduler, self->job->relay, self->job->message->priority, &again, NULL,
                         ist_queue_now (queue));
    }
  /* A part that went may have let its successor go; a row due at once wants somebody too. */
  if ((due <= ist_queue_now (queue) || self->job->row != 0) && queue->options.ready != NULL)
    queue->options.ready (queue->options.user, self->job->relay);
  finish_free (self);
}

static void
copy_results (FinishOp *self, const IstQueueResult *results, guint n_results)
{
  self->n_results = n_results;
  self->results = g_memdup2 (results, n_results * sizeof *results);
  self->texts = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < n_results; i++)
    {
      IstQueueResult *result = &self->results[i];

      if (result->reply != NULL)
        g_ptr_array_add (self->texts, (char *) (result->reply = g_strdup (result->reply)));
      if (result->relay != NULL)
        g_ptr_array_add (self->texts, (char *) (result->relay = g_strdup (result->relay)));
      if (result->hold_reason != NULL)
        g_ptr_array_add (self->texts, (char *) (result->hold_reason = g_strdup (result->hold_reason)));
    }
}

static void
take_reports (FinishOp *self, GPtrArray *reports)
{
  if (reports == NULL || reports->len == 0)
    return;
  self->reports = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_queue_message_free);
  while (reports->len > 0)
    {
      IstQueueMessage *report = g_ptr_array_steal_index (reports, 0);

      report->id = ist_queue_id_parse (report->queue_id);
      ist_queue_number_recipients (report);
      g_ptr_array_add (self->reports, report);
    }
}

void
ist_queue_finish (IstQueue *queue, IstQueueJob *job, const IstQueueResult *results, guint n_results,
                  GPtrArray *reports, gboolean wait)
{
  FinishOp *self = g_new0 (FinishOp, 1);

  self->op.run = finish_run;
  self->op.done = finish_done;
  self->queue = queue;
  self->job = job;
  self->files = g_ptr_array_new_with_free_func (g_free);
  self->released = g_array_new (FALSE, FALSE, sizeof (IstStoreReleased));
  g_array_set_clear_func (self->released, (GDestroyNotify) released_clear);
  copy_results (self, results, n_results);
  take_reports (self, reports);
  ist_writer_submit (queue->writer, &self->op, NULL);
  if (wait)
    ist_queue_flush (queue);
}

/* ---- flush: everything submitted before is committed when it returns ---- */

static gboolean
nothing_run (IstStore *store, IstWriterOp *op, GError **error)
{
  return TRUE;
}

gboolean
ist_queue_flush (IstQueue *queue)
{
  IstWriterOp op = { .run = nothing_run, .wait = TRUE };
  g_autoptr (GAsyncQueue) answer = g_async_queue_new ();
  gboolean ok = ist_writer_submit (queue->writer, &op, NULL);

  ist_queue_remove_file (queue, NULL, answer);
  g_async_queue_pop (answer);
  return ok;
}

/* ---- materialise ---- */

typedef struct
{
  IstWriterOp op;
  const IstQueuePart *parts;
  guint n_parts;
} PartsOp;

static gboolean
parts_run (IstStore *store, IstWriterOp *op, GError **error)
{
  PartsOp *self = (PartsOp *) op;

  return ist_store_parts (store, self->parts, self->n_parts, error);
}

/* The parts are read back from the database: their row ids were given in the transaction. */
static void
schedule_parts (IstQueue *queue, const IstQueueJob *job)
{
  IstStore *reader = ist_queue_reader (queue, NULL);
  g_autoptr (IstQueueMessage) message = NULL;

  if (reader == NULL)
    return;
  message = ist_store_load (reader, job->message->id, IST_STORE_ALL, NULL, 0, FALSE, NULL);
  ist_queue_reader_back (queue, reader);
  for (guint i = 0; message != NULL && i < message->recipients->len; i++)
    {
      const IstQueueRecipient *row = g_ptr_array_index (message->recipients, i);
      IstStoreDue due = { row->id, row->due, row->parent };

      if (row->parent != 0 && row->state == IST_STATE_QUEUED)
        ist_scheduler_add (queue->scheduler, row->relay, message->priority, &due, NULL,
                           ist_queue_now (queue));
    }
}

/* Rows of the message that go to the relay and are not replaced by parts. */
static gboolean
has_rest (const IstQueueJob *job, const IstQueuePart *parts, guint n_parts)
{
  g_autoptr (GHashTable) replaced = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; i < n_parts; i++)
    g_hash_table_add (replaced, (gpointer) &parts[i].recipient);
  return job->n_rows > g_hash_table_size (replaced);
}

gboolean
ist_queue_materialise (IstQueue *queue, IstQueueJob *job, const IstQueuePart *parts, guint n_parts,
                       GError **error)
{
  PartsOp op = {
    .op = { .run = parts_run, .wait = TRUE },
    .parts = parts,
    .n_parts = n_parts,
  };
  gboolean ok = ist_writer_submit (queue->writer, &op.op, error);
  gboolean rest = has_rest (job, parts, n_parts);

  if (ok)
    schedule_parts (queue, job);
  ist_scheduler_settle (queue->scheduler, job->relay, job->message->id, job->row,
                        ok && !rest ? G_MAXINT64
                                    : ist_queue_now (queue) + (ok ? 0 : G_USEC_PER_SEC));
  if (ok && queue->options.ready != NULL)
    queue->options.ready (queue->options.user, job->relay);
  ist_queue_job_free (job);
  return ok;
}

/* ---- refill ---- */

typedef struct
{
  IstWriterOp op;
  IstQueue *queue;
  const char *relay;
  IstPriority priority;
  guint limit;
  GArray *rows; /* IstStoreDue */
} RefillOp;

static gboolean
refill_run (IstStore *store, IstWriterOp *op, GError **error)
{
  RefillOp *self = (RefillOp *) op;

  g_clear_pointer (&self->rows, g_array_unref);
  self->rows = ist_store_due (store, self->relay, self->priority, self->limit, error);
  return self->rows != NULL;
}

static void
refill_done (IstWriterOp *op, gboolean ok)
{
  RefillOp *self = (RefillOp *) op;
  IstScheduler *scheduler = self->queue->scheduler;
  gint64 now = ist_queue_now (self->queue);
  const GArray *rows = self->rows;

  if (!ok)
    return;
  /* First the window counts as complete; what does not fit marks it again. */
  ist_scheduler_refilled (scheduler, self->relay, self->priority, rows->len < self->limit,
                          rows->len > 0 ? g_array_index (rows, IstStoreDue, rows->len - 1).due : 0);
  for (guint i = 0; i < rows->len; i++)
    ist_scheduler_add (scheduler, self->relay, self->priority, &g_array_index (rows, IstStoreDue, i), NULL,
                       now);
}

void
ist_queue_op_refill (IstQueue *queue, const char *relay, IstPriority priority)
{
  RefillOp op = {
    .op = { .run = refill_run, .done = refill_done, .wait = TRUE },
    .queue = queue,
    .relay = relay,
    .priority = priority,
    .limit = queue->options.window != 0 ? queue->options.window : 2000,
  };

  ist_writer_submit (queue->writer, &op.op, NULL);
  g_clear_pointer (&op.rows, g_array_unref);
}

/* ---- housekeeping ---- */

typedef struct
{
  IstWriterOp op;
  IstQueue *queue;
  gint64 message;
  const char *why;
  GPtrArray *files;
  gint64 removed, bytes;
} CleanOp;

static gboolean
clean_run (IstStore *store, IstWriterOp *op, GError **error)
{
  CleanOp *self = (CleanOp *) op;
  guint days = self->queue->options.dead_keep_days != 0 ? self->queue->options.dead_keep_days : 14;
  gint64 before
      = ist_queue_now (self->queue) - (gint64) days * 86400 * G_USEC_PER_SEC;
  g_autoptr (GArray) ids = ist_store_old_dead (store, before, error);

  g_ptr_array_set_size (self->files, 0);
  self->removed = self->bytes = 0;
  for (guint i = 0; ids != NULL && i < ids->len; i++)
    {
      gint64 message = g_array_index (ids, gint64, i);
      g_autofree char *file = NULL;

      self->bytes += ist_store_size (store, message);
      if (!ist_store_delete_message (store, message, &file, error))
        return FALSE;
      self->removed++;
      if (file != NULL)
        g_ptr_array_add (self->files, g_steal_pointer (&file));
    }
  return ids != NULL && ist_db_exec (store->db, "PRAGMA incremental_vacuum(1000)", error);
}

void
ist_queue_op_clean (IstQueue *queue)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  CleanOp op = { .op = { .run = clean_run, .wait = TRUE }, .queue = queue, .files = files };

  if (!ist_writer_submit (queue->writer, &op.op, NULL))
    return;
  ist_queue_count (queue, -op.removed, -op.bytes);
  remove_body_files (queue, files);
}

static gboolean
bury_run (IstStore *store, IstWriterOp *op, GError **error)
{
  CleanOp *self = (CleanOp *) op;

  return ist_store_mark_dead (store, self->message, self->why, error);
}

void
ist_queue_op_bury (IstQueue *queue, gint64 message, const char *why)
{
  CleanOp op
      = { .op = { .run = bury_run, .wait = TRUE }, .queue = queue, .message = message, .why = why };

  ist_writer_submit (queue->writer, &op.op, NULL);
}
