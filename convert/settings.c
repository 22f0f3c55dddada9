#include "convert/settings.h"

#define FIELD(member) G_STRUCT_OFFSET (IstConvertSettings, member)

static const IstSettingRow rows[] = {
  { .key = "notes-encap-strip", .type = IST_SETTING_BOOL, .offset = FIELD (notes_encap_strip),
    .def = "yes",
    .sentence = "Remove the encapsulated Notes copy (.OND) where a readable text remains." },
  { .key = "headers-trim", .type = IST_SETTING_BOOL, .offset = FIELD (headers_trim), .def = "no",
    .sentence = "Remove X-Notes-Item, X-MIMETrack and X-TNEFEvaluated fields, which can fill tens of "
                "kilobytes and name internal servers." },
  { .key = "notes-qp-repair", .type = IST_SETTING_BOOL, .offset = FIELD (notes_qp_repair), .def = "yes",
    .sentence = "Encode parts again whose quoted-printable is broken." },
  { .key = "notes-apple", .type = IST_SETTING_BOOL, .offset = FIELD (notes_apple), .def = "yes",
    .sentence = "Take the file out of BinHex, AppleSingle and AppleDouble attachments." },
  { .key = "notes-uuencode", .type = IST_SETTING_BOOL, .offset = FIELD (notes_uuencode), .def = "yes",
    .sentence = "Turn uuencoded files in a text into attachments." },
  { .key = "notes-mime-order", .type = IST_SETTING_BOOL, .offset = FIELD (notes_mime_order), .def = "yes",
    .sentence = "Put the parts of a message into the order Outlook expects." },
  { .key = "charset-repair", .type = IST_SETTING_BOOL, .offset = FIELD (charset_repair), .def = "yes",
    .sentence = "Write texts and header fields whose character set label is missing or wrong as UTF-8." },
  { .key = "format-flowed", .type = IST_SETTING_BOOL, .offset = FIELD (format_flowed), .def = "yes",
    .sentence = "Join the lines of format=flowed texts into paragraphs." },
  { .key = "attachment-names", .type = IST_SETTING_BOOL, .offset = FIELD (attachment_names), .def = "yes",
    .sentence = "Give attachments without a name one, and clean names that Windows or Notes cannot save." },
  { .key = "attachment-names-distinct", .type = IST_SETTING_BOOL, .offset = FIELD (attachment_names_distinct),
    .def = "no",
    .sentence = "Give attachments of the same name distinct names, \"a (2).txt\"; "
                "part of attachment-names." },
  { .key = "text-empty", .type = IST_SETTING_BOOL, .offset = FIELD (text_empty), .def = "yes",
    .sentence = "Give messages without any text part an empty one, and drop or fill an empty HTML part." },
  { .key = "max-text", .type = IST_SETTING_BYTES, .offset = FIELD (max_text), .def = "10M", .min = 1024,
    .max = 1024 * 1024 * 1024,
    .sentence = "A text part of more bytes passes unchanged, with a note." },
  { .key = "max-parts", .type = IST_SETTING_INT, .offset = FIELD (max_parts), .def = "1000", .min = 1, .max = 10000,
    .sentence = "A message of more parts, those of attached messages included, passes unchanged, with a note." },
  { .key = "max-depth", .type = IST_SETTING_INT, .offset = FIELD (max_depth), .def = "10", .min = 0, .max = 30,
    .sentence = "Messages attached to attached messages are converted this deep; deeper ones pass unchanged, with "
                "a note." },
  { .key = "max-header", .type = IST_SETTING_BYTES, .offset = FIELD (max_header), .def = "1M", .min = 4096,
    .max = 16 * 1024 * 1024,
    .sentence = "A message whose header has more bytes passes unchanged, with a note." },
  { .key = NULL },
};

static const IstSettingGroup convert_group = {
  .kind = "convert", .struct_size = sizeof (IstConvertSettings), .rows = rows,
  .sentence = "Which transforms run (isthmusctl transforms describes them), and limits on what they work on.",
};

const IstSettingGroup *const ist_convert_setting_groups[] = { &convert_group, NULL };
