/*
 * base/settings-private.h - between base/settings*.c only.
 */
#ifndef IST_BASE_SETTINGS_PRIVATE_H
#define IST_BASE_SETTINGS_PRIVATE_H

#include "base/settings.h"

G_BEGIN_DECLS

struct _IstSettings
{
  gatomicrefcount refs;
  char *path;
  char *folder;
  const IstSettingGroup **tables; /* NULL-ended */
  GHashTable *groups;             /* kind → GPtrArray of IstGroup, never missing */
};

const IstSettingGroup *ist_settings_table_of (const IstSettings *settings, const IstGroup *group);

/* The unnamed group that gives a profile what is not written in it; NULL: the group is no profile. */
const IstGroup *ist_settings_base_of (const IstSettings *settings, const IstSettingGroup *table, const IstGroup *group);

/* Is the value `text` of the group what it would be without its line in the file? */
gboolean ist_settings_is_default (const IstSettingRow *row, const IstGroup *base, const char *text);

G_END_DECLS

#endif
