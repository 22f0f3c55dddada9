/*
 * Paragraphs, their attributes, text and fonts.
 *
 * A paragraph record begins a paragraph; its attributes come from the attribute block that the next reference names.
 * Some writers put text before the first paragraph record, tables and cells begin with one: a paragraph is opened in
 * the tree only when content comes (an empty text counts), or when the next one begins before any came.
 */
#include "convert/format/cd-private.h"

#include <string.h>

#define PAB_HIDE_READ 0x10
#define PAB_BULLET 0x400
#define PAB_NUMBER 0x1000
#define PAB_HIDE_NOTES 0x8000
#define PAB2_CHECKED 0x0002
#define PAB2_DEFAULT_LEFT 0x0100
#define PAB2_DEFAULT_FIRST 0x0200
#define PAB2_CIRCLE 0x0800
#define PAB2_SQUARE 0x1000
#define PAB2_UNCHECKED 0x2000
#define PAB2_RIGHT_TO_LEFT 0x4000
#define HALF_LINE_TWIPS 120
#define MAX_PABS 65536
#define MAX_HTML ((gsize) 1024 * 1024)

IstRichFont
cd_font (CdReader *reader, const CdRecord *record, gsize offset)
{
  static const char *const faces[]
      = { "Times New Roman", "Arial", "Arial Unicode MS", "Segoe UI", "Courier New" };
  IstRichFont font = IST_RICH_FONT_DEFAULT;
  guint face = cd_u8 (record, offset);

  /* The six lowest bits mean what those of the tree mean; the others are shadow and relief. */
  font.style = cd_u8 (record, offset + 1) & 0x3F;
  font.colour = cd_palette (cd_u8 (record, offset + 2));
  font.half_points = 2 * cd_u8 (record, offset + 3);
  font.face = face < G_N_ELEMENTS (faces)
                  ? faces[face]
                  : g_hash_table_lookup (reader->faces, GUINT_TO_POINTER (face));
  return font;
}

/* The value of $Fonts: one record with 34 bytes for each face. */
void
cd_read_fonts (CdReader *reader, GBytes *fonts)
{
  CdRecord record = { .head = 4 };
  guint n;

  record.data = g_bytes_get_data (fonts, &record.size);
  if (record.size < 6 || record.data[0] != 139 || record.data[1] != 0xFF)
    return;
  record.size = MIN (record.size, cd_u16 (&record, 2));
  n = cd_u16 (&record, 4);
  for (guint i = 0; i < n && 6 + (gsize) i * 34 + 34 <= record.size; i++)
    {
      gsize at = 6 + (gsize) i * 34;
      char *name = cd_string (reader, &record, at + 2, 32, TRUE);

      g_hash_table_replace (reader->faces, GUINT_TO_POINTER (cd_u8 (&record, at)), name);
    }
}

static IstRichParagraph
present_attributes (CdReader *reader)
{
  const IstRichParagraph *pab = g_hash_table_lookup (reader->pabs, GUINT_TO_POINTER (reader->pab));
  IstRichParagraph attributes = { 0 };

  if (pab == NULL)
    return attributes;
  attributes = *pab;
  attributes.left_twips = MAX (0, attributes.left_twips - reader->base_left);
  return attributes;
}

static void
open_paragraph (CdReader *reader)
{
  IstRichParagraph attributes = present_attributes (reader);

  reader->paragraph = ist_rich_add_paragraph (reader->rich, reader->block, &attributes);
  reader->started = FALSE;
}

static IstRichNode *
open_covering (CdReader *reader, const CdFrame *frame, IstRichNode *parent)
{
  if (frame->url != NULL)
    return ist_rich_add_link (reader->rich, parent, frame->url);
  if (frame->doc != NULL)
    return ist_rich_add_doclink (reader->rich, parent, frame->doc);
  return ist_rich_add_mark (reader->rich, parent, (IstRichMarkKind) frame->mark, NULL, frame->text);
}

IstRichNode *
cd_inline (CdReader *reader)
{
  IstRichNode *node;
  guint first = (guint) (cd_top_table (reader) + 1);

  if (reader->paragraph == NULL)
    open_paragraph (reader);
  node = reader->paragraph;
  for (guint i = first; node != NULL && i < reader->frames->len; i++)
    {
      CdFrame *frame = &g_array_index (reader->frames, CdFrame, i);

      if (frame->kind != CD_FRAME_INLINE
          || (frame->url == NULL && frame->doc == NULL && frame->mark < 0))
        continue;
      if (frame->node == NULL)
        frame->node = open_covering (reader, frame, node);
      node = frame->node;
    }
  return node;
}

void
cd_end_paragraph (CdReader *reader)
{
  cd_flush_html (reader);
  reader->paragraph = NULL;
  reader->started = FALSE;
  for (guint i = 0; i < reader->frames->len; i++)
    {
      CdFrame *frame = &g_array_index (reader->frames, CdFrame, i);

      if (frame->kind == CD_FRAME_INLINE)
        frame->node = NULL;
    }
}

void
cd_text (CdReader *reader, const CdRecord *record)
{
  IstRichFont font = cd_font (reader, record, 4);
  g_autofree char *text = cd_string (reader, record, 8, G_MAXSIZE, FALSE);

  if (reader->html != NULL)
    {
      if (reader->html->len < MAX_HTML)
        g_string_append (reader->html, text);
      return;
    }
  /* The line of a section's title ends in an empty text. */
  if (*text == '\0' && reader->block != NULL && reader->block->kind == IST_RICH_SECTION
      && reader->block->first == NULL)
    return;
  ist_rich_add_text (reader->rich, cd_inline (reader), &font, text, -1);
}

void
cd_paragraph (CdReader *reader, const CdRecord *record)
{
  if (reader->html != NULL)
    {
      g_string_append_c (reader->html, '\n');
      return;
    }
  if (reader->started)
    open_paragraph (reader);
  cd_end_paragraph (reader);
  reader->started = TRUE;
}

static IstRichAlign
align_of (guint justify)
{
  switch (justify)
    {
    case 1:
      return IST_RICH_RIGHT;
    case 2:
      return IST_RICH_JUSTIFY;
    case 3:
      return IST_RICH_CENTRE;
    default:
      return IST_RICH_LEFT;
    }
}

static IstRichList
list_of (guint flags, guint flags2)
{
  /* Three bits in all their combinations. */
  switch (flags2 & (PAB2_CHECKED | PAB2_CIRCLE | PAB2_SQUARE))
    {
    case PAB2_CHECKED:
      return IST_RICH_CHECKED;
    case PAB2_CIRCLE:
      return IST_RICH_CIRCLE;
    case PAB2_SQUARE:
      return IST_RICH_SQUARE;
    case PAB2_CHECKED | PAB2_CIRCLE:
      return IST_RICH_ROMAN_UPPER;
    case PAB2_CHECKED | PAB2_SQUARE:
      return IST_RICH_ROMAN_LOWER;
    case PAB2_CIRCLE | PAB2_SQUARE:
      return IST_RICH_LETTER_UPPER;
    case PAB2_CHECKED | PAB2_CIRCLE | PAB2_SQUARE:
      return IST_RICH_LETTER_LOWER;
    default:
      break;
    }
  if (flags2 & PAB2_UNCHECKED)
    return IST_RICH_UNCHECKED;
  if (flags & PAB_BULLET)
    return IST_RICH_BULLET;
  return flags & PAB_NUMBER ? IST_RICH_NUMBER : IST_RICH_NO_LIST;
}

/* Places count from the edge of the window; that of the right margin says nothing about a mail. Where a flag says that
 * the default holds, the place is what it was on the author's window. */
static void
read_margins (IstRichParagraph *pab, const CdRecord *record)
{
  guint flags2 = cd_u16 (record, 68);
  guint left = cd_u16 (record, 14);
  guint first = cd_u16 (record, 18);

  pab->left_twips = flags2 & PAB2_DEFAULT_LEFT ? 0 : (gint) left;
  if (first != 0
      && (flags2 & (PAB2_DEFAULT_LEFT | PAB2_DEFAULT_FIRST))
             != (PAB2_DEFAULT_LEFT | PAB2_DEFAULT_FIRST))
    pab->first_twips = (gint) first - (gint) left;
}

void
cd_pab_definition (CdReader *reader, const CdRecord *record)
{
  IstRichParagraph *pab;

  if (g_hash_table_size (reader->pabs) >= MAX_PABS)
    return;
  pab = g_new0 (IstRichParagraph, 1);
  pab->align = align_of (cd_u16 (record, 6));
  pab->line_percent = 100 + 50 * MIN (cd_u16 (record, 8), 10);
  pab->before_twips = HALF_LINE_TWIPS * MIN (cd_u16 (record, 10), 10);
  pab->after_twips = HALF_LINE_TWIPS * MIN (cd_u16 (record, 12), 10);
  read_margins (pab, record);
  pab->hidden = (cd_u16 (record, 62) & (PAB_HIDE_READ | PAB_HIDE_NOTES)) != 0;
  pab->rtl = (cd_u16 (record, 68) & PAB2_RIGHT_TO_LEFT) != 0;
  pab->list = list_of (cd_u16 (record, 62), cd_u16 (record, 68));
  g_hash_table_replace (reader->pabs, GUINT_TO_POINTER (cd_u16 (record, 4)), pab);
}

void
cd_pab_reference (CdReader *reader, const CdRecord *record)
{
  reader->pab = cd_u16 (record, 2);
  if (reader->paragraph != NULL && reader->paragraph->first == NULL)
    reader->paragraph->u.paragraph = present_attributes (reader);
}

void
cd_pab_form_reference (CdReader *reader, const CdRecord *record)
{
  const IstRichParagraph *from
      = g_hash_table_lookup (reader->pabs, GUINT_TO_POINTER (cd_u16 (record, 2)));
  gpointer to = GUINT_TO_POINTER (cd_u16 (record, 4));

  if (from != NULL && !g_hash_table_contains (reader->pabs, to))
    g_hash_table_insert (reader->pabs, to, g_memdup2 (from, sizeof *from));
}

void
cd_rule (CdReader *reader, const CdRecord *record)
{
  cd_end_paragraph (reader);
  ist_rich_add_rule (reader->rich, reader->block);
}

void
cd_html_begin (CdReader *reader, const CdRecord *record)
{
  cd_flush_html (reader);
  reader->html = g_string_new (NULL);
}

void
cd_html_end (CdReader *reader, const CdRecord *record)
{
  cd_flush_html (reader);
}

void
cd_flush_html (CdReader *reader)
{
  g_autofree char *html = NULL;

  if (reader->html == NULL)
    return;
  html = g_string_free (g_steal_pointer (&reader->html), FALSE);
  if (*html != '\0')
    ist_rich_add_html (reader->rich, cd_inline (reader), html);
}

/* HTML of a form field that was never rich text: its segments follow each other. */
void
cd_html_segment (CdReader *reader, const CdRecord *record)
{
  g_autofree char *html = cd_string (reader, record, 6, cd_u16 (record, 4), FALSE);

  ist_rich_add_html (reader->rich, cd_inline (reader), html);
}
