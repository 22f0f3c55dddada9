#include "base/durable.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct _IstDurableFile
{
  int fd;
  char *path;
};

struct _IstDurableLock
{
  int fd;
};

static gboolean
fail (GError **error, const char *what, const char *path)
{
  g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "%s %s: %s", what, path, g_strerror (errno));
  return FALSE;
}

static IstDurableFile *
open_file (const char *path, int flags, const char *what, GError **error)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC | flags, 0600);
  IstDurableFile *self;

  if (fd < 0)
    {
      fail (error, what, path);
      return NULL;
    }
  self = g_new (IstDurableFile, 1);
  self->fd = fd;
  self->path = g_strdup (path);
  return self;
}

IstDurableFile *
ist_durable_create (const char *path, GError **error)
{
  return open_file (path, O_CREAT | O_EXCL, "create", error);
}

IstDurableFile *
ist_durable_open (const char *path, GError **error)
{
  return open_file (path, 0, "open", error);
}

gboolean
ist_durable_sync (IstDurableFile *self, GError **error)
{
  return fdatasync (self->fd) == 0 || fail (error, "sync", self->path);
}

gboolean
ist_durable_write (IstDurableFile *self, const char *data, gsize size_bytes, GError **error)
{
  while (size_bytes > 0)
    {
      gssize n = write (self->fd, data, size_bytes);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return fail (error, "write", self->path);
      data += n;
      size_bytes -= (gsize) n;
    }
  return TRUE;
}

gboolean
ist_durable_finish (IstDurableFile *self, GError **error)
{
  gboolean ok = fsync (self->fd) == 0 || fail (error, "sync", self->path);

  if (close (self->fd) != 0 && ok)
    ok = fail (error, "close", self->path);
  self->fd = -1;
  ist_durable_abandon (self);
  return ok;
}

void
ist_durable_abandon (IstDurableFile *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_free (self);
}

IstBody *
ist_durable_load (const char *path, GError **error)
{
  return ist_body_new_file (path, error);
}

gboolean
ist_durable_sync_dir (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (!ok)
    fail (error, "sync folder", path);
  if (fd >= 0)
    close (fd);
  return ok;
}

gboolean
ist_durable_mkdir (const char *path, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;
  if (!ist_durable_mkdir (parent, error))
    return FALSE;
  if (g_mkdir (path, 0700) != 0 && errno != EEXIST)
    return fail (error, "create folder", path);
  return ist_durable_sync_dir (parent, error);
}

#define REWRITE_BYTES ((gsize) 1024 * 1024)

static gboolean
write_back (int fd, const char *path, GError **error)
{
  g_autofree char *block = g_malloc (REWRITE_BYTES);
  off_t at = 0;
  gssize n;

  while ((n = pread (fd, block, REWRITE_BYTES, at)) > 0)
    for (gssize done = 0; done < n;)
      {
        gssize written = pwrite (fd, block + done, (gsize) (n - done), at);

        if (written <= 0)
          return fail (error, "write", path);
        done += written;
        at += written;
      }
  return (n == 0 && fsync (fd) == 0) || fail (error, "rewrite", path);
}

gboolean
ist_durable_rewrite (const char *path, GError **error)
{
  int fd = open (path, O_RDWR | O_CLOEXEC);
  gboolean ok;

  if (fd < 0)
    return errno == ENOENT || fail (error, "open", path);
  ok = write_back (fd, path, error);
  close (fd);
  return ok;
}

gboolean
ist_durable_unlink (const char *path, GError **error)
{
  return unlink (path) == 0 || errno == ENOENT || fail (error, "remove", path);
}

gboolean
ist_durable_rename (const char *from, const char *to, GError **error)
{
  return g_rename (from, to) == 0 || fail (error, "rename", from);
}

static gint
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char **
ist_durable_list (const char *path)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, by_name);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

gboolean
ist_durable_exists (const char *path)
{
  return access (path, F_OK) == 0;
}

guint64
ist_durable_size (const char *path)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 ? (guint64) info.st_size : 0;
}

guint64
ist_durable_free_bytes (const char *path)
{
  struct statvfs info;

  if (statvfs (path, &info) != 0)
    return G_MAXUINT64;
  return (guint64) info.f_bavail * info.f_frsize;
}

IstDurableLock *
ist_durable_lock (const char *path, GError **error)
{
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  IstDurableLock *self;

  if (fd < 0 || flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "lock %s: %s", path,
                   fd >= 0 && errno == EWOULDBLOCK ? "another isthmusd uses this queue"
                                                   : g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  self = g_new (IstDurableLock, 1);
  self->fd = fd;
  return self;
}

void
ist_durable_unlock (IstDurableLock *self)
{
  if (self == NULL)
    return;
  close (self->fd);
  g_free (self);
}
