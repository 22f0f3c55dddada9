/* MAIL-13, -14, -15, -16, -19: who a message is for, how that is written, and what must never be. */
#include "tests/scenario/scenario.h"

#include <string.h>

static void
assert_reply (const char *reply, const char *begin)
{
  if (!IST_ASSERT (g_str_has_prefix (reply, begin)))
    ist_note ("reply: %s", reply);
}

/* ---- MAIL-13 ---- */

/* Anna (Notes) writes to a list on Exchange; Exchange sends it back for its Notes members, anna among them. */
static void
test_mail_13_list (void)
{
  static const char *const members[] = { "anna@acme.example", "carla@acme.example", "dora@acme.example" };
  IstScenario *s = ist_scenario_new ();
  const IstArrival *a;
  guint n;

  ist_scenario_person (s, IST_SIDE_EXCHANGE, "sales@acme.example,Sales,,,,,group");
  if (ist_scenario_start (s))
    {
      assert_reply (ist_scenario_send (s, "domino", "anna@acme.example", "sales@acme.example", NULL),
                    "250 ");
      ist_scenario_settle (s);
      a = ist_host_arrived_for (s->exchange, "sales@acme.example", &n);
      if (IST_ASSERT_INT (n, 1))
        assert_reply (ist_scenario_send (s, "exchange", "anna@acme.example",
                                         "anna@acme.example|carla@acme.example|dora@acme.example",
                                         a->text->str),
                      "250 ");
      ist_scenario_pass (s, HOUR);
      for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
        {
          ist_row ("%s", members[i]);
          a = ist_host_arrived_for (s->domino, members[i], &n);
          IST_ASSERT_INT (n, 1);
          IST_ASSERT (a == NULL || !g_str_has_prefix (a->mail, "<>"));
        }
      IST_ASSERT_INT (ist_scenario_count (s, "reported", NULL), 0);
    }
  ist_scenario_free (s);
}

/* Frank's contact on Exchange points back to Isthmus, which knows him there: refused at once. Exchange makes the one
 * report, which passes; nothing goes to and fro. */
static void
test_mail_13_contact_points_back (void)
{
  IstScenario *s = ist_scenario_new ();
  const IstArrival *a;
  guint n;

  if (ist_scenario_start (s))
    {
      ist_scenario_send (s, "domino", "anna@acme.example", "frank@acme.example", NULL);
      ist_scenario_settle (s);
      a = ist_host_arrived_for (s->exchange, "frank@acme.example", &n);
      if (IST_ASSERT_INT (n, 1))
        assert_reply (ist_scenario_send (s, "exchange", "anna@acme.example", "frank@acme.example",
                                         a->text->str),
                      "550 5.4.6");
      ist_scenario_send (s, "exchange", "", "anna@acme.example",
                         "From: <postmaster@acme.example>\nTo: <anna@acme.example>\n\nloop\n");
      ist_scenario_pass (s, HOUR);
      IST_ASSERT_INT (ist_host_n_arrived (s->domino), 1);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
      IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
    }
  ist_scenario_free (s);
}

/* With back-to-origin a forward by the person's own rule is no loop, but a circle ends soon. */
static void
test_mail_13_circle (void)
{
  IstScenario *s = ist_scenario_new ();
  const char *reply = "250 ";
  guint rounds = 0;

  ist_scenario_configure (s, "[rule circle]\nrecipients = frank@acme.example\nback-to-origin = yes\n");
  if (ist_scenario_start (s))
    {
      ist_scenario_send (s, "domino", "anna@acme.example", "frank@acme.example", NULL);
      ist_scenario_settle (s);
      while (g_str_has_prefix (reply, "250 ") && rounds < 20
             && IST_ASSERT_INT (ist_host_n_arrived (s->exchange), rounds + 1))
        {
          reply = ist_scenario_send (s, "exchange", "anna@acme.example", "frank@acme.example",
                                     ist_host_arrived (s->exchange, rounds)->text->str);
          ist_scenario_settle (s);
          rounds++;
        }
      assert_reply (reply, "554 5.4.6");
      IST_ASSERT (rounds >= 2 && rounds <= 4);
      IST_ASSERT_INT (ist_host_n_arrived (s->domino), 0);
    }
  ist_scenario_free (s);
}

/* ---- MAIL-14 ---- */

static const char *const hard_mailboxes[] = {
  "\"anna@home\" <anna@acme.example>",
  "\"Berg, Anna\" <anna@acme.example>",
  "\"Anna \\\"the boss\\\" Berg\" <anna@acme.example>",
  "\"Anna 'Annie' O'Hara\" <user.o'hara@far.example>",
  "\"Anna  Berg   (Research)\" <anna@acme.example>",
  "=?ISO-2022-JP?B?GyRCOzNFREJATzobKEI=?= <anna@acme.example>",
  "=?UTF-8?Q?Gr=C3=BC=C3=9Fe=2C_Anna?= <anna@acme.example>",
  "\"Anna <anna@home>\" <anna@acme.example>",
  "\"Anna; Berg: Research\" <anna@acme.example>",
  "undisclosed:;",
  ": anna@acme.example",
  "Team: anna@acme.example, \"Diaz, Carla\" <carla@acme.example>;",
};

static char *
long_mailbox (void)
{
  GString *out = g_string_new ("Long <someone@");

  for (guint i = 0; i < 7; i++)
    g_string_append (out, "a-rather-long-label-of-a-domain-name-of-nobody.");
  return g_string_free (g_string_append (out, "example>"), FALSE);
}

/* One way, then back, then forth again: the field must be what it was, whatever the person is called. */
static void
three_hops (IstScenario *s, const char *field, const char *mailbox)
{
  static guint number;
  g_autofree char *line = g_strdup_printf ("%s: %s", field, mailbox);
  g_autofree char *id = g_strdup_printf ("<hop%u@acme.example>", number++);
  g_autofree char *text
      = g_strdup_printf ("%s\r\nMessage-ID: %s\r\nSubject: hops\r\n\r\nhello\r\n", line, id);
  const IstArrival *a = NULL;

  for (guint hop = 0; hop < 3; hop++)
    {
      gboolean to_exchange = hop % 2 == 0;
      IstHost *host = to_exchange ? s->exchange : s->domino;
      guint before = ist_host_n_arrived (host);

      assert_reply (ist_scenario_send (s, to_exchange ? "domino" : "exchange",
                                       to_exchange ? "anna@acme.example" : "bob@acme.example",
                                       to_exchange ? "bob@acme.example" : "anna@acme.example",
                                       a != NULL ? a->text->str : text),
                    "250 ");
      ist_scenario_settle (s);
      if (!IST_ASSERT_INT (ist_host_n_arrived (host), before + 1))
        return;
      a = ist_host_arrived (host, before);
      IST_ASSERT_STR (ist_scenario_field (s, a, field), mailbox);
    }
}

static void
test_mail_14 (void)
{
  static const char *const fields[] = { "From", "To", "Cc", "Reply-To" };
  IstScenario *s = ist_scenario_new ();
  g_autofree char *tall = long_mailbox ();

  if (ist_scenario_start (s))
    for (gsize f = 0; f < G_N_ELEMENTS (fields); f++)
      {
        for (gsize i = 0; i < G_N_ELEMENTS (hard_mailboxes); i++)
          {
            ist_row ("%s: %s", fields[f], hard_mailboxes[i]);
            three_hops (s, fields[f], hard_mailboxes[i]);
          }
        ist_row ("%s: %s", fields[f], tall);
        three_hops (s, fields[f], tall);
      }
  ist_scenario_free (s);
}

/* The same people where there is something to rewrite: the phrase stays, only the address changes. */
static void
test_mail_14_rewritten (void)
{
  static const struct
  {
    const char *name, *sent, *want;
  } rows[] = {
    { "comma", "\"Berg, Anna\" <anna@acme.example@ACME>", "\"Berg, Anna\" <anna@acme.example>" },
    { "at", "\"anna@home\" <anna@acme.example@ACME>", "\"anna@home\" <anna@acme.example>" },
    { "quotes", "\"A \\\"B\\\" C\" <anna@acme.example@ACME>", "\"A \\\"B\\\" C\" <anna@acme.example>" },
    { "apostrophe", "\"Anna O'Hara\" <anna@acme.example@ACME>", "\"Anna O'Hara\" <anna@acme.example>" },
    { "double spaces", "\"Anna  Berg\" <anna@acme.example@ACME>", "\"Anna  Berg\" <anna@acme.example>" },
    { "encoded word", "=?ISO-2022-JP?B?GyRCOzNFREJATzobKEI=?= <anna@acme.example@ACME>",
      "=?ISO-2022-JP?B?GyRCOzNFREJATzobKEI=?= <anna@acme.example>" },
    { "angle brackets", "\"Anna <x@home>\" <anna@acme.example@ACME>",
      "\"Anna <x@home>\" <anna@acme.example>" },
    { "two of a list", "\"Berg, Anna\" <anna@acme.example@ACME>, \"Diaz, Carla\" <carla@acme.example>",
      "\"Berg, Anna\" <anna@acme.example>, \"Diaz, Carla\" <carla@acme.example>" },
  };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        g_autofree char *text = g_strdup_printf ("From: %s\nCc: %s\n\nhello\n", rows[i].sent, rows[i].sent);

        ist_row ("%s", rows[i].name);
        assert_reply (ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", text),
                      "250 ");
        ist_scenario_settle (s);
        IST_ASSERT_STR (ist_scenario_field (s, ist_host_arrived (s->exchange, (guint) i), "From"),
                        rows[i].want);
        IST_ASSERT_STR (ist_scenario_field (s, ist_host_arrived (s->exchange, (guint) i), "Cc"),
                        rows[i].want);
      }
  ist_scenario_free (s);
}

/* ---- MAIL-15, MAIL-16 ---- */

static void
test_mail_15_decoded (void)
{
  static const struct
  {
    const char *name, *address, *want;
  } rows[] = {
    { "Notes name", "IMCEANOTES-Anna+20Berg_Research_Acme@acme.example", "anna@acme.example" },
    { "Notes name and domain", "IMCEANOTES-Anna+20Berg_Research_Acme+40ACME@acme.example",
      "anna@acme.example" },
    { "canonical name", "IMCEANOTES-CN=Anna+20Berg_OU=Research_O=Acme+40ACME@acme.example",
      "anna@acme.example" },
    { "SMTP address", "IMCEASMTP-carla+40acme+2Eexample@acme.example", "carla@acme.example" },
    { "a whole mailbox",
      "IMCEANOTES-+22Diaz+2C+20Carla+22+20+3Ccarla+40acme+2Eexample+3E+40ACME@acme.example",
      "carla@acme.example" },
    { "legacy DN of who moved to Domino",
      "IMCEAEX-_o=Acme_ou=First_cn=Recipients_cn=walter@acme.example", "walter@acme.example" },
  };
  IstScenario *s = ist_scenario_new ();

  ist_scenario_forget_person (s, IST_SIDE_DOMINO, "walter@acme.example");
  ist_scenario_person (s, IST_SIDE_DOMINO,
                       "walter@acme.example,Walter Frisch,CN=Walter Frisch/O=Acme,"
                       "/o=Acme/ou=First/cn=Recipients/cn=walter,,,person");
  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        g_autofree char *text = g_strdup_printf (
            "From: <bob@acme.example>\nTo: \"Somebody\" <%s>\n\nhello\n", rows[i].address);
        const IstArrival *a;

        ist_row ("%s", rows[i].name);
        assert_reply (ist_scenario_send (s, "exchange", "bob@acme.example", rows[i].address, text),
                      "250 ");
        ist_scenario_settle (s);
        a = ist_host_arrived (s->domino, (guint) i);
        if (!IST_ASSERT (a != NULL))
          break;
        IST_ASSERT (g_str_has_prefix (strchr (g_ptr_array_index (a->rcpts, 0), '<') + 1, rows[i].want));
        IST_ASSERT (strstr (ist_scenario_field (s, a, "To"), rows[i].want) != NULL);
        IST_ASSERT (strstr (a->text->str + strcspn (a->text->str, "\r"), "To: \"Somebody\" <IMCEA") == NULL);
      }
  ist_scenario_free (s);
}

/* Under a stranger's domain it is the stranger's address: neither decoded nor taken for ours. */
static void
test_mail_15_foreign (void)
{
  static const char foreign[] = "IMCEANOTES-Anna+20Berg_Research_Acme@far.example";
  static const char text[] = "From: <bob@acme.example>\nTo: <anna@acme.example>\n"
                             "Cc: <IMCEANOTES-Anna+20Berg_Research_Acme@far.example>\n\nhello\n";
  IstScenario *s = ist_scenario_new ();
  guint n;

  if (ist_scenario_start (s))
    {
      assert_reply (ist_scenario_send (s, "exchange", "bob@acme.example", foreign, text), "250 ");
      assert_reply (ist_scenario_send (s, "exchange", "bob@acme.example", "anna@acme.example", text),
                    "250 ");
      ist_scenario_settle (s);
      IST_ASSERT (ist_host_arrived_for (s->internet, foreign, &n) != NULL);
      IST_ASSERT_STR (ist_scenario_field (s, ist_host_arrived (s->domino, 0), "Cc"),
                      "<IMCEANOTES-Anna+20Berg_Research_Acme@far.example>");
    }
  ist_scenario_free (s);
}

/* Exchange's limits (315 for the name, 571 in all): longer ones are answered, never a crash or a cut address. */
static void
test_mail_15_limits (void)
{
  static const guint lengths[] = { 64, 300, 315, 316, 570, 900, 2000 };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
      {
        g_autofree char *name = g_strnfill (lengths[i] - strlen ("IMCEANOTES-"), 'x');
        g_autofree char *address = g_strdup_printf ("IMCEANOTES-%s@acme.example", name);
        g_autofree char *text = g_strdup_printf ("From: <bob@acme.example>\nTo: <%s>\n\nx\n", address);

        ist_row ("name of %u", lengths[i]);
        assert_reply (ist_scenario_send (s, "exchange", "bob@acme.example", address, text), "5");
        assert_reply (ist_scenario_send (s, "exchange", "bob@acme.example", "anna@acme.example", text),
                      "250 ");
        ist_scenario_settle (s);
        IST_ASSERT (strstr (ist_host_arrived (s->domino, (guint) i)->text->str, address) != NULL);
      }
  ist_scenario_free (s);
}

/* Carla moves from Exchange to Domino. The next second her old address, in any form, leads to her new mailbox. */
static void
test_mail_16 (void)
{
  static const char old_row[] = "gerda@acme.example,Gerda Holm,,/o=Acme/ou=First/cn=Recipients/cn=gerda,,,person";
  static const char new_row[] = "gerda@acme.example,Gerda Holm,CN=Gerda Holm/O=Acme,"
                                "/o=Acme/ou=First/cn=Recipients/cn=gerda,,,person";
  static const char dn[] = "IMCEAEX-_O=ACME_OU=FIRST_CN=RECIPIENTS_CN=gerda@acme.example";
  IstScenario *s = ist_scenario_new ();
  guint n;

  ist_scenario_person (s, IST_SIDE_EXCHANGE, old_row);
  ist_host_says (s->exchange, 1, "RCPT TO:<gerda", "450 4.2.1 mailbox is being moved");
  if (ist_scenario_start (s))
    {
      assert_reply (ist_scenario_send (s, "domino", "anna@acme.example", "gerda@acme.example", NULL),
                    "250 ");
      ist_scenario_settle (s);
      ist_scenario_forget_person (s, IST_SIDE_EXCHANGE, "gerda@acme.example");
      ist_scenario_person (s, IST_SIDE_DOMINO, new_row);
      ist_scenario_reload (s);
      assert_reply (ist_scenario_send (s, "exchange", "bob@acme.example", dn,
                                       "From: <bob@acme.example>\nTo: <IMCEAEX-_O=ACME_OU=FIRST_CN="
                                       "RECIPIENTS_CN=gerda@acme.example>\nSubject: Re: old\n\nx\n"),
                    "250 ");
      ist_scenario_settle (s);
      ist_host_arrived_for (s->domino, "gerda@acme.example", &n);
      IST_ASSERT (n >= 1);
      IST_ASSERT (ist_host_arrived_with (s->domino, "To: <gerda@acme.example>\r\nSubject: Re: old") != NULL);
      /* What was on its way to the old mailbox is not lost either. */
      ist_scenario_pass (s, HOUR);
      IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
      ist_host_arrived_for (s->domino, "gerda@acme.example", &n);
      IST_ASSERT_INT (n, 2);
    }
  ist_scenario_free (s);
}

/* ---- MAIL-19 ---- */

static void
use_routing_domains (IstScenario *s)
{
  ist_scenario_configure (s, "[side domino]\nrouting-domain = notes.acme.example\n"
                             "[side exchange]\nrouting-domain = ex.acme.example\n"
                             "[domain notes.acme.example]\ntype = routing\nside = domino\n"
                             "primary = acme.example\n[domain ex.acme.example]\ntype = routing\n"
                             "side = exchange\nprimary = acme.example\n");
}

static const char leaky[]
    = "Received: from client.acme.example by hub.acme.example for <bob@far.example>;\n"
      "\tMon, 21 Sep 2026 10:00:00 +0000\n"
      "From: \"Berg, Anna\" <anna@notes.acme.example>\nSender: <anna@NOTES.acme.example>\n"
      "Reply-To: anna@notes.acme.example (Anna)\nTo: <friend@far.example>,\n"
      " \"Carla\" <carla@notes.acme.example>, <bob@ex.acme.example>\nCc: anna@notes.acme.example@ACME\n"
      "Return-Receipt-To: <anna@notes.acme.example>\n"
      "Disposition-Notification-To: <anna@notes.acme.example>\n"
      "Errors-To: <anna@notes.acme.example>\n"
      "Resent-From: <anna@notes.acme.example>\n"
      "Message-ID: <OF1234.C125-ON@notes.acme.example>\n"
      "In-Reply-To: <OF1233.C125-ON@notes.acme.example>\n"
      "References: <OF1@notes.acme.example> <a@far.example>\n <OF2@ex.acme.example>\n"
      "Subject: leak\n\nhello\n";

/* Nothing above the text may name a routing sub-domain, towards the Internet or the other side. */
static void
test_mail_19 (void)
{
  static const struct
  {
    const char *name, *side, *from, *to;
  } rows[] = {
    { "Domino to Internet", "domino", "anna@notes.acme.example", "friend@far.example" },
    { "Domino to Exchange", "domino", "anna@notes.acme.example", "bob@ex.acme.example" },
    { "Exchange to Internet", "exchange", "bob@ex.acme.example", "friend@far.example" },
    { "Exchange to Domino", "exchange", "bob@ex.acme.example", "anna@notes.acme.example" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      IstScenario *s = ist_scenario_new ();
      IstHost *hosts[] = { s->internet, s->exchange, s->internet, s->domino };

      ist_row ("%s", rows[i].name);
      use_routing_domains (s);
      if (ist_scenario_start (s))
        {
          const IstArrival *a;

          assert_reply (ist_scenario_send (s, rows[i].side, rows[i].from, rows[i].to, leaky), "250 ");
          ist_scenario_settle (s);
          a = ist_host_arrived (hosts[i], 0);
          if (IST_ASSERT (a != NULL))
            {
              g_autofree char *lower = g_ascii_strdown (a->text->str, -1);
              g_autofree char *mail = g_ascii_strdown (a->mail, -1);

              if (!IST_ASSERT (strstr (lower, "notes.acme.example") == NULL)
                  || !IST_ASSERT (strstr (lower, "ex.acme.example") == NULL))
                ist_note ("%s", a->text->str);
              IST_ASSERT (strstr (mail, "notes.acme") == NULL && strstr (mail, "ex.acme") == NULL);
            }
        }
      ist_scenario_free (s);
    }
}

/* Who answers from the Internet reaches the primary address; inside, the envelope carries the sub-domain. */
static void
test_mail_19_reply (void)
{
  IstScenario *s = ist_scenario_new ();
  guint n;

  use_routing_domains (s);
  if (ist_scenario_start (s))
    {
      ist_scenario_send (s, "domino", "anna@notes.acme.example", "friend@far.example", leaky);
      ist_scenario_settle (s);
      if (IST_ASSERT_INT (ist_host_n_arrived (s->internet), 1))
        {
          const IstArrival *a = ist_host_arrived (s->internet, 0);
          const char *reply_to = ist_scenario_field (s, a, "Reply-To");
          g_autofree char *to = g_strndup (reply_to, strcspn (reply_to, " "));

          IST_ASSERT_STR (to, "anna@acme.example");
          assert_reply (ist_scenario_send (s, "internet", "friend@far.example", to, NULL), "250 ");
          ist_scenario_settle (s);
          IST_ASSERT (ist_host_arrived_for (s->domino, "anna@notes.acme.example", &n) != NULL);
        }
    }
  ist_scenario_free (s);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "MAIL-13 a list on the other side", test_mail_13_list },
    { "MAIL-13 a contact that points back", test_mail_13_contact_points_back },
    { "MAIL-13 a circle", test_mail_13_circle },
    { "MAIL-14 three hops", test_mail_14 },
    { "MAIL-14 only the address changes", test_mail_14_rewritten },
    { "MAIL-15 IMCEA addresses are decoded", test_mail_15_decoded },
    { "MAIL-15 a stranger's stay", test_mail_15_foreign },
    { "MAIL-15 limits", test_mail_15_limits },
    { "MAIL-16 who moved is found by the old DN", test_mail_16 },
    { "MAIL-19 no sub-domain leaves", test_mail_19 },
    { "MAIL-19 replies reach the primary address", test_mail_19_reply },
    { NULL },
  };

  return ist_test_main ("mail-addresses", tests);
}
