#include "convert/pipeline.h"

#include "convert/settings.h"
#include "convert/transforms.h"

/* THE table. Order matters: what removes comes before what rebuilds; what reads a text comes behind charset-repair,
 * but for format-flowed, whose mark is lost when a text is written. */
static const struct
{
  IstTransform transform;
  gsize offset; /* of its switch in IstConvertSettings */
} table[] = {
  { { .name = "notes-encap-strip",
      .summary = "removes the encapsulated Notes copy of a message where a readable text remains",
      .source = "docs/transforms.md, \"notes-encap-strip\"",
      .on_by_default = TRUE,
      .from = IST_SIDE_DOMINO,
      .run = ist_notes_encap_strip },
    G_STRUCT_OFFSET (IstConvertSettings, notes_encap_strip) },
  { { .name = "headers-trim",
      .summary = "removes X-Notes-Item, X-MIMETrack and X-TNEFEvaluated fields",
      .source = "docs/transforms.md, \"headers-trim\"",
      .on_by_default = FALSE,
      .from = IST_SIDE_DOMINO,
      .run = ist_headers_trim },
    G_STRUCT_OFFSET (IstConvertSettings, headers_trim) },
  { { .name = "notes-qp-repair",
      .summary = "encodes parts again whose quoted-printable is broken",
      .source = "docs/transforms.md, \"notes-qp-repair\"",
      .on_by_default = TRUE,
      .from = IST_SIDE_DOMINO,
      .run = ist_notes_qp_repair },
    G_STRUCT_OFFSET (IstConvertSettings, notes_qp_repair) },
  { { .name = "text-empty",
      .summary = "gives messages without any text part an empty one, and drops or fills an empty HTML part",
      .source = "docs/transforms.md, \"text-empty\"",
      .on_by_default = TRUE,
      .run = ist_text_empty },
    G_STRUCT_OFFSET (IstConvertSettings, text_empty) },
  { { .name = "format-flowed",
      .summary = "joins the lines of format=flowed texts into paragraphs",
      .source = "docs/transforms.md, \"format-flowed\"",
      .on_by_default = TRUE,
      .to = IST_SIDE_DOMINO,
      .run = ist_format_flowed },
    G_STRUCT_OFFSET (IstConvertSettings, format_flowed) },
  { { .name = "charset-repair",
      .summary = "writes texts and header fields as UTF-8 whose character set label is missing or wrong",
      .source = "docs/transforms.md, \"charset-repair\"",
      .on_by_default = TRUE,
      .run = ist_charset_repair },
    G_STRUCT_OFFSET (IstConvertSettings, charset_repair) },
  { { .name = "notes-apple",
      .summary = "takes the file out of BinHex, AppleSingle and AppleDouble attachments",
      .source = "docs/transforms.md, \"notes-apple\"",
      .on_by_default = TRUE,
      .from = IST_SIDE_DOMINO,
      .run = ist_notes_apple },
    G_STRUCT_OFFSET (IstConvertSettings, notes_apple) },
  { { .name = "notes-uuencode",
      .summary = "turns uuencoded files in a text into attachments",
      .source = "docs/transforms.md, \"notes-uuencode\"",
      .on_by_default = TRUE,
      .from = IST_SIDE_DOMINO,
      .run = ist_notes_uuencode },
    G_STRUCT_OFFSET (IstConvertSettings, notes_uuencode) },
  { { .name = "notes-mime-order",
      .summary = "puts the parts of a message into the order Outlook expects",
      .source = "docs/transforms.md, \"notes-mime-order\"",
      .on_by_default = TRUE,
      .from = IST_SIDE_DOMINO,
      .run = ist_notes_mime_order },
    G_STRUCT_OFFSET (IstConvertSettings, notes_mime_order) },
  { { .name = "attachment-names",
      .summary = "gives attachments without a name one, and cleans names that cannot be saved",
      .source = "docs/transforms.md, \"attachment-names\"",
      .on_by_default = TRUE,
      .run = ist_attachment_names },
    G_STRUCT_OFFSET (IstConvertSettings, attachment_names) },
};

guint
ist_pipeline_count (void)
{
  return G_N_ELEMENTS (table);
}

const IstTransform *
ist_pipeline_get (guint i)
{
  return &table[i].transform;
}

gboolean
ist_pipeline_is_on (guint i, const IstSettings *settings)
{
  const IstConvertSettings *convert;

  if (settings == NULL)
    return table[i].transform.on_by_default;
  convert = ist_settings_get (settings, "convert", NULL);
  return G_STRUCT_MEMBER (gboolean, convert, table[i].offset);
}
