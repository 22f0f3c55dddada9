/*
 * convert/transforms.h - the functions behind the rows of pipeline.c; each is in the file of its name.
 */
#ifndef IST_CONVERT_TRANSFORMS_H
#define IST_CONVERT_TRANSFORMS_H

#include "convert/pipeline.h"

G_BEGIN_DECLS

gboolean ist_notes_encap_strip (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_exchange_tnef_decode (const IstConvertContext *context, IstMessage *message, GError **error);
gboolean ist_headers_trim (const IstConvertContext *context, IstMessage *message, GError **error);

G_END_DECLS

#endif
