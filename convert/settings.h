/*
 * convert/settings.h - [convert]: one switch per transform, and limits on what is converted.
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
  gboolean notes_qp_repair;
  gboolean notes_apple;
  gboolean notes_uuencode;
  gboolean notes_mime_order;
  gboolean charset_repair;
  gboolean format_flowed;
  gboolean attachment_names;
  gboolean attachment_names_distinct;
  gboolean text_empty;
  gint64 max_text;
  gint64 max_parts;
  gint64 max_depth;
  gint64 max_header;
} IstConvertSettings;

extern const IstSettingGroup *const ist_convert_setting_groups[];

G_END_DECLS

#endif
