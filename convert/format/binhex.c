#include "convert/format/binhex.h"

#include "base/charset.h"
#include "base/error.h"

#include <string.h>

#define RUN 0x90

static const char mark[] = "(This file must be converted with BinHex";

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "BinHex: %s", what);
  return FALSE;
}

/* ---- six bits to bytes, runs expanded ---- */

static int
sextet (char c)
{
  static const char digits[] = "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr";
  const char *at = c != '\0' ? strchr (digits, c) : NULL;

  return at != NULL ? (int) (at - digits) : -1;
}

typedef struct
{
  GByteArray *out;
  gsize max;
  gboolean marked; /* the last byte was the mark of a run */
} Expander;

static gboolean
expand (Expander *self, guint8 byte)
{
  guint8 last;

  if (!self->marked)
    {
      self->marked = byte == RUN;
      if (!self->marked)
        g_byte_array_append (self->out, &byte, 1);
      return self->out->len <= self->max;
    }
  self->marked = FALSE;
  if (byte == 0)
    {
      byte = RUN;
      g_byte_array_append (self->out, &byte, 1);
      return self->out->len <= self->max;
    }
  if (self->out->len == 0)
    return FALSE;
  last = self->out->data[self->out->len - 1];
  while (--byte > 0)
    g_byte_array_append (self->out, &last, 1);
  return self->out->len <= self->max;
}

/* From behind the first ':' to the last one, whose place comes back in *end. */
static gboolean
unpack (const char *text, gsize size, gsize *end, Expander *out, GError **error)
{
  guint32 bits = 0;
  guint n_bits = 0;

  for (gsize i = 0; i < size; i++)
    {
      int six;

      if (text[i] == ':')
        {
          *end = i + 1;
          return TRUE;
        }
      if (g_ascii_isspace (text[i]))
        continue;
      six = sextet (text[i]);
      if (six < 0)
        return refuse (error, "a character that is no digit of it");
      bits = (bits << 6 | (guint32) six) & 0xFFFF;
      n_bits += 6;
      if (n_bits < 8)
        continue;
      n_bits -= 8;
      if (!expand (out, (guint8) (bits >> n_bits)))
        return refuse (error, "larger than allowed, or a run of nothing");
    }
  return refuse (error, "no end");
}

/* ---- the file in the bytes ---- */

/* CRC-CCITT with start 0 over the bytes and two zeros in the place of the sum. */
static guint16
check_sum (const guint8 *data, gsize size)
{
  guint32 crc = 0;

  for (gsize i = 0; i < size; i++)
    {
      crc ^= (guint32) data[i] << 8;
      for (guint bit = 0; bit < 8; bit++)
        crc = (crc & 0x8000) != 0 ? (crc << 1 ^ 0x1021) & 0xFFFF : (crc << 1) & 0xFFFF;
    }
  return (guint16) crc;
}

typedef struct
{
  const guint8 *data;
  gsize size, pos;
} Bytes;

/* `size` bytes and the sum behind them. */
static const guint8 *
take (Bytes *self, gsize size)
{
  const guint8 *p = self->data + self->pos;

  if (self->size - self->pos < 2 || size > self->size - self->pos - 2
      || check_sum (p, size) != (p[size] << 8 | p[size + 1]))
    return NULL;
  self->pos += size + 2;
  return p;
}

static guint32
read_u32 (const guint8 *p)
{
  return (guint32) p[0] << 24 | (guint32) p[1] << 16 | (guint32) p[2] << 8 | p[3];
}

/* Name (length, bytes), a zero, type, creator (4 each), flags (2), sizes of the data and the resource fork (4 each),
 * sum; then each fork with its sum. */
static GBytes *
read_file (const GByteArray *unpacked, char **name, gsize *resource_bytes, GError **error)
{
  Bytes bytes = { unpacked->data, unpacked->len, 0 };
  gsize name_size = bytes.size > 0 ? bytes.data[0] : 0;
  const guint8 *head, *data, *resource;
  gsize data_size, resource_size;

  head = name_size > 0 && name_size <= 63 ? take (&bytes, 1 + name_size + 1 + 4 + 4 + 2 + 4 + 4) : NULL;
  if (head == NULL)
    {
      refuse (error, "damaged header");
      return NULL;
    }
  data_size = read_u32 (head + 12 + name_size);
  resource_size = read_u32 (head + 16 + name_size);
  data = take (&bytes, data_size);
  resource = data != NULL ? take (&bytes, resource_size) : NULL;
  if (resource == NULL)
    {
      refuse (error, "damaged fork");
      return NULL;
    }
  *name = ist_charset_to_utf8 ((const char *) head + 1, name_size, "macintosh", NULL);
  *resource_bytes = resource_size;
  return g_bytes_new (data, data_size);
}

/* The ':' that begins it, at the beginning of a line behind the mark. */
static const char *
find_start (const char *text, gsize size, gsize *start)
{
  const char *end = text + size;
  const char *line = text;
  gboolean marked = FALSE;

  while (line < end)
    {
      const char *lf = memchr (line, '\n', (gsize) (end - line));

      if ((gsize) (end - line) >= strlen (mark) && memcmp (line, mark, strlen (mark)) == 0)
        {
          marked = TRUE;
          *start = (gsize) (line - text);
        }
      else if (marked && *line == ':')
        return line + 1;
      else if (marked && !g_ascii_isspace (*line))
        marked = FALSE;
      if (lf == NULL)
        break;
      line = lf + 1;
    }
  return NULL;
}

GBytes *
ist_binhex_decode (const char *text, gsize size_bytes, gsize max_bytes, char **name, gsize *resource_bytes,
                   gsize *start, gsize *end, GError **error)
{
  g_autoptr (GByteArray) unpacked = g_byte_array_new ();
  Expander expander = { unpacked, MIN (max_bytes, G_MAXUINT / 4) + 1024, FALSE };
  gsize from = 0, used = 0;
  const char *p = find_start (text, size_bytes, &from);
  GBytes *data;

  if (p == NULL)
    {
      refuse (error, "no beginning");
      return NULL;
    }
  if (!unpack (p, size_bytes - (gsize) (p - text), &used, &expander, error))
    return NULL;
  data = read_file (unpacked, name, resource_bytes, error);
  if (data == NULL)
    return NULL;
  if (start != NULL)
    *start = from;
  if (end != NULL)
    *end = (gsize) (p - text) + used;
  return data;
}
