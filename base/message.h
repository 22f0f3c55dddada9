/*
 * base/message.h - a message under preparation: spans of the original and small new pieces.
 *
 * The header is a list of fields, each a slice of the original or a new text; the rest is the
 * original's body with ranges cut out or replaced. What nobody touches is written as the very bytes
 * that came in, so that an unaffected message keeps its DKIM signature.
 *
 *   g_autoptr (IstMessage) message = ist_message_new (body);
 *   guint i = ist_message_find_field (message, "Subject", 0);
 *   ist_message_set_field (message, i, "Subject: changed\r\n");
 *   ist_message_write (message, append_to_string, out, &error);
 *
 * Line ends: the original has CRLF everywhere; new text must too.
 * Malformed input: the header ends at the first empty line or, without one, at the first line that
 * is neither a field nor a continuation; everything from there is body. A first line "From " (mbox)
 * or a line without a colon inside the header is kept as a field with an empty name. Writing an
 * untouched message gives the original bytes, whatever they are.
 *
 * Threads: one thread at a time.
 */
#ifndef IST_BASE_MESSAGE_H
#define IST_BASE_MESSAGE_H

#include "base/span.h"

G_BEGIN_DECLS

typedef struct _IstMessage IstMessage;

#define IST_MESSAGE_NOT_FOUND G_MAXUINT

/* One repair that was made, for the log, `isthmusctl convert` and the tour. */
typedef struct
{
  char *transform; /* name of the transform or rewriting rule */
  char *what;      /* one line for people: what was changed and why */
} IstChange;

/* References `body`. Never fails. */
IstMessage *ist_message_new (IstBody *body);
void ist_message_free (IstMessage *message); /* NULL is allowed */

/* The original, borrowed. */
IstBody *ist_message_original (const IstMessage *message);

/* -- header fields, in their order; indices shift when a field is inserted or removed -- */
guint ist_message_n_fields (const IstMessage *message);

/* Name of field `i` as written (no colon, no trailing blanks), borrowed until the next change. "" for
 * a line that is no field. */
const char *ist_message_field_name (const IstMessage *message, guint i);

/* All bytes of field `i`, from its name to its last CRLF, folding included; not NUL-terminated;
 * borrowed until the next change. */
const char *ist_message_field_raw (const IstMessage *message, guint i, gsize *size_bytes);

/* The value of field `i`, unfolded (CRLF removed, the blanks after it kept), outer blanks removed.
 * Free with g_free(). Bytes above 127 stay as they are. */
char *ist_message_field_value (const IstMessage *message, guint i);

/* Index of the first field named `name` (case-insensitive) at or after `from`, or
 * IST_MESSAGE_NOT_FOUND. */
guint ist_message_find_field (const IstMessage *message, const char *name, guint from);

/* Replaces, removes or inserts one field. `raw` is whole, "Name: value\r\n" with folding; one that was made from a
 * field with a bare LF at its end gets its CR. */
void ist_message_set_field (IstMessage *message, guint i, const char *raw);
void ist_message_remove_field (IstMessage *message, guint i);
void ist_message_insert_field (IstMessage *message, guint before, const char *raw);

/* True when any field was set, removed or inserted, or any body range replaced. */
gboolean ist_message_is_changed (const IstMessage *message);
/* Grows with each such change. The tree of base/mime-tree.h counts its own: ist_mime_tree_state(). */
guint ist_message_revision (const IstMessage *message);
/* True when a body range was replaced. */
gboolean ist_message_body_is_changed (const IstMessage *message);

/* -- body; offsets always count in the ORIGINAL bytes (from the start of the message) -- */
gsize ist_message_body_offset (const IstMessage *message); /* after the empty line, if there is one */

/* Puts `with` (referenced; NULL: nothing) in place of `size_bytes` original bytes at `offset`, which
 * must lie in the body. A replacement inside or across an earlier one fails with IST_ERROR_REFUSED
 * and changes nothing. */
gboolean ist_message_replace (IstMessage *message, gsize offset, gsize size_bytes, GBytes *with,
                              GError **error);

/* The body is these spans from now on (taken), in the place of all that was replaced before. For
 * base/mime-tree.c. */
void ist_message_set_body (IstMessage *message, GArray *spans);

/* A number that somebody worked out from the original's bytes and keeps with them; 0: none yet. For convert/look.c. */
guint ist_message_memo (const IstMessage *message);
void ist_message_set_memo (const IstMessage *message, guint memo);

/* One thing that lives with the message: the tree of base/mime-tree.h. */
gpointer ist_message_companion (const IstMessage *message); /* borrowed; NULL: none yet */
void ist_message_set_companion (IstMessage *message, gpointer companion, GDestroyNotify destroy);

/* -- what was done -- */
void ist_message_note (IstMessage *message, const char *transform, const char *what_format, ...)
    G_GNUC_PRINTF (3, 4);
/* Array of IstChange, borrowed; in the order of the notes. */
const GPtrArray *ist_message_changes (const IstMessage *message);
/* Was `what` noted, word for word, by whomever? For what is to be said once a message. */
gboolean ist_message_is_noted (const IstMessage *message, const char *what);

/* Which transforms changed it: a note alone does not say so, it can tell why something stays. */
void ist_message_set_changed_by (IstMessage *message, const char *transform);
gboolean ist_message_is_changed_by (const IstMessage *message, const char *transform);

/* -- output -- */
typedef IstSpanSink IstMessageSink;

gsize ist_message_size (const IstMessage *message);

/* Gives the whole message to `sink` in pieces. Stops at its first FALSE. */
gboolean ist_message_write (const IstMessage *message, IstMessageSink sink, gpointer user,
                            GError **error);

/* The same as spans, for a message that goes into another one: nothing but changed fields is copied. */
void ist_message_append_spans (const IstMessage *message, GArray *spans);

/* The whole message in one block (tests, small messages). */
GBytes *ist_message_to_bytes (const IstMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstMessage, ist_message_free)

G_END_DECLS

#endif
