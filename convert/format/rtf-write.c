#include "convert/format/rtf-private.h"
#include "convert/format/html.h"

#include <string.h>

#define MAX_LIST_LEVEL 8

/* NULL: that of the document, which stands at the body. Names are interned: fonts that differ in the charset only are
 * one font. */
static const char *
font_of (const IstRtfParser *p, const IstRtfLook *look)
{
  const char *name;

  if (look->font == p->default_font)
    return NULL;
  name = g_hash_table_lookup (p->font_names, GINT_TO_POINTER (look->font));
  return name != g_hash_table_lookup (p->font_names, GINT_TO_POINTER (p->default_font)) ? name : NULL;
}

static gboolean
same_look (const IstRtfParser *p, const IstRtfLook *a, const IstRtfLook *b)
{
  return a->bold == b->bold && a->italic == b->italic && a->underline == b->underline
         && a->strike == b->strike && a->raised == b->raised && a->colour == b->colour
         && a->background == b->background && a->half_points == b->half_points
         && (a->font == b->font || font_of (p, a) == font_of (p, b)) && a->link == b->link;
}

static void
append_escaped (GString *out, const char *text, gsize size)
{
  static const guint8 special[256] = { ['\t'] = 1, ['&'] = 1, ['<'] = 1, ['>'] = 1, ['"'] = 1 };
  const char *end = text + size;

  while (text < end)
    {
      const char *next = text;

      while (next < end && special[(guint8) *next] == 0)
        next++;
      ist_append (out, text, (gsize) (next - text));
      if (next < end)
        g_string_append (out, *next == '\t' ? "&nbsp;&nbsp;&nbsp; " : ist_html_entity (*next));
      text = next + 1;
    }
}

static void
close_look (IstRtfParser *p)
{
  if (!p->in_look)
    return;
  if (p->look.raised != 0)
    ist_append (p->out, p->look.raised > 0 ? "</sup>" : "</sub>", 6);
  if (p->look.strike)
    IST_APPEND_LITERAL (p->out, "</s>");
  if (p->look.underline)
    IST_APPEND_LITERAL (p->out, "</u>");
  if (p->look.italic)
    IST_APPEND_LITERAL (p->out, "</i>");
  if (p->look.bold)
    IST_APPEND_LITERAL (p->out, "</b>");
  IST_APPEND_LITERAL (p->out, "</span>");
  if (p->look.link != 0)
    IST_APPEND_LITERAL (p->out, "</a>");
  p->in_look = FALSE;
}

guint32
ist_rtf_write_colour (const IstRtfParser *p, guint index)
{
  return index > 0 && index < p->colours->len ? g_array_index (p->colours, guint32, index) : G_MAXUINT32;
}

/* A tag with a style, written piece by piece: `start` is where it begins. The first property opens the attribute.
 * Both texts are literals. */
#define APPEND_PROPERTY(out, tag, start, property)                                                                     \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    if ((out)->len > (start))                                                                                          \
      IST_APPEND_LITERAL (out, ";" property);                                                                          \
    else                                                                                                               \
      IST_APPEND_LITERAL (out, tag " style=\"" property);                                                              \
  }                                                                                                                    \
  G_STMT_END

#define END_TAG(out, tag, start)                                                                                       \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    if ((out)->len > (start))                                                                                          \
      IST_APPEND_LITERAL (out, "\">");                                                                                 \
    else                                                                                                               \
      IST_APPEND_LITERAL (out, tag ">");                                                                               \
  }                                                                                                                    \
  G_STMT_END

static void
append_colour (GString *out, guint32 colour)
{
  char digits[6];

  for (guint i = 0; i < sizeof digits; i++)
    digits[i] = "0123456789abcdef"[colour >> (20 - 4 * i) & 15];
  ist_append (out, digits, sizeof digits);
}

/* Of half a point. */
static void
append_size (GString *out, guint half_points)
{
  guint points = half_points / 2;

  if (points >= 100)
    g_string_append_c (out, (char) ('0' + points / 100));
  if (points >= 10)
    g_string_append_c (out, (char) ('0' + points / 10 % 10));
  g_string_append_c (out, (char) ('0' + points % 10));
  ist_append (out, half_points % 2 != 0 ? ".5pt" : ".0pt", 4);
}

/* White on the background of the page, which is not carried, could not be read. */
static gboolean
is_readable (const IstRtfParser *p, guint32 colour, guint32 background)
{
  return background != G_MAXUINT32 || p->tables->len > 0 || (colour & 0xFF) < 0xE8 || (colour >> 8 & 0xFF) < 0xE8
         || (colour >> 16) < 0xE8;
}

static void
open_span (IstRtfParser *p, const IstRtfLook *look)
{
  GString *out = p->out;
  gsize start = out->len;
  guint32 colour = ist_rtf_write_colour (p, look->colour);
  guint32 background = ist_rtf_write_colour (p, look->background);
  const char *font = font_of (p, look);

  if (font != NULL)
    {
      APPEND_PROPERTY (out, "<span", start, "font-family:'");
      g_string_append (out, font);
      g_string_append_c (out, '\'');
    }
  if (look->half_points != 0)
    {
      APPEND_PROPERTY (out, "<span", start, "font-size:");
      append_size (out, look->half_points);
    }
  if (colour != G_MAXUINT32 && colour != 0 && is_readable (p, colour, background))
    {
      APPEND_PROPERTY (out, "<span", start, "color:#");
      append_colour (out, colour);
    }
  if (background != G_MAXUINT32)
    {
      APPEND_PROPERTY (out, "<span", start, "background-color:#");
      append_colour (out, background);
    }
  END_TAG (out, "<span", start);
}

static void
open_look (IstRtfParser *p)
{
  const IstRtfLook *look = &p->state->look;

  if (p->in_look && same_look (p, look, &p->look))
    return;
  close_look (p);
  p->look = *look;
  p->in_look = TRUE;
  if (look->link != 0)
    {
      const char *link = g_ptr_array_index (p->links, look->link - 1);

      IST_APPEND_LITERAL (p->out, "<a href=\"");
      append_escaped (p->out, link, strlen (link));
      IST_APPEND_LITERAL (p->out, "\">");
    }
  open_span (p, look);
  if (look->bold)
    IST_APPEND_LITERAL (p->out, "<b>");
  if (look->italic)
    IST_APPEND_LITERAL (p->out, "<i>");
  if (look->underline)
    IST_APPEND_LITERAL (p->out, "<u>");
  if (look->strike)
    IST_APPEND_LITERAL (p->out, "<s>");
  if (look->raised != 0)
    ist_append (p->out, look->raised > 0 ? "<sup>" : "<sub>", 5);
}

/* ---- lists ---- */

static void
close_list (IstRtfParser *p)
{
  char type = g_array_index (p->lists, char, p->lists->len - 1);

  g_string_append (p->out, type == '*' ? "</li></ul>\n" : "</li></ol>\n");
  g_array_set_size (p->lists, p->lists->len - 1);
}

/* "1." and "(b)" count, everything else is a bullet. Gives the type of <ol> or '*', and the number. */
static char
read_mark (const char *mark, guint *number)
{
  static const char roman[] = "ivxlcdm";
  const char *at = mark;
  gsize letters, romans;

  while (*at == ' ' || *at == '(' || *at == '\t')
    at++;
  *number = 0;
  if (g_ascii_isdigit (*at))
    {
      *number = (guint) MIN (g_ascii_strtoull (at, NULL, 10), 100000);
      return '1';
    }
  for (letters = 0; g_ascii_isalpha (at[letters]);)
    letters++;
  if (letters == 0 || letters > 8 || strchr (".):", at[letters]) == NULL || at[letters] == '\0')
    return '*';
  for (romans = 0; romans < letters && strchr (roman, g_ascii_tolower (at[romans])) != NULL;)
    romans++;
  /* A single c, d, l or m is a letter of the alphabet rather. */
  if (romans == letters && (letters > 1 || strchr ("ivx", g_ascii_tolower (*at)) != NULL))
    return g_ascii_isupper (*at) ? 'I' : 'i';
  if (letters > 1)
    return '*';
  *number = (guint) (g_ascii_tolower (*at) - 'a') + 1;
  return g_ascii_isupper (*at) ? 'A' : 'a';
}

static void
open_list (IstRtfParser *p, char type, guint number)
{
  if (type == '*')
    IST_APPEND_LITERAL (p->out, "<ul>");
  else if (number > 1)
    g_string_append_printf (p->out, "<ol type=\"%c\" start=\"%u\">", type, number);
  else
    g_string_append_printf (p->out, "<ol type=\"%c\">", type);
  g_array_append_val (p->lists, type);
}

/* "<li>" in the list of the paragraph's level. */
static void
open_item (IstRtfParser *p)
{
  guint depth = MIN (p->paragraph.list_level, MAX_LIST_LEVEL) + 1;
  guint number;
  char type = read_mark (p->mark->str, &number);

  g_string_truncate (p->mark, 0);
  while (p->lists->len > depth)
    close_list (p);
  /* The first "i." may be a letter of a list that goes on. */
  if (p->lists->len == depth)
    {
      char open = g_array_index (p->lists, char, depth - 1);

      if (open == type || (g_ascii_tolower (open) == 'a' && g_ascii_tolower (type) == 'i'))
        {
          IST_APPEND_LITERAL (p->out, "</li>\n<li>");
          return;
        }
      close_list (p);
    }
  while (p->lists->len < depth)
    {
      gboolean is_last = p->lists->len + 1 == depth;

      open_list (p, is_last ? type : '*', number);
      IST_APPEND_LITERAL (p->out, "<li>");
    }
}

/* ---- paragraphs ---- */

static void
close_paragraph (IstRtfParser *p)
{
  close_look (p);
  if (p->in_paragraph && p->lists->len == 0)
    IST_APPEND_LITERAL (p->out, "</p>\n");
  p->in_paragraph = FALSE;
}

void
ist_rtf_write_close (IstRtfParser *p)
{
  close_paragraph (p);
  while (p->lists->len > 0)
    close_list (p);
}

/* "<p>" of a paragraph that is no list item. */
static void
open_plain (IstRtfParser *p)
{
  gsize start = p->out->len;
  /* A first line that begins before the others does so only as far as they are indented. */
  gint first = MAX (p->paragraph.first_twips, -p->paragraph.indent_twips) / 20;

  if (p->paragraph.align != NULL)
    {
      APPEND_PROPERTY (p->out, "<p", start, "text-align:");
      g_string_append (p->out, p->paragraph.align);
    }
  if (p->paragraph.indent_twips >= 20)
    {
      APPEND_PROPERTY (p->out, "<p", start, "margin-left:");
      g_string_append_printf (p->out, "%dpt", MIN (p->paragraph.indent_twips / 20, 400));
    }
  if (first != 0)
    {
      APPEND_PROPERTY (p->out, "<p", start, "text-indent:");
      g_string_append_printf (p->out, "%dpt", CLAMP (first, -400, 400));
    }
  END_TAG (p->out, "<p", start);
}

void
ist_rtf_write_open (IstRtfParser *p)
{
  if (p->in_paragraph)
    return;
  ist_rtf_table_enter (p, p->paragraph.depth);
  p->in_paragraph = p->is_empty = TRUE;
  if (p->mark->len > 0)
    {
      open_item (p);
      return;
    }
  while (p->lists->len > 0)
    close_list (p);
  open_plain (p);
}

void
ist_rtf_write_check (IstRtfParser *p)
{
  if (p->out->len > p->max_bytes || p->held_bytes > p->max_bytes - p->out->len || p->text->len > p->max_bytes)
    p->is_too_long = TRUE;
}

static inline void
write_text (IstRtfParser *p, const char *text, gsize size, gboolean is_plain)
{
  ist_append (p->kind == IST_RTF_HTML ? p->html : p->text, text, size);
  if (p->kind == IST_RTF_PLAIN)
    {
      ist_rtf_write_open (p);
      open_look (p);
      if (is_plain)
        ist_append (p->out, text, size);
      else
        append_escaped (p->out, text, size);
      p->is_empty = FALSE;
    }
  ist_rtf_write_check (p);
}

void
ist_rtf_write_text (IstRtfParser *p, const char *text, gsize size)
{
  write_text (p, text, size, FALSE);
}

void
ist_rtf_write_plain (IstRtfParser *p, const char *text, gsize size)
{
  write_text (p, text, size, TRUE);
}

void
ist_rtf_write_line (IstRtfParser *p)
{
  if (p->kind != IST_RTF_HTML)
    g_string_append_c (p->text, '\n');
  if (p->kind == IST_RTF_HTML)
    g_string_append_c (p->html, '\n');
  if (p->kind == IST_RTF_PLAIN)
    {
      ist_rtf_write_open (p);
      IST_APPEND_LITERAL (p->out, "<br>\n");
      p->is_empty = FALSE;
    }
  ist_rtf_write_check (p);
}

void
ist_rtf_write_paragraph (IstRtfParser *p)
{
  if (p->kind != IST_RTF_PLAIN)
    {
      ist_rtf_write_line (p);
      return;
    }
  g_string_append_c (p->text, '\n');
  ist_rtf_write_open (p);
  if (p->is_empty)
    IST_APPEND_LITERAL (p->out, "&nbsp;");
  close_paragraph (p);
  ist_rtf_write_check (p);
}

void
ist_rtf_write_end (IstRtfParser *p)
{
  const char *font = g_hash_table_lookup (p->font_names, GINT_TO_POINTER (p->default_font));
  g_autofree char *head = font != NULL ? g_strdup_printf ("<html><body style=\"font-family:'%s'\">\n", font)
                                       : g_strdup ("<html><body>\n");

  if (p->kind != IST_RTF_PLAIN)
    return;
  ist_rtf_write_close (p);
  ist_rtf_table_enter (p, 0);
  g_string_prepend (p->html, head);
  g_string_append (p->html, "</body></html>\n");
}
