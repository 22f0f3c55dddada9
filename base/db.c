#include "base/db.h"

#include "base/error.h"

struct _IstDb
{
  sqlite3 *handle;
  GHashTable *statements; /* text pointer → sqlite3_stmt */
  int last_code;
  guint wal_pages;
  guint64 commits;
};

static void
finalize (gpointer statement)
{
  sqlite3_finalize (statement);
}

static gboolean
fail (IstDb *self, const char *what, GError **error)
{
  int code = sqlite3_extended_errcode (self->handle);
  int primary = code & 0xff;

  self->last_code = code;
  g_set_error (error, IST_ERROR,
               primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ? IST_ERROR_DAMAGED
                                                                    : IST_ERROR_RETRY,
               "%s: %s", what, sqlite3_errmsg (self->handle));
  return FALSE;
}

gboolean
ist_db_exec (IstDb *self, const char *sql, GError **error)
{
  self->last_code = SQLITE_OK;
  return sqlite3_exec (self->handle, sql, NULL, NULL, NULL) == SQLITE_OK || fail (self, sql, error);
}

gint64
ist_db_number (IstDb *self, const char *sql, gint64 otherwise)
{
  sqlite3_stmt *statement;
  gint64 value = otherwise;

  if (sqlite3_prepare_v2 (self->handle, sql, -1, &statement, NULL) != SQLITE_OK)
    return otherwise;
  if (sqlite3_step (statement) == SQLITE_ROW && sqlite3_column_type (statement, 0) != SQLITE_NULL)
    value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return value;
}

static IstDb *
open_handle (const char *path, int flags, GError **error)
{
  IstDb *self = g_new0 (IstDb, 1);

  self->statements = g_hash_table_new_full (NULL, NULL, NULL, finalize);
  if (sqlite3_open_v2 (path, &self->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
    {
      fail (self, path, error);
      ist_db_close (self);
      return NULL;
    }
  sqlite3_busy_timeout (self->handle, 10000);
  return self;
}

static gboolean
check_kind (IstDb *self, const char *path, const IstDbKind *kind, GError **error)
{
  g_autofree char *stamp = NULL;
  gint64 id = ist_db_number (self, "PRAGMA application_id", -1);
  gint64 version = ist_db_number (self, "PRAGMA user_version", -1);
  gint64 tables = ist_db_number (self, "SELECT count(*) FROM sqlite_schema", -1);

  if (tables < 0 || id < 0 || version < 0)
    return fail (self, path, error);
  if (tables == 0 && id == 0)
    {
      /* All in one transaction, so that a crash leaves an empty file or one of ours. */
      stamp = g_strdup_printf ("BEGIN IMMEDIATE; PRAGMA application_id = %u; PRAGMA user_version = %d; "
                               "%s COMMIT;",
                               kind->application_id, kind->version, kind->schema);
      return ist_db_exec (self, stamp, error);
    }
  if (id != (gint64) kind->application_id)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "%s is not a file of this kind", path);
      return FALSE;
    }
  if (version > kind->version)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG,
                   "%s was written by a newer version (%d, this one knows %d); install that one", path,
                   (int) version, kind->version);
      return FALSE;
    }
  return TRUE;
}

static int
note_wal (void *data, sqlite3 *handle, const char *name, int pages)
{
  IstDb *self = data;

  self->wal_pages = (guint) pages;
  self->commits++;
  return SQLITE_OK;
}

IstDb *
ist_db_open (const char *path, const IstDbKind *kind, gboolean create, GError **error)
{
  g_autoptr (IstDb) self
      = open_handle (path, SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0), error);

  if (self == NULL
      || !ist_db_exec (self,
                       "PRAGMA page_size = " G_STRINGIFY (IST_DB_PAGE_BYTES) "; "
                       "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; "
                       "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; "
                       "PRAGMA foreign_keys = OFF; PRAGMA secure_delete = OFF; PRAGMA cache_size = -16384;",
                       error)
      || !check_kind (self, path, kind, error))
    return NULL;
  /* Takes the place of the automatic checkpoint, so it comes after that was switched off. */
  sqlite3_wal_hook (self->handle, note_wal, self);
  return g_steal_pointer (&self);
}

IstDb *
ist_db_open_reader (const char *path, GError **error)
{
  g_autoptr (IstDb) self = open_handle (path, SQLITE_OPEN_READWRITE, error);

  if (self == NULL
      || !ist_db_exec (self,
                       "PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0; "
                       "PRAGMA cache_size = -2048;",
                       error))
    return NULL;
  return g_steal_pointer (&self);
}

void
ist_db_close (IstDb *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->statements);
  sqlite3_close (self->handle);
  g_free (self);
}

sqlite3_stmt *
ist_db_prepare (IstDb *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);

  if (statement != NULL)
    {
      sqlite3_reset (statement);
      sqlite3_clear_bindings (statement);
      return statement;
    }
  if (sqlite3_prepare_v3 (self->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL)
      != SQLITE_OK)
    {
      fail (self, sql, error);
      return NULL;
    }
  g_hash_table_insert (self->statements, (gpointer) sql, statement);
  return statement;
}

gboolean
ist_db_run (IstDb *self, sqlite3_stmt *statement, GError **error)
{
  int code = sqlite3_step (statement);
  gboolean ok = code == SQLITE_DONE || code == SQLITE_ROW || fail (self, "write", error);

  sqlite3_reset (statement);
  return ok;
}

gboolean
ist_db_step (IstDb *self, sqlite3_stmt *statement, GError **error)
{
  int code = sqlite3_step (statement);

  if (code == SQLITE_ROW)
    return TRUE;
  if (code != SQLITE_DONE)
    fail (self, "read", error);
  sqlite3_reset (statement);
  return FALSE;
}

int
ist_db_last_code (IstDb *self)
{
  return self->last_code;
}

guint
ist_db_wal_pages (IstDb *self)
{
  return self->wal_pages;
}

guint64
ist_db_commits (IstDb *self)
{
  return self->commits;
}

gboolean
ist_db_sync_later (IstDb *self, GError **error)
{
  return ist_db_exec (self, "PRAGMA synchronous = NORMAL", error);
}

sqlite3 *
ist_db_handle (IstDb *self)
{
  return self->handle;
}

void
ist_db_bind_text (sqlite3_stmt *statement, int i, const char *text)
{
  if (text != NULL)
    sqlite3_bind_text (statement, i, text, -1, SQLITE_STATIC);
}

char *
ist_db_column_dup (sqlite3_stmt *statement, int i)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, i));
}
