/*
 * HTML that an author wrote into a Notes text: harmless elements stay, with those attributes that only say how they
 * look and the address of a link; all else goes, with its content where that is code. What is opened is closed, in order.
 */
#include "convert/format/rich-private.h"

#include "convert/format/html.h"

#include <string.h>

#define MAX_OPEN 32
#define MAX_TAG 4096

typedef struct
{
  GString *out;
  gboolean text_only;
  gboolean in_row; /* of the text alone: cells stand apart */
  const char *open[MAX_OPEN];
  guint n;
} Filter;

static const char *const kept[]
    = { "a",    "b",   "blockquote", "center", "code",   "dd",     "div", "dl",  "dt",    "em",
        "font", "h1",  "h2",         "h3",     "h4",     "h5",     "h6",  "i",   "li",    "ol",
        "p",    "pre", "s",          "span",   "strike", "strong", "sub", "sup", "table", "tbody",
        "td",   "th",  "thead",      "tr",     "tt",     "u",      "ul" };
static const char *const broken_lines[] = { "br", "hr", "p",  "div", "li", "tr", "table",  "h1",
                                            "h2", "h3", "h4", "h5",  "h6", "dt", "option", "form" };
static const char *const of_table[] = { "tbody", "td", "th", "thead", "tr" };
/* Their values are words, numbers and colours. */
static const char *const kept_attributes[]
    = { "align", "bgcolor", "border",  "cellpadding", "cellspacing", "color", "colspan", "dir",
        "face",  "height",  "rowspan", "size",        "start",       "type",  "valign",  "width" };
static const char *const code[]
    = { "script", "style", "title", "object", "applet", "iframe", "noscript", "textarea" };

static const char *
known (const char *const *names, gsize n, const char *name)
{
  for (gsize i = 0; i < n; i++)
    if (strcmp (names[i], name) == 0)
      return names[i];
  return NULL;
}

/* The lower-case name of the tag that begins after `<` or `</`. */
static char *
tag_name (const char *p)
{
  gsize n = 0;

  while (n < 16 && g_ascii_isalnum (p[n]))
    n++;
  return g_ascii_strdown (p, (gssize) n);
}

/* Behind the `>` of the tag; quotes may hide one. */
static const char *
tag_end (const char *p)
{
  char quote = '\0';

  for (gsize n = 0; *p != '\0' && n < MAX_TAG; p++, n++)
    {
      if (quote != '\0')
        {
          if (*p == quote)
            quote = '\0';
        }
      else if (*p == '"' || *p == '\'')
        quote = *p;
      else if (*p == '>')
        return p + 1;
    }
  while ((*p & 0xC0) == 0x80)
    p++;
  return p;
}

/* The value of href in a tag of `n` bytes, or NULL. The caller frees. */
static char *
href_of (const char *tag, gsize n)
{
  g_autofree char *copy = g_strndup (tag, n);
  g_autofree char *lower = g_ascii_strdown (copy, -1);
  const char *at = strstr (lower, "href");
  const char *p;
  gsize length;

  if (at == NULL)
    return NULL;
  p = copy + (at - lower) + 4;
  p += strspn (p, " \t\r\n");
  if (*p != '=')
    return NULL;
  p++;
  p += strspn (p, " \t\r\n");
  length = *p == '"'    ? strcspn (p + 1, "\"")
           : *p == '\'' ? strcspn (p + 1, "'")
                        : strcspn (p, " \t\r\n>");
  return g_strndup (*p == '"' || *p == '\'' ? p + 1 : p, length);
}

static gboolean
is_harmless (const char *value)
{
  return strlen (value) <= 60
         && strspn (value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#%.,+- ")
                == strlen (value);
}

static void
copy_attributes (Filter *filter, const char *tag, gsize size)
{
  IstHtmlScanner scanner = { .text = tag, .size = size };
  IstHtmlAttribute attribute;
  IstHtmlToken token;
  gsize at = 0;

  if (!ist_html_next (&scanner, &token) || token.kind != IST_HTML_OPEN)
    return;
  while (ist_html_next_attribute (&token, &at, &attribute))
    {
      g_autofree char *name = g_ascii_strdown (attribute.name, (gssize) attribute.name_size);
      g_autofree char *value = attribute.value != NULL
                                   ? ist_html_unescape (attribute.value, attribute.value_size)
                                   : NULL;

      if (value != NULL && known (kept_attributes, G_N_ELEMENTS (kept_attributes), name) != NULL
          && is_harmless (value))
        g_string_append_printf (filter->out, " %s=\"%s\"", name, value);
    }
}

/* The elements that are open inside of the innermost table; 0: none is open. */
static guint
in_table (const Filter *filter)
{
  for (guint i = filter->n; i > 0; i--)
    if (strcmp (filter->open[i - 1], "table") == 0)
      return i;
  return 0;
}

/* May this part of a table stand here? Its neighbour that was left open is closed. */
static gboolean
make_room (Filter *filter, const char *name)
{
  guint first = in_table (filter);
  gboolean is_cell = name[1] == 'd' || (name[1] == 'h' && name[2] == '\0');

  if (first == 0)
    return FALSE;
  for (guint i = first; i < filter->n; i++)
    {
      const char *open = filter->open[i];
      gboolean cell = strcmp (open, "td") == 0 || strcmp (open, "th") == 0;

      if (cell || (!is_cell && strcmp (open, "tr") == 0) || strcmp (open, name) == 0)
        {
          while (filter->n > i)
            g_string_append_printf (filter->out, "</%s>", filter->open[--filter->n]);
          break;
        }
    }
  return TRUE;
}

static void
open_element (Filter *filter, const char *name, const char *tag, gsize size)
{
  if (known (of_table, G_N_ELEMENTS (of_table), name) != NULL && !make_room (filter, name))
    return;
  if (filter->n >= MAX_OPEN)
    return;
  if (strcmp (name, "a") == 0)
    {
      g_autofree char *href = href_of (tag, size);
      g_autofree char *url = href != NULL ? rich_safe_url (href) : NULL;
      gboolean blank = FALSE;

      if (url == NULL || known (filter->open, filter->n, "a") != NULL)
        return;
      g_string_append (filter->out, "<a href=\"");
      rich_escape (filter->out, url, &blank);
      g_string_append (filter->out, "\">");
    }
  else
    {
      g_string_append_printf (filter->out, "<%s", name);
      copy_attributes (filter, tag, size);
      g_string_append_c (filter->out, '>');
    }
  filter->open[filter->n++] = name;
}

static void
close_element (Filter *filter, const char *name)
{
  if (known (filter->open, filter->n, name) == NULL)
    return;
  while (filter->n > 0)
    {
      const char *top = filter->open[--filter->n];

      g_string_append_printf (filter->out, "</%s>", top);
      if (strcmp (top, name) == 0)
        return;
    }
}

static const char *
skip_code (const char *p, const char *name)
{
  for (p = strchr (p, '<'); p != NULL; p = strchr (p + 1, '<'))
    if (p[1] == '/' && g_ascii_strncasecmp (p + 2, name, strlen (name)) == 0)
      return tag_end (p);
  return NULL;
}

/* In a plain text: lines begin anew where blocks do, cells of a row stand apart. */
static void
break_text (Filter *filter, const char *name, gboolean end)
{
  gboolean at_start = filter->out->len == 0 || filter->out->str[filter->out->len - 1] == '\n';

  if (strcmp (name, "tr") == 0)
    filter->in_row = !end;
  if (strcmp (name, "br") == 0 && !end)
    g_string_append_c (filter->out, '\n');
  else if (known (broken_lines, G_N_ELEMENTS (broken_lines), name) != NULL && !at_start)
    g_string_append_c (filter->out, '\n');
  else if (filter->in_row && (strcmp (name, "td") == 0 || strcmp (name, "th") == 0) && !end
           && !at_start)
    g_string_append (filter->out, " | ");
  if (strcmp (name, "li") == 0 && !end)
    g_string_append (filter->out, "* ");
}

static const char *
take_tag (Filter *filter, const char *p)
{
  gboolean end = p[1] == '/';
  g_autofree char *name = tag_name (p + (end ? 2 : 1));
  const char *after = tag_end (p);
  const char *element = known (kept, G_N_ELEMENTS (kept), name);

  if (!end && known (code, G_N_ELEMENTS (code), name) != NULL)
    {
      after = skip_code (after, name);
      return after != NULL ? after : p + strlen (p);
    }
  if (filter->text_only)
    break_text (filter, name, end);
  else if (element != NULL && end)
    close_element (filter, element);
  else if (element != NULL)
    open_element (filter, element, p, (gsize) (after - p));
  else if (!end && known (broken_lines, G_N_ELEMENTS (broken_lines), name) != NULL)
    g_string_append (filter->out, "<br>");
  return after;
}

/* Bytes of the character reference at `p`, 0: it is none. */
static gsize
reference_size (const char *p)
{
  gsize n = 1;

  if (p[n] == '#')
    n++;
  while (n < 12 && g_ascii_isalnum (p[n]))
    n++;
  return p[n] == ';' && n > 1 && g_ascii_isalnum (p[n - 1]) ? n + 1 : 0;
}

static void
append_reference (GString *out, const char *p, gsize size)
{
  static const struct
  {
    const char *name, *text;
  } rows[] = {
    { "&lt;", "<" }, { "&gt;", ">" }, { "&amp;", "&" }, { "&quot;", "\"" }, { "&nbsp;", " " }
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strlen (rows[i].name) == size && memcmp (rows[i].name, p, size) == 0)
      {
        g_string_append (out, rows[i].text);
        return;
      }
  if (p[1] == '#')
    {
      gboolean hex = p[2] == 'x' || p[2] == 'X';
      guint64 c = g_ascii_strtoull (p + (hex ? 3 : 2), NULL, hex ? 16 : 10);

      if (c >= 0x20 && c < 0x110000 && g_unichar_validate ((gunichar) c)
          && !g_unichar_iscntrl ((gunichar) c))
        g_string_append_unichar (out, (gunichar) c);
      return;
    }
  g_string_append_len (out, p, (gssize) size);
}

static void
append_char (Filter *filter, const char *p)
{
  if (!filter->text_only && *p == '<')
    g_string_append (filter->out, "&lt;");
  else if (!filter->text_only && *p == '>')
    g_string_append (filter->out, "&gt;");
  else if (!filter->text_only && *p == '&')
    g_string_append (filter->out, "&amp;");
  else
    g_string_append_c (filter->out, *p);
}

static const char *
skip_declaration (const char *p)
{
  const char *end;

  if (!g_str_has_prefix (p, "<!--"))
    return tag_end (p);
  end = strstr (p + 4, "-->");
  return end != NULL ? end + 3 : p + strlen (p);
}

void
rich_filter_html (GString *out, const char *html, gboolean text_only)
{
  Filter filter = { .out = out, .text_only = text_only };
  const char *p = html;

  while (*p != '\0')
    {
      gsize size = *p == '&' ? reference_size (p) : 0;

      if (*p == '<' && (g_ascii_isalpha (p[1]) || (p[1] == '/' && g_ascii_isalpha (p[2]))))
        p = take_tag (&filter, p);
      else if (*p == '<' && (p[1] == '!' || p[1] == '?'))
        p = skip_declaration (p);
      else if (size > 0)
        {
          if (text_only)
            append_reference (out, p, size);
          else
            g_string_append_len (out, p, (gssize) size);
          p += size;
        }
      else
        append_char (&filter, p++);
    }
  while (filter.n > 0)
    g_string_append_printf (out, "</%s>", filter.open[--filter.n]);
}
