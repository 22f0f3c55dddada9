#include "convert/pipeline.h"

#include "convert/settings.h"
#include "convert/transforms.h"

/* THE table. Order matters: what removes comes before what rebuilds. */
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
  { { .name = "exchange-tnef-decode",
      .summary = "turns winmail.dat into the text, attachments and meetings it holds",
      .source = "docs/transforms.md, \"exchange-tnef-decode\"",
      .on_by_default = TRUE,
      .run = ist_exchange_tnef_decode },
    G_STRUCT_OFFSET (IstConvertSettings, exchange_tnef_decode) },
  { { .name = "headers-trim",
      .summary = "removes X-Notes-Item, X-MIMETrack and X-TNEFEvaluated fields",
      .source = "docs/transforms.md, \"headers-trim\"",
      .on_by_default = FALSE,
      .from = IST_SIDE_DOMINO,
      .run = ist_headers_trim },
    G_STRUCT_OFFSET (IstConvertSettings, headers_trim) },
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
