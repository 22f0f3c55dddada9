#include "convert/settings.h"

#include "convert/format/ndl.h"

#define FIELD(member) G_STRUCT_OFFSET (IstConvertSettings, member)

static const char *const doclinks[] = { "notes", "web", "redirector", "ndl", "text", NULL };

static const char *const active_mail[] = { "auto", "strip", "attach", "rebuild", NULL };

static const IstSettingRow rows[] = {
  { .key = "notes-active-mail", .type = IST_SETTING_BOOL, .offset = FIELD (notes_active_mail), .def = "yes",
    .sentence = "Keep or convert the encapsulated Notes copy (.OND), as active-mail says." },
  { .key = "active-mail", .type = IST_SETTING_ENUM, .offset = FIELD (active_mail), .def = "auto", .names = active_mail,
    .sentence = "What the Notes copy of a memo becomes towards Exchange: attached as an .nsf file, rebuilt as HTML and "
                "attachments, stripped, or (auto) what is in it decides. Towards the Internet it is always stripped, even with "
                "notes-encap-strip off." },
  { .key = "active-mail-allow-forms", .type = IST_SETTING_LIST, .offset = FIELD (active_mail_allow_forms),
    .sentence = "Names of forms to whose memos active-mail applies. When any of the three active-mail-allow lists has an "
                "entry, memos that are in none of them are stripped." },
  { .key = "active-mail-allow-items", .type = IST_SETTING_LIST, .offset = FIELD (active_mail_allow_items),
    .sentence = "Names of items (fields); active-mail applies to memos that have one of them." },
  { .key = "active-mail-allow-senders", .type = IST_SETTING_LIST, .offset = FIELD (active_mail_allow_senders),
    .sentence = "Addresses and @domains of senders to whose memos active-mail applies." },
  { .key = "active-mail-bypass-forms", .type = IST_SETTING_LIST, .offset = FIELD (active_mail_bypass_forms),
    .sentence = "Names of forms whose memos are stripped whatever active-mail says, also where they are allowed." },
  { .key = "active-mail-bypass-items", .type = IST_SETTING_LIST, .offset = FIELD (active_mail_bypass_items),
    .sentence = "Names of items (fields); memos that have one of them are stripped whatever active-mail says." },
  { .key = "active-mail-bypass-senders", .type = IST_SETTING_LIST, .offset = FIELD (active_mail_bypass_senders),
    .sentence = "Addresses and @domains of senders whose memos are stripped whatever active-mail says." },
  { .key = "notes-encap-strip", .type = IST_SETTING_BOOL, .offset = FIELD (notes_encap_strip),
    .def = "yes",
    .sentence = "Remove the encapsulated Notes copy (.OND) where a readable text remains." },
  { .key = "exchange-tnef-decode", .type = IST_SETTING_BOOL, .offset = FIELD (exchange_tnef_decode), .def = "yes",
    .sentence = "Turn winmail.dat (TNEF) into the text, attachments and meetings it holds." },
  { .key = "exchange-recall", .type = IST_SETTING_BOOL, .offset = FIELD (exchange_recall), .def = "yes",
    .sentence = "Say in requests to recall a message, on top and in the reader's language, which one is meant." },
  { .key = "headers-trim", .type = IST_SETTING_BOOL, .offset = FIELD (headers_trim), .def = "no",
    .sentence = "Remove X-Notes-Item, X-MIMETrack and X-TNEFEvaluated fields, which can fill tens of "
                "kilobytes and name internal servers." },
  { .key = "language", .type = IST_SETTING_STRING, .offset = FIELD (language), .def = "en",
    .sentence = "Language of texts that are put into mail (en, de, fr, it, ja, pt) for people of whom neither the "
                "directory nor their domain says one." },
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
  { .key = "doclinks-ndl", .type = IST_SETTING_BOOL, .offset = FIELD (doclinks_ndl), .def = "yes",
    .sentence = "Put attached links to Notes documents (.ndl) into the text, as doclinks says; with \"ndl\" they stay." },
  { .key = "doclinks-html", .type = IST_SETTING_BOOL, .offset = FIELD (doclinks_html), .def = "yes",
    .sentence = "Make links to Notes documents in HTML ones that the reader can open, as doclinks says." },
  { .key = "doclinks", .type = IST_SETTING_ENUM, .offset = FIELD (doclinks), .def = "notes", .names = doclinks,
    .sentence = "What a link to a Notes document becomes: a repaired notes: address, an address of the web server "
                "doclink-host, the template doclink-url filled in, a notes: address and an attached .ndl file, or plain text. "
                "Towards the Internet notes and ndl mean doclink-url, else doclink-host, else plain text." },
  { .key = "doclink-host", .type = IST_SETTING_STRING, .offset = FIELD (doclink_host),
    .sentence = "Domino web server for doclinks = web: a host, with a port or path if need be." },
  { .key = "doclink-url", .type = IST_SETTING_STRING, .offset = FIELD (doclink_url),
    .sentence = "Address for doclinks = redirector, in which {replica}, {view}, {note}, {hint} and {title} are "
                "filled in." },
  { .key = "doclinks-snapshot", .type = IST_SETTING_BOOL, .offset = FIELD (doclinks_snapshot), .def = "no",
    .sentence = "Put copies of the documents that a text links to below it, where a text is made of the Notes copy of a "
                "message and they are in that copy." },
  { .key = "uuencoded-parts", .type = IST_SETTING_BOOL, .offset = FIELD (uuencoded_parts), .def = "yes",
    .sentence = "Write parts in base64 whose transfer encoding is uuencode." },
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
  { .key = "converted-header", .type = IST_SETTING_BOOL, .offset = FIELD (converted_header), .def = "no",
    .sentence = "Name the transforms that changed a message in a field X-Isthmus-Converted." },
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

static void
check (const IstSettings *settings, const IstGroup *group, GPtrArray *errors)
{
  const IstConvertSettings *self = (const IstConvertSettings *) group;
  IstDocLink link = { .replica = (char *) "0123456789ABCDEF" };
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;

  if (self->doclinks == IST_DOCLINKS_WEB && self->doclink_host == NULL)
    ist_settings_complain (settings, group, "doclinks", errors, "\"web\" needs doclink-host");
  if (self->doclinks == IST_DOCLINKS_REDIRECTOR && self->doclink_url == NULL)
    ist_settings_complain (settings, group, "doclinks", errors, "\"redirector\" needs doclink-url");
  if (self->doclink_url == NULL)
    return;
  url = ist_doc_url_template (&link, self->doclink_url, &error);
  if (url == NULL)
    ist_settings_complain (settings, group, "doclink-url", errors, "%s", error->message);
}

static const IstSettingGroup convert_group = {
  .kind = "convert", .profiles = TRUE, .struct_size = sizeof (IstConvertSettings), .rows = rows,
  .check = check,
  .sentence = "Which transforms run (isthmusctl transforms describes them), and limits on what they work on. [convert NAME] is "
              "a profile for relays and rules with convert = NAME; a key that is not written in it is as in [convert].",
};

const IstSettingGroup *const ist_convert_setting_groups[] = { &convert_group, NULL };

const IstConvertSettings *
ist_convert_settings (const IstSettings *settings, const char *profile)
{
  return settings != NULL ? ist_settings_get (settings, "convert", profile) : NULL;
}
