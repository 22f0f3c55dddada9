/* What a next hop can do to us, once, at every step: nothing is lost, nothing comes twice that need not. */
#include "tests/scenario/scenario.h"

#include <string.h>

static const char letter[] = "From: <anna@acme.example>\r\nTo: <bob@acme.example>\r\n"
                             "Subject: The offer\r\nMessage-ID: <offer@acme.example>\r\n\r\n"
                             "First line\r\n.a line with a dot\r\n..\r\n\r\nlast line\r\n";

static gboolean
has_whole_letter (const IstArrival *arrival)
{
  return IST_ASSERT (arrival != NULL) && IST_ASSERT (g_str_has_suffix (arrival->text->str, letter));
}

typedef struct
{
  const char *name;
  const char *command;
  const char *answer;
} Fault;

static const Fault faults[] = {
  { "connection refused with words", "CONNECT", "554 5.3.2 go away" },
  { "421 instead of a greeting", "CONNECT", "421 4.3.2 too many connections" IST_HOST_THEN_DROP },
  { "garbage instead of a greeting", "CONNECT", "SSH-2.0-OpenSSH_9.2" },
  { "closed before the greeting", "CONNECT", IST_HOST_DROP },
  { "closed at EHLO", "EHLO", IST_HOST_DROP },
  { "421 at EHLO", "EHLO", "421 4.3.2 shutting down" IST_HOST_THEN_DROP },
  { "MAIL refused for now", "MAIL", "451 4.3.0 later" },
  { "MAIL answered with garbage", "MAIL", "welcome!" },
  { "closed at MAIL", "MAIL", IST_HOST_DROP },
  { "421 at MAIL", "MAIL", "421 4.3.2 shutting down" IST_HOST_THEN_DROP },
  { "greylisted", "RCPT", "450 4.7.1 greylisted" },
  { "452 for the first recipient", "RCPT", "452 4.5.3 too many recipients" },
  { "destination busy at RCPT", "RCPT", "452 4.3.1 insufficient system resources" },
  { "closed at RCPT", "RCPT", IST_HOST_DROP },
  { "421 at RCPT", "RCPT", "421 4.3.2 shutting down" IST_HOST_THEN_DROP },
  { "DATA refused for now", "DATA", "451 4.3.0 later" },
  { "DATA answered with 250", "DATA", "250 2.0.0 ok" },
  { "closed at DATA", "DATA", IST_HOST_DROP },
  { "closed in the text", "TEXT", IST_HOST_DROP },
  { "text refused for now", ".", "451 4.3.0 later" },
  { "destination busy at the dot", ".", "452 4.3.1 insufficient system storage" },
  { "421 at the dot", ".", "421 4.3.2 shutting down" IST_HOST_THEN_DROP },
  { "garbage at the dot", ".", "\1\2\3" },
  { "closed at the dot", ".", IST_HOST_DROP },
  { "250 and closed", ".", "250 2.0.0 kept" IST_HOST_THEN_DROP },
};

static void
test_each_fault_once (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      IstScenario *s = ist_scenario_new ();

      ist_row ("%s", faults[i].name);
      ist_host_says (s->exchange, 1, faults[i].command, faults[i].answer);
      if (ist_scenario_start (s))
        {
          ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", letter);
          ist_scenario_pass (s, 30 * MINUTE);
          IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
          has_whole_letter (ist_host_arrived (s->exchange, 0));
          IST_ASSERT_INT (ist_host_n_arrived (s->domino), 0);
          IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
          IST_ASSERT_INT (ist_scenario_count (s, "delivered", NULL), 1);
        }
      ist_scenario_free (s);
    }
}

/* The clock goes on only while the host keeps somebody waiting. */
static gboolean
gave_up_waiting (gpointer user)
{
  IstScenario *s = user;

  if (ist_host_n_silent (s->exchange) > 0)
    ist_scenario_jump (s, 30);
  return ist_scenario_count (s, "deferred", NULL) > 0;
}

/* The answer never comes; each wait ends by its own time-out. */
static void
test_silence_at_each_step (void)
{
  static const char *const steps[] = { "CONNECT", "EHLO", "MAIL", "RCPT", "DATA" };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      IstScenario *s = ist_scenario_new ();

      ist_row ("silent at %s", steps[i]);
      ist_host_says (s->exchange, 1, steps[i], IST_HOST_SILENT);
      if (ist_scenario_start (s))
        {
          ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", letter);
          ist_scenario_until (gave_up_waiting, s, "the time-out");
          ist_scenario_pass (s, HOUR);
          IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
          /* Who does not even greet is dead for everybody; later than that it may be this message. */
          IST_ASSERT_INT (ist_scenario_count (s, "host-dead", NULL), i < 2);
          IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
        }
      ist_scenario_free (s);
    }
}

static gboolean
dot_was_read (gpointer user)
{
  return ist_host_n_arrived (((IstScenario *) user)->exchange) > 0;
}

/* Exchange delays the answer to the final dot on purpose: that is no failure of the host. */
static void
test_late_dot (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_host_says (s->exchange, 1, ".", IST_HOST_LATE "250 2.6.0 queued");
  if (ist_scenario_start (s))
    {
      ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", letter);
      ist_scenario_until (dot_was_read, s, "the final dot");
      ist_scenario_jump (s, 60);
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_scenario_count (s, "delivered", "reply", "~queued", NULL), 1);
      IST_ASSERT_INT (ist_scenario_count (s, "host-dead", NULL), 0);
      IST_ASSERT_INT (ist_scenario_count (s, "deferred", NULL), 0);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
    }
  ist_scenario_free (s);
}

/* No answer to the dot: it may have been taken. The log says so, and it is sent again. */
static void
test_lost_after_the_dot (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_host_says (s->exchange, 1, ".", IST_HOST_DROP);
  if (ist_scenario_start (s))
    {
      ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", letter);
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_scenario_count (s, "deferred", "duplicate_possible", "yes", NULL), 1);
      ist_scenario_pass (s, 10 * MINUTE);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
    }
  ist_scenario_free (s);
}

/* Before the dot nothing can have been taken: no word of duplicates. */
static void
test_lost_before_the_dot (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_host_says (s->exchange, 1, "TEXT", IST_HOST_DROP);
  if (ist_scenario_start (s))
    {
      g_autoptr (GString) large = g_string_new (letter);

      while (large->len < 16 * 1024 * 1024)
        g_string_append (large, "0123456789012345678901234567890123456789012345678901234567890123\r\n");
      ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", large->str);
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_scenario_count (s, "deferred", NULL), 1);
      IST_ASSERT_INT (ist_scenario_count (s, "deferred", "duplicate_possible", "yes", NULL), 0);
      ist_scenario_pass (s, 10 * MINUTE);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
      if (ist_host_n_arrived (s->exchange) > 0)
        IST_ASSERT (g_str_has_suffix (ist_host_arrived (s->exchange, 0)->text->str, large->str));
    }
  ist_scenario_free (s);
}

/* 452 4.5.3 after two: the two now, the others at once in the next transactions. */
static void
test_452_after_n_recipients (void)
{
  IstScenario *s = ist_scenario_new ();
  guint n;

  ist_host_max_rcpts (s->exchange, 2);
  if (ist_scenario_start (s))
    {
      ist_scenario_send (s, "domino", "anna@acme.example",
                         "bob@acme.example|eve@acme.example|frank@acme.example", letter);
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 2);
      IST_ASSERT_INT (ist_scenario_count (s, "deferred", NULL), 0);
      ist_host_arrived_for (s->exchange, "frank@acme.example", &n);
      IST_ASSERT_INT (n, 1);
    }
  ist_scenario_free (s);
}

/* One recipient each of: taken, later, never. One report, for the last alone. */
static void
test_results_per_recipient (void)
{
  IstScenario *s = ist_scenario_new ();
  guint n;

  ist_host_says (s->exchange, 1, "RCPT TO:<eve", "450 4.2.2 mailbox full");
  ist_host_says (s->exchange, IST_HOST_ALWAYS, "RCPT TO:<frank", "550 5.1.1 no such mailbox");
  if (ist_scenario_start (s))
    {
      ist_scenario_send (s, "domino", "anna@acme.example",
                         "bob@acme.example|eve@acme.example|frank@acme.example", letter);
      ist_scenario_pass (s, 5 * MINUTE);
      ist_host_arrived_for (s->exchange, "bob@acme.example", &n);
      IST_ASSERT_INT (n, 1);
      ist_host_arrived_for (s->exchange, "eve@acme.example", &n);
      IST_ASSERT_INT (n, 1);
      IST_ASSERT_INT (ist_host_n_commands (s->exchange, "RCPT TO:<frank"), 1);
      IST_ASSERT_INT (ist_host_n_arrived (s->domino), 1);
      if (IST_ASSERT (ist_host_arrived_for (s->domino, "anna@acme.example", &n) != NULL))
        {
          const char *report = ist_host_arrived (s->domino, 0)->text->str;

          IST_ASSERT (strstr (report, "frank@acme.example") != NULL);
          IST_ASSERT (strstr (report, "no such mailbox") != NULL);
          IST_ASSERT (strstr (report, "Final-Recipient: rfc822;eve") == NULL);
          IST_ASSERT (strstr (report, "Final-Recipient: rfc822;bob") == NULL);
        }
    }
  ist_scenario_free (s);
}

/* 421 in the middle of the recipients: everybody gets it once in the end. */
static void
test_421_midway (void)
{
  static const char *const people[] = { "bob@acme.example", "eve@acme.example", "frank@acme.example" };
  IstScenario *s = ist_scenario_new ();

  ist_host_says (s->exchange, 1, "RCPT TO:<eve", "421 4.3.2 shutting down" IST_HOST_THEN_DROP);
  if (ist_scenario_start (s))
    {
      ist_scenario_send (s, "domino", "anna@acme.example",
                         "bob@acme.example|eve@acme.example|frank@acme.example", letter);
      ist_scenario_pass (s, 30 * MINUTE);
      for (gsize i = 0; i < G_N_ELEMENTS (people); i++)
        {
          guint n;

          ist_row ("%s", people[i]);
          ist_host_arrived_for (s->exchange, people[i], &n);
          IST_ASSERT_INT (n, 1);
        }
      IST_ASSERT_INT (ist_host_n_arrived (s->domino), 0);
    }
  ist_scenario_free (s);
}

/* An old host: HELO only, and hosts that lack one extension. */
static void
test_poor_hosts (void)
{
  static const char *const offers[] = { NULL, "", "SIZE", "PIPELINING", "8BITMIME DSN", "CHUNKING PIPELINING" };

  for (gsize i = 0; i < G_N_ELEMENTS (offers); i++)
    {
      IstScenario *s = ist_scenario_new ();

      ist_row ("offers %s", offers[i] != NULL ? offers[i] : "no EHLO");
      ist_host_offers (s->exchange, offers[i]);
      if (ist_scenario_start (s))
        {
          ist_scenario_send (s, "domino", "anna@acme.example RET=HDRS ENVID=x",
                             "bob@acme.example NOTIFY=FAILURE|eve@acme.example", letter);
          ist_scenario_settle (s);
          IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
          has_whole_letter (ist_host_arrived (s->exchange, 0));
          IST_ASSERT_INT (ist_scenario_count (s, "deferred", NULL), 0);
        }
      ist_scenario_free (s);
    }
}

/* 8-bit text for a host that cannot take it: nothing above 127 leaves, and the words are the same once decoded. */
static void
test_eight_bit_for_seven (void)
{
  static const char text[] = "From: <anna@acme.example>\nTo: <bob@acme.example>\nMIME-Version: 1.0\n"
                             "Subject: umlauts\nContent-Type: text/plain; charset=utf-8\n"
                             "Content-Transfer-Encoding: 8bit\n\nGr\303\274\303\237e\n";
  IstScenario *s = ist_scenario_new ();

  ist_host_offers (s->exchange, "PIPELINING SIZE");
  if (ist_scenario_start (s))
    {
      const IstArrival *a;

      ist_scenario_send (s, "domino", "anna@acme.example BODY=8BITMIME", "bob@acme.example", text);
      ist_scenario_settle (s);
      a = ist_host_arrived (s->exchange, 0);
      if (IST_ASSERT (a != NULL))
        {
          for (gsize i = 0; i < a->text->len; i++)
            if (!IST_ASSERT ((guchar) a->text->str[i] < 128))
              break;
          IST_ASSERT (strstr (a->text->str, "Gr=C3=BC=C3=9Fe") != NULL);
        }
      IST_ASSERT_INT (ist_host_n_arrived (s->domino), 0);
    }
  ist_scenario_free (s);
}

/* An open connection that the host closes while it waits for more: the next message goes over a fresh one. */
static void
test_reused_connection_lost (void)
{
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    {
      ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", letter);
      ist_scenario_settle (s);
      ist_host_says (s->exchange, 1, "MAIL", "421 4.4.2 idle too long" IST_HOST_THEN_DROP);
      ist_host_says (s->exchange, 1, "RSET", "421 4.4.2 idle too long" IST_HOST_THEN_DROP);
      ist_scenario_send (s, "domino", "anna@acme.example", "eve@acme.example", letter);
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 2);
      IST_ASSERT_INT (ist_scenario_count (s, "deferred", NULL), 0);
    }
  ist_scenario_free (s);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "each fault once", test_each_fault_once },
    { "silence at each step", test_silence_at_each_step },
    { "late dot", test_late_dot },
    { "lost after the dot", test_lost_after_the_dot },
    { "lost before the dot", test_lost_before_the_dot },
    { "452 after n recipients", test_452_after_n_recipients },
    { "results per recipient", test_results_per_recipient },
    { "421 midway", test_421_midway },
    { "poor hosts", test_poor_hosts },
    { "8-bit text for a 7-bit host", test_eight_bit_for_seven },
    { "reused connection lost", test_reused_connection_lost },
    { NULL },
  };

  return ist_test_main ("faults", tests);
}
