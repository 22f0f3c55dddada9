/*
 * convert/active-body.h - what is put into a message for its encapsulated Notes copy: the file itself, or the text that
 * was made of it.
 *
 * Threads: as the message.
 */
#ifndef IST_CONVERT_ACTIVE_BODY_H
#define IST_CONVERT_ACTIVE_BODY_H

#include "base/mime-tree.h"
#include "convert/active-note.h"
#include "convert/pipeline.h"

G_BEGIN_DECLS

#define IST_ACTIVE_FILE_NAME "message.nsf"

/* Moves the part to the end of the outermost multipart/mixed, as an attached database; its bytes stay. */
void ist_active_body_attach (IstMessage *message, IstMimeNode *copy);

/* For whom the text is made. */
typedef struct
{
  const IstConvertContext *context;
  const char *language;
} IstActiveReader;

/* Adds the note's body as text and HTML with its pictures, and its files that the message does not have yet. With
 * `copy`, it takes that part's place, and that of the alternatives beside it, or of the texts in a multipart/mixed that
 * it repeats. *n_files: how many files were added. Links
 * to Notes documents get the address that doclinks-html would give them; .ndl files for them are left to it. FALSE: a
 * file of the note cannot be taken out, or there is no room for it; nothing was changed. */
gboolean ist_active_body_add (IstMessage *message, const IstActiveReader *reader, const IstActiveNote *note,
                              IstMimeNode *copy, guint *n_files, GError **error);

/* Says in each text for the reader that the file is there; `sealed`: that it is all there is. */
void ist_active_body_add_hint (IstMessage *message, const char *language, gboolean sealed);

G_END_DECLS

#endif
