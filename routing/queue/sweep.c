#include "routing/queue/queue-private.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>

typedef struct
{
  IstStore *store;
  GHashTable *wanted; /* file names that rows name */
  GArray *lost;       /* messages whose file is missing */
} Sweep;

static void
look_at_row (gpointer user, gint64 message, const char *file)
{
  Sweep *self = user;
  g_autofree char *path = g_build_filename (self->store->bodies, file, NULL);

  g_hash_table_add (self->wanted, g_strdup (file));
  if (!ist_durable_exists (path))
    g_array_append_val (self->lost, message);
}

/* Crash rule 4. Runs before the listeners open, so every file here is older than this start; the folder
 * carries the database's own id, so a restored or foreign database never sweeps another's files. */
gboolean
ist_queue_sweep (IstStore *store, GPtrArray *notes, GError **error)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GArray) lost = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (GStrv) names = ist_durable_list (store->bodies);
  Sweep self = { store, wanted, lost };
  guint removed = 0;

  if (!ist_store_body_files (store, look_at_row, &self, error))
    return FALSE;
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (store->bodies, names[i], NULL);

      if (!g_hash_table_contains (wanted, names[i]) && ist_durable_unlink (path, NULL))
        removed++;
    }
  if (removed > 0)
    g_ptr_array_add (notes, g_strdup_printf ("%u message texts without a queue entry removed (they were "
                                             "never acknowledged)", removed));
  for (guint i = 0; i < lost->len; i++)
    {
      gint64 message = g_array_index (lost, gint64, i);
      g_autofree char *id = ist_queue_id_format (message, store->node);

      if (!ist_store_mark_dead (store, message, "the file with the message text is missing", error))
        return FALSE;
      g_ptr_array_add (notes, g_strdup_printf ("%s: the file with the message text is missing; the "
                                               "entry is kept as dead", id));
    }
  return TRUE;
}

/* ---- crash rule 6 ---- */

static gboolean
write_file (const char *path, const char *data, gsize size)
{
  IstDurableFile *file = ist_durable_create (path, NULL);

  if (file == NULL)
    return FALSE;
  if (!ist_durable_write (file, data, size, NULL))
    {
      ist_durable_abandon (file);
      return FALSE;
    }
  return ist_durable_finish (file, NULL);
}

/* Reads row by row until SQLite gives up; what could be read is saved. */
static guint
export_readable (const char *db_path, const char *folder)
{
  g_autoptr (IstDb) db = ist_db_open_reader (db_path, NULL);
  sqlite3_stmt *s
      = db != NULL ? ist_db_prepare (db, "SELECT id, body FROM message WHERE body IS NOT NULL", NULL)
                   : NULL;
  guint n = 0;

  while (s != NULL && ist_db_step (db, s, NULL))
    {
      g_autofree char *id = ist_queue_id_format (sqlite3_column_int64 (s, 0), "");
      g_autofree char *path = g_strdup_printf ("%s/%s.eml", folder, id);

      n += write_file (path, sqlite3_column_blob (s, 1), (gsize) sqlite3_column_bytes (s, 1));
    }
  return n;
}

void
ist_queue_set_aside (const char *directory, const char *why, GError **error)
{
  static const char *const parts[] = { "queue.db", "queue.db-wal", "queue.db-shm", "bodies" };
  g_autofree char *folder = g_strdup_printf ("%s/damaged-%" G_GINT64_FORMAT, directory,
                                             ist_clock_wall_usecs () / G_USEC_PER_SEC);
  g_autofree char *db = g_build_filename (folder, "queue.db", NULL);
  g_autofree char *marker = g_build_filename (directory, IST_QUEUE_MARKER, NULL);
  guint n;

  ist_durable_mkdir (folder, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *from = g_build_filename (directory, parts[i], NULL);
      g_autofree char *to = g_build_filename (folder, parts[i], NULL);

      if (ist_durable_exists (from))
        ist_durable_rename (from, to, NULL);
    }
  n = export_readable (db, folder);
  write_file (marker, folder, strlen (folder));
  g_set_error (error, IST_ERROR, IST_ERROR_DAMAGED,
               "the queue is damaged (%s); it was moved to %s, %u readable messages are there as .eml. "
               "Look at them, then remove %s to start with an empty queue",
               why, folder, n, marker);
}
