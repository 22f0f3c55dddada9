/*
 * What has a begin and an end: links, popups, actions, attachments, sections. Also buttons, fields and objects, which
 * are shown as marks.
 *
 * A collapsible section is a hotspot of type bundle whose first content is a bar record with the title. A button is a
 * hotspot of type button that holds a button record with the label.
 */
#include "convert/format/cd-private.h"

#include <string.h>

enum
{
  HOTSPOT_POPUP = 1,
  HOTSPOT_BUTTON = 3,
  HOTSPOT_FILE = 4,
  HOTSPOT_OLD_SECTION = 7,
  HOTSPOT_LINK = 11,
  HOTSPOT_BUNDLE = 12,
  HOTSPOT_SECTION = 13,
  HOTSPOT_CONTROL = 28
};

#define FLAG_FORMULA 0x10
#define FLAG_URL 0x1000
#define BAR_EXPANDED 0x2
#define BAR_HAS_COLOUR 0x04000000

CdFrame *
cd_push (CdReader *reader, CdFrameKind kind)
{
  CdFrame frame = { .kind = kind, .mark = -1 };

  if (reader->frames->len >= CD_MAX_FRAMES)
    return NULL;
  g_array_append_val (reader->frames, frame);
  return &g_array_index (reader->frames, CdFrame, reader->frames->len - 1);
}

void
cd_pop_to (CdReader *reader, guint n)
{
  while (reader->frames->len > n)
    {
      CdFrame *frame = &g_array_index (reader->frames, CdFrame, reader->frames->len - 1);

      if (frame->kind == CD_FRAME_TABLE || (frame->kind == CD_FRAME_SECTION && frame->node != NULL))
        {
          cd_end_paragraph (reader);
          reader->block = frame->outer;
        }
      if (frame->table != NULL)
        cd_table_finish (reader, frame->table);
      g_free (frame->url);
      ist_doc_link_free (frame->doc);
      g_free (frame->text);
      g_array_set_size (reader->frames, reader->frames->len - 1);
    }
}

gint
cd_top_table (const CdReader *reader)
{
  for (guint i = reader->frames->len; i > 0; i--)
    if (g_array_index (reader->frames, CdFrame, i - 1).kind == CD_FRAME_TABLE)
      return (gint) i - 1;
  return -1;
}

gboolean
cd_in_file (const CdReader *reader)
{
  for (guint i = reader->frames->len; i > 0; i--)
    if (g_array_index (reader->frames, CdFrame, i - 1).kind == CD_FRAME_FILE)
      return TRUE;
  return FALSE;
}

static void
begin_link (CdReader *reader, const CdRecord *record, guint32 flags)
{
  CdFrame *frame = cd_push (reader, CD_FRAME_INLINE);

  if (frame == NULL)
    return;
  if (flags & FLAG_URL)
    frame->url = cd_string (reader, record, 12, cd_u16 (record, 10), TRUE);
  if (frame->url != NULL && *frame->url == '\0')
    g_clear_pointer (&frame->url, g_free);
  /* Without an address it runs an action, unless a resource record comes that has one. */
  if (frame->url == NULL)
    frame->mark = IST_RICH_MARK_ACTION;
}

static void
begin_popup (CdReader *reader, const CdRecord *record, guint32 flags)
{
  CdFrame *frame = cd_push (reader, CD_FRAME_INLINE);

  if (frame == NULL)
    return;
  frame->mark = flags & FLAG_FORMULA ? IST_RICH_MARK_ACTION : IST_RICH_MARK_POPUP;
  if (frame->mark == IST_RICH_MARK_POPUP)
    frame->text = cd_string (reader, record, 12, cd_u16 (record, 10), FALSE);
}

static void
begin_file (CdReader *reader, const CdRecord *record)
{
  g_auto (GStrv) names = cd_strings (reader, record, 12, cd_u16 (record, 10), 2);

  ist_rich_add_attachment (reader->rich, cd_inline (reader), names[0],
                           *names[1] != '\0' ? names[1] : names[0]);
  cd_push (reader, CD_FRAME_FILE);
}

void
cd_hotspot_begin (CdReader *reader, const CdRecord *record)
{
  guint32 flags = cd_u32 (record, 6);

  switch (cd_u16 (record, 4))
    {
    case HOTSPOT_POPUP:
      begin_popup (reader, record, flags);
      break;
    case HOTSPOT_FILE:
      begin_file (reader, record);
      break;
    case HOTSPOT_LINK:
      begin_link (reader, record, flags);
      break;
    case HOTSPOT_OLD_SECTION:
    case HOTSPOT_BUNDLE:
    case HOTSPOT_SECTION:
      cd_push (reader, CD_FRAME_SECTION);
      break;
    case HOTSPOT_CONTROL:
      ist_rich_add_mark (reader->rich, cd_inline (reader), IST_RICH_MARK_OBJECT, NULL, NULL);
      cd_push (reader, CD_FRAME_OTHER);
      break;
    default:
      cd_push (reader, CD_FRAME_OTHER);
      break;
    }
}

void
cd_hotspot_end (CdReader *reader, const CdRecord *record)
{
  if ((gint) reader->frames->len - 1 > cd_top_table (reader))
    cd_pop_to (reader, reader->frames->len - 1);
}

/* The section frame that waits for its title, or NULL. */
static CdFrame *
untitled_section (CdReader *reader, guint *index)
{
  for (guint i = reader->frames->len; i > (guint) (cd_top_table (reader) + 1); i--)
    {
      CdFrame *frame = &g_array_index (reader->frames, CdFrame, i - 1);

      if (frame->kind == CD_FRAME_SECTION && frame->node == NULL)
        {
          *index = i - 1;
          return frame;
        }
    }
  return NULL;
}

void
cd_bar (CdReader *reader, const CdRecord *record)
{
  guint32 flags = cd_u32 (record, 4);
  IstRichFont font = cd_font (reader, record, 8);
  g_autofree char *title
      = cd_string (reader, record, flags & BAR_HAS_COLOUR ? 14 : 12, G_MAXSIZE, TRUE);
  IstRichNode *section;
  CdFrame *frame;
  guint index = 0;

  cd_end_paragraph (reader);
  section = ist_rich_add_section (reader->rich, reader->block, title, &font,
                                  (flags & BAR_EXPANDED) != 0);
  frame = untitled_section (reader, &index);
  if (frame == NULL || section == NULL)
    return;
  cd_pop_to (reader, index + 1);
  frame->node = section;
  frame->outer = reader->block;
  reader->block = section;
}

void
cd_button (CdReader *reader, const CdRecord *record)
{
  g_autofree char *label = cd_string (reader, record, 16, G_MAXSIZE, TRUE);

  ist_rich_add_mark (reader->rich, cd_inline (reader), IST_RICH_MARK_BUTTON, label, NULL);
}

/* A field of a form that is stored in the note: name and description follow three formulas. */
void
cd_field (CdReader *reader, const CdRecord *record)
{
  gsize at = 36 + (gsize) cd_u16 (record, 22) + cd_u16 (record, 24) + cd_u16 (record, 28);
  g_autofree char *name = cd_string (reader, record, at, cd_u16 (record, 30), FALSE);

  ist_rich_add_mark (reader->rich, cd_inline (reader), IST_RICH_MARK_FIELD, name, NULL);
}

void
cd_ole_begin (CdReader *reader, const CdRecord *record)
{
  gsize n_name = cd_u16 (record, 12);
  g_autofree char *name = cd_string (reader, record, 18, n_name, FALSE);
  g_autofree char *class_name = cd_string (reader, record, 18 + n_name, cd_u16 (record, 14), FALSE);

  ist_rich_add_mark (reader->rich, cd_inline (reader), IST_RICH_MARK_OBJECT,
                     *class_name != '\0' ? class_name : name, name);
}
