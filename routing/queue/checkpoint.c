/*
 * routing/queue/checkpoint.c - the thread that moves the WAL into the database while the writer commits.
 *
 * A passive checkpoint on a connection of its own waits for nobody and holds nobody up. Under load it never
 * quite ends, because frames come while it copies: then the writer copies the short rest between two groups,
 * and its next commit begins the WAL anew. The WAL's file keeps its largest size; what counts are its frames.
 *
 * The thread also keeps the ballast: the file that is given up when the disk is full, so that results can
 * still be recorded (crash rule 5).
 */
#include "routing/queue/checkpoint.h"

#include "base/clock.h"
#include "base/db.h"
#include "base/durable.h"

#define BALLAST_BYTES (4 * 1024 * 1024)
#define BALLAST_USECS (60 * G_USEC_PER_SEC)
#define FAR_TOO_MANY 4
#define AGAIN_USECS G_USEC_PER_SEC

struct _IstCheckpoint
{
  char *path;
  char *ballast;
  guint limit; /* frames */
  void (*doubt) (gpointer user, const char *why);
  gpointer user;
  GThread *thread;
  gint rest; /* atomic: the thread has copied, the writer copies what came meanwhile */
  GMutex mutex; /* guards all below */
  GCond work;
  gboolean wanted;
  gboolean stopping;
};

/* ---- the ballast ---- */

static void
ensure_ballast (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *zeros = NULL;
  IstDurableFile *file;

  if (ist_durable_size (path) == BALLAST_BYTES
      || ist_durable_free_bytes (folder) < 4 * BALLAST_BYTES)
    return;
  /* What a crash left half made. */
  ist_durable_unlink (path, NULL);
  file = ist_durable_create (path, NULL);
  if (file == NULL)
    return;
  zeros = g_malloc0 (BALLAST_BYTES);
  if (ist_durable_write (file, zeros, BALLAST_BYTES, NULL))
    {
      ist_durable_finish (file, NULL);
      return;
    }
  ist_durable_abandon (file);
  ist_durable_unlink (path, NULL);
}

/* ---- the thread ---- */

/* PRAGMA wal_checkpoint answers a row (busy, frames, copied). */
static gboolean
copy_frames (IstCheckpoint *self, IstDb *db)
{
  gboolean copied = ist_db_number (db, "PRAGMA wal_checkpoint(PASSIVE)", 1) == 0;

  if (!copied && sqlite3_extended_errcode (ist_db_handle (db)) == SQLITE_IOERR_FSYNC)
    self->doubt (self->user, sqlite3_errmsg (ist_db_handle (db)));
  return copied;
}

static gboolean
open_and_copy (IstCheckpoint *self)
{
  g_autoptr (IstDb) db = ist_db_open_reader (self->path, NULL);

  return db != NULL && copy_frames (self, db);
}

static gpointer
run (gpointer data)
{
  IstCheckpoint *self = data;
  gint64 not_before = 0;

  ensure_ballast (self->ballast);
  g_mutex_lock (&self->mutex);
  while (!self->stopping)
    {
      gint64 now = ist_clock_mono_usecs ();

      if (!self->wanted || now < not_before)
        {
          ist_clock_wait (&self->work, &self->mutex,
                          self->wanted ? not_before : now + BALLAST_USECS);
          if (self->wanted || self->stopping)
            continue;
          g_mutex_unlock (&self->mutex);
          ensure_ballast (self->ballast);
          g_mutex_lock (&self->mutex);
          continue;
        }
      self->wanted = FALSE;
      g_mutex_unlock (&self->mutex);
      if (open_and_copy (self))
        g_atomic_int_set (&self->rest, TRUE);
      else
        not_before = ist_clock_mono_usecs () + AGAIN_USECS;
      g_mutex_lock (&self->mutex);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

/* ---- for the writer ---- */

IstCheckpoint *
ist_checkpoint_new (const char *path, const char *ballast, guint64 limit_bytes,
                    void (*doubt) (gpointer user, const char *why), gpointer user)
{
  IstCheckpoint *self = g_new0 (IstCheckpoint, 1);

  self->path = g_strdup (path);
  self->ballast = g_strdup (ballast);
  self->doubt = doubt;
  self->user = user;
  self->limit = (guint) (limit_bytes / IST_DB_PAGE_BYTES);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->work);
  self->thread = g_thread_new ("queue-checkpoint", run, self);
  return self;
}

void
ist_checkpoint_free (IstCheckpoint *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_signal (&self->work);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->work);
  g_free (self->path);
  g_free (self->ballast);
  g_free (self);
}

void
ist_checkpoint_committed (IstCheckpoint *self, IstDb *db)
{
  guint pages = ist_db_wal_pages (db);

  if (pages <= self->limit)
    return;
  /* A thread that does not come to its turn must not let the WAL fill the disk. */
  if (g_atomic_int_compare_and_exchange (&self->rest, TRUE, FALSE)
      || pages > self->limit * FAR_TOO_MANY)
    {
      copy_frames (self, db);
      return;
    }
  g_mutex_lock (&self->mutex);
  self->wanted = TRUE;
  g_cond_signal (&self->work);
  g_mutex_unlock (&self->mutex);
}

void
ist_checkpoint_free_ballast (IstCheckpoint *self)
{
  ist_durable_unlink (self->ballast, NULL);
}
