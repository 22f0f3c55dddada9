#include "routing/queue/queue.h"

#include "base/clock.h"
#include "base/error.h"
#include "routing/queue/queue-private.h"
#include "routing/queue/spool.h"
#include "routing/queue/queue-ops.h"

#include <string.h>

#define EPOCH_USECS (G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC) /* 2026-01-01 UTC */
#define DEFAULT_THRESHOLD (32 * 1024)
#define DEFAULT_MIN_FREE (G_GUINT64_CONSTANT (256) * 1024 * 1024)
#define DEFAULT_CHECKPOINT (G_GUINT64_CONSTANT (64) * 1024 * 1024)
#define MAX_READERS 8
#define FREE_USECS (50 * G_TIME_SPAN_MILLISECOND) /* what fast mail fills in it is less than the reserve */
#define LOOK_USECS G_USEC_PER_SEC
#define DAY_USECS (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

typedef struct
{
  char *path;          /* NULL: nothing */
  GAsyncQueue *answer; /* gets something when it is done; borrowed, may be NULL */
} IstRemoval;

/* ---- time and ids ---- */

gint64
ist_queue_now (IstQueue *self)
{
  return self->start_wall + (ist_clock_mono_usecs () - self->start_mono);
}

gint64
ist_queue_next_id (IstQueue *self)
{
  gint64 ticks = MAX (1, (ist_clock_wall_usecs () - EPOCH_USECS) / 10);
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  self->last_id = MAX (ticks, self->last_id + 1);
  return self->last_id;
}

const char *
ist_queue_trace_key (const IstQueue *self)
{
  return self->trace_key;
}

char *
ist_queue_new_id (IstQueue *self)
{
  return ist_queue_id_format (ist_queue_next_id (self), self->node);
}

/* ---- readers ---- */

IstStore *
ist_queue_reader (IstQueue *self, GError **error)
{
  IstStore *reader = g_async_queue_try_pop (self->readers);

  if (reader != NULL)
    return reader;
  reader = g_new0 (IstStore, 1);
  reader->db = ist_db_open_reader (self->path, error);
  reader->node = g_strdup (self->node);
  reader->bodies = g_strdup (self->store.bodies);
  if (reader->db != NULL)
    return reader;
  ist_queue_reader_free (reader);
  return NULL;
}

void
ist_queue_reader_free (IstStore *reader)
{
  if (reader == NULL)
    return;
  ist_db_close (reader->db);
  g_free (reader->node);
  g_free (reader->bodies);
  g_free (reader);
}

void
ist_queue_reader_back (IstQueue *self, IstStore *reader)
{
  if (g_async_queue_length (self->readers) >= MAX_READERS)
    ist_queue_reader_free (reader);
  else
    g_async_queue_push (self->readers, reader);
}

/* ---- opening ---- */

/* Every relay with queued rows gets a window that wants filling; the next look fills them. */
static gboolean
fill_windows (IstQueue *self, IstStore *store, GError **error)
{
  g_autoptr (GPtrArray) relays = ist_store_relays (store, error);

  if (relays == NULL)
    return FALSE;
  for (guint i = 0; i < relays->len; i++)
    for (guint p = 0; p < IST_N_PRIORITIES; p++)
      ist_scheduler_refilled (self->scheduler, g_ptr_array_index (relays, i), (IstPriority) p, FALSE,
                              0);
  return TRUE;
}

/* What was refused may be in the database all the same, and the windows do not know of it. */
static void
on_health (gpointer user, gboolean ok, const char *why)
{
  IstQueue *self = user;
  IstStore *reader = ok ? ist_queue_reader (self, NULL) : NULL;

  if (reader != NULL)
    {
      fill_windows (self, reader, NULL);
      ist_queue_reader_back (self, reader);
    }
  g_atomic_int_set (&self->ok, ok);
  if (self->options.health != NULL)
    self->options.health (self->options.user, ok, why);
}

static gpointer look_run (gpointer data);

/* What cannot be removed now is garbage without a row; the next start's sweep takes it. A removal without path and
 * answer is the last. */
static gpointer
remove_run (gpointer data)
{
  GAsyncQueue *removals = data;
  gboolean last = FALSE;

  while (!last)
    {
      IstRemoval *removal = g_async_queue_pop (removals);

      last = removal->path == NULL && removal->answer == NULL;
      if (removal->path != NULL)
        ist_durable_unlink (removal->path, NULL);
      if (removal->answer != NULL)
        g_async_queue_push (removal->answer, removal->answer);
      g_free (removal->path);
      g_free (removal);
    }
  return NULL;
}

void
ist_queue_remove_file (IstQueue *self, char *path, GAsyncQueue *answer)
{
  IstRemoval *removal = g_new0 (IstRemoval, 1);

  removal->path = path;
  removal->answer = answer;
  g_async_queue_push (self->removals, removal);
}

IstQueue *
ist_queue_open (const IstQueueOptions *options, GError **error)
{
  g_autofree char *lock_path = g_build_filename (options->directory, "lock", NULL);
  g_autofree char *ballast = g_build_filename (options->directory, "ballast", NULL);
  g_autoptr (GError) local = NULL;
  IstQueue *self = g_new0 (IstQueue, 1);

  self->options = *options;
  self->directory = g_strdup (options->directory);
  self->node = g_strdup (options->node);
  self->path = g_build_filename (options->directory, "queue.db", NULL);
  self->threshold = options->body_threshold_bytes != 0 ? options->body_threshold_bytes
                                                       : DEFAULT_THRESHOLD;
  self->min_free = options->min_free_bytes != 0 ? options->min_free_bytes : DEFAULT_MIN_FREE;
  self->start_wall = ist_clock_wall_usecs ();
  self->start_mono = ist_clock_mono_usecs ();
  self->ok = TRUE;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->look);
  self->readers = g_async_queue_new_full ((GDestroyNotify) ist_queue_reader_free);
  self->removals = g_async_queue_new ();
  self->notes = g_ptr_array_new_with_free_func (g_free);
  self->scheduler = ist_scheduler_new (options->window);
  if (!ist_durable_mkdir (self->directory, &local)
      || (self->lock = ist_durable_lock (lock_path, &local)) == NULL
      || !ist_queue_start (self, &local) || !fill_windows (self, &self->store, &local))
    {
      gboolean damaged = ist_error_is (local, IST_ERROR_DAMAGED);

      g_clear_pointer (&self->store.db, ist_db_close);
      if (damaged)
        ist_queue_set_aside (self->directory, local->message, error);
      else
        g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "open queue: %s", local->message);
      ist_queue_close (self);
      return NULL;
    }
  self->remover = g_thread_new ("queue-remove", remove_run, self->removals);
  self->writer
      = ist_writer_new (&self->store, self->path, ballast,
                        options->checkpoint_bytes != 0 ? options->checkpoint_bytes
                                                       : DEFAULT_CHECKPOINT,
                        on_health, self);
  self->looker = g_thread_new ("queue-look", look_run, self);
  return self;
}

void
ist_queue_close (IstQueue *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_signal (&self->look);
  g_mutex_unlock (&self->mutex);
  if (self->looker != NULL)
    g_thread_join (self->looker);
  g_async_queue_unref (self->readers);
  if (self->writer != NULL && !ist_writer_ok (self->writer, NULL))
    ist_queue_mark_unclean (self);
  ist_writer_free (self->writer);
  if (self->remover != NULL)
    {
      ist_queue_remove_file (self, NULL, NULL);
      g_thread_join (self->remover);
    }
  g_async_queue_unref (self->removals);
  ist_db_close (self->store.db);
  g_free (self->store.node);
  g_free (self->store.bodies);
  ist_scheduler_free (self->scheduler);
  ist_durable_unlock (self->lock);
  g_ptr_array_unref (self->notes);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->look);
  g_free (self->directory);
  g_free (self->node);
  g_free (self->path);
  g_free (self->trace_key);
  g_free (self);
}

/* ---- the looking thread: times that come due, windows with room, old dead mail ---- */

static void
look_once (IstQueue *self, gint64 *next)
{
  g_autoptr (GPtrArray) wants = ist_scheduler_wants (self->scheduler, ist_queue_now (self));
  g_autoptr (GPtrArray) ready = NULL;

  for (guint i = 0; i < wants->len; i++)
    {
      const IstRefill *refill = g_ptr_array_index (wants, i);

      ist_queue_op_refill (self, refill->relay, refill->priority);
    }
  ready = ist_scheduler_ready (self->scheduler, ist_queue_now (self), next);
  for (guint i = 0; i < ready->len; i++)
    if (self->options.ready != NULL)
      self->options.ready (self->options.user, g_ptr_array_index (ready, i));
}

static gpointer
look_run (gpointer data)
{
  IstQueue *self = data;
  gint64 last_clean = 0;

  for (;;)
    {
      gint64 next;
      gint64 wait;

      look_once (self, &next);
      if (ist_queue_now (self) - last_clean > DAY_USECS / 24)
        {
          last_clean = ist_queue_now (self);
          ist_queue_op_clean (self);
        }
      wait = CLAMP (next - ist_queue_now (self), 0, LOOK_USECS);
      g_mutex_lock (&self->mutex);
      if (!self->stopping)
        ist_clock_wait (&self->look, &self->mutex, ist_clock_mono_usecs () + MAX (wait, 10000));
      if (self->stopping)
        {
          g_mutex_unlock (&self->mutex);
          return NULL;
        }
      g_mutex_unlock (&self->mutex);
    }
}

/* ---- room ---- */

static guint64
free_bytes (IstQueue *self)
{
  gint64 now = ist_clock_mono_usecs ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  if (self->free_looked == 0 || now - self->free_looked > FREE_USECS)
    {
      self->free_bytes = ist_durable_free_bytes (self->directory);
      self->free_looked = now;
    }
  return self->free_bytes;
}

gboolean
ist_queue_check_room (IstQueue *self, guint64 size_bytes, GError **error)
{
  g_autofree char *why = NULL;
  guint64 messages, bytes;

  if (!ist_writer_ok (self->writer, &why))
    {
      g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "the queue cannot be written at present");
      return FALSE;
    }
  if (free_bytes (self) < self->min_free + size_bytes)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "insufficient system storage: the disk is nearly full");
      return FALSE;
    }
  ist_queue_totals (self, &messages, &bytes);
  if ((self->options.max_messages > 0 && messages >= self->options.max_messages)
      || (self->options.max_bytes > 0 && bytes + size_bytes > self->options.max_bytes))
    {
      g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "insufficient system storage: the queue is full");
      return FALSE;
    }
  return TRUE;
}

gboolean
ist_queue_is_full (IstQueue *self)
{
  return ist_writer_is_full (self->writer);
}

void
ist_queue_totals (IstQueue *self, guint64 *messages, guint64 *bytes)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  *messages = self->n_messages;
  *bytes = self->n_bytes;
}

void
ist_queue_count (IstQueue *self, gint64 messages, gint64 bytes)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  self->n_messages = (guint64) MAX (0, (gint64) self->n_messages + messages);
  self->n_bytes = (guint64) MAX (0, (gint64) self->n_bytes + bytes);
}

/* ---- accepting ---- */

IstQueueSpool *
ist_queue_spool_new (IstQueue *self)
{
  g_autofree char *name = ist_queue_new_id (self);

  return ist_spool_new (&self->store, self->threshold, self->min_free, name);
}

gboolean
ist_queue_submit (IstQueue *self, IstQueueMessage *message, IstQueueSpool *spool, GError **error)
{
  gboolean unknown = FALSE;
  gboolean ok;

  message->id = ist_queue_id_parse (message->queue_id);
  if (message->recipients->len == 0 || message->recipients->len > IST_QUEUE_MAX_ROWS / 2)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "%u recipients in one message",
                   message->recipients->len);
      return FALSE;
    }
  ist_queue_number_recipients (message);
  if (message->body == NULL)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "a message without text");
      return FALSE;
    }
  ok = ist_queue_op_insert (self, message, spool, &unknown, error);
  if (spool != NULL && (ok || unknown))
    ist_spool_keep (spool);
  return ok;
}

void
ist_queue_number_recipients (IstQueueMessage *message)
{
  for (guint i = 0; i < message->recipients->len; i++)
    {
      IstQueueRecipient *row = g_ptr_array_index (message->recipients, i);

      row->id = message->id << IST_QUEUE_RCPT_BITS | (i + 1);
    }
}

/* ---- delivering ---- */

static IstQueueMessage *
load_scheduled (IstQueue *self, const char *relay, const IstScheduled *scheduled, GError **error)
{
  IstStore *reader = ist_queue_reader (self, error);
  IstQueueMessage *message;

  if (reader == NULL)
    return NULL;
  message = ist_store_load (reader, scheduled->message,
                            scheduled->row != 0 ? IST_STORE_ROW : IST_STORE_RELAY, relay,
                            scheduled->row, TRUE, error);
  ist_queue_reader_back (self, reader);
  return message;
}

/* Keeps a job within `max`: the rest of the rows stays queued and is due again at once. */
static void
limit_recipients (IstQueueMessage *message, guint max)
{
  if (max > 0 && message->recipients->len > max)
    g_ptr_array_set_size (message->recipients, (gint) max);
}

/* A part that came to wait behind an earlier one, or was held, since it was scheduled. */
static gboolean
may_go (const IstQueueMessage *message, gint64 row)
{
  const IstQueueRecipient *first = g_ptr_array_index (message->recipients, 0);

  return row == 0 || first->state == IST_STATE_QUEUED;
}

IstQueueJob *
ist_queue_take (IstQueue *self, const char *relay, guint max_recipients)
{
  IstScheduled scheduled;

  if (!g_atomic_int_get (&self->ok))
    return NULL;
  while (ist_scheduler_take (self->scheduler, relay, ist_queue_now (self), &scheduled))
    {
      g_autoptr (GError) error = NULL;
      IstQueueMessage *message = scheduled.cached;
      IstQueueJob *job;

      if (message == NULL)
        message = load_scheduled (self, relay, &scheduled, &error);
      if (message == NULL && ist_error_is (error, IST_ERROR_DAMAGED))
        {
          ist_queue_op_bury (self, scheduled.message, error->message);
          ist_scheduler_settle (self->scheduler, relay, scheduled.message, scheduled.row, G_MAXINT64);
          continue;
        }
      if (message == NULL || message->recipients->len == 0 || !may_go (message, scheduled.row))
        {
          gboolean again = message == NULL && !ist_error_is (error, IST_ERROR_REFUSED);

          ist_queue_message_free (message);
          ist_scheduler_settle (self->scheduler, relay, scheduled.message, scheduled.row,
                                again ? ist_queue_now (self) + G_USEC_PER_SEC : G_MAXINT64);
          continue;
        }
      job = g_new0 (IstQueueJob, 1);
      job->relay = g_strdup (relay);
      job->row = scheduled.row;
      job->n_rows = message->recipients->len;
      limit_recipients (message, max_recipients);
      job->message = message;
      return job;
    }
  return NULL;
}

void
ist_queue_job_free (IstQueueJob *job)
{
  ist_queue_message_free (job->message);
  g_free (job->relay);
  g_free (job);
}

gint64
ist_queue_next_due (IstQueue *self, const char *relay)
{
  return ist_scheduler_next_due (self->scheduler, relay);
}

/* ---- reading for the administrator ---- */

GPtrArray *
ist_queue_list (IstQueue *self, const IstQueueFilter *filter, GError **error)
{
  IstStore *reader = ist_queue_reader (self, error);
  GPtrArray *out;

  if (reader == NULL)
    return NULL;
  out = ist_store_list (reader, filter, error);
  ist_queue_reader_back (self, reader);
  return out;
}

IstQueueMessage *
ist_queue_get (IstQueue *self, const char *queue_id, GError **error)
{
  IstStore *reader = ist_queue_reader (self, error);
  IstQueueMessage *out;

  if (reader == NULL)
    return NULL;
  out = ist_store_load (reader, ist_queue_id_parse (queue_id), IST_STORE_ALL, NULL, 0, TRUE, error);
  ist_queue_reader_back (self, reader);
  return out;
}

IstQueueSummary *
ist_queue_summary (IstQueue *self, GError **error)
{
  IstStore *reader = ist_queue_reader (self, error);
  g_autoptr (GError) refusal = NULL;
  IstQueueSummary *out;

  if (reader == NULL)
    return NULL;
  out = ist_store_summary (reader, ist_queue_now (self), error);
  ist_queue_reader_back (self, reader);
  if (out != NULL && !ist_writer_ok (self->writer, &out->why))
    return out;
  if (out != NULL)
    out->ok = ist_queue_check_room (self, 0, &refusal);
  if (refusal != NULL)
    out->why = g_strdup (refusal->message);
  return out;
}

const GPtrArray *
ist_queue_start_notes (IstQueue *self)
{
  return self->notes;
}
