#include "convert/tnef-text.h"

#include "convert/tnef-parts.h"
#include "convert/format/html.h"

#include <string.h>

#define OBJECT "\xEF\xBF\xBC"

char *
ist_tnef_text_escape (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *c = text; *c != '\0'; c++)
    {
      const char *entity = ist_html_entity (*c);

      if (entity != NULL)
        g_string_append (out, entity);
      else
        g_string_append_c (out, *c);
    }
  return g_string_free (out, FALSE);
}

/* Is the tag at `p` (behind "<" or "</") this one? */
static gboolean
is_tag (const char *p, const char *name)
{
  gsize n;

  if (g_ascii_tolower (*p) != *name)
    return FALSE;
  n = strlen (name);
  return g_ascii_strncasecmp (p, name, n) == 0 && !g_ascii_isalnum (p[n]);
}

/* Behind the end tag of an element whose content is no text; at the end when it is not closed. */
static const char *
skip_element (const char *p, const char *name)
{
  for (const char *end = strstr (p, "</"); end != NULL; end = strstr (end + 2, "</"))
    if (is_tag (end + 2, name))
      {
        end = strchr (end, '>');
        return end != NULL ? end + 1 : p + strlen (p);
      }
  return p + strlen (p);
}

static const char *
append_tag (GString *out, const char *p)
{
  static const char *const blocks[]
      = { "br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote" };
  static const char *const silent[] = { "style", "script", "title" };
  const char *name = p + 1 + (p[1] == '/');
  const char *end;

  if (strncmp (p, "<!--", 4) == 0)
    {
      end = strstr (p + 4, "-->");
      return end != NULL ? end + 3 : p + strlen (p);
    }
  for (gsize i = 0; p[1] != '/' && i < G_N_ELEMENTS (silent); i++)
    if (is_tag (name, silent[i]))
      return skip_element (p + 1, silent[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    if (is_tag (name, blocks[i]) && (p[1] == '/' || i == 0) && out->len > 0)
      g_string_append_c (out, '\n');
  if (is_tag (name, "td") && p[1] == '/')
    g_string_append_c (out, '\t');
  end = strchr (p, '>');
  return end != NULL ? end + 1 : p + strlen (p);
}

static const char *
append_entity (GString *out, const char *p)
{
  static const struct
  {
    const char *name;
    gunichar c;
  } known[] = { { "amp;", '&' },      { "lt;", '<' },     { "gt;", '>' },      { "quot;", '"' },
                { "nbsp;", ' ' },     { "apos;", '\'' },  { "bull;", 0x2022 }, { "ndash;", 0x2013 },
                { "mdash;", 0x2014 }, { "euro;", 0x20AC } };
  char *end;
  guint64 c;

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_has_prefix (p + 1, known[i].name))
      {
        g_string_append_unichar (out, known[i].c);
        return p + 1 + strlen (known[i].name);
      }
  if (p[1] != '#')
    return g_string_append_c (out, '&'), p + 1;
  c = p[2] == 'x' || p[2] == 'X' ? g_ascii_strtoull (p + 3, &end, 16)
                                 : g_ascii_strtoull (p + 2, &end, 10);
  if (*end != ';' || c == 0 || c > 0x10FFFF || !g_unichar_validate ((gunichar) c))
    return g_string_append_c (out, '&'), p + 1;
  g_string_append_unichar (out, (gunichar) c);
  return end + 1;
}

static gboolean
is_blank (const char *text)
{
  while (g_ascii_isspace (*text))
    text++;
  return *text == '\0';
}

static gboolean
has_text (const GString *out)
{
  return out->len > 0 && !is_blank (out->str);
}

/* Bytes that stand for themselves: neither markup nor white space. */
static gsize
word_bytes (const char *p)
{
  return strcspn (p, "<& \t\n\r\v\f");
}

/* `only_first`: just far enough to tell whether there is any text. */
static GString *
text_of_html (const char *html, gboolean only_first)
{
  GString *out = g_string_sized_new (only_first ? 64 : strlen (html) / 2);
  gboolean unclosed = FALSE;

  for (const char *p = html; *p != '\0' && !(only_first && has_text (out));)
    if (*p == '<' && !unclosed && (g_ascii_isalpha (p[1]) || p[1] == '/' || p[1] == '!'))
      {
        p = append_tag (out, p);
        /* One that never closes took the rest; the search for it is not made again. */
        unclosed = *p == '\0';
      }
    else if (*p == '&')
      p = append_entity (out, p);
    else if (g_ascii_isspace (*p))
      {
        if (out->len > 0 && !g_ascii_isspace (out->str[out->len - 1]))
          g_string_append_c (out, ' ');
        p++;
      }
    else
      {
        gsize n = MAX (word_bytes (p), 1);

        g_string_append_len (out, p, (gssize) n);
        p += n;
      }
  return out;
}

static gboolean
html_is_blank (const char *html)
{
  GString *out = text_of_html (html, TRUE);
  gboolean blank = !has_text (out);

  g_string_free (out, TRUE);
  return blank;
}

char *
ist_tnef_text_of_html (const char *html)
{
  GString *out = text_of_html (html, FALSE);

  while (out->len > 0 && g_ascii_isspace (out->str[out->len - 1]))
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}

/* Puts what is to be shown in the places of the objects. */
static char *
fill_marks (const char *with_places, const GArray *marks, gboolean is_html)
{
  g_auto (GStrv) pieces = g_strsplit (with_places, OBJECT, -1);
  GString *out = g_string_new (pieces[0]);

  for (guint i = 0; pieces[0] != NULL && pieces[i + 1] != NULL; i++)
    {
      const IstTnefMark *mark = i < marks->len ? &g_array_index (marks, IstTnefMark, i) : NULL;
      g_autofree char *name = mark != NULL && is_html ? ist_tnef_text_escape (mark->name) : NULL;

      if (mark != NULL && is_html && mark->id != NULL)
        g_string_append_printf (out, "<img src=\"cid:%s\" alt=\"%s\">", mark->id, name);
      else if (mark != NULL)
        g_string_append_printf (out, "[%s]", is_html ? name : mark->name);
      g_string_append (out, pieces[i + 1]);
    }
  return g_string_free (out, FALSE);
}

static void
find_in_rtf (const IstTnef *tnef, const GArray *marks, char **text, char **html, IstRtf **rtf)
{
  /* Pictures are in it in hexadecimal digits. */
  g_autoptr (GBytes) bytes = ist_tnef_rtf (tnef, IST_TNEF_MAX_RTF, NULL, NULL);
  gsize size;
  const char *data;

  if (bytes == NULL)
    return;
  data = g_bytes_get_data (bytes, &size);
  *rtf = data != NULL ? ist_rtf_read (data, size, IST_TNEF_MAX_TEXT, NULL) : NULL;
  if (*rtf == NULL)
    return;
  if ((*rtf)->html != NULL)
    *html = fill_marks ((*rtf)->html, marks, TRUE);
  if ((*rtf)->text != NULL && *text == NULL)
    *text = fill_marks ((*rtf)->text, marks, FALSE);
}

void
ist_tnef_text_find (const IstTnef *tnef, const GArray *marks, char **text, char **html,
                    IstRtf **rtf)
{
  *text = ist_tnef_text (tnef, IST_TNEF_MAX_TEXT, NULL);
  *html = ist_tnef_html (tnef, IST_TNEF_MAX_TEXT, NULL);
  *rtf = NULL;
  if (*html == NULL)
    find_in_rtf (tnef, marks, text, html, rtf);
  if (*html != NULL)
    {
      /* HTML of an empty message is no reason for a part. */
      if (html_is_blank (*html) && strstr (*html, "<img") == NULL)
        g_clear_pointer (html, g_free);
      else if (*text == NULL || is_blank (*text))
        {
          g_free (*text);
          *text = ist_tnef_text_of_html (*html);
        }
    }
  if (*text != NULL && *html == NULL && is_blank (*text))
    g_clear_pointer (text, g_free);
}
