/*
 * base/charset.h - text of mail in UTF-8, whatever its label says.
 *
 * Labels lie in known ways: iso-8859-1 and us-ascii text holds windows-1252, gb2312 holds gb18030, ks_c_5601-1987
 * is cp949, iso-2022-jp holds half-width kana and NEC characters (docs/formats.md, "Charsets").
 *
 * Threads: any.
 */
#ifndef IST_BASE_CHARSET_H
#define IST_BASE_CHARSET_H

#include <glib.h>

G_BEGIN_DECLS

/* `label` as written in the message; NULL or unknown: UTF-8 if it is that, else windows-1252. Never fails: what
 * has no meaning becomes U+FFFD; NULs are dropped. `data` may be NULL when there are no bytes. *repaired (may be
 * NULL): the label was not true to the bytes. */
char *ist_charset_to_utf8 (const char *data, gsize size_bytes, const char *label, gboolean *repaired);

/* FALSE: the label names a character set that neither the table above nor iconv nor ICU has, so that what
 * ist_charset_to_utf8() makes of bytes beyond ASCII, unless they are UTF-8, is for looking at only: nobody may write it in
 * their place. None, "unknown-8bit" and the like name no set; then a reader may choose one: TRUE. */
gboolean ist_charset_is_known (const char *label);

G_END_DECLS

#endif
