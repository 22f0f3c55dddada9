/*
 * base/charset-icu.h - character sets that ICU knows and the C library's iconv does not: those of the Macintosh and of old
 * code pages. Part of base/charset.c.
 *
 *   if (ist_charset_icu_has (label))
 *     ist_charset_icu_convert (data, size, label, out, &broken);
 *
 * Threads: any; no state.
 */
#ifndef IST_BASE_CHARSET_ICU_H
#define IST_BASE_CHARSET_ICU_H

#include <glib.h>

G_BEGIN_DECLS

/* Is it a name or an alias in ICU's own table, and has ICU the data for it? */
gboolean ist_charset_icu_has (const char *label);

/* Appends the text in UTF-8, U+FFFD for what has no meaning; *broken is set when there was such. FALSE: ICU has no such
 * set; nothing was appended. */
gboolean ist_charset_icu_convert (const char *data, gsize size_bytes, const char *label, GString *out, gboolean *broken);

G_END_DECLS

#endif
