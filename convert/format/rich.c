/*
 * The tree and its bounds.
 */
#include "convert/format/rich.h"

#include "convert/format/wmf.h"

#include <string.h>

struct _IstRich
{
  IstRichNode *root;
  GStringChunk *faces;
  const char *last_face; /* one of these, the last that was asked for */
  guint nodes;
  gsize text_bytes;
  gsize image_bytes;
  gboolean truncated;
};

static void
node_clear (IstRichNode *node)
{
  switch (node->kind)
    {
    case IST_RICH_TABLE:
      g_free (node->u.table.caption);
      break;
    case IST_RICH_SECTION:
      g_free (node->u.section.title);
      break;
    case IST_RICH_RUN:
      g_string_free (node->u.run.text, TRUE);
      break;
    case IST_RICH_LINK:
      g_free (node->u.link.url);
      ist_doc_link_free (node->u.link.doc);
      break;
    case IST_RICH_MARK:
      g_free (node->u.mark.label);
      g_free (node->u.mark.text);
      break;
    case IST_RICH_IMAGE:
      g_bytes_unref (node->u.image.bytes);
      g_free (node->u.image.alt);
      break;
    case IST_RICH_ATTACHMENT:
      g_free (node->u.attachment.name);
      g_free (node->u.attachment.original);
      break;
    case IST_RICH_HTML:
      g_free (node->u.html);
      break;
    default:
      break;
    }
}

static void
node_free (IstRichNode *node)
{
  for (IstRichNode *child = node->first, *next; child != NULL; child = next)
    {
      next = child->next;
      node_free (child);
    }
  node_clear (node);
  g_free (node);
}

IstRich *
ist_rich_new (void)
{
  IstRich *rich = g_new0 (IstRich, 1);

  rich->root = g_new0 (IstRichNode, 1);
  rich->faces = g_string_chunk_new (256);
  return rich;
}

void
ist_rich_free (IstRich *rich)
{
  if (rich == NULL)
    return;
  node_free (rich->root);
  g_string_chunk_free (rich->faces);
  g_free (rich);
}

IstRichNode *
ist_rich_root (IstRich *rich)
{
  return rich->root;
}

gboolean
ist_rich_truncated (const IstRich *rich)
{
  return rich->truncated;
}

static gboolean
holds_blocks (IstRichKind kind)
{
  return kind == IST_RICH_ROOT || kind == IST_RICH_SECTION || kind == IST_RICH_CELL;
}

static gboolean
may_hold (IstRichKind parent, IstRichKind child)
{
  switch (child)
    {
    case IST_RICH_ROOT:
      return FALSE;
    case IST_RICH_ROW:
      return parent == IST_RICH_TABLE;
    case IST_RICH_CELL:
      return parent == IST_RICH_ROW;
    case IST_RICH_TABLE:
      return parent == IST_RICH_TABS || holds_blocks (parent);
    case IST_RICH_PARAGRAPH:
    case IST_RICH_TABS:
    case IST_RICH_SECTION:
    case IST_RICH_RULE:
      return holds_blocks (parent);
    case IST_RICH_HTML:
      if (holds_blocks (parent))
        return TRUE;
      break;
    default:
      break;
    }
  return parent == IST_RICH_PARAGRAPH || parent == IST_RICH_LINK || parent == IST_RICH_MARK;
}

static gboolean
too_deep (const IstRichNode *node)
{
  guint depth = 0;

  for (; node != NULL; node = node->parent)
    if (++depth > IST_RICH_MAX_DEPTH)
      return TRUE;
  return FALSE;
}

/* NULL: no room. */
static IstRichNode *
node_add (IstRich *rich, IstRichNode *parent, IstRichKind kind)
{
  IstRichNode *node;

  if (parent == NULL)
    return NULL;
  g_return_val_if_fail (may_hold (parent->kind, kind), NULL);
  if (rich->nodes >= IST_RICH_MAX_NODES || too_deep (parent))
    {
      rich->truncated = TRUE;
      return NULL;
    }
  rich->nodes++;
  node = g_new0 (IstRichNode, 1);
  node->kind = kind;
  node->parent = parent;
  if (parent->last != NULL)
    parent->last->next = node;
  else
    parent->first = node;
  parent->last = node;
  return node;
}

/* How many of `size` bytes there is still room for; they count as used. */
static gsize
claim_text (IstRich *rich, gsize size)
{
  gsize room = IST_RICH_MAX_TEXT_BYTES - rich->text_bytes;

  if (size > room)
    {
      rich->truncated = TRUE;
      size = room;
    }
  rich->text_bytes += size;
  return size;
}

/* Bytes of ASCII without controls, which most text is nothing but. */
static gsize
plain_run (const char *text, gsize size)
{
  gsize n = 0;

  while (n < size && text[n] >= 0x20 && text[n] < 0x7F)
    n++;
  return n;
}

/* Appends valid UTF-8 without control characters; CR and CRLF become \n. */
static void
append_clean (GString *out, const char *text, gsize size)
{
  gsize plain = plain_run (text, size);
  g_autofree char *valid = NULL;

  g_string_append_len (out, text, (gssize) plain);
  if (plain == size)
    return;
  valid = g_utf8_make_valid (text + plain, (gssize) (size - plain));
  for (const char *p = valid, *next; *p != '\0'; p = next)
    {
      gunichar c = g_utf8_get_char (p);

      next = g_utf8_next_char (p);
      if (c == '\r')
        {
          if (*next != '\n')
            g_string_append_c (out, '\n');
        }
      else if (c == '\n' || c == '\t'
               || (c >= 0x20 && c != 0x7F && !(c >= 0x80 && c < 0xA0) && (c & 0xFFFE) != 0xFFFE))
        g_string_append_len (out, p, next - p);
    }
}

static char *
clean_copy (IstRich *rich, const char *text)
{
  GString *out;
  gsize size;

  if (text == NULL)
    return NULL;
  out = g_string_new (NULL);
  size = claim_text (rich, strlen (text));
  append_clean (out, text, size);
  return g_string_free (out, FALSE);
}

static char *
clean_or_empty (IstRich *rich, const char *text)
{
  return clean_copy (rich, text != NULL ? text : "");
}

/* The font with a face that lives as long as the tree. */
static IstRichFont
own_font (IstRich *rich, const IstRichFont *font)
{
  static const IstRichFont standard = IST_RICH_FONT_DEFAULT;
  IstRichFont own = font != NULL ? *font : standard;

  if (own.face != NULL && rich->last_face != NULL && strcmp (own.face, rich->last_face) == 0)
    own.face = rich->last_face;
  else if (own.face != NULL && *own.face != '\0')
    {
      GString *face = g_string_new (NULL);

      append_clean (face, own.face, MIN (strlen (own.face), 128));
      own.face = rich->last_face = g_string_chunk_insert_const (rich->faces, face->str);
      g_string_free (face, TRUE);
    }
  else
    own.face = NULL;
  return own;
}

IstRichNode *
ist_rich_add_paragraph (IstRich *rich, IstRichNode *parent, const IstRichParagraph *attributes)
{
  IstRichNode *node = node_add (rich, parent, IST_RICH_PARAGRAPH);

  if (node != NULL)
    node->u.paragraph = *attributes;
  return node;
}

IstRichNode *
ist_rich_add_table (IstRich *rich, IstRichNode *parent, const char *caption)
{
  IstRichNode *node = node_add (rich, parent, IST_RICH_TABLE);

  if (node != NULL)
    node->u.table.caption = clean_copy (rich, caption);
  return node;
}

IstRichNode *
ist_rich_add_row (IstRich *rich, IstRichNode *table)
{
  return node_add (rich, table, IST_RICH_ROW);
}

IstRichNode *
ist_rich_add_cell (IstRich *rich, IstRichNode *row, const IstRichCell *attributes)
{
  IstRichNode *node = node_add (rich, row, IST_RICH_CELL);

  if (node == NULL)
    return NULL;
  node->u.cell = *attributes;
  node->u.cell.row_span = CLAMP (attributes->row_span, 1, IST_RICH_MAX_SPAN);
  node->u.cell.column_span = CLAMP (attributes->column_span, 1, IST_RICH_MAX_SPAN);
  return node;
}

IstRichNode *
ist_rich_add_tabs (IstRich *rich, IstRichNode *parent)
{
  return node_add (rich, parent, IST_RICH_TABS);
}

IstRichNode *
ist_rich_add_section (IstRich *rich, IstRichNode *parent, const char *title,
                      const IstRichFont *font, gboolean expanded)
{
  IstRichNode *node = node_add (rich, parent, IST_RICH_SECTION);

  if (node == NULL)
    return NULL;
  node->u.section.title = clean_or_empty (rich, title);
  node->u.section.font = own_font (rich, font);
  node->u.section.expanded = expanded;
  return node;
}

IstRichNode *
ist_rich_add_rule (IstRich *rich, IstRichNode *parent)
{
  return node_add (rich, parent, IST_RICH_RULE);
}

IstRichNode *
ist_rich_add_link (IstRich *rich, IstRichNode *parent, const char *url)
{
  IstRichNode *node = node_add (rich, parent, IST_RICH_LINK);

  if (node != NULL)
    node->u.link.url = clean_or_empty (rich, url);
  return node;
}

IstRichNode *
ist_rich_add_doclink (IstRich *rich, IstRichNode *parent, const IstDocLink *link)
{
  IstRichNode *node = node_add (rich, parent, IST_RICH_LINK);
  IstDocLink *doc;

  if (node == NULL)
    return NULL;
  doc = g_new0 (IstDocLink, 1);
  doc->replica = clean_copy (rich, link->replica);
  doc->view = clean_copy (rich, link->view);
  doc->note = clean_copy (rich, link->note);
  doc->hint = clean_copy (rich, link->hint);
  doc->title = clean_copy (rich, link->title);
  doc->anchor = clean_copy (rich, link->anchor);
  node->u.link.doc = doc;
  return node;
}

IstRichNode *
ist_rich_add_mark (IstRich *rich, IstRichNode *parent, IstRichMarkKind kind, const char *label,
                   const char *text)
{
  IstRichNode *node = node_add (rich, parent, IST_RICH_MARK);

  if (node == NULL)
    return NULL;
  node->u.mark.kind = kind;
  node->u.mark.label = clean_copy (rich, label);
  node->u.mark.text = clean_copy (rich, text);
  return node;
}

IstRichNode *
ist_rich_add_attachment (IstRich *rich, IstRichNode *parent, const char *name, const char *original)
{
  IstRichNode *node = node_add (rich, parent, IST_RICH_ATTACHMENT);

  if (node == NULL)
    return NULL;
  node->u.attachment.name = clean_copy (rich, name);
  node->u.attachment.original = clean_or_empty (rich, original);
  return node;
}

IstRichNode *
ist_rich_add_html (IstRich *rich, IstRichNode *parent, const char *html)
{
  IstRichNode *node = node_add (rich, parent, IST_RICH_HTML);

  if (node != NULL)
    node->u.html = clean_or_empty (rich, html);
  return node;
}

static gboolean
is_metafile (GBytes *bytes)
{
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);

  return g_strcmp0 (ist_rich_sniff_image (data, size), "image/wmf") == 0;
}

IstRichNode *
ist_rich_add_image (IstRich *rich, IstRichNode *parent, GBytes *bytes, guint width_px,
                    guint height_px, const char *alt)
{
  g_autoptr (GBytes) common = is_metafile (bytes) ? ist_wmf_bitmap (bytes) : NULL;
  gsize size;
  const void *data = g_bytes_get_data (common != NULL ? common : bytes, &size);
  const char *type = ist_rich_sniff_image (data, size);
  IstRichNode *node;

  if (size > IST_RICH_MAX_IMAGE_BYTES - rich->image_bytes)
    {
      rich->truncated = TRUE;
      return NULL;
    }
  node = node_add (rich, parent, IST_RICH_IMAGE);
  if (node == NULL)
    return NULL;
  rich->image_bytes += size;
  node->u.image.bytes = g_bytes_ref (common != NULL ? common : bytes);
  node->u.image.type = type != NULL ? type : "application/octet-stream";
  node->u.image.width_px = width_px;
  node->u.image.height_px = height_px;
  node->u.image.alt = clean_copy (rich, alt);
  return node;
}

static gboolean
same_font (const IstRichFont *a, const IstRichFont *b)
{
  return a->style == b->style && a->half_points == b->half_points && a->colour == b->colour
         && a->background == b->background && a->face == b->face;
}

IstRichNode *
ist_rich_add_text (IstRich *rich, IstRichNode *parent, const IstRichFont *font, const char *text,
                   gssize size_bytes)
{
  IstRichFont own;
  IstRichNode *node;
  gsize size = size_bytes < 0 ? strlen (text) : (gsize) size_bytes;

  if (parent == NULL || size == 0)
    return NULL;
  size = claim_text (rich, size);
  if (size == 0)
    return NULL;
  own = own_font (rich, font);
  node = parent->last;
  if (node == NULL || node->kind != IST_RICH_RUN || !same_font (&node->u.run.font, &own))
    {
      node = node_add (rich, parent, IST_RICH_RUN);
      if (node == NULL)
        return NULL;
      node->u.run.font = own;
      node->u.run.text = g_string_new (NULL);
    }
  append_clean (node->u.run.text, text, size);
  return node;
}

void
ist_rich_set_caption (IstRich *rich, IstRichNode *table, const char *caption)
{
  if (table == NULL)
    return;
  g_return_if_fail (table->kind == IST_RICH_TABLE);
  g_free (table->u.table.caption);
  table->u.table.caption = clean_copy (rich, caption);
}

void
ist_rich_move_children (IstRichNode *from, IstRichNode *to)
{
  if (from == NULL || to == NULL || from->first == NULL)
    return;
  g_return_if_fail (from->kind == to->kind);
  for (IstRichNode *child = from->first; child != NULL; child = child->next)
    child->parent = to;
  if (to->last != NULL)
    to->last->next = from->first;
  else
    to->first = from->first;
  to->last = from->last;
  from->first = from->last = NULL;
}

void
ist_rich_remove (IstRichNode *node)
{
  IstRichNode *parent = node->parent;
  IstRichNode *before = NULL;

  g_return_if_fail (parent != NULL);
  for (IstRichNode *child = parent->first; child != node; child = child->next)
    before = child;
  if (before != NULL)
    before->next = node->next;
  else
    parent->first = node->next;
  if (parent->last == node)
    parent->last = before;
  node_free (node);
}

IstRichNode *
ist_rich_block_parent (IstRichNode *node)
{
  while (node != NULL && !holds_blocks (node->kind))
    node = node->parent;
  return node;
}

IstRichNode *
ist_rich_next (const IstRichNode *top, IstRichNode *node)
{
  if (node->first != NULL)
    return node->first;
  while (node != top && node->next == NULL)
    node = node->parent;
  return node == top ? NULL : node->next;
}

static gboolean
is_blank (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (!g_unichar_isspace (g_utf8_get_char (text)))
      return FALSE;
  return TRUE;
}

gboolean
ist_rich_is_empty (IstRich *rich)
{
  for (IstRichNode *node = rich->root; node != NULL; node = ist_rich_next (rich->root, node))
    switch (node->kind)
      {
      case IST_RICH_RUN:
        if (!is_blank (node->u.run.text->str))
          return FALSE;
        break;
      case IST_RICH_SECTION:
        if (!is_blank (node->u.section.title))
          return FALSE;
        break;
      case IST_RICH_LINK:
      case IST_RICH_MARK:
      case IST_RICH_IMAGE:
      case IST_RICH_ATTACHMENT:
      case IST_RICH_HTML:
        return FALSE;
      default:
        break;
      }
  return TRUE;
}

const char *
ist_rich_sniff_image (const void *data, gsize size_bytes)
{
  static const struct
  {
    gsize offset, size;
    const char *magic, *type;
  } rows[] = {
    { 0, 4, "GIF8", "image/gif" },
    { 0, 3, "\xFF\xD8\xFF", "image/jpeg" },
    { 0, 8, "\x89PNG\r\n\x1A\n", "image/png" },
    { 0, 2, "BM", "image/bmp" },
    { 0, 4, "II*\0", "image/tiff" },
    { 0, 4, "MM\0*", "image/tiff" },
    { 0, 4, "\xD7\xCD\xC6\x9A", "image/wmf" },
    { 0, 6, "\x01\0\x09\0\0\x03", "image/wmf" },
    { 40, 4, " EMF", "image/emf" },
    { 8, 4, "WEBP", "image/webp" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (size_bytes >= rows[i].offset + rows[i].size
        && memcmp ((const char *) data + rows[i].offset, rows[i].magic, rows[i].size) == 0)
      return rows[i].type;
  return NULL;
}
