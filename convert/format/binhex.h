/*
 * convert/format/binhex.h - decodes a file of the Macintosh in BinHex 4.0 (RFC 1741, appendix A).
 *
 *   g_autoptr (GBytes) data = ist_binhex_decode (text, size, MAX, &name, &resource, NULL, NULL, &error);
 *
 * Format: docs/formats.md, "BinHex 4.0".
 *
 * Threads: any; no state.
 */
#ifndef IST_CONVERT_FORMAT_BINHEX_H
#define IST_CONVERT_FORMAT_BINHEX_H

#include <glib.h>

G_BEGIN_DECLS

/* The data fork. The encoded part runs from the first line that begins with ':' to the next ':'; text may stand
 * around it. All check sums must hold. *name: as written, in Mac OS Roman converted to UTF-8, g_free();
 * *resource_bytes: size of the resource fork, which is left out; *start and *end (may be NULL): the encoded part with
 * its line "(This file must be converted with BinHex 4.0)". Outputs are untouched on failure.
 * IST_ERROR_REFUSED: not BinHex, damaged, or forks of more than `max_bytes`. */
GBytes *ist_binhex_decode (const char *text, gsize size_bytes, gsize max_bytes, char **name, gsize *resource_bytes,
                           gsize *start, gsize *end, GError **error);

G_END_DECLS

#endif
