/*
 * Records: [MS-WMF] 2.3, https://learn.microsoft.com/openspecs/windows_protocols/ms-wmf; numbers little-endian, sizes
 * in words of two bytes.
 */
#include "convert/format/wmf.h"

#include <string.h>

#define PLACEABLE_KEY 0x9AC6CDD7
#define PLACEABLE_BYTES 22
#define HEAD_BYTES 18
#define BMP_HEAD_BYTES 14
#define INFO_BYTES 40 /* BITMAPINFOHEADER */
#define BITFIELDS 3
#define MAX_RECORDS 100000

typedef struct
{
  const guint8 *data;
  gsize size;
} Range;

static guint
u16 (const guint8 *p)
{
  return p[0] | (guint) p[1] << 8;
}

static guint32
u32 (const guint8 *p)
{
  return u16 (p) | (guint32) u16 (p + 2) << 16;
}

/* Where the bitmap begins in a record of this function; 0: it paints no bitmap. */
static gsize
bitmap_offset (guint function)
{
  switch (function)
    {
    case 0x0940: /* DIBBITBLT */
      return 22;
    case 0x0B41: /* DIBSTRETCHBLT */
      return 26;
    case 0x0D33: /* SETDIBTODEV */
      return 24;
    case 0x0F43: /* STRETCHDIB */
      return 28;
    default:
      return 0;
    }
}

/* Does it only say how the others are to paint: modes, colours, windows, objects, comments, the end? */
static gboolean
paints_nothing (guint function)
{
  static const guint16 functions[]
      = { 0x0000, 0x001E, 0x0035, 0x00F7, 0x0102, 0x0103, 0x0104, 0x0106,
          0x0107, 0x0127, 0x012D, 0x01F0, 0x0201, 0x0209, 0x020B, 0x020C,
          0x020D, 0x020E, 0x0234, 0x02FA, 0x02FC, 0x0410, 0x0412, 0x0626 };

  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    if (functions[i] == function)
      return TRUE;
  return FALSE;
}

/* The only bitmap of the metafile, from its header on. */
static gboolean
find_bitmap (const guint8 *data, gsize size, Range *found)
{
  gsize at = size >= 4 && u32 (data) == PLACEABLE_KEY ? PLACEABLE_BYTES : 0;
  guint n = 0, n_bitmaps = 0;

  if (size < at + HEAD_BYTES || u16 (data + at + 2) != HEAD_BYTES / 2)
    return FALSE;
  for (at += HEAD_BYTES; size - at >= 6 && n < MAX_RECORDS; n++)
    {
      gsize length = 2 * (gsize) u32 (data + at);
      guint function = u16 (data + at + 4);
      gsize offset = bitmap_offset (function);

      if (function == 0 || length < 6 || length > size - at)
        break;
      if (offset > 0 && offset < length)
        {
          *found = (Range){ data + at + offset, length - offset };
          n_bitmaps++;
        }
      else if (!paints_nothing (function))
        return FALSE;
      at += length;
    }
  return n_bitmaps == 1;
}

/* Bytes between the header and the pixels; FALSE: a header we do not know, or the pixels are not all there. */
static gboolean
measure (const Range *bitmap, gsize *between)
{
  guint64 width, height, row;
  guint bits, n_colours;
  guint32 coding;

  if (bitmap->size < INFO_BYTES || u32 (bitmap->data) != INFO_BYTES)
    return FALSE;
  width = u32 (bitmap->data + 4);
  height = u32 (bitmap->data + 8) & 0x80000000 ? -u32 (bitmap->data + 8) : u32 (bitmap->data + 8);
  bits = u16 (bitmap->data + 14);
  coding = u32 (bitmap->data + 16);
  n_colours = u32 (bitmap->data + 32);
  if (width == 0 || height == 0 || width > 0xFFFF || height > 0xFFFF || bits == 0 || bits > 32
      || n_colours > 256)
    return FALSE;
  if (n_colours == 0 && bits <= 8)
    n_colours = 1u << bits;
  *between = 4 * (gsize) n_colours + (coding == BITFIELDS ? 12 : 0);
  row = (width * bits + 31) / 32 * 4;
  /* A coded bitmap (RLE) is shorter than its rows. */
  return bitmap->size > INFO_BYTES + *between
         && ((coding != 0 && coding != BITFIELDS)
             || bitmap->size - INFO_BYTES - *between >= row * height);
}

static void
put32 (guint8 *p, guint32 value)
{
  for (guint i = 0; i < 4; i++)
    p[i] = (guint8) (value >> (8 * i));
}

GBytes *
ist_wmf_bitmap (GBytes *metafile)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (metafile, &size);
  guint8 head[BMP_HEAD_BYTES] = { 'B', 'M' };
  GByteArray *out;
  Range bitmap = { NULL, 0 };
  gsize between;

  if (data == NULL || !find_bitmap (data, size, &bitmap) || !measure (&bitmap, &between))
    return NULL;
  put32 (head + 2, (guint32) (sizeof head + bitmap.size));
  put32 (head + 10, (guint32) (sizeof head + INFO_BYTES + between));
  out = g_byte_array_sized_new ((guint) (sizeof head + bitmap.size));
  g_byte_array_append (out, head, sizeof head);
  g_byte_array_append (out, bitmap.data, (guint) bitmap.size);
  return g_byte_array_free_to_bytes (out);
}
