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

/* Files carry the id they were made with. One that is no id was put there by somebody: it goes only while
 * no backup was put in place. */
static gboolean
is_ours (const char *name, gint64 from, gint64 next_id)
{
  gint64 id = ist_queue_id_parse (name);

  return id != 0 ? id >= from && id < next_id : from == 0;
}

/* Crash rule 4. The folder carries the database's own id, so a foreign database never sweeps another's
 * files. */
gboolean
ist_queue_sweep (IstStore *store, gint64 from, gint64 next_id, GPtrArray *notes, GError **error)
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

      if (!g_hash_table_contains (wanted, names[i]) && is_ours (names[i], from, next_id)
          && ist_durable_unlink (path, NULL))
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

static char *
read_database_id (IstDb *db)
{
  sqlite3_stmt *s = ist_db_prepare (db, "SELECT value FROM meta WHERE key = 'database-id'", NULL);
  char *id = s != NULL && ist_db_step (db, s, NULL) ? ist_db_column_dup (s, 0) : NULL;

  if (id != NULL)
    sqlite3_reset (s);
  return id != NULL ? id : g_strdup ("");
}

/* Who sent it and to whom it had yet to go: without that a message cannot be sent on. */
static char *
read_envelope (IstDb *db, gint64 message, const char *sender)
{
  sqlite3_stmt *s = ist_db_prepare (db, "SELECT address FROM recipient WHERE id BETWEEN ?1 AND ?2 AND"
                                        " parent = 0 AND state < 4", NULL);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "MAIL FROM:<%s>\r\n", sender);
  if (s == NULL)
    return g_string_free (text, FALSE);
  sqlite3_bind_int64 (s, 1, message << IST_QUEUE_RCPT_BITS);
  sqlite3_bind_int64 (s, 2, (message << IST_QUEUE_RCPT_BITS) | IST_QUEUE_MAX_ROWS);
  while (ist_db_step (db, s, NULL))
    g_string_append_printf (text, "RCPT TO:<%s>\r\n", (const char *) sqlite3_column_text (s, 0));
  return g_string_free (text, FALSE);
}

static gboolean
export_text (sqlite3_stmt *s, const char *bodies, const char *path)
{
  const char *file = (const char *) sqlite3_column_text (s, 3);
  g_autofree char *from = file != NULL ? g_build_filename (bodies, file, NULL) : NULL;
  g_autoptr (IstBody) body = from != NULL ? ist_durable_load (from, NULL) : NULL;
  gsize size = 0;
  const char *data = body != NULL ? ist_body_data (body, &size) : NULL;

  if (from != NULL)
    return body != NULL && write_file (path, data, size);
  return write_file (path, sqlite3_column_blob (s, 2), (gsize) sqlite3_column_bytes (s, 2));
}

/* Row by row until SQLite gives up. What is saved already is not counted again. */
static guint
export_rows (IstDb *db, const char *sql, const char *bodies, const char *folder)
{
  sqlite3_stmt *s = ist_db_prepare (db, sql, NULL);
  guint n = 0;

  while (s != NULL && ist_db_step (db, s, NULL))
    {
      gint64 message = sqlite3_column_int64 (s, 0);
      g_autofree char *id = ist_queue_id_format (message, "");
      g_autofree char *text = g_strdup_printf ("%s/%s.eml", folder, id);
      g_autofree char *beside = g_strdup_printf ("%s/%s.envelope", folder, id);
      g_autofree char *envelope = read_envelope (db, message, (const char *) sqlite3_column_text (s, 1));

      n += export_text (s, bodies, text) && write_file (beside, envelope, strlen (envelope));
    }
  return n;
}

/* From both ends, so that what lies behind a lost page is saved too. */
static guint
export_readable (const char *db_path, const char *folder)
{
  g_autoptr (IstDb) db = ist_db_open_reader (db_path, NULL);
  g_autofree char *database_id = db != NULL ? read_database_id (db) : NULL;
  g_autofree char *bodies = NULL;

  if (db == NULL)
    return 0;
  bodies = g_build_filename (folder, "bodies", database_id, NULL);
  return export_rows (db, "SELECT id, sender, body, body_file FROM message ORDER BY id", bodies, folder)
         + export_rows (db, "SELECT id, sender, body, body_file FROM message ORDER BY id DESC", bodies,
                        folder);
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

  /* The marker comes first: whatever interrupts this, no start makes an empty queue. */
  ist_durable_mkdir (folder, NULL);
  write_file (marker, folder, strlen (folder));
  ist_durable_sync_dir (directory, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *from = g_build_filename (directory, parts[i], NULL);
      g_autofree char *to = g_build_filename (folder, parts[i], NULL);

      if (ist_durable_exists (from))
        ist_durable_rename (from, to, NULL);
    }
  ist_durable_sync_dir (directory, NULL);
  n = export_readable (db, folder);
  g_set_error (error, IST_ERROR, IST_ERROR_DAMAGED,
               "the queue is damaged (%s); it was moved to %s, %u readable messages are there as .eml, each with "
               "its .envelope. "
               "Look at them, then remove %s to start with an empty queue",
               why, folder, n, marker);
}
