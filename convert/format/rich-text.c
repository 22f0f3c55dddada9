/*
 * The plain text of a tree.
 */
#include "convert/format/rich-text.h"

#include "convert/format/rich-private.h"

#include <string.h>

#define RULE "----------------------------------------\n"

typedef IstRichHtmlOptions Options;

static void write_blocks (const Options *options, GString *out, const IstRichNode *parent);
static void write_inlines (const Options *options, GString *out, const IstRichNode *parent);

static void
write_link (const Options *options, GString *out, const IstRichNode *node)
{
  gsize before = out->len;
  g_autofree char *made = NULL;
  const char *address = node->u.link.url;

  if (node->first != NULL)
    write_inlines (options, out, node);
  else if (node->u.link.doc != NULL)
    {
      g_autofree char *text = rich_doc_link_text (node->u.link.doc, options);

      g_string_append (out, text);
    }
  if (node->u.link.doc != NULL && options->href != NULL)
    address = made = options->href (options->user, node->u.link.doc);
  if (address == NULL || *address == '\0' || strcmp (out->str + before, address) == 0)
    return;
  g_string_append_printf (out, "%s<%s>", out->len > before ? " " : "", address);
}

static void
write_mark (const Options *options, GString *out, const IstRichNode *node)
{
  g_autofree char *text = rich_mark_text (node, options);

  write_inlines (options, out, node);
  if (node->first != NULL)
    g_string_append_c (out, ' ');
  g_string_append (out, text);
}

static void
append_word (const Options *options, GString *out, IstRichWord word, const char *name)
{
  g_autofree char *text = rich_say (options, word, name);

  g_string_append (out, text);
}

static void
write_inlines (const Options *options, GString *out, const IstRichNode *parent)
{
  for (const IstRichNode *node = parent->first; node != NULL; node = node->next)
    switch (node->kind)
      {
      case IST_RICH_RUN:
        g_string_append_len (out, node->u.run.text->str, (gssize) node->u.run.text->len);
        break;
      case IST_RICH_LINK:
        write_link (options, out, node);
        break;
      case IST_RICH_MARK:
        write_mark (options, out, node);
        break;
      case IST_RICH_IMAGE:
        append_word (options, out, IST_RICH_WORD_PICTURE, node->u.image.alt);
        break;
      case IST_RICH_ATTACHMENT:
        append_word (options, out, IST_RICH_WORD_ATTACHMENT, node->u.attachment.original);
        break;
      case IST_RICH_HTML:
        rich_filter_html (out, node->u.html, TRUE);
        break;
      default:
        break;
      }
}

static void
write_item_mark (GString *out, const RichLists *lists, const IstRichParagraph *p)
{
  for (guint i = 1; i < lists->n; i++)
    g_string_append (out, "   ");
  if (rich_list_is_ordered (p->list))
    {
      g_autofree char *number = rich_list_number (p->list, lists->level[lists->n - 1].number);

      g_string_append_printf (out, "%s. ", number);
      return;
    }
  switch (p->list)
    {
    case IST_RICH_CHECKED:
      g_string_append (out, "[x] ");
      break;
    case IST_RICH_UNCHECKED:
      g_string_append (out, "[ ] ");
      break;
    default:
      g_string_append (out, "* ");
    }
}

/* Text of the cell without empty lines at its ends. The caller frees. */
static char *
cell_text (const Options *options, const IstRichNode *cell)
{
  GString *text = g_string_new (NULL);
  gsize start;

  write_blocks (options, text, cell);
  while (text->len > 0 && g_ascii_isspace (text->str[text->len - 1]))
    g_string_truncate (text, text->len - 1);
  start = strspn (text->str, "\n");
  g_string_erase (text, 0, (gssize) start);
  return g_string_free (text, FALSE);
}

/* One line when every cell is one; else the cells follow each other. */
static void
write_row (const Options *options, GString *out, const IstRichNode *row)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  gboolean lines = FALSE;

  for (const IstRichNode *cell = row->first; cell != NULL; cell = cell->next)
    {
      char *text = cell_text (options, cell);

      lines |= strchr (text, '\n') != NULL;
      g_ptr_array_add (cells, text);
    }
  for (guint i = 0; i < cells->len; i++)
    {
      const char *text = g_ptr_array_index (cells, i);

      if (!lines)
        g_string_append_printf (out, "%s%s", i > 0 ? " | " : "", text);
      else if (*text != '\0')
        g_string_append_printf (out, "%s%s", text, i + 1 < cells->len ? "\n" : "");
    }
  if (cells->len > 0)
    g_string_append_c (out, '\n');
}

static void
write_table (const Options *options, GString *out, const IstRichNode *table)
{
  if (table->u.table.caption != NULL && *table->u.table.caption != '\0')
    g_string_append_printf (out, "[%s]\n", table->u.table.caption);
  for (const IstRichNode *row = table->first; row != NULL; row = row->next)
    write_row (options, out, row);
}

static void
write_section (const Options *options, GString *out, const IstRichNode *section)
{
  glong n = g_utf8_strlen (section->u.section.title, -1);

  if (n > 0)
    {
      g_string_append_printf (out, "%s\n", section->u.section.title);
      for (glong i = 0; i < MIN (n, 70); i++)
        g_string_append_c (out, '-');
      g_string_append_c (out, '\n');
    }
  write_blocks (options, out, section);
}

static void
write_block (const Options *options, GString *out, const IstRichNode *node)
{
  switch (node->kind)
    {
    case IST_RICH_PARAGRAPH:
      write_inlines (options, out, node);
      g_string_append_c (out, '\n');
      break;
    case IST_RICH_TABLE:
      write_table (options, out, node);
      break;
    case IST_RICH_TABS:
      for (const IstRichNode *table = node->first; table != NULL; table = table->next)
        write_table (options, out, table);
      break;
    case IST_RICH_SECTION:
      write_section (options, out, node);
      break;
    case IST_RICH_RULE:
      g_string_append (out, RULE);
      break;
    case IST_RICH_HTML:
      rich_filter_html (out, node->u.html, TRUE);
      g_string_append_c (out, '\n');
      break;
    default:
      break;
    }
}

static void
write_blocks (const Options *options, GString *out, const IstRichNode *parent)
{
  RichLists lists = { 0 };

  for (const IstRichNode *node = parent->first; node != NULL; node = node->next)
    {
      const IstRichParagraph *p = node->kind == IST_RICH_PARAGRAPH ? &node->u.paragraph : NULL;

      if (p != NULL && p->hidden)
        continue;
      rich_lists_leave (&lists, p);
      if (p != NULL && p->list != IST_RICH_NO_LIST)
        {
          rich_lists_enter (&lists, p);
          write_item_mark (out, &lists, p);
        }
      write_block (options, out, node);
    }
}

char *
ist_rich_to_text (IstRich *rich, const IstRichHtmlOptions *options)
{
  static const Options none = { .href = NULL };
  GString *out = g_string_new (NULL);

  write_blocks (options != NULL ? options : &none, out, ist_rich_root (rich));
  return g_string_free (out, FALSE);
}
