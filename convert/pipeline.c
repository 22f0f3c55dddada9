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
  { { .name = "header-hygiene",
      .summary = "removes fields of Notes from foreign mail, adds a To field where there is none",
      .source = "docs/transforms.md, \"header-hygiene\"",
      .on_by_default = TRUE,
      .run = ist_header_hygiene },
    G_STRUCT_OFFSET (IstConvertSettings, header_hygiene) },
  { { .name = "exchange-headers-trim",
      .summary = "removes X-MS-Exchange and antispam fields",
      .source = "docs/transforms.md, \"exchange-headers-trim\"",
      .on_by_default = FALSE,
      .from = IST_SIDE_EXCHANGE,
      .to = IST_SIDE_DOMINO,
      .run = ist_exchange_headers_trim },
    G_STRUCT_OFFSET (IstConvertSettings, exchange_headers_trim) },
  { { .name = "thread-index",
      .summary = "makes Outlook group conversations that began in Notes; repairs References",
      .source = "docs/transforms.md, \"thread-index\"",
      .on_by_default = TRUE,
      .run = ist_thread_index },
    G_STRUCT_OFFSET (IstConvertSettings, thread_index) },
  { { .name = "notes-priority",
      .summary = "completes importance, priority and sensitivity in the spelling the other side reads",
      .source = "docs/transforms.md, \"notes-priority\"",
      .on_by_default = TRUE,
      .run = ist_notes_priority },
    G_STRUCT_OFFSET (IstConvertSettings, notes_priority) },
  { { .name = "receipts",
      .summary = "translates read receipts and requests for them",
      .source = "docs/transforms.md, \"receipts\"",
      .on_by_default = TRUE,
      .run = ist_receipts },
    G_STRUCT_OFFSET (IstConvertSettings, receipts) },
  { { .name = "notes-out-of-office",
      .summary = "marks absence notices of Notes as automatic",
      .source = "docs/transforms.md, \"notes-out-of-office\"",
      .on_by_default = TRUE,
      .from = IST_SIDE_DOMINO,
      .run = ist_notes_out_of_office },
    G_STRUCT_OFFSET (IstConvertSettings, notes_out_of_office) },
  { { .name = "exchange-out-of-office",
      .summary = "marks absence notices of Exchange as automatic",
      .source = "docs/transforms.md, \"exchange-out-of-office\"",
      .on_by_default = TRUE,
      .from = IST_SIDE_EXCHANGE,
      .to = IST_SIDE_DOMINO,
      .run = ist_exchange_out_of_office },
    G_STRUCT_OFFSET (IstConvertSettings, exchange_out_of_office) },
  { { .name = "notes-ndr",
      .summary = "gives failure reports of Domino their status code and form",
      .source = "docs/transforms.md, \"notes-ndr\"",
      .on_by_default = TRUE,
      .from = IST_SIDE_DOMINO,
      .run = ist_notes_ndr },
    G_STRUCT_OFFSET (IstConvertSettings, notes_ndr) },
  { { .name = "exchange-ndr",
      .summary = "gives failure reports of every Exchange a form that Notes can read",
      .source = "docs/transforms.md, \"exchange-ndr\"",
      .on_by_default = TRUE,
      .from = IST_SIDE_EXCHANGE,
      .to = IST_SIDE_DOMINO,
      .run = ist_exchange_ndr },
    G_STRUCT_OFFSET (IstConvertSettings, exchange_ndr) },
  { { .name = "exchange-html",
      .summary = "makes the HTML of Outlook plain: conditional comments, Office elements, lists, pictures",
      .source = "docs/transforms.md, \"exchange-html\"",
      .on_by_default = TRUE,
      .from = IST_SIDE_EXCHANGE,
      .to = IST_SIDE_DOMINO,
      .run = ist_exchange_html },
    G_STRUCT_OFFSET (IstConvertSettings, exchange_html) },
  { { .name = "doclinks-html",
      .summary = "makes links to Notes documents ones that the reader can open, as doclinks says",
      .source = "docs/transforms.md, \"doclinks-html\"",
      .on_by_default = TRUE,
      .from = IST_SIDE_DOMINO,
      .run = ist_doclinks_html },
    G_STRUCT_OFFSET (IstConvertSettings, doclinks_html) },
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
