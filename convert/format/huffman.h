/*
 * convert/format/huffman.h - the Huffman coding of attachments in an NSF database.
 *
 *   g_autoptr (GBytes) plain = ist_huffman_expand (data, size_bytes, plain_bytes, &error);
 *
 * Source: docs/formats.md, "NSF"; worked out by comparing files, in no published description.
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_FORMAT_HUFFMAN_H
#define IST_CONVERT_FORMAT_HUFFMAN_H

#include <glib.h>

G_BEGIN_DECLS

/* Expands sum, tree and bits to exactly `plain_bytes`, whose sum must be the one named. IST_ERROR_REFUSED when the
 * tree or the stream is damaged or gives another length or sum. */
GBytes *ist_huffman_expand (const guint8 *data, gsize size_bytes, gsize plain_bytes, GError **error);

G_END_DECLS

#endif
