#include "convert/tnef-text.h"

#include "base/append.h"
#include "base/eight.h"
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

/* What a tag does to the text. */
typedef enum
{
  NO_TAG,
  BREAK, /* a line ends */
  BLOCK, /* a line ends at the end tag */
  CELL,
  SILENT /* the content is no text */
} Tag;

/* The tag at `p` (behind "<" or "</"), *size bytes of name. */
static Tag
read_tag (const char *p, gsize *size)
{
  static const struct
  {
    const char *name;
    gsize size;
    Tag tag;
  } known[] = { { "p", 1, BLOCK },      { "br", 2, BREAK },    { "td", 2, CELL },      { "tr", 2, BLOCK },
                { "li", 2, BLOCK },     { "div", 3, BLOCK },   { "table", 5, BLOCK },  { "h1", 2, BLOCK },
                { "h2", 2, BLOCK },     { "h3", 2, BLOCK },    { "h4", 2, BLOCK },     { "blockquote", 10, BLOCK },
                { "style", 5, SILENT }, { "title", 5, SILENT }, { "script", 6, SILENT } };
  char first = g_ascii_tolower (*p);

  for (*size = 0; g_ascii_isalnum (p[*size]);)
    (*size)++;
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (known[i].size == *size && known[i].name[0] == first && g_ascii_strncasecmp (p, known[i].name, *size) == 0)
      return known[i].tag;
  return NO_TAG;
}

/* Behind the end tag of the element whose name is at `p`; at the end when it is not closed. */
static const char *
skip_element (const char *p, gsize name_bytes)
{
  for (const char *end = strstr (p, "</"); end != NULL; end = strstr (end + 2, "</"))
    if (g_ascii_strncasecmp (end + 2, p, name_bytes) == 0 && !g_ascii_isalnum (end[2 + name_bytes]))
      {
        end = strchr (end, '>');
        return end != NULL ? end + 1 : p + strlen (p);
      }
  return p + strlen (p);
}

static const char *
append_tag (GString *out, const char *p)
{
  gboolean is_end = p[1] == '/';
  const char *end;
  gsize size;
  Tag tag;

  if (p[1] == '!' && strncmp (p, "<!--", 4) == 0)
    {
      end = strstr (p + 4, "-->");
      return end != NULL ? end + 3 : p + strlen (p);
    }
  tag = read_tag (p + 1 + is_end, &size);
  if (tag == SILENT && !is_end)
    return skip_element (p + 1, size);
  if ((tag == BREAK || (tag == BLOCK && is_end)) && out->len > 0)
    g_string_append_c (out, '\n');
  if (tag == CELL && is_end)
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
    if (p[1] == known[i].name[0] && g_str_has_prefix (p + 1, known[i].name))
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

/* The first byte that may be markup or white space but a single space in words, or one of the last seven. `p[-1]` can be
 * read. */
static const char *
skip_words (const char *p, const char *end)
{
  while (end - p >= 8)
    {
      guint64 eight = ist_eight_load (p);
      guint64 space = IST_EIGHT (' ');
      guint64 found = ist_eight_below (eight, ' ') | ist_eight_equal (eight, '<') | ist_eight_equal (eight, '&')
                      | ist_eight_equal ((eight ^ space) | (ist_eight_load (p - 1) ^ space), 0);

      if (found != 0)
        return p + ist_eight_first (found);
      p += 8;
    }
  return p;
}

/* Bytes that stand for themselves, the first one in any case: neither markup nor white space but single spaces in
 * words. `end`: of the text, where its NUL is. */
static gsize
run_bytes (const char *p, const char *end)
{
  static const guint8 special[256] = { ['\0'] = 1, ['<'] = 1,  ['&'] = 1,  [' '] = 1,
                                       ['\t'] = 1, ['\n'] = 1, ['\r'] = 1, ['\f'] = 1 };
  const char *c = p + 1;

  if (special[(guint8) *p] == 0)
    c = skip_words (c, end);
  while (special[(guint8) *c] == 0 || (*c == ' ' && special[(guint8) c[-1]] == 0))
    c = skip_words (c + 1, end);
  return (gsize) (c - p);
}

/* `only_first`: just far enough to tell whether there is any text. */
static GString *
text_of_html (const char *html, gboolean only_first)
{
  const char *end = html + strlen (html);
  GString *out = g_string_sized_new (only_first ? 64 : (gsize) (end - html) / 2);
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
        gsize n = run_bytes (p, end);

        ist_append (out, p, n);
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

/* `text`, which is taken, with what is to be shown in the places of the objects. */
static char *
fill_marks (char *text, const GArray *marks, gboolean is_html)
{
  g_autofree char *with_places = text;
  g_auto (GStrv) pieces = NULL;
  GString *out;

  if (strstr (text, OBJECT) == NULL)
    return g_steal_pointer (&with_places);
  pieces = g_strsplit (with_places, OBJECT, -1);
  out = g_string_new (pieces[0]);
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
    *html = fill_marks (g_steal_pointer (&(*rtf)->html), marks, TRUE);
  if ((*rtf)->text != NULL && *text == NULL)
    *text = fill_marks (g_steal_pointer (&(*rtf)->text), marks, FALSE);
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
