/*
 * Writes pictures, each in the simplest form its format has.
 */
#include "tests/convert/render-pictures.h"

#include <gio/gio.h>
#include <string.h>

static void
put_le (GByteArray *out, guint32 value, guint bytes)
{
  for (guint i = 0; i < bytes; i++)
    g_byte_array_append (out, &(guint8){ (guint8) (value >> (8 * i)) }, 1);
}

static void
put_be (GByteArray *out, guint32 value, guint bytes)
{
  for (guint i = bytes; i > 0; i--)
    g_byte_array_append (out, &(guint8){ (guint8) (value >> (8 * (i - 1))) }, 1);
}

static guint32
crc32_of (const guint8 *data, gsize size)
{
  guint32 crc = 0xFFFFFFFF;

  for (gsize i = 0; i < size; i++)
    {
      crc ^= data[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = crc & 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
    }
  return ~crc;
}

static void
put_chunk (GByteArray *out, const char *type, const guint8 *data, gsize size)
{
  guint at;

  put_be (out, (guint32) size, 4);
  at = out->len;
  g_byte_array_append (out, (const guint8 *) type, 4);
  g_byte_array_append (out, data, (guint) size);
  put_be (out, crc32_of (out->data + at, out->len - at), 4);
}

static GByteArray *
deflated (const GByteArray *plain)
{
  g_autoptr (GZlibCompressor) zlib = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 9);
  GByteArray *out = g_byte_array_new ();
  gsize read = 0, written = 0;

  g_byte_array_set_size (out, plain->len + 1024);
  g_converter_convert (G_CONVERTER (zlib), plain->data, plain->len, out->data, out->len,
                       G_CONVERTER_INPUT_AT_END, &read, &written, NULL);
  g_byte_array_set_size (out, (guint) written);
  return out;
}

static void
put_pixel (GByteArray *out, guint x, guint y, guint width, guint height)
{
  put_le (out, 255 * x / width, 1);
  put_le (out, 255 * (y & ~7u) / height, 1); /* in bands: rows repeat and pack well */
  put_le (out, 128, 1);
}

GBytes *
render_png (guint width, guint height)
{
  GByteArray *out = g_byte_array_new ();
  g_autoptr (GByteArray) head = g_byte_array_new ();
  g_autoptr (GByteArray) rows = g_byte_array_new ();
  g_autoptr (GByteArray) data = NULL;

  put_be (head, width, 4);
  put_be (head, height, 4);
  put_be (head, 0x08020000, 4);
  put_be (head, 0, 1);
  for (guint y = 0; y < height; y++)
    {
      put_be (rows, 0, 1);
      for (guint x = 0; x < width; x++)
        put_pixel (rows, x, y, width, height);
    }
  data = deflated (rows);
  g_byte_array_append (out, (const guint8 *) "\x89PNG\r\n\x1A\n", 8);
  put_chunk (out, "IHDR", head->data, head->len);
  put_chunk (out, "IDAT", data->data, data->len);
  put_chunk (out, "IEND", head->data, 0);
  return g_byte_array_free_to_bytes (out);
}

/* Codes of eight bits that all stand for one pixel: the table is cleared before they would grow. */
GBytes *
render_gif (guint width, guint height)
{
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, (const guint8 *) "GIF89a", 6);
  put_le (out, width | height << 16, 4);
  put_le (out, 0xF6, 3);
  for (guint i = 0; i < 128; i++)
    put_be (out, 2 * i << 16 | (255 - 2 * i) << 8 | 0x60, 3);
  put_le (out, 0x2C, 1);
  put_le (out, 0, 4);
  put_le (out, width | height << 16, 4);
  put_le (out, 0x0700, 2);
  for (guint y = 0; y < height; y++)
    {
      put_le (out, width + 1, 1);
      put_le (out, 0x80, 1);
      for (guint x = 0; x < width; x++)
        put_le (out, 127 * x / width, 1);
    }
  put_le (out, 0x8101, 2);
  put_le (out, 0x3B00, 2);
  return g_byte_array_free_to_bytes (out);
}

GBytes *
render_bmp (guint width, guint height)
{
  GByteArray *out = g_byte_array_new ();
  guint row = (3 * width + 3) & ~3u;

  g_byte_array_append (out, (const guint8 *) "BM", 2);
  put_le (out, 54 + row * height, 4);
  put_le (out, 0, 4);
  put_le (out, 54, 4);
  put_le (out, 40, 4);
  put_le (out, width, 4);
  put_le (out, height, 4);
  put_le (out, 24 << 16 | 1, 4);
  for (guint i = 0; i < 6; i++)
    put_le (out, 0, 4);
  for (guint y = 0; y < height; y++)
    {
      for (guint x = 0; x < width; x++)
        put_pixel (out, x, y, width, height);
      put_le (out, 0, row - 3 * width);
    }
  return g_byte_array_free_to_bytes (out);
}

GBytes *
render_jpeg (void)
{
  static const char base64[]
      = "/9j/4AAQSkZJRgABAQAAAQABAAD/"
        "2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7"
        "gYKBTmCNl4x9lnN+gXz/"
        "2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8"
        "fHx8fHx8fHz/wAARCAAgADADASIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAAAgEDBP/"
        "EABUQAQEAAAAAAAAAAAAAAAAAAAEA"
        "/8QAFQEBAQAAAAAAAAAAAAAAAAAABAX/xAAWEQEBAQAAAAAAAAAAAAAAAAACAAP/2gAMAwEAAhEDEQA/"
        "AOhYLVYLSczUWqLZrVYL"
        "OzMRqiwWq2azczEau9YLVbNabmZ7VFgtVgs7Mw2orBarBZ2ZiNX/2Q==";
  gsize size;
  guchar *data = g_base64_decode (base64, &size);

  return g_bytes_new_take (data, size);
}

GBytes *
render_wmf (void)
{
  GByteArray *out = g_byte_array_new ();

  put_le (out, 0x00090001, 4); /* type, words of the head */
  put_le (out, 0x0300, 2);
  put_le (out, 9 + 5 + 5 + 7 + 4 + 7 + 3, 4);
  put_le (out, 1, 2);
  put_le (out, 7, 4);
  put_le (out, 0, 2);
  put_le (out, 5, 4); /* window origin, then extent: y before x */
  put_le (out, 0x020B, 2);
  put_le (out, 0, 4);
  put_le (out, 5, 4);
  put_le (out, 0x020C, 2);
  put_le (out, 1000 << 16 | 500, 4);
  put_le (out, 7, 4); /* brush: solid, red */
  put_le (out, 0x02FC, 2);
  put_le (out, 0, 2);
  put_le (out, 0x0000FF, 4);
  put_le (out, 0, 2);
  put_le (out, 4, 4);
  put_le (out, 0x012D, 2);
  put_le (out, 0, 2);
  put_le (out, 7, 4); /* rectangle: bottom, right, top, left */
  put_le (out, 0x041B, 2);
  put_le (out, 900 << 16 | 450, 4);
  put_le (out, 100 << 16 | 50, 4);
  put_le (out, 3, 4);
  put_le (out, 0, 2);
  return g_byte_array_free_to_bytes (out);
}
