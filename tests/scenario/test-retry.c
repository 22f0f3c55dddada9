/* Time in the queue: attempts, warnings, expiry, reports, dead mail, holds. Days pass in milliseconds. */
#include "tests/scenario/scenario.h"

#include <string.h>

#define BUSY_BOX "450 4.2.2 mailbox full"

static const char body_text[] = "Subject: The offer\r\nMessage-ID: <offer@acme.example>\r\n\r\nTen per cent.\r\n";

static void
send_offer (IstScenario *s, const char *from, const char *to)
{
  const char *reply = ist_scenario_send (s, "domino", from, to, body_text);

  if (!IST_ASSERT (g_str_has_prefix (reply, "250")))
    ist_note ("%s", reply);
}

/* Each wait is the configured one or up to a tenth longer, the last one repeats. */
static void
test_schedule (void)
{
  static const int waits[] = { 60, 120, 300, 600, 600, 600 };
  IstScenario *s = ist_scenario_new ();

  ist_scenario_configure (s, "[relay exchange]\nretry = 1m, 2m, 5m, 10m\n");
  ist_host_says (s->exchange, IST_HOST_ALWAYS, "RCPT", BUSY_BOX);
  if (ist_scenario_start (s))
    {
      send_offer (s, "anna@acme.example", "bob@acme.example");
      ist_scenario_settle (s);
      for (gsize i = 0; i < G_N_ELEMENTS (waits); i++)
        {
          int wait = (int) g_ascii_strtoll (ist_scenario_event (s, "deferred", "retry_in_secs"), NULL, 10);

          ist_row ("wait %zu", i + 1);
          IST_ASSERT_INT (ist_host_n_commands (s->exchange, "RCPT"), i + 1);
          IST_ASSERT (wait >= waits[i] - 1 && wait <= waits[i] * 11 / 10);
          ist_scenario_pass (s, wait + 1);
        }
    }
  ist_scenario_free (s);
}

/* Not a second before its time, and only after an attempt begun after it. */
static void
test_expiry (void)
{
  IstScenario *s = ist_scenario_new ();
  guint before, n;

  ist_scenario_configure (s, "[relay exchange]\nexpire = 1h\n");
  ist_host_says (s->exchange, IST_HOST_ALWAYS, "RCPT", BUSY_BOX);
  if (ist_scenario_start (s))
    {
      send_offer (s, "anna@acme.example", "bob@acme.example");
      ist_scenario_pass (s, HOUR - 1);
      IST_ASSERT_INT (ist_scenario_count (s, "expired", NULL), 0);
      before = ist_host_n_commands (s->exchange, "RCPT");
      ist_scenario_pass (s, 2 * HOUR);
      IST_ASSERT_INT (ist_host_n_commands (s->exchange, "RCPT"), before + 1);
      IST_ASSERT_INT (ist_scenario_count (s, "expired", "to", "bob@acme.example", NULL), 1);
      IST_ASSERT (ist_host_arrived_for (s->domino, "anna@acme.example", &n) != NULL);
      IST_ASSERT_INT (n, 1);
      IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
    }
  ist_scenario_free (s);
}

/* The clock of the machine is set forward by six days: nobody's mail is returned for that. */
static void
test_wall_clock_step (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_scenario_configure (s, "[relay exchange]\nretry = 10m\n");
  ist_host_says (s->exchange, 1, "RCPT", BUSY_BOX);
  if (ist_scenario_start (s))
    {
      send_offer (s, "anna@acme.example", "bob@acme.example");
      ist_scenario_settle (s);
      ist_fake_clock_step_wall (6 * (gint64) DAY * G_USEC_PER_SEC);
      ist_scenario_pass (s, 20 * MINUTE);
      IST_ASSERT_INT (ist_scenario_count (s, "expired", NULL), 0);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
      IST_ASSERT_INT (ist_host_n_arrived (s->domino), 0);
    }
  ist_scenario_free (s);
}

/* Isthmus itself was off for six days: the message is tried before anybody speaks of expiry. */
static void
test_off_for_six_days (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_host_says (s->exchange, 1, "RCPT", BUSY_BOX);
  if (ist_scenario_start (s))
    {
      send_offer (s, "anna@acme.example", "bob@acme.example");
      ist_scenario_settle (s);
      ist_scenario_stop (s);
      ist_scenario_jump (s, 6 * DAY);
      if (ist_scenario_start (s))
        ist_scenario_settle (s);
      IST_ASSERT_INT (ist_scenario_count (s, "expired", NULL), 0);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
    }
  ist_scenario_free (s);
}

/* Off for six days, and the host is down when Isthmus comes back: one round passes first. */
static void
test_off_and_host_dead (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_host_says (s->exchange, 1, "RCPT", BUSY_BOX);
  if (ist_scenario_start (s))
    {
      send_offer (s, "anna@acme.example", "bob@acme.example");
      ist_scenario_settle (s);
      ist_scenario_stop (s);
      ist_host_down (s->exchange);
      ist_scenario_jump (s, 6 * DAY);
      if (ist_scenario_start (s))
        {
          ist_scenario_pass (s, HOUR);
          IST_ASSERT_INT (ist_scenario_count (s, "expired", NULL), 1);
          IST_ASSERT_INT (ist_scenario_count (s, "host-dead", NULL), 1);
        }
    }
  ist_scenario_free (s);
}

/* With a TLS level that refuses clear text the sender hears after a day, with the reason. */
static void
test_forced_tls (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_scenario_configure (s, "[relay exchange]\ntls-level = encrypt\ndelay-warning = 0\n");
  if (ist_scenario_start (s))
    {
      send_offer (s, "anna@acme.example", "bob@acme.example");
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_scenario_count (s, "deferred", "reply", "~no STARTTLS offered", NULL), 1);
      ist_scenario_pass (s, 23 * HOUR);
      IST_ASSERT_INT (ist_scenario_count (s, "expired", NULL), 0);
      ist_scenario_pass (s, 3 * HOUR);
      IST_ASSERT_INT (ist_scenario_count (s, "expired", NULL), 1);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 0);
      if (IST_ASSERT_INT (ist_host_n_arrived (s->domino), 1))
        IST_ASSERT (strstr (ist_host_arrived (s->domino, 0)->text->str, "STARTTLS") != NULL);
    }
  ist_scenario_free (s);
}

/* One warning after four hours, to who wants one. */
static void
test_delay_warning (void)
{
  static const struct
  {
    const char *name, *notify;
    guint warnings;
  } rows[] = {
    { "no NOTIFY", "", 1 },
    { "NOTIFY=DELAY", " NOTIFY=DELAY", 1 },
    { "NOTIFY=FAILURE", " NOTIFY=FAILURE", 0 },
    { "NOTIFY=NEVER", " NOTIFY=NEVER", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      IstScenario *s = ist_scenario_new ();
      g_autofree char *to = g_strconcat ("bob@acme.example", rows[i].notify, NULL);

      ist_row ("%s", rows[i].name);
      ist_host_says (s->exchange, IST_HOST_ALWAYS, "RCPT", BUSY_BOX);
      if (ist_scenario_start (s))
        {
          send_offer (s, "anna@acme.example", to);
          ist_scenario_pass (s, 4 * HOUR - MINUTE);
          IST_ASSERT_INT (ist_host_n_arrived (s->domino), 0);
          ist_scenario_pass (s, 8 * HOUR);
          IST_ASSERT_INT (ist_host_n_arrived (s->domino), rows[i].warnings);
          if (ist_host_n_arrived (s->domino) > 0)
            IST_ASSERT (strstr (ist_host_arrived (s->domino, 0)->text->str, "Action: delayed") != NULL);
          IST_ASSERT_INT (ist_scenario_queued (s, IST_STATE_QUEUED), 1);
        }
      ist_scenario_free (s);
    }
}

static gboolean
no_dead_mail (gpointer user)
{
  return ist_scenario_queued (user, IST_STATE_DEAD) == 0;
}

/* Nobody to report to: kept where the administrator sees it, told to the postmaster, gone after 14 days. */
static void
test_dead_mail (void)
{
  IstScenario *s = ist_scenario_new ();
  guint n;

  ist_scenario_configure (s, "[connector]\npostmaster = walter@acme.example\n");
  ist_host_says (s->exchange, IST_HOST_ALWAYS, "RCPT", "550 5.1.1 no such mailbox");
  if (ist_scenario_start (s))
    {
      send_offer (s, "", "bob@acme.example");
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_scenario_queued (s, IST_STATE_DEAD), 1);
      IST_ASSERT_INT (ist_scenario_count (s, "dead", "to", "bob@acme.example", NULL), 1);
      IST_ASSERT_INT (ist_host_n_arrived (s->domino), 0);
      ist_scenario_pass (s, DAY + HOUR);
      ist_scenario_await (s, 1, "delivered", "to", "walter@acme.example");
      IST_ASSERT (ist_host_arrived_for (s->domino, "walter@acme.example", &n) != NULL);
      IST_ASSERT_INT (n, 1);
      ist_scenario_pass (s, 12 * DAY);
      IST_ASSERT_INT (ist_scenario_queued (s, IST_STATE_DEAD), 1);
      ist_scenario_pass (s, 2 * DAY);
      ist_scenario_until (no_dead_mail, s, "dead mail of 15 days to be removed");
    }
  ist_scenario_free (s);
}

/* A report that cannot be delivered causes no further one. */
static void
test_report_fails (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_host_says (s->exchange, IST_HOST_ALWAYS, "RCPT", "550 5.1.1 no such mailbox");
  ist_host_says (s->domino, IST_HOST_ALWAYS, "RCPT", "550 5.7.1 no reports here");
  if (ist_scenario_start (s))
    {
      send_offer (s, "anna@acme.example", "bob@acme.example");
      ist_scenario_pass (s, DAY);
      IST_ASSERT_INT (ist_scenario_count (s, "reported", NULL), 1);
      IST_ASSERT_INT (ist_scenario_queued (s, IST_STATE_DEAD), 1);
      IST_ASSERT_INT (ist_host_n_commands (s->domino, "RCPT"), 1);
    }
  ist_scenario_free (s);
}

/* RFC 3461: what the sender asked for is what is reported, and how much of the message comes along. */
static void
test_notify_and_ret (void)
{
  static const struct
  {
    const char *name, *mail, *notify, *answer;
    guint reports;
    const char *in, *not_in;
  } rows[] = {
    { "failure", "", "", "550 5.1.1 no", 1, "Action: failed", NULL },
    { "failure, never", "", " NOTIFY=NEVER", "550 5.1.1 no", 0, NULL, NULL },
    { "failure, only success", "", " NOTIFY=SUCCESS", "550 5.1.1 no", 0, NULL, NULL },
    { "failure, full", " RET=FULL", " NOTIFY=FAILURE", "550 5.1.1 no", 1, "Ten per cent.", NULL },
    { "failure, headers", " RET=HDRS", " NOTIFY=FAILURE", "550 5.1.1 no", 1, "Subject: The offer",
      "Ten per cent." },
    { "failure, ENVID and ORCPT", " ENVID=QQ+2B7", " ORCPT=rfc822;old+40acme.example", "550 5.1.1 no", 1,
      "Original-Envelope-Id: QQ+7", NULL },
    { "success, host without DSN", "", " NOTIFY=SUCCESS", "250 2.1.5 ok", 1, "Action: relayed", NULL },
    { "success, not asked for", "", " NOTIFY=FAILURE", "250 2.1.5 ok", 0, NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      IstScenario *s = ist_scenario_new ();
      g_autofree char *from = g_strconcat ("anna@acme.example", rows[i].mail, NULL);
      g_autofree char *to = g_strconcat ("bob@acme.example", rows[i].notify, NULL);
      const char *report;

      ist_row ("%s", rows[i].name);
      ist_host_offers (s->exchange, "PIPELINING SIZE 8BITMIME");
      ist_host_says (s->exchange, IST_HOST_ALWAYS, "RCPT", rows[i].answer);
      if (ist_scenario_start (s))
        {
          send_offer (s, from, to);
          ist_scenario_settle (s);
          IST_ASSERT_INT (ist_host_n_arrived (s->domino), rows[i].reports);
          report = ist_host_n_arrived (s->domino) > 0 ? ist_host_arrived (s->domino, 0)->text->str : "";
          IST_ASSERT (rows[i].in == NULL || strstr (report, rows[i].in) != NULL);
          IST_ASSERT (rows[i].not_in == NULL || strstr (report, rows[i].not_in) == NULL);
          if (ist_host_n_arrived (s->domino) > 0)
            IST_ASSERT (g_str_has_prefix (ist_host_arrived (s->domino, 0)->mail, "<>"));
          IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
        }
      ist_scenario_free (s);
    }
}

/* To a host that speaks DSN the wishes are passed on, and it reports, not we. */
static void
test_dsn_passed_on (void)
{
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    {
      send_offer (s, "anna@acme.example RET=HDRS ENVID=QQ+2B7",
                  "bob@acme.example NOTIFY=SUCCESS,DELAY ORCPT=rfc822;robert+40old.example");
      ist_scenario_settle (s);
      if (IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1))
        {
          const IstArrival *a = ist_host_arrived (s->exchange, 0);

          IST_ASSERT (strstr (a->mail, " RET=HDRS") != NULL);
          IST_ASSERT (strstr (a->mail, " ENVID=QQ+2B7") != NULL);
          IST_ASSERT (strstr (g_ptr_array_index (a->rcpts, 0), " NOTIFY=SUCCESS,DELAY") != NULL);
          IST_ASSERT (strstr (g_ptr_array_index (a->rcpts, 0), " ORCPT=rfc822;robert@old.example")
                      != NULL);
        }
      IST_ASSERT_INT (ist_host_n_arrived (s->domino), 0);
    }
  ist_scenario_free (s);
}

/* Thirty days on hold are no age: released, it has its whole time before it. */
static void
test_hold_does_not_age (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_scenario_configure (s, "[relay exchange]\nhold = yes\n");
  ist_host_says (s->exchange, 1, "RCPT", BUSY_BOX);
  if (ist_scenario_start (s))
    {
      send_offer (s, "anna@acme.example", "bob@acme.example NOTIFY=FAILURE");
      ist_scenario_pass (s, 30 * DAY);
      IST_ASSERT_INT (ist_scenario_queued (s, IST_STATE_HELD), 1);
      IST_ASSERT_INT (ist_host_n_connections (s->exchange), 0);
      ist_scenario_configure (s, "[relay exchange]\nhold = no\n");
      ist_scenario_reload (s);
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_host_n_commands (s->exchange, "RCPT"), 1);
      IST_ASSERT_INT (ist_scenario_count (s, "expired", NULL), 0);
      ist_scenario_pass (s, 10 * MINUTE);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
      IST_ASSERT_INT (ist_host_n_arrived (s->domino), 0);
    }
  ist_scenario_free (s);
}

static gboolean
is_kept_waiting (gpointer user)
{
  return ist_host_n_silent (((IstScenario *) user)->exchange) > 0;
}

static gboolean
gave_up_waiting (gpointer user)
{
  IstScenario *s = user;

  if (is_kept_waiting (s))
    ist_scenario_jump (s, 30);
  return ist_scenario_count (s, "deferred", "to", "eve@acme.example", NULL) > 0;
}

/* A relay that is put on hold while mail for it waits, or is just being delivered: that mail stops too, and goes
 * on by itself when the hold ends. */
static void
test_hold_by_reload (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_host_says (s->exchange, 1, "RCPT TO:<bob", BUSY_BOX);
  if (ist_scenario_start (s))
    {
      send_offer (s, "anna@acme.example", "bob@acme.example");
      ist_scenario_settle (s);
      ist_host_says (s->exchange, IST_HOST_ALWAYS, "RCPT TO:<eve", IST_HOST_SILENT);
      send_offer (s, "anna@acme.example", "eve@acme.example");
      ist_scenario_until (is_kept_waiting, s, "the second delivery");
      ist_scenario_configure (s, "[relay exchange]\nhold = yes\n");
      ist_scenario_reload (s);
      ist_scenario_until (gave_up_waiting, s, "the time-out");
      ist_scenario_pass (s, DAY);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 0);
      IST_ASSERT_INT (ist_scenario_queued (s, IST_STATE_HELD), 2);
      ist_host_forget (s->exchange);
      ist_scenario_configure (s, "[relay exchange]\nhold = no\n");
      ist_scenario_reload (s);
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 2);
    }
  ist_scenario_free (s);
}

/* However a row came to be due at a relay on hold - a reload in the middle of a delivery, an administrator's release -
 * no delivery begins there, and the end of the hold lets it go. */
static void
test_due_on_hold (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_scenario_configure (s, "[relay exchange]\nhold = yes\n");
  if (ist_scenario_start (s))
    {
      IstQueueFilter all = { .state = IST_STATE_HELD, .limit = 10 };
      IstQueueCommand release = { .action = IST_ACTION_RELEASE };

      send_offer (s, "anna@acme.example", "bob@acme.example");
      IST_ASSERT_INT (ist_queue_act (s->instance->queue, &all, &release, NULL, NULL), 1);
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_host_n_connections (s->exchange), 0);
      IST_ASSERT_INT (ist_scenario_queued (s, IST_STATE_HELD), 1);
      ist_scenario_configure (s, "[relay exchange]\nhold = no\n");
      ist_scenario_reload (s);
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
    }
  ist_scenario_free (s);
}

/* What a rule holds stays held when a relay's hold ends. */
static void
test_hold_by_rule (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_scenario_configure (s, "[relay exchange]\nhold = yes\n"
                             "[rule eve]\nrecipients = eve@acme.example\naction = hold\n");
  if (ist_scenario_start (s))
    {
      send_offer (s, "anna@acme.example", "bob@acme.example");
      send_offer (s, "anna@acme.example", "eve@acme.example");
      IST_ASSERT_INT (ist_scenario_queued (s, IST_STATE_HELD), 2);
      ist_scenario_stop (s);
      ist_scenario_configure (s, "[relay exchange]\nhold = no\n");
      if (ist_scenario_start (s))
        {
          ist_scenario_settle (s);
          IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
          IST_ASSERT_INT (ist_scenario_queued (s, IST_STATE_HELD), 1);
        }
    }
  ist_scenario_free (s);
}

/* Mail that waits for the old relay goes to the new one, without waiting for its retry time. */
static void
test_reload_moves_recipients (void)
{
  IstScenario *s = ist_scenario_new ();
  IstHost *fresh = ist_host_new ("127.0.0.1", 0);

  ist_scenario_configure (s, "[relay exchange]\nretry = 1h\n");
  ist_host_says (s->exchange, IST_HOST_ALWAYS, "RCPT", BUSY_BOX);
  if (ist_scenario_start (s))
    {
      send_offer (s, "anna@acme.example", "bob@acme.example|eve@acme.example");
      ist_scenario_settle (s);
      ist_scenario_configure (s, "[relay fresh]\ntls-level = none\nhosts = 127.0.0.1:%u\n"
                                 "[side exchange]\nrelay = fresh\n",
                              ist_host_port (fresh));
      ist_scenario_reload (s);
      ist_scenario_pass (s, 2 * HOUR);
      IST_ASSERT_INT (ist_host_n_arrived (fresh), 1);
      IST_ASSERT_INT (ist_host_n_commands (s->exchange, "RCPT"), 2);
      IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
    }
  ist_scenario_free (s);
  ist_host_free (fresh);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "schedule", test_schedule },
    { "expiry", test_expiry },
    { "wall clock step", test_wall_clock_step },
    { "off for six days", test_off_for_six_days },
    { "off and host dead", test_off_and_host_dead },
    { "forced TLS", test_forced_tls },
    { "delay warning", test_delay_warning },
    { "dead mail", test_dead_mail },
    { "report fails", test_report_fails },
    { "NOTIFY and RET", test_notify_and_ret },
    { "DSN passed on", test_dsn_passed_on },
    { "hold does not age", test_hold_does_not_age },
    { "hold by reload", test_hold_by_reload },
    { "due on hold", test_due_on_hold },
    { "hold by rule", test_hold_by_rule },
    { "reload moves recipients", test_reload_moves_recipients },
    { NULL },
  };

  return ist_test_main ("retry", tests);
}
