/*
 * base/address.h - SMTP address syntax (RFC 5321 4.1.2, RFC 6531) without policy.
 *
 * Threads: pure functions.
 */
#ifndef IST_BASE_ADDRESS_H
#define IST_BASE_ADDRESS_H

#include <glib.h>

G_BEGIN_DECLS

/* Longest addresses we take: Exchange itself allows 571 octets (IMCEA, X.500 forms), far beyond
 * RFC 5321's 64 + 1 + 255. */
#define IST_ADDRESS_MAX 1024

/* Splits "local@domain" at the LAST '@' outside quotes. Either output may be NULL. The local part is
 * given as written, quotes included. FALSE (outputs untouched) when there is no '@', a part is empty,
 * the address is too long, or holds control characters or unquoted blanks. */
gboolean ist_address_split (const char *address, char **local, char **domain);

/* Borrowed pointer behind the last '@' outside quotes, or NULL. */
const char *ist_address_domain (const char *address);

/* Is this a valid Mailbox (RFC 5321, with UTF-8 allowed as in RFC 6531 when `utf8`)? Domain may be a
 * literal "[192.0.2.1]" or "[IPv6:…]". Lenient in the local part: dot runs as phones and Domino write
 * them are accepted, and an '@' (user@domain@NotesDomain: Domino's own form, for whoever routes to read);
 * control characters, blanks and other specials outside quotes are not. */
gboolean ist_address_is_valid (const char *address, gboolean utf8);

gboolean ist_domain_is_valid (const char *domain, gboolean utf8);

/* Key for comparing: local part with needless quoting and backslashes removed, both parts lower-cased
 * (ASCII and, in U-labels, Unicode NFC), the domain as A-labels (IDNA), no trailing dot. g_free();
 * NULL when it cannot be split. */
char *ist_address_key (const char *address);

/* The domain's key; NULL when IDNA refuses it (such a domain equals none of ours). */
char *ist_domain_key (const char *domain);

/* Local part with quoting removed ("\"a b\"" → "a b"), g_free(). */
char *ist_address_unquote_local (const char *local);
/* The reverse: quoted when it must be. g_free(). */
char *ist_address_quote_local (const char *text);

/* xtext (RFC 3461 4): g_free(); decode gives NULL on bad input. */
char *ist_xtext_encode (const char *text);
char *ist_xtext_decode (const char *text);

gboolean ist_is_ascii (const char *text);

G_END_DECLS

#endif
