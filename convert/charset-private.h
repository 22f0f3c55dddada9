/*
 * convert/charset-private.h - between charset-repair.c (texts) and charset-headers.c (fields).
 *
 * Threads: any; no state.
 */
#ifndef IST_CONVERT_CHARSET_PRIVATE_H
#define IST_CONVERT_CHARSET_PRIVATE_H

#include "base/mime-tree.h"

G_BEGIN_DECLS

/* The bytes in UTF-8 when they are text of just this character set: every one has a meaning in it, and none is a C1
 * control. NULL: they are not, or iconv does not know the label. g_free() */
char *ist_charset_strict (const char *data, gsize size_bytes, const char *label);

/* The bytes in UTF-8 without loss: as UTF-8, as `label` (NULL: none) says or means, else as windows-1252, unless the label
 * names a set that is not known. NULL: none of these. g_free() */
char *ist_charset_best (const char *data, gsize size_bytes, const char *label);

/* Encodes the raw 8-bit fields of the message's own header (RFC 2047, 5). `label`: what its text is in; NULL: not
 * known. Gives their number. */
guint ist_charset_repair_fields (IstMessage *message, const char *label);

/* Writes the name of a part whose Content-Type or Content-Disposition has raw 8-bit bytes as RFC 2231 wants it.
 * TRUE: it did. */
gboolean ist_charset_repair_name (IstMimeNode *node, const char *label);

G_END_DECLS

#endif
