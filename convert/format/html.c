#include "convert/format/html.h"

#include <string.h>

static gboolean
is_named (const char *name, gsize size, const char *other)
{
  return size == strlen (other) && g_ascii_strncasecmp (name, other, size) == 0;
}

gboolean
ist_html_is (const IstHtmlToken *token, const char *name)
{
  return (token->kind == IST_HTML_OPEN || token->kind == IST_HTML_CLOSE)
         && is_named (token->name, token->name_size, name);
}

gboolean
ist_html_has_prefix (const IstHtmlToken *token)
{
  return (token->kind == IST_HTML_OPEN || token->kind == IST_HTML_CLOSE)
         && memchr (token->name, ':', token->name_size) != NULL;
}

gboolean
ist_html_begins (const IstHtmlToken *token, const char *with)
{
  return token->size >= strlen (with) && g_ascii_strncasecmp (token->start, with, strlen (with)) == 0;
}

/* The first of the token's bytes that is behind it; NULL: its end is missing. */
static const char *
find (const char *from, const char *end, const char *what)
{
  const char *found = from < end ? g_strstr_len (from, (gssize) (end - from), what) : NULL;

  return found != NULL ? found + strlen (what) : NULL;
}

/* One attribute from `p` on (WHATWG 13.2.5.32 to 13.2.5.38). Gives what is behind it: the tag's '>' or `end` where
 * there is none; NULL: the quotes of its value do not end. */
static const char *
take_attribute (const char *p, const char *end, IstHtmlAttribute *attribute)
{
  const char *after;
  char quote;

  *attribute = (IstHtmlAttribute){ .start = p };
  while (p < end && (g_ascii_isspace (*p) || *p == '/'))
    p++;
  if (p >= end || *p == '>')
    return p;
  attribute->name = p;
  for (p++; p < end && !g_ascii_isspace (*p) && *p != '=' && *p != '/' && *p != '>';)
    p++;
  attribute->name_size = (gsize) (p - attribute->name);
  after = p;
  while (p < end && g_ascii_isspace (*p))
    p++;
  if (p < end && *p == '=')
    {
      for (p++; p < end && g_ascii_isspace (*p);)
        p++;
      quote = p < end && (*p == '"' || *p == '\'') ? *p : '\0';
      attribute->value = quote != '\0' ? ++p : p;
      while (p < end && (quote != '\0' ? *p != quote : !g_ascii_isspace (*p) && *p != '>'))
        p++;
      attribute->value_size = (gsize) (p - attribute->value);
      if (quote != '\0' && p >= end)
        return NULL;
      after = quote != '\0' ? p + 1 : p;
    }
  attribute->size = (gsize) (after - attribute->start);
  return after;
}

/* Behind the '>' of a tag; NULL: it is missing. */
static const char *
tag_end (const char *p, const char *end)
{
  IstHtmlAttribute attribute;

  do
    p = take_attribute (p, end, &attribute);
  while (p != NULL && attribute.name != NULL);
  return p != NULL && p < end ? p + 1 : NULL;
}

static gsize
name_length (const char *p, const char *end)
{
  const char *start = p;

  while (p < end && !g_ascii_isspace (*p) && *p != '>' && *p != '/' && *p != '\0')
    p++;
  return (gsize) (p - start);
}

/* Behind the comment at `p` (WHATWG 13.2.5.43 to 13.2.5.52): "-->" and "--!>" end it, and "<!-->" and "<!--->" are whole. */
static const char *
take_comment (IstHtmlScanner *self, const char *p, const char *end, IstHtmlToken *token)
{
  const char *after = NULL, *odd;

  token->kind = IST_HTML_COMMENT;
  if (end - p >= 5 && p[4] == '>')
    return p + 5;
  if (end - p >= 6 && p[4] == '-' && p[5] == '>')
    return p + 6;
  if (!self->no_comment_end)
    after = find (p + 4, end, "-->");
  self->no_comment_end = after == NULL;
  odd = self->no_odd_end ? NULL : find (p + 4, after != NULL ? after : end, "--!>");
  self->no_odd_end = odd == NULL && after == NULL;
  after = odd != NULL ? odd : after;
  token->is_open = after == NULL;
  return after != NULL ? after : p + 4;
}

/* What begins at '<'. Gives its end; NULL and is_open: a tag's end is missing; NULL alone: just a '<'. */
static const char *
take_markup (IstHtmlScanner *self, const char *p, const char *end, IstHtmlToken *token)
{
  const char *name = p + 1;
  const char *after = NULL;

  if (end - p >= 4 && memcmp (p, "<!--", 4) == 0)
    return take_comment (self, p, end, token);
  if (name < end && (*name == '!' || *name == '?'))
    {
      token->kind = IST_HTML_DECLARATION;
      after = find (name, end, ">");
    }
  else
    {
      token->kind = name < end && *name == '/' ? IST_HTML_CLOSE : IST_HTML_OPEN;
      if (token->kind == IST_HTML_CLOSE)
        name++;
      if (name >= end || !g_ascii_isalpha (*name))
        return NULL;
      token->name = name;
      token->name_size = name_length (name, end);
      after = tag_end (name + token->name_size, end);
    }
  token->is_open = after == NULL;
  return after;
}

static gboolean
is_raw_element (const IstHtmlToken *token)
{
  static const char *const names[] = { "script", "style", "title", "textarea", "xmp" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (is_named (token->name, token->name_size, names[i]))
      return TRUE;
  return FALSE;
}

/* Where the closing tag of the raw element begins; the end of the text where there is none. */
static const char *
raw_end (const IstHtmlScanner *self, const char *p, const char *end)
{
  while ((p = memchr (p, '<', (gsize) (end - p))) != NULL)
    {
      if ((gsize) (end - p) > self->raw_size + 1 && p[1] == '/'
          && g_ascii_strncasecmp (p + 2, self->raw, self->raw_size) == 0
          && ((gsize) (end - p) == self->raw_size + 2 || !g_ascii_isalnum (p[2 + self->raw_size])))
        return p;
      p++;
    }
  return end;
}

/* Plain text up to the next markup. */
static const char *
text_end (const char *p, const char *end)
{
  while ((p = memchr (p, '<', (gsize) (end - p))) != NULL)
    {
      if (p + 1 < end
          && (g_ascii_isalpha (p[1]) || p[1] == '!' || p[1] == '?'
              || (p[1] == '/' && p + 2 < end && g_ascii_isalpha (p[2]))))
        return p;
      p++;
    }
  return end;
}

gboolean
ist_html_next (IstHtmlScanner *self, IstHtmlToken *token)
{
  const char *start = self->text + self->at;
  const char *end = self->text + self->size;
  const char *after = NULL;

  *token = (IstHtmlToken){ .kind = IST_HTML_TEXT, .start = start };
  if (start >= end)
    return FALSE;
  if (self->raw != NULL)
    {
      after = raw_end (self, start, end);
      self->raw = NULL;
      if (after == start)
        after = NULL;
    }
  else if (*start != '<')
    after = text_end (start, end);
  if (after == NULL)
    {
      after = take_markup (self, start, end, token);
      if (after == NULL)
        {
          token->kind = IST_HTML_TEXT;
          after = token->is_open ? end : text_end (start + 1, end);
        }
      else if (token->kind == IST_HTML_OPEN && is_raw_element (token))
        {
          self->raw = token->name;
          self->raw_size = token->name_size;
        }
    }
  token->size = (gsize) (after - start);
  self->at += token->size;
  return TRUE;
}

const char *
ist_html_end_of_body (const char *html)
{
  IstHtmlScanner scanner = { .text = html, .size = strlen (html) };
  const char *end = NULL;
  IstHtmlToken token;

  while (ist_html_next (&scanner, &token))
    if (token.kind == IST_HTML_CLOSE
        && (ist_html_is (&token, "body") || (end == NULL && ist_html_is (&token, "html"))))
      end = token.start;
  return end != NULL ? end : html + scanner.size;
}

gboolean
ist_html_next_attribute (const IstHtmlToken *token, gsize *at, IstHtmlAttribute *attribute)
{
  const char *p = *at == 0 ? token->name + token->name_size : token->start + *at;
  const char *after = take_attribute (p, token->start + token->size, attribute);

  if (after == NULL || attribute->name == NULL)
    return FALSE;
  *at = (gsize) (after - token->start);
  return TRUE;
}

char *
ist_html_attribute (const IstHtmlToken *token, const char *name)
{
  IstHtmlAttribute attribute;
  gsize at = 0;

  while (ist_html_next_attribute (token, &at, &attribute))
    if (is_named (attribute.name, attribute.name_size, name))
      return attribute.value != NULL ? ist_html_unescape (attribute.value, attribute.value_size)
                                     : g_strdup ("");
  return NULL;
}

/* The reference at '&': its length; *c the character. 0: none. */
static gsize
reference (const char *p, gsize size, gunichar *c)
{
  static const struct
  {
    const char *name;
    gunichar c;
  } names[] = { { "&amp;", '&' },  { "&lt;", '<' },    { "&gt;", '>' },
                { "&quot;", '"' }, { "&apos;", '\'' }, { "&nbsp;", 0xA0 } };
  gsize i = 2;
  guint base = 10;

  for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
    if (size >= strlen (names[n].name)
        && g_ascii_strncasecmp (p, names[n].name, strlen (names[n].name)) == 0)
      {
        *c = names[n].c;
        return strlen (names[n].name);
      }
  if (size < 4 || p[1] != '#')
    return 0;
  if (p[2] == 'x' || p[2] == 'X')
    {
      base = 16;
      i = 3;
    }
  for (*c = 0;
       i < size && i < 10 && (base == 16 ? g_ascii_isxdigit (p[i]) : g_ascii_isdigit (p[i])); i++)
    *c = *c * base + (gunichar) g_ascii_xdigit_value (p[i]);
  if (i >= size || p[i] != ';' || *c == 0 || !g_unichar_validate (*c))
    return 0;
  return i + 1;
}

char *
ist_html_unescape (const char *text, gsize size)
{
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < size;)
    {
      gunichar c;
      gsize n = text[i] == '&' ? reference (text + i, size - i, &c) : 0;

      if (n > 0)
        g_string_append_unichar (out, c);
      else
        g_string_append_c (out, text[i]);
      i += MAX (n, 1);
    }
  return g_string_free (out, FALSE);
}

const char *
ist_html_entity (char c)
{
  switch (c)
    {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return NULL;
    }
}
