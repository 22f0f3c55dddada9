/* MAIL-09: links to Notes documents, views and databases, in the form that the site wants; none stops the mail. */
#include "tests/convert/cd-make.h"
#include "tests/convert/nsf-make.h"
#include "tests/scenario/conversion.h"
#include "tests/scenario/reader.h"

#include <string.h>

#define REPLICA "C1256C30003D2A5B"
#define VIEW "38D46BF5E8F08834852564B500129B2C"
#define NOTE "B5A0D53EF00DD17685255F2A006C8220"

static const struct
{
  const char *name, *value;
} policies[] = {
  { "notes", "doclinks = notes" },
  { "web", "doclinks = web\ndoclink-host = web.acme.example" },
  { "redirector", "doclinks = redirector\ndoclink-url = https://go.acme.example/?db={replica}&v={view}&d={note}&s={hint}" },
  { "ndl", "doclinks = ndl" },
};

static void
use_policy (IstScenario *s, gsize i)
{
  ist_scenario_configure (s, "[convert]\n%s\n", policies[i].value);
  IST_ASSERT (ist_scenario_reload (s));
}

static char *
html_mail (const char *href)
{
  g_autofree char *escaped = g_markup_escape_text (href, -1);

  return g_strdup_printf ("From: <somebody@acme.example>\nSubject: link\nMIME-Version: 1.0\n"
                          "Content-Type: text/html; charset=us-ascii\n\n"
                          "<p>see <a href=\"%s\" title=\"Offer &amp; plan\"><font color=red>Offer</font></a> here</p>\n",
                          escaped);
}

/* Title, text and all around the address stay. */
static void
assert_link (IstReader *reader, const char *href)
{
  g_autofree char *escaped = g_markup_escape_text (href, -1);
  g_autofree char *want = g_strdup_printf (
      "<p>see <a href=\"%s\" title=\"Offer &amp; plan\"><font color=red>Offer</font></a> here</p>\n", escaped);

  IST_ASSERT_STR (ist_reader_text (reader, "text/html"), want);
}

static void
test_links_in_html (void)
{
  static const struct
  {
    const char *name, *sent;
    const char *want[G_N_ELEMENTS (policies)]; /* NULL: as sent */
  } rows[] = {
    { "document", "notes:///" REPLICA "/" VIEW "/" NOTE "?OpenDocument",
      { NULL, "https://web.acme.example/__" REPLICA ".nsf/" VIEW "/" NOTE "?OpenDocument",
        "https://go.acme.example/?db=" REPLICA "&v=" VIEW "&d=" NOTE "&s=", NULL } },
    { "document, the word Notes in capitals", "Notes:///" REPLICA "/0/" NOTE,
      { NULL, "https://web.acme.example/__" REPLICA ".nsf/0/" NOTE "?OpenDocument",
        "https://go.acme.example/?db=" REPLICA "&v=0&d=" NOTE "&s=", NULL } },
    { "view", "notes:///" REPLICA "/" VIEW "?OpenView",
      { NULL, "https://web.acme.example/__" REPLICA ".nsf/" VIEW "?OpenView",
        "https://go.acme.example/?db=" REPLICA "&v=" VIEW "&d=&s=", NULL } },
    { "database", "notes:///" REPLICA,
      { NULL, "https://web.acme.example/__" REPLICA ".nsf?OpenDatabase",
        "https://go.acme.example/?db=" REPLICA "&v=0&d=&s=", NULL } },
    { "on a server with a UNIX host name", "notes://srv_unix-01.acme.example/" REPLICA "/0/" NOTE "?OpenDocument",
      { NULL, "https://web.acme.example/__" REPLICA ".nsf/0/" NOTE "?OpenDocument",
        "https://go.acme.example/?db=" REPLICA "&v=0&d=" NOTE "&s=srv_unix-01.acme.example", NULL } },
    { "a slash lost on the way", "notes://" REPLICA "/0/" NOTE "?OpenDocument",
      { "notes:///" REPLICA "/0/" NOTE "?OpenDocument",
        "https://web.acme.example/__" REPLICA ".nsf/0/" NOTE "?OpenDocument",
        "https://go.acme.example/?db=" REPLICA "&v=0&d=" NOTE "&s=", "notes:///" REPLICA "/0/" NOTE "?OpenDocument" } },
    { "a database by its path, which is another one elsewhere", "notes://srv/mail/offers.nsf/0/" NOTE,
      { NULL, NULL, NULL, NULL } },
    { "no link that anybody could read", "notes:///not-a-replica/%%%/" NOTE, { NULL, NULL, NULL, NULL } },
    { "nothing behind it", "notes:", { NULL, NULL, NULL, NULL } },
    { "none of Notes", "https://intranet.acme.example/a?b=1&c=2", { NULL, NULL, NULL, NULL } },
  };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize k = 0; k < G_N_ELEMENTS (policies); k++)
      {
        use_policy (s, k);
        for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
          {
            const char *want = rows[i].want[k] != NULL ? rows[i].want[k] : rows[i].sent;
            g_autofree char *mail = html_mail (rows[i].sent);
            g_autoptr (IstReader) bob = NULL;

            ist_row ("%s, %s", policies[k].name, rows[i].name);
            bob = ist_reader_deliver (s, "domino", mail);
            assert_link (bob, want);
            if (k == 3 && rows[i].want[1] != NULL)
              IST_ASSERT (g_str_has_suffix (ist_reader_files (bob), ".ndl"));
            else
              IST_ASSERT_STR (ist_reader_files (bob), "");
          }
      }
  ist_scenario_free (s);
}

/* The file that the policy "ndl" adds is one that a Notes client opens: it names what the link names. */
static void
test_link_file (void)
{
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    {
      g_autofree char *mail = html_mail ("notes:///" REPLICA "/" VIEW "/" NOTE "?OpenDocument");
      g_autoptr (IstReader) bob = NULL;
      g_autoptr (GBytes) bytes = NULL;
      g_autofree char *text = NULL;
      IstMimeNode *node;

      use_policy (s, 3);
      bob = ist_reader_deliver (s, "domino", mail);
      node = ist_reader_named (bob, ist_reader_files (bob));
      if (IST_ASSERT (node != NULL))
        {
          bytes = ist_mime_node_decode (node, 10000);
          text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
          IST_ASSERT (g_str_has_prefix (text, "<NDL>"));
          IST_ASSERT (strstr (text, "<REPLICA C1256C30:003D2A5B>") != NULL);
          IST_ASSERT (strstr (text, "<VIEW OF38D46BF5:E8F08834-ON852564B5:00129B2C>") != NULL);
          IST_ASSERT (strstr (text, "<NOTE OFB5A0D53E:F00DD176-ON85255F2A:006C8220>") != NULL);
        }
    }
  ist_scenario_free (s);
}

/* A link as a file that the sender attached: for readers in Outlook it goes into the text, unless the site wants such
 * files. Readers in Notes open it. */
static void
test_attached_link (void)
{
  static const char ndl[] = "<NDL>\r\n<REPLICA C1256C30:003D2A5B>\r\n<HINT>CN=srv_unix/OU=Hub/O=Acme</HINT>\r\n"
                            "<REM>Offer</REM>\r\n</NDL>\r\n";
  static const char *const sides[] = { "domino", "exchange" };
  static const char *const shown[G_N_ELEMENTS (policies)] = {
    "see the link\nOffer <notes://srv_unix/" REPLICA "?OpenDatabase>\n",
    "see the link\nOffer <https://web.acme.example/__" REPLICA ".nsf?OpenDatabase>\n",
    "see the link\nOffer <https://go.acme.example/?db=" REPLICA "&v=0&d=&s=CN%3Dsrv_unix%2FOU%3DHub%2FO%3DAcme>\n",
  };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < 2 * G_N_ELEMENTS (policies); i++)
      {
        g_autofree char *base64 = ist_reader_base64 (ndl, sizeof ndl - 1);
        g_autofree char *mail = g_strdup_printf (
            "From: <somebody@acme.example>\nSubject: link\nMIME-Version: 1.0\n"
            "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\n\nsee the link\n\n--m\n"
            "Content-Type: application/octet-stream; name=\"Offer.ndl\"\n"
            "Content-Disposition: attachment; filename=\"Offer.ndl\"\nContent-Transfer-Encoding: base64\n\n%s--m--\n",
            base64);
        g_autoptr (IstReader) reader = NULL;

        ist_row ("%s from %s", policies[i / 2].name, sides[i % 2]);
        use_policy (s, i / 2);
        reader = ist_reader_deliver (s, sides[i % 2], mail);
        if (i % 2 == 0 && shown[i / 2] != NULL)
          {
            ist_reader_shows (reader, "text/plain", shown[i / 2]);
            IST_ASSERT_STR (ist_reader_files (reader), "");
            continue;
          }
        ist_reader_shows (reader, "text/plain", "see the link\n");
        IST_ASSERT_STR (ist_reader_files (reader), "Offer.ndl");
        IST_ASSERT (ist_reader_holds (ist_reader_named (reader, "Offer.ndl"), ndl, sizeof ndl - 1));
      }
  ist_scenario_free (s);
}

static GBytes *
memo_with_link (void)
{
  g_autoptr (NsfMake) make = nsf_make_new ("Mail");
  g_autoptr (GByteArray) cd = g_byte_array_new ();
  g_autoptr (GByteArray) links = g_byte_array_new ();

  /* The value of $Links has no record header: it is cut off. */
  cd_make (links, "W0 w1 d4008539 d3240455216 x16 d4027437430 d3047216446 d7111200 d2233818922");
  cd_make (cd, "B129;W133 b1 b0 b0 b10 ssee_;W145 w0 zOffer zCN=srv_unix/O=Acme z;W133 b1 b0 b0 b10 s_here");
  nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
  nsf_make_text (make, "Form", "Memo");
  nsf_make_text (make, "Subject", "link");
  nsf_make_item (make, "$Links", 0x0004, 0, links->data + 4, links->len - 4);
  nsf_make_item (make, "Body", 0x0001, 0, cd->data, cd->len);
  return nsf_make_finish (make);
}

/* A DocLink in rich text that came without readable alternatives: in HTML and text, both in the form of the site. */
static void
test_links_in_memo (void)
{
  static const char *const begins[] = { "notes://", ("https://web.acme.example/__" REPLICA ".nsf/0/"),
                                        ("https://go.acme.example/?db=" REPLICA), "notes://" };
  g_autoptr (GBytes) memo = memo_with_link ();
  g_autofree char *mail = conversion_memo_mail ("Subject: link\n", memo, "");
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (policies); i++)
      {
        g_autoptr (IstReader) bob = NULL;
        g_autofree char *href = g_strdup_printf ("<a href=\"%s", begins[i]);
        g_autofree char *line = g_strdup_printf ("see Offer <%s", begins[i]);

        ist_row ("%s", policies[i].name);
        use_policy (s, i);
        bob = ist_reader_deliver (s, "domino", mail);
        ist_reader_shows (bob, "text/html", href);
        ist_reader_shows (bob, "text/html", ">Offer</a>");
        ist_reader_shows (bob, "text/html", REPLICA);
        ist_reader_shows (bob, "text/html", NOTE);
        ist_reader_shows (bob, "text/plain", line);
        ist_reader_shows (bob, "text/plain", NOTE);
        ist_reader_shows (bob, "text/plain", " here");
      }
  ist_scenario_free (s);
}

/* Outlook's answer quotes the link and has lost a slash: Notes would look for a server of the replica's name. */
static void
test_links_come_back (void)
{
  static const struct
  {
    const char *sent, *want;
  } rows[] = {
    { "notes://" REPLICA "/0/" NOTE "?OpenDocument", "notes:///" REPLICA "/0/" NOTE "?OpenDocument" },
    { "notes://" REPLICA "/" VIEW "?OpenView", "notes:///" REPLICA "/" VIEW "?OpenView" },
    { "notes:///" REPLICA "/0/" NOTE "?OpenDocument", "notes:///" REPLICA "/0/" NOTE "?OpenDocument" },
    { "notes://srv.acme.example/" REPLICA "/0/" NOTE, "notes://srv.acme.example/" REPLICA "/0/" NOTE },
    { "https://web.acme.example/__" REPLICA ".nsf/0/" NOTE "?OpenDocument",
      "https://web.acme.example/__" REPLICA ".nsf/0/" NOTE "?OpenDocument" },
  };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (policies) * G_N_ELEMENTS (rows); i++)
      {
        gsize k = i / G_N_ELEMENTS (rows), j = i % G_N_ELEMENTS (rows);
        g_autofree char *mail = html_mail (rows[j].sent);
        g_autoptr (IstReader) anna = NULL;

        ist_row ("%s, %s", policies[k].name, rows[j].sent);
        if (j == 0)
          use_policy (s, k);
        anna = ist_reader_deliver (s, "exchange", mail);
        assert_link (anna, rows[j].want);
        IST_ASSERT_STR (ist_reader_files (anna), "");
      }
  ist_scenario_free (s);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "MAIL-09 links in HTML", test_links_in_html },
    { "MAIL-09 links as a file", test_link_file },
    { "MAIL-09 a link that was attached", test_attached_link },
    { "MAIL-09 links in a memo", test_links_in_memo },
    { "MAIL-09 links that come back", test_links_come_back },
    { NULL },
  };

  return ist_test_main ("conversion-links", tests);
}
