/* What is learnt of hosts, with a fake clock. */
#include "base/clock.h"
#include "routing/host-health.h"
#include "tests/harness/fake-clock.h"
#include "tests/harness/harness.h"

#include <string.h>

#define HOST "192.0.2.1"
#define PORT 25

typedef struct
{
  GMutex mutex;
  GCond cond;
  gboolean answers, unused;
  guint probes;
  GString *news;
} World;

static gboolean
probe (gpointer user, const char *address, guint16 port, char **why)
{
  World *self = user;
  gboolean answers, unused;

  g_mutex_lock (&self->mutex);
  self->probes++;
  answers = self->answers;
  unused = self->unused;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  if (!answers && !unused)
    *why = g_strdup ("still nothing");
  return answers;
}

static void
changed (gpointer user, const char *address, guint16 port, gboolean alive, const char *why)
{
  World *self = user;

  g_mutex_lock (&self->mutex);
  g_string_append (self->news, alive ? "alive;" : "dead;");
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
world_init (World *self)
{
  memset (self, 0, sizeof *self);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->news = g_string_new (NULL);
}

static void
world_clear (World *self)
{
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_string_free (self->news, TRUE);
}

/* Waits in real time, at most 20 s, until so many probes ran and such news came. */
static gboolean
wait_for (World *self, guint probes, const char *news)
{
  gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  gboolean there = FALSE;

  g_mutex_lock (&self->mutex);
  while (!(there = self->probes >= probes && strcmp (self->news->str, news) == 0)
         && g_cond_wait_until (&self->cond, &self->mutex, until))
    ;
  g_mutex_unlock (&self->mutex);
  return there;
}

/* After the first time-out nobody begins an attempt, until a probe in the background got through. */
static void
test_dead (void)
{
  World world;
  IstHostHealth *health;

  world_init (&world);
  health = ist_host_health_new (probe, changed, &world);
  IST_ASSERT (ist_host_health_acquire (health, HOST, PORT, 5));
  ist_host_health_release (health, HOST, PORT);
  ist_host_health_dead (health, HOST, PORT, 15, "timed out");
  ist_host_health_dead (health, HOST, PORT, 15, "timed out again");
  IST_ASSERT (!ist_host_health_may_try (health, HOST, PORT));
  IST_ASSERT (!ist_host_health_acquire (health, HOST, PORT, 5));
  IST_ASSERT (!ist_host_health_has_room (health, HOST, PORT, 5));
  /* Others are not concerned: another port, another host. */
  IST_ASSERT (ist_host_health_may_try (health, HOST, 587));
  IST_ASSERT (ist_host_health_may_try (health, "192.0.2.2", PORT));
  IST_ASSERT_INT (world.probes, 0);
  ist_fake_clock_advance (16 * G_USEC_PER_SEC);
  IST_ASSERT (wait_for (&world, 1, "dead;"));
  IST_ASSERT (!ist_host_health_may_try (health, HOST, PORT));
  g_mutex_lock (&world.mutex);
  world.answers = TRUE;
  g_mutex_unlock (&world.mutex);
  ist_fake_clock_advance (16 * G_USEC_PER_SEC);
  IST_ASSERT (wait_for (&world, 2, "dead;alive;"));
  IST_ASSERT (ist_host_health_may_try (health, HOST, PORT));
  /* It comes back with one connection, and earns the others. */
  IST_ASSERT (ist_host_health_acquire (health, HOST, PORT, 5));
  IST_ASSERT (!ist_host_health_acquire (health, HOST, PORT, 5));
  ist_host_health_good (health, HOST, PORT);
  IST_ASSERT (ist_host_health_acquire (health, HOST, PORT, 5));
  IST_ASSERT (!ist_host_health_acquire (health, HOST, PORT, 5));
  ist_host_health_free (health);
  world_clear (&world);
}

/* How many connections can be had now, all given back. */
static guint
room (IstHostHealth *health, guint max)
{
  guint n = 0;

  while (ist_host_health_acquire (health, HOST, PORT, max))
    n++;
  for (guint i = 0; i < n; i++)
    ist_host_health_release (health, HOST, PORT);
  return n;
}

static void
test_busy (void)
{
  World world;
  IstHostHealth *health;

  world_init (&world);
  health = ist_host_health_new (probe, changed, &world);
  IST_ASSERT_INT (room (health, 19), 19);
  for (guint i = 0; i < 12; i++)
    IST_ASSERT (ist_host_health_acquire (health, HOST, PORT, 19));
  /* All twelve hear 421: one halving, one pause. */
  for (guint i = 0; i < 12; i++)
    ist_host_health_busy (health, HOST, PORT, 5, "421");
  for (guint i = 0; i < 12; i++)
    ist_host_health_release (health, HOST, PORT);
  IST_ASSERT_INT (room (health, 19), 0);
  ist_fake_clock_advance (5 * G_USEC_PER_SEC);
  IST_ASSERT_INT (room (health, 19), 6);
  /* The second pause in a row is twice as long; a good delivery forgets that. */
  ist_host_health_busy (health, HOST, PORT, 5, "421");
  ist_fake_clock_advance (5 * G_USEC_PER_SEC);
  IST_ASSERT_INT (room (health, 19), 0);
  ist_fake_clock_advance (5 * G_USEC_PER_SEC);
  IST_ASSERT_INT (room (health, 19), 1);
  ist_host_health_good (health, HOST, PORT);
  IST_ASSERT_INT (room (health, 19), 2);
  ist_host_health_busy (health, HOST, PORT, 5, "421");
  ist_fake_clock_advance (5 * G_USEC_PER_SEC);
  IST_ASSERT_INT (room (health, 19), 1);
  /* No pause is longer than a minute. */
  for (guint i = 0; i < 10; i++)
    {
      ist_host_health_busy (health, HOST, PORT, 5, "421");
      ist_fake_clock_advance (60 * G_USEC_PER_SEC);
      IST_ASSERT_INT (room (health, 19), 1);
    }
  /* Never dead by being busy. */
  IST_ASSERT (ist_host_health_may_try (health, HOST, PORT));
  IST_ASSERT_STR (world.news->str, "");
  ist_host_health_free (health);
  world_clear (&world);
}

static void
test_growth (void)
{
  World world;
  IstHostHealth *health;
  guint rounds = 0;

  world_init (&world);
  health = ist_host_health_new (probe, changed, &world);
  ist_host_health_busy (health, HOST, PORT, 1, "421");
  ist_fake_clock_advance (G_USEC_PER_SEC);
  for (; room (health, 4) < 4 && rounds < 100; rounds++)
    ist_host_health_good (health, HOST, PORT);
  /* 1 + 2 + 3 good deliveries from one connection to four. */
  IST_ASSERT_INT (rounds, 6);
  ist_host_health_free (health);
  world_clear (&world);
}

static void
test_list (void)
{
  World world;
  IstHostHealth *health;
  g_autoptr (GPtrArray) list = NULL;
  const IstHostState *state;

  world_init (&world);
  health = ist_host_health_new (probe, changed, &world);
  ist_host_health_dead (health, HOST, PORT, 15, "refused");
  list = ist_host_health_list (health);
  IST_ASSERT_INT (list->len, 1);
  state = g_ptr_array_index (list, 0);
  IST_ASSERT_STR (state->address, HOST);
  IST_ASSERT_STR (state->why, "refused");
  IST_ASSERT (!state->alive);
  ist_host_health_free (health);
  world_clear (&world);
}

/* A dead host that no relay has any more is not probed for ever. */
static void
test_forget (void)
{
  World world;
  IstHostHealth *health;
  gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  guint n = 1;

  world_init (&world);
  world.unused = TRUE;
  health = ist_host_health_new (probe, changed, &world);
  ist_host_health_dead (health, HOST, PORT, 15, "refused");
  ist_fake_clock_advance (16 * G_USEC_PER_SEC);
  while (n > 0 && g_get_monotonic_time () < until)
    {
      g_autoptr (GPtrArray) list = ist_host_health_list (health);

      n = list->len;
      g_usleep (5000);
    }
  IST_ASSERT_INT (n, 0);
  IST_ASSERT_STR (world.news->str, "dead;");
  ist_host_health_free (health);
  world_clear (&world);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "dead", test_dead }, { "busy", test_busy }, { "growth", test_growth }, { "list", test_list },
    { "forget", test_forget },
    { NULL, NULL },
  };

  return ist_test_main ("host-health", tests);
}
