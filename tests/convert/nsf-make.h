/*
 * tests/convert/nsf-make.h - makes small Notes databases of ODS 43 for tests.
 *
 *   g_autoptr (NsfMake) make = nsf_make_new ("Title");
 *   nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
 *   nsf_make_text (make, "Subject", "Hello");
 *   nsf_make_item (make, "Body", 0x0001, 0, cd, cd_size);
 *   nsf_make_file (make, "a.txt", 0, "text", 4);
 *   g_autoptr (GBytes) database = nsf_make_finish (make);
 *
 * One summary and one non-summary bucket of 8 KiB, so the notes together must stay below that; what
 * is longer goes to NSF_MAKE_APART.
 *
 * Threads: an object belongs to one.
 */
#ifndef IST_TESTS_CONVERT_NSF_MAKE_H
#define IST_TESTS_CONVERT_NSF_MAKE_H

#include <glib.h>

/* Where the items without the flag "summary" (0x0004) of a note go. */
typedef enum
{
  NSF_MAKE_INLINE, /* behind the summary in the same slot */
  NSF_MAKE_BUCKET, /* in the non-summary bucket */
  NSF_MAKE_APART   /* in the file by themselves */
} NsfMakePlace;

typedef struct _NsfMake NsfMake;

NsfMake *nsf_make_new (const char *title);
NsfMake *nsf_make_new_sized (const char *title, guint bucket_bytes); /* a multiple of 1024 */
void nsf_make_free (NsfMake *make);

/* Begins a note; items that follow are its own. */
void nsf_make_note (NsfMake *make, guint16 note_class, NsfMakePlace place);

/* An entry that is a deletion stub. */
void nsf_make_deleted (NsfMake *make);

/* An item. Flag 0x8000 compresses the value; 0x0008 (the type is in the table of names) is set unless `type_inside`
 * was asked for by flag 0x10000. */
void nsf_make_item (NsfMake *make, const char *name, guint16 type, guint32 flags, const void *data, gsize size);
void nsf_make_text (NsfMake *make, const char *name, const char *text);

/* Added to a compression: the object has the longer head of newer databases. */
#define NSF_MAKE_DIGEST 0x0100

/* A $FILE item and its object; compression 0 stored, 1 Huffman, 2 CX. */
void nsf_make_file (NsfMake *make, const char *name, guint16 compression, const void *data, gsize size);

GBytes *nsf_make_finish (NsfMake *make);

/* The codings alone. `chain` makes a tree as deep as it can be. */
GByteArray *nsf_make_cx (const guint8 *data, gsize size);
GByteArray *nsf_make_huffman (const guint8 *data, gsize size, gboolean chain);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NsfMake, nsf_make_free)

#endif
