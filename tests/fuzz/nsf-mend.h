/*
 * tests/fuzz/nsf-mend.h - makes the checksums of a changed Notes database right again, so that a fuzz target gets past
 * them.
 *
 *   nsf_mend (data, size);
 *
 * Threads: any.
 */
#ifndef IST_TESTS_FUZZ_NSF_MEND_H
#define IST_TESTS_FUZZ_NSF_MEND_H

#include <glib.h>

static inline guint32
nsf_mend_u32 (const guint8 *p)
{
  return p[0] | (guint32) p[1] << 8 | (guint32) p[2] << 16 | (guint32) p[3] << 24;
}

/* Writes the sum of the block at `position` into its trailer. */
static inline void
nsf_mend_block (guint8 *data, gsize size, guint32 position, gsize head, gsize at_stored)
{
  guint64 offset = (guint64) position << 8;
  guint32 stored, sum = 0;
  guint8 *body;
  gsize n;

  if (offset > size || size - offset < head)
    return;
  stored = nsf_mend_u32 (data + offset + at_stored);
  if (stored < head + 12 || stored > size - offset)
    return;
  body = data + offset + head;
  n = stored - head - 12;
  for (gsize i = 0; i < n; i++)
    sum ^= (guint32) body[i] << i % 4 * 8;
  for (guint i = 0; i < 4; i++)
    body[n + 8 + i] = (guint8) (sum >> 8 * i);
}

/* Of the first two superblocks and of both tables of names. */
static inline void
nsf_mend (guint8 *data, gsize size)
{
  for (guint i = 0; size >= 1024 && i < 2; i++)
    {
      nsf_mend_block (data, size, nsf_mend_u32 (data + 560 + 8 * i), 100, 64);
      nsf_mend_block (data, size, nsf_mend_u32 (data + 628 + 8 * i), 66, 14);
    }
}

#endif
