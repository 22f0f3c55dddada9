/* MAIL-21, -22: which host gets the next message. */
#include "base/clock.h"
#include "tests/scenario/scenario.h"

#include <string.h>

static void
send_some (IstScenario *s, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      const char *reply
          = ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", NULL);

      IST_ASSERT (g_str_has_prefix (reply, "250 "));
    }
}

static gboolean
is_waited_for (gpointer user)
{
  return ist_host_n_silent (((IstScenario *) user)->exchange) > 0;
}

/* ---- MAIL-21 ---- */

/* The preferred host is a black hole. One message waits for its time-out; of the next hundred none does: the clock
 * all but stands still while they pass. The probe finds it when it comes back, and it gets mail again. */
static void
test_mail_21 (void)
{
  IstScenario *s = ist_scenario_new ();
  IstHost *spare = ist_host_new ("127.0.0.1", 0);
  gint64 before;

  ist_scenario_configure (s,
                          "[relay exchange]\nhosts = 127.0.0.1:%u priority=0, 127.0.0.1:%u priority=10\n"
                          "probe = 15s\n",
                          ist_host_port (s->exchange), ist_host_port (spare));
  ist_host_says (s->exchange, IST_HOST_ALWAYS, "CONNECT", IST_HOST_SILENT);
  if (ist_scenario_start (s))
    {
      send_some (s, 1);
      ist_scenario_until (is_waited_for, s, "the first attempt");
      while (ist_scenario_count (s, "host-dead", NULL) == 0)
        {
          ist_scenario_jump (s, 5);
          g_usleep (20000);
        }
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_host_n_arrived (spare), 1);
      before = ist_clock_mono_usecs ();
      send_some (s, 100);
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_host_n_arrived (spare), 101);
      IST_ASSERT_INT (ist_scenario_count (s, "deferred", NULL), 0);
      IST_ASSERT (ist_clock_mono_usecs () - before < 5 * G_USEC_PER_SEC);
      /* One connection for mail; others are probes in the background. */
      IST_ASSERT (ist_host_n_connections (s->exchange) <= 3);

      ist_host_forget (s->exchange);
      ist_host_down (s->exchange);
      ist_host_up (s->exchange);
      ist_scenario_pass (s, MINUTE);
      ist_scenario_await (s, 1, "host-alive", "component", "deliver");
      /* It is loaded with care at first, one connection more after each success. */
      send_some (s, 20);
      ist_scenario_settle (s);
      IST_ASSERT (ist_host_n_arrived (s->exchange) > 0);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange) + ist_host_n_arrived (spare), 121);
    }
  ist_scenario_free (s);
  ist_host_free (spare);
}

/* With all hosts dead mail waits for the probe, not for its own hour-long retry. */
static void
test_mail_21_only_host (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_scenario_configure (s, "[relay exchange]\nretry = 1h\nprobe = 15s\n");
  ist_host_down (s->exchange);
  if (ist_scenario_start (s))
    {
      send_some (s, 10);
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_scenario_queued (s, IST_STATE_QUEUED), 10);
      ist_host_up (s->exchange);
      ist_scenario_pass (s, 20);
      ist_scenario_await (s, 1, "host-alive", "component", "deliver");
      ist_scenario_pass (s, MINUTE);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 10);
    }
  ist_scenario_free (s);
}

/* A dead relay costs the others nothing. */
static void
test_mail_21_other_relay (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_host_says (s->exchange, IST_HOST_ALWAYS, "CONNECT", IST_HOST_SILENT);
  if (ist_scenario_start (s))
    {
      send_some (s, 100);
      ist_scenario_until (is_waited_for, s, "the first attempt");
      for (guint i = 0; i < 50; i++)
        ist_scenario_send (s, "exchange", "bob@acme.example", "anna@acme.example", NULL);
      ist_scenario_await (s, 50, "delivered", "relay", "domino");
      IST_ASSERT_INT (ist_host_n_arrived (s->domino), 50);
    }
  ist_scenario_free (s);
}

/* ---- MAIL-22 ---- */

typedef struct
{
  IstScenario *s;
  IstNameServer *dns;
  IstHost *mx[3];
} Farm;

static void
close_hosts (Farm *farm)
{
  for (guint i = 0; i < 3; i++)
    g_clear_pointer (&farm->mx[i], ist_host_free);
}

/* Three hosts of one port number on three addresses of the loopback network, as MX records need it. */
static void
open_hosts (Farm *farm)
{
  static const char *const addresses[] = { "127.0.0.2", "127.0.0.3", "127.0.0.4" };

  for (guint tries = 0; tries < 50 && farm->mx[2] == NULL; tries++)
    {
      guint16 port = 0;

      close_hosts (farm);
      for (guint i = 0; i < 3; i++)
        {
          farm->mx[i] = ist_host_new (addresses[i], port);
          if (farm->mx[i] == NULL)
            break;
          port = ist_host_port (farm->mx[i]);
        }
    }
}

static gboolean
farm_start (Farm *farm)
{
  farm->s = ist_scenario_new ();
  farm->dns = ist_name_server_new ();
  open_hosts (farm);
  if (!IST_ASSERT (farm->mx[2] != NULL))
    return FALSE;
  ist_name_server_a (farm->dns, "mx1.acme.example", "127.0.0.2", 300);
  ist_name_server_a (farm->dns, "mx2.acme.example", "127.0.0.3", 300);
  ist_name_server_a (farm->dns, "mx3.acme.example", "127.0.0.4", 300);
  ist_name_server_mx (farm->dns, "ex.acme.example", 10, "mx3.acme.example", 300);
  ist_name_server_mx (farm->dns, "ex.acme.example", 0, "mx1.acme.example", 300);
  ist_name_server_mx (farm->dns, "ex.acme.example", 0, "mx2.acme.example", 300);
  ist_scenario_configure (farm->s,
                          "[connector]\ndns-server = 127.0.0.1:%u\n[relay exchange]\n"
                          "hosts = mx:ex.acme.example:%u\nmax-messages = 1\nmax-connections = 1\n",
                          ist_name_server_port (farm->dns), ist_host_port (farm->mx[0]));
  return ist_scenario_start (farm->s);
}

static void
farm_stop (Farm *farm)
{
  for (guint i = 0; i < 3; i++)
    if (farm->mx[i] != NULL)
      ist_host_down (farm->mx[i]);
  ist_scenario_free (farm->s);
  close_hosts (farm);
  ist_name_server_free (farm->dns);
}

/* The two of priority 0 share evenly; the third gets nothing while one of them lives, and all when none does. */
static void
test_mail_22 (void)
{
  Farm farm = { 0 };

  if (farm_start (&farm))
    {
      send_some (farm.s, 100);
      ist_scenario_settle (farm.s);
      ist_scenario_pass (farm.s, 5 * MINUTE);
      ist_note ("shares: %u %u %u", ist_host_n_arrived (farm.mx[0]), ist_host_n_arrived (farm.mx[1]),
                ist_host_n_arrived (farm.mx[2]));
      IST_ASSERT_INT (ist_host_n_arrived (farm.mx[0]) + ist_host_n_arrived (farm.mx[1]), 100);
      /* Sharing by chance: fewer than 25 of 100 would come once in ten million runs. */
      IST_ASSERT (ist_host_n_arrived (farm.mx[0]) >= 25 && ist_host_n_arrived (farm.mx[1]) >= 25);
      IST_ASSERT_INT (ist_host_n_connections (farm.mx[2]), 0);

      ist_host_down (farm.mx[0]);
      ist_host_down (farm.mx[1]);
      send_some (farm.s, 10);
      ist_scenario_settle (farm.s);
      ist_scenario_pass (farm.s, 5 * MINUTE);
      IST_ASSERT_INT (ist_host_n_arrived (farm.mx[2]), 10);
    }
  farm_stop (&farm);
}

/* A changed MX is seen when the TTL is over, not before and not only after a restart. */
static void
test_mail_22_ttl (void)
{
  Farm farm = { 0 };
  guint before;

  if (farm_start (&farm))
    {
      send_some (farm.s, 1);
      ist_scenario_settle (farm.s);
      before = ist_host_n_arrived (farm.mx[0]) + ist_host_n_arrived (farm.mx[1]);
      IST_ASSERT_INT (before, 1);
      ist_name_server_forget (farm.dns, "ex.acme.example");
      ist_name_server_mx (farm.dns, "ex.acme.example", 0, "mx3.acme.example", 300);
      send_some (farm.s, 1);
      ist_scenario_settle (farm.s);
      IST_ASSERT_INT (ist_host_n_arrived (farm.mx[2]), 0);
      ist_scenario_pass (farm.s, 301);
      send_some (farm.s, 1);
      ist_scenario_settle (farm.s);
      IST_ASSERT_INT (ist_host_n_arrived (farm.mx[2]), 1);
    }
  farm_stop (&farm);
}

/* A name that does not exist is no verdict on the mail: it waits, with the reason. */
static void
test_mail_22_no_name (void)
{
  Farm farm = { 0 };

  if (farm_start (&farm))
    {
      ist_name_server_forget (farm.dns, "ex.acme.example");
      send_some (farm.s, 1);
      ist_scenario_settle (farm.s);
      IST_ASSERT_INT (ist_scenario_count (farm.s, "deferred", "reply", "~ex.acme.example", NULL), 1);
      ist_name_server_mx (farm.dns, "ex.acme.example", 0, "mx1.acme.example", 300);
      ist_scenario_pass (farm.s, 10 * MINUTE);
      IST_ASSERT_INT (ist_host_n_arrived (farm.mx[0]), 1);
    }
  farm_stop (&farm);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "MAIL-21 a dead host is remembered", test_mail_21 },
    { "MAIL-21 the only host comes back", test_mail_21_only_host },
    { "MAIL-21 another relay does not wait", test_mail_21_other_relay },
    { "MAIL-22 MX priorities", test_mail_22 },
    { "MAIL-22 a changed MX", test_mail_22_ttl },
    { "MAIL-22 a name that does not exist", test_mail_22_no_name },
    { NULL },
  };

  return ist_test_main ("mail-hosts", tests);
}
