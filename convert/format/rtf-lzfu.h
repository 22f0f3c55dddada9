/*
 * convert/format/rtf-lzfu.h - expands compressed RTF (PR_RTF_COMPRESSED).
 *
 *   g_autoptr (GBytes) rtf = ist_rtf_lzfu_expand (data, size, 8 << 20, &whole, &error);
 *
 * Source: [MS-OXRTFCP].
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_FORMAT_RTF_LZFU_H
#define IST_CONVERT_FORMAT_RTF_LZFU_H

#include <glib.h>

G_BEGIN_DECLS

/* *whole (may be NULL): nothing is missing and the checksum fits; else what could be read is given all the same.
 * IST_ERROR_REFUSED: no compressed RTF, or more than `max_bytes` of it. */
GBytes *ist_rtf_lzfu_expand (const char *data, gsize size_bytes, gsize max_bytes, gboolean *whole,
                             GError **error);

G_END_DECLS

#endif
