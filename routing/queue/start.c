/*
 * routing/queue/start.c - what a start does before any mail: a new database, checks of an old one, the sweep.
 */
#include "base/error.h"
#include "routing/queue/queue-ops.h"

#include <string.h>

#define WEEK_USECS (G_GINT64_CONSTANT (7 * 86400) * G_USEC_PER_SEC)

/* Crash rule 6: a service manager that starts us again must not make an empty queue of a damaged one. */
static gboolean
check_marker (IstQueue *self, GError **error)
{
  g_autofree char *marker = g_build_filename (self->directory, IST_QUEUE_MARKER, NULL);

  if (!ist_durable_exists (marker))
    return TRUE;
  g_set_error (error, IST_ERROR, IST_ERROR_CONFIG,
               "the queue was damaged and set aside in %s/damaged-...; look at it, then remove %s",
               self->directory, marker);
  return FALSE;
}

/* ---- a new database ---- */

static gboolean
remove_leftovers (const char *path, GError **error)
{
  static const char *const ends[] = { "", "-journal", "-wal", "-shm" };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *name = g_strconcat (path, ends[i], NULL);

      if (ist_durable_exists (name) && !ist_durable_unlink (name, error))
        return FALSE;
    }
  return TRUE;
}

/* Made under another name and renamed when it is complete and synced: SQLite does not say when its own sync
 * of the folder failed, so the name is one that we synced. */
static gboolean
make_database (IstQueue *self, GError **error)
{
  g_autofree char *path = g_strconcat (self->path, ".new", NULL);
  g_autofree char *parent = g_path_get_dirname (self->directory);
  IstDb *db;
  gboolean ok;

  if (ist_durable_exists (self->path))
    return TRUE;
  /* A start that was cut short may have made the folder and not come to sync its name. */
  if (!ist_durable_sync_dir (parent, error) || !remove_leftovers (path, error))
    return FALSE;
  db = ist_db_open (path, &ist_queue_db_kind, TRUE, error);
  if (db == NULL)
    return FALSE;
  ok = ist_db_number (db, "PRAGMA wal_checkpoint(TRUNCATE)", 1) == 0;
  ist_db_close (db);
  if (!ok)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "%s cannot be written", path);
      return FALSE;
    }
  return ist_durable_rename (path, self->path, error)
         && ist_durable_sync_dir (self->directory, error);
}

/* ---- an old one ---- */

static char *
unclean_path (IstQueue *self)
{
  return g_build_filename (self->directory, "unclean", NULL);
}

/* An orderly end leaves no WAL: then nothing was under way and the file is not read through. */
static gboolean
was_closed (IstQueue *self)
{
  g_autofree char *wal = g_strconcat (self->path, "-wal", NULL);
  g_autofree char *unclean = unclean_path (self);

  return ist_durable_size (wal) == 0 && !ist_durable_exists (unclean);
}

void
ist_queue_mark_unclean (IstQueue *self)
{
  g_autofree char *path = unclean_path (self);
  IstDurableFile *file = ist_durable_create (path, NULL);

  if (file != NULL)
    ist_durable_finish (file, NULL);
}

/* Crash rule 5: a sync may have failed and the program been killed before it could repair anything. What is
 * read as committed now must be on the disk before something is built on it. */
static gboolean
rewrite_wal (IstQueue *self, GError **error)
{
  g_autofree char *wal = g_strconcat (self->path, "-wal", NULL);

  return ist_durable_rewrite (wal, error);
}

static gboolean
check_database (IstQueue *self, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (self->store.db, "PRAGMA quick_check(1)", error);
  g_autofree char *answer = NULL;
  g_autofree char *unclean = unclean_path (self);

  if (s == NULL || !ist_db_step (self->store.db, s, error))
    return FALSE;
  answer = ist_db_column_dup (s, 0);
  sqlite3_reset (s);
  if (g_strcmp0 (answer, "ok") == 0)
    return ist_durable_unlink (unclean, error);
  g_set_error (error, IST_ERROR, IST_ERROR_DAMAGED, "%s: %s", self->path, answer);
  return FALSE;
}

static char *
read_meta (IstQueue *self, const char *key, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (self->store.db, "SELECT value FROM meta WHERE key = ?1", error);
  char *value = NULL;

  if (s == NULL)
    return NULL;
  ist_db_bind_text (s, 1, key);
  if (ist_db_step (self->store.db, s, error))
    value = ist_db_column_dup (s, 0);
  else if (error != NULL && *error == NULL)
    g_set_error (error, IST_ERROR, IST_ERROR_DAMAGED, "%s: the row \"%s\" is missing", self->path, key);
  sqlite3_reset (s);
  return value;
}

/* The folder of body files. All names are durable before anything is written, also that of the WAL, which
 * the reading has made. */
static gboolean
find_bodies (IstQueue *self, GError **error)
{
  g_autofree char *id = read_meta (self, "database-id", error);
  g_autofree char *bodies = g_build_filename (self->directory, "bodies", NULL);

  if (id == NULL || (self->trace_key = read_meta (self, "trace-key", error)) == NULL)
    return FALSE;
  self->store.bodies = g_build_filename (bodies, id, NULL);
  self->last_id = ist_db_number (self->store.db, "SELECT max(id) FROM message", 0);
  return ist_durable_mkdir (self->store.bodies, error) && ist_durable_sync_dir (bodies, error)
         && ist_durable_sync_dir (self->directory, error);
}

/* ---- restored? ---- */

static char *
start_prefix (IstQueue *self)
{
  g_autofree char *id = g_path_get_basename (self->store.bodies);

  return g_strdup_printf ("start-%s-", id);
}

/* The highest start that left its file ("start-ID-NUMBER"); older ones than `keep` are removed. */
static gint64
starts_seen (IstQueue *self, gint64 keep)
{
  g_autofree char *prefix = start_prefix (self);
  g_auto (GStrv) names = ist_durable_list (self->directory);
  gint64 highest = 0;

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (self->directory, names[i], NULL);
      gint64 number;

      if (!g_str_has_prefix (names[i], prefix))
        continue;
      number = g_ascii_strtoll (names[i] + strlen (prefix), NULL, 10);
      highest = MAX (highest, number);
      if (number < keep)
        ist_durable_unlink (path, NULL);
    }
  return highest;
}

/* Committed first, then the file: so only a database from a backup knows of fewer starts than the files. */
static gboolean
write_start (IstQueue *self, gint64 number, gint64 sweep_from, GError **error)
{
  g_autofree char *sql = g_strdup_printf (
      "BEGIN IMMEDIATE; INSERT OR REPLACE INTO meta VALUES ('start', %" G_GINT64_FORMAT
      "), ('sweep-from', %" G_GINT64_FORMAT "); COMMIT;",
      number, sweep_from);
  g_autofree char *prefix = start_prefix (self);
  g_autofree char *path
      = g_strdup_printf ("%s/%s%" G_GINT64_FORMAT, self->directory, prefix, number);
  IstDurableFile *file;

  if (!ist_db_exec (self->store.db, sql, error))
    {
      ist_db_exec (self->store.db, "ROLLBACK", NULL);
      return FALSE;
    }
  file = ist_durable_create (path, error);
  if (file == NULL)
    return FALSE;
  ist_durable_abandon (file);
  if (!ist_durable_sync_dir (self->directory, error))
    return FALSE;
  starts_seen (self, number);
  return TRUE;
}

/* Counts this start. A database older than its folder came from a backup: files that were there before are
 * left alone for good, because a message may belong to them that this database does not know. A full disk is
 * no reason not to start. */
static gint64
count_start (IstQueue *self, gint64 next_id)
{
  g_autofree char *told = g_build_filename (self->directory, IST_QUEUE_RESTORED, NULL);
  g_autoptr (GError) error = NULL;
  gint64 number = ist_db_number (self->store.db, "SELECT value + 0 FROM meta WHERE key = 'start'", 0);
  gint64 from = ist_db_number (self->store.db, "SELECT value + 0 FROM meta WHERE key = 'sweep-from'", 0);
  gint64 seen = starts_seen (self, 0);
  gboolean restored = seen > number || ist_durable_exists (told);

  if (restored)
    {
      from = next_id;
      g_ptr_array_add (self->notes,
                       g_strdup ("the queue comes from a backup: message texts without a queue entry "
                                 "that are older than this start are kept"));
    }
  if (!write_start (self, MAX (number, seen) + 1, from, &error))
    g_ptr_array_add (self->notes, g_strdup_printf ("this start could not be noted in the queue: %s",
                                                   error->message));
  else if (restored)
    ist_durable_unlink (told, NULL);
  return from;
}

/* ---- all ---- */

gboolean
ist_queue_start (IstQueue *self, GError **error)
{
  gint64 now = ist_queue_now (self);
  gboolean closed;
  gint64 from, next_id;

  if (!check_marker (self, error) || !make_database (self, error))
    return FALSE;
  self->store.node = g_strdup (self->node);
  closed = was_closed (self);
  if (!closed && !rewrite_wal (self, error))
    return FALSE;
  self->store.db = ist_db_open (self->path, &ist_queue_db_kind, FALSE, error);
  if (self->store.db == NULL || (!closed && !check_database (self, error))
      || !find_bodies (self, error)
      || !ist_store_totals (&self->store, &self->n_messages, &self->n_bytes, error)
      || !ist_store_clamp_due (&self->store, now, now + WEEK_USECS, error))
    return FALSE;
  next_id = ist_queue_next_id (self);
  from = count_start (self, next_id);
  return ist_queue_sweep (&self->store, from, next_id, self->notes, error);
}
