#include "convert/settings.h"

#define FIELD(member) G_STRUCT_OFFSET (IstConvertSettings, member)

static const IstSettingRow rows[] = {
  { .key = "notes-encap-strip", .type = IST_SETTING_BOOL, .offset = FIELD (notes_encap_strip),
    .def = "yes",
    .sentence = "Remove the encapsulated Notes copy (.OND) where a readable text remains." },
  { .key = "headers-trim", .type = IST_SETTING_BOOL, .offset = FIELD (headers_trim), .def = "no",
    .sentence = "Remove X-Notes-Item, X-MIMETrack and X-TNEFEvaluated fields, which can fill tens of "
                "kilobytes and name internal servers." },
  { .key = "header-hygiene", .type = IST_SETTING_BOOL, .offset = FIELD (header_hygiene), .def = "yes",
    .sentence = "Remove X-Notes-Item and other fields of Notes from mail that does not come from Domino, and name "
                "undisclosed recipients where a message names none." },
  { .key = "exchange-headers-trim", .type = IST_SETTING_BOOL, .offset = FIELD (exchange_headers_trim), .def = "no",
    .sentence = "Remove X-MS-Exchange and antispam fields, which can fill kilobytes, towards Domino." },
  { .key = "thread-index", .type = IST_SETTING_BOOL, .offset = FIELD (thread_index), .def = "yes",
    .sentence = "Make Thread-Index and Thread-Topic of the References of Notes; repair empty and comma-joined ones." },
  { .key = "notes-priority", .type = IST_SETTING_BOOL, .offset = FIELD (notes_priority), .def = "yes",
    .sentence = "Translate importance, delivery priority and the private mark between Notes and Exchange." },
  { .key = "receipts", .type = IST_SETTING_BOOL, .offset = FIELD (receipts), .def = "yes",
    .sentence = "Translate read receipts and the requests for them between Notes and Exchange." },
  { .key = "notes-out-of-office", .type = IST_SETTING_BOOL, .offset = FIELD (notes_out_of_office), .def = "yes",
    .sentence = "Mark absence notices of Notes as automatic answers, so that no machine answers them." },
  { .key = "exchange-out-of-office", .type = IST_SETTING_BOOL, .offset = FIELD (exchange_out_of_office), .def = "yes",
    .sentence = "Mark absence notices of Exchange as automatic answers, so that no machine answers them." },
  { .key = "notes-ndr", .type = IST_SETTING_BOOL, .offset = FIELD (notes_ndr), .def = "yes",
    .sentence = "Give failure reports of Domino the right status code and a form that programs can read." },
  { .key = "exchange-ndr", .type = IST_SETTING_BOOL, .offset = FIELD (exchange_ndr), .def = "yes",
    .sentence = "Give failure reports of every Exchange generation a form that Notes can read." },
  { .key = "exchange-html", .type = IST_SETTING_BOOL, .offset = FIELD (exchange_html), .def = "yes",
    .sentence = "Make the HTML of Outlook plain for Notes: conditional comments, elements of Office, "
                "lists, embedded pictures." },
  { .key = NULL },
};

static const IstSettingGroup convert_group = {
  .kind = "convert", .struct_size = sizeof (IstConvertSettings), .rows = rows,
  .sentence = "Which transforms run; isthmusctl transforms describes them.",
};

const IstSettingGroup *const ist_convert_setting_groups[] = { &convert_group, NULL };
