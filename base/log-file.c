#include "base/log-file.h"

#include "base/clock.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#ifdef G_OS_WIN32
# include <io.h>
#else
# include <unistd.h>
#endif

#define DEFAULT_ROTATE (G_GUINT64_CONSTANT (64) * 1024 * 1024)
#define DEFAULT_KEEP 30
#define DAY_SECS 86400

struct _IstLogFile
{
  char *path;
  int fd;
  guint64 size;
  guint64 rotate_bytes;
  guint keep_files;
  gint64 day;
};

static gint64
today (void)
{
  return ist_clock_wall_usecs () / G_USEC_PER_SEC / DAY_SECS;
}

static gboolean
open_file (IstLogFile *self)
{
  GStatBuf info;

  self->fd = g_open (self->path, O_WRONLY | O_CREAT | O_APPEND, 0640);
  if (self->fd < 0)
    return FALSE;
  self->size = g_stat (self->path, &info) == 0 ? (guint64) info.st_size : 0;
  self->day = self->size > 0 ? (gint64) info.st_mtime / DAY_SECS : today ();
  return TRUE;
}

IstLogFile *
ist_log_file_open (const char *path, guint64 rotate_bytes, guint keep_files, GError **error)
{
  IstLogFile *self = g_new0 (IstLogFile, 1);
  g_autofree char *folder = g_path_get_dirname (path);

  self->path = g_strdup (path);
  self->rotate_bytes = rotate_bytes != 0 ? rotate_bytes : DEFAULT_ROTATE;
  self->keep_files = keep_files != 0 ? keep_files : DEFAULT_KEEP;
  g_mkdir_with_parents (folder, 0750);
  if (open_file (self))
    return self;
  g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "open log %s: %s", path, g_strerror (errno));
  ist_log_file_close (self);
  return NULL;
}

void
ist_log_file_close (IstLogFile *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    g_close (self->fd, NULL);
  g_free (self->path);
  g_free (self);
}

static char *
finished_name (const IstLogFile *self)
{
  g_autoptr (GDateTime) now
      = g_date_time_new_from_unix_utc (ist_clock_wall_usecs () / G_USEC_PER_SEC);
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%d-%H%M%S");

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.%s.%03u", self->path, stamp, i);

      if (!g_file_test (name, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&name);
    }
  return g_strdup_printf ("%s.%s.999", self->path, stamp);
}

static gint
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
remove_oldest (const IstLogFile *self)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *base = g_path_get_basename (self->path);
  g_autofree char *prefix = g_strconcat (base, ".2", NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, prefix))
      g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (names, by_name);
  for (guint i = 0; i + self->keep_files < names->len; i++)
    g_unlink (g_ptr_array_index (names, i));
}

static void
rotate (IstLogFile *self)
{
  g_autofree char *name = finished_name (self);

  g_close (self->fd, NULL);
  self->fd = -1;
  g_rename (self->path, name);
  remove_oldest (self);
  open_file (self);
}

/* A line is never split over two files: the cut falls on line ends only. */
static gsize
write_lines (IstLogFile *self, const char *lines, gsize size)
{
  gsize done = 0;

  while (done < size)
    {
      gssize n = write (self->fd, lines + done, size - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      done += (gsize) n;
    }
  self->size += done;
  return done;
}

gsize
ist_log_file_write (IstLogFile *self, const char *lines, gsize size_bytes, gboolean reopen)
{
  gsize done = 0;

  if (reopen && self->fd >= 0)
    {
      g_close (self->fd, NULL);
      self->fd = -1;
    }
  if (self->fd < 0 && !open_file (self))
    return 0;
  while (done < size_bytes && self->fd >= 0)
    {
      gsize room, take;
      const char *end;

      if ((self->size >= self->rotate_bytes || self->day != today ()) && self->size > 0)
        rotate (self);
      self->day = today ();
      if (self->fd < 0)
        break;
      room = (gsize) (self->rotate_bytes - MIN (self->size, self->rotate_bytes));
      take = size_bytes - done;
      if (take > room)
        {
          end = memchr (lines + done + room, '\n', take - room);
          take = end != NULL ? (gsize) (end - (lines + done)) + 1 : take;
        }
      room = write_lines (self, lines + done, take);
      done += room;
      if (room < take)
        break;
    }
  return done;
}
