/*
 * Writes CD records.
 */
#include "tests/convert/cd-make.h"

#include <string.h>

static void
put (GByteArray *out, guint32 value, guint bytes)
{
  for (guint i = 0; i < bytes; i++)
    {
      guint8 byte = (guint8) (value >> (8 * i));

      g_byte_array_append (out, &byte, 1);
    }
}

static void
put_record (GByteArray *cd, char form, guint number, const GByteArray *body)
{
  put (cd, number, 1);
  if (form == 'B')
    put (cd, body->len + 2, 1);
  else if (form == 'W')
    put (cd, 0xFF | (body->len + 4) << 8, 3);
  else
    {
      put (cd, 0, 1);
      put (cd, body->len + 6, 4);
    }
  g_byte_array_append (cd, body->data, body->len);
  if (cd->len % 2 != 0)
    put (cd, 0, 1);
}

/* In LMBCS: 0x14 and a unit of UTF-16, its low byte 0 written as 0xF6 before the high one; below U+0100, where the high
 * byte would be 0, a byte of code page 850. */
static void
put_unicode (GByteArray *out, const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gsize size = (gsize) (g_utf8_next_char (p) - p);
      g_autofree gunichar2 *units = g_utf8_to_utf16 (p, (glong) size, NULL, NULL, NULL);
      g_autofree char *byte = units[0] < 0x100
                                  ? g_convert (p, (gssize) size, "CP850", "UTF-8", NULL, NULL, NULL)
                                  : NULL;

      if (byte != NULL)
        g_byte_array_append (out, (const guint8 *) byte, 1);
      for (const gunichar2 *unit = units; byte == NULL && *unit != 0; unit++)
        {
          guint low = *unit & 0xFF, high = *unit >> 8;

          put (out, 0x14 | (low == 0 ? 0xF6 : high) << 8 | (low == 0 ? high : low) << 16, 3);
        }
    }
}

static void
put_word (GByteArray *out, const char *word)
{
  guint32 value = (guint32) g_ascii_strtoull (word + 1, NULL, 10);
  g_autofree char *text = g_strdelimit (g_strdup (word + 1), "_", ' ');

  if (*word == 'b')
    put (out, value, 1);
  else if (*word == 'w')
    put (out, value, 2);
  else if (*word == 'd')
    put (out, value, 4);
  else if (*word == 'u')
    put_unicode (out, text);
  else if (*word == 'x')
    for (guint i = 0; i < value; i++)
      put (out, 0, 1);
  else
    g_byte_array_append (out, (const guint8 *) text, (guint) strlen (text) + (*word == 'z'));
}

void
cd_make (GByteArray *cd, const char *script)
{
  g_auto (GStrv) records = g_strsplit (script, ";", -1);

  for (guint i = 0; records[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (g_strstrip (records[i]), " ", -1);
      g_autoptr (GByteArray) body = g_byte_array_new ();

      if (words[0] == NULL)
        continue;
      for (guint j = 1; words[j] != NULL; j++)
        if (*words[j] != '\0')
          put_word (body, words[j]);
      put_record (cd, words[0][0], (guint) g_ascii_strtoull (words[0] + 1, NULL, 10), body);
    }
}

void
cd_make_image (GByteArray *cd, GByteArray *rest, const void *data, gsize size, gsize segment,
               guint keep_back)
{
  guint n = (guint) ((size + segment - 1) / segment);
  g_autofree char *header
      = g_strdup_printf ("L153 w300 w150 x16 w1 b0 b0; L125 w2 w20 w10 d%u d%u", (guint) size, n);

  cd_make (cd, header);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GByteArray) body = g_byte_array_new ();
      gsize part = MIN (segment, size - i * segment);

      put (body, (guint32) part, 2);
      put (body, (guint32) part, 2);
      g_byte_array_append (body, (const guint8 *) data + i * segment, (guint) part);
      put_record (i + keep_back < n ? cd : rest, 'L', 124, body);
    }
}

void
cd_make_picture (GByteArray *cd, GBytes *picture, guint width_px, guint height_px)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (picture, &size);
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autofree char *header
      = g_strdup_printf ("L153 w%u w%u x16 w1 b0 b0; L125 w2 w%u w%u d%u d1", 15 * width_px,
                         15 * height_px, width_px, height_px, (guint) size);

  cd_make (cd, header);
  put (body, (guint32) size, 2);
  put (body, (guint32) size, 2);
  g_byte_array_append (body, data, (guint) size);
  put_record (cd, 'L', 124, body);
}
