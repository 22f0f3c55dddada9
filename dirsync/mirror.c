/*
 * dirsync/mirror.c - the mirror and all its SQL.
 */
#include "dirsync/mirror.h"

#include "base/clock.h"
#include "base/db.h"
#include "base/error.h"
#include "dirsync/object.h"

#include <glib/gstdio.h>
#include <string.h>

#define MAX_READERS 16
#define MAX_FILE_BYTES (512 * 1024 * 1024)

static const IstDbKind mirror_kind = {
  .application_id = 0x49734469, /* "IsDi" */
  .version = 2,
  .schema = "CREATE TABLE source (name TEXT PRIMARY KEY, side INTEGER NOT NULL, loaded INTEGER NOT NULL,"
            " stamp TEXT NOT NULL) WITHOUT ROWID;"
            "CREATE TABLE object (id INTEGER PRIMARY KEY, source TEXT NOT NULL, side INTEGER NOT NULL,"
            " primary_address TEXT NOT NULL, forward TEXT, display_name TEXT, notes_name TEXT,"
            " groups TEXT, is_group INTEGER NOT NULL, language TEXT);"
            "CREATE TABLE lookup (key TEXT NOT NULL, object INTEGER NOT NULL, PRIMARY KEY (key, object))"
            " WITHOUT ROWID;"
            "CREATE INDEX object_source ON object (source);",
};

struct _IstMirror
{
  char *path;
  GMutex mutex; /* the writing connection */
  IstDb *db;
  guint n_expected; /* configured sources, under `mutex` */
  GAsyncQueue *readers;
  GMutex age_mutex;
  gint64 oldest_load; /* wall microseconds; 0: no source */
  gboolean incomplete; /* a configured source has never been read */
  gint64 max_age_secs;
  IstDirectory directory;
};

/* ---- readers ---- */

static IstDb *
take_reader (IstMirror *self)
{
  IstDb *db = g_async_queue_try_pop (self->readers);

  return db != NULL ? db : ist_db_open_reader (self->path, NULL);
}

static void
give_back (IstMirror *self, IstDb *db)
{
  if (db == NULL)
    return;
  if (g_async_queue_length (self->readers) >= MAX_READERS)
    ist_db_close (db);
  else
    g_async_queue_push (self->readers, db);
}

/* ---- the answers ---- */

static gint64
age_secs (gpointer user)
{
  IstMirror *self = user;
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->age_mutex);

  if (self->incomplete)
    return G_MAXINT64;
  if (self->oldest_load == 0)
    return -1;
  return MAX (0, (ist_clock_wall_usecs () - self->oldest_load) / G_USEC_PER_SEC);
}

/* Too old to be believed at all. */
static gboolean
is_stale (IstMirror *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->age_mutex);

  if (self->oldest_load == 0)
    return TRUE;
  return self->max_age_secs > 0
         && ist_clock_wall_usecs () - self->oldest_load > self->max_age_secs * G_USEC_PER_SEC;
}

static gboolean
is_incomplete (IstMirror *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->age_mutex);

  return self->incomplete;
}

static void
read_person (sqlite3_stmt *s, IstPerson *person)
{
  g_autofree char *groups = ist_db_column_dup (s, 5);

  person->side = (IstSide) sqlite3_column_int (s, 0);
  person->primary = ist_db_column_dup (s, 1);
  person->forward = ist_db_column_dup (s, 2);
  person->display_name = ist_db_column_dup (s, 3);
  person->notes_name = ist_db_column_dup (s, 4);
  person->groups = groups != NULL ? g_strsplit (groups, "\n", -1) : NULL;
  person->is_group = sqlite3_column_int (s, 6) != 0;
  person->language = ist_db_column_dup (s, 7);
}

static IstDirectoryAnswer
look_up (IstDb *db, const char *key, IstPerson *person)
{
  sqlite3_stmt *s = ist_db_prepare (
      db,
      "SELECT o.side, o.primary_address, o.forward, o.display_name, o.notes_name, o.groups, o.is_group, o.language"
      " FROM lookup l JOIN object o ON o.id = l.object WHERE l.key = ?1 LIMIT 2",
      NULL);
  g_auto (IstPerson) found = { 0 };
  gboolean second;

  if (s == NULL)
    return IST_DIRECTORY_STALE;
  ist_db_bind_text (s, 1, key);
  if (!ist_db_step (db, s, NULL))
    return IST_DIRECTORY_UNKNOWN;
  read_person (s, &found);
  second = ist_db_step (db, s, NULL);
  sqlite3_reset (s);
  if (second)
    return IST_DIRECTORY_AMBIGUOUS;
  *person = found;
  memset (&found, 0, sizeof found);
  return IST_DIRECTORY_FOUND;
}

static IstDirectoryAnswer
who_is (gpointer user, const char *text, IstPerson *person)
{
  IstMirror *self = user;
  g_autofree char *key = ist_object_key (text);
  IstDirectoryAnswer answer;
  IstDb *db;

  if (key == NULL)
    return IST_DIRECTORY_UNKNOWN;
  if (is_stale (self))
    return IST_DIRECTORY_STALE;
  db = take_reader (self);
  answer = db != NULL ? look_up (db, key, person) : IST_DIRECTORY_STALE;
  give_back (self, db);
  /* Whom the sources read so far do not know may stand in the one that is missing. */
  if (answer == IST_DIRECTORY_UNKNOWN && is_incomplete (self))
    return IST_DIRECTORY_STALE;
  return answer;
}

/* ---- life ---- */

static void
refresh_age (IstMirror *self)
{
  gint64 oldest = ist_db_number (self->db, "SELECT min(loaded) FROM source", 0);
  gint64 loaded = ist_db_number (self->db, "SELECT count(*) FROM source", 0);

  g_mutex_lock (&self->age_mutex);
  self->oldest_load = oldest;
  self->incomplete = loaded < (gint64) self->n_expected;
  g_mutex_unlock (&self->age_mutex);
}

/* Version 1 knew no languages; every source is read anew to get them. */
static gboolean
upgrade (IstDb *db, GError **error)
{
  return ist_db_number (db, "PRAGMA user_version", 0) >= mirror_kind.version
         || ist_db_exec (db,
                         "BEGIN IMMEDIATE; ALTER TABLE object ADD COLUMN language TEXT; UPDATE source SET stamp = '';"
                         " PRAGMA user_version = 2; COMMIT;",
                         error);
}

IstMirror *
ist_mirror_open (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  IstMirror *self = g_new0 (IstMirror, 1);

  g_mkdir_with_parents (folder, 0700);
  g_mutex_init (&self->mutex);
  g_mutex_init (&self->age_mutex);
  self->path = g_strdup (path);
  self->readers = g_async_queue_new_full ((GDestroyNotify) ist_db_close);
  self->directory = (IstDirectory){ self, who_is, age_secs };
  self->db = ist_db_open (path, &mirror_kind, TRUE, error);
  if (self->db == NULL || !upgrade (self->db, error))
    {
      ist_mirror_close (self);
      return NULL;
    }
  refresh_age (self);
  return self;
}

void
ist_mirror_close (IstMirror *self)
{
  if (self == NULL)
    return;
  g_async_queue_unref (self->readers);
  ist_db_close (self->db);
  g_mutex_clear (&self->mutex);
  g_mutex_clear (&self->age_mutex);
  g_free (self->path);
  g_free (self);
}

void
ist_mirror_set_max_age (IstMirror *self, gint64 secs)
{
  g_mutex_lock (&self->age_mutex);
  self->max_age_secs = secs;
  g_mutex_unlock (&self->age_mutex);
}

const IstDirectory *
ist_mirror_directory (IstMirror *self)
{
  return &self->directory;
}

guint64
ist_mirror_count (IstMirror *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return (guint64) ist_db_number (self->db, "SELECT count(*) FROM object", 0);
}

/* ---- loading ---- */

typedef struct
{
  IstMirror *mirror;
  const char *source;
  IstSide side;
  char *stamp;
  int n;
} Load;

/* Time and size of a file: whether it is still the one that was loaded. NULL when there is none. */
static char *
file_stamp (const char *file)
{
  GStatBuf info;

  if (g_stat (file, &info) != 0)
    return NULL;
  return g_strdup_printf ("%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT, (gint64) info.st_mtime,
                          (gint64) info.st_size);
}

static gboolean
insert_key (Load *self, gint64 object, const char *text, GError **error)
{
  g_autofree char *key = ist_object_key (text);
  sqlite3_stmt *s;

  if (key == NULL)
    return TRUE;
  s = ist_db_prepare (self->mirror->db, "INSERT OR IGNORE INTO lookup VALUES (?1, ?2)", error);
  if (s == NULL)
    return FALSE;
  ist_db_bind_text (s, 1, key);
  sqlite3_bind_int64 (s, 2, object);
  return ist_db_run (self->mirror->db, s, error);
}

static char *
join (const GPtrArray *texts)
{
  GString *out = texts->len > 0 ? g_string_new (NULL) : NULL;

  for (guint i = 0; i < texts->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? "\n" : "", (char *) g_ptr_array_index (texts, i));
  return out != NULL ? g_string_free (out, FALSE) : NULL;
}

static gboolean
insert_object (Load *self, const IstObject *object, gint64 *id, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (self->mirror->db,
                                    "INSERT INTO object (source, side, primary_address, forward,"
                                    " display_name, notes_name, groups, is_group, language)"
                                    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                                    error);
  g_autofree char *groups = join (object->groups);

  if (s == NULL)
    return FALSE;
  ist_db_bind_text (s, 1, self->source);
  sqlite3_bind_int (s, 2, (int) self->side);
  ist_db_bind_text (s, 3, object->primary);
  ist_db_bind_text (s, 4, object->forward);
  ist_db_bind_text (s, 5, object->display_name);
  ist_db_bind_text (s, 6, object->notes_name);
  ist_db_bind_text (s, 7, groups);
  sqlite3_bind_int (s, 8, object->is_group);
  ist_db_bind_text (s, 9, object->language);
  if (!ist_db_run (self->mirror->db, s, error))
    return FALSE;
  *id = sqlite3_last_insert_rowid (ist_db_handle (self->mirror->db));
  return TRUE;
}

static gboolean
take_object (gpointer user, IstObject *taken, GError **error)
{
  Load *self = user;
  g_autoptr (IstObject) object = taken;
  gint64 id;

  if (!insert_object (self, object, &id, error) || !insert_key (self, id, object->primary, error)
      || (object->notes_name != NULL && !insert_key (self, id, object->notes_name, error)))
    return FALSE;
  for (guint i = 0; i < object->keys->len; i++)
    if (!insert_key (self, id, g_ptr_array_index (object->keys, i), error))
      return FALSE;
  self->n++;
  return TRUE;
}

static gboolean
run_with_source (IstMirror *self, const char *sql, const char *source, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (self->db, sql, error);

  if (s == NULL)
    return FALSE;
  ist_db_bind_text (s, 1, source);
  return ist_db_run (self->db, s, error);
}

static gboolean
insert_source (const Load *self, GError **error)
{
  sqlite3_stmt *s
      = ist_db_prepare (self->mirror->db, "INSERT INTO source VALUES (?1, ?2, ?3, ?4)", error);

  if (s == NULL)
    return FALSE;
  ist_db_bind_text (s, 1, self->source);
  sqlite3_bind_int (s, 2, (int) self->side);
  sqlite3_bind_int64 (s, 3, ist_clock_wall_usecs ());
  ist_db_bind_text (s, 4, self->stamp);
  return ist_db_run (self->mirror->db, s, error);
}

static gboolean
forget_source (IstMirror *self, const char *source, GError **error)
{
  return run_with_source (self,
                          "DELETE FROM lookup WHERE object IN (SELECT id FROM object WHERE source = ?1)",
                          source, error)
         && run_with_source (self, "DELETE FROM object WHERE source = ?1", source, error)
         && run_with_source (self, "DELETE FROM source WHERE name = ?1", source, error);
}

/* An empty directory is a mistake of the export and would have all mail refused. */
static gboolean
check_count (const Load *self, const char *file, GError **error)
{
  if (self->n == 0)
    g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "%s: there is nobody with a mail address in it", file);
  return self->n > 0;
}

static gboolean
load_text (Load *self, const char *file, const char *text, GError **error)
{
  IstMirror *mirror = self->mirror;
  g_autofree char *lower = g_ascii_strdown (file, -1);

  return forget_source (mirror, self->source, error)
         && (g_str_has_suffix (lower, ".ldif") ? ist_ldif_read (file, text, take_object, self, error)
                                               : ist_csv_read (file, text, take_object, self, error))
         && check_count (self, file, error)
         && insert_source (self, error);
}

/* Whole and UTF-8, or not at all: a name in another character set would be a name nobody finds. */
static char *
read_file (const char *file, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) local = NULL;
  const char *bad;
  GStatBuf info;
  gsize size;
  guint line = 1;

  if (g_stat (file, &info) == 0 && info.st_size > MAX_FILE_BYTES)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "directory file %s has more than %d bytes", file,
                   MAX_FILE_BYTES);
      return NULL;
    }
  if (!g_file_get_contents (file, &text, &size, &local))
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "directory file: %s", local->message);
      return NULL;
    }
  if (g_utf8_validate (text, (gssize) size, &bad))
    return g_steal_pointer (&text);
  for (const char *p = text; p < bad; p++)
    line += *p == '\n';
  g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "%s:%u: this is no UTF-8 text; save the file as UTF-8", file,
               line);
  return NULL;
}

int
ist_mirror_load_file (IstMirror *self, const char *source, IstSide side, const char *file,
                      GError **error)
{
  g_autofree char *stamp = file_stamp (file);
  Load load = { self, source, side, stamp, 0 };
  g_autofree char *text = read_file (file, error);
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = NULL;

  if (text == NULL)
    return -1;
  lock = g_mutex_locker_new (&self->mutex);
  if (!ist_db_exec (self->db, "BEGIN IMMEDIATE", error))
    return -1;
  if (!load_text (&load, file, text, error) || !ist_db_exec (self->db, "COMMIT", error))
    {
      ist_db_exec (self->db, "ROLLBACK", NULL);
      return -1;
    }
  ist_db_exec (self->db, "PRAGMA wal_checkpoint(PASSIVE)", NULL);
  refresh_age (self);
  return load.n;
}

gboolean
ist_mirror_confirm (IstMirror *self, const char *source, const char *file)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  g_autofree char *stamp = file_stamp (file);
  sqlite3_stmt *s = ist_db_prepare (
      self->db, "UPDATE source SET loaded = ?2 WHERE name = ?1 AND stamp = ?3", NULL);

  if (s == NULL || stamp == NULL)
    return FALSE;
  ist_db_bind_text (s, 1, source);
  sqlite3_bind_int64 (s, 2, ist_clock_wall_usecs ());
  ist_db_bind_text (s, 3, stamp);
  if (!ist_db_run (self->db, s, NULL) || sqlite3_changes (ist_db_handle (self->db)) != 1)
    return FALSE;
  refresh_age (self);
  return TRUE;
}

static gboolean
forget_all_but (IstMirror *self, const char *const *sources, GError **error)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *s = ist_db_prepare (self->db, "SELECT name FROM source", error);

  if (s == NULL)
    return FALSE;
  while (ist_db_step (self->db, s, NULL))
    if (!g_strv_contains (sources, (const char *) sqlite3_column_text (s, 0)))
      g_ptr_array_add (gone, ist_db_column_dup (s, 0));
  for (guint i = 0; i < gone->len; i++)
    if (!forget_source (self, g_ptr_array_index (gone, i), error))
      return FALSE;
  return TRUE;
}

gboolean
ist_mirror_keep_only (IstMirror *self, const char *const *sources, GError **error)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  if (!ist_db_exec (self->db, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (!forget_all_but (self, sources, error) || !ist_db_exec (self->db, "COMMIT", error))
    {
      ist_db_exec (self->db, "ROLLBACK", NULL);
      return FALSE;
    }
  self->n_expected = g_strv_length ((char **) sources);
  refresh_age (self);
  return TRUE;
}
