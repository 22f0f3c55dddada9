/*
 * base/settings-value.h - one value: from text into its field and back. For base/settings*.c only.
 */
#ifndef IST_BASE_SETTINGS_VALUE_H
#define IST_BASE_SETTINGS_VALUE_H

#include "base/settings.h"

G_BEGIN_DECLS

/* Reads `text` into the field of `row` in `group` (freeing what was there). FALSE: unchanged and *why
 * (g_free()) says what is wrong and what is allowed. `folder`: what relative paths are relative to. */
gboolean ist_setting_set (const IstSettingRow *row, IstGroup *group, const char *text,
                          const char *folder, char **why);

void ist_setting_clear (const IstSettingRow *row, IstGroup *group);

/* As it would be written; secrets as "(hidden)". g_free(). */
char *ist_setting_text (const IstSettingRow *row, const IstGroup *group);

/* "size such as 50M", "one of: yes, no", … for messages and the reference; g_free(). */
char *ist_setting_allowed (const IstSettingRow *row);

G_END_DECLS

#endif
