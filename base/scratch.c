#include "base/scratch.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>

#ifndef O_CLOEXEC
#define O_CLOEXEC 0
#endif

struct _IstScratch
{
  GByteArray *memory; /* NULL: `file` has it */
  FILE *file;
  char *path; /* NULL: the file has no name any more */
  gsize size;
};

static char *folder; /* set once, before there are threads */

void
ist_scratch_set_folder (const char *path)
{
  g_free (folder);
  folder = g_strdup (path);
}

const char *
ist_scratch_folder (void)
{
  return folder != NULL ? folder : g_get_tmp_dir ();
}

/* Where an open file can be removed it is gone from now on, whatever happens to this process. */
int
ist_scratch_create (char **path, GError **error)
{
  g_autofree char *name = g_build_filename (ist_scratch_folder (), "isthmus-XXXXXX", NULL);
  int fd = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0600);

  *path = NULL;
  if (fd < 0)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "create a temporary file in %s: %s", ist_scratch_folder (),
                   g_strerror (errno));
      return -1;
    }
  if (g_unlink (name) != 0)
    *path = g_steal_pointer (&name);
  return fd;
}

IstScratch *
ist_scratch_new (void)
{
  IstScratch *self = g_new0 (IstScratch, 1);

  self->memory = g_byte_array_new ();
  return self;
}

void
ist_scratch_free (IstScratch *self)
{
  if (self == NULL)
    return;
  if (self->memory != NULL)
    g_byte_array_unref (self->memory);
  if (self->file != NULL)
    fclose (self->file);
  if (self->path != NULL)
    g_unlink (self->path);
  g_free (self->path);
  g_free (self);
}

static gboolean
fail_to_write (GError **error)
{
  g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "write a temporary file in %s: %s", ist_scratch_folder (),
               g_strerror (errno));
  return FALSE;
}

static gboolean
write_file (IstScratch *self, const void *data, gsize size_bytes, GError **error)
{
  return fwrite (data, 1, size_bytes, self->file) == size_bytes || fail_to_write (error);
}

static gboolean
move_to_file (IstScratch *self, GError **error)
{
  int fd = ist_scratch_create (&self->path, error);

  if (fd < 0)
    return FALSE;
  self->file = fdopen (fd, "w+b");
  if (self->file == NULL)
    {
      g_close (fd, NULL);
      return fail_to_write (error);
    }
  if (!write_file (self, self->memory->data, self->memory->len, error))
    return FALSE;
  g_clear_pointer (&self->memory, g_byte_array_unref);
  return TRUE;
}

gboolean
ist_scratch_write (gpointer scratch, const char *data, gsize size_bytes, GError **error)
{
  IstScratch *self = scratch;

  if (self->memory != NULL && self->size + size_bytes > IST_SCRATCH_MEMORY && !move_to_file (self, error))
    return FALSE;
  self->size += size_bytes;
  if (self->memory == NULL)
    return write_file (self, data, size_bytes, error);
  g_byte_array_append (self->memory, (const guint8 *) data, (guint) size_bytes);
  return TRUE;
}

gsize
ist_scratch_size (const IstScratch *self)
{
  return self->size;
}

IstBody *
ist_scratch_finish (IstScratch *self, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GMappedFile) map = NULL;
  g_autoptr (GError) local = NULL;

  if (self->memory != NULL)
    {
      bytes = g_byte_array_free_to_bytes (g_steal_pointer (&self->memory));
      return ist_body_new_bytes (bytes);
    }
  if (fflush (self->file) != 0)
    {
      fail_to_write (error);
      return NULL;
    }
  map = g_mapped_file_new_from_fd (fileno (self->file), FALSE, &local);
  if (map == NULL)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "map a temporary file in %s: %s", ist_scratch_folder (),
                   local->message);
      return NULL;
    }
  bytes = g_mapped_file_get_bytes (map);
  return ist_body_new_bytes (bytes);
}
