/*
 * convert/active-note.h - the memo inside an encapsulated Notes database: what it holds, and what of it works in Notes
 * only.
 *
 *   g_autoptr (IstActiveNote) note = ist_active_note_read (database, subject_of_the_message, &error);
 *   if (note != NULL && note->reasons->len > 0) … keep the database for the reader …
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_ACTIVE_NOTE_H
#define IST_CONVERT_ACTIVE_NOTE_H

#include "base/body.h"
#include "convert/format/rich.h"

G_BEGIN_DECLS

typedef struct
{
  char *form;        /* name of its form, "" without one */
  char *unid;        /* 32 digits */
  gboolean sealed;   /* encrypted for Notes: nothing of its body can be read */
  GString *reasons;  /* what is active in it, for people: "buttons, sections"; "": nothing */
  IstRich *rich;     /* its body; NULL: it has no rich text */
  char *text;        /* its body, when that is plain text; NULL */
  GArray *mime;      /* IstSpan, its body as a MIME entity; NULL: it has none */
  GPtrArray *files;  /* IstNsfAttachment that a user attached */
  char **items;      /* names of its items */
  guint skipped;     /* records of unknown kind */
  gboolean damaged;  /* something of the body is missing */
  gboolean unshown;  /* a picture in it is of a form that cannot be shown elsewhere */
} IstActiveNote;

/* The one memo in it; of several documents the one with this subject. Refused: no database that can be read, no
 * memo or more than one that fits. */
IstActiveNote *ist_active_note_read (IstBody *database, const char *subject, GError **error);
void ist_active_note_free (IstActiveNote *note); /* NULL is allowed */

/* Appends to its rich text a copy of each document in the database that the text links to: under a heading in this
 * language, as it is in the database, at most 10, links in them not followed. Gives their number. */
guint ist_active_note_add_linked (IstActiveNote *note, IstBody *database, const char *language);

/* Can a text for the reader be made of it? */
gboolean ist_active_note_is_readable (const IstActiveNote *note);

/* Has it an item of this name (any case)? */
gboolean ist_active_note_has_item (const IstActiveNote *note, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstActiveNote, ist_active_note_free)

G_END_DECLS

#endif
