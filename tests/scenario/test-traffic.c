/* Reloads, stops and starts while mail flows: what was answered 250 arrives, and arrives once. */
#include "tests/scenario/scenario.h"
#include "tests/scenario/sender.h"

#include <string.h>

#define SENDERS 4

typedef struct
{
  guint16 port;
  guint number; /* of this sender */
  gint *stop;   /* atomic */
  GPtrArray *promised; /* char *: subjects that were answered 250 */
  GThread *thread;
} Sender;

static char *
letter (const char *subject)
{
  return g_strdup_printf ("From: <anna@acme.example>\nTo: <bob@acme.example>\nSubject: %s\n\nhello\n", subject);
}

static gpointer
sender_run (gpointer data)
{
  Sender *self = data;

  for (guint i = 0; !g_atomic_int_get (self->stop); i++)
    {
      g_autofree char *subject = g_strdup_printf ("s%u-m%u.", self->number, i);
      g_autofree char *text = letter (subject);
      g_autofree char *reply
          = ist_sender_send (self->port, "anna@acme.example", "bob@acme.example", text, strlen (text));

      if (g_str_has_prefix (reply, "250 "))
        g_ptr_array_add (self->promised, g_steal_pointer (&subject));
    }
  return NULL;
}

/* How often `subject` came, at all of `hosts`. */
static void
count_arrivals (IstHost *host, GHashTable *counts)
{
  for (guint i = 0; i < ist_host_n_arrived (host); i++)
    {
      const char *at = strstr (ist_host_arrived (host, i)->text->str, "\r\nSubject: ");
      char *subject = at != NULL ? g_strndup (at + 11, strcspn (at + 11, "\r")) : g_strdup ("");
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, subject));

      g_hash_table_insert (counts, subject, GUINT_TO_POINTER (n + 1));
    }
}

static void
assert_once_each (const GPtrArray *promised, GHashTable *counts)
{
  guint missing = 0, twice = 0;

  for (guint i = 0; i < promised->len; i++)
    {
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, g_ptr_array_index (promised, i)));

      missing += n == 0;
      twice += n > 1;
    }
  ist_note ("%u promised", promised->len);
  IST_ASSERT (promised->len > 0);
  IST_ASSERT_INT (missing, 0);
  IST_ASSERT_INT (twice, 0);
}

/* The relay of the side changes back and forth, its connections with it, while four sessions send. */
static void
test_reload_under_traffic (void)
{
  IstScenario *s = ist_scenario_new ();
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) promised = g_ptr_array_new_with_free_func (g_free);
  Sender senders[SENDERS];
  gint stop = FALSE;

  ist_scenario_configure (s, "[relay other]\ntls-level = none\nhosts = 127.0.0.1:%u\n",
                          ist_host_port (s->internet));
  if (ist_scenario_start (s))
    {
      for (guint i = 0; i < SENDERS; i++)
        {
          senders[i] = (Sender){ ist_instance_port (s->instance, "domino"), i, &stop,
                                 g_ptr_array_new (), NULL };
          senders[i].thread = g_thread_new ("sender", sender_run, &senders[i]);
        }
      for (guint i = 0; i < 20; i++)
        {
          ist_scenario_configure (s, "[side exchange]\nrelay = %s\n[relay exchange]\nmax-connections = %u\n",
                                  i % 2 == 0 ? "other" : "exchange", 1 + i % 5);
          ist_scenario_reload (s);
          g_usleep (50000);
        }
      g_atomic_int_set (&stop, TRUE);
      for (guint i = 0; i < SENDERS; i++)
        {
          g_thread_join (senders[i].thread);
          g_ptr_array_extend_and_steal (promised, senders[i].promised);
        }
      ist_scenario_pass (s, HOUR);
      count_arrivals (s->exchange, counts);
      count_arrivals (s->internet, counts);
      assert_once_each (promised, counts);
      IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
      IST_ASSERT_INT (ist_scenario_count (s, "reported", NULL), 0);
    }
  ist_scenario_free (s);
}

/* A stop in the middle of deliveries waits for those past their final dot: nothing is sent again after the start. */
static void
test_restart_under_traffic (void)
{
  IstScenario *s = ist_scenario_new ();
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) promised = g_ptr_array_new_with_free_func (g_free);

  for (guint round = 0; round < 6 && ist_scenario_start (s); round++)
    {
      for (guint i = 0; i < 25; i++)
        {
          char *subject = g_strdup_printf ("r%u-m%u.", round, i);
          g_autofree char *text = letter (subject);
          const char *reply
              = ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", text);

          IST_ASSERT (g_str_has_prefix (reply, "250 "));
          g_ptr_array_add (promised, subject);
        }
      if (round < 5)
        ist_scenario_stop (s);
    }
  if (s->instance != NULL)
    ist_scenario_pass (s, HOUR);
  count_arrivals (s->exchange, counts);
  assert_once_each (promised, counts);
  ist_scenario_free (s);
}

/* Reload with a configuration that is wrong changes nothing, and says where it is wrong. */
static void
test_bad_reload (void)
{
  IstScenario *s = ist_scenario_new ();
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *path = g_build_filename (s->dir, "isthmus.conf", NULL);
  g_auto (GStrv) waiting = NULL;

  if (ist_scenario_start (s))
    {
      g_file_set_contents (path, "[connector]\nhostname = x\nhostnam = y\n[relay exchange]\nhosts = ", -1, NULL);
      IST_ASSERT (!ist_instance_reload (s->instance, errors, &waiting));
      IST_ASSERT (errors->len > 0);
      IST_ASSERT (strstr (g_ptr_array_index (errors, 0), "isthmus.conf:3: ") != NULL);
      ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", NULL);
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
    }
  ist_scenario_free (s);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "reload under traffic", test_reload_under_traffic },
    { "restart under traffic", test_restart_under_traffic },
    { "reload of a wrong configuration", test_bad_reload },
    { NULL },
  };

  return ist_test_main ("traffic", tests);
}
