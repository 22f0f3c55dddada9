/*
 * convert/settings.h - [convert]: one switch per transform, what links to Notes documents become, and limits on what
 * is converted.
 */
#ifndef IST_CONVERT_SETTINGS_H
#define IST_CONVERT_SETTINGS_H

#include "base/settings.h"

G_BEGIN_DECLS

typedef enum
{
  IST_DOCLINKS_NOTES,      /* notes: addresses, repaired */
  IST_DOCLINKS_WEB,        /* addresses of doclink_host */
  IST_DOCLINKS_REDIRECTOR, /* doclink_url filled in */
  IST_DOCLINKS_NDL         /* notes: addresses and attached .ndl files */
} IstDoclinks;

typedef enum
{
  IST_ACTIVE_MAIL_AUTO,
  IST_ACTIVE_MAIL_STRIP,
  IST_ACTIVE_MAIL_ATTACH,
  IST_ACTIVE_MAIL_REBUILD
} IstActiveMail;

typedef struct
{
  IstGroup group;
  gboolean notes_active_mail;
  int active_mail; /* IstActiveMail */
  char **active_mail_bypass_forms;
  char **active_mail_bypass_items;
  char **active_mail_bypass_senders;
  gboolean notes_encap_strip;
  gboolean exchange_tnef_decode;
  gboolean exchange_recall;
  gboolean headers_trim;
  char *language;
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
  gboolean doclinks_html;
  int doclinks;        /* IstDoclinks */
  char *doclink_host;  /* NULL: none */
  char *doclink_url;   /* template, NULL: none */
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
