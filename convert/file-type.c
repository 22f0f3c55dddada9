#include "convert/file-type.h"

#include <string.h>

#define MAX_NAME 150
#define MAX_EXTENSION 16

/* IANA's media types; the first row of a type gives its extension, the first of an extension its type. */
static const struct
{
  const char *extension, *type;
} table[] = {
  { "txt", "text/plain" },
  { "html", "text/html" },
  { "htm", "text/html" },
  { "csv", "text/csv" },
  { "ics", "text/calendar" },
  { "vcf", "text/vcard" },
  { "rtf", "application/rtf" },
  { "rtf", "text/rtf" },
  { "xml", "application/xml" },
  { "xml", "text/xml" },
  { "pdf", "application/pdf" },
  { "zip", "application/zip" },
  { "gz", "application/gzip" },
  { "json", "application/json" },
  { "doc", "application/msword" },
  { "xls", "application/vnd.ms-excel" },
  { "ppt", "application/vnd.ms-powerpoint" },
  { "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
  { "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
  { "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
  { "odt", "application/vnd.oasis.opendocument.text" },
  { "ods", "application/vnd.oasis.opendocument.spreadsheet" },
  { "eps", "application/postscript" },
  { "ps", "application/postscript" },
  { "jpg", "image/jpeg" },
  { "jpeg", "image/jpeg" },
  { "png", "image/png" },
  { "gif", "image/gif" },
  { "bmp", "image/bmp" },
  { "tif", "image/tiff" },
  { "tiff", "image/tiff" },
  { "svg", "image/svg+xml" },
  { "wmf", "image/wmf" },
  { "emf", "image/emf" },
  { "mp3", "audio/mpeg" },
  { "wav", "audio/wav" },
  { "mp4", "video/mp4" },
  { "mpg", "video/mpeg" },
  { "avi", "video/x-msvideo" },
  { "eml", "message/rfc822" },
  { "p7m", "application/pkcs7-mime" },
  { "p7s", "application/pkcs7-signature" },
  { "asc", "application/pgp-signature" },
};

const char *
ist_file_type_of (const char *name)
{
  const char *dot = strrchr (name, '.');

  for (gsize i = 0; dot != NULL && i < G_N_ELEMENTS (table); i++)
    if (g_ascii_strcasecmp (dot + 1, table[i].extension) == 0)
      return table[i].type;
  return "application/octet-stream";
}

const char *
ist_file_type_extension (const char *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_ascii_strcasecmp (type, table[i].type) == 0)
      return table[i].extension;
  return "bin";
}

const char *
ist_file_type_sniff (const char *data, gsize size_bytes)
{
  static const struct
  {
    const char *magic;
    gsize size;
    const char *type;
  } known[] = {
    { "\x89PNG", 4, "image/png" },     { "\xFF\xD8\xFF", 3, "image/jpeg" }, { "GIF8", 4, "image/gif" },
    { "%PDF-", 5, "application/pdf" }, { "PK\3\4", 4, "application/zip" },  { "{\\rtf", 5, "application/rtf" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (size_bytes >= known[i].size && memcmp (data, known[i].magic, known[i].size) == 0)
      return known[i].type;
  return NULL;
}

/* "CON", "com1.txt": a device of Windows whatever the extension. */
static gboolean
is_device (const char *name)
{
  static const char *const devices[] = { "con", "prn", "aux", "nul", NULL };
  gsize length = strcspn (name, ". ");
  g_autofree char *stem = g_ascii_strdown (name, (gssize) length);

  if (g_strv_contains (devices, stem))
    return TRUE;
  return length == 4 && (g_str_has_prefix (stem, "com") || g_str_has_prefix (stem, "lpt")) && stem[3] >= '1'
         && stem[3] <= '9';
}

/* Controls, and what changes the direction of a text, so that "exe.gpj" is not shown as "jpg.exe". */
static gboolean
is_hidden (gunichar c)
{
  return g_unichar_iscntrl (c) || (c >= 0x200E && c <= 0x200F) || (c >= 0x202A && c <= 0x202E)
         || (c >= 0x2066 && c <= 0x2069);
}

static void
trim (GString *name)
{
  gsize start = strspn (name->str, " ");

  g_string_erase (name, 0, (gssize) start);
  while (name->len > 0 && (name->str[name->len - 1] == ' ' || name->str[name->len - 1] == '.'))
    g_string_truncate (name, name->len - 1);
}

/* Cuts in front of the extension, between two characters. */
static void
shorten (GString *name)
{
  const char *dot = strrchr (name->str, '.');
  gsize tail = dot != NULL && strlen (dot) <= MAX_EXTENSION ? strlen (dot) : 0;
  gsize keep = MAX_NAME - tail;

  if (name->len <= MAX_NAME)
    return;
  while (keep > 0 && (name->str[keep] & 0xC0) == 0x80)
    keep--;
  g_string_erase (name, (gssize) keep, (gssize) (name->len - tail - keep));
}

char *
ist_file_type_clean (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  GString *out = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (is_hidden (c))
        continue;
      g_string_append_unichar (out, c < 128 && strchr ("/\\:*?\"<>|", (int) c) != NULL ? '_' : c);
    }
  trim (out);
  if (is_device (out->str))
    g_string_prepend_c (out, '_');
  shorten (out);
  trim (out);
  if (out->len == 0)
    g_string_append (out, "attachment");
  return g_string_free (out, FALSE);
}
