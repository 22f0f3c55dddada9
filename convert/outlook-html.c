#include "convert/outlook-html.h"

#include "convert/format/html.h"
#include "convert/outlook-lists.h"

#include <string.h>

#define MAX_ROUNDS 20

typedef struct
{
  IstHtmlScanner scanner;
  GString *out;
  IstOutlookHtml *report;
  IstOutlookLists lists;
  gboolean no_xml_end; /* no </xml> lies ahead */
} Cleaner;

/* ---- what is Office's own ---- */

/* Both forms, with their ends: <!--[if mso]>…<![endif]-->, <![if !vml]>…<![endif]>, <!--[if !mso]><!-->. */
static gboolean
is_conditional (const IstHtmlToken *token)
{
  static const char *const forms[]
      = { "<!--[if ", "<!--[endif]", "<!--<![endif]", "<![if ", "<![endif]", "<?xml" };

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    if (ist_html_begins (token, forms[i]))
      return TRUE;
  /* Without its end it would hide the rest of the text. */
  if (token->kind == IST_HTML_COMMENT && token->is_open)
    return TRUE;
  return token->size == 8 && ist_html_begins (token, "<!--<!-->");
}

/* "[if mso]>" behind the "<!--" of a comment without its end belongs to it. */
static void
skip_condition (IstHtmlScanner *scanner)
{
  const char *condition = scanner->text + scanner->at;
  gsize size = strcspn (condition, "<>\r\n");

  if (g_ascii_strncasecmp (condition, "[if ", 4) == 0 && condition[size] == '>' && condition[size - 1] == ']')
    scanner->at += size + 1;
}

/* An island of data: from <xml> to </xml>, unless the end is missing. */
static gboolean
skip_island (Cleaner *self, const IstHtmlToken *token)
{
  IstHtmlScanner ahead = self->scanner;
  IstHtmlToken next;

  if (token->kind != IST_HTML_OPEN || !ist_html_is (token, "xml"))
    return FALSE;
  while (!self->no_xml_end && ist_html_next (&ahead, &next))
    if (next.kind == IST_HTML_CLOSE && ist_html_is (&next, "xml"))
      {
        self->scanner = ahead;
        self->report->n_elements++;
        return TRUE;
      }
  self->no_xml_end = TRUE;
  return FALSE;
}

/* ---- attributes ---- */

/* "font-size:300.0pt": is it above what Notes takes? */
static gboolean
is_too_large (const char *declaration)
{
  double size, points;
  char *unit;

  if (g_ascii_strncasecmp (declaration, "font-size:", 10) != 0)
    return FALSE;
  size = g_ascii_strtod (declaration + 10, &unit);
  points = g_ascii_strncasecmp (unit, "px", 2) == 0   ? size * 0.75
           : g_ascii_strncasecmp (unit, "pt", 2) == 0 ? size
                                                      : 0;
  return points > IST_OUTLOOK_MAX_POINTS;
}

/* CSS whose url(…) have the addresses that pictures get; NULL: there are none such. */
static char *
replace_urls (Cleaner *self, const char *css)
{
  g_autoptr (GString) out = NULL;
  const char *copied = css;

  for (const char *p = css; (p = strchr (p, '(')) != NULL;)
    {
      const char *from = p + 1 + strspn (p + 1, " \t\r\n\f"), *to;
      char quote = *from == '"' || *from == '\'' ? *from++ : ')';
      g_autofree char *url = NULL;
      g_autofree char *fresh = NULL;

      p++;
      if (p - css < 4 || g_ascii_strncasecmp (p - 4, "url(", 4) != 0)
        continue;
      to = strchr (from, quote);
      if (to == NULL)
        break;
      url = g_strndup (from, (gsize) (to - from));
      fresh = self->report->picture (self->report->user, url);
      if (fresh != NULL && *fresh != '\0')
        {
          if (out == NULL)
            out = g_string_new (NULL);
          g_string_append_len (out, copied, p - copied);
          g_string_append (out, fresh);
          copied = quote == ')' ? to : to + 1;
          self->report->n_pictures++;
        }
      p = to;
    }
  if (out == NULL)
    return NULL;
  g_string_append (out, copied);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* A style without its mso- declarations, with smaller fonts and new addresses; NULL: it has none of these. */
static char *
clean_style (Cleaner *self, const char *style)
{
  g_autofree char *replaced = replace_urls (self, style);
  g_auto (GStrv) declarations = g_strsplit (replaced != NULL ? replaced : style, ";", -1);
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean gone = replaced != NULL;

  for (gsize i = 0; declarations[i] != NULL; i++)
    {
      const char *declaration = g_strstrip (declarations[i]);

      if (g_ascii_strncasecmp (declaration, "mso-", 4) == 0)
        gone = TRUE;
      else if (is_too_large (declaration))
        {
          gone = TRUE;
          self->report->n_sizes++;
          g_string_append_printf (out, "%sfont-size:%dpt", out->len > 0 ? ";" : "",
                                  IST_OUTLOOK_MAX_POINTS);
        }
      else if (*declaration != '\0')
        g_string_append_printf (out, "%s%s", out->len > 0 ? ";" : "", declaration);
    }
  return gone ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}

static gboolean
is_attribute (const IstHtmlAttribute *attribute, const char *name)
{
  return attribute->value != NULL && attribute->name_size == strlen (name)
         && g_ascii_strncasecmp (attribute->name, name, attribute->name_size) == 0;
}

/* What takes the attribute's place: NULL: nothing; "": it goes. */
static char *
new_value (Cleaner *self, const IstHtmlAttribute *attribute, const char *src)
{
  g_autofree char *value = NULL;
  g_autofree char *fresh = NULL;

  if (attribute->name_size > 6 && g_ascii_strncasecmp (attribute->name, "xmlns:", 6) == 0)
    return g_strdup ("");
  if (src != NULL && is_attribute (attribute, "src"))
    return g_strdup (src);
  if (!is_attribute (attribute, "style") && !is_attribute (attribute, "background"))
    return NULL;
  value = ist_html_unescape (attribute->value, attribute->value_size);
  if (is_attribute (attribute, "style"))
    return clean_style (self, value);
  fresh = self->report->picture (self->report->user, value);
  if (fresh == NULL || *fresh == '\0')
    return NULL;
  self->report->n_pictures++;
  return g_steal_pointer (&fresh);
}

/* The tag with its style cleaned, its name spaces left out and the addresses of pictures replaced. */
static void
append_tag (Cleaner *self, const IstHtmlToken *token, const char *src)
{
  IstHtmlAttribute attribute;
  gsize at = 0;
  const char *copied = token->start;

  while (ist_html_next_attribute (token, &at, &attribute))
    {
      g_autofree char *value = new_value (self, &attribute, src);
      g_autofree char *escaped = value != NULL ? g_markup_escape_text (value, -1) : NULL;

      if (value == NULL)
        continue;
      g_string_append_len (self->out, copied, (gssize) (attribute.start - copied));
      if (*value != '\0')
        g_string_append_printf (self->out, " %.*s=\"%s\"", (int) attribute.name_size, attribute.name, escaped);
      copied = attribute.start + attribute.size;
      if (!g_ascii_isspace (*copied) && *copied != '>' && *copied != '/') /* a="b"c="d" */
        g_string_append_c (self->out, ' ');
    }
  g_string_append_len (self->out, copied, (gssize) (token->start + token->size - copied));
}

static gboolean
is_charset (const IstHtmlToken *token)
{
  g_autofree char *content = NULL;
  g_autofree char *charset = NULL;

  if (token->kind != IST_HTML_OPEN || !ist_html_is (token, "meta"))
    return FALSE;
  content = ist_html_attribute (token, "content");
  charset = ist_html_attribute (token, "charset");
  return charset != NULL || (content != NULL && strstr (content, "charset=") != NULL);
}

static void
take_picture (Cleaner *self, const IstHtmlToken *token)
{
  g_autofree char *src = ist_html_attribute (token, "src");
  g_autofree char *fresh = src != NULL ? self->report->picture (self->report->user, src) : NULL;
  g_autofree char *alt = NULL;
  g_autofree char *words = NULL;
  g_autofree char *escaped = NULL;

  if (fresh == NULL)
    {
      append_tag (self, token, NULL);
      return;
    }
  self->report->n_pictures++;
  if (*fresh != '\0')
    {
      append_tag (self, token, fresh);
      return;
    }
  alt = ist_html_attribute (token, "alt");
  words = alt != NULL && *alt != '\0' ? g_strdup_printf ("[%s]", alt)
                                      : g_strdup (self->report->missing (self->report->user));
  escaped = g_markup_escape_text (words, -1);
  g_string_append (self->out, escaped);
}

/* ---- everything ---- */

/* A '<' that began no tag must not begin one when what followed it is gone; behind a tag without its end there is
 * nothing more. */
static void
append_text (Cleaner *self, const IstHtmlToken *token, gboolean raw)
{
  if (token->is_open)
    {
      g_string_append_len (self->out, token->start, (gssize) token->size);
      return;
    }
  for (gsize i = 0; i < token->size; i++)
    if (token->start[i] == '<' && !raw)
      g_string_append (self->out, "&lt;");
    else
      g_string_append_c (self->out, token->start[i]);
}

static void
append_style_sheet (Cleaner *self, const IstHtmlToken *token)
{
  g_autofree char *css = g_strndup (token->start, token->size);
  g_autofree char *replaced = replace_urls (self, css);

  g_string_append (self->out, replaced != NULL ? replaced : css);
}

/* `raw`: the element whose content a text is; NULL: none. */
static void
take (Cleaner *self, const IstHtmlToken *token, const char *raw)
{
  if (skip_island (self, token) || ist_outlook_lists_take (&self->lists, &self->scanner, token))
    return;
  if (token->kind == IST_HTML_TEXT && raw != NULL && g_ascii_strncasecmp (raw, "style", 5) == 0)
    append_style_sheet (self, token);
  else if (token->kind == IST_HTML_TEXT)
    append_text (self, token, raw != NULL);
  else if ((token->kind == IST_HTML_COMMENT || token->kind == IST_HTML_DECLARATION)
           && is_conditional (token))
    {
      if (token->is_open)
        skip_condition (&self->scanner);
      self->report->n_comments++;
    }
  else if (ist_html_has_prefix (token))
    self->report->n_elements++;
  else if (token->kind == IST_HTML_OPEN && ist_html_is (token, "img"))
    take_picture (self, token);
  else if (token->kind == IST_HTML_OPEN && !is_charset (token))
    append_tag (self, token, NULL);
  else if (token->kind != IST_HTML_OPEN)
    g_string_append_len (self->out, token->start, (gssize) token->size);
}

static guint
total (const IstOutlookHtml *report)
{
  return report->n_comments + report->n_elements + report->n_items + report->n_pictures
         + report->n_sizes;
}

/* NULL: nothing was found. */
static char *
clean_once (const char *html, IstOutlookHtml *report)
{
  g_autoptr (GString) out = g_string_new (NULL);
  Cleaner self
      = { .scanner = { .text = html, .size = strlen (html) }, .out = out, .report = report, .lists = { .out = out } };
  guint before = total (report);
  IstHtmlToken token;

  for (;;)
    {
      const char *raw = self.scanner.raw;

      if (!ist_html_next (&self.scanner, &token))
        break;
      take (&self, &token, raw);
    }
  ist_outlook_lists_end (&self.lists);
  report->n_items += self.lists.n_items;
  if (total (report) == before)
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* In broken HTML what is taken out can make a new tag of its neighbours: it is looked at again. What does not come to
 * rest stays as it is. */
char *
ist_outlook_html_clean (const char *html, IstOutlookHtml *report)
{
  char *last = NULL;

  report->n_comments = report->n_elements = report->n_items = report->n_pictures = report->n_sizes
      = 0;
  for (guint i = 0; i < MAX_ROUNDS; i++)
    {
      char *next = clean_once (last != NULL ? last : html, report);

      if (next == NULL)
        return last;
      g_free (last);
      last = next;
    }
  g_free (last);
  return NULL;
}
