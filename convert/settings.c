#include "convert/settings.h"

#define FIELD(member) G_STRUCT_OFFSET (IstConvertSettings, member)

static const IstSettingRow rows[] = {
  { .key = "notes-encap-strip", .type = IST_SETTING_BOOL, .offset = FIELD (notes_encap_strip),
    .def = "yes",
    .sentence = "Remove the encapsulated Notes copy (.OND) where a readable text remains." },
  { .key = "exchange-tnef-decode", .type = IST_SETTING_BOOL, .offset = FIELD (exchange_tnef_decode), .def = "yes",
    .sentence = "Turn winmail.dat (TNEF) into the text, attachments and meetings it holds." },
  { .key = "headers-trim", .type = IST_SETTING_BOOL, .offset = FIELD (headers_trim), .def = "no",
    .sentence = "Remove X-Notes-Item, X-MIMETrack and X-TNEFEvaluated fields, which can fill tens of "
                "kilobytes and name internal servers." },
  { .key = NULL },
};

static const IstSettingGroup convert_group = {
  .kind = "convert", .struct_size = sizeof (IstConvertSettings), .rows = rows,
  .sentence = "Which transforms run; isthmusctl transforms describes them.",
};

const IstSettingGroup *const ist_convert_setting_groups[] = { &convert_group, NULL };
