/*
 * tests/convert/test-tnef-items.c - what else TNEF says in properties: tasks, contacts, votes.
 */
#include "convert/catalog.h"
#include "tests/convert/tnef-maker.h"

static const char *
german (gpointer user)
{
  (void) user;
  return "de";
}

static void
test_tasks (void)
{
  static const guint8 half[8] = { 0, 0, 0, 0, 0, 0, 0xE0, 0x3F };
  Maker m = maker_begin ("IPM.Task");
  g_autoptr (GByteArray) recur = recur_begin (0x200A, 0, 1440, NULL, 0, 0x2022, 5);
  g_autofree char *got = NULL;

  tnef_u32 (recur, 0);
  tnef_u32 (recur, 0);
  tnef_u32 (recur, minutes_of (unix_of (2027, 3, 1, 0, 0)));
  tnef_u32 (recur, minutes_of (unix_of (2027, 3, 5, 0, 0)));
  text (&m, 0x0037, "Paint the fence");
  text (&m, 0x1000, "green");
  named_time (&m, ist_mapi_set_task, 0x8104, unix_of (2027, 3, 1, 0, 0));
  named_time (&m, ist_mapi_set_task, 0x8105, unix_of (2027, 3, 2, 0, 0));
  named_long (&m, ist_mapi_set_task, 0x8101, 1);
  tnef_name (m.props, 0x0005, ist_mapi_set_task, 0x8102);
  g_byte_array_append (m.props, half, 8);
  m.n_props++;
  named_bytes (&m, ist_mapi_set_task, 0x8116, recur);
  named_bool (&m, ist_mapi_set_common, 0x8503);
  named_time (&m, ist_mapi_set_common, 0x8560, unix_of (2027, 3, 1, 7, 0));
  got = part_of (maker_end (&m), "text/calendar", NULL);
  check_lines (got, "METHOD:PUBLISH\nBEGIN:VTODO\nDTSTART;VALUE=DATE:20270301\nDUE;VALUE=DATE:20270302\n"
                    "SUMMARY:Paint the fence\nDESCRIPTION:green\nSTATUS:IN-PROCESS\nPERCENT-COMPLETE:50\n"
                    "RRULE:FREQ=DAILY;COUNT=5\nBEGIN:VALARM\nTRIGGER;VALUE=DATE-TIME:20270301T070000Z\nEND:VTODO\n");
}

/* What is one-off: flags, provider, version, flags, name, type, address. */
static GByteArray *
member (const char *name, const char *address)
{
  GByteArray *out = g_byte_array_new ();

  tnef_u32 (out, 0);
  g_byte_array_append (out, (const guint8 *) "\x81\x2B\x1F\xA4\xBE\xA3\x10\x19\x9D\x6E\0\xDD\1\x0F\x54\2\0\0\1\0", 20);
  g_byte_array_append (out, (const guint8 *) name, (guint) strlen (name) + 1);
  g_byte_array_append (out, (const guint8 *) "SMTP", 5);
  g_byte_array_append (out, (const guint8 *) address, (guint) strlen (address) + 1);
  return out;
}

static void
test_contacts (void)
{
  Maker m = maker_begin ("IPM.Contact");
  g_autoptr (GByteArray) one = member ("Dora", "dora@n.example");
  g_autofree char *got = NULL, *list = NULL;

  text (&m, 0x0037, "Dora Dahl");
  text (&m, 0x3A06, "Dora");
  text (&m, 0x3A11, "Dahl");
  text (&m, 0x3A16, "Example; Ltd");
  text (&m, 0x3A18, "Paint");
  text (&m, 0x3A17, "Painter");
  text (&m, 0x3A08, "+1 1");
  text (&m, 0x3A1C, "+1 2");
  text (&m, 0x3A25, "+1 3");
  text (&m, 0x3A51, "http://x.example/");
  text (&m, 0x1000, "Note\n2");
  named_text (&m, ist_mapi_set_address, 0x8083, "dora@n.example");
  named_text (&m, ist_mapi_set_address, 0x8093, "/O=X/CN=DORA");
  named_text (&m, ist_mapi_set_address, 0x8094, "dora@home.example");
  named_text (&m, ist_mapi_set_address, 0x8045, "High St 1");
  named_text (&m, ist_mapi_set_address, 0x8046, "Town");
  text (&m, 0x3A59, "Village");
  tnef_u32 (m.props, 0x3A420040);
  tnef_filetime (m.props, unix_of (1960, 2, 29, 0, 0));
  m.n_props++;
  got = part_of (maker_end (&m), "text/vcard", NULL);
  check_lines (got, "VERSION:3.0\nN:Dahl;Dora;;;\nFN:Dora Dahl\nORG:Example\\; Ltd;Paint\nTITLE:Painter\n"
                    "TEL;TYPE=WORK,VOICE:+1 1\nTEL;TYPE=CELL:+1 2\nTEL;TYPE=HOME,FAX:+1 3\nURL;TYPE=WORK:http://x.example/\n"
                    "EMAIL;TYPE=INTERNET,PREF:dora@n.example\nEMAIL;TYPE=INTERNET:dora@home.example\n"
                    "ADR;TYPE=WORK:;;High St 1;Town;;;\nADR;TYPE=HOME:;;;Village;;;\nBDAY:1960-02-29\nNOTE:Note\\n2\nEND:VCARD\n");
  m = maker_begin ("IPM.DistList");
  tnef_name (m.props, 0x1102, ist_mapi_set_address, 0x8054);
  tnef_u32 (m.props, 1);
  tnef_u32 (m.props, one->len);
  g_byte_array_append (m.props, one->data, one->len);
  g_byte_array_append (m.props, (const guint8 *) "\0\0\0", (4 - one->len % 4) % 4);
  m.n_props++;
  list = part_of (maker_end (&m), "text/vcard", NULL);
  check_lines (list, "FN:Dora\nEMAIL;TYPE=INTERNET:dora@n.example\nEND:VCARD\n");
}

static void
verb (GByteArray *out, guint32 type, const char *name)
{
  guint8 n = (guint8) strlen (name);

  tnef_u32 (out, type);
  g_byte_array_append (out, &n, 1);
  g_byte_array_append (out, (const guint8 *) name, n);
  g_byte_array_append (out, (const guint8 *) "\x8IPM.Note\0", 10);
  g_byte_array_append (out, &n, 1);
  g_byte_array_append (out, (const guint8 *) name, n);
  g_byte_array_set_size (out, out->len + 29);
}

static void
wide_verb (GByteArray *out, const char *utf16, guint8 n)
{
  for (guint twice = 0; twice < 2; twice++)
    {
      g_byte_array_append (out, &n, 1);
      g_byte_array_append (out, (const guint8 *) utf16, n * 2u);
    }
}

/* Outlook lists its own buttons too, Reply before all; the wide names go on counting them. */
static void
test_votes (void)
{
  IstConvertContext context = { .from = IST_SIDE_EXCHANGE, .to = IST_SIDE_DOMINO, .language = german };
  Maker m = maker_begin ("IPM.Note");
  g_autoptr (GByteArray) verbs = g_byte_array_new ();
  g_autoptr (IstMessage) message = NULL;
  Wanted plain = { "text/plain", NULL }, html = { "text/html", NULL };

  g_byte_array_append (verbs, (const guint8 *) "\2\1", 2);
  tnef_u32 (verbs, 3);
  verb (verbs, 102, "Reply");
  verb (verbs, 4, "?");
  verb (verbs, 4, "Nein");
  g_byte_array_append (verbs, (const guint8 *) "\4\1", 2);
  wide_verb (verbs, "R\0", 1);
  wide_verb (verbs, "J\0\xE4\0", 2);
  wide_verb (verbs, "N\0", 1);
  text (&m, 0x0037, "Cake?");
  text (&m, 0x1000, "Which?");
  tnef_property (m.props, 0x10130102, "<p>Which?</p>", 13);
  m.n_props++;
  named_bytes (&m, ist_mapi_set_common, 0x8520, verbs);
  message = convert (maker_end (&m), &context, NULL);
  ist_mime_node_visit (ist_mime_tree (message), look, &plain);
  ist_mime_node_visit (ist_mime_tree (message), look, &html);
  if (IST_ASSERT (plain.text != NULL && html.text != NULL))
    {
      IST_ASSERT (strstr (plain.text, ist_catalog_raw ("de", IST_TEXT_VOTE_CHOICES)) != NULL);
      IST_ASSERT (strstr (plain.text, ist_catalog_raw ("de", IST_TEXT_VOTE_NOT_COUNTED)) != NULL);
      IST_ASSERT (strstr (plain.text, "* Jä <mailto:anna@x.example?subject=J%C3%A4%3A%20Cake%3F>\n* N <") != NULL);
      IST_ASSERT (strstr (html.text, "<li><a href=\"mailto:anna@x.example?subject=J%C3%A4%3A%20Cake%3F\">Jä</a></li>")
                  != NULL);
      IST_ASSERT (strstr (plain.text, "* R ") == NULL);
    }
  g_free (plain.text);
  g_free (html.text);
}

int
main (void)
{
  static const IstTest tests[]
      = { { "tasks", test_tasks }, { "contacts", test_contacts }, { "votes", test_votes }, { NULL, NULL } };

  return ist_test_main ("tnef-items", tests);
}
