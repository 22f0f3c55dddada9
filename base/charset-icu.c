#include "base/charset-icu.h"

#include <string.h>
#include <unicode/ucnv.h>
#include <unicode/ustring.h>

#define MAX_LABEL 60
#define UNITS 1024

/* ICU takes more than a name: options behind a comma, and files beside its own. */
static gboolean
is_plain_name (const char *label)
{
  if (*label == '\0' || strlen (label) > MAX_LABEL)
    return FALSE;
  for (const char *p = label; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("-_.:+", *p) == NULL)
      return FALSE;
  return TRUE;
}

/* Its list of names has more than its data: "x-mac-hebrew" is in all of them, and its table in few. */
static UConverter *
open_converter (const char *label)
{
  UErrorCode status = U_ZERO_ERROR;
  UConverter *converter;

  if (!is_plain_name (label) || ucnv_countAliases (label, &status) == 0 || U_FAILURE (status))
    return NULL;
  converter = ucnv_open (label, &status);
  return U_SUCCESS (status) ? converter : NULL;
}

gboolean
ist_charset_icu_has (const char *label)
{
  UConverter *converter = open_converter (label);

  if (converter == NULL)
    return FALSE;
  ucnv_close (converter);
  return TRUE;
}

/* A pair that is split over two pieces is put together by its first half, which waits. */
static void
append_units (GString *out, const UChar *units, gsize n, gunichar *high, gboolean *broken)
{
  for (gsize i = 0; i < n; i++)
    {
      gunichar c = units[i];

      if (U16_IS_LEAD (c))
        {
          *high = c;
          continue;
        }
      if (U16_IS_TRAIL (c))
        c = *high != 0 ? (gunichar) U16_GET_SUPPLEMENTARY (*high, c) : 0xFFFD;
      *high = 0;
      *broken |= c == 0xFFFD;
      g_string_append_unichar (out, c);
    }
}

gboolean
ist_charset_icu_convert (const char *data, gsize size_bytes, const char *label, GString *out, gboolean *broken)
{
  UErrorCode status = U_ZERO_ERROR;
  UConverter *converter = open_converter (label);
  const char *from = data;
  gunichar high = 0;

  if (converter == NULL)
    return FALSE;
  do
    {
      UChar units[UNITS];
      UChar *to = units;

      status = U_ZERO_ERROR;
      ucnv_toUnicode (converter, &to, units + UNITS, &from, data + size_bytes, NULL, TRUE, &status);
      append_units (out, units, (gsize) (to - units), &high, broken);
    }
  while (status == U_BUFFER_OVERFLOW_ERROR);
  *broken |= U_FAILURE (status);
  ucnv_close (converter);
  return TRUE;
}
