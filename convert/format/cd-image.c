/*
 * Pictures: a graphic record opens one, then come one or more forms of it in segments, which may go on in the next
 * item. The file form (GIF, JPEG, PNG) is taken before the metafile; the bitmap form has a coding that is published
 * nowhere and becomes a mark with its size.
 */
#include "convert/format/cd-private.h"

#define TWIPS_PER_PIXEL 15

static void
begin_data (GByteArray **data)
{
  if (*data != NULL)
    g_byte_array_unref (*data);
  *data = g_byte_array_new ();
}

static void
add_data (GByteArray *data, gsize whole, const CdRecord *record, gsize offset, gsize size)
{
  const guint8 *bytes = cd_bytes (record, offset, &size);

  if (data == NULL || data->len >= whole)
    return;
  size = MIN (size, whole - data->len);
  if (size > 0)
    g_byte_array_append (data, bytes, (guint) size);
}

void
cd_graphic (CdReader *reader, const CdRecord *record)
{
  cd_image_flush (reader);
  reader->image.open = TRUE;
  reader->image.width_px = cd_u16 (record, 6) / TWIPS_PER_PIXEL;
  reader->image.height_px = cd_u16 (record, 8) / TWIPS_PER_PIXEL;
}

static void
take_size (CdImage *image, guint width, guint height)
{
  if (image->width_px != 0 && image->height_px != 0)
    return;
  image->width_px = width;
  image->height_px = height;
}

void
cd_image_header (CdReader *reader, const CdRecord *record)
{
  if (reader->image.file != NULL)
    cd_image_flush (reader);
  reader->image.open = TRUE;
  begin_data (&reader->image.file);
  reader->image.file_size = MIN (cd_u32 (record, 12), IST_RICH_MAX_IMAGE_BYTES);
  take_size (&reader->image, cd_u16 (record, 8), cd_u16 (record, 10));
}

void
cd_image_segment (CdReader *reader, const CdRecord *record)
{
  add_data (reader->image.file, reader->image.file_size, record, 10, cd_u16 (record, 6));
}

void
cd_bitmap_header (CdReader *reader, const CdRecord *record)
{
  reader->image.open = TRUE;
  reader->image.is_bitmap = TRUE;
  take_size (&reader->image, cd_u16 (record, 22), cd_u16 (record, 24));
}

void
cd_metafile_header (CdReader *reader, const CdRecord *record)
{
  reader->image.open = TRUE;
  begin_data (&reader->image.metafile);
  reader->image.metafile_size = MIN (cd_u32 (record, 12), IST_RICH_MAX_IMAGE_BYTES);
}

void
cd_metafile_segment (CdReader *reader, const CdRecord *record)
{
  add_data (reader->image.metafile, reader->image.metafile_size, record, 10, cd_u16 (record, 6));
}

void
cd_alt_text (CdReader *reader, const CdRecord *record)
{
  g_free (reader->image.alt);
  reader->image.alt = cd_string (reader, record, 12, cd_u16 (record, 4), FALSE);
}

void
cd_caption (CdReader *reader, const CdRecord *record)
{
  g_free (reader->image.caption);
  reader->image.caption = cd_string (reader, record, 28, cd_u16 (record, 4), FALSE);
}

static void
add_picture (CdReader *reader, GByteArray *data)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data->data, data->len);
  const CdImage *image = &reader->image;

  ist_rich_add_image (reader->rich, cd_inline (reader), bytes, image->width_px, image->height_px,
                      image->alt);
}

static void
add_mark (CdReader *reader)
{
  const CdImage *image = &reader->image;
  g_autofree char *label = NULL;

  if (image->shared != NULL && *image->shared != '\0')
    label = g_strdup (image->shared);
  else if (image->alt != NULL && *image->alt != '\0')
    label = g_strdup (image->alt);
  else
    label = g_strdup_printf ("%u x %u", image->width_px, image->height_px);
  ist_rich_add_mark (reader->rich, cd_inline (reader), IST_RICH_MARK_MISSING, label, NULL);
}

static void
image_clear (CdImage *image)
{
  CdImage none = { 0 };

  g_clear_pointer (&image->file, g_byte_array_unref);
  g_clear_pointer (&image->metafile, g_byte_array_unref);
  g_free (image->shared);
  g_free (image->alt);
  g_free (image->caption);
  *image = none;
}

static gboolean
has_data (const GByteArray *data)
{
  return data != NULL && data->len > 0;
}

void
cd_image_flush (CdReader *reader)
{
  static const IstRichFont standard = IST_RICH_FONT_DEFAULT;
  CdImage *image = &reader->image;

  if (image->file != NULL && image->file->len < image->file_size)
    reader->report->incomplete_images++;
  if (image->open && !cd_in_file (reader))
    {
      if (has_data (image->file))
        add_picture (reader, image->file);
      else if (has_data (image->metafile))
        add_picture (reader, image->metafile);
      else if (image->is_bitmap || image->shared != NULL || image->file != NULL)
        add_mark (reader);
    }
  if (image->open && image->caption != NULL && !cd_in_file (reader))
    ist_rich_add_text (reader->rich, cd_inline (reader), &standard, image->caption, -1);
  image_clear (image);
}
