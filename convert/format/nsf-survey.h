/*
 * convert/format/nsf-survey.h - what a Notes database says about itself before anything in it is read, also of one
 * that ist_nsf_open() refuses.
 *
 *   IstNsfSurvey survey;
 *   if (ist_nsf_survey (body, &survey))
 *     print ("ODS %u", survey.ods);
 *
 * Source: docs/formats.md, "NSF".
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_FORMAT_NSF_SURVEY_H
#define IST_CONVERT_FORMAT_NSF_SURVEY_H

#include "convert/format/nsf.h"

G_BEGIN_DECLS

#define IST_NSF_SUPERBLOCKS 4
#define IST_NSF_NAME_TABLES 2

/* A copy of the superblock; offset 0: there is none. Numbers are as written, not checked. */
typedef struct
{
  guint64 offset;
  guint32 sequence; /* the highest one that is whole counts */
  guint32 stored_bytes, plain_bytes;
  guint16 compression; /* 0 none, 1 CX */
  gboolean is_whole;   /* its checksum is right and it can be expanded */
  guint32 summary_buckets, non_summary_buckets, bitmaps, summary_pages, non_summary_pages;
} IstNsfSuperCopy;

/* The same of the table of names. */
typedef struct
{
  guint64 offset;
  guint32 sequence;
  guint32 stored_bytes, plain_bytes;
  guint16 compression;
  gboolean is_whole;
  guint32 names, tables; /* of items; of notes */
} IstNsfNamesCopy;

typedef struct
{
  guint ods;
  guint32 header_bytes;
  IstNsfSuperCopy superblocks[IST_NSF_SUPERBLOCKS];
  IstNsfNamesCopy names[IST_NSF_NAME_TABLES];
} IstNsfSurvey;

/* FALSE: it is no database (ist_nsf_is_database()). Copies are looked at only in a structure that ist_nsf_open()
 * knows and up to IST_NSF_MAX_BYTES. */
gboolean ist_nsf_survey (IstBody *body, IstNsfSurvey *survey);

G_END_DECLS

#endif
