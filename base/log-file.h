/*
 * base/log-file.h - the file behind the log: appends whole lines, begins a new file by size and day.
 *
 * "isthmus.log" is always the file in use; finished ones are "isthmus.log.YYYYMMDD-HHMMSS.NNN".
 *
 * Threads: one at a time.
 */
#ifndef IST_BASE_LOG_FILE_H
#define IST_BASE_LOG_FILE_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct _IstLogFile IstLogFile;

/* 0 for the defaults of base/log.h. IST_ERROR_CONFIG when the file cannot be opened. */
IstLogFile *ist_log_file_open (const char *path, guint64 rotate_bytes, guint keep_files,
                               GError **error);
void ist_log_file_close (IstLogFile *file); /* NULL is allowed */

/* Writes whole lines; returns how many bytes were written (fewer when the disk is full). `reopen`: the
 * file was moved away by somebody else. */
gsize ist_log_file_write (IstLogFile *file, const char *lines, gsize size_bytes, gboolean reopen);

G_END_DECLS

#endif
