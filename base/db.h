/*
 * base/db.h - SQLite the way this product uses it: WAL, full sync unless told otherwise, one writer, many readers.
 *
 * Threads: an IstDb belongs to one thread at a time.
 */
#ifndef IST_BASE_DB_H
#define IST_BASE_DB_H

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* Of every database we make. Four times SQLite's own size: a message of 64 KiB costs a third less, a small one
 * no more (docs/performance.md). */
#define IST_DB_PAGE_BYTES 16384

typedef struct _IstDb IstDb;

typedef struct
{
  guint32 application_id; /* PRAGMA application_id of this kind of file */
  int version;            /* PRAGMA user_version we write and read */
  const char *schema;     /* SQL that makes an empty file one of ours */
} IstDbKind;

/* Opens (creating when `create`) for writing. IST_ERROR_DAMAGED: not a database or a broken one;
 * IST_ERROR_CONFIG: another program's file or a newer version of ours; IST_ERROR_RETRY: anything else. */
IstDb *ist_db_open (const char *path, const IstDbKind *kind, gboolean create, GError **error);
IstDb *ist_db_open_reader (const char *path, GError **error);
void ist_db_close (IstDb *db); /* NULL is allowed */

/* Prepared once per connection and text (compared by pointer: pass string literals), reset and ready to
 * bind. Borrowed. NULL with error. */
sqlite3_stmt *ist_db_prepare (IstDb *db, const char *sql, GError **error);

/* Runs a prepared statement that gives no rows, then resets it. */
gboolean ist_db_run (IstDb *db, sqlite3_stmt *statement, GError **error);

/* One row more? Resets at the end and on error. */
gboolean ist_db_step (IstDb *db, sqlite3_stmt *statement, GError **error);

gboolean ist_db_exec (IstDb *db, const char *sql, GError **error);

/* First column of the first row, `otherwise` when there is none. */
gint64 ist_db_number (IstDb *db, const char *sql, gint64 otherwise);

/* SQLite's code of the last failure since ist_db_exec() was last called; SQLITE_OK: none. */
int ist_db_last_code (IstDb *db);

/* Pages in the WAL after the last commit of this connection (opened for writing). */
guint ist_db_wal_pages (IstDb *db);

/* Commits of this connection that wrote something (opened for writing). */
guint64 ist_db_commits (IstDb *db);

/* From now on a commit returns before it is durable: syncing the WAL, `path`-wal, makes it so. Checkpoints sync
 * it themselves before they copy (SQLite's `synchronous = NORMAL`). */
gboolean ist_db_sync_later (IstDb *db, GError **error);

sqlite3 *ist_db_handle (IstDb *db);

/* Binding and reading of text that may be NULL. */
void ist_db_bind_text (sqlite3_stmt *statement, int i, const char *text);
char *ist_db_column_dup (sqlite3_stmt *statement, int i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstDb, ist_db_close)

G_END_DECLS

#endif
