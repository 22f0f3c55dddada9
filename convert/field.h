/*
 * convert/field.h - what transforms do with the header fields of a message.
 *
 *   g_autofree char *subject = ist_field_text (message, "Subject");       decoded, UTF-8
 *   if (ist_field_begins (message, "Subject", "DELIVERY FAILURE:")) …
 *   ist_field_put (message, "Auto-Submitted", "auto-replied");
 *
 * Threads: as the message.
 */
#ifndef IST_CONVERT_FIELD_H
#define IST_CONVERT_FIELD_H

#include "base/message.h"

G_BEGIN_DECLS

/* The value of the first field of this name, unfolded; NULL: none. g_free(). */
char *ist_field_get (const IstMessage *message, const char *name);
/* The same with RFC 2047 words decoded, valid UTF-8, control characters made blanks; NULL: none. g_free(). */
char *ist_field_text (const IstMessage *message, const char *name);
gboolean ist_field_exists (const IstMessage *message, const char *name);
/* Does the first field of this name begin with `prefix` (case-insensitive, as written)? */
gboolean ist_field_begins (const IstMessage *message, const char *name, const char *prefix);

/* Replaces the first field of this name or adds one at the end. `value` is one line of ASCII without line ends. */
void ist_field_put (IstMessage *message, const char *name, const char *value);
/* The same for any UTF-8: in encoded words where it must be (RFC 2047), folded. */
void ist_field_put_text (IstMessage *message, const char *name, const char *text);
/* Removes all fields of this name; gives their number. */
guint ist_field_drop (IstMessage *message, const char *name);

/* The value of a Notes item that travels as "X-Notes-Item: VALUE; type=…; name=ITEM" (docs/transforms.md,
 * "header-hygiene"); NULL: none. `item` is compared case-insensitively. g_free(). */
char *ist_field_notes_item (const IstMessage *message, const char *item);

/* Is it a Message-ID that Notes or Domino made: "<OF" and hexadecimal groups? *created_utc (may be NULL): the second
 * in which it was made, which stands in it; -1 where that is damaged. */
gboolean ist_field_is_notes_id (const char *id, gint64 *created_utc);

/* Was the message written by Notes or Domino, by its Message-ID or trace fields? */
gboolean ist_field_is_notes_made (const IstMessage *message);

/* Do the words "text/html" stand anywhere in the bytes that came, or did a transform change a part? Else there is no
 * such part, and no tree is needed to know it. */
gboolean ist_field_mentions_html (const IstMessage *message);

/* The subject without "Re:", "Antw:", "WG:" and the like, at any number. Borrowed: points into `subject`. */
const char *ist_field_skip_prefixes (const char *subject);

G_END_DECLS

#endif
