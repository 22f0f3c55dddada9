/*
 * convert/notes-ndr-text.h - what a failure report of Domino or Notes 4 says in its text.
 *
 *   g_autoptr (GPtrArray) recipients = ist_notes_ndr_text_read (text, TRUE);
 *   const IstNdrRecipient *first = g_ptr_array_index (recipients, 0);
 *
 * Source: public reports (docs/transforms.md, "notes-ndr").
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_NOTES_NDR_TEXT_H
#define IST_CONVERT_NOTES_NDR_TEXT_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *address;    /* or a Notes name */
  const char *type; /* "rfc822", "x500", "x-notes" (static) */
  char *reason;     /* as written; "" without one */
} IstNdrRecipient;

/* Those to whom the message could not be given, at most 100, IstNdrRecipient; empty: this is no report. `text` is UTF-8
 * with LF. `by_words`: the English wordings count too, not only the layout. g_ptr_array_unref(). */
GPtrArray *ist_notes_ndr_text_read (const char *text, gboolean by_words);

/* The reason alone, of whichever form; NULL: none. g_free(). */
char *ist_notes_ndr_text_reason (const char *text);

G_END_DECLS

#endif
