#include "convert/outlook-html.h"

#include "convert/format/html.h"

#include <string.h>

#define MAX_LEVELS 9 /* Word has nine */
#define MAX_ROUNDS 20
#define ENTITY_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define LOOK_AHEAD 40 /* tokens in which a list paragraph's marker must come */

typedef struct
{
  IstHtmlScanner scanner;
  GString *out;
  IstOutlookHtml *report;
  gboolean no_xml_end; /* no </xml> lies ahead */
  guint depth;         /* lists that are open */
  gboolean ordered[MAX_LEVELS];
  char type[MAX_LEVELS];
  guint next[MAX_LEVELS]; /* the number that the next item would have by itself */
  gboolean in_item; /* the paragraph that is a list item has not ended */
} Cleaner;

/* ---- what is Office's own ---- */

static gboolean
begins (const IstHtmlToken *token, const char *with)
{
  return token->size >= strlen (with)
         && g_ascii_strncasecmp (token->start, with, strlen (with)) == 0;
}

/* Both forms, with their ends: <!--[if mso]>…<![endif]-->, <![if !vml]>…<![endif]>, <!--[if !mso]><!-->. */
static gboolean
is_conditional (const IstHtmlToken *token)
{
  static const char *const forms[]
      = { "<!--[if ", "<!--[endif]", "<!--<![endif]", "<![if ", "<![endif]", "<?xml" };

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    if (begins (token, forms[i]))
      return TRUE;
  /* Without its end it would hide the rest of the text. */
  if (token->kind == IST_HTML_COMMENT && token->is_open)
    return TRUE;
  return token->size == 8 && begins (token, "<!--<!-->");
}

/* Elements of Office (o:, w:, x:, m:), VML (v:) and smart tags (st1:). */
static gboolean
is_office (const IstHtmlToken *token)
{
  return (token->kind == IST_HTML_OPEN || token->kind == IST_HTML_CLOSE)
         && memchr (token->name, ':', token->name_size) != NULL;
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

/* ---- lists ---- */

/* "mso-list:l0 level2 lfo1": the level; 0: no list paragraph. */
static guint
list_level (const IstHtmlToken *token)
{
  g_autofree char *style = NULL;
  const char *level;

  if (token->kind != IST_HTML_OPEN || !ist_html_is (token, "p"))
    return 0;
  style = ist_html_attribute (token, "style");
  level = style != NULL ? strstr (style, "mso-list:") : NULL;
  level = level != NULL ? strstr (level, "level") : NULL;
  if (level == NULL || level[5] < '1' || level[5] > '0' + MAX_LEVELS)
    return 0;
  return (guint) (level[5] - '0');
}

static gboolean
is_marker_start (const IstHtmlToken *token)
{
  g_autofree char *style = NULL;

  if (begins (token, "<![if !supportLists]") || begins (token, "<!--[if !supportLists]"))
    return TRUE;
  if (token->kind != IST_HTML_OPEN || !ist_html_is (token, "span"))
    return FALSE;
  style = ist_html_attribute (token, "style");
  return style != NULL && strstr (style, "mso-list:Ignore") != NULL;
}

/* The words of a text token, a no-break space as a blank. */
static void
append_plain (GString *text, const IstHtmlToken *token)
{
  g_autofree char *plain = ist_html_unescape (token->start, MIN (token->size, 200));

  for (const char *p = plain; *p != '\0'; p++)
    if ((guchar) p[0] == 0xC2 && (guchar) p[1] == 0xA0)
      {
        g_string_append_c (text, ' ');
        p++;
      }
    else
      g_string_append_c (text, *p);
}

/* What stands before a list item as text. */
typedef struct
{
  gboolean ordered;
  char type;    /* of <ol>: '1', 'a', 'A', 'i', 'I' */
  guint number;
} Marker;

static guint
roman_value (const char *text, gsize size)
{
  static const char letters[] = "ivxlcdm";
  static const guint values[] = { 1, 5, 10, 50, 100, 500, 1000 };
  guint sum = 0, last = 0;

  for (gsize i = size; i-- > 0;)
    {
      const char *letter = strchr (letters, g_ascii_tolower (text[i]));
      guint value = letter != NULL ? values[letter - letters] : 0;

      if (value == 0)
        return 0;
      sum = value < last ? sum - value : sum + value;
      last = MAX (last, value);
    }
  return sum;
}

/* "iv" after "iii" is roman, "c" after "b" is a letter: one letter alone is what continues the list at this level, and "i" begins
 * a roman one. */
static gboolean
read_letters (const Cleaner *self, guint level, const char *text, gsize size, Marker *marker)
{
  gboolean upper = g_ascii_isupper (text[0]);
  gboolean open = self->depth >= level && self->ordered[level - 1];
  guint roman = roman_value (text, size), letter = (guint) (g_ascii_tolower (text[0]) - 'a') + 1;
  char open_type = open ? self->type[level - 1] : '\0';
  gboolean is_roman = size > 1 || g_ascii_tolower (open_type) == 'i' || (open_type == '\0' && letter == 9);

  marker->type = is_roman ? (upper ? 'I' : 'i') : (upper ? 'A' : 'a');
  marker->number = is_roman ? roman : letter;
  return marker->number > 0;
}

/* "3.", "3)", "c.", "iv)": a number; one character that is none of those: a bullet. FALSE: a marker that a list would not
 * show ("3.1.", "(a)", "Step 1:"); it is better left as text. */
static gboolean
read_marker (const Cleaner *self, guint level, char *text, Marker *marker)
{
  gsize size;
  gboolean stopped;

  g_strstrip (text);
  size = strlen (text);
  stopped = size > 1 && (text[size - 1] == '.' || text[size - 1] == ')');
  *marker = (Marker){ FALSE, '1', 1 };
  if (size == 0 || g_utf8_strlen (text, -1) == 1)
    return size == 0 || !g_ascii_isdigit (text[0]);
  if (text[0] == '&' && strspn (text + 1, ENTITY_LETTERS) == size - 2 && text[size - 1] == ';')
    return TRUE;
  if (!stopped || size > 8)
    return FALSE;
  marker->ordered = TRUE;
  if (strspn (text, "0123456789") == size - 1)
    {
      marker->number = (guint) g_ascii_strtoull (text, NULL, 10);
      return TRUE;
    }
  for (gsize i = 0; i < size - 1; i++)
    if (!g_ascii_isalpha (text[i]))
      return FALSE;
  return read_letters (self, level, text, size - 1, marker);
}

/* Jumps over the bullet or number that stands as text at the paragraph's start. FALSE: there is none that a list shows. */
static gboolean
skip_marker (Cleaner *self, guint level, Marker *marker)
{
  IstHtmlScanner ahead = self->scanner;
  IstHtmlToken token;
  guint spans = 0;
  gboolean inside = FALSE, conditional = FALSE;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint n = 0; n < LOOK_AHEAD && ist_html_next (&ahead, &token); n++)
    {
      if (!inside && is_marker_start (&token))
        {
          inside = TRUE;
          conditional = token.kind != IST_HTML_OPEN;
          spans = conditional ? 0 : 1;
          continue;
        }
      if (ist_html_is (&token, "p"))
        return FALSE;
      if (!inside && token.kind == IST_HTML_TEXT && !g_ascii_isspace (token.start[0]))
        return FALSE;
      if (inside && token.kind == IST_HTML_TEXT)
        append_plain (text, &token);
      if (inside && ist_html_is (&token, "span"))
        spans += token.kind == IST_HTML_OPEN ? 1 : -1;
      if (inside
          && (conditional ? begins (&token, "<![endif]") || begins (&token, "<!--[endif]")
                          : spans == 0))
        {
          if (!read_marker (self, level, text->str, marker))
            return FALSE;
          self->scanner = ahead;
          return TRUE;
        }
    }
  return FALSE;
}

static void
close_lists (Cleaner *self, guint down_to)
{
  while (self->depth > down_to)
    g_string_append (self->out, self->ordered[--self->depth] ? "</li></ol>" : "</li></ul>");
}

static void
open_list (Cleaner *self, const Marker *marker)
{
  self->ordered[self->depth] = marker->ordered;
  self->type[self->depth] = marker->type;
  self->next[self->depth++] = marker->number;
  if (!marker->ordered)
    {
      g_string_append (self->out, "<ul><li>");
      return;
    }
  g_string_append (self->out, "<ol");
  if (marker->type != '1')
    g_string_append_printf (self->out, " type=\"%c\"", marker->type);
  if (marker->number != 1)
    g_string_append_printf (self->out, " start=\"%u\"", marker->number);
  g_string_append (self->out, "><li>");
}

/* Does the item go on in the list that is open at its level? A number that starts anew is another list. */
static gboolean
goes_on (const Cleaner *self, guint level, const Marker *marker)
{
  guint at = level - 1;

  if (self->depth != level || self->ordered[at] != marker->ordered)
    return FALSE;
  return !marker->ordered || (self->type[at] == marker->type && marker->number >= self->next[at]);
}

static gboolean
take_list_paragraph (Cleaner *self, const IstHtmlToken *token)
{
  guint level = list_level (token);
  Marker marker;

  if (level == 0 || !skip_marker (self, level, &marker))
    return FALSE;
  close_lists (self, level);
  if (goes_on (self, level, &marker))
    {
      g_string_append (self->out, "</li><li");
      if (marker.ordered && marker.number != self->next[level - 1])
        g_string_append_printf (self->out, " value=\"%u\"", marker.number);
      g_string_append_c (self->out, '>');
    }
  else
    close_lists (self, level - 1);
  while (self->depth < level)
    {
      Marker outer = { marker.ordered, self->depth + 1 == level ? marker.type : '1', self->depth + 1 == level ? marker.number : 1 };

      open_list (self, &outer);
    }
  self->next[level - 1] = marker.number + 1;
  self->in_item = TRUE;
  self->report->n_items++;
  return TRUE;
}

static gboolean
is_blank (const IstHtmlToken *token)
{
  for (gsize i = 0; i < token->size; i++)
    if (!g_ascii_isspace (token->start[i]))
      return FALSE;
  return TRUE;
}

/* Between two items only blanks may stand; anything else ends the lists. */
static gboolean
leave_list (Cleaner *self, const IstHtmlToken *token)
{
  if (self->depth == 0)
    return FALSE;
  if (self->in_item)
    {
      if (token->kind == IST_HTML_CLOSE && ist_html_is (token, "p"))
        {
          self->in_item = FALSE;
          return TRUE;
        }
      if (!ist_html_is (token, "p") && !ist_html_is (token, "div") && !ist_html_is (token, "table")
          && !ist_html_is (token, "td") && !ist_html_is (token, "body"))
        return FALSE;
    }
  if (token->kind != IST_HTML_TEXT || !is_blank (token))
    {
      close_lists (self, 0);
      self->in_item = FALSE;
    }
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

/* A style without its mso- declarations and with smaller fonts; *gone: there were any. */
static char *
clean_style (Cleaner *self, const char *style, gboolean *gone)
{
  g_auto (GStrv) declarations = g_strsplit (style, ";", -1);
  GString *out = g_string_new (NULL);

  *gone = FALSE;
  for (gsize i = 0; declarations[i] != NULL; i++)
    {
      const char *declaration = g_strstrip (declarations[i]);

      if (g_ascii_strncasecmp (declaration, "mso-", 4) == 0)
        *gone = TRUE;
      else if (is_too_large (declaration))
        {
          *gone = TRUE;
          self->report->n_sizes++;
          g_string_append_printf (out, "%sfont-size:%dpt", out->len > 0 ? ";" : "",
                                  IST_OUTLOOK_MAX_POINTS);
        }
      else if (*declaration != '\0')
        g_string_append_printf (out, "%s%s", out->len > 0 ? ";" : "", declaration);
    }
  return g_string_free (out, FALSE);
}

static void
append_attribute (Cleaner *self, const char *name, const char *value)
{
  g_autofree char *escaped = g_markup_escape_text (value, -1);

  if (*value != '\0')
    g_string_append_printf (self->out, " %s=\"%s\"", name, escaped);
}

static gboolean
is_attribute (const IstHtmlAttribute *attribute, const char *name)
{
  return attribute->value != NULL && attribute->name_size == strlen (name)
         && g_ascii_strncasecmp (attribute->name, name, attribute->name_size) == 0;
}

/* The tag with its style cleaned, its name spaces left out and, of a picture, its src replaced. */
static void
append_tag (Cleaner *self, const IstHtmlToken *token, const char *src)
{
  IstHtmlAttribute attribute;
  gsize at = 0;
  const char *copied = token->start;

  while (ist_html_next_attribute (token, &at, &attribute))
    {
      gboolean gone = FALSE;
      g_autofree char *value = NULL;
      g_autofree char *style = NULL;
      gboolean is_src = src != NULL && is_attribute (&attribute, "src");
      gboolean is_space
          = attribute.name_size > 6 && g_ascii_strncasecmp (attribute.name, "xmlns:", 6) == 0;

      if (is_attribute (&attribute, "style"))
        {
          value = ist_html_unescape (attribute.value, attribute.value_size);
          style = clean_style (self, value, &gone);
        }
      if (!gone && !is_src && !is_space)
        continue;
      g_string_append_len (self->out, copied, (gssize) (attribute.start - copied));
      if (gone)
        append_attribute (self, "style", style);
      else if (is_src)
        append_attribute (self, "src", src);
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
  escaped = g_markup_escape_text (alt != NULL && *alt != '\0' ? alt : "picture", -1);
  g_string_append_printf (self->out, "[%s]", escaped);
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
take (Cleaner *self, const IstHtmlToken *token, gboolean raw)
{
  if (take_list_paragraph (self, token) || leave_list (self, token) || skip_island (self, token))
    return;
  if (token->kind == IST_HTML_TEXT)
    append_text (self, token, raw);
  else if ((token->kind == IST_HTML_COMMENT || token->kind == IST_HTML_DECLARATION)
           && is_conditional (token))
    self->report->n_comments++;
  else if (is_office (token))
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
      = { .scanner = { .text = html, .size = strlen (html) }, .out = out, .report = report };
  guint before = total (report);
  IstHtmlToken token;

  for (;;)
    {
      gboolean raw = self.scanner.raw != NULL;

      if (!ist_html_next (&self.scanner, &token))
        break;
      take (&self, &token, raw);
    }
  close_lists (&self, 0);
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
