/* The hosts of a relay, asked of a name server of our own. */
#include "base/error.h"
#include "routing/next-hop.h"
#include "tests/harness/fake-clock.h"
#include "tests/harness/harness.h"
#include "tests/routing/dns-server.h"

#include <string.h>

static const IstDnsRow zone[] = {
  { "one.example", "A", "192.0.2.1", 60 },
  { "two.example", "A", "192.0.2.2", 60 },
  { "two.example", "AAAA", "2001:db8::2", 60 },
  { "domain.example", "MX", "20 two.example", 300 },
  { "domain.example", "MX", "10 one.example", 300 },
  { "domain.example", "MX", "30 gone.example", 300 },
  { "plain.example", "A", "192.0.2.9", 60 },
  { "null.example", "MX", "0 .", 60 },
  { "empty.example", "MX", "0 one.example", 60 },
  { "sick.example", "FAIL", "", 0 },
  { NULL, NULL, NULL, 0 },
};

typedef struct
{
  IstDnsServer *server;
  IstDns *dns;
  IstHostHealth *health;
  IstNextHop *next_hop;
} World;

static gboolean
no_probe (gpointer user, const char *address, guint16 port, char **why)
{
  return FALSE;
}

static void
world_init (World *self)
{
  self->server = ist_dns_server_start (zone);
  self->dns = ist_dns_new (self->server->endpoint, 2, NULL);
  self->health = ist_host_health_new (no_probe, NULL, NULL);
  self->next_hop = ist_next_hop_new (self->dns, self->health);
}

static void
world_clear (World *self)
{
  ist_next_hop_free (self->next_hop);
  ist_host_health_free (self->health);
  ist_dns_free (self->dns);
  ist_dns_server_free (self->server);
}

/* "host address:port, …" or "error CODE". Equal ones sorted, so that their order is no matter. */
static char *
ask (World *self, const char *hosts, gboolean *all_dead)
{
  g_auto (GStrv) list = g_strsplit (hosts, "|", -1);
  IstRelaySettings relay = { .hosts = list };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hops = NULL;
  GString *out = g_string_new (NULL);

  relay.group.name = (char *) "r";
  hops = ist_next_hop_list (self->next_hop, &relay, all_dead, &error);
  if (hops == NULL)
    g_string_printf (out, "error %s", ist_error_is (error, IST_ERROR_REFUSED) ? "refused" : "retry");
  for (guint i = 0; hops != NULL && i < hops->len; i++)
    {
      const IstHop *hop = g_ptr_array_index (hops, i);

      g_string_append_printf (out, "%s%s %s %u", i > 0 ? ", " : "", hop->host, hop->address, hop->port);
    }
  return g_string_free (out, FALSE);
}

static void
test_lists (void)
{
  static const struct
  {
    const char *name, *hosts, *want;
  } rows[] = {
    { "literal", "192.0.2.7", "192.0.2.7 192.0.2.7 25" },
    { "literal with port", "192.0.2.7:2525", "192.0.2.7 192.0.2.7 2525" },
    { "IPv6 with port", "[2001:db8::7]:26", "2001:db8::7 2001:db8::7 26" },
    { "IPv6 in brackets", "[2001:db8::7]", "2001:db8::7 2001:db8::7 25" },
    { "IPv6 bare", "2001:db8::7", "2001:db8::7 2001:db8::7 25" },
    { "name", "one.example:587", "one.example 192.0.2.1 587" },
    { "priorities", "192.0.2.8 priority=10|192.0.2.7 priority=5|192.0.2.9",
      "192.0.2.9 192.0.2.9 25, 192.0.2.7 192.0.2.7 25, 192.0.2.8 192.0.2.8 25" },
    { "MX by preference, one name gone", "mx:domain.example priority=1|plain.example",
      "plain.example 192.0.2.9 25, one.example 192.0.2.1 25, " /* and the two of two.example */ },
    { "no MX: the domain itself", "mx:plain.example", "plain.example 192.0.2.9 25" },
    { "MX with port", "mx:empty.example:2525", "one.example 192.0.2.1 2525" },
    { "null MX", "mx:null.example", "error refused" },
    { "no such name", "none.example", "error refused" },
    { "no such domain", "mx:none.example", "error refused" },
    { "name server in trouble", "sick.example", "error retry" },
    { "trouble with one of two", "sick.example|one.example", "one.example 192.0.2.1 25" },
    { "not a host", "one.example priority=x", "error refused" },
  };
  World world;

  world_init (&world);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gboolean all_dead;
      g_autofree char *got = ask (&world, rows[i].hosts, &all_dead);

      ist_row ("%s", rows[i].name);
      if (g_str_has_suffix (rows[i].want, ", "))
        IST_ASSERT (g_str_has_prefix (got, rows[i].want) && strstr (got, "two.example 2001:db8::2 25")
                    && strstr (got, "two.example 192.0.2.2 25") && !strstr (got, "gone"));
      else
        IST_ASSERT_STR (got, rows[i].want);
      IST_ASSERT (!all_dead);
    }
  world_clear (&world);
}

static void
test_entries (void)
{
  static const struct
  {
    const char *text;
    gboolean valid;
  } rows[] = {
    { "a.example", TRUE },          { "a.example:25", TRUE },       { "a.example priority=0", TRUE },
    { "mx:a.example", TRUE },       { "[2001:db8::1]:25", TRUE },   { "2001:db8::1", TRUE },
    { "192.0.2.1", TRUE },          { "", FALSE },                  { "a.example:0", FALSE },
    { "a.example:x", FALSE },       { "a.example:65536", FALSE },   { "a.example priority=-1", FALSE },
    { "a.example prio=1", FALSE },  { "[a.example]", FALSE },       { "mx:", FALSE },
    { "a..example", FALSE },        { "a b", FALSE },               { "http://a.example", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ist_row ("\"%s\"", rows[i].text);
      IST_ASSERT_INT (ist_next_hop_entry_is_valid (rows[i].text), rows[i].valid);
    }
}

/* Equal ones are shared evenly: of 600 lists each of three is first about 200 times. */
static void
test_even (void)
{
  guint first[3] = { 0 };
  World world;

  world_init (&world);
  for (guint i = 0; i < 600; i++)
    {
      gboolean all_dead;
      g_autofree char *got = ask (&world, "192.0.2.0|192.0.2.1|192.0.2.2|192.0.2.3 priority=1", &all_dead);

      if (IST_ASSERT (got[8] >= '0' && got[8] <= '2'))
        first[got[8] - '0']++;
      IST_ASSERT (g_str_has_suffix (got, "192.0.2.3 192.0.2.3 25"));
    }
  for (guint i = 0; i < 3; i++)
    IST_ASSERT (first[i] > 120 && first[i] < 280);
  world_clear (&world);
}

static void
test_cache (void)
{
  World world;
  gboolean all_dead;
  gint asked;

  world_init (&world);
  g_free (ask (&world, "one.example", &all_dead));
  asked = g_atomic_int_get (&world.server->n_questions);
  g_free (ask (&world, "one.example", &all_dead));
  ist_fake_clock_advance (59 * G_USEC_PER_SEC);
  g_free (ask (&world, "one.example", &all_dead));
  ist_row ("within the time to live");
  IST_ASSERT_INT (g_atomic_int_get (&world.server->n_questions), asked);
  ist_fake_clock_advance (2 * G_USEC_PER_SEC);
  g_free (ask (&world, "one.example", &all_dead));
  ist_row ("behind it");
  IST_ASSERT_INT (g_atomic_int_get (&world.server->n_questions), 2 * asked);
  ist_row ("a failure is remembered for a moment too");
  g_free (ask (&world, "sick.example", &all_dead));
  asked = g_atomic_int_get (&world.server->n_questions);
  g_free (ask (&world, "sick.example", &all_dead));
  IST_ASSERT_INT (g_atomic_int_get (&world.server->n_questions), asked);
  ist_fake_clock_advance (31 * G_USEC_PER_SEC);
  g_free (ask (&world, "sick.example", &all_dead));
  IST_ASSERT (g_atomic_int_get (&world.server->n_questions) > asked);
  world_clear (&world);
}

/* While no name server answers, what was known stands in, for a day. */
static void
test_stale (void)
{
  static const IstDnsRow sick[] = { { "one.example", "FAIL", "", 0 }, { NULL, NULL, NULL, 0 } };
  static const IstDnsRow gone[] = { { NULL, NULL, NULL, 0 } };
  static const struct
  {
    const char *name;
    const IstDnsRow *rows;
    gint64 secs;
    const char *want;
  } steps[] = {
    { "known", zone, 0, "one.example 192.0.2.1 25" },
    { "in trouble", sick, 61, "one.example 192.0.2.1 25" },
    { "still", sick, 3600, "one.example 192.0.2.1 25" },
    { "for a day", sick, 86400, "error retry" },
    { "well again", zone, 31, "one.example 192.0.2.1 25" },
    { "gone is gone", gone, 61, "error refused" },
  };
  World world;

  world_init (&world);
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      gboolean all_dead;
      g_autofree char *got = NULL;

      g_atomic_pointer_set (&world.server->rows, steps[i].rows);
      ist_fake_clock_advance (steps[i].secs * G_USEC_PER_SEC);
      got = ask (&world, "one.example", &all_dead);
      ist_row ("%s", steps[i].name);
      IST_ASSERT_STR (got, steps[i].want);
    }
  world_clear (&world);
}

static void
test_dead (void)
{
  World world;
  gboolean all_dead;
  g_autofree char *one = NULL;
  g_autofree char *none = NULL;
  char *hosts[] = { (char *) "192.0.2.1", NULL };
  IstRelaySettings relay = { .hosts = hosts };
  g_autoptr (GError) error = NULL;

  relay.group.name = (char *) "r";
  world_init (&world);
  ist_host_health_dead (world.health, "192.0.2.1", 25, 3600, "[192.0.2.1]:25: refused");
  one = ask (&world, "192.0.2.1|192.0.2.2 priority=9", &all_dead);
  IST_ASSERT_STR (one, "192.0.2.2 192.0.2.2 25");
  IST_ASSERT (!all_dead);
  ist_host_health_dead (world.health, "192.0.2.2", 25, 3600, "refused");
  none = ask (&world, "192.0.2.1|192.0.2.2 priority=9", &all_dead);
  IST_ASSERT_STR (none, "error retry");
  IST_ASSERT (all_dead);
  IST_ASSERT (ist_next_hop_list (world.next_hop, &relay, &all_dead, &error) == NULL);
  IST_ASSERT_STR (error->message, "relay r: no host answers ([192.0.2.1]:25: refused); each is tried again "
                                  "in the background");
  world_clear (&world);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "lists", test_lists }, { "entries", test_entries }, { "even", test_even },
    { "cache", test_cache }, { "stale", test_stale }, { "dead", test_dead },       { NULL, NULL },
  };

  return ist_test_main ("next-hop", tests);
}
