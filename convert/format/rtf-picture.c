/*
 * convert/format/rtf-picture.c - RTF writes bitmaps and metafiles without the headers that files of them have.
 * Sources: [MS-WMF] 2.2.2.3 (bitmap header) and 2.3.2.3 (META_PLACEABLE), BITMAPFILEHEADER of the Windows API.
 */
#include "convert/format/rtf-private.h"

#include <string.h>

#define BITMAP_FILE_HEADER 14
#define TWIPS_PER_INCH 1440

static guint32
u32 (const GByteArray *data, gsize at)
{
  if (at + 4 > data->len)
    return 0;
  return data->data[at] | (guint32) data->data[at + 1] << 8 | (guint32) data->data[at + 2] << 16
         | (guint32) data->data[at + 3] << 24;
}

static guint32
u16 (const GByteArray *data, gsize at)
{
  return at + 2 <= data->len ? data->data[at] | (guint32) data->data[at + 1] << 8 : 0;
}

static void
put (GByteArray *out, guint32 value, guint bytes)
{
  for (guint i = 0; i < bytes; i++)
    {
      guint8 byte = (guint8) (value >> (8 * i));

      g_byte_array_append (out, &byte, 1);
    }
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

static void
put_bitmap_header (GByteArray *out, const GByteArray *dib)
{
  g_byte_array_append (out, (const guint8 *) "BM", 2);
  put (out, dib->len + BITMAP_FILE_HEADER, 4);
  put (out, 0, 4);
  put (out, BITMAP_FILE_HEADER + pixels_offset (dib), 4);
}

/* Without it no program knows how large the metafile is to be shown. */
static void
put_placeable_header (GByteArray *out, guint wide_twips, guint high_twips)
{
  guint32 check = 0;

  put (out, 0x9AC6CDD7, 4);
  put (out, 0, 2); /* no handle; the rectangle begins at 0, 0 */
  put (out, 0, 4);
  put (out, wide_twips != 0 ? MIN (wide_twips, G_MAXINT16) : TWIPS_PER_INCH, 2);
  put (out, high_twips != 0 ? MIN (high_twips, G_MAXINT16) : TWIPS_PER_INCH, 2);
  put (out, TWIPS_PER_INCH, 2);
  put (out, 0, 4);
  for (gsize at = 0; at < 20; at += 2)
    check ^= u16 (out, at);
  put (out, check, 2);
}

GBytes *
ist_rtf_picture_file (const char *type, GByteArray *taken, guint wide_twips, guint high_twips)
{
  g_autoptr (GByteArray) data = taken;
  GByteArray *out = g_byte_array_sized_new (data->len + 22);

  if (strcmp (type, "image/bmp") == 0 && u16 (data, 0) != 0x4D42)
    put_bitmap_header (out, data);
  else if (strcmp (type, "image/wmf") == 0 && u32 (data, 0) != 0x9AC6CDD7)
    put_placeable_header (out, wide_twips, high_twips);
  g_byte_array_append (out, data->data, data->len);
  return g_byte_array_free_to_bytes (out);
}
