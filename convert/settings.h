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
  gboolean headers_trim;
  gboolean header_hygiene;
  gboolean exchange_headers_trim;
  gboolean thread_index;
  gboolean notes_priority;
  gboolean receipts;
  gboolean notes_out_of_office;
  gboolean exchange_out_of_office;
  gboolean notes_ndr;
  gboolean exchange_ndr;
  gboolean exchange_html;
} IstConvertSettings;

extern const IstSettingGroup *const ist_convert_setting_groups[];

G_END_DECLS

#endif
