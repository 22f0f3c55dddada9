/* A23, and reports and requests that one side would not know: read receipts, failure reports, recalls. */
#include "tests/convert/tnef-builder.h"
#include "tests/scenario/conversion.h"
#include "tests/scenario/reader.h"

#include <string.h>

#define NOTES_ID "<OF44593B19.B51EFFFF-ONC12576A1.00581EF6-C12576A1.00581EF8@acme.example>"

/* With the null sender, as reports come. */
static IstReader *
deliver_report (IstScenario *s, const char *side, const char *mail)
{
  gboolean from_domino = strcmp (side, "domino") == 0;
  IstHost *host = from_domino ? s->exchange : s->domino;
  IstReader *reader = ist_reader_deliver_to (s, side, "", from_domino ? "bob@acme.example" : "anna@acme.example", host,
                                             mail);
  const IstArrival *arrival = ist_host_arrived (host, ist_host_n_arrived (host) - 1);

  if (arrival != NULL)
    IST_ASSERT (g_str_has_prefix (arrival->mail, "<>"));
  return reader;
}

/* The fields of the machine's half stand in it. */
static void
assert_machine (IstReader *reader, const char *type, const char *const *fields)
{
  IstMimeNode *node = ist_reader_of_type (reader, type);
  g_autoptr (GBytes) bytes = node != NULL ? ist_mime_node_decode (node, 100000) : NULL;
  g_autofree char *text = bytes != NULL ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) : NULL;

  if (!IST_ASSERT (text != NULL))
    {
      ist_note ("%s", reader->raw);
      return;
    }
  for (; *fields != NULL; fields++)
    if (!ist_assert_true_impl (strstr (text, *fields) != NULL, *fields, __FILE__, __LINE__))
      ist_note ("%s", text);
}

#define REPORT(type, machine, fields, rest)                                                                            \
  "From: <postmaster@acme.example>\nTo: <somebody@acme.example>\nSubject: report\nMessage-ID: " NOTES_ID "\n"          \
  "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=" type "; boundary=r\n\n--r\n"                       \
  "Content-Type: text/plain; charset=us-ascii\n\nfor people\n--r\nContent-Type: " machine "\n\n" fields "\n" rest       \
  "--r--\n"
#define RETURNED "--r\nContent-Type: message/rfc822\n\nMessage-ID: <offer1@acme.example>\nSubject: The offer\n\nTen per cent.\n"
#define FAILED                                                                                                         \
  "Reporting-MTA: dns; hub.acme.example\nOriginal-Envelope-Id: QQ77\n\nFinal-Recipient: rfc822; x@acme.example\n"     \
  "Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 full\n"
#define DELIVERED                                                                                                      \
  "Reporting-MTA: dns; hub.acme.example\n\nFinal-Recipient: rfc822; x@acme.example\nAction: delivered\nStatus: 2.0.0\n"
#define READ                                                                                                           \
  "Reporting-UA: hub; client\nFinal-Recipient: rfc822; x@acme.example\nOriginal-Message-ID: <offer1@acme.example>\n"  \
  "Disposition: manual-action/MDN-sent-manually; displayed\n"

/* Reports in their standard form, both ways: not one byte below the header is another. */
static void
test_standard_reports (void)
{
  static const struct
  {
    const char *name, *mail;
  } rows[] = {
    { "failure", REPORT ("delivery-status", "message/delivery-status", FAILED, RETURNED) },
    { "failure, header returned",
      REPORT ("delivery-status", "message/delivery-status", FAILED,
              "--r\nContent-Type: text/rfc822-headers\n\nMessage-ID: <offer1@acme.example>\n") },
    { "success", REPORT ("delivery-status", "message/delivery-status", DELIVERED, "") },
    { "read", REPORT ("disposition-notification", "message/disposition-notification", READ, "") },
    { "read, message returned", REPORT ("disposition-notification", "message/disposition-notification", READ, RETURNED) },
  };
  static const char *const sides[] = { "domino", "exchange" };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
      {
        g_autoptr (IstReader) reader = NULL;
        g_auto (GStrv) lines = g_strsplit (strstr (rows[i / 2].mail, "\n\n--r"), "\n", -1);
        g_autofree char *want = g_strjoinv ("\r\n", lines);

        ist_row ("%s from %s", rows[i / 2].name, sides[i % 2]);
        reader = deliver_report (s, sides[i % 2], rows[i / 2].mail);
        if (!IST_ASSERT (g_str_has_suffix (reader->raw, want)))
          ist_note ("%s", reader->raw);
        IST_ASSERT (g_str_has_prefix (ist_reader_shape (reader), "multipart/report("));
      }
  ist_scenario_free (s);
}

/* Receipts that are text only: the other side counts them. */
static void
test_receipts_in_text (void)
{
  static const struct
  {
    const char *name, *side, *mail;
    const char *fields[4];
  } rows[] = {
    { "Notes", "domino",
      "From: Anna Berg <anna@acme.example>\nTo: <bob@acme.example>\nSubject: Return Receipt\nMessage-ID: " NOTES_ID "\n"
      "In-Reply-To: <offer1@acme.example>\n\nReturn Receipt\n\nYour document:   The offer\nwas received by: Anna "
      "Berg/Research/Acme\nat:              21.09.2026 10:00:00\n",
      { "Final-Recipient: rfc822; anna@acme.example", "Original-Message-ID: <offer1@acme.example>", "; displayed", NULL } },
    { "Exchange 5.5, read", "exchange",
      "From: Bob <bob@acme.example>\nTo: <anna@acme.example>\nSubject: Read: The offer\nIn-Reply-To: "
      "<offer1@acme.example>\n\nYour message\n\n  To:      Bob\n  Subject: The offer\n  Sent:    Mon, 21 Sep 2026 "
      "09:00:00\n\nwas read on Mon, 21 Sep 2026 10:00:00\n",
      { "Final-Recipient: rfc822; bob@acme.example", "Original-Message-ID: <offer1@acme.example>", "; displayed", NULL } },
    { "Exchange 5.5, not read", "exchange",
      "From: Bob <bob@acme.example>\nTo: <anna@acme.example>\nSubject: Not read: The offer\n\nYour message\n\n"
      "  Subject: The offer\n\nwas deleted without being read on Mon, 21 Sep 2026 10:00:00\n",
      { "Final-Recipient: rfc822; bob@acme.example", "; deleted", NULL } },
  };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        g_autoptr (IstReader) reader = NULL;

        ist_row ("%s", rows[i].name);
        reader = deliver_report (s, rows[i].side, rows[i].mail);
        IST_ASSERT_STR (ist_reader_shape (reader), "multipart/report(text/plain message/disposition-notification)");
        assert_machine (reader, "message/disposition-notification", rows[i].fields);
        ist_reader_shows (reader, "text/plain", "The offer");
      }
  ist_scenario_free (s);
}

static char *
tnef_report (const char *message_class)
{
  GByteArray *stream = tnef_begin (1252);
  GByteArray *properties = g_byte_array_new ();

  tnef_property (properties, 0x001A001E, message_class, strlen (message_class) + 1);
  tnef_property (properties, 0x0037001E, "Report: The offer", 18);
  tnef_property (properties, 0x0049001E, "The offer", 10);
  tnef_property (properties, 0x1042001E, "<offer1@acme.example>", 22);
  conversion_add_properties (stream, 4, properties);
  return conversion_tnef_mail ("Subject: Report: The offer\n", stream, CONVERSION_TNEF_WHOLE);
}

/* Receipts that Outlook put into winmail.dat without a word: Anna reads them in her language. */
static void
test_receipts_in_tnef (void)
{
  static const struct
  {
    const char *message_class, *language, *text;
    const char *fields[4];
  } rows[] = {
    { "REPORT.IPM.Note.IPNRN", "de", "Ihre Nachricht „The offer“ wurde von bob@acme.example gelesen.",
      { "Final-Recipient: rfc822;bob@acme.example", "Original-Message-ID: <offer1@acme.example>", "; displayed", NULL } },
    { "REPORT.IPM.Note.IPNNRN", "fr", "Votre message « The offer » a été supprimé par bob@acme.example sans avoir été lu.",
      { "Final-Recipient: rfc822;bob@acme.example", "; deleted", NULL } },
    { "IPM.Microsoft Mail.Read Receipt", "en", "Your message “The offer” was read by bob@acme.example.",
      { "; displayed", NULL } },
  };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        g_autofree char *mail = tnef_report (rows[i].message_class);
        g_autoptr (IstReader) anna = NULL;

        ist_row ("%s", rows[i].message_class);
        ist_scenario_configure (s, "[convert]\nlanguage = %s\n", rows[i].language);
        IST_ASSERT (ist_scenario_reload (s));
        anna = deliver_report (s, "exchange", mail);
        IST_ASSERT_STR (ist_reader_shape (anna), "multipart/report(text/plain message/disposition-notification)");
        assert_machine (anna, "message/disposition-notification", rows[i].fields);
        ist_reader_shows (anna, "text/plain", rows[i].text);
      }
  ist_scenario_free (s);
}

/* A failure report of a Domino that is set to German. */
static void
test_localised_failure (void)
{
  static const char mail[]
      = "From: Postmaster@acme.example\nTo: bob@acme.example\nSubject: Zustellungsfehler: Benutzer nicht gefunden\n"
        "Message-ID: " NOTES_ID "\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nIhre Nachricht\n\n"
        "  Betreff: Angebot\n\nwurde nicht zugestellt an:\n\n  anna@acme.example\n\nweil:\n\n  Benutzer Anna "
        "(anna@acme.example) ist nicht im Domino-Verzeichnis\n";
  static const char *const fields[]
      = { "Final-Recipient: rfc822; anna@acme.example", "Action: failed", "Status: 5.1.1", NULL };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    {
      g_autoptr (IstReader) bob = deliver_report (s, "domino", mail);

      IST_ASSERT_STR (ist_reader_shape (bob), "multipart/report(text/plain message/delivery-status)");
      assert_machine (bob, "message/delivery-status", fields);
      ist_reader_shows (bob, "text/plain", "wurde nicht zugestellt an:\n\n  anna@acme.example\n");
    }
  ist_scenario_free (s);
}

static char *
recall_mail (gboolean in_tnef, gboolean with_text)
{
  GByteArray *stream;
  GByteArray *properties;

  if (!in_tnef)
    return g_strdup ("From: \"Miller, Bob\" <bob@acme.example>\nTo: <anna@acme.example>\nSubject: Recall: Plan <B>\n"
                     "Thread-Topic: Plan <B>\nX-MS-Exchange-RecallReportGenerated: true\nMIME-Version: 1.0\n"
                     "Content-Type: text/plain; charset=us-ascii\n\nMiller, Bob would like to recall the message, "
                     "\"Plan <B>\".\n");
  stream = tnef_begin (1252);
  properties = g_byte_array_new ();
  tnef_property (properties, 0x001A001E, "IPM.Outlook.Recall", 19);
  tnef_property (properties, 0x0037001E, "Recall: Plan <B>", 17);
  conversion_add_properties (stream, 2, properties);
  if (with_text)
    conversion_add_text (stream, "Miller, Bob would like to recall the message, \"Plan <B>\".\r\n");
  return conversion_tnef_mail ("Subject: Recall: Plan <B>\n", stream, CONVERSION_TNEF_WHOLE);
}

/* Notes knows no recall: Anna is told what Bob wants back, once, in her language. */
static void
test_recall (void)
{
  static const struct
  {
    const char *language, *words;
  } rows[] = {
    { "en", "Miller, Bob wants to recall the message “Plan <B>”. Notes cannot do this by itself." },
    { "de", "Miller, Bob möchte die Nachricht „Plan <B>“ zurückrufen. Notes kann das nicht selbst tun." },
    { "fr", "Miller, Bob souhaite rappeler le message « Plan <B> ». Notes ne peut pas le faire" },
    { "it", "Miller, Bob desidera richiamare il messaggio “Plan <B>”. Notes non può farlo da solo." },
    { "ja", "Miller, Bob はメッセージ「Plan <B>」の取り消しを希望しています。" },
    { "pt", "Miller, Bob pretende anular o envio da mensagem “Plan <B>”." },
  };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < 3 * G_N_ELEMENTS (rows); i++)
      {
        gsize k = i / 3;
        g_autofree char *mail = recall_mail (i % 3 > 0, i % 3 == 1);
        g_autoptr (IstReader) anna = NULL;
        const char *text, *found;

        ist_row ("%s, %s", rows[k].language, i % 3 == 0 ? "plain" : i % 3 == 1 ? "TNEF" : "TNEF without a text");
        ist_scenario_configure (s, "[convert]\nlanguage = %s\n", rows[k].language);
        IST_ASSERT (ist_scenario_reload (s));
        anna = ist_reader_deliver (s, "exchange", mail);
        text = ist_reader_text (anna, "text/plain");
        found = strstr (text, rows[k].words);
        if (!IST_ASSERT (found == text))
          ist_note ("%s", text);
        IST_ASSERT (found != NULL && strstr (found + 1, rows[k].words) == NULL);
        if (i % 3 < 2)
          ist_reader_shows (anna, "text/plain", "Miller, Bob would like to recall the message, \"Plan <B>\".");
      }
  ist_scenario_free (s);
}

/* What Isthmus asks Anna to choose from, and tells her of her answer, is in her language. */
static void
test_votes (void)
{
  g_autofree char *path = ist_test_source ("tests/fixtures/transforms/exchange-tnef-decode/voting.in.eml");
  g_autofree char *mail = ist_test_read (path, NULL);
  IstScenario *s = ist_scenario_new ();

  ist_scenario_configure (s, "[convert]\nlanguage = de\n");
  if (ist_scenario_start (s))
    {
      g_autoptr (IstReader) anna = ist_reader_deliver (s, "exchange", mail);

      ist_reader_shows (anna, "text/plain", "Where?\n");
      ist_reader_shows (anna, "text/plain", "Bitte stimmen Sie ab, indem Sie eine der Antworten wählen:\n* Yes <mailto:");
      ist_reader_shows (anna, "text/plain", "* Später <mailto:carl@acme.example?subject=Sp%C3%A4ter%3A%20Lunch%3F>\n");
      ist_reader_shows (anna, "text/plain", "in der Statusanzeige von Outlook wird sie nicht gezählt.");
    }
  ist_scenario_free (s);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "A23 reports in standard form pass", test_standard_reports },
    { "A23 receipts that are text only", test_receipts_in_text },
    { "A23 receipts in winmail.dat", test_receipts_in_tnef },
    { "A23 failure reports in another language", test_localised_failure },
    { "requests to recall a message", test_recall },
    { "voting buttons", test_votes },
    { NULL },
  };

  return ist_test_main ("conversion-reports", tests);
}
