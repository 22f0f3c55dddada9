/*
 * routing/smtp/downgrade.h - a message for a host that lacks 8BITMIME or SMTPUTF8, or takes no long lines.
 *
 * Text parts become quoted-printable, other parts base64, with the Content-Transfer-Encoding that says so
 * (RFC 6152 3, RFC 2045 6). Header fields with UTF-8 become encoded words (RFC 2047), address fields only
 * when every address in them can be written in ASCII (its domain as A-labels); parameters follow RFC
 * 2231; the "for" clause of a Received field is left out. Signed and encrypted parts are never touched.
 *
 *   g_autoptr (IstMessage) plain = ist_downgrade (message, IST_DOWNGRADE_TEXT, 0, &error);
 *
 * Threads: works on one message in the caller's thread.
 */
#ifndef IST_ROUTING_SMTP_DOWNGRADE_H
#define IST_ROUTING_SMTP_DOWNGRADE_H

#include "base/message.h"

G_BEGIN_DECLS

typedef enum
{
  IST_DOWNGRADE_TEXT = 1 << 0,  /* no byte above 127 in bodies */
  IST_DOWNGRADE_HEADER = 1 << 1 /* none in header fields, attached messages' included */
} IstDowngrade;

/* A new message like `message` (as its edits stand), made 7-bit as `what` asks. Lines of more than
 * `max_line_bytes` (without CRLF; 0: any length) are re-encoded in parts that may be touched and folded at
 * blanks in the header; where neither is possible they stay. REFUSED, with words for people, when 8-bit
 * bytes stand where nothing may be changed: inside signed parts, in addresses, in message identifiers;
 * or when the message is larger than can be worked on in memory (32 MiB). */
IstMessage *ist_downgrade (const IstMessage *message, guint what, gsize max_line_bytes,
                           GError **error);

/* Does any line of the text exceed `max_line_bytes` (without CRLF)? */
gboolean ist_downgrade_has_long_line (const IstMessage *message, gsize max_line_bytes);

/* `address` in ASCII: itself, or with its domain as A-labels; NULL when the local part is not ASCII
 * (RFC 6530 7: there is no ASCII form of it). g_free(). */
char *ist_downgrade_address (const char *address);

G_END_DECLS

#endif
