/*
 * routing/queue/flush.c - several syncs of the WAL at a time, with one order of their results.
 *
 * A flight covers every commit before its beginning. Its result counts after those of all flights that began
 * before it: the kernel tells a failed write-back once, to whichever sync of this file asks first, so the sync
 * that says "ok" proves nothing until the older ones have said so too (fsync(2), "Linux 4.13").
 */
#include "routing/queue/flush.h"

#include "base/clock.h"
#include "base/durable.h"

typedef struct
{
  guint64 upto;  /* covers the groups to this one */
  gboolean done; /* its sync has returned */
  GError *error; /* NULL: well */
} Flight;

struct _IstFlush
{
  void (*landed) (gpointer user, gpointer group, const GError *error);
  gpointer user;
  IstDurableFile *file;
  GThread *threads[IST_FLUSH_THREADS];
  GMutex mutex; /* guards all below */
  GCond work;
  GQueue groups;  /* not landed, in order */
  GQueue flights; /* Flight, in the order of their beginning */
  guint64 n_begun, n_covered, n_landed; /* groups */
  guint64 last_dirty; /* the last group that wrote */
  GError *error;      /* of the first flight that failed */
  gint64 took_usecs;
  gboolean landing; /* a thread calls landed() */
  gboolean stopping;
};

/* ---- the threads ---- */

/* Under the lock, which is given up meanwhile: all groups whose flight and the ones before it are done. */
static void
land (IstFlush *self)
{
  if (self->landing)
    return;
  self->landing = TRUE;
  while (self->flights.head != NULL && ((Flight *) self->flights.head->data)->done)
    {
      Flight *flight = g_queue_pop_head (&self->flights);

      if (self->error == NULL && flight->error != NULL)
        self->error = g_error_copy (flight->error);
      while (self->n_landed < flight->upto)
        {
          gpointer group = g_queue_pop_head (&self->groups);

          self->n_landed++;
          g_mutex_unlock (&self->mutex);
          self->landed (self->user, group, self->error);
          g_mutex_lock (&self->mutex);
        }
      g_clear_error (&flight->error);
      g_free (flight);
    }
  self->landing = FALSE;
}

/* Under the lock, which is given up meanwhile. */
static void
fly (IstFlush *self)
{
  Flight *flight = g_new0 (Flight, 1);
  gboolean dirty = self->last_dirty > self->n_covered;
  gint64 began, took;

  flight->upto = self->n_covered = self->n_begun;
  g_queue_push_tail (&self->flights, flight);
  if (dirty)
    {
      g_mutex_unlock (&self->mutex);
      began = ist_clock_machine_usecs ();
      ist_durable_sync (self->file, &flight->error);
      took = ist_clock_machine_usecs () - began;
      g_mutex_lock (&self->mutex);
      self->took_usecs = took;
    }
  flight->done = TRUE;
  land (self);
}

static gpointer
run (gpointer data)
{
  IstFlush *self = data;

  g_mutex_lock (&self->mutex);
  for (;;)
    {
      while (self->n_covered == self->n_begun && !self->stopping)
        g_cond_wait (&self->work, &self->mutex);
      if (self->n_covered == self->n_begun)
        break;
      fly (self);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

/* ---- for the writer ---- */

IstFlush *
ist_flush_new (void (*landed) (gpointer user, gpointer group, const GError *error), gpointer user)
{
  IstFlush *self = g_new0 (IstFlush, 1);

  self->landed = landed;
  self->user = user;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->work);
  g_queue_init (&self->groups);
  g_queue_init (&self->flights);
  for (guint i = 0; i < IST_FLUSH_THREADS; i++)
    self->threads[i] = g_thread_new ("queue-flush", run, self);
  return self;
}

void
ist_flush_free (IstFlush *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_broadcast (&self->work);
  g_mutex_unlock (&self->mutex);
  for (guint i = 0; i < IST_FLUSH_THREADS; i++)
    g_thread_join (self->threads[i]);
  ist_durable_abandon (self->file);
  g_clear_error (&self->error);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->work);
  g_free (self);
}

gboolean
ist_flush_aim (IstFlush *self, const char *path, GError **error)
{
  g_clear_pointer (&self->file, ist_durable_abandon);
  self->file = ist_durable_open (path, error);
  if (self->file == NULL)
    return FALSE;
  g_mutex_lock (&self->mutex);
  g_clear_error (&self->error);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

void
ist_flush_begin (IstFlush *self, gpointer group, gboolean dirty)
{
  g_mutex_lock (&self->mutex);
  g_queue_push_tail (&self->groups, group);
  self->n_begun++;
  if (dirty)
    self->last_dirty = self->n_begun;
  g_cond_signal (&self->work);
  g_mutex_unlock (&self->mutex);
}

gboolean
ist_flush_now (IstFlush *self, GError **error)
{
  return ist_durable_sync (self->file, error);
}

gint64
ist_flush_took_usecs (IstFlush *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return self->took_usecs;
}
