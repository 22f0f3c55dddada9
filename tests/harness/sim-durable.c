/*
 * tests/harness/sim-durable.c - the symbols of base/durable.h on the simulated disk.
 */
#include "base/durable.h"

#include "base/error.h"
#include "tests/harness/sim-private.h"

#include <errno.h>
#include <string.h>

struct _IstDurableFile
{
  IstSimDisk *disk;
  IstSimFile *file;
  char *path;
  gsize at;
  guint failures; /* of the file, as far as this one was told */
};

struct _IstDurableLock
{
  char *path;
};

static GMutex locks_mutex;
static GHashTable *locks;

static gboolean
fail (GError **error, const char *what, const char *path)
{
  g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "%s %s: %s", what, path, g_strerror (errno));
  return FALSE;
}

static IstDurableFile *
file_new (IstSimDisk *disk, IstSimFile *file, const char *path, const char *what, GError **error)
{
  IstDurableFile *self;

  if (file == NULL)
    {
      fail (error, what, path);
      return NULL;
    }
  self = g_new0 (IstDurableFile, 1);
  self->disk = disk;
  self->file = ist_sim_file_ref (file);
  self->path = g_strdup (path);
  self->failures = file->failures;
  return self;
}

IstDurableFile *
ist_durable_create (const char *path, GError **error)
{
  IstSimDisk *disk = ist_sim_current ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&disk->mutex);

  return file_new (disk, ist_sim_create (disk, path, FALSE), path, "create", error);
}

IstDurableFile *
ist_durable_open (const char *path, GError **error)
{
  IstSimDisk *disk = ist_sim_current ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&disk->mutex);

  errno = ENOENT;
  return file_new (disk, g_hash_table_lookup (disk->live, path), path, "open", error);
}

/* LIE_NORMAL: nobody syncs the WAL but SQLite itself. */
gboolean
ist_durable_sync (IstDurableFile *self, GError **error)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->disk->mutex);

  return self->disk->lie == IST_SIM_LIE_NORMAL
         || ist_sim_sync (self->disk, self->file, self->path, &self->failures)
         || fail (error, "sync", self->path);
}

gboolean
ist_durable_write (IstDurableFile *self, const char *data, gsize size_bytes, GError **error)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->disk->mutex);

  if (!ist_sim_write (self->disk, self->file, self->path, self->at, data, size_bytes))
    return fail (error, "write", self->path);
  self->at += size_bytes;
  return TRUE;
}

gboolean
ist_durable_finish (IstDurableFile *self, GError **error)
{
  gboolean ok = TRUE;

  g_mutex_lock (&self->disk->mutex);
  if (self->disk->lie != IST_SIM_LIE_BODY_SYNC)
    ok = ist_sim_sync (self->disk, self->file, self->path, &self->failures) || fail (error, "sync", self->path);
  g_mutex_unlock (&self->disk->mutex);
  ist_durable_abandon (self);
  return ok;
}

void
ist_durable_abandon (IstDurableFile *self)
{
  if (self == NULL)
    return;
  ist_sim_file_unref (self->file);
  g_free (self->path);
  g_free (self);
}

IstBody *
ist_durable_load (const char *path, GError **error)
{
  IstSimDisk *disk = ist_sim_current ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&disk->mutex);
  IstSimFile *file = g_hash_table_lookup (disk->live, path);
  g_autoptr (GBytes) bytes = NULL;
  char *data;

  if (file == NULL)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_DAMAGED, "open %s: missing", path);
      return NULL;
    }
  data = g_malloc (file->live.size + 1);
  ist_sim_content_read (&file->live, 0, data, file->live.size);
  bytes = g_bytes_new_take (data, file->live.size);
  return ist_body_new_bytes (bytes);
}

static gboolean
make_folder (IstSimDisk *disk, const char *path, GError **error)
{
  g_autofree char *parent = ist_sim_dir_of (path);

  if (g_hash_table_contains (disk->live, path))
    return TRUE;
  if (!make_folder (disk, parent, error))
    return FALSE;
  if (ist_sim_create (disk, path, TRUE) == NULL)
    return fail (error, "create folder", path);
  return ist_sim_sync_dir (disk, parent) || fail (error, "sync folder", parent);
}

gboolean
ist_durable_mkdir (const char *path, GError **error)
{
  IstSimDisk *disk = ist_sim_current ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&disk->mutex);

  return make_folder (disk, path, error);
}

gboolean
ist_durable_sync_dir (const char *path, GError **error)
{
  IstSimDisk *disk = ist_sim_current ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&disk->mutex);

  return disk->lie == IST_SIM_LIE_DIR_SYNC || ist_sim_sync_dir (disk, path)
         || fail (error, "sync folder", path);
}

gboolean
ist_durable_rewrite (const char *path, GError **error)
{
  IstSimDisk *disk = ist_sim_current ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&disk->mutex);
  IstSimFile *file = g_hash_table_lookup (disk->live, path);
  g_autofree char *data = NULL;
  guint failures;
  gsize size;

  if (file == NULL)
    return TRUE;
  failures = file->failures;
  size = file->live.size;
  data = g_malloc (size + 1);
  ist_sim_content_read (&file->live, 0, data, size);
  return (ist_sim_write (disk, file, path, 0, data, size) && ist_sim_sync (disk, file, path, &failures))
         || fail (error, "rewrite", path);
}

gboolean
ist_durable_unlink (const char *path, GError **error)
{
  IstSimDisk *disk = ist_sim_current ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&disk->mutex);

  return ist_sim_unlink (disk, path) || errno == ENOENT || fail (error, "remove", path);
}

gboolean
ist_durable_rename (const char *from, const char *to, GError **error)
{
  IstSimDisk *disk = ist_sim_current ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&disk->mutex);

  return ist_sim_rename (disk, from, to) || fail (error, "rename", from);
}

static gint
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char **
ist_durable_list (const char *path)
{
  IstSimDisk *disk = ist_sim_current ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&disk->mutex);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer at;

  g_hash_table_iter_init (&iter, disk->live);
  while (g_hash_table_iter_next (&iter, &at, NULL))
    {
      g_autofree char *dir = ist_sim_dir_of (at);

      if (strcmp (dir, path) == 0 && strcmp (at, "/") != 0)
        g_ptr_array_add (names, g_path_get_basename (at));
    }
  g_ptr_array_sort (names, by_name);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

gboolean
ist_durable_exists (const char *path)
{
  IstSimDisk *disk = ist_sim_current ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&disk->mutex);

  return g_hash_table_contains (disk->live, path);
}

guint64
ist_durable_size (const char *path)
{
  IstSimDisk *disk = ist_sim_current ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&disk->mutex);
  const IstSimFile *file = g_hash_table_lookup (disk->live, path);

  return file != NULL ? file->live.size : 0;
}

guint64
ist_durable_free_bytes (const char *path)
{
  IstSimDisk *disk = ist_sim_current ();
  guint64 used = ist_sim_disk_used (disk);

  if (disk->capacity == 0)
    return G_MAXUINT64 / 2;
  return used < disk->capacity ? disk->capacity - used : 0;
}

/* A lock is the running program's, no content of the disk. */
IstDurableLock *
ist_durable_lock (const char *path, GError **error)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&locks_mutex);
  IstDurableLock *self;

  if (locks == NULL)
    locks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!g_hash_table_add (locks, g_strdup (path)))
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "lock %s: another has it", path);
      return NULL;
    }
  self = g_new (IstDurableLock, 1);
  self->path = g_strdup (path);
  return self;
}

void
ist_durable_unlock (IstDurableLock *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&locks_mutex);
  g_hash_table_remove (locks, self->path);
  g_mutex_unlock (&locks_mutex);
  g_free (self->path);
  g_free (self);
}
