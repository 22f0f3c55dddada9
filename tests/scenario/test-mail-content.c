/* MAIL-02, -05, -06, -11, -12, -17: what is in a message arrives as it was. */
#include "tests/scenario/scenario.h"

#include <string.h>

/* What arrived below the fields that we put on top must end with `text` (LF line ends here). */
static void
assert_same (const IstArrival *arrival, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *wanted = g_strjoinv ("\r\n", lines);

  if (!IST_ASSERT (arrival != NULL) || IST_ASSERT (g_str_has_suffix (arrival->text->str, wanted)))
    return;
  ist_note ("arrived: %s", arrival->text->str);
}

static void
assert_accepted (const char *reply)
{
  if (!IST_ASSERT (g_str_has_prefix (reply, "250 ")))
    ist_note ("reply: %s", reply);
}

/* ---- MAIL-02 ---- */

static const char links[]
    = "<html><body><a href=\"https://intranet.acme.example/a?b=1&c=2#d\">offer</a> "
      "<a href=\"Notes://Server1/C1256C30003D2A5B/0/A1B2\">document</a> "
      "<a href=\"mailto:anna@acme.example?subject=Hi\">Anna</a> "
      "<a href=\"file://srv/share/x%20y.doc\">file</a> https://plain.example/</body></html>\n";

static void
test_mail_02 (void)
{
  IstScenario *s = ist_scenario_new ();
  g_autofree char *text = g_strconcat (
      "From: Anna Berg/Research/Acme@ACME\nTo: bob@acme.example\nSubject: Links\nMIME-Version: 1.0\n"
      "Content-Type: multipart/mixed; boundary=\"=_b\"\n\n--=_b\nContent-Type: text/html\n\n", links,
      "\n--=_b\nContent-Type: application/x-lotus-encapsulated\n"
      "Content-Transfer-Encoding: base64\n\nGgAABAAA\n\n--=_b--\n", NULL);
  guint n;
  const IstArrival *a;

  if (ist_scenario_start (s))
    {
      assert_accepted (ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", text));
      assert_accepted (ist_scenario_send (s, "exchange", "bob@acme.example", "anna@acme.example", text));
      ist_scenario_settle (s);
      for (gsize i = 0; i < 2; i++)
        {
          ist_row ("%s", i == 0 ? "to Exchange" : "to Domino");
          a = ist_host_arrived_for (i == 0 ? s->exchange : s->domino,
                                    i == 0 ? "bob@acme.example" : "anna@acme.example", &n);
          if (IST_ASSERT_INT (n, 1))
            {
              g_auto (GStrv) parts = g_strsplit (a->text->str, "\r\n\r\n", 4);

              IST_ASSERT (g_str_has_prefix (parts[2], "<html>")
                          && strncmp (parts[2], links, strlen (links) - 1) == 0);
            }
        }
      IST_ASSERT_INT (ist_scenario_count (s, "converted", "transform", "notes-encap-strip", NULL), 1);
    }
  ist_scenario_free (s);
}

/* ---- MAIL-05 ---- */

static void
test_mail_05 (void)
{
  static const char text[]
      = "From: <anna@acme.example>\nTo: <bob@acme.example>\nSubject: Two of a name\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nsee both\n"
        "--x\nContent-Type: application/octet-stream; name=plan.doc\n"
        "Content-Disposition: attachment; filename=plan.doc\nContent-Transfer-Encoding: base64\n\n"
        "b25l\n--x\nContent-Type: application/octet-stream; name=plan.doc\n"
        "Content-Disposition: attachment; filename=plan.doc\nContent-Transfer-Encoding: base64\n\n"
        "dHdv\n--x--\n";
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    {
      assert_accepted (ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", text));
      assert_accepted (ist_scenario_send (s, "exchange", "bob@acme.example", "anna@acme.example", text));
      ist_scenario_settle (s);
      assert_same (ist_host_arrived (s->exchange, 0), text);
      assert_same (ist_host_arrived (s->domino, 0), text);
    }
  ist_scenario_free (s);
}

/* ---- MAIL-06 ---- */

/* A message inside a message, `depth` times; each level has a text and an attachment beside it. */
static char *
nested (guint depth)
{
  GString *out = g_string_new ("From: <anna@acme.example>\nTo: <bob@acme.example>\nMIME-Version: 1.0\n");

  for (guint i = 1; i <= depth; i++)
    g_string_append_printf (out,
                            "Subject: level %u\nContent-Type: multipart/mixed; boundary=b%u\n\n--b%u\n"
                            "Content-Type: text/plain\n\ntext %u\n--b%u\n"
                            "Content-Type: application/x-lotus-encapsulated; name=l%u.ond\n\nODS\n--b%u\n"
                            "Content-Type: message/rfc822\n\nMIME-Version: 1.0\n",
                            i, i, i, i, i, i, i);
  g_string_append (out, "Subject: innermost\nContent-Type: text/plain\n\nthe core\n");
  for (guint i = depth; i > 0; i--)
    g_string_append_printf (out, "\n--b%u--\n", i);
  return g_string_free (out, FALSE);
}

/* The message in the message that is attached deeper than max-depth, or the innermost: from its subject to the delimiter
 * behind it. It arrives as it was. */
static char *
untouched_core (const char *text, guint depth)
{
  const char *from = strstr (text, depth > 11 ? "Subject: level 12\n" : "Subject: innermost\n");
  g_autofree char *close = g_strdup_printf ("\n--b%u--", MIN (depth, 11));
  g_autofree char *core = g_strndup (from, (gsize) (strstr (from, close) - from));
  g_auto (GStrv) lines = g_strsplit (core, "\n", -1);

  return g_strjoinv ("\r\n", lines);
}

static void
assert_converted (const IstArrival *arrival, const char *text, guint depth)
{
  g_autofree char *core = untouched_core (text, depth);

  if (!IST_ASSERT (arrival != NULL))
    return;
  IST_ASSERT (strstr (arrival->text->str, core) != NULL);
  for (guint i = 1; i <= depth; i++)
    {
      g_autofree char *copy = g_strdup_printf ("l%u.ond", i);
      g_autofree char *body = g_strdup_printf ("\r\ntext %u\r\n", i);

      IST_ASSERT_INT (strstr (arrival->text->str, copy) != NULL, i > 11);
      IST_ASSERT (strstr (arrival->text->str, body) != NULL);
    }
}

/* The copies in Notes form go, from the message and from those attached to it down to max-depth (10); all else stays.
 * What is nested deeper than Isthmus reads (64 levels, base/mime.c) is one part without inner structure and passes. */
static void
test_mail_06 (void)
{
  static const guint depths[] = { 1, 2, 5, 10, 20, 25, 200, 2000 };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (depths); i++)
      {
        g_autofree char *text = nested (depths[i]);

        ist_row ("depth %u", depths[i]);
        assert_accepted (
            ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", text));
        assert_accepted (
            ist_scenario_send (s, "exchange", "bob@acme.example", "anna@acme.example", text));
        ist_scenario_settle (s);
        assert_converted (ist_host_arrived (s->exchange, (guint) i), text, depths[i]);
        assert_same (ist_host_arrived (s->domino, (guint) i), text);
      }
  ist_scenario_free (s);
}

/* ---- MAIL-11 ---- */

/* Each side gets what it reads (docs/transforms.md, "notes-priority", "receipts", "header-hygiene"). */
static void
test_mail_11_fields (void)
{
  static const char to_exchange[]
      = "From: <anna@acme.example>\nTo: <bob@acme.example>\nSubject: Important\nImportance: high\n"
        "X-Priority: 1\nPriority: urgent\nSensitivity: Company-Confidential\n"
        "X-Notes-Item: H; name=DeliveryPriority\n"
        "Disposition-Notification-To: <anna@acme.example>\nX-Message-Flag: Follow up\n\nread me\n";
  static const char to_domino[]
      = "From: <anna@acme.example>\nTo: <bob@acme.example>\nSubject: Important\nImportance: high\n"
        "X-Priority: 1\nPriority: urgent\nSensitivity: Private\nReturn-Receipt-To: <anna@acme.example>\n"
        "Disposition-Notification-To: <anna@acme.example>\nX-Message-Flag: Follow up\n\nread me\n";
  static const char text[]
      = "From: <anna@acme.example>\nTo: <bob@acme.example>\nSubject: Important\nImportance: high\n"
        "X-Priority: 1\nPriority: urgent\nSensitivity: Company-Confidential\n"
        "X-Notes-Item: H; name=DeliveryPriority\nReturn-Receipt-To: <anna@acme.example>\n"
        "Disposition-Notification-To: <anna@acme.example>\nX-Message-Flag: Follow up\n\nread me\n";
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    {
      assert_accepted (ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", text));
      assert_accepted (ist_scenario_send (s, "exchange", "bob@acme.example", "anna@acme.example", text));
      ist_scenario_settle (s);
      assert_same (ist_host_arrived (s->exchange, 0), to_exchange);
      assert_same (ist_host_arrived (s->domino, 0), to_domino);
    }
  ist_scenario_free (s);
}

/* One message of low priority among two hundred of high, over one connection: it is not the last. */
static void
test_mail_11_low_priority (void)
{
  IstScenario *s = ist_scenario_new ();
  guint place = G_MAXUINT;

  ist_scenario_configure (s, "[relay exchange]\nhold = yes\nmax-connections = 1\n"
                             "[rule high]\nheader = Importance: high\naction = convert-mode\n"
                             "priority = high\n[rule low]\nheader = Importance: low\n"
                             "action = convert-mode\npriority = low\n");
  if (ist_scenario_start (s))
    {
      for (guint i = 0; i < 200; i++)
        ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example",
                           "From: <anna@acme.example>\nImportance: high\nSubject: now\n\n!\n");
      ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example",
                         "From: <anna@acme.example>\nImportance: low\nSubject: some day\n\n.\n");
      ist_scenario_configure (s, "[relay exchange]\nhold = no\n");
      ist_scenario_reload (s);
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 201);
      for (guint i = 0; i < ist_host_n_arrived (s->exchange); i++)
        if (strstr (ist_host_arrived (s->exchange, i)->text->str, "some day") != NULL)
          place = i;
      IST_ASSERT (place < 50);
    }
  ist_scenario_free (s);
}

/* ---- MAIL-12 ---- */

static const char report[]
    = "From: <postmaster@acme.example>\nTo: <anna@acme.example>\nSubject: Undeliverable\n"
      "Message-ID: <ndr1@ex.acme.example>\nIn-Reply-To: <offer1@acme.example>\n"
      "References: <offer1@acme.example>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n"
      "Content-Type: text/plain\n\nIt failed.\n--r\nContent-Type: message/delivery-status\n\n"
      "Reporting-MTA: dns; ex.acme.example\nOriginal-Envelope-Id: QQ77\n\n"
      "Original-Recipient: rfc822;bob@acme.example\nFinal-Recipient: rfc822;bob@acme.example\n"
      "Action: failed\nStatus: 5.2.2\n\n--r\nContent-Type: message/rfc822\n\n"
      "Message-ID: <offer1@acme.example>\nSubject: The offer\n\nTen per cent.\n--r--\n";

static const char receipt[]
    = "From: <bob@acme.example>\nTo: <anna@acme.example>\nSubject: Read: The offer\n"
      "Message-ID: <mdn1@ex.acme.example>\nIn-Reply-To: <offer1@acme.example>\nMIME-Version: 1.0\n"
      "Content-Type: multipart/report; report-type=disposition-notification; boundary=r\n\n--r\n"
      "Content-Type: text/plain\n\nIt was read.\n--r\n"
      "Content-Type: message/disposition-notification\n\n"
      "Final-Recipient: rfc822;bob@acme.example\nOriginal-Message-ID: <offer1@acme.example>\n"
      "Disposition: manual-action/MDN-sent-manually; displayed\n\n--r--\n";

static void
test_mail_12 (void)
{
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    {
      assert_accepted (ist_scenario_send (s, "exchange", "", "anna@acme.example", report));
      assert_accepted (ist_scenario_send (s, "exchange", "", "anna@acme.example", receipt));
      assert_accepted (ist_scenario_send (s, "domino", "", "bob@acme.example", report));
      ist_scenario_settle (s);
      assert_same (ist_host_arrived_with (s->domino, "<ndr1@"), report);
      assert_same (ist_host_arrived_with (s->domino, "<mdn1@"), receipt);
      assert_same (ist_host_arrived (s->exchange, 0), report);
      if (ist_host_n_arrived (s->domino) > 0)
        IST_ASSERT (g_str_has_prefix (ist_host_arrived (s->domino, 0)->mail, "<>"));
    }
  ist_scenario_free (s);
}

/* The peer stopped at a report with no intended recipient; here the next message passes. */
static void
test_mail_12_no_recipient (void)
{
  static const struct
  {
    const char *name, *to, *text;
  } rows[] = {
    { "unknown recipient", "nobody@acme.example", report },
    { "empty recipient", "", report },
    { "no address at all", "postmaster", report },
    { "no delivery-status groups", "anna@acme.example",
      "From: <>\nTo: <>\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n"
      "Content-Type: message/delivery-status\n\n--r--\n" },
    { "no text at all", "anna@acme.example", "" },
    { "only an empty line", "anna@acme.example", "\n" },
  };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        guint before = ist_host_n_arrived (s->exchange);

        ist_row ("%s", rows[i].name);
        ist_scenario_send (s, "exchange", "", rows[i].to, rows[i].text);
        assert_accepted (
            ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", NULL));
        ist_scenario_settle (s);
        IST_ASSERT_INT (ist_host_n_arrived (s->exchange), before + 1);
        IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
      }
  ist_scenario_free (s);
}

/* ---- MAIL-17 ---- */

static void
test_mail_17 (void)
{
  static const char *const heads[] = { "From: <anna@acme.example>\nSubject: no To\n",
                                       "From: <anna@acme.example>\nApparently-To: <bob@acme.example>\n",
                                       "From: <anna@acme.example>\nBcc: <bob@acme.example>\n",
                                       "From: <anna@acme.example>\nTo:\n",
                                       "From: <anna@acme.example>\nTo: undisclosed-recipients:;\n",
                                       "Subject: no From either\n" };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (heads); i++)
      {
        g_autofree char *text = g_strconcat (heads[i], "\nhello\n", NULL);
        g_autofree char *want = g_strconcat (i == 3 ? "From: <anna@acme.example>\n" : heads[i],
                                             i < 4 ? "To: undisclosed-recipients:;\n" : "", "\nhello\n", NULL);

        ist_row ("%s", heads[i]);
        assert_accepted (
            ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", text));
        assert_accepted (
            ist_scenario_send (s, "exchange", "bob@acme.example", "anna@acme.example", text));
        ist_scenario_settle (s);
        assert_same (ist_host_arrived (s->exchange, (guint) i), want);
        assert_same (ist_host_arrived (s->domino, (guint) i), want);
      }
  ist_scenario_free (s);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "MAIL-02 hyperlinks stay", test_mail_02 },
    { "MAIL-05 two attachments of one name", test_mail_05 },
    { "MAIL-06 messages in messages", test_mail_06 },
    { "MAIL-11 importance, receipts and flags pass", test_mail_11_fields },
    { "MAIL-11 low priority is delivered under load", test_mail_11_low_priority },
    { "MAIL-12 reports and receipts pass", test_mail_12 },
    { "MAIL-12 a report without recipient stops nothing", test_mail_12_no_recipient },
    { "MAIL-17 no To field", test_mail_17 },
    { NULL },
  };

  return ist_test_main ("mail-content", tests);
}
