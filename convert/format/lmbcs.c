#include "convert/format/lmbcs.h"

#include <string.h>
#include <unicode/ucnv.h>

#define REPLACEMENT "\xEF\xBF\xBD"
/* Converted in pieces: the memory for one does not grow with the text. */
#define PIECE_UNITS 1024

static void
close_converter (gpointer converter)
{
  ucnv_close (converter);
}

static GPrivate own_converter = G_PRIVATE_INIT (close_converter);

/* Opening loads tables of a dozen code pages, so each thread does it once. NULL: ICU has no such converter. */
static UConverter *
converter_get (void)
{
  UConverter *converter = g_private_get (&own_converter);
  UErrorCode status = U_ZERO_ERROR;

  if (converter != NULL)
    return converter;
  converter = ucnv_open ("LMBCS-1", &status);
  if (U_FAILURE (status))
    return NULL;
  g_private_set (&own_converter, converter);
  return converter;
}

/* A surrogate whose other half is missing, and NUL, become U+FFFD; *high is a half from the piece before. */
static void
append_units (GString *text, const UChar *units, gsize n, gunichar *high)
{
  for (gsize i = 0; i < n; i++)
    {
      gunichar unit = units[i];

      if (*high != 0 && unit >= 0xDC00 && unit <= 0xDFFF)
        unit = 0x10000 + ((*high - 0xD800) << 10) + (unit - 0xDC00);
      else if (*high != 0)
        g_string_append (text, REPLACEMENT);
      *high = unit >= 0xD800 && unit <= 0xDBFF ? unit : 0;
      if (*high != 0)
        continue;
      if (unit == 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
        g_string_append (text, REPLACEMENT);
      else
        g_string_append_unichar (text, unit);
    }
}

static void
append_line (GString *text, const char *data, gsize size)
{
  UConverter *converter = converter_get ();
  const char *from = data;
  gunichar high = 0;
  UErrorCode status = U_BUFFER_OVERFLOW_ERROR;

  if (converter == NULL)
    {
      for (gsize i = 0; i < size; i++)
        g_string_append (text, data[i] & 0x80 ? REPLACEMENT : (char[]) { data[i], 0 });
      return;
    }
  ucnv_resetToUnicode (converter);
  while (status == U_BUFFER_OVERFLOW_ERROR)
    {
      UChar units[PIECE_UNITS];
      UChar *to = units;
      const char *before = from;

      status = U_ZERO_ERROR;
      ucnv_toUnicode (converter, &to, units + PIECE_UNITS, &from, data + size, NULL, TRUE, &status);
      append_units (text, units, (gsize) (to - units), &high);
      if (status == U_BUFFER_OVERFLOW_ERROR && from == before && to == units)
        break;
    }
  if (high != 0 || (U_FAILURE (status) && from < data + size))
    g_string_append (text, REPLACEMENT);
}

static gboolean
is_plain (const guint8 *data, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (data[i] >= 0x80 || (data[i] < 0x20 && data[i] != '\t' && data[i] != '\n' && data[i] != '\r'))
      return FALSE;
  return TRUE;
}

void
ist_lmbcs_append (GString *text, const void *data, gsize size_bytes)
{
  const char *line = data;

  while (size_bytes > 0)
    {
      const char *end = memchr (line, 0, size_bytes);
      gsize length = end != NULL ? (gsize) (end - line) : size_bytes;

      if (is_plain ((const guint8 *) line, length))
        g_string_append_len (text, line, (gssize) length);
      else
        append_line (text, line, length);
      if (end == NULL)
        return;
      g_string_append_c (text, '\n');
      line = end + 1;
      size_bytes -= length + 1;
    }
}

char *
ist_lmbcs_to_utf8 (const void *data, gsize size_bytes)
{
  GString *text = g_string_sized_new (size_bytes + 1);

  ist_lmbcs_append (text, data, size_bytes);
  return g_string_free (text, FALSE);
}
