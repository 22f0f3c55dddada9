#include "convert/format/rtf-private.h"
#include "convert/format/html.h"

#include <string.h>

#define MAX_PICTURES 256

static gboolean
same_look (const IstRtfLook *a, const IstRtfLook *b)
{
  return a->bold == b->bold && a->italic == b->italic && a->underline == b->underline
         && a->strike == b->strike && a->superscript == b->superscript
         && a->subscript == b->subscript && a->colour == b->colour && a->half_points == b->half_points;
}

static void
close_look (IstRtfParser *p)
{
  if (!p->in_look)
    return;
  if (p->look.subscript)
    g_string_append (p->html, "</sub>");
  if (p->look.superscript)
    g_string_append (p->html, "</sup>");
  if (p->look.strike)
    g_string_append (p->html, "</s>");
  if (p->look.underline)
    g_string_append (p->html, "</u>");
  if (p->look.italic)
    g_string_append (p->html, "</i>");
  if (p->look.bold)
    g_string_append (p->html, "</b>");
  g_string_append (p->html, "</span>");
  p->in_look = FALSE;
}

static void
open_look (IstRtfParser *p)
{
  const IstRtfLook *look = &ist_rtf_state (p)->look;
  guint32 colour = look->colour < p->colours->len
                       ? g_array_index (p->colours, guint32, look->colour)
                       : G_MAXUINT32;

  if (p->in_look && same_look (look, &p->look))
    return;
  close_look (p);
  p->look = *look;
  p->in_look = TRUE;
  g_string_append (p->html, "<span");
  if (look->half_points != 0 || (colour != G_MAXUINT32 && colour != 0))
    g_string_append (p->html, " style=\"");
  if (look->half_points != 0)
    g_string_append_printf (p->html, "font-size:%u.%upt", look->half_points / 2,
                            look->half_points % 2 * 5);
  if (colour != G_MAXUINT32 && colour != 0)
    g_string_append_printf (p->html, "%scolor:#%06x", look->half_points != 0 ? ";" : "", colour);
  if (look->half_points != 0 || (colour != G_MAXUINT32 && colour != 0))
    g_string_append_c (p->html, '"');
  g_string_append_c (p->html, '>');
  if (look->bold)
    g_string_append (p->html, "<b>");
  if (look->italic)
    g_string_append (p->html, "<i>");
  if (look->underline)
    g_string_append (p->html, "<u>");
  if (look->strike)
    g_string_append (p->html, "<s>");
  if (look->superscript)
    g_string_append (p->html, "<sup>");
  if (look->subscript)
    g_string_append (p->html, "<sub>");
}

static void
close_paragraph (IstRtfParser *p)
{
  close_look (p);
  if (p->in_paragraph)
    g_string_append (p->html, "</p>\n");
  p->in_paragraph = FALSE;
}

static void
close_table (IstRtfParser *p)
{
  close_paragraph (p);
  if (p->in_cell)
    g_string_append (p->html, "</td>");
  if (p->in_row)
    g_string_append (p->html, "</tr>\n");
  if (p->in_table)
    g_string_append (p->html, "</table>\n");
  p->in_table = p->in_row = p->in_cell = FALSE;
}

static void
open_cell (IstRtfParser *p)
{
  if (!p->in_table)
    g_string_append (p->html, "<table border=\"1\">\n");
  if (!p->in_row)
    g_string_append (p->html, "<tr>");
  if (!p->in_cell)
    g_string_append (p->html, "<td>");
  p->in_table = p->in_row = p->in_cell = TRUE;
}

static void
open_paragraph (IstRtfParser *p)
{
  if (p->in_paragraph)
    return;
  if (p->wants_table && !p->in_cell)
    open_cell (p);
  else if (!p->wants_table && p->in_table && !p->in_cell)
    close_table (p);
  if (p->align != NULL)
    g_string_append_printf (p->html, "<p style=\"text-align:%s\">", p->align);
  else
    g_string_append (p->html, "<p>");
  p->in_paragraph = TRUE;
}

static void
append_escaped (GString *out, const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    {
      const char *entity = *c == '\t' ? "&nbsp;&nbsp;&nbsp; " : ist_html_entity (*c);

      if (entity != NULL)
        g_string_append (out, entity);
      else
        g_string_append_c (out, *c);
    }
}

static void
check_size (IstRtfParser *p)
{
  if (p->html->len > p->max_bytes || p->text->len > p->max_bytes)
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
      open_paragraph (p);
      open_look (p);
      append_escaped (p->html, text);
    }
  check_size (p);
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
      open_paragraph (p);
      g_string_append (p->html, "<br>\n");
    }
  check_size (p);
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
  open_paragraph (p);
  if (g_str_has_suffix (p->html->str, "\">") || g_str_has_suffix (p->html->str, "<p>"))
    g_string_append (p->html, "&nbsp;");
  close_paragraph (p);
  check_size (p);
}

void
ist_rtf_write_cell (IstRtfParser *p)
{
  if (p->kind != IST_RTF_PLAIN)
    return;
  g_string_append_c (p->text, '\t');
  close_paragraph (p);
  open_cell (p);
  g_string_append (p->html, "</td>");
  p->in_cell = FALSE;
  check_size (p);
}

void
ist_rtf_write_row (IstRtfParser *p)
{
  if (p->kind != IST_RTF_PLAIN)
    return;
  g_string_append_c (p->text, '\n');
  close_paragraph (p);
  if (p->in_cell)
    g_string_append (p->html, "</td>");
  if (p->in_row)
    g_string_append (p->html, "</tr>\n");
  p->in_row = p->in_cell = FALSE;
  check_size (p);
}

void
ist_rtf_write_picture (IstRtfParser *p)
{
  IstRtfPicture *picture;

  if (p->picture == NULL)
    return;
  if (p->picture->len > 0 && p->rtf->pictures->len < MAX_PICTURES)
    {
      picture = g_new0 (IstRtfPicture, 1);
      picture->type = p->picture_type;
      picture->bytes = ist_rtf_picture_file (p->picture_type, g_steal_pointer (&p->picture), p->picture_wide,
                                             p->picture_high);
      g_ptr_array_add (p->rtf->pictures, picture);
      open_paragraph (p);
      g_string_append_printf (p->html, "<img src=\"cid:picture-%u@rtf\">", p->rtf->pictures->len);
    }
  g_clear_pointer (&p->picture, g_byte_array_unref);
  p->picture_wide = p->picture_high = 0;
}

void
ist_rtf_write_end (IstRtfParser *p)
{
  if (p->kind != IST_RTF_PLAIN)
    return;
  close_table (p);
  g_string_prepend (p->html, "<html><body>\n");
  g_string_append (p->html, "</body></html>\n");
}
