/*
 * base/imcea.h - addresses of another kind wrapped into an SMTP address (docs/addresses.md).
 *
 * [MS-OXCMAIL] 2.1.3.1.8: "IMCEA" TYPE "-" encoded "@" domain, where letters, digits, '-' and '=' stand for
 * themselves, '/' becomes '_', and every other octet '+' and two hexadecimal digits.
 *
 * Threads: pure functions.
 */
#ifndef IST_BASE_IMCEA_H
#define IST_BASE_IMCEA_H

#include <glib.h>

G_BEGIN_DECLS

/* Is `local` an encapsulated address? Fills *type ("NOTES", "EX", upper-case) and *address (both g_free()).
 * FALSE (untouched) when it is not one or does not decode. */
gboolean ist_imcea_decode (const char *local, char **type, char **address);

/* The local part for `address` of `type`; NULL when Exchange would not take it (name part over 315
 * characters). g_free(). */
char *ist_imcea_encode (const char *type, const char *address);

G_END_DECLS

#endif
