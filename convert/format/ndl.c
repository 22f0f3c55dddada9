/*
 * .ndl text: a title line, then elements whose values stand in the tag or between two tags.
 */
#include "convert/format/ndl.h"

#include "base/error.h"

#include <string.h>

/* Bytes of a title, and of a server's name, which Notes does not let be longer. */
#define MAX_LINE 255

char *
ist_doc_id_parse (const char *text, gsize size)
{
  GString *id = g_string_new (NULL);
  gboolean zero = TRUE;
  const char *p = text + (g_str_has_prefix (text, "__") ? 2 : 0);

  for (; *p != '\0' && id->len <= size; p++)
    if (g_ascii_isxdigit (*p))
      {
        zero = zero && *p == '0';
        g_string_append_c (id, g_ascii_toupper (*p));
      }
    else if ((p[0] == 'O' || p[0] == 'o') && strchr ("FfNn", p[1]) != NULL && p[1] != '\0')
      p++;
    else if (*p != ':' && *p != '-')
      break;
  if (id->len == size && !zero && (*p == '\0' || g_ascii_strcasecmp (p, ".nsf") == 0))
    return g_string_free (id, FALSE);
  g_string_free (id, TRUE);
  return NULL;
}

/* As one line: what is no character to see is a blank, several blanks are one. NULL: nothing is left. `text` is valid
 * UTF-8; the caller frees. */
static char *
line_of (const char *text, gsize max_bytes)
{
  GString *line = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gboolean blank = g_unichar_isspace (c) || g_unichar_iscntrl (c);
      gsize size = blank ? 1 : (gsize) (g_utf8_next_char (p) - p);

      if (line->len + size > max_bytes)
        break;
      if (!blank)
        g_string_append_unichar (line, c);
      else if (line->len > 0 && line->str[line->len - 1] != ' ')
        g_string_append_c (line, ' ');
    }
  if (g_str_has_suffix (line->str, " "))
    g_string_truncate (line, line->len - 1);
  return g_string_free (line, line->len == 0);
}

/* Where the tag `name` begins behind `<`, or NULL. */
static const char *
find_tag (const char *text, const char *name)
{
  for (const char *p = strchr (text, '<'); p != NULL; p = strchr (p + 1, '<'))
    if (g_ascii_strncasecmp (p + 1, name, strlen (name)) == 0
        && !g_ascii_isalnum (p[1 + strlen (name)]))
      return p;
  return NULL;
}

/* The value of an element as one line, or NULL. The caller frees. */
static char *
element_value (const char *text, const char *name)
{
  const char *p = find_tag (text, name);
  g_autofree char *value = NULL;

  if (p == NULL)
    return NULL;
  p += 1 + strlen (name);
  p += strspn (p, " \t\r\n");
  if (*p == '>')
    p++;
  value = g_strndup (p, strcspn (p, "<>"));
  return line_of (value, IST_NDL_MAX_BYTES);
}

static char *
element_id (const char *text, const char *name, gsize size)
{
  g_autofree char *value = element_value (text, name);

  return value != NULL ? ist_doc_id_parse (value, size) : NULL;
}

/* The line that is seen in front of the link, else what its remark says. */
static char *
title_of (const char *text, const char *ndl)
{
  const char *from = text + (g_str_has_prefix (text, "\xEF\xBB\xBF") ? 3 : 0);
  g_autofree char *before = g_strstrip (g_strndup (from, (gsize) (ndl - from)));
  g_autofree char *title = NULL;

  before[strcspn (before, "\r\n")] = '\0';
  title = *before != '\0' ? g_strdup (before) : element_value (ndl, "REM");
  return title != NULL ? line_of (title, MAX_LINE) : NULL;
}

/* One that no server can have is none. */
static char *
hint_of (const char *ndl)
{
  g_autofree char *hint = element_value (ndl, "HINT");

  return hint != NULL && strlen (hint) <= MAX_LINE ? g_steal_pointer (&hint) : NULL;
}

IstDocLink *
ist_ndl_parse (const char *text, gsize size_bytes, GError **error)
{
  g_autofree char *valid = NULL;
  g_autoptr (IstDocLink) link = g_new0 (IstDocLink, 1);
  const char *ndl;

  if (size_bytes > IST_NDL_MAX_BYTES)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "Notes link of %" G_GSIZE_FORMAT " bytes",
                   size_bytes);
      return NULL;
    }
  size_bytes = size_bytes > 0 && memchr (text, 0, size_bytes) != NULL
                   ? (gsize) ((const char *) memchr (text, 0, size_bytes) - text)
                   : size_bytes;
  valid = g_utf8_validate (text, (gssize) size_bytes, NULL)
              ? g_strndup (text, size_bytes)
              : g_convert (text, (gssize) size_bytes, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
  ndl = valid != NULL ? find_tag (valid, "NDL") : NULL;
  link->replica = ndl != NULL ? element_id (ndl, "REPLICA", 16) : NULL;
  if (link->replica == NULL)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "no Notes link: no replica id");
      return NULL;
    }
  link->view = element_id (ndl, "VIEW", 32);
  link->note = element_id (ndl, "NOTE", 32);
  link->hint = hint_of (ndl);
  link->title = title_of (valid, ndl);
  return g_steal_pointer (&link);
}

/* Text that cannot be taken for a tag and stays on its line. */
static void
append_plain (GString *out, const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (*p == '<' || *p == '>')
      g_string_append_c (out, '\'');
    else
      g_string_append_c (out, (guchar) *p < 0x20 ? ' ' : *p);
}

static void
append_unid (GString *out, const char *name, const char *id)
{
  if (id == NULL || strlen (id) != 32)
    return;
  g_string_append_printf (out, "<%s OF%.8s:%.8s-ON%.8s:%.8s>\r\n", name, id, id + 8, id + 16,
                          id + 24);
}

char *
ist_ndl_format (const IstDocLink *link, GError **error)
{
  const char *id = link->replica;
  GString *out;

  if (id == NULL || strlen (id) != 16)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "Notes link without replica id");
      return NULL;
    }
  out = g_string_new (NULL);
  if (link->title != NULL && *link->title != '\0')
    {
      append_plain (out, link->title);
      g_string_append (out, "\r\n");
    }
  g_string_append_printf (out, "<NDL>\r\n<REPLICA %.8s:%.8s>\r\n", id, id + 8);
  append_unid (out, "VIEW", link->view);
  append_unid (out, "NOTE", link->note);
  if (link->hint != NULL && *link->hint != '\0')
    {
      g_string_append (out, "<HINT>");
      append_plain (out, link->hint);
      g_string_append (out, "</HINT>\r\n");
    }
  g_string_append (out, "</NDL>\r\n");
  return g_string_free (out, FALSE);
}
