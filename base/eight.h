/*
 * base/eight.h - eight bytes of text looked at at once, for loops that search for one of a few bytes.
 *
 *   guint64 eight = ist_eight_load (p);                               p[0] to p[7]
 *   guint64 found = ist_eight_equal (eight, '<') | ist_eight_below (eight, ' ');
 *   p += found != 0 ? ist_eight_first (found) : 8;
 *
 * What is found is the highest bit of each byte that fits. The first one is right; bytes behind it may be set in error, as
 * a subtraction borrows from the next byte.
 *
 * Threads: pure functions.
 */
#ifndef IST_BASE_EIGHT_H
#define IST_BASE_EIGHT_H

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* The same byte eight times. */
#define IST_EIGHT(byte) (G_GUINT64_CONSTANT (0x0101010101010101) * (byte))

/* The first byte is the lowest on any machine. */
static inline guint64
ist_eight_load (const char *p)
{
  guint64 eight;

  memcpy (&eight, p, sizeof eight);
  return GUINT64_FROM_LE (eight);
}

static inline guint64
ist_eight_equal (guint64 eight, guint8 byte)
{
  guint64 differs = eight ^ IST_EIGHT (byte);

  return (differs - IST_EIGHT (1)) & ~differs & IST_EIGHT (0x80);
}

/* Bytes below `byte`, at most 0x80. */
static inline guint64
ist_eight_below (guint64 eight, guint8 byte)
{
  return (eight - IST_EIGHT (byte)) & ~eight & IST_EIGHT (0x80);
}

/* Bytes above `byte`, less than 0x80; none is set in error. */
static inline guint64
ist_eight_above (guint64 eight, guint8 byte)
{
  return (((eight & IST_EIGHT (0x7F)) + IST_EIGHT (0x7F - byte)) | eight) & IST_EIGHT (0x80);
}

/* The place of the first byte of `found`, which is not 0. */
static inline gsize
ist_eight_first (guint64 found)
{
  return (gsize) __builtin_ctzll (found) / 8;
}

G_END_DECLS

#endif
