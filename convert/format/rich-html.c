/*
 * The walk: blocks, lists, tables; inline nodes are in rich-html-inline.c.
 */
#include "convert/format/rich-html-private.h"

#include <string.h>

#define BASE_STYLE "font-family:Arial,sans-serif;font-size:10pt"
/* Room for the mark of a list item. */
#define LIST_TWIPS 360

static void write_blocks (RichHtml *html, const IstRichNode *parent);

void
ist_rich_part_free (IstRichPart *part)
{
  if (part == NULL)
    return;
  g_free (part->id);
  g_free (part->type);
  g_free (part->name);
  g_bytes_unref (part->bytes);
  g_free (part);
}

void
rich_html_twips (GString *out, const char *property, gint twips)
{
  g_string_append_printf (out, ";%s:%dpt", property, twips / 20);
}

/* What a paragraph says about itself, but for the margin that lists have of their own. */
static void
append_paragraph_style (GString *out, const IstRichParagraph *p)
{
  static const char *const aligns[] = { NULL, "right", "center", "justify" };

  if (aligns[p->align] != NULL)
    g_string_append_printf (out, ";text-align:%s", aligns[p->align]);
  if (p->before_twips != 0)
    rich_html_twips (out, "margin-top", (gint) MIN (p->before_twips, 4000));
  if (p->after_twips != 0)
    rich_html_twips (out, "margin-bottom", (gint) MIN (p->after_twips, 4000));
  if (p->line_percent != 0 && p->line_percent != 100)
    g_string_append_printf (out, ";line-height:%u%%", CLAMP (p->line_percent, 50, 1000));
}

static gboolean
has_html (const IstRichNode *paragraph)
{
  for (const IstRichNode *n = paragraph->first; n != NULL; n = n->next)
    if (n->kind == IST_RICH_HTML || n->kind == IST_RICH_LINK || n->kind == IST_RICH_MARK)
      return TRUE;
  return FALSE;
}

static void
write_paragraph (RichHtml *html, const IstRichNode *node)
{
  const IstRichParagraph *p = &node->u.paragraph;
  /* An author's HTML may hold blocks, which a <p> cannot. */
  gboolean is_div = has_html (node);

  g_string_append (html->out, is_div ? "<div" : "<p");
  g_string_append (html->out, p->rtl ? " dir=\"rtl\" style=\"margin:0" : " style=\"margin:0");
  append_paragraph_style (html->out, p);
  if (p->left_twips >= 20)
    rich_html_twips (html->out, p->rtl ? "margin-right" : "margin-left",
                     MIN (p->left_twips, 10000));
  if (p->right_twips >= 20)
    rich_html_twips (html->out, p->rtl ? "margin-left" : "margin-right",
                     MIN (p->right_twips, 10000));
  if (p->first_twips / 20 != 0)
    rich_html_twips (html->out, "text-indent",
                     CLAMP (p->first_twips, -MIN (p->left_twips, 10000), 10000));
  g_string_append (html->out, "\">");
  rich_html_inlines (html, node);
  g_string_append (html->out, is_div ? "</div>\n" : "</p>\n");
}

static const char *
list_element (IstRichList kind)
{
  return rich_list_is_ordered (kind) ? "ol" : "ul";
}

static void
close_lists (RichHtml *html, const RichLists *before, guint n)
{
  for (guint i = 0; i < n; i++)
    g_string_append_printf (html->out, "</li></%s>\n",
                            list_element (before->level[before->n - 1 - i].kind));
}

static void
open_list (RichHtml *html, const RichLists *lists, const IstRichParagraph *p)
{
  static const char *const styles[] = { [IST_RICH_BULLET] = "disc",
                                        [IST_RICH_CHECKED] = "none",
                                        [IST_RICH_UNCHECKED] = "none",
                                        [IST_RICH_CIRCLE] = "circle",
                                        [IST_RICH_SQUARE] = "square",
                                        [IST_RICH_ROMAN_UPPER] = "upper-roman",
                                        [IST_RICH_ROMAN_LOWER] = "lower-roman",
                                        [IST_RICH_LETTER_UPPER] = "upper-alpha",
                                        [IST_RICH_LETTER_LOWER] = "lower-alpha" };
  gint outer = lists->n > 1 ? MIN (lists->level[lists->n - 2].left_twips, 10000) : 0;
  const char *side = p->rtl ? "right" : "left";

  /* The text begins at the margin, its mark before that; Word takes the margin of a list so, browsers only if there
   * is no padding. */
  g_string_append_printf (html->out,
                          "<%s%s style=\"margin-top:0;margin-bottom:0;margin-%s:%dpt;padding-%s:0",
                          list_element (p->list), p->rtl ? " dir=\"rtl\"" : "", side,
                          MAX (MIN (p->left_twips, 10000) - outer, LIST_TWIPS) / 20, side);
  if (styles[p->list] != NULL)
    g_string_append_printf (html->out, ";list-style-type:%s", styles[p->list]);
  g_string_append (html->out, "\">\n");
}

static void
write_item (RichHtml *html, RichLists *lists, const IstRichNode *node)
{
  const IstRichParagraph *p = &node->u.paragraph;

  if (rich_lists_enter (lists, p))
    open_list (html, lists, p);
  else
    g_string_append (html->out, "</li>\n");
  g_string_append (html->out, "<li style=\"margin:0");
  append_paragraph_style (html->out, p);
  g_string_append (html->out, "\">");
  if (p->list == IST_RICH_CHECKED)
    g_string_append (html->out, "\xE2\x98\x91 ");
  else if (p->list == IST_RICH_UNCHECKED)
    g_string_append (html->out, "\xE2\x98\x90 ");
  rich_html_inlines (html, node);
}

static void
write_cell (RichHtml *html, const IstRichNode *cell)
{
  const IstRichCell *c = &cell->u.cell;

  g_string_append (html->out, "<td");
  if (c->row_span > 1)
    g_string_append_printf (html->out, " rowspan=\"%u\"", c->row_span);
  if (c->column_span > 1)
    g_string_append_printf (html->out, " colspan=\"%u\"", c->column_span);
  if (html->row_twips > 0 && c->width_twips > 0)
    g_string_append_printf (html->out, " width=\"%u%%\"",
                            CLAMP (100 * c->width_twips / html->row_twips, 1, 100));
  else if (c->width_twips >= 15)
    g_string_append_printf (html->out, " width=\"%u\"", MIN (c->width_twips / 15, 2000));
  if (c->background != IST_RICH_NO_COLOUR)
    g_string_append_printf (html->out, " bgcolor=\"#%06X\"", (guint) c->background & 0xFFFFFF);
  g_string_append_printf (html->out, " valign=\"top\" style=\"%s%s\">",
                          c->borderless ? "" : "border:1px solid #808080;", BASE_STYLE);
  if (cell->first == NULL)
    g_string_append (html->out, "&nbsp;");
  else
    write_blocks (html, cell);
  g_string_append (html->out, "</td>\n");
}

/* Of the widest row: in others, cells of rows above may reach down. */
static guint
row_twips (const IstRichNode *table)
{
  guint widest = 0;

  for (const IstRichNode *row = table->first; row != NULL; row = row->next)
    {
      guint width = 0;

      for (const IstRichNode *cell = row->first; cell != NULL; cell = cell->next)
        width += MIN (cell->u.cell.width_twips, 100000);
      widest = MAX (widest, width);
    }
  return widest;
}

static void
write_table (RichHtml *html, const IstRichNode *table)
{
  guint outer_twips = html->row_twips;
  gboolean blank = FALSE;

  if (table->u.table.caption != NULL && *table->u.table.caption != '\0')
    {
      g_string_append (html->out, "<p style=\"margin:6pt 0 2pt 0\"><b>");
      rich_escape (html->out, table->u.table.caption, &blank);
      g_string_append (html->out, "</b></p>\n");
    }
  if (table->first == NULL)
    return;
  html->row_twips = table->u.table.fit ? row_twips (table) : 0;
  g_string_append_printf (html->out,
                          "<table cellspacing=\"0\" cellpadding=\"3\" border=\"0\"%s "
                          "style=\"border-collapse:collapse\">\n",
                          table->u.table.fit ? " width=\"100%\"" : "");
  for (const IstRichNode *row = table->first; row != NULL; row = row->next)
    {
      g_string_append (html->out, "<tr>\n");
      for (const IstRichNode *cell = row->first; cell != NULL; cell = cell->next)
        write_cell (html, cell);
      g_string_append (html->out, "</tr>\n");
    }
  g_string_append (html->out, "</table>\n");
  html->row_twips = outer_twips;
}

static void
write_section (RichHtml *html, const IstRichNode *section)
{
  GString *title = g_string_new (NULL);
  gboolean blank = FALSE;

  rich_escape (title, section->u.section.title, &blank);
  g_string_append (html->out, "<h3 style=\"margin:6pt 0 2pt 0;font-size:1em\">");
  if (title->len > 0)
    rich_html_font (html, &section->u.section.font, title->str);
  else
    g_string_append (html->out, "&nbsp;");
  g_string_append (html->out, "</h3>\n<div style=\"margin-left:12pt\">\n");
  write_blocks (html, section);
  g_string_append (html->out, "</div>\n");
  g_string_free (title, TRUE);
}

static void
write_block (RichHtml *html, const IstRichNode *node)
{
  switch (node->kind)
    {
    case IST_RICH_PARAGRAPH:
      write_paragraph (html, node);
      break;
    case IST_RICH_TABLE:
      write_table (html, node);
      break;
    case IST_RICH_TABS:
      for (const IstRichNode *table = node->first; table != NULL; table = table->next)
        write_table (html, table);
      break;
    case IST_RICH_SECTION:
      write_section (html, node);
      break;
    case IST_RICH_RULE:
      g_string_append (html->out, "<hr>\n");
      break;
    case IST_RICH_HTML:
      rich_filter_html (html->out, node->u.html, FALSE);
      break;
    default:
      break;
    }
}

static void
write_blocks (RichHtml *html, const IstRichNode *parent)
{
  RichLists lists = { 0 };

  for (const IstRichNode *node = parent->first; node != NULL; node = node->next)
    {
      const IstRichParagraph *p = node->kind == IST_RICH_PARAGRAPH ? &node->u.paragraph : NULL;
      RichLists before = lists;

      if (p != NULL && p->hidden)
        continue;
      close_lists (html, &before, rich_lists_leave (&lists, p));
      if (p != NULL && p->list != IST_RICH_NO_LIST)
        write_item (html, &lists, node);
      else
        write_block (html, node);
    }
  close_lists (html, &lists, lists.n);
}

char *
ist_rich_to_html (IstRich *rich, const IstRichHtmlOptions *options, GPtrArray **parts)
{
  RichHtml html = { .out = g_string_new (NULL), .options = options };

  html.parts = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_rich_part_free);
  g_string_append (html.out,
                   "<!DOCTYPE html>\n<html>\n<head>\n"
                   "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">\n"
                   "</head>\n<body>\n<div style=\"" BASE_STYLE "\">\n");
  write_blocks (&html, ist_rich_root (rich));
  g_string_append (html.out, "</div>\n</body>\n</html>\n");
  *parts = html.parts;
  return g_string_free (html.out, FALSE);
}
