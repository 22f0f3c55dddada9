/* MAIL-18, -20: limits are told before a message is taken, and what was taken is not lost. */
#include "tests/scenario/scenario.h"

#include <string.h>

static char *
letter_of (gsize size)
{
  GString *out = g_string_new ("From: <anna@acme.example>\r\nSubject: size\r\n\r\n");

  while (out->len + 66 < size)
    g_string_append (out, "0123456789012345678901234567890123456789012345678901234567890123\r\n");
  return g_string_free (out, FALSE);
}

/* ---- MAIL-18 ---- */

static void
test_mail_18 (void)
{
  static const struct
  {
    const char *name, *side, *from, *to;
    gsize size;
    const char *reply;
  } rows[] = {
    { "small to Exchange", "domino", "anna@acme.example", "bob@acme.example", 90000, "250 " },
    { "large to Exchange", "domino", "anna@acme.example", "bob@acme.example", 110000, "552 5.3.4" },
    { "small to Domino", "exchange", "bob@acme.example", "anna@acme.example", 190000, "250 " },
    { "large to Domino", "exchange", "bob@acme.example", "anna@acme.example", 210000, "552 5.3.4" },
    { "announced with SIZE", "exchange", "bob@acme.example SIZE=210000", "anna@acme.example", 100,
      "552 5.3.4" },
    { "announced above the listener's limit", "exchange", "bob@acme.example SIZE=500000",
      "anna@acme.example", 100, "552 5.3.4" },
    { "one of two sides takes less", "internet", "x@far.example", "anna@acme.example|bob@acme.example",
      150000, "552 5.3.4" },
  };
  IstScenario *s = ist_scenario_new ();

  ist_scenario_configure (s, "[side exchange]\nmax-message-size = 100000\n"
                             "[side domino]\nmax-message-size = 200000\n"
                             "[listener exchange]\nmax-message-size = 400000\n");
  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        g_autofree char *text = letter_of (rows[i].size);
        const char *reply = ist_scenario_send (s, rows[i].side, rows[i].from, rows[i].to, text);

        ist_row ("%s: %s", rows[i].name, reply);
        IST_ASSERT (g_str_has_prefix (reply, rows[i].reply));
      }
  if (s->instance != NULL)
    {
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
      IST_ASSERT_INT (ist_host_n_arrived (s->domino), 1);
    }
  ist_scenario_free (s);
}

/* ---- MAIL-20 ---- */

/* Sends until refused; gives how many were answered 250. */
static guint
fill (IstScenario *s, guint most, const char *text)
{
  guint n = 0;

  for (; n < most; n++)
    {
      const char *reply
          = ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", text);

      if (g_str_has_prefix (reply, "250 "))
        continue;
      ist_row ("%s", reply);
      IST_ASSERT (g_str_has_prefix (reply, "452 4.3.1"));
      break;
    }
  return n;
}

static void
test_mail_20 (const char *limits, const char *text, guint expected)
{
  IstScenario *s = ist_scenario_new ();
  guint n;

  ist_scenario_configure (s, "%s", limits);
  ist_host_says (s->exchange, IST_HOST_ALWAYS, "RCPT", "450 4.2.1 not now");
  if (ist_scenario_start (s))
    {
      n = fill (s, 50, text);
      IST_ASSERT_INT (n, expected);
      /* What was acknowledged survives the trouble and a restart, and there is room again afterwards. */
      ist_scenario_stop (s);
      ist_host_forget (s->exchange);
      if (ist_scenario_start (s))
        {
          ist_scenario_pass (s, 5 * MINUTE);
          IST_ASSERT_INT (ist_host_n_arrived (s->exchange), n);
          IST_ASSERT_INT (fill (s, 1, NULL), 1);
          ist_scenario_settle (s);
          IST_ASSERT_INT (ist_host_n_arrived (s->exchange), n + 1);
        }
    }
  ist_scenario_free (s);
}

static void
test_mail_20_messages (void)
{
  test_mail_20 ("[connector]\nmax-queue-messages = 7\n", NULL, 7);
}

static void
test_mail_20_bytes (void)
{
  g_autofree char *text = letter_of (100000);

  test_mail_20 ("[connector]\nmax-queue-size = 550000\n", text, 6);
}

/* The disk is nearly full: mail is refused for now, but what waits is still delivered, so that room comes. */
static void
test_mail_20_disk (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_host_says (s->exchange, 1, "RCPT", "450 4.2.1 not now");
  if (ist_scenario_start (s))
    {
      IST_ASSERT_INT (fill (s, 1, NULL), 1);
      ist_scenario_stop (s);
      ist_scenario_configure (s, "[connector]\nmin-free = 1024G\n");
      if (ist_scenario_start (s))
        {
          const char *reply
              = ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", NULL);

          IST_ASSERT (g_str_has_prefix (reply, "452 4.3.1"));
          ist_scenario_pass (s, 5 * MINUTE);
          IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
        }
    }
  ist_scenario_free (s);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "MAIL-18 a size limit in each direction", test_mail_18 },
    { "MAIL-20 too many messages", test_mail_20_messages },
    { "MAIL-20 too many bytes", test_mail_20_bytes },
    { "MAIL-20 disk nearly full", test_mail_20_disk },
    { NULL },
  };

  return ist_test_main ("mail-limits", tests);
}
