#include "convert/format/code-page.h"

#include "base/charset.h"

#include <string.h>

static const struct
{
  guint page;
  const char *label;
} labels[] = {
  { 932, "shift_jis" },     { 936, "gb18030" },       { 949, "ks_c_5601-1987" },
  { 950, "big5" },          { 874, "windows-874" },   { 10000, "macintosh" },
  { 20127, "us-ascii" },    { 20866, "koi8-r" },      { 21866, "koi8-u" },
  { 20932, "euc-jp" },      { 50220, "iso-2022-jp" }, { 50221, "iso-2022-jp" },
  { 50222, "iso-2022-jp" }, { 51932, "euc-jp" },      { 51936, "gb18030" },
  { 51949, "euc-kr" },      { 54936, "gb18030" },     { 65001, "utf-8" },
};

static char *
label_of (guint page)
{
  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    if (labels[i].page == page)
      return g_strdup (labels[i].label);
  if (page >= 1250 && page <= 1258)
    return g_strdup_printf ("windows-%u", page);
  if (page >= 28591 && page <= 28605)
    return g_strdup_printf ("iso-8859-%u", page - 28590);
  if (page >= 437 && page <= 869)
    return g_strdup_printf ("CP%u", page);
  return g_strdup ("windows-1252");
}

gboolean
ist_code_page_has_ascii (guint code_page)
{
  return (code_page >= 1250 && code_page <= 1258) || code_page == 65001;
}

/* Not 1255 and 1258, in which a byte may join the one before it. */
static gboolean
has_joins (guint code_page)
{
  return code_page == 1255 || code_page == 1258;
}

gboolean
ist_code_page_keeps_ascii (guint code_page)
{
  return ist_code_page_has_ascii (code_page) && !has_joins (code_page);
}

gboolean
ist_code_page_read_narrow (guint code_page, IstCodePageNarrow narrow)
{
  char bytes[128];
  g_autofree char *all = NULL;
  const char *p;

  if (code_page < 1250 || code_page > 1258 || has_joins (code_page))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (bytes); i++)
    bytes[i] = (char) (0x80 + i);
  p = all = ist_code_page_to_utf8 (bytes, sizeof bytes, code_page);
  if (g_utf8_strlen (all, -1) != G_N_ELEMENTS (bytes))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (bytes); i++)
    {
      gsize size = (gsize) (g_utf8_next_char (p) - p);

      if (size >= sizeof narrow[i])
        return FALSE;
      memcpy (narrow[i], p, size);
      narrow[i][size] = '\0';
      p += size;
    }
  return TRUE;
}

char *
ist_code_page_to_utf8 (const char *data, gsize size_bytes, guint code_page)
{
  g_autofree char *label = label_of (code_page);

  return ist_charset_to_utf8 (data, size_bytes, label, NULL);
}

char *
ist_code_page_from_utf16 (const char *data, gsize size_bytes)
{
  GString *out = g_string_sized_new (size_bytes);
  const guint8 *p = (const guint8 *) data;

  for (gsize i = 0; i + 1 < size_bytes; i += 2)
    {
      gunichar c = p[i] | (gunichar) p[i + 1] << 8;

      if (c == 0)
        break;
      if (c >= 0xD800 && c < 0xDC00 && i + 3 < size_bytes && (p[i + 3] & 0xFC) == 0xDC)
        {
          c = 0x10000 + ((c - 0xD800) << 10) + ((p[i + 2] | (gunichar) p[i + 3] << 8) - 0xDC00);
          i += 2;
        }
      g_string_append_unichar (out, g_unichar_validate (c) ? c : 0xFFFD);
    }
  return g_string_free (out, FALSE);
}

gboolean
ist_code_page_is_lead (guint code_page, guint8 byte)
{
  if (code_page == 932)
    return (byte >= 0x81 && byte <= 0x9F) || (byte >= 0xE0 && byte <= 0xFC);
  return (code_page == 936 || code_page == 949 || code_page == 950) && byte >= 0x81 && byte <= 0xFE;
}
