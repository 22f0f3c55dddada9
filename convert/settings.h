/*
 * convert/settings.h - [convert] and its profiles [convert NAME]: one switch per transform, what links to Notes documents
 * and Notes copies become, and limits on what is converted.
 *
 * Which profile is used is said by the relay or a rule (routing/settings.h); transforms are given the one that is.
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
  IST_DOCLINKS_NDL,        /* notes: addresses and attached .ndl files */
  IST_DOCLINKS_TEXT        /* no address, only the words of the link */
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
  char **active_mail_allow_forms;
  char **active_mail_allow_items;
  char **active_mail_allow_senders;
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
  gboolean doclinks_ndl;
  gboolean doclinks_html;
  int doclinks;        /* IstDoclinks */
  char *doclink_host;  /* NULL: none */
  char *doclink_url;   /* template, NULL: none */
  gboolean doclinks_snapshot;
  gboolean uuencoded_parts;
  gboolean notes_qp_repair;
  gboolean notes_apple;
  gboolean notes_uuencode;
  gboolean notes_mime_order;
  gboolean charset_repair;
  gboolean format_flowed;
  gboolean attachment_names;
  gboolean attachment_names_distinct;
  gboolean text_empty;
  gboolean converted_header;
  gint64 max_text;
  gint64 max_parts;
  gint64 max_depth;
  gint64 max_header;
} IstConvertSettings;

extern const IstSettingGroup *const ist_convert_setting_groups[];

/* The settings of a profile, borrowed; `profile` NULL or "": those of [convert] itself. NULL: there is no such profile,
 * or `settings` is NULL. */
const IstConvertSettings *ist_convert_settings (const IstSettings *settings, const char *profile);

G_END_DECLS

#endif
