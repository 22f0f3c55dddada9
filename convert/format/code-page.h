/*
 * convert/format/code-page.h - text whose charset is a Windows code page number, as MAPI and RTF name it.
 *
 *   g_autofree char *text = ist_code_page_to_utf8 (data, size, 936);
 *
 * Source: learn.microsoft.com/windows/win32/intl/code-page-identifiers; tolerance as base/charset.h.
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_FORMAT_CODE_PAGE_H
#define IST_CONVERT_FORMAT_CODE_PAGE_H

#include <glib.h>

G_BEGIN_DECLS

/* Are the bytes from 1 to 0x7F of this page ASCII where no others are among them? FALSE says nothing. */
gboolean ist_code_page_has_ascii (guint code_page);
/* And where others follow? */
gboolean ist_code_page_keeps_ascii (guint code_page);

/* What the bytes from 0x80 on are in UTF-8. */
typedef char IstCodePageNarrow[128][4];

/* FALSE: the page is not one of single bytes that always mean the same. Text in page 1252 that is valid UTF-8 is taken
 * for that by ist_code_page_to_utf8(), whatever the table says. */
gboolean ist_code_page_read_narrow (guint code_page, IstCodePageNarrow narrow);

/* Never fails; an unknown page is read as UTF-8 or windows-1252. NULs are dropped. g_free(). */
char *ist_code_page_to_utf8 (const char *data, gsize size_bytes, guint code_page);

/* UTF-16LE, an odd byte at the end ignored, ended by the first NUL. g_free(). */
char *ist_code_page_from_utf16 (const char *data, gsize size_bytes);

/* Does `byte` begin a character of two bytes on this page (932, 936, 949, 950)? */
gboolean ist_code_page_is_lead (guint code_page, guint8 byte);

G_END_DECLS

#endif
