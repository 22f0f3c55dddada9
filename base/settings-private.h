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

G_END_DECLS

#endif
