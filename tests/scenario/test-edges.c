/* Unusual but legal mail from end to end: many recipients, long lines, senders that nobody can answer. */
#include "tests/scenario/scenario.h"

#include <string.h>

static void
assert_reply (const char *reply, const char *begin)
{
  if (!IST_ASSERT (g_str_has_prefix (reply, begin)))
    ist_note ("reply: %s", reply);
}

/* A thousand recipients, a host that takes a hundred at a time: everybody once, no clock needed. */
static void
test_thousand_recipients (void)
{
  IstScenario *s = ist_scenario_new ();
  g_autoptr (GString) to = g_string_new (NULL);
  guint n = 0;

  ist_scenario_configure (s, "[domain wide.example]\ntype = own\nside = exchange\ncheck-recipients = no\n");
  ist_host_max_rcpts (s->exchange, 100);
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (to, "%sp%u@wide.example", i > 0 ? "|" : "", i);
  if (ist_scenario_start (s))
    {
      assert_reply (ist_scenario_send (s, "domino", "anna@acme.example", to->str, "Subject: all\n\nhi\n"),
                    "250 ");
      ist_scenario_settle (s);
      for (guint i = 0; i < ist_host_n_arrived (s->exchange); i++)
        n += ist_host_arrived (s->exchange, i)->rcpts->len;
      IST_ASSERT_INT (n, 1000);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 10);
      IST_ASSERT_INT (ist_scenario_count (s, "deferred", NULL), 0);
      IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
    }
  ist_scenario_free (s);
}

/* All of a thousand refused: one report that names each. */
static void
test_thousand_refused (void)
{
  IstScenario *s = ist_scenario_new ();
  g_autoptr (GString) to = g_string_new (NULL);

  ist_scenario_configure (s, "[domain wide.example]\ntype = own\nside = exchange\ncheck-recipients = no\n");
  ist_host_says (s->exchange, IST_HOST_ALWAYS, "RCPT", "550 5.1.1 no");
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (to, "%sp%u@wide.example", i > 0 ? "|" : "", i);
  if (ist_scenario_start (s))
    {
      assert_reply (ist_scenario_send (s, "domino", "anna@acme.example", to->str, "Subject: all\n\nhi\n"),
                    "250 ");
      ist_scenario_pass (s, HOUR);
      IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
      IST_ASSERT (ist_host_n_arrived (s->domino) >= 1 && ist_host_n_arrived (s->domino) <= 10);
      ist_note ("%u reports", ist_host_n_arrived (s->domino));
      IST_ASSERT (ist_host_arrived_with (s->domino, "p0@wide.example") != NULL);
      IST_ASSERT (ist_host_arrived_with (s->domino, "p999@wide.example") != NULL);
    }
  ist_scenario_free (s);
}

/* Senders that cannot be answered: the failure stays where the administrator sees it. */
static void
test_unanswerable_sender (void)
{
  static const struct
  {
    const char *name, *side, *from;
  } rows[] = {
    { "unknown in our own domain", "domino", "ghost@acme.example" },
    { "null sender", "domino", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      IstScenario *s = ist_scenario_new ();

      ist_row ("%s", rows[i].name);
      ist_host_says (s->exchange, IST_HOST_ALWAYS, "RCPT", "550 5.1.1 no such mailbox");
      if (ist_scenario_start (s))
        {
          assert_reply (ist_scenario_send (s, rows[i].side, rows[i].from, "bob@acme.example|eve@acme.example",
                                           NULL),
                        "250 ");
          ist_scenario_pass (s, HOUR);
          IST_ASSERT_INT (ist_scenario_queued (s, IST_STATE_DEAD), 2);
          IST_ASSERT_INT (ist_scenario_count (s, "dead", NULL), 2);
          IST_ASSERT_INT (ist_host_n_arrived (s->domino) + ist_host_n_arrived (s->internet), 0);
        }
      ist_scenario_free (s);
    }
}

/* One recipient never wants reports, the other does: neither becomes dead. */
static void
test_never_beside_failure (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_host_says (s->exchange, IST_HOST_ALWAYS, "RCPT", "550 5.1.1 no such mailbox");
  if (ist_scenario_start (s))
    {
      ist_scenario_send (s, "domino", "anna@acme.example",
                         "bob@acme.example NOTIFY=NEVER|eve@acme.example", NULL);
      ist_scenario_pass (s, HOUR);
      IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
      if (IST_ASSERT_INT (ist_host_n_arrived (s->domino), 1))
        {
          const char *report = ist_host_arrived (s->domino, 0)->text->str;

          IST_ASSERT (strstr (report, "Final-Recipient: rfc822;eve@acme.example") != NULL);
          IST_ASSERT (strstr (report, "Final-Recipient: rfc822;bob@acme.example") == NULL);
        }
    }
  ist_scenario_free (s);
}

/* A stranger's mail fails after it was taken: the report goes out to the Internet, and our names stay inside. */
static void
test_report_to_internet (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_host_says (s->exchange, IST_HOST_ALWAYS, "RCPT", "550 5.2.1 mailbox disabled");
  if (ist_scenario_start (s))
    {
      ist_scenario_send (s, "internet", "friend@far.example", "bob@acme.example", NULL);
      ist_scenario_pass (s, HOUR);
      if (IST_ASSERT_INT (ist_host_n_arrived (s->internet), 1))
        IST_ASSERT (g_str_has_prefix (ist_host_arrived (s->internet, 0)->mail, "<>"));
    }
  ist_scenario_free (s);
}

static char *
odd_text (guint which)
{
  GString *out = g_string_new ("From: <anna@acme.example>\r\nTo: <bob@acme.example>\r\n\r\n");

  switch (which)
    {
    case 0:
      for (guint i = 0; i < 2000; i++)
        g_string_append (out, ".\r\n..\r\n");
      break;
    case 1:
      for (guint i = 0; i < 900; i++)
        g_string_append_c (out, 'x');
      g_string_append (out, "\r\n");
      break;
    case 2:
      for (guint i = 0; i < 20000; i++)
        g_string_append (out, "\r\n");
      break;
    default:
      g_string_truncate (out, 0);
      for (guint i = 0; i < 5000; i++)
        g_string_append_printf (out, "X-Field-%u: %u\r\n", i, i);
      g_string_append (out, "\r\nend\r\n");
      break;
    }
  return g_string_free (out, FALSE);
}

static void
test_odd_texts (void)
{
  static const char *const names[] = { "dots", "a line of 900", "empty lines", "5000 fields" };
  static const char *const offers[] = { "PIPELINING", "PIPELINING CHUNKING" };

  for (gsize k = 0; k < G_N_ELEMENTS (offers); k++)
    {
      IstScenario *s = ist_scenario_new ();

      ist_host_offers (s->exchange, offers[k]);
      if (ist_scenario_start (s))
        for (guint i = 0; i < G_N_ELEMENTS (names); i++)
          {
            g_autofree char *text = odd_text (i);
            const IstArrival *a;

            ist_row ("%s to a host that offers %s", names[i], offers[k]);
            assert_reply (
                ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", text), "250 ");
            ist_scenario_settle (s);
            a = ist_host_arrived (s->exchange, i);
            IST_ASSERT (a != NULL && g_str_has_suffix (a->text->str, text));
          }
      ist_scenario_free (s);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "a thousand recipients", test_thousand_recipients },
    { "a thousand refused", test_thousand_refused },
    { "senders nobody can answer", test_unanswerable_sender },
    { "NOTIFY=NEVER beside a failure", test_never_beside_failure },
    { "a report to the Internet", test_report_to_internet },
    { "odd texts", test_odd_texts },
    { NULL },
  };

  return ist_test_main ("edges", tests);
}
