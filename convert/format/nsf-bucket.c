#include "convert/format/nsf-private.h"

#include <string.h>

#define HEAD_BYTES 66
#define LEAST_BYTES 512
#define MAX_BYTES 65536
#define SIGNATURE 0x4202
#define MARK_FIRST 66
#define MARK_STEP 512
#define SLOT_BYTES 4

/* The bytes at 66, 578, 1090… have lost their low half to a marker; the footer keeps it. */
static gsize
marked_count (const NsfBucket *bucket)
{
  gsize end = bucket->size - bucket->footer;

  return end > MARK_FIRST ? (end - MARK_FIRST + MARK_STEP - 1) / MARK_STEP : 0;
}

gboolean
nsf_bucket_open (const IstNsf *nsf, NsfKind kind, guint32 number, NsfBucket *bucket)
{
  guint64 offset = nsf_super_bucket (nsf, kind, number);
  const guint8 *head = offset != 0 ? nsf_range (nsf, offset, HEAD_BYTES) : NULL;
  NsfBucket found = { 0 };

  if (head == NULL || nsf_u16 (head) != SIGNATURE || nsf_u32 (head + 2) != number - 1)
    return FALSE;
  found.size = nsf_u32 (head + 6);
  found.slots = nsf_u32 (head + 44);
  found.footer = nsf_u32 (head + 50);
  if (found.size < LEAST_BYTES || found.size > MAX_BYTES || found.footer > found.size - HEAD_BYTES
      || found.slots > (found.size - HEAD_BYTES - found.footer) / SLOT_BYTES
      || (marked_count (&found) + 1) / 2 > found.footer)
    return FALSE;
  found.data = nsf_range (nsf, offset, found.size);
  if (found.data == NULL)
    return FALSE;
  *bucket = found;
  return TRUE;
}

void
nsf_bucket_copy (const NsfBucket *bucket, gsize offset, gsize size, guint8 *out)
{
  gsize marks = marked_count (bucket);
  gsize k = offset > MARK_FIRST ? (offset - MARK_FIRST + MARK_STEP - 1) / MARK_STEP : 0;

  memcpy (out, bucket->data + offset, size);
  for (; k < marks && MARK_FIRST + MARK_STEP * k < offset + size; k++)
    {
      guint8 pair = bucket->data[bucket->size - 1 - (k >> 1)];
      guint8 *byte = out + (MARK_FIRST + MARK_STEP * k - offset);

      *byte = (guint8) ((*byte & 0xF0) | (k & 1 ? pair & 0x0F : pair >> 4));
    }
}

gboolean
nsf_bucket_slot (const NsfBucket *bucket, guint32 slot, gsize *offset, gsize *size)
{
  guint8 entry[SLOT_BYTES];
  gsize directory = bucket->size - bucket->footer - (gsize) SLOT_BYTES * bucket->slots;
  gsize begin, length;

  if (slot == 0 || slot > bucket->slots)
    return FALSE;
  nsf_bucket_copy (bucket, bucket->size - bucket->footer - (gsize) SLOT_BYTES * slot, SLOT_BYTES, entry);
  begin = nsf_u16 (entry);
  length = nsf_u16 (entry + 2);
  if (begin < HEAD_BYTES || begin > directory || length > directory - begin)
    return FALSE;
  *offset = begin;
  *size = length;
  return TRUE;
}
