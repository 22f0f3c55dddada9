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
#include "routing/queue/writer-private.h"

#include "base/clock.h"

#define RIDE_USECS (50 * G_TIME_SPAN_MILLISECOND)
#define REPAIR_USECS G_USEC_PER_SEC
#define GROUP_MAX 2000

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

/* Under the lock: when must the next group begin? 0: at once. A time that is "now" would be over for whoever looks at
 * the clock a moment earlier, and that for ever where looking takes its time. */
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
  return wait == G_MAXINT64 || wait == 0 ? wait : ist_clock_mono_usecs () + wait;
}

static IstWriterGroup *
take_group (IstWriter *self)
{
  IstWriterGroup *group = g_new0 (IstWriterGroup, 1);
  IstWriterItem *item;

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

static gpointer
writer_run (gpointer data)
{
  IstWriter *self = data;
  gint64 not_before = 0;

  g_mutex_lock (&self->mutex);
  for (;;)
    {
      gboolean lost;
      IstWriterGroup *group;
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
      if (self->stopping && group->items.length == 0 && ist_writer_calm_down (self))
        {
          g_free (group);
          return NULL;
        }
      self->begun = ist_clock_machine_usecs ();
      ist_writer_run_group (self, group, lost);
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

static void
undo_clear (IstWriterUndo *undo)
{
  g_free (undo->body_file);
}

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
  self->undo = g_array_new (FALSE, FALSE, sizeof (IstWriterUndo));
  g_array_set_clear_func (self->undo, (GDestroyNotify) undo_clear);
  self->checkpoint = ist_checkpoint_new (path, ballast, checkpoint_bytes, ist_writer_doubt, self);
  self->flush = ist_flush_new (ist_writer_landed, self);
  if (!ist_writer_take_over_syncs (self, &error))
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
  IstWriterItem *item;

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
    ist_writer_truncate_wal (self, NULL);
  g_array_unref (self->undo);
  g_clear_error (&self->loss);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->work);
  g_cond_clear (&self->calm);
  g_free (self->path);
  g_free (self->why);
  g_free (self);
}

void
ist_writer_waiter_unref (IstWriterWaiter *waiter)
{
  if (!g_atomic_int_dec_and_test (&waiter->refs))
    return;
  g_clear_error (&waiter->error);
  g_mutex_clear (&waiter->mutex);
  g_cond_clear (&waiter->cond);
  g_free (waiter);
}

static IstWriterWaiter *
waiter_new (void)
{
  IstWriterWaiter *waiter = g_new0 (IstWriterWaiter, 1);

  waiter->refs = 2;
  g_mutex_init (&waiter->mutex);
  g_cond_init (&waiter->cond);
  return waiter;
}

static gboolean
wait_for_answer (IstWriterWaiter *waiter, GError **error)
{
  gboolean ok;

  g_mutex_lock (&waiter->mutex);
  while (!waiter->finished)
    g_cond_wait (&waiter->cond, &waiter->mutex);
  ok = waiter->ok;
  if (waiter->error != NULL)
    g_propagate_error (error, g_steal_pointer (&waiter->error));
  g_mutex_unlock (&waiter->mutex);
  ist_writer_waiter_unref (waiter);
  return ok;
}

gboolean
ist_writer_submit (IstWriter *self, IstWriterOp *op, GError **error)
{
  IstWriterWaiter *waiter = op->wait ? waiter_new () : NULL;
  IstWriterItem *item = g_new0 (IstWriterItem, 1);
  gboolean wake;

  item->op = op;
  item->waiter = waiter;
  g_mutex_lock (&self->mutex);
  if (self->items.length == self->n_waiting)
    self->oldest = ist_clock_mono_usecs ();
  g_queue_push_tail (&self->items, item);
  if (waiter != NULL)
    self->n_waiting++;
  wake = self->asleep
         && (waiter == NULL ? self->items.length == 1
                            : self->n_waiting == 1 || self->n_waiting >= self->enough);
  if (wake)
    self->asleep = FALSE;
  g_mutex_unlock (&self->mutex);
  if (wake)
    g_cond_signal (&self->work);
  return waiter == NULL || wait_for_answer (waiter, error);
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
