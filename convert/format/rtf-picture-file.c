/*
 * convert/format/rtf-picture-file.c - RTF writes bitmaps and metafiles without the headers that files of them have.
 * Sources: [MS-WMF] 2.2.2.3 (bitmap header) and 2.3.2.3 (META_PLACEABLE), BITMAPFILEHEADER of the Windows API.
 */
#include "convert/format/rtf-private.h"

#include <string.h>

#define BITMAP_FILE_HEADER 14
#define METAFILE_HEADER 18
#define TWIPS_PER_INCH 1440
#define MAX_UNITS ((guint) G_MAXINT16)

static guint32
u16 (const GByteArray *data, gsize at)
{
  return at + 2 <= data->len ? data->data[at] | (guint32) data->data[at + 1] << 8 : 0;
}

static guint32
u32 (const GByteArray *data, gsize at)
{
  return at + 4 <= data->len ? u16 (data, at) | u16 (data, at + 2) << 16 : 0;
}

static void
put_u16 (GByteArray *out, guint32 value)
{
  guint8 bytes[2] = { (guint8) value, (guint8) (value >> 8) };

  g_byte_array_append (out, bytes, 2);
}

static void
put_u32 (GByteArray *out, guint32 value)
{
  put_u16 (out, value);
  put_u16 (out, value >> 16);
}

/* Bytes between the start of a bitmap without file header and its pixels: header, masks, colours. */
static guint32
pixels_offset (const GByteArray *dib)
{
  guint32 header = u32 (dib, 0);
  gboolean is_core = header == 12;
  guint32 bits = u16 (dib, is_core ? 10 : 14);
  guint32 masks = header == 40 && u32 (dib, 16) == 3 ? 12 : 0; /* BI_BITFIELDS */
  guint32 used = is_core ? 0 : u32 (dib, 32);
  guint32 colours = used != 0 ? MIN (used, 256) : bits <= 8 ? 1u << bits : 0;

  return MIN (header, 124) + masks + colours * (is_core ? 3 : 4);
}

static GByteArray *
with_bitmap_header (const GByteArray *dib)
{
  GByteArray *out;

  if (u16 (dib, 0) == 0x4D42)
    return NULL;
  out = g_byte_array_sized_new (dib->len + BITMAP_FILE_HEADER);
  g_byte_array_append (out, (const guint8 *) "BM", 2);
  put_u32 (out, dib->len + BITMAP_FILE_HEADER);
  put_u32 (out, 0);
  put_u32 (out, BITMAP_FILE_HEADER + pixels_offset (dib));
  g_byte_array_append (out, dib->data, dib->len);
  return out;
}

/* The size of a metafile in units of which so many are an inch: \picw and \pich are hundredths of a millimetre; without
 * them how large it is to be shown, and without that an inch. */
static guint
find_size (const IstRtfParser *p, guint *wide, guint *high)
{
  guint most = MAX (p->picture_width, p->picture_height);
  guint divisor = most > MAX_UNITS ? 10 : 1;

  if (p->picture_width != 0 && p->picture_height != 0 && most / divisor <= MAX_UNITS)
    {
      *wide = p->picture_width / divisor;
      *high = p->picture_height / divisor;
      return 2540 / divisor;
    }
  *wide = p->picture_wide_twips != 0 ? MIN (p->picture_wide_twips, MAX_UNITS) : TWIPS_PER_INCH;
  *high = p->picture_high_twips != 0 ? MIN (p->picture_high_twips, MAX_UNITS) : TWIPS_PER_INCH;
  return TWIPS_PER_INCH;
}

/* Key, handle, bounding box, units to the inch, reserved, XOR of the ten words before. What is shorter than the header
 * of a metafile is none. */
static GByteArray *
with_metafile_header (const IstRtfParser *p)
{
  const GByteArray *data = p->picture;
  guint wide, high, inch;
  guint32 check = 0;
  GByteArray *out;

  if (data->len < METAFILE_HEADER || u32 (data, 0) == 0x9AC6CDD7)
    return NULL;
  inch = find_size (p, &wide, &high);
  out = g_byte_array_sized_new (data->len + 22);
  put_u32 (out, 0x9AC6CDD7);
  put_u16 (out, 0);
  put_u32 (out, 0);
  put_u16 (out, wide);
  put_u16 (out, high);
  put_u16 (out, inch);
  put_u32 (out, 0);
  for (gsize at = 0; at < 20; at += 2)
    check ^= u16 (out, at);
  put_u16 (out, check);
  g_byte_array_append (out, data->data, data->len);
  return out;
}

GByteArray *
ist_rtf_picture_file (const IstRtfParser *p, const char *type)
{
  if (strcmp (type, "image/bmp") == 0)
    return with_bitmap_header (p->picture);
  if (strcmp (type, "image/wmf") == 0)
    return with_metafile_header (p);
  return NULL;
}
