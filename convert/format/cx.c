#include "convert/format/cx.h"

#include "base/error.h"
#include "base/scratch.h"

#include <string.h>

#define END_LENGTH 0x102
#define MAX_NUMBER_BITS 16
#define LEAST_MARKER 4
/* The longest match is 0x101 bytes and takes 27 bits: 1, 0, seven 0, 1, eight bits, 1, eight bits. */
#define MAX_PLAIN_PER_BYTE 77

typedef struct
{
  const guint8 *next, *end;
  guint64 bits; /* least significant first; what stands above `count` is the input that follows */
  guint count;
} Reader;

/* At least 56 bits, as long as the input has them. */
static inline void
refill (Reader *reader)
{
  if (G_LIKELY (reader->end - reader->next >= 8))
    {
      guint64 word;

      memcpy (&word, reader->next, sizeof word);
      reader->bits |= GUINT64_FROM_LE (word) << reader->count;
      reader->next += (63 - reader->count) >> 3;
      reader->count |= 56;
      return;
    }
  while (reader->count <= 56 && reader->next < reader->end)
    {
      reader->bits |= (guint64) *reader->next++ << reader->count;
      reader->count += 8;
    }
}

static inline gboolean
take (Reader *reader, guint n, guint32 *value)
{
  if (reader->count < n)
    return FALSE;
  *value = (guint32) (reader->bits & (((guint64) 1 << n) - 1));
  reader->bits >>= n;
  reader->count -= n;
  return TRUE;
}

/* k - 1 zero bits, a one, then k bits: 2^k - 1 and these. */
static inline gboolean
take_number (Reader *reader, guint32 *value)
{
  guint zeros = reader->bits == 0 ? 64 : (guint) __builtin_ctzll (reader->bits);
  guint32 low;

  if (zeros >= MAX_NUMBER_BITS || !take (reader, zeros + 1, &low) || !take (reader, zeros + 1, &low))
    return FALSE;
  *value = (((guint32) 1 << (zeros + 1)) - 1) + low;
  return TRUE;
}

/* The rest of a match behind its leading 1. *length is END_LENGTH at the end of the stream. */
static gboolean
take_match (Reader *reader, gsize *length, gsize *distance)
{
  guint32 bit, number = 0, high = 0, low;

  if (!take (reader, 1, &bit) || (!bit && !take_number (reader, &number)))
    return FALSE;
  *length = (gsize) number + 2;
  if (*length >= END_LENGTH)
    {
      *length = END_LENGTH;
      return TRUE;
    }
  refill (reader);
  if (*length > 2 && (!take (reader, 1, &bit) || (!bit && !take_number (reader, &high))))
    return FALSE;
  if (!take (reader, 8, &low))
    return FALSE;
  *distance = (gsize) high << 8 | low;
  return TRUE;
}

static inline void
copy_match (guint8 *out, gsize distance, gsize length)
{
  const guint8 *from = out - distance;

  if (distance >= length)
    memcpy (out, from, length);
  else if (distance == 1)
    memset (out, *from, length);
  else
    for (gsize i = 0; i < length; i++)
      out[i] = from[i];
}

/* A number at the beginning of `bits`, without a look at how many there are. */
static inline gsize
fast_number (guint64 bits, guint *used)
{
  guint k = (guint) __builtin_ctzll (bits | (guint64) 1 << MAX_NUMBER_BITS) + 1;

  *used = 2 * k;
  return (bits >> k & (((guint64) 1 << k) - 1)) + ((guint64) 1 << k) - 1;
}

/* As long as eight bytes of input and room for the longest match are left: 56 bits hold a token, so none is counted.
 * Leaves the end, long numbers and damage to the careful way. Returns the bytes made. */
static gsize
expand_fast (Reader *outer, guint8 *out, gsize made, gsize plain_bytes)
{
  Reader in = *outer;

  while (in.end - in.next >= 8 && plain_bytes - made >= END_LENGTH)
    {
      guint used = 0, more = 0;
      gsize length = 2, distance = 0;

      refill (&in);
      *outer = in;
      if ((in.bits & 1) == 0)
        {
          out[made++] = (guint8) (in.bits >> 1);
          in.bits >>= 9;
          in.count -= 9;
          *outer = in;
          continue;
        }
      if ((in.bits & 2) == 0)
        length += fast_number (in.bits >> 2, &used);
      if (length >= END_LENGTH)
        return made;
      used += 2;
      if (length > 2 && (in.bits >> used++ & 1) == 0)
        distance = fast_number (in.bits >> used, &more) << 8;
      distance |= in.bits >> (used + more) & 0xFF;
      used += more + 8;
      if (used > 56 || distance == 0 || distance > made)
        return made;
      in.bits >>= used;
      in.count -= used;
      *outer = in;
      copy_match (out + made, distance, length);
      made += length;
    }
  return made;
}

/* Returns the bytes made; *whole tells whether the stream ended where it should. */
static gsize
expand (Reader *reader, guint8 *out, gsize plain_bytes, gboolean *whole)
{
  gsize made = 0;

  *whole = FALSE;
  for (;;)
    {
      guint32 bit, literal;
      gsize length, distance;

      made = expand_fast (reader, out, made, plain_bytes);
      refill (reader);
      if (!take (reader, 1, &bit))
        {
          *whole = made == plain_bytes;
          return made;
        }
      if (!bit)
        {
          /* Up to 7 bits are left over in the last byte of a stream without an end mark. */
          if (made == plain_bytes || !take (reader, 8, &literal))
            {
              *whole = made == plain_bytes && reader->count < 8;
              return made;
            }
          out[made++] = (guint8) literal;
          continue;
        }
      if (!take_match (reader, &length, &distance))
        return made;
      if (length == END_LENGTH)
        {
          *whole = made == plain_bytes;
          return made;
        }
      if (distance == 0 || distance > made || length > plain_bytes - made)
        return made;
      copy_match (out + made, distance, length);
      made += length;
    }
}

GBytes *
ist_cx_expand (const guint8 *data, gsize size_bytes, gsize plain_bytes, GError **error)
{
  Reader reader = { data, data + size_bytes, 0, 0 };
  g_autoptr (GBytes) out = NULL;
  guint8 *plain;
  gboolean whole;
  guint32 marker;

  if (plain_bytes / MAX_PLAIN_PER_BYTE > size_bytes)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED,
                   "CX data: %" G_GSIZE_FORMAT " bytes cannot become %" G_GSIZE_FORMAT, size_bytes, plain_bytes);
      return NULL;
    }
  refill (&reader);
  if (!take (&reader, 3, &marker) || marker < LEAST_MARKER)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "CX data: no marker");
      return NULL;
    }
  out = ist_scratch_room (plain_bytes, &plain, error);
  if (out == NULL)
    {
      g_prefix_error (error, "CX data: ");
      return NULL;
    }
  if (expand (&reader, plain, plain_bytes, &whole) != plain_bytes || !whole)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "CX data: damaged, or not of %" G_GSIZE_FORMAT " bytes",
                   plain_bytes);
      return NULL;
    }
  return g_steal_pointer (&out);
}
