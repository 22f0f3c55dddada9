#include "convert/outlook-lists.h"

#include <string.h>

#define ENTITY_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define LOOK_AHEAD 40 /* tokens in which a list paragraph's marker must come */
#define MAX_LETTERS 4 /* "dddd." */

/* What stands before a list item as text. */
typedef struct
{
  char form; /* as of a level */
  guint number;
} Marker;

/* ---- what a marker says ---- */

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

/* "c": 3. Behind "z" Word doubles the letters, and a list shows these at another number: "bb" at 54. */
static guint
letter_value (const char *text, gsize size)
{
  guint value = 0;

  for (gsize i = 0; i < size; i++)
    {
      if (text[i] != text[0] || i == MAX_LETTERS)
        return 0;
      value = value * 26 + (guint) (g_ascii_tolower (text[i]) - 'a') + 1;
    }
  return value;
}

/* What could be both, as "i" and "cc", is what goes on from the last number at this level, be its list open or not; else
 * "i" alone begins a Roman list, another letter alone does not. */
static gboolean
read_letters (const IstOutlookLevel *level, gboolean is_open, const char *text, gsize size, Marker *marker)
{
  gboolean upper = g_ascii_isupper (text[0]);
  guint roman = roman_value (text, size), letter = letter_value (text, size);
  gboolean after_letters = level->type == (upper ? 'A' : 'a');
  gboolean after_roman = level->type == (upper ? 'I' : 'i');
  gboolean is_roman;

  if (size > 1)
    is_roman = !(after_letters && level->next > 26 && letter >= level->next);
  else if (after_roman)
    is_roman = is_open || roman == level->next || letter == 9;
  else
    is_roman = letter == 9 && !(after_letters && (is_open || level->next == letter));
  is_roman = is_roman && roman > 0;
  marker->form = is_roman ? (upper ? 'I' : 'i') : (upper ? 'A' : 'a');
  marker->number = is_roman ? roman : letter;
  return marker->number > 0;
}

/* A sign alone, or a few of them; a letter or digit only in a font of signs, or Courier's "o". */
static gboolean
is_bullet (const char *text, gboolean has_symbols)
{
  gsize size = strlen (text);
  glong n = g_utf8_strlen (text, -1);

  if (size == 0 || strcmp (text, "o") == 0 || (has_symbols && n == 1))
    return TRUE;
  if (text[0] == '&' && strspn (text + 1, ENTITY_LETTERS) == size - 2 && text[size - 1] == ';')
    return TRUE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_isalnum (g_utf8_get_char (p)))
      return FALSE;
  return n <= MAX_LETTERS;
}

/* "3.", "3)", "c.", "iv)": a number. FALSE: a marker that a list would not show ("3.1.", "(a)", "Step 1:", "①"); it is better
 * left as text. */
static gboolean
read_marker (const IstOutlookLevel *level, gboolean is_open, char *text, gboolean has_symbols, Marker *marker)
{
  gsize size = strlen (g_strstrip (text));

  *marker = (Marker){ '*', 1 };
  if (is_bullet (text, has_symbols))
    return TRUE;
  if (size < 2 || size > 8 || (text[size - 1] != '.' && text[size - 1] != ')'))
    return FALSE;
  if (strspn (text, "0123456789") == size - 1)
    {
      *marker = (Marker){ '1', (guint) g_ascii_strtoull (text, NULL, 10) };
      return TRUE;
    }
  for (gsize i = 0; i < size - 1; i++)
    if (!g_ascii_isalpha (text[i]) || g_ascii_isupper (text[i]) != g_ascii_isupper (text[0]))
      return FALSE;
  return read_letters (level, is_open, text, size - 1, marker);
}

/* ---- where it stands ---- */

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
  if (level == NULL || level[5] < '1' || level[5] > '0' + IST_OUTLOOK_LEVELS)
    return 0;
  return (guint) (level[5] - '0');
}

static gboolean
is_marker_start (const IstHtmlToken *token)
{
  g_autofree char *style = NULL;

  if (ist_html_begins (token, "<![if !supportLists]") || ist_html_begins (token, "<!--[if !supportLists]"))
    return TRUE;
  if (token->kind != IST_HTML_OPEN || !ist_html_is (token, "span"))
    return FALSE;
  style = ist_html_attribute (token, "style");
  return style != NULL && strstr (style, "mso-list:Ignore") != NULL;
}

/* A font whose letters are signs; "Segoe UI Symbol" is none. */
static gboolean
is_symbol_font (const IstHtmlToken *token)
{
  static const char *const fonts[] = { "symbol", "wingdings", "webdings" };
  g_autofree char *style = NULL;
  g_autofree char *lower = NULL;

  if (token->kind != IST_HTML_OPEN)
    return FALSE;
  style = ist_html_attribute (token, "style");
  lower = style != NULL ? g_ascii_strdown (style, -1) : NULL;
  for (const char *p = lower; p != NULL && (p = strstr (p, "font-family:")) != NULL;)
    {
      p += strlen ("font-family:");
      p += strspn (p, " \t\r\n\"'");
      for (gsize i = 0; i < G_N_ELEMENTS (fonts); i++)
        if (g_str_has_prefix (p, fonts[i]))
          return TRUE;
    }
  return FALSE;
}

/* The words of a text token, a no-break space as a blank. */
static void
append_plain (GString *text, const IstHtmlToken *token)
{
  g_autofree char *plain = ist_html_unescape (token->start, token->size);

  for (const char *p = plain; *p != '\0'; p++)
    if ((guchar) p[0] == 0xC2 && (guchar) p[1] == 0xA0)
      {
        g_string_append_c (text, ' ');
        p++;
      }
    else
      g_string_append_c (text, *p);
}

static gboolean
is_blank (const IstHtmlToken *token)
{
  for (gsize i = 0; i < token->size; i++)
    if (!g_ascii_isspace (token->start[i]))
      return FALSE;
  return TRUE;
}

/* What no list item holds, as a rule. */
static gboolean
ends_item (const IstHtmlToken *token)
{
  return ist_html_is (token, "p") || ist_html_is (token, "div") || ist_html_is (token, "table")
         || ist_html_is (token, "td") || ist_html_is (token, "body");
}

/* The marker that begins with `token`: its text, and the scanner behind it. */
static gboolean
take_marker (IstHtmlScanner *ahead, IstHtmlToken token, GString *text, gboolean *has_symbols)
{
  gboolean conditional = token.kind != IST_HTML_OPEN;
  guint spans = conditional ? 0 : 1;

  for (guint n = 0; n < LOOK_AHEAD && ist_html_next (ahead, &token) && !ends_item (&token); n++)
    {
      *has_symbols = *has_symbols || is_symbol_font (&token);
      if (token.kind == IST_HTML_TEXT)
        append_plain (text, &token);
      if (ist_html_is (&token, "span"))
        spans += token.kind == IST_HTML_OPEN ? 1 : -1;
      if (conditional ? ist_html_begins (&token, "<![endif]") || ist_html_begins (&token, "<!--[endif]") : spans == 0)
        return TRUE;
    }
  return FALSE;
}

/* Finds the bullet or number that stands as text at the paragraph's start. FALSE: there is none that a list shows. */
static gboolean
find_marker (IstOutlookLists *self, const IstHtmlScanner *scanner, guint level, Marker *marker)
{
  IstHtmlScanner ahead = *scanner;
  IstHtmlToken token;
  gboolean has_symbols = FALSE;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint n = 0; n < LOOK_AHEAD && ist_html_next (&ahead, &token) && !ends_item (&token); n++)
    {
      has_symbols = has_symbols || is_symbol_font (&token);
      if (is_marker_start (&token))
        {
          gsize at = ahead.at - token.size;

          if (!take_marker (&ahead, token, text, &has_symbols)
              || !read_marker (&self->levels[level - 1], self->depth >= level, text->str, has_symbols, marker))
            return FALSE;
          self->marker_at = at;
          self->marker_end = ahead.at;
          return TRUE;
        }
      if (ist_html_is (&token, "xml") || (token.kind == IST_HTML_TEXT && !is_blank (&token)))
        return FALSE;
    }
  return FALSE;
}

/* ---- lists ---- */

static gboolean
is_ordered (char form)
{
  return form != '*' && form != '-';
}

static void
close_lists (IstOutlookLists *self, guint down_to)
{
  while (self->depth > down_to)
    g_string_append (self->out, is_ordered (self->levels[--self->depth].form) ? "</li></ol>" : "</li></ul>");
}

/* The paragraph's class, for its font; what it says of margins is the list's business. */
static char *
class_of (const IstHtmlToken *token)
{
  g_autofree char *class = ist_html_attribute (token, "class");
  g_autofree char *escaped = class != NULL && *class != '\0' ? g_markup_escape_text (class, -1) : NULL;

  return escaped != NULL ? g_strdup_printf (" class=\"%s\" style=\"margin:0\"", escaped) : g_strdup ("");
}

/* The tag of its first item is not at its end yet. */
static void
open_list (IstOutlookLists *self, char form, guint number, gboolean is_rtl, const char *dir)
{
  IstOutlookLevel *level = &self->levels[self->depth++];

  level->form = form;
  level->is_rtl = is_rtl;
  g_string_append (self->out, is_ordered (form) ? "<ol" : "<ul");
  if (form == '-')
    g_string_append (self->out, " style=\"list-style-type:none\"");
  if (is_ordered (form) && form != '1')
    g_string_append_printf (self->out, " type=\"%c\"", form);
  if (is_ordered (form) && number != 1)
    g_string_append_printf (self->out, " start=\"%u\"", number);
  g_string_append_printf (self->out, "%s><li%s", dir, dir);
}

/* Does the item go on in the list that is open at its level? A number that starts anew is another list. */
static gboolean
goes_on (const IstOutlookLists *self, guint depth, const Marker *marker, gboolean is_rtl)
{
  const IstOutlookLevel *level = &self->levels[depth - 1];

  if (self->depth != depth || level->form != marker->form || level->is_rtl != is_rtl)
    return FALSE;
  return !is_ordered (marker->form) || marker->number >= level->next;
}

static gboolean
take_paragraph (IstOutlookLists *self, const IstHtmlScanner *scanner, const IstHtmlToken *token)
{
  guint depth = list_level (token);
  g_autofree char *dir = depth > 0 ? ist_html_attribute (token, "dir") : NULL;
  gboolean is_rtl = dir != NULL && g_ascii_strcasecmp (dir, "rtl") == 0;
  gboolean is_ltr = dir != NULL && g_ascii_strcasecmp (dir, "ltr") == 0;
  g_autofree char *class = depth > 0 ? class_of (token) : NULL;
  const char *written;
  Marker marker;

  if (depth == 0 || !find_marker (self, scanner, depth, &marker))
    return FALSE;
  close_lists (self, depth);
  /* A paragraph's direction is not that of the item around it. */
  is_ltr = is_ltr || (depth > 1 && self->depth + 1 >= depth && self->levels[depth - 2].is_rtl);
  written = is_rtl ? " dir=\"rtl\"" : is_ltr ? " dir=\"ltr\"" : "";
  if (goes_on (self, depth, &marker, is_rtl))
    {
      g_string_append (self->out, "</li><li");
      if (is_ordered (marker.form) && marker.number != self->levels[depth - 1].next)
        g_string_append_printf (self->out, " value=\"%u\"", marker.number);
      g_string_append (self->out, written);
    }
  else
    close_lists (self, depth - 1);
  while (self->depth < depth)
    {
      gboolean is_inner = self->depth + 1 == depth;

      open_list (self, is_inner ? marker.form : '-', marker.number, is_rtl, written);
      if (!is_inner)
        g_string_append_c (self->out, '>');
    }
  g_string_append_printf (self->out, "%s>", class);
  if (is_ordered (marker.form))
    {
      self->levels[depth - 1].type = marker.form;
      self->levels[depth - 1].next = marker.number + 1;
    }
  self->in_item = TRUE;
  self->n_items++;
  return TRUE;
}

/* Between two items only what nobody sees may stand: blanks, comments, tags of Office; anything else ends the lists. */
static gboolean
leave (IstOutlookLists *self, const IstHtmlToken *token)
{
  if (self->depth == 0)
    return FALSE;
  if (self->in_item && token->kind == IST_HTML_CLOSE && ist_html_is (token, "p"))
    {
      self->in_item = FALSE;
      return TRUE;
    }
  if (self->in_item ? !ends_item (token)
                    : token->kind == IST_HTML_COMMENT || token->kind == IST_HTML_DECLARATION
                          || ist_html_has_prefix (token) || (token->kind == IST_HTML_TEXT && is_blank (token)))
    return FALSE;
  ist_outlook_lists_end (self);
  return FALSE;
}

gboolean
ist_outlook_lists_take (IstOutlookLists *self, IstHtmlScanner *scanner, const IstHtmlToken *token)
{
  gboolean taken = take_paragraph (self, scanner, token) || leave (self, token);

  if (self->marker_end > 0 && scanner->at == self->marker_at)
    {
      scanner->at = self->marker_end;
      self->marker_end = 0;
    }
  return taken;
}

void
ist_outlook_lists_end (IstOutlookLists *self)
{
  close_lists (self, 0);
  self->in_item = FALSE;
}
