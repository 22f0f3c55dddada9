/*
 * base/log.h - the event log: JSON Lines, one event a line, never message content or secrets.
 *
 *   ist_log (log, IST_LOG_INFO, "smtp", "received", queue_id, "1 recipient",
 *            "peer", "192.0.2.1", "size", "4096", NULL);
 *
 * gives {"time":"2026-11-24T09:00:00.123456Z","level":"info","component":"smtp","event":"received",
 * "queue_id":"…","text":"1 recipient","peer":"192.0.2.1","size":"4096"}.
 *
 * Lines go into a buffer that a thread of its own writes at least every 200 ms (at once for warning
 * and above); when the disk cannot take them they are kept up to a bound, then counted and dropped
 * with one event that says how many. Files rotate by size and day without losing or splitting a
 * line. Library code does not log: the stage that decides logs once.
 *
 * Threads: ist_log() from any thread.
 */
#ifndef IST_BASE_LOG_H
#define IST_BASE_LOG_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct _IstLog IstLog;

typedef enum
{
  IST_LOG_DEBUG,
  IST_LOG_INFO,
  IST_LOG_WARNING,
  IST_LOG_ERROR
} IstLogLevel;

const char *ist_log_level_name (IstLogLevel level);

typedef struct
{
  const char *file;         /* NULL: no file */
  IstLogLevel level;        /* lower ones are dropped */
  guint64 rotate_bytes;     /* 0: 64 MiB */
  guint keep_files;         /* 0: 30; older ones are removed */
  gboolean to_stderr;       /* one line for people as well */
} IstLogOptions;

IstLog *ist_log_new (const IstLogOptions *options, GError **error); /* IST_ERROR_CONFIG */
void ist_log_free (IstLog *log); /* writes what is pending; NULL is allowed */
void ist_log_flush (IstLog *log);
void ist_log_set_level (IstLog *log, IstLogLevel level);
gboolean ist_log_reopen (IstLog *log, GError **error);

/* One event. `queue_id` and `text` may be NULL; then pairs of name and value (a NULL value leaves the
 * pair out), ended by NULL. Strings that are not UTF-8 are escaped. `log` NULL: nothing happens. */
void ist_log (IstLog *log, IstLogLevel level, const char *component, const char *event,
              const char *queue_id, const char *text, ...) G_GNUC_NULL_TERMINATED;

/* The last `n` lines in memory (at most 2,000 are kept), each a JSON object; g_strfreev(). Only lines
 * with a sequence number above *after are given; *after becomes the newest (for `log --follow`). */
char **ist_log_recent (IstLog *log, guint n, guint64 *after);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstLog, ist_log_free)

G_END_DECLS

#endif
