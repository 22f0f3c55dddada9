/*
 * convert/format/lmbcs.h - LMBCS, the character set of text inside Notes databases.
 *
 *   g_autofree char *text = ist_lmbcs_to_utf8 (data, size_bytes);
 *
 * Source: docs/formats.md, "LMBCS"; the table is ICU's converter LMBCS-1.
 *
 * Threads: any; each thread keeps one converter.
 */
#ifndef IST_CONVERT_FORMAT_LMBCS_H
#define IST_CONVERT_FORMAT_LMBCS_H

#include <glib.h>

G_BEGIN_DECLS

/* The text in UTF-8, ended by NUL. A byte 0x00 becomes a line feed, what has no meaning U+FFFD. Never fails, never
 * NULL; the caller frees. */
char *ist_lmbcs_to_utf8 (const void *data, gsize size_bytes);

/* The same, added to `text`. */
void ist_lmbcs_append (GString *text, const void *data, gsize size_bytes);

G_END_DECLS

#endif
