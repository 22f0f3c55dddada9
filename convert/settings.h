/*
 * convert/settings.h - [convert]: one switch per transform.
 */
#ifndef IST_CONVERT_SETTINGS_H
#define IST_CONVERT_SETTINGS_H

#include "base/settings.h"

G_BEGIN_DECLS

typedef struct
{
  IstGroup group;
  gboolean notes_encap_strip;
  gboolean exchange_tnef_decode;
  gboolean headers_trim;
} IstConvertSettings;

extern const IstSettingGroup *const ist_convert_setting_groups[];

G_END_DECLS

#endif
