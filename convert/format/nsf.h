/*
 * convert/format/nsf.h - reader of a Notes database (NSF) of the on-disk structures 41 to 55.
 *
 *   g_autoptr (IstNsf) nsf = ist_nsf_open (body, &error);
 *   for (guint i = 0; nsf != NULL && i < ist_nsf_note_count (nsf); i++)
 *     if ((ist_nsf_note_info (nsf, i)->note_class & IST_NSF_CLASS_MASK) == IST_NSF_CLASS_DOCUMENT)
 *       {
 *         g_autoptr (IstNsfNote) note = ist_nsf_note_load (nsf, i, &error);
 *         g_autofree char *subject = note != NULL ? ist_nsf_note_text (note, "Subject") : NULL;
 *         …
 *       }
 *
 * Read-only, over a map of the file, which is never copied as a whole. Layout and sources: docs/formats.md, "NSF".
 * Values: convert/format/nsf-value.h; attachments and MIME: convert/format/nsf-attach.h.
 *
 * Errors: IST_ERROR_REFUSED, the database or this note of it cannot be read; IST_ERROR_RETRY, no memory.
 *
 * Threads: a database and its notes are immutable; any number of threads may read them.
 */
#ifndef IST_CONVERT_FORMAT_NSF_H
#define IST_CONVERT_FORMAT_NSF_H

#include "base/body.h"

G_BEGIN_DECLS

typedef struct _IstNsf IstNsf;
typedef struct _IstNsfNote IstNsfNote;

#define IST_NSF_MAX_BYTES ((gsize) 512 * 1024 * 1024)

/* A Notes time as stored: low dword hundredths of a second since 00:00 GMT (0xFFFFFFFF: only a date), high dword
 * Julian day in bits 0-23 and the zone in which to show it. Also one half of an id. */
typedef struct
{
  guint32 low, high;
} IstNsfTime;

typedef struct
{
  IstNsfTime file, note;
} IstNsfUnid;

#define IST_NSF_CLASS_MASK 0x0FFF
#define IST_NSF_CLASS_DOCUMENT 0x0001

typedef struct
{
  guint32 id, parent_id; /* parent_id: of the note this one answers, or 0 */
  IstNsfUnid unid;
  guint32 sequence;
  IstNsfTime sequence_time, modified, accessed, added;
  guint16 flags, note_class;
  guint n_items; /* as the note says it */
} IstNsfNoteInfo;

#define IST_NSF_ITEM_SIGN 0x0001
#define IST_NSF_ITEM_SEAL 0x0002
#define IST_NSF_ITEM_SUMMARY 0x0004
#define IST_NSF_ITEM_AUTHORS 0x0020
#define IST_NSF_ITEM_NAMES 0x0040
#define IST_NSF_ITEM_PLACEHOLDER 0x0100
#define IST_NSF_ITEM_PROTECTED 0x0200
#define IST_NSF_ITEM_READERS 0x0400
#define IST_NSF_ITEM_COMPRESSED 0x8000

typedef enum
{
  IST_NSF_COMPOSITE = 0x0001, /* rich text */
  IST_NSF_OBJECT = 0x0003,
  IST_NSF_UNIDS = 0x0004,
  IST_NSF_LINKS = 0x0007,
  IST_NSF_SIGNATURE = 0x0008,
  IST_NSF_SEAL = 0x0009,
  IST_NSF_SEAL_DATA = 0x000A,
  IST_NSF_SEAL_LIST = 0x000B,
  IST_NSF_HTML = 0x0015,
  IST_NSF_MIME_PART = 0x0019,
  IST_NSF_NUMBER = 0x0300,
  IST_NSF_NUMBERS = 0x0301,
  IST_NSF_TIME = 0x0400,
  IST_NSF_TIMES = 0x0401,
  IST_NSF_TEXT = 0x0500,
  IST_NSF_TEXTS = 0x0501,
  IST_NSF_RFC822 = 0x0502,
  IST_NSF_FORMULA = 0x0600
} IstNsfType;

typedef struct
{
  const char *name; /* UTF-8 */
  guint16 type;     /* IstNsfType, or one that has no name here */
  guint16 flags;
  guint8 duplicate; /* 0, 1, 2… among those of one name */
} IstNsfItem;

/* Does it begin as a Notes database? Says nothing about whether it can be read. */
gboolean ist_nsf_is_database (const IstBody *body);

/* References `body`. Refused: no database, an unknown structure (Release 3 and 4 among them), more than
 * IST_NSF_MAX_BYTES, no valid superblock or name table. */
IstNsf *ist_nsf_open (IstBody *body, GError **error);
IstNsf *ist_nsf_ref (IstNsf *nsf);
void ist_nsf_unref (IstNsf *nsf); /* NULL is allowed */

guint ist_nsf_ods (const IstNsf *nsf);
/* The title in UTF-8, without categories and template; borrowed. */
const char *ist_nsf_title (const IstNsf *nsf);
IstNsfTime ist_nsf_replica_id (const IstNsf *nsf);

/* Notes in the order of their ids, deletion stubs left out. */
guint ist_nsf_note_count (const IstNsf *nsf);
const IstNsfNoteInfo *ist_nsf_note_info (const IstNsf *nsf, guint index); /* borrowed */
/* Notes and tables of notes that could not be read and are missing in that list. */
guint ist_nsf_damaged_count (const IstNsf *nsf);

typedef struct
{
  gboolean is_table; /* of notes, all of which are missing */
  guint32 id;        /* of the note, or the first one of the table */
} IstNsfDamage;

/* Which they are: IstNsfDamage, borrowed; the first thousand. */
const GArray *ist_nsf_damage (const IstNsf *nsf);

/* The note with its items. It holds a reference on the database. */
IstNsfNote *ist_nsf_note_load (IstNsf *nsf, guint index, GError **error);
void ist_nsf_note_free (IstNsfNote *note); /* NULL is allowed */

IstNsf *ist_nsf_note_database (const IstNsfNote *note);                       /* borrowed */
const IstNsfNoteInfo *ist_nsf_note_head (const IstNsfNote *note);             /* borrowed */
guint ist_nsf_note_item_count (const IstNsfNote *note);                       /* at most 65,535 */
const IstNsfItem *ist_nsf_note_item (const IstNsfNote *note, guint index);    /* borrowed */
/* The first item of `name` (in any case) from `start` on, or -1. */
gint ist_nsf_note_find (const IstNsfNote *note, const char *name, guint start);

/* The value behind its type, expanded if it was compressed; the caller unrefs. Most often a range of the map. */
GBytes *ist_nsf_note_value (const IstNsfNote *note, guint index, GError **error);

/* The values of all items of `name` and `type` in order, each a GBytes: one stream whose records are aligned in
 * their own item. Empty when there is none; refused when they are more than `limit_bytes`. The caller unrefs. */
GPtrArray *ist_nsf_note_chunks (const IstNsfNote *note, const char *name, guint16 type, gsize limit_bytes,
                                GError **error);

/* The first item of `name` that is text or a list, in UTF-8, entries joined by "; ". NULL: there is none, or it
 * is of another kind or damaged. The caller frees. */
char *ist_nsf_note_text (const IstNsfNote *note, const char *name);

/* Is its content encrypted? The flag "seal" of an item alone does not say so: it marks what would be. */
gboolean ist_nsf_note_is_sealed (const IstNsfNote *note);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstNsf, ist_nsf_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstNsfNote, ist_nsf_note_free)

G_END_DECLS

#endif
