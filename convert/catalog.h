/*
 * convert/catalog.h - every text that a recipient can see, in every language we have.
 *
 *   g_autofree char *line = ist_catalog_text ("de", IST_TEXT_NOTES_ATTACHED, "name", "memo.nsf", NULL);
 *
 * Texts are UTF-8 without line ends; {name} stands for a value. A language is the first two letters of what a
 * directory or the settings say ("de-AT"); one that we do not have is English.
 *
 * Threads: constant.
 */
#ifndef IST_CONVERT_CATALOG_H
#define IST_CONVERT_CATALOG_H

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  IST_TEXT_NOTES_ATTACHED,  /* {name}: the file with the native form of a memo */
  IST_TEXT_NOTES_SEALED,    /* encrypted for Notes: nobody else can read it */
  IST_TEXT_NOTES_REBUILT,   /* the readable text was made from the Notes form */
  IST_TEXT_BUTTON,          /* {label}: stands where Notes shows a button */
  IST_TEXT_HOTSPOT,         /* stands where Notes runs a program on a click */
  IST_TEXT_ATTACHMENT_HERE, /* {name}: stands where Notes shows the icon of an attachment */
  IST_TEXT_PICTURE_MISSING, /* stands where a picture cannot be shown */
  IST_TEXT_PICTURE_NAMED,   /* {name}: its name or size; the same */
  IST_TEXT_POPUP,           /* {text}: stands behind words over which Notes shows this text */
  IST_TEXT_FIELD,           /* {name}: stands where Notes shows a field of a form */
  IST_TEXT_SECTION,         /* a section without a title */
  IST_TEXT_TAB,             /* {number}: a tab without a title */
  IST_TEXT_DOCLINK,         /* a link without a title */
  IST_TEXT_LINKED_COPY,     /* {title}: above the copy of a document that a link leads to */
  IST_TEXT_VOTE_CHOICES,    /* before the choices of a vote */
  IST_TEXT_VOTE_NOT_COUNTED, /* answers from here do not appear in Outlook's tracking */
  IST_TEXT_EMBEDDED_OBJECT, /* {name}: an embedded object that was kept as an attachment */
  IST_TEXT_RECEIPT_READ,    /* {subject} {recipient}: the text of a read receipt */
  IST_TEXT_RECEIPT_DELETED, /* {subject} {recipient}: deleted without being read */
  IST_TEXT_DELIVERY_REPORT, /* the text of a delivery report that came without one */
  IST_TEXT_RECALL,          /* {sender} {subject}: what the sender wants to take back */
  IST_TEXT_RECALL_ADVICE,   /* what the reader can do about it */
  IST_TEXT_DAMAGED,         /* {name}: a part that could not be read and stays as it came */
  IST_N_TEXTS
} IstTextId;

/* Languages, NULL-ended: "en" first. */
const char *const *ist_catalog_languages (void);

/* The text with its slots, borrowed. `language` NULL: English. */
const char *ist_catalog_raw (const char *language, IstTextId id);

/* Names and values of slots in pairs, ended by NULL. g_free() */
char *ist_catalog_text (const char *language, IstTextId id, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS

#endif
