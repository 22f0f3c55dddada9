/*
 * The walk over the stream and the table of records.
 */
#include "convert/format/cd-private.h"

#include <string.h>

typedef struct
{
  guint8 number;
  IstCdForm form;
  gboolean of_picture; /* belongs to the picture that is open; any other known record ends it */
  const char *name;
  CdHandler handler; /* NULL: known, but nothing to show */
} CdRow;

#define B IST_CD_BYTE
#define W IST_CD_WORD
#define L IST_CD_LONG
static const CdRow table[] = {
  { 133, W, FALSE, "text", cd_text },
  { 228, W, FALSE, "bidi text", cd_text },
  { 129, B, FALSE, "paragraph", cd_paragraph },
  { 130, W, FALSE, "paragraph attributes", cd_pab_definition },
  { 131, B, FALSE, "paragraph attributes reference", cd_pab_reference },
  { 187, W, TRUE, "paragraph hide formula", NULL },
  { 188, B, FALSE, "paragraph attributes of form", cd_pab_form_reference },
  { 139, W, TRUE, "font table", NULL },
  { 166, B, TRUE, "style name", NULL },
  { 163, B, FALSE, "table begin", cd_table_begin },
  { 164, B, FALSE, "table cell", cd_table_cell },
  { 165, B, FALSE, "table end", cd_table_end },
  { 207, B, FALSE, "nested table begin", cd_table_begin },
  { 208, B, FALSE, "nested table cell", cd_table_cell },
  { 209, B, FALSE, "nested table end", cd_table_end },
  { 251, W, FALSE, "table attributes", cd_pre_table },
  { 227, W, FALSE, "table label", cd_table_label },
  { 211, B, FALSE, "cell colour", cd_cell_colour },
  { 210, B, TRUE, "colour", NULL },
  { 114, B, TRUE, "background colour", NULL },
  { 92, W, TRUE, "data flags", NULL },
  { 225, B, TRUE, "transition", NULL },
  { 145, W, FALSE, "link", cd_link2 },
  { 146, W, FALSE, "link with target", cd_link_export2 },
  { 140, B, FALSE, "old link", cd_link },
  { 141, B, FALSE, "old link with target", cd_link_export },
  { 169, W, FALSE, "hotspot begin", cd_hotspot_begin },
  { 173, W, FALSE, "hotspot begin 4", cd_hotspot_begin },
  { 126, W, FALSE, "hotspot begin 5", cd_hotspot_begin },
  { 170, B, FALSE, "hotspot end", cd_hotspot_end },
  { 174, B, FALSE, "hotspot end 4", cd_hotspot_end },
  { 127, B, FALSE, "hotspot end 5", cd_hotspot_end },
  { 171, W, FALSE, "button", cd_button },
  { 172, W, FALSE, "section bar", cd_bar },
  { 153, L, FALSE, "graphic", cd_graphic },
  { 125, L, TRUE, "image header", cd_image_header },
  { 124, L, TRUE, "image segment", cd_image_segment },
  { 149, L, TRUE, "bitmap header", cd_bitmap_header },
  { 150, L, TRUE, "bitmap segment", NULL },
  { 151, L, TRUE, "colour table", NULL },
  { 151, W, TRUE, "colour table", NULL },
  { 152, L, TRUE, "pattern table", NULL },
  { 152, W, TRUE, "pattern table", NULL },
  { 159, L, TRUE, "metafile header", cd_metafile_header },
  { 155, L, TRUE, "metafile segment", cd_metafile_segment },
  { 202, W, TRUE, "alternative text", cd_alt_text },
  { 118, W, TRUE, "caption", cd_caption },
  { 246, W, TRUE, "resource", cd_resource },
  { 120, W, TRUE, "resource of cell", cd_resource },
  { 201, W, FALSE, "rule", cd_rule },
  { 203, W, FALSE, "anchor", NULL },
  { 178, W, FALSE, "HTML header", NULL },
  { 179, W, FALSE, "HTML segment", cd_html_segment },
  { 204, W, FALSE, "HTML begin", cd_html_begin },
  { 205, W, FALSE, "HTML end", cd_html_end },
  { 221, B, TRUE, "begin", NULL },
  { 222, B, TRUE, "end", NULL },
  { 138, W, FALSE, "field", cd_field },
  { 254, W, TRUE, "field attributes 2", NULL },
  { 176, W, TRUE, "field attributes", NULL },
  { 167, W, FALSE, "object begin", cd_ole_begin },
  { 168, W, FALSE, "object end", NULL },
  { 193, W, TRUE, "object information", NULL },
  { 180, W, TRUE, "object stand-in", NULL },
  { 247, W, TRUE, "embedded control", NULL },
  { 181, W, TRUE, "MAPI binary", NULL },
  { 196, W, TRUE, "storage link", NULL },
  { 115, W, TRUE, "inline data", NULL },
  { 190, W, TRUE, "action", NULL },
  { 189, B, TRUE, "action bar", NULL },
  { 121, W, TRUE, "action bar attributes", NULL },
  { 177, W, TRUE, "script object", NULL },
};
#undef B
#undef W
#undef L

guint8
cd_u8 (const CdRecord *record, gsize offset)
{
  return offset < record->size ? record->data[offset] : 0;
}

guint16
cd_u16 (const CdRecord *record, gsize offset)
{
  if (record->size < 2 || offset > record->size - 2)
    return 0;
  return (guint16) (record->data[offset] | record->data[offset + 1] << 8);
}

guint32
cd_u32 (const CdRecord *record, gsize offset)
{
  if (record->size < 4 || offset > record->size - 4)
    return 0;
  return cd_u16 (record, offset) | (guint32) cd_u16 (record, offset + 2) << 16;
}

const guint8 *
cd_bytes (const CdRecord *record, gsize offset, gsize *size)
{
  if (offset >= record->size)
    {
      *size = 0;
      return record->data;
    }
  *size = MIN (*size, record->size - offset);
  return record->data + offset;
}

char *
cd_string (CdReader *reader, const CdRecord *record, gsize offset, gsize size, gboolean to_nul)
{
  const guint8 *bytes = cd_bytes (record, offset, &size);
  const guint8 *nul = to_nul && size > 0 ? memchr (bytes, 0, size) : NULL;

  return reader->input->to_utf8 (bytes, nul != NULL ? (gsize) (nul - bytes) : size);
}

char **
cd_strings (CdReader *reader, const CdRecord *record, gsize offset, gsize size, guint max)
{
  const guint8 *bytes = cd_bytes (record, offset, &size);
  char **strings = g_new0 (char *, max + 1);

  for (guint i = 0; i < max; i++)
    {
      const guint8 *nul = size > 0 ? memchr (bytes, 0, size) : NULL;
      gsize length = nul != NULL ? (gsize) (nul - bytes) : size;

      strings[i] = reader->input->to_utf8 (bytes, length);
      length = MIN (length + 1, size);
      bytes += length;
      size -= length;
    }
  return strings;
}

gint32
cd_rgb (const CdRecord *record, gsize offset)
{
  /* Flag 1: the bytes are a colour; 4: no colour. */
  if ((cd_u16 (record, offset) & 5) != 1)
    return IST_RICH_NO_COLOUR;
  return cd_u8 (record, offset + 2) << 16 | cd_u8 (record, offset + 3) << 8
         | cd_u8 (record, offset + 4);
}

gint32
cd_palette (guint index)
{
  static const gint32 colours[] = { IST_RICH_NO_COLOUR, 0xFFFFFF, 0xFF0000, 0x00FF00,
                                    0x0000FF,           0xFF00FF, 0xFFFF00, 0x00FFFF,
                                    0x800000,           0x008000, 0x000080, 0x800080,
                                    0x808000,           0x008080, 0x808080, 0xC0C0C0 };

  return index < G_N_ELEMENTS (colours) ? colours[index] : IST_RICH_NO_COLOUR;
}

static const CdRow *
find_row (IstCdForm form, guint8 number)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].number == number && table[i].form == form)
      return &table[i];
  return NULL;
}

const char *
ist_cd_record_name (IstCdForm form, guint8 number)
{
  const CdRow *row = find_row (form, number);

  return row != NULL ? row->name : NULL;
}

static void
damage (IstCdReport *report, const char *what, guint chunk, gsize offset)
{
  report->damaged_chunks++;
  if (report->damage == NULL)
    report->damage
        = g_strdup_printf ("%s in item %u at offset %" G_GSIZE_FORMAT, what, chunk + 1, offset);
}

/* The record that begins at `data`, of which `left` bytes are there. FALSE: there is none. */
static gboolean
next_record (const guint8 *data, gsize left, CdRecord *record, IstCdForm *form)
{
  record->data = data;
  record->size = left;
  if (left < 2)
    return FALSE;
  *form = data[1] == 0xFF ? IST_CD_WORD : data[1] == 0 ? IST_CD_LONG : IST_CD_BYTE;
  record->head = *form == IST_CD_WORD ? 4 : *form == IST_CD_LONG ? 6 : 2;
  if (left < record->head)
    return FALSE;
  record->size = *form == IST_CD_WORD   ? cd_u16 (record, 2)
                 : *form == IST_CD_LONG ? cd_u32 (record, 2)
                                        : data[1];
  return record->size >= record->head && record->size <= left;
}

static void
take_record (CdReader *reader, const CdRecord *record, IstCdForm form)
{
  const CdRow *row = find_row (form, record->data[0]);

  reader->report->records++;
  reader->report->counts[form][record->data[0]]++;
  if (row == NULL)
    {
      reader->report->unknown++;
      return;
    }
  if (!row->of_picture)
    cd_image_flush (reader);
  if (row->handler != NULL)
    row->handler (reader, record);
}

static void
read_chunk (CdReader *reader, GBytes *chunk, guint index)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (chunk, &size);
  gsize at = 0;

  /* A single byte at the end is the fill of an odd record. */
  while (size - at > 1)
    {
      CdRecord record;
      IstCdForm form;

      if (!next_record (data + at, size - at, &record, &form))
        {
          damage (reader->report, "record with wrong length", index, at);
          return;
        }
      take_record (reader, &record, form);
      at += MIN (record.size + (record.size & 1), size - at);
    }
}

void
ist_cd_read_into (IstRich *rich, IstRichNode *block, const IstCdInput *input, IstCdReport *report)
{
  CdReader reader = { .input = input, .report = report, .rich = rich, .block = block };

  memset (report, 0, sizeof *report);
  reader.base_left = CD_DEFAULT_LEFT;
  reader.pabs = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  reader.faces = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  reader.frames = g_array_new (FALSE, FALSE, sizeof (CdFrame));
  if (input->fonts != NULL)
    cd_read_fonts (&reader, input->fonts);
  for (guint i = 0; i < input->chunks->len; i++)
    read_chunk (&reader, g_ptr_array_index (input->chunks, i), i);
  cd_image_flush (&reader);
  cd_pop_to (&reader, 0);
  cd_end_paragraph (&reader);
  g_array_free (reader.frames, TRUE);
  g_hash_table_destroy (reader.pabs);
  g_hash_table_destroy (reader.faces);
}

IstRich *
ist_cd_read (const IstCdInput *input, IstCdReport *report)
{
  IstRich *rich = ist_rich_new ();

  ist_cd_read_into (rich, ist_rich_root (rich), input, report);
  return rich;
}

void
ist_cd_report_clear (IstCdReport *report)
{
  g_clear_pointer (&report->damage, g_free);
}
