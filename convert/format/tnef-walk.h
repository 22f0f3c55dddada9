/*
 * convert/format/tnef-walk.h - the attributes of a TNEF stream one by one, without reading what they hold.
 *
 *   IstTnefAttribute attribute;
 *   IstTnefWalk walk = ist_tnef_walk_begin (body, offset, size);
 *   while (ist_tnef_walk_next (&walk, &attribute))
 *     …
 *
 * Source: [MS-OXTNEF] 2.1.3.1 (layout, checksum), 2.1.3.2 and 2.1.3.3 (ids).
 *
 * Threads: any; a walk belongs to one.
 */
#ifndef IST_CONVERT_FORMAT_TNEF_WALK_H
#define IST_CONVERT_FORMAT_TNEF_WALK_H

#include "base/body.h"

G_BEGIN_DECLS

typedef enum
{
  IST_TNEF_SUM_GOOD,
  IST_TNEF_SUM_WRONG,
  IST_TNEF_SUM_MISSING /* the stream ends before it */
} IstTnefSum;

typedef struct
{
  guint level;                     /* 1: of the message, 2: of an attachment */
  guint16 id, type;                /* low and high word of the attribute id */
  gsize offset, size_bytes;        /* of the data, in the body; what is there of it */
  guint32 declared_bytes;          /* more than size_bytes: cut off */
  IstTnefSum sum;
} IstTnefAttribute;

typedef struct
{
  const guint8 *data;
  gsize start, at, end; /* offsets in the body; `at` stays where the walk ended */
} IstTnefWalk;

/* Over the stream in this range of `body`, which must outlive the walk and begin with a signature
 * (ist_tnef_is_tnef()). */
IstTnefWalk ist_tnef_walk_begin (const IstBody *body, gsize offset, gsize size_bytes);
/* The next attribute. FALSE: the end, or what follows is none: then walk->at is before walk->end. */
gboolean ist_tnef_walk_next (IstTnefWalk *walk, IstTnefAttribute *attribute);

/* "attSubject"; NULL: unknown. Static. */
const char *ist_tnef_attribute_name (guint16 id);

G_END_DECLS

#endif
