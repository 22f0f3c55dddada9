#include "convert/format/rtf-private.h"
#include "convert/format/html.h"

#include <string.h>

#define MAX_LIST_LEVEL 8

/* NULL: that of the document, which stands at the body. Names are interned: fonts that differ in the charset only are
 * one font. */
static const char *
font_of (const IstRtfParser *p, const IstRtfLook *look)
{
  const char *name = g_hash_table_lookup (p->font_names, GINT_TO_POINTER (look->font));

  return name != g_hash_table_lookup (p->font_names, GINT_TO_POINTER (p->default_font)) ? name : NULL;
}

static gboolean
same_look (const IstRtfParser *p, const IstRtfLook *a, const IstRtfLook *b)
{
  return a->bold == b->bold && a->italic == b->italic && a->underline == b->underline
         && a->strike == b->strike && a->raised == b->raised && a->colour == b->colour
         && a->background == b->background && a->half_points == b->half_points
         && font_of (p, a) == font_of (p, b) && a->link == b->link;
}

static void
append_escaped (GString *out, const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    {
      gsize plain = strcspn (c, "\t&<>\"");
      const char *entity;

      g_string_append_len (out, c, (gssize) plain);
      c += plain;
      if (*c == '\0')
        return;
      entity = *c == '\t' ? "&nbsp;&nbsp;&nbsp; " : ist_html_entity (*c);

      if (entity != NULL)
        g_string_append (out, entity);
      else
        g_string_append_c (out, *c);
    }
}

static void
close_look (IstRtfParser *p)
{
  if (!p->in_look)
    return;
  if (p->look.raised != 0)
    g_string_append (p->out, p->look.raised > 0 ? "</sup>" : "</sub>");
  if (p->look.strike)
    g_string_append (p->out, "</s>");
  if (p->look.underline)
    g_string_append (p->out, "</u>");
  if (p->look.italic)
    g_string_append (p->out, "</i>");
  if (p->look.bold)
    g_string_append (p->out, "</b>");
  g_string_append (p->out, "</span>");
  if (p->look.link != 0)
    g_string_append (p->out, "</a>");
  p->in_look = FALSE;
}

guint32
ist_rtf_write_colour (const IstRtfParser *p, guint index)
{
  return index > 0 && index < p->colours->len ? g_array_index (p->colours, guint32, index) : G_MAXUINT32;
}

static void
append_style (GString *style, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
append_style (GString *style, const char *format, ...)
{
  va_list args;

  if (style->len > 0)
    g_string_append_c (style, ';');
  va_start (args, format);
  g_string_append_vprintf (style, format, args);
  va_end (args);
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
  g_autoptr (GString) style = g_string_new (NULL);
  guint32 colour = ist_rtf_write_colour (p, look->colour);
  guint32 background = ist_rtf_write_colour (p, look->background);
  const char *font = font_of (p, look);

  if (font != NULL)
    append_style (style, "font-family:'%s'", font);
  if (look->half_points != 0)
    append_style (style, "font-size:%u.%upt", look->half_points / 2, look->half_points % 2 * 5);
  if (colour != G_MAXUINT32 && colour != 0 && is_readable (p, colour, background))
    append_style (style, "color:#%06x", colour);
  if (background != G_MAXUINT32)
    append_style (style, "background-color:#%06x", background);
  if (style->len > 0)
    g_string_append_printf (p->out, "<span style=\"%s\">", style->str);
  else
    g_string_append (p->out, "<span>");
}

static void
open_look (IstRtfParser *p)
{
  const IstRtfLook *look = &ist_rtf_state (p)->look;

  if (p->in_look && same_look (p, look, &p->look))
    return;
  close_look (p);
  p->look = *look;
  p->in_look = TRUE;
  if (look->link != 0)
    {
      g_string_append (p->out, "<a href=\"");
      append_escaped (p->out, g_ptr_array_index (p->links, look->link - 1));
      g_string_append (p->out, "\">");
    }
  open_span (p, look);
  if (look->bold)
    g_string_append (p->out, "<b>");
  if (look->italic)
    g_string_append (p->out, "<i>");
  if (look->underline)
    g_string_append (p->out, "<u>");
  if (look->strike)
    g_string_append (p->out, "<s>");
  if (look->raised != 0)
    g_string_append (p->out, look->raised > 0 ? "<sup>" : "<sub>");
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
    g_string_append (p->out, "<ul>");
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
          g_string_append (p->out, "</li>\n<li>");
          return;
        }
      close_list (p);
    }
  while (p->lists->len < depth)
    {
      gboolean is_last = p->lists->len + 1 == depth;

      open_list (p, is_last ? type : '*', number);
      g_string_append (p->out, "<li>");
    }
}

/* ---- paragraphs ---- */

static void
close_paragraph (IstRtfParser *p)
{
  close_look (p);
  if (p->in_paragraph && p->lists->len == 0)
    g_string_append (p->out, "</p>\n");
  p->in_paragraph = FALSE;
}

void
ist_rtf_write_close (IstRtfParser *p)
{
  close_paragraph (p);
  while (p->lists->len > 0)
    close_list (p);
}

void
ist_rtf_write_open (IstRtfParser *p)
{
  g_autoptr (GString) style = NULL;
  gint first;

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
  style = g_string_new (NULL);
  if (p->paragraph.align != NULL)
    append_style (style, "text-align:%s", p->paragraph.align);
  if (p->paragraph.indent_twips >= 20)
    append_style (style, "margin-left:%dpt", MIN (p->paragraph.indent_twips / 20, 400));
  /* A first line that begins before the others does so only as far as they are indented. */
  first = MAX (p->paragraph.first_twips, -p->paragraph.indent_twips) / 20;
  if (first != 0)
    append_style (style, "text-indent:%dpt", CLAMP (first, -400, 400));
  if (style->len > 0)
    g_string_append_printf (p->out, "<p style=\"%s\">", style->str);
  else
    g_string_append (p->out, "<p>");
}

void
ist_rtf_write_check (IstRtfParser *p)
{
  if (p->out->len > p->max_bytes || p->held_bytes > p->max_bytes - p->out->len || p->text->len > p->max_bytes)
    p->is_too_long = TRUE;
}

void
ist_rtf_write_text (IstRtfParser *p, const char *text)
{
  if (p->kind != IST_RTF_HTML)
    g_string_append (p->text, text);
  if (p->kind == IST_RTF_HTML)
    g_string_append (p->html, text);
  if (p->kind == IST_RTF_PLAIN)
    {
      ist_rtf_write_open (p);
      open_look (p);
      append_escaped (p->out, text);
      p->is_empty = FALSE;
    }
  ist_rtf_write_check (p);
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
      g_string_append (p->out, "<br>\n");
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
    g_string_append (p->out, "&nbsp;");
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
