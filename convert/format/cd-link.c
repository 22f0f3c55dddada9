/*
 * Links to databases, views and documents, and the addresses of URL links.
 */
#include "convert/format/cd-private.h"

#include <string.h>

#define NOTELINK_BYTES 40
#define RESOURCE_URL 1
#define RESOURCE_NOTELINK 2
#define RESOURCE_ELEMENT 3

static char *
unid_text (const CdRecord *record, gsize offset)
{
  guint32 file[2] = { cd_u32 (record, offset), cd_u32 (record, offset + 4) };
  guint32 note[2] = { cd_u32 (record, offset + 8), cd_u32 (record, offset + 12) };

  if ((file[0] | file[1] | note[0] | note[1]) == 0)
    return NULL;
  return g_strdup_printf ("%08X%08X%08X%08X", file[1], file[0], note[1], note[0]);
}

/* Replica id, view and note, 40 bytes. */
static void
read_note_link (const CdRecord *record, gsize offset, IstDocLink *link)
{
  guint32 low = cd_u32 (record, offset);
  guint32 high = cd_u32 (record, offset + 4);

  if ((low | high) != 0)
    link->replica = g_strdup_printf ("%08X%08X", high, low);
  link->view = unid_text (record, offset + 8);
  link->note = unid_text (record, offset + 24);
}

static gboolean
indexed_link (const CdReader *reader, guint index, IstDocLink *link)
{
  CdRecord links = { 0 };

  if (reader->input->links == NULL)
    return FALSE;
  links.data = g_bytes_get_data (reader->input->links, &links.size);
  if (index >= cd_u16 (&links, 0) || 2 + (gsize) (index + 1) * NOTELINK_BYTES > links.size)
    return FALSE;
  read_note_link (&links, 2 + (gsize) index * NOTELINK_BYTES, link);
  return TRUE;
}

/* Old writers left rubbish where newer ones put the anchor. */
static gboolean
is_anchor (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isprint (g_utf8_get_char (p)) || g_utf8_get_char (p) == 0xFFFD)
      return FALSE;
  return TRUE;
}

static void
take_strings (CdReader *reader, const CdRecord *record, gsize offset, IstDocLink *link)
{
  g_auto (GStrv) strings = cd_strings (reader, record, offset, G_MAXSIZE, 3);
  char **const into[] = { &link->title, &link->hint, &link->anchor };

  for (guint i = 0; i < G_N_ELEMENTS (into); i++)
    if (*strings[i] != '\0' && (i < 2 || (link->note != NULL && is_anchor (strings[i]))))
      *into[i] = g_strdup (strings[i]);
}

static void
add_link (CdReader *reader, IstDocLink *link)
{
  ist_rich_add_doclink (reader->rich, cd_inline (reader), link);
  ist_doc_link_clear (link);
}

void
cd_link (CdReader *reader, const CdRecord *record)
{
  IstDocLink link = { 0 };

  indexed_link (reader, cd_u16 (record, 2), &link);
  add_link (reader, &link);
}

void
cd_link2 (CdReader *reader, const CdRecord *record)
{
  IstDocLink link = { 0 };

  indexed_link (reader, cd_u16 (record, 4), &link);
  take_strings (reader, record, 6, &link);
  add_link (reader, &link);
}

void
cd_link_export (CdReader *reader, const CdRecord *record)
{
  IstDocLink link = { 0 };

  read_note_link (record, 2, &link);
  add_link (reader, &link);
}

void
cd_link_export2 (CdReader *reader, const CdRecord *record)
{
  IstDocLink link = { 0 };

  read_note_link (record, 4, &link);
  take_strings (reader, record, 4 + NOTELINK_BYTES, &link);
  add_link (reader, &link);
}

/* The link that is open and has no address yet, or NULL. */
static CdFrame *
open_link (CdReader *reader)
{
  for (guint i = reader->frames->len; i > (guint) (cd_top_table (reader) + 1); i--)
    {
      CdFrame *frame = &g_array_index (reader->frames, CdFrame, i - 1);

      if (frame->kind == CD_FRAME_INLINE && frame->url == NULL && frame->doc == NULL
          && frame->node == NULL && frame->mark == IST_RICH_MARK_ACTION)
        return frame;
    }
  return NULL;
}

static IstDocLink *
resource_link (CdReader *reader, const CdRecord *record, gsize at, gsize size)
{
  IstDocLink link = { 0 };
  IstDocLink *copy = NULL;

  if (size >= NOTELINK_BYTES)
    read_note_link (record, at, &link);
  else if (size < 2 || !indexed_link (reader, cd_u16 (record, at), &link))
    return NULL;
  copy = ist_doc_link_copy (&link);
  ist_doc_link_clear (&link);
  return copy;
}

/* The address of the link that was just begun, or the name of a picture. Two hints stand before the data. */
void
cd_resource (CdReader *reader, const CdRecord *record)
{
  gsize at = 26 + (gsize) cd_u16 (record, 14) + cd_u16 (record, 16);
  gsize size = cd_u16 (record, 12);
  CdFrame *frame = reader->image.open ? NULL : open_link (reader);

  switch (cd_u16 (record, 8))
    {
    case RESOURCE_URL:
      if (frame != NULL && size > 0)
        frame->url = cd_string (reader, record, at, size, TRUE);
      break;
    case RESOURCE_NOTELINK:
      if (frame != NULL)
        frame->doc = resource_link (reader, record, at, size);
      break;
    case RESOURCE_ELEMENT:
      if (reader->image.open && reader->image.shared == NULL)
        reader->image.shared = cd_string (reader, record, at, size, TRUE);
      break;
    default:
      break;
    }
}
