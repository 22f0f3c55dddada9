/*
 * tests/harness/sim-vfs.c - SQLite's file layer on the simulated disk.
 *
 * It does what SQLite's unix VFS does where durability is concerned: the directory is synced with the
 * first sync of a new journal or WAL (and a failure of that is ignored, as there). Locks and the shared
 * memory of the WAL are the process's own: plain memory, gone with the last connection.
 *
 * Source: sqlite.org/vfs.html, sqlite.org/c3ref/io_methods.html.
 */
#include "tests/harness/sim-private.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#define SHM_LOCKS SQLITE_SHM_NLOCK

struct _IstSimShm
{
  guint refs;
  GPtrArray *regions;
  guint shared[SHM_LOCKS];
  gpointer exclusive[SHM_LOCKS];
};

typedef struct
{
  sqlite3_file base;
  IstSimDisk *disk;
  IstSimFile *file;
  char *path; /* NULL: temporary, of no interest to durability */
  int level;  /* SQLITE_LOCK_… */
  guint failures; /* of the file, as far as this handle was told */
  gboolean sync_dir;
  gboolean has_shm;
  guint shm_shared;
} Handle;

/* ---- bytes ---- */

static int
sim_read (sqlite3_file *base, void *data, int size, sqlite3_int64 offset)
{
  Handle *self = (Handle *) base;
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->disk->mutex);
  gsize got = ist_sim_content_read (&self->file->live, (gsize) offset, data, (gsize) size);

  return got == (gsize) size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int
sim_write (sqlite3_file *base, const void *data, int size, sqlite3_int64 offset)
{
  Handle *self = (Handle *) base;
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->disk->mutex);

  if (self->path == NULL)
    {
      ist_sim_content_write (&self->file->live, (gsize) offset, data, (gsize) size);
      return SQLITE_OK;
    }
  if (ist_sim_write (self->disk, self->file, self->path, (gsize) offset, data, (gsize) size))
    return SQLITE_OK;
  return errno == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int
sim_truncate (sqlite3_file *base, sqlite3_int64 size)
{
  Handle *self = (Handle *) base;
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->disk->mutex);

  if (self->path == NULL)
    {
      ist_sim_content_truncate (&self->file->live, (gsize) size);
      return SQLITE_OK;
    }
  return ist_sim_truncate (self->disk, self->file, self->path, (gsize) size)
             ? SQLITE_OK
             : SQLITE_IOERR_TRUNCATE;
}

static int
sim_sync (sqlite3_file *base, int flags)
{
  Handle *self = (Handle *) base;
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->disk->mutex);

  if (self->path == NULL)
    return SQLITE_OK;
  if (!ist_sim_sync (self->disk, self->file, self->path, &self->failures))
    return SQLITE_IOERR_FSYNC;
  if (self->sync_dir)
    {
      g_autofree char *dir = ist_sim_dir_of (self->path);

      ist_sim_sync_dir (self->disk, dir);
      self->sync_dir = FALSE;
    }
  return SQLITE_OK;
}

static int
sim_size (sqlite3_file *base, sqlite3_int64 *size)
{
  Handle *self = (Handle *) base;
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->disk->mutex);

  *size = (sqlite3_int64) self->file->live.size;
  return SQLITE_OK;
}

/* ---- locks ---- */

static gboolean
other (gpointer holder, const Handle *self)
{
  return holder != NULL && holder != self;
}

static int
sim_lock (sqlite3_file *base, int level)
{
  Handle *self = (Handle *) base;
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->disk->mutex);
  IstSimFile *file = self->file;

  if (self->level >= level)
    return SQLITE_OK;
  if (self->level == SQLITE_LOCK_NONE)
    {
      if (other (file->pending, self) || other (file->exclusive, self))
        return SQLITE_BUSY;
      file->n_shared++;
      self->level = SQLITE_LOCK_SHARED;
    }
  if (level >= SQLITE_LOCK_RESERVED)
    {
      if (other (file->reserved, self))
        return SQLITE_BUSY;
      file->reserved = self;
      self->level = MAX (self->level, SQLITE_LOCK_RESERVED);
    }
  if (level == SQLITE_LOCK_EXCLUSIVE)
    {
      if (other (file->pending, self))
        return SQLITE_BUSY;
      file->pending = self;
      self->level = SQLITE_LOCK_PENDING;
      if (file->n_shared > 1)
        return SQLITE_BUSY;
      file->exclusive = self;
      self->level = SQLITE_LOCK_EXCLUSIVE;
    }
  return SQLITE_OK;
}

static int
sim_unlock (sqlite3_file *base, int level)
{
  Handle *self = (Handle *) base;
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->disk->mutex);
  IstSimFile *file = self->file;

  if (self->level <= level)
    return SQLITE_OK;
  if (file->exclusive == self)
    file->exclusive = NULL;
  if (file->pending == self)
    file->pending = NULL;
  if (file->reserved == self)
    file->reserved = NULL;
  if (level == SQLITE_LOCK_NONE)
    file->n_shared--;
  self->level = level;
  return SQLITE_OK;
}

static int
sim_check_reserved (sqlite3_file *base, int *out)
{
  Handle *self = (Handle *) base;
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->disk->mutex);

  *out = self->file->reserved != NULL;
  return SQLITE_OK;
}

/* ---- shared memory of the WAL ---- */

static int
sim_shm_map (sqlite3_file *base, int i, int size, int extend, void volatile **out)
{
  Handle *self = (Handle *) base;
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->disk->mutex);
  IstSimShm *shm = self->file->shm;

  if (shm == NULL)
    {
      shm = self->file->shm = g_new0 (IstSimShm, 1);
      shm->regions = g_ptr_array_new_with_free_func (g_free);
    }
  if (!self->has_shm)
    {
      self->has_shm = TRUE;
      shm->refs++;
    }
  *out = NULL;
  while (extend && shm->regions->len <= (guint) i)
    g_ptr_array_add (shm->regions, g_malloc0 ((gsize) size));
  if ((guint) i < shm->regions->len)
    *out = shm->regions->pdata[i];
  return SQLITE_OK;
}

static int
shm_unlock (Handle *self, int slot, int n)
{
  IstSimShm *shm = self->file->shm;

  for (int i = slot; i < slot + n; i++)
    {
      if (shm->exclusive[i] == self)
        shm->exclusive[i] = NULL;
      if ((self->shm_shared & (1u << i)) != 0)
        shm->shared[i]--;
      self->shm_shared &= ~(1u << i);
    }
  return SQLITE_OK;
}

static int
sim_shm_lock (sqlite3_file *base, int slot, int n, int flags)
{
  Handle *self = (Handle *) base;
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->disk->mutex);
  IstSimShm *shm = self->file->shm;

  if (flags & SQLITE_SHM_UNLOCK)
    return shm_unlock (self, slot, n);
  for (int i = slot; i < slot + n; i++)
    if (other (shm->exclusive[i], self)
        || ((flags & SQLITE_SHM_EXCLUSIVE) != 0
            && shm->shared[i] > ((self->shm_shared >> i) & 1)))
      return SQLITE_BUSY;
  for (int i = slot; i < slot + n; i++)
    if ((flags & SQLITE_SHM_EXCLUSIVE) != 0)
      shm->exclusive[i] = self;
    else if ((self->shm_shared & (1u << i)) == 0)
      {
        shm->shared[i]++;
        self->shm_shared |= 1u << i;
      }
  return SQLITE_OK;
}

static void
sim_shm_barrier (sqlite3_file *base)
{
  Handle *self = (Handle *) base;

  g_mutex_lock (&self->disk->mutex);
  g_mutex_unlock (&self->disk->mutex);
}

static int
sim_shm_unmap (sqlite3_file *base, int remove)
{
  Handle *self = (Handle *) base;
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->disk->mutex);
  IstSimShm *shm = self->file->shm;

  if (!self->has_shm)
    return SQLITE_OK;
  shm_unlock (self, 0, SHM_LOCKS);
  self->has_shm = FALSE;
  if (--shm->refs > 0)
    return SQLITE_OK;
  g_ptr_array_unref (shm->regions);
  g_free (shm);
  self->file->shm = NULL;
  return SQLITE_OK;
}

/* ---- the rest of a file ---- */

static int
sim_close (sqlite3_file *base)
{
  Handle *self = (Handle *) base;

  sim_unlock (base, SQLITE_LOCK_NONE);
  sim_shm_unmap (base, 0);
  ist_sim_file_unref (self->file);
  g_free (self->path);
  return SQLITE_OK;
}

/* While it lies, the product's own "synchronous = FULL" is swallowed after lie_normal() had its say. */
static int
sim_control (sqlite3_file *base, int op, void *arg)
{
  Handle *self = (Handle *) base;
  char **words = arg;

  if (op != SQLITE_FCNTL_PRAGMA || self->disk->lie != IST_SIM_LIE_NORMAL
      || g_ascii_strcasecmp (words[1], "synchronous") != 0 || words[2] == NULL)
    return SQLITE_NOTFOUND;
  if (g_ascii_strcasecmp (words[2], "NORMAL") == 0)
    return SQLITE_NOTFOUND;
  return SQLITE_OK;
}

static int
sim_sector (sqlite3_file *base)
{
  return 4096;
}

/* As the unix VFS says by default: what lies beside a write is safe. */
static int
sim_characteristics (sqlite3_file *base)
{
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
  .iVersion = 2,
  .xClose = sim_close,
  .xRead = sim_read,
  .xWrite = sim_write,
  .xTruncate = sim_truncate,
  .xSync = sim_sync,
  .xFileSize = sim_size,
  .xLock = sim_lock,
  .xUnlock = sim_unlock,
  .xCheckReservedLock = sim_check_reserved,
  .xFileControl = sim_control,
  .xSectorSize = sim_sector,
  .xDeviceCharacteristics = sim_characteristics,
  .xShmMap = sim_shm_map,
  .xShmLock = sim_shm_lock,
  .xShmBarrier = sim_shm_barrier,
  .xShmUnmap = sim_shm_unmap,
};

/* ---- the VFS ---- */

static IstSimFile *
temporary_file (void)
{
  IstSimFile *file = g_new0 (IstSimFile, 1);

  file->refs = 1;
  ist_sim_content_init (&file->live);
  ist_sim_content_init (&file->durable);
  file->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_sim_change_free);
  return file;
}

static int
sim_open (sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *out_flags)
{
  Handle *self = (Handle *) base;
  IstSimDisk *disk = ist_sim_current ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&disk->mutex);
  IstSimFile *file = path != NULL ? g_hash_table_lookup (disk->live, path) : NULL;

  memset (self, 0, sizeof *self);
  if (path == NULL)
    self->file = temporary_file ();
  else if (file == NULL)
    {
      file = flags & SQLITE_OPEN_CREATE ? ist_sim_create (disk, path, FALSE) : NULL;
      if (file == NULL)
        return SQLITE_CANTOPEN;
      self->sync_dir = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    }
  if (path != NULL)
    self->file = ist_sim_file_ref (file);
  self->failures = self->file->failures;
  self->disk = disk;
  self->path = g_strdup (path);
  base->pMethods = &methods;
  if (out_flags != NULL)
    *out_flags = flags;
  return SQLITE_OK;
}

static int
sim_delete (sqlite3_vfs *vfs, const char *path, int sync_dir)
{
  IstSimDisk *disk = ist_sim_current ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&disk->mutex);
  g_autofree char *dir = ist_sim_dir_of (path);

  if (!ist_sim_unlink (disk, path))
    return errno == ENOENT ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE;
  return !sync_dir || ist_sim_sync_dir (disk, dir) ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
}

static int
sim_access (sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
  IstSimDisk *disk = ist_sim_current ();
  const IstSimFile *file;
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&disk->mutex);

  /* As the unix VFS: an empty file is none. */
  file = g_hash_table_lookup (disk->live, path);
  *out = file != NULL && (flags != SQLITE_ACCESS_EXISTS || file->live.size > 0);
  return SQLITE_OK;
}

static int
sim_full_path (sqlite3_vfs *vfs, const char *path, int size, char *out)
{
  return g_strlcpy (out, path, (gsize) size) < (gsize) size ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int
sim_last_error (sqlite3_vfs *vfs, int size, char *out)
{
  return 0;
}

/* Every connection of a lying disk is set to NORMAL when it is opened. */
static int
lie_normal (sqlite3 *db, char **message, const struct sqlite3_api_routines *api)
{
  if (ist_sim_current ()->lie == IST_SIM_LIE_NORMAL)
    sqlite3_exec (db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
  return SQLITE_OK;
}

static gpointer
register_once (gpointer unused)
{
  static sqlite3_vfs vfs;
  const sqlite3_vfs *system = sqlite3_vfs_find (NULL);

  vfs = (sqlite3_vfs){
    .iVersion = 2,
    .szOsFile = sizeof (Handle),
    .mxPathname = 512,
    .zName = "sim",
    .xOpen = sim_open,
    .xDelete = sim_delete,
    .xAccess = sim_access,
    .xFullPathname = sim_full_path,
    .xRandomness = system->xRandomness,
    .xSleep = system->xSleep,
    .xCurrentTime = system->xCurrentTime,
    .xGetLastError = sim_last_error,
    .xCurrentTimeInt64 = system->xCurrentTimeInt64,
  };
  sqlite3_vfs_register (&vfs, 1);
  sqlite3_auto_extension ((void (*) (void)) lie_normal);
  return NULL;
}

void
ist_sim_vfs_register (void)
{
  static GOnce once = G_ONCE_INIT;

  g_once (&once, register_once, NULL);
}
