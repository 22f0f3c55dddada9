#include "base/charset.h"

#include "base/charset-icu.h"
#include "base/text-scan.h"

#include <errno.h>
#include <string.h>

/* What is written, and what is meant: each right-hand set holds all of the left-hand one, but for C1 controls. */
static const struct
{
  const char *label;
  const char *meant;
} meanings[] = {
  { "us-ascii", "windows-1252" },      { "ascii", "windows-1252" },       { "iso-8859-1", "windows-1252" },
  { "latin1", "windows-1252" },        { "iso8859-1", "windows-1252" },   { "iso-8859-9", "windows-1254" },
  { "iso-8859-11", "cp874" },          { "tis-620", "cp874" },            { "gb2312", "gb18030" },
  { "gbk", "gb18030" },                { "x-gbk", "gb18030" },            { "ks_c_5601-1987", "cp949" },
  { "euc-kr", "cp949" },               { "ksc5601", "cp949" },            { "shift_jis", "cp932" },
  { "shift-jis", "cp932" },            { "x-sjis", "cp932" },             { "iso-2022-jp", "cp50221" },
  { "csiso2022jp", "cp50221" },        { "iso-2022-jp-ms", "cp50221" },   { "cp50220", "cp50221" },
  { "x-euc-jp", "euc-jp-ms" },         { "x-x-big5", "big5-hkscs" },      { "x-windows-949", "cp949" },
  { "x-cp1250", "windows-1250" },      { "x-cp1251", "windows-1251" },    { "unicode-1-1-utf-8", "utf-8" },
  { "iso-8859-8-i", "iso-8859-8" },    { "iso-8859-8-e", "iso-8859-8" },
  { "big5", "big5-hkscs" },            { "x-mac-roman", "macintosh" },    { "cp-850", "cp850" },
  { "unicode-1-1-utf-7", "utf-7" },    { "x-unknown", NULL },             { "unknown-8bit", NULL },
  { "default", NULL },
};

static const char *
meaning_of (const char *label)
{
  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (g_ascii_strcasecmp (label, meanings[i].label) == 0)
      return meanings[i].meant;
  return label;
}

static gboolean
is_ascii (const char *data, gsize size_bytes)
{
  return !ist_text_has_high_bit (data, size_bytes) && memchr (data, 0x1B, size_bytes) == NULL
         && memchr (data, '\0', size_bytes) == NULL;
}

/* A name without a letter or digit of ASCII is for glibc the character set of the process, and what stands behind a slash
 * is an option: neither may come from a message. */
static GIConv
open_iconv (const char *charset)
{
  gboolean is_name = FALSE;

  for (const char *p = charset; *p != '\0'; p++)
    {
      is_name |= g_ascii_isalnum (*p);
      if (!g_ascii_isgraph (*p) || *p == '/')
        return (GIConv) -1;
    }
  return is_name ? g_iconv_open ("UTF-8", charset) : (GIConv) -1;
}

/* Converts what it can; a byte without meaning becomes U+FFFD. */
static gboolean
convert (const char *data, gsize size_bytes, const char *charset, GString *out, gboolean *broken)
{
  GIConv iconv = open_iconv (charset);
  char *in = (char *) data;
  gsize left = size_bytes;

  if (iconv == (GIConv) -1)
    return ist_charset_icu_convert (data, size_bytes, charset, out, broken);
  while (left > 0)
    {
      char block[4096];
      char *to = block;
      gsize room = sizeof block;
      gsize result = g_iconv (iconv, &in, &left, &to, &room);

      g_string_append_len (out, block, to - block);
      if (result != (gsize) -1 || errno == E2BIG)
        continue;
      *broken = TRUE;
      g_string_append (out, "\357\277\275");
      in++;
      left--;
    }
  g_iconv_close (iconv);
  return TRUE;
}

static char *
valid_of (GString *text)
{
  char *valid = g_utf8_make_valid (text->str, (gssize) text->len);

  g_string_free (text, TRUE);
  return valid;
}

static char *
without_nuls (GString *text)
{
  char *nul = memchr (text->str, '\0', text->len);

  if (nul != NULL)
    {
      gsize to = (gsize) (nul - text->str);

      for (gsize i = to; i < text->len; i++)
        if (text->str[i] != '\0')
          text->str[to++] = text->str[i];
      g_string_truncate (text, to);
    }
  /* libc lets through what is no character. */
  return g_utf8_validate (text->str, (gssize) text->len, NULL) ? g_string_free (text, FALSE)
                                                               : valid_of (text);
}

static gboolean
is_iso_2022 (const char *charset)
{
  return g_ascii_strcasecmp (charset, "cp50221") == 0;
}

/* ISO-2022-JP as Microsoft and Notes write it (code page 50221): with half-width kana and NEC's row 13, which
 * libc's converters refuse. The same characters have their places in code page 932, moved by arithmetic (RFC 1468;
 * JIS X 0208:1997 annex 1). */
static GString *
shift_jis_of (const char *data, gsize size_bytes)
{
  static const struct
  {
    const char *sequence;
    gsize length;
    enum { SINGLE, KANA, DOUBLE } set;
  } escapes[] = {
    { "\033(B", 3, SINGLE }, { "\033(J", 3, SINGLE }, { "\033(I", 3, KANA },
    { "\033$@", 3, DOUBLE }, { "\033$B", 3, DOUBLE }, { "\033$(B", 4, DOUBLE },
  };
  GString *out = g_string_sized_new (size_bytes);
  int set = SINGLE;

  for (gsize pos = 0; pos < size_bytes; pos++)
    {
      guchar c = (guchar) data[pos], d;
      gboolean escape = FALSE;

      for (gsize i = 0; c == 0x1B && i < G_N_ELEMENTS (escapes) && !escape; i++)
        if (size_bytes - pos >= escapes[i].length && memcmp (data + pos, escapes[i].sequence, escapes[i].length) == 0)
          {
            set = (int) escapes[i].set;
            pos += escapes[i].length - 1;
            escape = TRUE;
          }
      if (escape)
        continue;
      /* RFC 1468: a line begins in ASCII. */
      if (c == '\n')
        set = SINGLE;
      if (set == SINGLE || c < 0x21 || c > 0x7E)
        g_string_append_c (out, (char) c);
      else if (set == KANA)
        g_string_append_c (out, (char) (c | 0x80));
      else if (pos + 1 < size_bytes && (d = (guchar) data[pos + 1]) >= 0x21 && d <= 0x7E)
        {
          g_string_append_c (out, (char) ((c + 1) / 2 + (c < 0x5F ? 0x70 : 0xB0)));
          g_string_append_c (out, (char) (d + (c % 2 == 0 ? 0x7E : d < 0x60 ? 0x1F : 0x20)));
          pos++;
        }
    }
  return out;
}

gboolean
ist_charset_is_known (const char *label)
{
  const char *meant = label != NULL && *label != '\0' ? meaning_of (label) : NULL;
  GIConv iconv;

  if (meant == NULL || is_iso_2022 (meant))
    return TRUE;
  iconv = open_iconv (meant);
  if (iconv == (GIConv) -1)
    return ist_charset_icu_has (meant);
  g_iconv_close (iconv);
  return TRUE;
}

char *
ist_charset_to_utf8 (const char *data, gsize size_bytes, const char *label, gboolean *repaired)
{
  const char *meant = label != NULL && *label != '\0' ? meaning_of (label) : NULL;
  GString *out;
  gboolean broken = FALSE;

  if (repaired != NULL)
    *repaired = FALSE;
  if (size_bytes == 0)
    return g_strdup ("");
  out = g_string_sized_new (size_bytes + size_bytes / 8 + 16);
  if (is_ascii (data, size_bytes) && (meant == NULL || g_ascii_strncasecmp (meant, "utf-", 4) != 0
                                      || g_ascii_strcasecmp (meant, "utf-8") == 0))
    return g_string_free (g_string_append_len (out, data, (gssize) size_bytes), FALSE);
  if (meant != NULL && is_iso_2022 (meant))
    {
      g_autoptr (GString) shifted = shift_jis_of (data, size_bytes);

      convert (shifted->str, shifted->len, "CP932", out, &broken);
      if (repaired != NULL)
        *repaired = broken;
      return without_nuls (out);
    }
  /* Text that is valid UTF-8 beyond ASCII is hardly ever anything else. */
  if ((meant == NULL || g_ascii_strcasecmp (meant, "windows-1252") == 0)
      && g_utf8_validate_len (data, size_bytes, NULL))
    {
      if (repaired != NULL)
        *repaired = TRUE;
      return without_nuls (g_string_append_len (out, data, (gssize) size_bytes));
    }
  /* What it says it is needs no converter. */
  if (meant != NULL && g_ascii_strcasecmp (meant, "utf-8") == 0 && g_utf8_validate_len (data, size_bytes, NULL))
    return without_nuls (g_string_append_len (out, data, (gssize) size_bytes));
  if (meant == NULL || !convert (data, size_bytes, meant, out, &broken))
    {
      convert (data, size_bytes, "WINDOWS-1252", out, &broken);
      broken = TRUE;
    }
  if (repaired != NULL)
    *repaired = broken || (label != NULL && g_ascii_strcasecmp (label, meant != NULL ? meant : "") != 0);
  return without_nuls (out);
}
