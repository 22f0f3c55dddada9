/*
 * convert/format/nsf-private.h - what the files of the NSF reader share; nobody else includes it.
 *
 *   const guint8 *p = nsf_range (nsf, offset, 66);
 *   if (p == NULL) …
 *
 * Threads: see nsf.h.
 */
#ifndef IST_CONVERT_FORMAT_NSF_PRIVATE_H
#define IST_CONVERT_FORMAT_NSF_PRIVATE_H

#include "convert/format/nsf-survey.h"

#include "base/error.h"

G_BEGIN_DECLS

#define NSF_REFUSE(error, ...) g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "Notes database: " __VA_ARGS__)

/* On-disk structures that can be read, and the header they have at least. */
#define NSF_LEAST_ODS 41
#define NSF_MAX_ODS 55
#define NSF_LEAST_HEADER 1024

typedef enum
{
  NSF_SUMMARY,
  NSF_NON_SUMMARY
} NsfKind;

/* A page of bucket descriptors; `entries` are in the superblock or in the map. */
typedef struct
{
  const guint8 *entries; /* NULL: the page cannot be read */
} NsfPage;

typedef struct
{
  GBytes *plain;
  guint32 buckets[2]; /* by NsfKind */
  GArray *pages[2];   /* of NsfPage */
  guint32 rrv_position;
  const guint8 *rrv; /* the current copy of that RRV bucket in `plain`, or NULL */
} NsfSuper;

typedef struct
{
  const char *name; /* UTF-8; NULL: the entry is damaged */
  guint16 type;
} NsfName;

typedef struct
{
  GBytes *plain;
  const guint8 *rrvs, *names, *text;
  guint32 n_rrvs, n_names, text_bytes;
  GArray *items; /* of NsfName */
  GStringChunk *utf8;
} NsfNames;

typedef struct
{
  guint32 first_id;
  const guint8 *entries;
} NsfRrvBucket;

typedef struct
{
  const guint8 *data;
  gsize size, footer;
  guint32 slots;
} NsfBucket;

typedef struct
{
  IstNsfNoteInfo info;
  guint32 bucket, slot; /* 1-based */
} NsfNoteEntry;

struct _IstNsf
{
  gatomicrefcount refs;
  IstBody *body;
  const guint8 *data;
  gsize size;
  guint ods;
  char *title;
  NsfSuper super;
  NsfNames names;
  GArray *rrvs;  /* of NsfRrvBucket, by first_id */
  GArray *notes; /* of NsfNoteEntry */
  guint damaged;
  GArray *damage; /* IstNsfDamage, the first of them */
};

static inline guint16
nsf_u16 (const guint8 *p)
{
  return (guint16) (p[0] | p[1] << 8);
}

static inline guint32
nsf_u32 (const guint8 *p)
{
  return p[0] | (guint32) p[1] << 8 | (guint32) p[2] << 16 | (guint32) p[3] << 24;
}

static inline IstNsfTime
nsf_time (const guint8 *p)
{
  return (IstNsfTime) { nsf_u32 (p), nsf_u32 (p + 4) };
}

/* `size` bytes of the file at `offset`, or NULL where it has not as many. */
static inline const guint8 *
nsf_range (const IstNsf *nsf, guint64 offset, gsize size)
{
  return offset <= nsf->size && size <= nsf->size - offset ? nsf->data + offset : NULL;
}

/* Positions in the file are in units of 256 bytes. */
static inline guint64
nsf_offset (guint32 position)
{
  return (guint64) position << 8;
}

/* XOR of the dwords, the last filled up with 0. */
guint32 nsf_checksum (const guint8 *data, gsize size);

/* The body of a superblock or name block of `stored` bytes at `offset`, behind `head` bytes and before its trailer;
 * checked and expanded. NULL when it does not hold together. */
GBytes *nsf_block_expand (const IstNsf *nsf, guint64 offset, gsize head, guint32 stored, guint32 plain,
                          guint16 compression);

/* What the head of copy `i` says and whether its body holds together; FALSE: there is no such copy. */
gboolean nsf_super_survey (const IstNsf *nsf, guint i, IstNsfSuperCopy *copy);
gboolean nsf_names_survey (const IstNsf *nsf, guint i, IstNsfNamesCopy *copy);

gboolean nsf_super_read (IstNsf *nsf, GError **error);
void nsf_super_clear (NsfSuper *super);
/* Where a bucket begins by its descriptor (1-based number); 0 when there is none. */
guint64 nsf_super_bucket (const IstNsf *nsf, NsfKind kind, guint32 number);

gboolean nsf_names_read (IstNsf *nsf, GError **error);
void nsf_names_clear (NsfNames *names);
/* The name of an item (UTF-8, borrowed) and its type word; NULL when there is no such entry. */
const char *nsf_names_item (const IstNsf *nsf, guint16 index, guint16 *type);

void nsf_rrv_read (IstNsf *nsf);
void nsf_rrv_list_notes (IstNsf *nsf, GError **error);
/* Where the object of that id lies, or 0. */
guint64 nsf_rrv_object (const IstNsf *nsf, guint32 id);

gboolean nsf_bucket_open (const IstNsf *nsf, NsfKind kind, guint32 number, NsfBucket *bucket);
gboolean nsf_bucket_slot (const NsfBucket *bucket, guint32 slot, gsize *offset, gsize *size);
/* Copies a range with the bytes as they were before they were marked against torn writes. */
void nsf_bucket_copy (const NsfBucket *bucket, gsize offset, gsize size, guint8 *out);

#define NSF_NOTE_HEAD 100
/* Reads the head of a note. */
void nsf_note_read_head (const guint8 *head, IstNsfNoteInfo *info);

G_END_DECLS

#endif
