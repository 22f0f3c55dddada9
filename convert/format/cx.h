/*
 * convert/format/cx.h - the CX coding of Notes: superblocks, names and item values of an NSF database.
 *
 *   g_autoptr (GBytes) plain = ist_cx_expand (data, size_bytes, plain_bytes, &error);
 *
 * Source: docs/formats.md, "NSF", after the description of libnsfdb.
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_FORMAT_CX_H
#define IST_CONVERT_FORMAT_CX_H

#include <glib.h>

G_BEGIN_DECLS

/* Expands a stream that must give exactly `plain_bytes`. Memory is not asked for before `size_bytes` could hold as
 * much. IST_ERROR_REFUSED when the stream is damaged, ends early or gives another length. */
GBytes *ist_cx_expand (const guint8 *data, gsize size_bytes, gsize plain_bytes, GError **error);

G_END_DECLS

#endif
