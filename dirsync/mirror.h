/*
 * dirsync/mirror.h - our SQLite copy of both directories (directory.db) and the look-ups in it.
 *
 * Filled here from LDIF or CSV files; other sources come with the directory drivers. Every address,
 * Notes name and legacy DN of an object is a row of one look-up table, so one indexed read answers.
 * A load replaces the content of one source in one transaction; readers never wait (WAL).
 *
 * Threads: any; look-ups use a prepared statement per thread.
 */
#ifndef IST_DIRSYNC_MIRROR_H
#define IST_DIRSYNC_MIRROR_H

#include "base/directory-api.h"
#include "base/settings.h"

G_BEGIN_DECLS

typedef struct _IstMirror IstMirror;

/* [directory NAME] */
typedef struct
{
  IstGroup group;
  char *side;             /* side of its people */
  char *file;             /* LDIF or CSV, by its ending */
  gint64 reload_secs;     /* looked at so often; reloaded when it changed */
  gint64 max_age_secs;    /* older: answers are STALE; 0: no limit */
} IstDirectorySettings;

extern const IstSettingGroup *const ist_dirsync_setting_groups[];

/* Opens or creates `path`. IST_ERROR_CONFIG, IST_ERROR_DAMAGED. */
IstMirror *ist_mirror_open (const char *path, GError **error);
void ist_mirror_close (IstMirror *mirror);

/* Seconds after which a source counts as stale (0: never); the strictest source decides. */
void ist_mirror_set_max_age (IstMirror *mirror, gint64 secs);

/* Replaces everything of `source` by the content of `file` (UTF-8, at most 512 MiB). Returns the number of
 * objects, -1 on error (nothing changed): IST_ERROR_CONFIG with file:line, also for a file without anybody. */
int ist_mirror_load_file (IstMirror *mirror, const char *source, IstSide side, const char *file,
                          GError **error);

/* Is `file` still what was loaded of `source`? Then its age starts anew; otherwise (FALSE) it must be loaded. */
gboolean ist_mirror_confirm (IstMirror *mirror, const char *source, const char *file);

/* Says which sources are configured (NULL-ended list) and forgets the others. As long as one of them has never
 * been loaded, whom the others do not know is not unknown but STALE. */
gboolean ist_mirror_keep_only (IstMirror *mirror, const char *const *sources, GError **error);

/* The interface of base/directory-api.h over this mirror; borrowed, lives as long as the mirror. */
const IstDirectory *ist_mirror_directory (IstMirror *mirror);

guint64 ist_mirror_count (IstMirror *mirror);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstMirror, ist_mirror_close)

G_END_DECLS

#endif
