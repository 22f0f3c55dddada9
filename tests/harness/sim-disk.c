#include "tests/harness/sim-private.h"

#include <errno.h>
#include <string.h>

static IstSimDisk *current;

const char *
ist_sim_call_name (IstSimCall call)
{
  static const char *const names[]
      = { "create", "write", "truncate", "sync", "sync-dir", "rename", "unlink", "mkdir" };

  return names[call];
}

const char *
ist_sim_error_name (IstSimError error)
{
  static const char *const names[] = { "EIO", "ENOSPC", "short write" };

  return names[error];
}

/* ---- life of the parts ---- */

static IstSimFile *
file_new (gboolean is_dir)
{
  IstSimFile *self = g_new0 (IstSimFile, 1);

  self->refs = 1;
  self->is_dir = is_dir;
  ist_sim_content_init (&self->live);
  ist_sim_content_init (&self->durable);
  self->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_sim_change_free);
  return self;
}

IstSimFile *
ist_sim_file_ref (IstSimFile *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
ist_sim_file_unref (IstSimFile *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  ist_sim_content_clear (&self->live);
  ist_sim_content_clear (&self->durable);
  g_ptr_array_unref (self->changes);
  g_free (self);
}

void
ist_sim_change_free (IstSimChange *self)
{
  g_clear_pointer (&self->data, g_bytes_unref);
  g_free (self);
}

void
ist_sim_name_free (IstSimName *self)
{
  if (self->file != NULL)
    ist_sim_file_unref (self->file);
  g_free (self->path);
  g_free (self->to);
  g_free (self);
}

GHashTable *
ist_sim_names_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                (GDestroyNotify) ist_sim_file_unref);
}

IstSimDisk *
ist_sim_disk_new (void)
{
  IstSimDisk *self = g_new0 (IstSimDisk, 1);

  g_mutex_init (&self->mutex);
  self->live = ist_sim_names_new ();
  self->durable = ist_sim_names_new ();
  self->names = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_sim_name_free);
  g_hash_table_insert (self->live, g_strdup ("/"), file_new (TRUE));
  g_hash_table_insert (self->durable, g_strdup ("/"), file_new (TRUE));
  return self;
}

void
ist_sim_disk_free (IstSimDisk *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->names);
  g_hash_table_unref (self->live);
  g_hash_table_unref (self->durable);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
ist_sim_disk_use (IstSimDisk *self)
{
  ist_sim_vfs_register ();
  g_atomic_pointer_set (&current, self);
}

IstSimDisk *
ist_sim_current (void)
{
  return g_atomic_pointer_get (&current);
}

/* ---- settings ---- */

guint
ist_sim_disk_count (IstSimDisk *self, IstSimCall call)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return self->counts[call];
}

void
ist_sim_disk_fail (IstSimDisk *self, IstSimCall call, guint nth, IstSimError error, gboolean stays)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  memset (&self->fault, 0, sizeof self->fault);
  self->fault.armed = TRUE;
  self->fault.call = call;
  self->fault.left = nth;
  self->fault.error = error;
  self->fault.stays = stays;
}

gboolean
ist_sim_disk_failed (IstSimDisk *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return self->fault.fired;
}

void
ist_sim_disk_heal (IstSimDisk *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  self->fault.armed = FALSE;
}

void
ist_sim_disk_set_capacity (IstSimDisk *self, guint64 bytes)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  self->capacity = bytes;
}

static guint64
used (const IstSimDisk *self)
{
  GHashTableIter iter;
  gpointer file;
  guint64 sum = 0;

  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, NULL, &file))
    sum += ist_sim_content_held (&((IstSimFile *) file)->live);
  return sum;
}

guint64
ist_sim_disk_used (IstSimDisk *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return used (self);
}

void
ist_sim_disk_lie (IstSimDisk *self, IstSimLie lie)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  self->lie = lie;
}

void
ist_sim_disk_observe (IstSimDisk *self, IstSimObserver observer, gpointer user)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  self->observer = observer;
  self->user = user;
}

/* ---- one counted call ---- */

/* FALSE: this call fails, errno says how. */
static gboolean
begin_call (IstSimDisk *self, IstSimCall call, const char *path)
{
  self->counts[call]++;
  if (self->observer != NULL)
    self->observer (self->user, self, call, path);
  if (!self->fault.armed || self->fault.call != call)
    return TRUE;
  if (self->fault.left > 1)
    {
      self->fault.left--;
      return TRUE;
    }
  self->fault.fired = TRUE;
  if (!self->fault.stays)
    self->fault.armed = FALSE;
  errno = self->fault.error == IST_SIM_ENOSPC ? ENOSPC : EIO;
  return FALSE;
}

char *
ist_sim_dir_of (const char *path)
{
  return g_path_get_dirname (path);
}

static void
note_name (IstSimDisk *self, IstSimCall call, const char *path, const char *to, IstSimFile *file)
{
  IstSimName *name = g_new0 (IstSimName, 1);

  name->call = call;
  name->path = g_strdup (path);
  name->to = g_strdup (to);
  name->file = file != NULL ? ist_sim_file_ref (file) : NULL;
  g_ptr_array_add (self->names, name);
}

IstSimFile *
ist_sim_create (IstSimDisk *self, const char *path, gboolean is_dir)
{
  g_autofree char *dir = ist_sim_dir_of (path);
  IstSimFile *file;

  if (!begin_call (self, is_dir ? IST_SIM_MKDIR : IST_SIM_CREATE, path))
    return NULL;
  errno = !g_hash_table_contains (self->live, dir) ? ENOENT : EEXIST;
  if (errno == ENOENT || g_hash_table_contains (self->live, path))
    return NULL;
  file = file_new (is_dir);
  g_hash_table_insert (self->live, g_strdup (path), file);
  note_name (self, IST_SIM_CREATE, path, NULL, file);
  return file;
}

static void
note_change (IstSimFile *file, gboolean truncate, gsize offset, const void *data, gsize size)
{
  IstSimChange *change = g_new0 (IstSimChange, 1);

  change->truncate = truncate;
  change->offset = offset;
  change->data = data != NULL ? g_bytes_new (data, size) : NULL;
  g_ptr_array_add (file->changes, change);
}

/* Growing past the capacity? */
static gboolean
fits (const IstSimDisk *self, const IstSimFile *file, gsize end)
{
  if (self->capacity == 0 || end <= file->live.pages->len * (gsize) IST_SIM_PAGE)
    return TRUE;
  return used (self) + (end - file->live.size) <= self->capacity;
}

gboolean
ist_sim_write (IstSimDisk *self, IstSimFile *file, const char *path, gsize offset, const void *data,
               gsize size)
{
  gboolean ok = begin_call (self, IST_SIM_WRITE, path);

  if (ok && !fits (self, file, offset + size))
    {
      errno = ENOSPC;
      return FALSE;
    }
  if (!ok)
    {
      if (self->fault.error != IST_SIM_SHORT)
        return FALSE;
      size /= 2;
      errno = ENOSPC;
    }
  ist_sim_content_write (&file->live, offset, data, size);
  note_change (file, FALSE, offset, data, size);
  return ok;
}

gboolean
ist_sim_truncate (IstSimDisk *self, IstSimFile *file, const char *path, gsize size)
{
  if (!begin_call (self, IST_SIM_TRUNCATE, path))
    return FALSE;
  ist_sim_content_truncate (&file->live, size);
  note_change (file, TRUE, size, NULL, 0);
  return TRUE;
}

void
ist_sim_apply_change (IstSimContent *durable, const IstSimChange *change)
{
  gsize size;
  gconstpointer data;

  if (change->truncate)
    {
      ist_sim_content_truncate (durable, change->offset);
      return;
    }
  data = g_bytes_get_data (change->data, &size);
  ist_sim_content_write (durable, change->offset, data, size);
}

/* A failed sync: its pages are clean in memory and old on the disk, or some had been written. */
gboolean
ist_sim_sync (IstSimDisk *self, IstSimFile *file, const char *path, guint *failures)
{
  guint known = *failures;
  gboolean ok = begin_call (self, IST_SIM_SYNC, path);

  for (guint i = 0; i < file->changes->len; i++)
    if (ok || (i & 1) != 0)
      ist_sim_apply_change (&file->durable, file->changes->pdata[i]);
  g_ptr_array_set_size (file->changes, 0);
  if (!ok)
    file->failures++;
  *failures = file->failures;
  if (ok && known != file->failures)
    errno = EIO;
  return ok && known == file->failures;
}

/* ---- names ---- */

void
ist_sim_apply_name (GHashTable *durable, const IstSimName *name)
{
  switch (name->call)
    {
    case IST_SIM_CREATE:
      g_hash_table_insert (durable, g_strdup (name->path), ist_sim_file_ref (name->file));
      return;
    case IST_SIM_UNLINK:
      g_hash_table_remove (durable, name->path);
      return;
    case IST_SIM_RENAME:
      g_hash_table_remove (durable, name->path);
      g_hash_table_insert (durable, g_strdup (name->to), ist_sim_file_ref (name->file));
      return;
    default:
      g_assert_not_reached ();
    }
}

gboolean
ist_sim_sync_dir (IstSimDisk *self, const char *path)
{
  gboolean ok = begin_call (self, IST_SIM_SYNC_DIR, path);

  if (!g_hash_table_contains (self->live, path))
    {
      errno = ENOENT;
      return FALSE;
    }
  for (guint i = 0; i < self->names->len;)
    {
      const IstSimName *name = self->names->pdata[i];
      g_autofree char *dir = ist_sim_dir_of (name->path);
      g_autofree char *to = ist_sim_dir_of (name->to != NULL ? name->to : name->path);

      if (strcmp (dir, path) != 0 && strcmp (to, path) != 0)
        {
          i++;
          continue;
        }
      if (ok)
        ist_sim_apply_name (self->durable, name);
      g_ptr_array_remove_index (self->names, i);
    }
  return ok;
}

gboolean
ist_sim_unlink (IstSimDisk *self, const char *path)
{
  if (!begin_call (self, IST_SIM_UNLINK, path))
    return FALSE;
  errno = ENOENT;
  if (!g_hash_table_remove (self->live, path))
    return FALSE;
  note_name (self, IST_SIM_UNLINK, path, NULL, NULL);
  return TRUE;
}

/* A folder takes along what is in it. */
static void
move_live (IstSimDisk *self, const char *from, const char *to)
{
  g_autofree char *below = g_strconcat (from, "/", NULL);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    if (strcmp (path, from) == 0 || g_str_has_prefix (path, below))
      g_ptr_array_add (paths, g_strdup (path));
  for (guint i = 0; i < paths->len; i++)
    {
      const char *old = paths->pdata[i];
      char *new = g_strconcat (to, old + strlen (from), NULL);
      IstSimFile *file = ist_sim_file_ref (g_hash_table_lookup (self->live, old));

      note_name (self, IST_SIM_RENAME, old, new, file);
      g_hash_table_remove (self->live, old);
      g_hash_table_insert (self->live, new, file);
    }
}

gboolean
ist_sim_rename (IstSimDisk *self, const char *from, const char *to)
{
  if (!begin_call (self, IST_SIM_RENAME, from))
    return FALSE;
  errno = ENOENT;
  if (!g_hash_table_contains (self->live, from))
    return FALSE;
  move_live (self, from, to);
  return TRUE;
}
