/*
 * routing/queue/spool.c - text on its way in: up to the threshold for the database, else in a file.
 *
 * The file is synced by the thread that received it, before the row that names it is written (crash
 * rule 4); a spool that is not submitted takes its file away again. A text of medium size is gathered in
 * memory, written at once and read from there: mapping its file and unmapping it again costs more than it saves.
 */
#include "routing/queue/spool.h"

#include "base/error.h"

#define GATHER_BYTES (256 * 1024)
#define LOOK_BYTES (1024 * 1024)

struct _IstQueueSpool
{
  IstStore *store;
  char *name;
  gsize threshold;
  guint64 min_free;
  gsize looked; /* size at the last look at the disk */
  GByteArray *memory;
  gsize total;
  char *path; /* NULL: no file (yet) */
  IstDurableFile *file;
  gint names;
  gboolean finished;
  gboolean kept;
};

IstQueueSpool *
ist_spool_new (IstStore *store, gsize threshold, guint64 min_free, const char *name)
{
  IstQueueSpool *self = g_new0 (IstQueueSpool, 1);

  self->store = store;
  self->threshold = threshold;
  self->min_free = min_free;
  self->name = g_strdup (name);
  self->memory = g_byte_array_sized_new (8192);
  return self;
}

void
ist_queue_spool_free (IstQueueSpool *self)
{
  if (self == NULL)
    return;
  ist_durable_abandon (self->file);
  if (self->path != NULL && !self->kept)
    ist_durable_unlink (self->path, NULL);
  g_byte_array_unref (self->memory);
  g_free (self->path);
  g_free (self->name);
  g_free (self);
}

static gboolean
begin_file (IstQueueSpool *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->store->bodies, self->name, NULL);

  self->names = g_atomic_int_get (&self->store->lost_names);
  self->file = ist_durable_create (path, error);
  if (self->file == NULL)
    return FALSE;
  self->path = g_steal_pointer (&path);
  return ist_durable_write (self->file, (const char *) self->memory->data, self->memory->len, error);
}

static gboolean
end_file (IstQueueSpool *self, GError **error)
{
  return (self->file != NULL || begin_file (self, error))
         && ist_durable_finish (g_steal_pointer (&self->file), error);
}

/* Nobody need announce a size, and many texts may come at once: each looks for itself. */
static gboolean
has_room (IstQueueSpool *self, GError **error)
{
  if (self->total - self->looked < LOOK_BYTES)
    return TRUE;
  self->looked = self->total;
  if (ist_durable_free_bytes (self->store->bodies) >= self->min_free)
    return TRUE;
  g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "insufficient system storage: the disk is nearly full");
  return FALSE;
}

gboolean
ist_queue_spool_append (IstQueueSpool *self, const char *data, gsize size_bytes, GError **error)
{
  g_return_val_if_fail (!self->finished, FALSE);
  self->total += size_bytes;
  if (self->file == NULL && self->total <= MAX (self->threshold, GATHER_BYTES))
    {
      g_byte_array_append (self->memory, (const guint8 *) data, (guint) size_bytes);
      return TRUE;
    }
  if (!has_room (self, error))
    return FALSE;
  if (self->file == NULL)
    {
      if (!begin_file (self, error))
        return FALSE;
      g_byte_array_unref (self->memory);
      self->memory = g_byte_array_new ();
    }
  return ist_durable_write (self->file, data, size_bytes, error);
}

gsize
ist_queue_spool_size (const IstQueueSpool *self)
{
  return self->total;
}

IstBody *
ist_queue_spool_finish (IstQueueSpool *self, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  g_return_val_if_fail (!self->finished, NULL);
  self->finished = TRUE;
  if (self->total > self->threshold && !end_file (self, error))
    return NULL;
  if (self->total > self->memory->len)
    return ist_durable_load (self->path, error);
  /* The array has room for twice the text, and the body may wait for days. */
  bytes = g_bytes_new_take (g_realloc (g_byte_array_free (self->memory, FALSE), self->total), self->total);
  self->memory = g_byte_array_new ();
  return ist_body_new_bytes (bytes);
}

const char *
ist_spool_file_name (const IstQueueSpool *self)
{
  return self->path != NULL ? self->name : NULL;
}

gint
ist_spool_names (const IstQueueSpool *self)
{
  return self->names;
}

void
ist_spool_keep (IstQueueSpool *self)
{
  self->kept = TRUE;
}
