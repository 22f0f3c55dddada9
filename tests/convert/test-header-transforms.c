/*
 * The tools of the transforms on headers, reports and HTML, and these transforms over real mail: what a real report
 * must say afterwards, and that a second run finds nothing to do.
 */
#include "convert/field.h"
#include "convert/format/html.h"
#include "convert/outlook-html.h"
#include "convert/pipeline.h"
#include "convert/report-parts.h"
#include "convert/sealed.h"
#include "convert/settings.h"
#include "tests/harness/harness.h"

#include <string.h>

static void
test_notes_ids (void)
{
  static const struct
  {
    const char *name, *id;
    gboolean is_one;
    gint64 created_utc;
  } rows[] = {
    { "real form", "<OF44593B19.B51EFFFF-ON802576A1.00581EF6-802576A1.00581EF8@B.C>", TRUE,
      1262620950 },
    { "short form", "<OFEA0082AC.CB847BB8-ON80256C09.001DF1FB@uk.example>", TRUE, 1028266024 },
    { "day before 1970", "<OF44593B19.B51EFFFF-ON80000000.00581EF6-8@b>", TRUE, -1 },
    { "ticks beyond a day", "<OF44593B19.B51EFFFF-ON802576A1.0083D600-8@b>", TRUE, -1 },
    { "cut", "<OF44593B19.B51EFFFF-ON8025", FALSE, 0 },
    { "another system's", "<AM0PR01MB@exchange.example>", FALSE, 0 },
    { "empty", "", FALSE, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gint64 created = 0;

      ist_row ("%s", rows[i].name);
      IST_ASSERT (ist_field_is_notes_id (rows[i].id, &created) == rows[i].is_one);
      IST_ASSERT_INT (created, rows[i].created_utc);
    }
}

static IstMessage *
message_of (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  return ist_message_new (body);
}

static void
test_subjects (void)
{
  static const struct
  {
    const char *name, *raw, *topic;
  } rows[] = {
    { "none", "plan", "plan" },
    { "several", "AW: Antw: Re: WG: plan", "plan" },
    { "count", "Re[2]: Fwd(3): plan", "plan" },
    { "blank before the colon", "Re : plan", "plan" },
    { "full-width colon", "=?utf-8?B?5Zue5aSN77yacGxhbg==?=", "plan" },
    { "word that begins alike", "Region: plan", "Region: plan" },
    { "two words join", "=?utf-8?Q?a?= =?iso-8859-1?Q?=FC_b?=", "aü b" },
    { "lying label", "=?us-ascii?Q?caf=E9?=", "café" },
    { "raw bytes", "caf\303\251", "café" },
    { "no word", "=?utf-8?X?a?= =?utf", "=?utf-8?X?a?= =?utf" },
    { "line ends inside", "=?utf-8?Q?a=0D=0AX-Evil:_1?=", "a  X-Evil: 1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf ("Subject: %s\r\n\r\n", rows[i].raw);
      g_autoptr (IstMessage) message = message_of (text);
      g_autofree char *subject = ist_field_text (message, "Subject");

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (ist_field_skip_prefixes (subject), rows[i].topic);
    }
}

static void
test_report_words (void)
{
  static const struct
  {
    const char *name, *text, *status, *address, *type;
  } rows[] = {
    { "exchange 2007", "#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##", "5.1.1", NULL, NULL },
    { "in quotes", "'550 5.1.10 x' for <anna@acme.example>", "5.1.10", "anna@acme.example",
      "rfc822" },
    { "address of a network", "from 10.5.1.1 and 5.1.1.1", NULL, NULL, NULL },
    { "version", "server 15.1.2", NULL, NULL, NULL },
    { "encapsulated", "IMCEAEX-_O=Acme_cn=b+2Ec@acme.example", NULL, "/O=Acme/cn=b.c", "x500" },
    { "notes name", "imceanotes-Anna+20Berg+2FAcme+40ACME@acme.example", NULL,
      "Anna Berg/Acme@ACME", "x-notes" },
    { "broken encapsulation", "IMCEAEX-_O=+ZZ@acme.example", NULL, "IMCEAEX-_O=+ZZ@acme.example",
      "rfc822" },
    { "link", "anna@acme.example<mailto:anna@acme.example>", NULL, "anna@acme.example", "rfc822" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *type = NULL;
      g_autofree char *status = ist_report_parts_find_status (rows[i].text);
      g_autofree char *address = ist_report_parts_find_address (rows[i].text, &type);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (status, rows[i].status);
      IST_ASSERT_STR (address, rows[i].address);
      IST_ASSERT_STR (type, rows[i].type);
    }
}

/* Hostile sizes take time by their length only. */
static void
test_html_is_linear (void)
{
  static const char *const pieces[] = { "<xml>",   "<!--",    "<p style='mso-list:l0 level1'>",
                                        "<a b=\"", "<title>", "<![if !supportLists]>",
                                        "<",       "<o:p>",   "</p",
                                        "&#" };

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      IstOutlookHtml report = { 0 };
      g_autofree char *clean = NULL;
      gint64 start = g_get_monotonic_time ();

      while (text->len < 1024 * 1024)
        g_string_append (text, pieces[i]);
      clean = ist_outlook_html_clean (text->str, &report);
      ist_row ("%s", pieces[i]);
      IST_ASSERT (g_get_monotonic_time () - start < 20 * G_USEC_PER_SEC);
    }
}

#define NOTE "B5A0D53EF00DD17685255F2A006C8220"

static IstSettings *settings; /* of convert(); NULL: the defaults */

static char *
convert (const char *data, gsize size, IstSide from, IstSide to, guint *n_changes)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  IstConvertContext context = { .from = from, .to = to, .settings = ist_convert_settings (settings, NULL) };
  g_autoptr (GBytes) out = NULL;

  IST_ASSERT (ist_pipeline_run (&context, message, parts, NULL));
  *n_changes = ist_message_changes (message)->len;
  for (guint i = 0; i < ist_message_changes (message)->len; i++)
    {
      const IstChange *change = g_ptr_array_index (ist_message_changes (message), i);

      *n_changes -= strcmp (change->transform, IST_SEALED_NOTE) == 0;
    }
  out = ist_message_to_bytes (message);
  return g_strndup (g_bytes_get_data (out, NULL), g_bytes_get_size (out));
}

#define OUTSIDE TRUE

/* The mail from Domino with these settings: `want` is in what becomes of it, `want_not` (NULL: nothing) is not, and a second
 * run changes nothing. */
static void
check_links (const char *lines, const char *text, gboolean outside, const char *want, const char *want_not)
{
  g_autofree char *config = g_strconcat ("[convert]\n", lines, NULL);
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  IstSide to = outside ? IST_SIDE_INTERNET : IST_SIDE_EXCHANGE;
  guint n = 0;
  g_autofree char *once = NULL, *twice = NULL;

  settings = ist_settings_parse (config, "test.conf", ".", ist_convert_setting_groups, errors);
  if (!IST_ASSERT (settings != NULL))
    return;
  once = convert (text, strlen (text), IST_SIDE_DOMINO, to, &n);
  twice = convert (once, strlen (once), IST_SIDE_DOMINO, to, &n);
  if (!IST_ASSERT (strstr (once, want) != NULL) || !IST_ASSERT (want_not == NULL || strstr (once, want_not) == NULL))
    ist_note ("%s", once);
  IST_ASSERT_STR (twice, once);
  g_clear_pointer (&settings, ist_settings_unref);
}

static void
test_doclinks (void)
{
  static const struct
  {
    const char *name, *settings, *link, *want;
    gboolean outside;
  } rows[] = {
    { "web", "doclinks = web\ndoclink-host = mail.acme.example\n",
      "notes:///85255E18006C664A/0/" NOTE,
      "<a href=\"https://mail.acme.example/__85255E18006C664A.nsf/0/" NOTE "?OpenDocument\">" },
    { "web, slash lost", "doclinks = web\ndoclink-host = mail.acme.example\n",
      "notes://85255E18006C664A/0/" NOTE,
      "https://mail.acme.example/__85255E18006C664A.nsf/0/" NOTE },
    { "web, blanks and line ends that no browser sees", "doclinks = web\ndoclink-host = h.example\n",
      " notes:///85255E18006C664A\r\n\t/0/" NOTE " ", "<a href=\"https://h.example/__85255E18006C664A.nsf/0/" NOTE "?" },
    { "web, database", "doclinks = web\ndoclink-host = mail.acme.example\n",
      "notes:///85255E18006C664A", "https://mail.acme.example/__85255E18006C664A.nsf" },
    { "redirector",
      "doclinks = redirector\ndoclink-url = https://go.acme.example/?r={replica}&n={note}\n",
      "notes:///85255E18006C664A/0/" NOTE,
      "https://go.acme.example/?r=85255E18006C664A&amp;n=" NOTE },
    { "ndl", "doclinks = ndl\n", "notes:///85255E18006C664A/0/" NOTE,
      "Content-Type: application/vnd.lotus-notes;\r\n\tname=\"link-" },
    { "ndl keeps the address", "doclinks = ndl\n", "notes:///85255E18006C664A/0/" NOTE,
      "href=\"notes:///85255E18006C664A/0/" NOTE "\"" },
    { "title and text stay", "doclinks = web\ndoclink-host = h.example\n",
      "notes:///85255E18006C664A\" title=\"T", "title=\"T\">plan</a>" },
    { "text", "doclinks = text\n", "notes:///85255E18006C664A\" title=\"T", "<a title=\"T\">plan</a>" },
    { "text, no blank behind it", "doclinks = text\n", "notes:///85255E18006C664A\"title=\"T", "<a title=\"T\">plan</a>" },
    { "text, a second one", "doclinks = text\n", "notes:///85255E18006C664A\" title=T HREF=\"notes:///85255E18006C664B",
      "<a title=T>plan</a>" },
    { "web, a second one", "doclinks = web\ndoclink-host = h.example\n",
      "notes:///85255E18006C664A\"href=\"https://x.example/",
      "<a href=\"https://h.example/__85255E18006C664A.nsf?OpenDatabase\" href=\"https://x.example/\">" },
    { "text, a database by its path", "doclinks = text\n", "notes://srv/names.nsf", "<a>plan</a>" },
    { "text, no link of Notes", "doclinks = text\n", "https://x.example/", "<a href=\"https://x.example/\">plan</a>" },
    { "outside: text", "", "notes:///85255E18006C664A\" title=\"T", "<a title=\"T\">plan</a>", OUTSIDE },
    { "outside: no file", "doclinks = ndl\n", "notes:///85255E18006C664A", "text/html; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n<a>plan</a>", OUTSIDE },
    { "outside: blanks before it", "", " \tnotes:///85255E18006C664A", "<a>plan</a>", OUTSIDE },
    { "outside: the template", "doclink-url = https://go.acme.example/{replica}\ndoclink-host = h.example\n",
      "notes:///85255E18006C664A", "<a href=\"https://go.acme.example/85255E18006C664A\">plan</a>", OUTSIDE },
    { "outside: the web server", "doclinks = ndl\ndoclink-host = h.example\n", "notes:///85255E18006C664A",
      "<a href=\"https://h.example/__85255E18006C664A.nsf?OpenDatabase\">plan</a>", OUTSIDE },
    { "outside: web as always", "doclinks = web\ndoclink-url = https://go.acme.example/{replica}\ndoclink-host = h.example\n",
      "notes:///85255E18006C664A", "<a href=\"https://h.example/__85255E18006C664A.nsf?OpenDatabase\">plan</a>", OUTSIDE },
    { "outside: text as asked for", "doclinks = text\ndoclink-host = h.example\n", "notes:///85255E18006C664A",
      "<a>plan</a>", OUTSIDE },
    { "outside: one that cannot be read", "doclinks = web\ndoclink-host = h.example\n", "Notes://srv/names.nsf",
      "<a>plan</a>", OUTSIDE },
    { "switched off", "doclinks-html = no\n", "notes:///85255E18006C664A", "notes:///85255E18006C664A", OUTSIDE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf (
          "Content-Type: text/html\r\n\r\n<a href=\"%s\">plan</a>\r\n", rows[i].link);

      ist_row ("%s", rows[i].name);
      check_links (rows[i].settings, text, rows[i].outside, rows[i].want, NULL);
    }
}

#define NDL_MAIL \
  "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/%s\r\n\r\nSee it.\r\n" \
  "--m\r\nContent-Type: text/html\r\n\r\n<a href=\"notes:///85255E18006C664B\">second</a>\r\n--m\r\n" \
  "Content-Type: application/octet-stream; name=a.ndl\r\nContent-Disposition: attachment\r\n\r\nPlan\r\n<NDL>\r\n" \
  "<REPLICA %s>\r\n</NDL>\r\n--m--\r\n"
#define REPLICA "85255E18:006C664A"

static void
test_attached_doclinks (void)
{
  static const struct
  {
    const char *name, *settings, *subtype, *replica, *want, *want_not;
    gboolean outside;
  } rows[] = {
    { "notes", "", "plain", REPLICA, "Plan <notes:///85255E18006C664A?OpenDatabase>", "a.ndl" },
    { "web", "doclinks = web\ndoclink-host = h.example\n", "plain", REPLICA,
      "Plan <https://h.example/__85255E18006C664A.nsf?OpenDatabase>", "a.ndl" },
    { "in HTML", "doclinks = web\ndoclink-host = h.example\n", "html", REPLICA,
      "See it.<p><a href=\"https://h.example/__85255E18006C664A.nsf?OpenDatabase\">Plan</a></p>", "a.ndl" },
    { "each HTML part", "doclinks = web\ndoclink-host = h.example\n", "html", REPLICA,
      "<a href=\"https://h.example/__85255E18006C664B.nsf?OpenDatabase\">second</a>", "notes:" },
    { "redirector", "doclinks = redirector\ndoclink-url = https://go.example/{replica}?t={title}\n", "plain", REPLICA,
      "Plan <https://go.example/85255E18006C664A?t=Plan>", "a.ndl" },
    { "text", "doclinks = text\n", "plain", REPLICA, "See it.\r\nPlan\r\n", "a.ndl" },
    { "ndl", "doclinks = ndl\n", "plain", REPLICA, "a.ndl", "Plan <" },
    { "no link in it", "doclinks = text\n", "plain", "nothing", "a.ndl", "See it.\r\nPlan" },
    { "outside", "doclinks = ndl\n", "plain", REPLICA, "See it.\r\nPlan\r\n", "85255E18", OUTSIDE },
    { "outside: the web server", "doclinks = ndl\ndoclink-host = h.example\n", "plain", REPLICA,
      "Plan <https://h.example/__85255E18006C664A.nsf?OpenDatabase>", "a.ndl", OUTSIDE },
    { "switched off", "doclinks-ndl = no\n", "plain", REPLICA, "a.ndl", "Plan <" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf (NDL_MAIL, rows[i].subtype, rows[i].replica);

      ist_row ("%s", rows[i].name);
      check_links (rows[i].settings, text, rows[i].outside, rows[i].want, rows[i].want_not);
    }
}

static void
test_doclink_settings (void)
{
  static const char *const rows[]
      = { "doclinks = web\n", "doclinks = redirector\n", "doclink-url = https://x/{nothing}\n",
          "doclinks = outlook\n", "[convert p]\ndoclinks = web\n", "[convert p]\nactive-mail = some\n",
          "doclink-host = h.example\n[convert p]\ndoclinks = redirector\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *config = g_strconcat ("[convert]\n", rows[i], NULL);
      g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (IstSettings) none
          = ist_settings_parse (config, "test.conf", ".", ist_convert_setting_groups, errors);

      ist_row ("%s", rows[i]);
      IST_ASSERT (none == NULL);
      IST_ASSERT_INT (errors->len, 1);
    }
}

/* ---- real mail ---- */

static char *
read_mail (const char *path)
{
  g_autofree char *text = ist_test_read (path, NULL);
  g_auto (GStrv) parts = g_strsplit (text, "\r\n", -1);
  g_autofree char *lf = g_strjoinv ("\n", parts);
  g_auto (GStrv) lines = g_strsplit (lf, "\n", -1);

  return g_strjoinv ("\r\n", lines);
}

static void
test_real_reports (void)
{
  static const struct
  {
    const char *file;
    IstSide from;
    const char *want;
  } rows[] = {
    { "notes-ndr/bsd-domino-02.eml", IST_SIDE_DOMINO, "\r\nStatus: 5.1.1\r\n" },
    { "notes-ndr/bsd-domino-03.eml", IST_SIDE_DOMINO, "\r\nStatus: 5.4.6\r\n" },
    { "notes-ndr/bsd-domino-03.eml", IST_SIDE_DOMINO, "; Maximum hop count" },
    { "notes-ndr/bsd-notes-03.eml", IST_SIDE_DOMINO, "\r\nStatus: 5.1.1\r\n" },
    { "notes-ndr/domino-msgid-dsn.eml", IST_SIDE_DOMINO,
      "\r\nStatus: 5.1.1\r\nDiagnostic-Code: X-Notes; The" },
    { "notes-ndr/notes-auto-ooo.eml", IST_SIDE_DOMINO, "\r\nAuto-Submitted: auto-replied\r\n" },
    { "notes-ndr/notes-ooo-00213.eml", IST_SIDE_DOMINO, "\r\nX-Auto-Response-Suppress: All\r\n" },
    { "notes-ndr/notes-ooo-01313.eml", IST_SIDE_DOMINO, "\r\nAuto-Submitted: auto-replied\r\n" },
    { "exchange-ndr/exch-ooo-base64.eml", IST_SIDE_EXCHANGE,
      "\r\nAuto-Submitted: auto-replied\r\n" },
    { "exchange-ndr/bsd-lhost-exchange2003-01.eml", IST_SIDE_EXCHANGE, "\r\nStatus: 5.1.1\r\n" },
    { "exchange-ndr/bsd-lhost-exchange2003-02.eml", IST_SIDE_EXCHANGE,
      "rfc822; mikeneko@example.co.jp\r\n" },
    { "exchange-ndr/bsd-lhost-exchange2003-05.eml", IST_SIDE_EXCHANGE, "\r\nStatus: 5.1.1\r\n" },
    { "exchange-ndr/bsd-lhost-exchange2003-07.eml", IST_SIDE_EXCHANGE, "multipart/report;" },
    { "exchange-ndr/bsd-lhost-office365-02.eml", IST_SIDE_EXCHANGE, "\r\nStatus: 5.1.1\r\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *relative = g_strconcat ("corpus/", rows[i].file, NULL);
      g_autofree char *path = ist_test_corpus (relative);
      g_autofree char *text = NULL;
      g_autofree char *got = NULL;
      guint n_changes;

      if (path == NULL)
        {
          ist_skip ("no real mail");
          return;
        }
      ist_row ("%s: %s", rows[i].file, rows[i].want);
      text = read_mail (path);
      got = convert (text, strlen (text), rows[i].from,
                     rows[i].from == IST_SIDE_DOMINO ? IST_SIDE_EXCHANGE : IST_SIDE_DOMINO,
                     &n_changes);
      IST_ASSERT (strstr (got, rows[i].want) != NULL);
    }
}

static void
test_real_mail_twice (void)
{
  static const char *const folders[]
      = { "notes-mail", "notes-ndr", "exchange-mail", "exchange-ndr" };
  guint n = 0, changed = 0;

  for (gsize f = 0; f < G_N_ELEMENTS (folders); f++)
    {
      g_autofree char *relative = g_strconcat ("corpus/", folders[f], NULL);
      g_autofree char *folder = ist_test_corpus (relative);
      g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
      IstSide from = g_str_has_prefix (folders[f], "notes") ? IST_SIDE_DOMINO : IST_SIDE_EXCHANGE;
      IstSide to = from == IST_SIDE_DOMINO ? IST_SIDE_EXCHANGE : IST_SIDE_DOMINO;
      const char *file;

      if (dir == NULL)
        {
          ist_skip ("no real mail");
          return;
        }
      while ((file = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *path = g_build_filename (folder, file, NULL);
          g_autofree char *text = g_str_has_suffix (file, ".eml") ? read_mail (path) : NULL;
          g_autofree char *once = NULL;
          g_autofree char *twice = NULL;
          guint n_changes = 0, n_again = 0;

          if (text == NULL)
            continue;
          once = convert (text, strlen (text), from, to, &n_changes);
          twice = convert (once, strlen (once), from, to, &n_again);
          ist_row ("%s/%s", folders[f], file);
          IST_ASSERT_INT (n_again, 0);
          IST_ASSERT (strcmp (once, twice) == 0);
          n++;
          changed += n_changes > 0;
        }
    }
  ist_note ("%u mails, %u changed", n, changed);
  IST_ASSERT (n > 100);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "notes-ids", test_notes_ids },
    { "subjects", test_subjects },
    { "report-words", test_report_words },
    { "html-is-linear", test_html_is_linear },
    { "doclinks", test_doclinks },
    { "attached doclinks", test_attached_doclinks },
    { "doclink-settings", test_doclink_settings },
    { "real-reports", test_real_reports },
    { "real-mail-twice", test_real_mail_twice },
    { NULL, NULL },
  };

  return ist_test_main ("header-transforms", tests);
}
