/*
 * convert/transforms.h - the functions behind the rows of pipeline.c; each is in the file of its name.
 */
#ifndef IST_CONVERT_TRANSFORMS_H
#define IST_CONVERT_TRANSFORMS_H

#include "convert/pipeline.h"

G_BEGIN_DECLS

gboolean ist_notes_active_mail (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_notes_encap_strip (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_exchange_recall (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_exchange_tnef_decode (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_headers_trim (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_header_hygiene (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_exchange_headers_trim (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_thread_index (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_notes_priority (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_receipts (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_notes_out_of_office (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_exchange_out_of_office (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_notes_ndr (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_exchange_ndr (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_exchange_html (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_doclinks_ndl (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_doclinks_html (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_uuencoded_parts (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_notes_qp_repair (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_notes_apple (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_notes_uuencode (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_charset_repair (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_format_flowed (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_text_empty (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_notes_mime_order (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_attachment_names (const IstConvertContext *context, IstMessage *message, GError **error);

G_END_DECLS

#endif
