/*
 * base/durable.h - files that must survive a power cut: the few operations the queue does outside SQLite.
 *
 * A test program replaces these symbols by a simulated disk (tests/harness/sim-disk.c), hence the flat
 * functions. POSIX does not promise that syncing a file makes its new directory entry durable: the
 * directory is synced too (ist_durable_sync_dir()); on Windows that call does nothing, because NTFS
 * journals the entry with the file.
 *
 * Errors: IST_ERROR_RETRY, with what was done and to which path.
 *
 * Threads: any; one IstDurableFile belongs to one thread at a time, but for ist_durable_sync().
 */
#ifndef IST_BASE_DURABLE_H
#define IST_BASE_DURABLE_H

#include "base/body.h"

G_BEGIN_DECLS

typedef struct _IstDurableFile IstDurableFile;

/* A new file (mode 0600); fails when it exists. */
IstDurableFile *ist_durable_create (const char *path, GError **error);
gboolean ist_durable_write (IstDurableFile *file, const char *data, gsize size_bytes, GError **error);
/* Syncs and closes. On failure the content is unknown: discard the file, never sync again. */
gboolean ist_durable_finish (IstDurableFile *file, GError **error);
/* An existing file, so that what others write into it can be synced. */
IstDurableFile *ist_durable_open (const char *path, GError **error);
/* Syncs the content and leaves the file open; several threads may do so at once. It fails when anything written
 * to the file since it was opened could not be brought to the disk, whoever's sync met that, once. After a
 * failure the content is unknown. */
gboolean ist_durable_sync (IstDurableFile *file, GError **error);
/* Closes without syncing. NULL is allowed. */
void ist_durable_abandon (IstDurableFile *file);

/* The content as a body (mapped). IST_ERROR_DAMAGED when it is missing. */
IstBody *ist_durable_load (const char *path, GError **error);

/* With parents, 0700; exists is fine. What it made is durable when it returns. */
gboolean ist_durable_mkdir (const char *path, GError **error);
gboolean ist_durable_sync_dir (const char *path, GError **error);
/* Writes the content of a file over itself and syncs it; missing is fine. After a sync that failed the pages
 * in memory count as clean and may never have reached the disk: this makes them reach it. */
gboolean ist_durable_rewrite (const char *path, GError **error);
gboolean ist_durable_unlink (const char *path, GError **error); /* missing is fine */
gboolean ist_durable_rename (const char *from, const char *to, GError **error);

/* Names in a folder, sorted; NULL-ended; an absent folder is empty. */
char **ist_durable_list (const char *path);
gboolean ist_durable_exists (const char *path);
guint64 ist_durable_size (const char *path);

/* Free bytes for us on the disk of `path`; G_MAXUINT64 when it cannot be told. */
guint64 ist_durable_free_bytes (const char *path);

/* Takes an exclusive lock on `path` for this process; NULL with IST_ERROR_CONFIG when another has it. */
typedef struct _IstDurableLock IstDurableLock;
IstDurableLock *ist_durable_lock (const char *path, GError **error);
void ist_durable_unlock (IstDurableLock *lock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstDurableFile, ist_durable_abandon)

G_END_DECLS

#endif
