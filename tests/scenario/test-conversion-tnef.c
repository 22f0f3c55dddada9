/* MAIL-07, MAIL-08, A12, A14, A15: embedded objects, winmail.dat, the private mark, the comments of meetings. */
#include "tests/convert/cd-make.h"
#include "tests/convert/nsf-make.h"
#include "tests/convert/tnef-builder.h"
#include "tests/scenario/conversion.h"
#include "tests/scenario/reader.h"

#include <string.h>

static const char storage[] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 a worksheet";
static const char file[] = "the plan\0with a NUL";

/* ---- MAIL-07 ---- */

/* The object stands in the middle of the text. */
static void
test_object_of_outlook (void)
{
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    {
      GByteArray *stream = tnef_begin (1252);
      g_autofree char *mail = NULL;
      g_autoptr (IstReader) anna = NULL;

      conversion_add_rtf (stream, "{\\rtf1\\ansi before {\\object\\objemb\\objattph\\'20} after\\par last line\\par}");
      conversion_add_ole (stream, "Tabelle", storage, sizeof storage - 1);
      mail = conversion_tnef_mail ("Subject: object\n", stream, CONVERSION_TNEF_WHOLE);
      anna = ist_reader_deliver (s, "exchange", mail);
      ist_reader_shows (anna, "text/plain", "before ");
      ist_reader_shows (anna, "text/plain", "[Tabelle.ole]");
      ist_reader_shows (anna, "text/plain", "after\nlast line");
      ist_reader_shows (anna, "text/html", "before ");
      ist_reader_shows (anna, "text/html", "last line");
      IST_ASSERT_STR (ist_reader_files (anna), "Tabelle.ole");
      IST_ASSERT (ist_reader_holds (ist_reader_named (anna, "Tabelle.ole"), storage, sizeof storage - 1));
    }
  ist_scenario_free (s);
}

/* In Notes an object lives in the document: the reader gets its place in the text, and the document. */
static void
test_object_of_notes (void)
{
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (guint i = 0; i < 2; i++)
      {
        gboolean readable = i == 1;
        g_autoptr (NsfMake) make = nsf_make_new ("Mail");
        g_autoptr (GByteArray) cd = g_byte_array_new ();
        g_autoptr (GBytes) memo = NULL;
        g_autofree char *mail = NULL;
        g_autoptr (IstReader) bob = NULL;
        const char *data;
        gsize size;

        cd_make (cd, "B129;W133 b1 b0 b0 b10 sbefore_;W167 w2 d0 w1 w4 w8 w0 sEXT1 sExcel.Sh;"
                     "W133 b1 b0 b0 b10 s_after");
        nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
        nsf_make_text (make, "Form", "Memo");
        nsf_make_text (make, "Subject", "object");
        nsf_make_item (make, "Body", 0x0001, 0, cd->data, cd->len);
        memo = nsf_make_finish (make);
        data = g_bytes_get_data (memo, &size);
        mail = conversion_memo_mail ("Subject: object\n", memo,
                                     readable ? "--b\nContent-Type: text/plain\n\nbefore  after\n" : "");
        ist_row ("%s", readable ? "with a readable text" : "the copy alone");
        bob = ist_reader_deliver (s, "domino", mail);
        ist_reader_shows (bob, "text/plain", "before ");
        ist_reader_shows (bob, "text/plain", " after");
        if (!readable)
          ist_reader_shows (bob, "text/html", "Excel.Sh");
        IST_ASSERT (ist_reader_holds (ist_reader_named (bob, "message.nsf"), data, size));
      }
  ist_scenario_free (s);
}

/* ---- MAIL-08, A15 ---- */

static GByteArray *
whole_stream (void)
{
  GByteArray *stream = tnef_begin (1252);
  GByteArray *inner = tnef_begin (1252);

  tnef_attribute (stream, 1, 0x00018004, "Plan", 5);
  conversion_add_text (stream, CONVERSION_TNEF_TEXT "\r\n");
  conversion_add_file (stream, "Plan f\xFCr Q3.txt", file, sizeof file - 1);
  tnef_attribute (inner, 1, 0x00018004, "Older plan", 11);
  conversion_add_text (inner, "Last year's.");
  conversion_add_file (inner, "old.txt", "old", 3);
  conversion_add_message (stream, inner);
  return stream;
}

static gboolean
is_foreign (gpointer user, IstMimeNode *node)
{
  static const char *const names[] = { "winmail.dat", "c.dtf" };
  const char **found = user;

  if (strstr (node->type, "tnef") != NULL)
    *found = node->type;
  for (gsize i = 0; node->name != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (node->name, names[i]) == 0 || g_str_has_suffix (node->name, ".unk"))
      *found = node->name;
  return *found == NULL;
}

/* What Anna must see, wherever the stream stood; nothing that only Outlook opens. */
static void
assert_plan (IstReader *anna, ConversionTnefPlace place)
{
  const char *foreign = NULL;
  g_autofree char *lower = g_ascii_strdown (anna->raw, -1);

  ist_mime_node_visit (anna->root, is_foreign, &foreign);
  IST_ASSERT_STR (foreign, NULL);
  IST_ASSERT (strstr (lower, "winmail.dat") == NULL && strstr (lower, "ms-tnef") == NULL);
  if (place == CONVERSION_TNEF_ATTACHED)
    ist_reader_shows (anna, "text/plain", "forwarded");
  else
    ist_reader_shows (anna, "text/plain", CONVERSION_TNEF_TEXT);
  IST_ASSERT (strstr (anna->raw, CONVERSION_TNEF_TEXT) != NULL);
  IST_ASSERT (ist_reader_holds (ist_reader_named (anna, "Plan für Q3.txt"), file, sizeof file - 1));
  IST_ASSERT (ist_reader_holds (ist_reader_named (anna, "old.txt"), "old", 3));
  IST_ASSERT (strstr (anna->raw, "Subject: Older plan") != NULL);
  IST_ASSERT (strstr (anna->raw, "Last year's.") != NULL);
  if (place != CONVERSION_TNEF_ATTACHED)
    IST_ASSERT_STR (ist_reader_files (anna), "Plan für Q3.txt | Older plan.eml");
}

static void
test_winmail_places (void)
{
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (int place = 0; place < CONVERSION_N_TNEF; place++)
      {
        g_autofree char *mail
            = conversion_tnef_mail ("Subject: Plan\n", whole_stream (), (ConversionTnefPlace) place);
        g_autoptr (IstReader) anna = NULL;

        ist_row ("%s", conversion_tnef_place_name ((ConversionTnefPlace) place));
        anna = ist_reader_deliver (s, "exchange", mail);
        assert_plan (anna, (ConversionTnefPlace) place);
      }
  ist_scenario_free (s);
}

/* Outlook reads its own: towards it the stream is not touched, whoever sent it. */
static void
test_winmail_to_outlook (void)
{
  g_autoptr (GByteArray) stream = whole_stream ();
  g_autofree char *mail = NULL;
  IstScenario *s = ist_scenario_new ();

  mail = conversion_tnef_mail ("Subject: Plan\n", g_byte_array_ref (stream), CONVERSION_TNEF_MIXED);
  if (ist_scenario_start (s))
    {
      g_autoptr (IstReader) bob = ist_reader_deliver (s, "domino", mail);

      IST_ASSERT_STR (ist_reader_files (bob), "winmail.dat");
      IST_ASSERT (ist_reader_holds (ist_reader_named (bob, "winmail.dat"), stream->data, stream->len));
    }
  ist_scenario_free (s);
}

/* Exchange has three switches for TNEF; no one needs to know them: it is decoded whoever sends it, for a Notes user from
 * outside too, and for people on the Internet. */
static void
test_winmail_senders (void)
{
  static const struct
  {
    const char *name, *side, *from, *to;
  } rows[] = {
    { "Exchange to Notes", "exchange", "bob@acme.example", "anna@acme.example" },
    { "Internet to Notes", "internet", "friend@far.example", "anna@acme.example" },
    { "Exchange to the Internet", "exchange", "bob@acme.example", "friend@far.example" },
  };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (rows) * CONVERSION_N_TNEF; i++)
      {
        gsize k = i / CONVERSION_N_TNEF;
        ConversionTnefPlace place = (ConversionTnefPlace) (i % CONVERSION_N_TNEF);
        g_autofree char *mail = conversion_tnef_mail ("Subject: Plan\n", whole_stream (), place);
        g_autoptr (IstReader) reader = NULL;

        ist_row ("%s, %s", rows[k].name, conversion_tnef_place_name (place));
        reader = ist_reader_deliver_to (s, rows[k].side, rows[k].from, rows[k].to,
                                        k == 2 ? s->internet : s->domino, mail);
        assert_plan (reader, place);
      }
  ist_scenario_free (s);
}

/* Real ones. */
static void
test_winmail_corpus (void)
{
  g_autofree char *folder = ist_test_corpus ("corpus/tnef");
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  IstScenario *s;
  const char *name;
  guint n = 0;

  if (dir == NULL)
    {
      ist_skip ("the collection of real messages is not there");
      return;
    }
  s = ist_scenario_new ();
  if (ist_scenario_start (s))
    while ((name = g_dir_read_name (dir)) != NULL)
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);
        g_autofree char *mail = NULL;
        g_autoptr (IstReader) anna = NULL;
        const char *foreign = NULL;

        if (!g_str_has_suffix (name, ".eml"))
          continue;
        ist_row ("%s", name);
        mail = ist_test_read (path, NULL);
        anna = ist_reader_deliver (s, "exchange", mail);
        ist_mime_node_visit (anna->root, is_foreign, &foreign);
        IST_ASSERT_STR (foreign, NULL);
        n++;
      }
  IST_ASSERT (n >= 10);
  ist_scenario_free (s);
}

/* ---- A12 ---- */

static void
test_private_mail (void)
{
  static const struct
  {
    const char *side, *sent, *want;
  } rows[] = {
    { "domino", "X-Notes-Item: 1; type=400; flags=0; name=$KeepPrivate\n", "Private" },
    { "domino", "X-Notes-Item: 1; type=400; flags=0; name=Sensitivity\n", "Private" },
    { "domino", "X-Notes-Item: 1; type=400; flags=0; name=OrgConfidential\n", "Private" },
    { "domino", "Sensitivity: Private\n", "Private" },
    { "domino", "Sensitivity: Confidential\n", "Company-Confidential" },
    { "domino", "Sensitivity:\n", "" },
    { "domino", "", "" },
    { "exchange", "Sensitivity: private\n", "private" },
    { "exchange", "Sensitivity: Personal\n", "Private" },
    { "exchange", "Sensitivity: Company-Confidential\n", "Private" },
    { "exchange", "", "" },
  };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        g_autofree char *mail
            = g_strconcat ("From: <somebody@acme.example>\nSubject: secret\n", rows[i].sent, "\nhello\n", NULL);
        g_autoptr (IstReader) reader = NULL;

        ist_row ("%s: %s", rows[i].side, rows[i].sent);
        reader = ist_reader_deliver (s, rows[i].side, mail);
        IST_ASSERT_STR (ist_reader_field (reader, "Sensitivity"), rows[i].want);
        IST_ASSERT_STR (ist_reader_text (reader, "text/plain"), "hello\n");
      }
  ist_scenario_free (s);
}

#define ICS(method, rest)                                                                                              \
  "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:" method "\r\nBEGIN:VEVENT\r\nUID:1@acme.example\r\n"                      \
  "DTSTART:20260309T090000Z\r\nSUMMARY:Plan\r\n" rest "END:VEVENT\r\nEND:VCALENDAR\r\n"

/* An invitation as text/calendar keeps its CLASS; the calendar program of either side reads it. */
static void
test_private_calendar (void)
{
  static const char *const classes[] = { "PUBLIC", "PRIVATE", "CONFIDENTIAL" };
  static const char *const sides[] = { "domino", "exchange" };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < 2 * G_N_ELEMENTS (classes); i++)
      {
        g_autofree char *ics = g_strdup_printf (ICS ("REQUEST", "CLASS:%s\r\n"), classes[i / 2]);
        g_autofree char *mail = g_strconcat ("From: <somebody@acme.example>\nSubject: Plan\nMIME-Version: 1.0\n"
                                             "Content-Type: text/calendar; charset=utf-8; method=REQUEST\n\n",
                                             ics, NULL);
        g_autoptr (IstReader) reader = NULL;

        ist_row ("%s from %s", classes[i / 2], sides[i % 2]);
        reader = ist_reader_deliver (s, sides[i % 2], mail);
        IST_ASSERT (ist_reader_holds (ist_reader_of_type (reader, "text/calendar"), ics, strlen (ics)));
      }
  ist_scenario_free (s);
}

/* A private meeting of Outlook in TNEF: private for Anna's calendar and in her inbox. */
static void
test_private_tnef (void)
{
  static const struct
  {
    guint32 sensitivity;
    const char *sent, *class, *field;
  } rows[] = {
    { 0, "", "CLASS:PUBLIC\n", "" },
    { 1, "", "CLASS:PRIVATE\n", "Private" },
    { 2, "", "CLASS:PRIVATE\n", "Private" },
    { 3, "", "CLASS:CONFIDENTIAL\n", "Private" },
    { 2, "Sensitivity: private\n", "CLASS:PRIVATE\n", "private" },
    { 77, "", NULL, "" },
  };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        GByteArray *stream = tnef_begin (1252);
        g_autofree char *head = g_strconcat ("Subject: Plan\n", rows[i].sent, NULL);
        g_autofree char *mail = NULL;
        g_autoptr (IstReader) anna = NULL;

        ist_row ("%u %s", rows[i].sensitivity, rows[i].sent);
        conversion_add_meeting (stream, "IPM.Schedule.Meeting.Request", rows[i].sensitivity);
        mail = conversion_tnef_mail (head, stream, CONVERSION_TNEF_MIXED);
        anna = ist_reader_deliver (s, "exchange", mail);
        ist_reader_shows (anna, "text/calendar", "SUMMARY:Plan\n");
        if (rows[i].class != NULL)
          ist_reader_shows (anna, "text/calendar", rows[i].class);
        else
          IST_ASSERT (strstr (ist_reader_text (anna, "text/calendar"), "CLASS") == NULL);
        IST_ASSERT_STR (ist_reader_field (anna, "Sensitivity"), rows[i].field);
      }
  ist_scenario_free (s);
}

/* ---- A14 ---- */

/* Notes sends the comment of a cancellation beside the text of the meeting. Conversion changes neither, nor the plain
 * text; that Outlook shows COMMENT for answers only ([MS-OXCICAL] 2.1.3.1.1.20.5) is for the calendar to cure. */
static void
test_comments (void)
{
  static const char *const methods[] = { "REQUEST", "CANCEL", "REPLY", "COUNTER" };
  static const char *const sides[] = { "domino", "exchange" };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < 2 * G_N_ELEMENTS (methods); i++)
      {
        g_autofree char *ics
            = g_strdup_printf (ICS ("%s", "COMMENT:Der Raum ist belegt\\, leider\r\n"
                                          "DESCRIPTION:Tagesordnung:\\n1. Umsatz\\n2. Pläne\r\n"), methods[i / 2]);
        g_autofree char *mail = g_strdup_printf (
            "From: <somebody@acme.example>\nSubject: Plan\nMIME-Version: 1.0\n"
            "Content-Type: multipart/alternative; boundary=\"=_alternative 1_=\"\n\n--=_alternative 1_=\n"
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nDer Raum ist belegt, leider\n"
            "--=_alternative 1_=\nContent-Type: text/calendar; charset=\"utf-8\"; method=%s\n"
            "Content-Transfer-Encoding: 8bit\n\n%s\n--=_alternative 1_=--\n", methods[i / 2], ics);
        g_autoptr (IstReader) reader = NULL;

        ist_row ("%s from %s", methods[i / 2], sides[i % 2]);
        reader = ist_reader_deliver (s, sides[i % 2], mail);
        ist_reader_shows (reader, "text/plain", "Der Raum ist belegt, leider");
        IST_ASSERT (ist_reader_holds (ist_reader_of_type (reader, "text/calendar"), ics, strlen (ics)));
      }
  ist_scenario_free (s);
}

/* In TNEF the text of the meeting, or the comment of an answer, is the body of the message: it comes as text and in the
 * calendar part. */
static void
test_comments_in_tnef (void)
{
  static const struct
  {
    const char *message_class, *want;
  } rows[] = {
    { "IPM.Schedule.Meeting.Request", "DESCRIPTION:Agenda:\\n1. Sales\\, 2. Plans\n" },
    { "IPM.Schedule.Meeting.Canceled", "DESCRIPTION:Agenda:\\n1. Sales\\, 2. Plans\n" },
    { "IPM.Schedule.Meeting.Resp.Neg", "COMMENT:Agenda:\\n1. Sales\\, 2. Plans\n" },
    { "IPM.Schedule.Meeting.Resp.Tent", "COMMENT:Agenda:\\n1. Sales\\, 2. Plans\n" },
  };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        GByteArray *stream = tnef_begin (1252);
        g_autofree char *mail = NULL;
        g_autoptr (IstReader) anna = NULL;

        ist_row ("%s", rows[i].message_class);
        conversion_add_meeting (stream, rows[i].message_class, 0);
        conversion_add_text (stream, "Agenda:\r\n1. Sales, 2. Plans\r\n");
        mail = conversion_tnef_mail ("Subject: Plan\n", stream, CONVERSION_TNEF_WHOLE);
        anna = ist_reader_deliver (s, "exchange", mail);
        ist_reader_shows (anna, "text/plain", "Agenda:\n1. Sales, 2. Plans\n");
        ist_reader_shows (anna, "text/calendar", rows[i].want);
      }
  ist_scenario_free (s);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "MAIL-07 an object in Outlook's rich text", test_object_of_outlook },
    { "MAIL-07 an object in a memo", test_object_of_notes },
    { "MAIL-08 winmail.dat in every place", test_winmail_places },
    { "MAIL-08 winmail.dat for Outlook stays", test_winmail_to_outlook },
    { "MAIL-08 real winmail.dat", test_winmail_corpus },
    { "A12 private mail", test_private_mail },
    { "A12 private meetings in text/calendar", test_private_calendar },
    { "A12 private meetings in winmail.dat", test_private_tnef },
    { "A14 comments beside the text of the meeting", test_comments },
    { "A14 comments of meetings in winmail.dat", test_comments_in_tnef },
    { "A15 winmail.dat is decoded whoever sends it", test_winmail_senders },
    { NULL },
  };

  return ist_test_main ("conversion-tnef", tests);
}
