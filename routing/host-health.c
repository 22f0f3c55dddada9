#include "routing/host-health.h"

#include "base/clock.h"

#include <string.h>

#define MAX_PAUSE_SECS 60

typedef struct
{
  char *address;
  guint16 port;
  gboolean alive;
  guint connections;
  guint allowed;       /* adaptive; 0: not limited yet */
  guint max;           /* the largest bound asked with */
  guint good;          /* rounds since the last change of `allowed` */
  gint64 pause_until;  /* monotonic; busy */
  guint pauses;        /* in a row */
  guint silences;      /* in a row */
  gint64 next_probe;   /* monotonic; dead */
  guint probe_secs;
  gboolean probing;    /* right now */
  char *why;
  gint64 since;
} Host;

struct _IstHostHealth
{
  IstHostProbe probe;
  IstHostChanged changed;
  gpointer user;
  GMutex mutex;
  GCond cond;
  GHashTable *hosts; /* "address port" → Host */
  GThread *prober;
  gboolean stopping;
};

static void
host_free (Host *host)
{
  g_free (host->address);
  g_free (host->why);
  g_free (host);
}

static Host *
host_for (IstHostHealth *self, const char *address, guint16 port)
{
  g_autofree char *key = g_strdup_printf ("%s %u", address, port);
  Host *host = g_hash_table_lookup (self->hosts, key);

  if (host != NULL)
    return host;
  host = g_new0 (Host, 1);
  host->address = g_strdup (address);
  host->port = port;
  host->alive = TRUE;
  host->since = ist_clock_wall_usecs ();
  g_hash_table_insert (self->hosts, g_steal_pointer (&key), host);
  return host;
}

static void
set_why (Host *host, const char *why)
{
  g_free (host->why);
  host->why = g_strdup (why);
}

/* ---- the probing thread ---- */

/* Under the lock: the dead host whose probe is due, or the time of the next one. */
static Host *
due_probe (IstHostHealth *self, gint64 now, gint64 *next)
{
  GHashTableIter iter;
  Host *host;

  *next = G_MAXINT64;
  g_hash_table_iter_init (&iter, self->hosts);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &host))
    {
      if (host->alive)
        continue;
      if (host->next_probe <= now)
        return host;
      *next = MIN (*next, host->next_probe);
    }
  return NULL;
}

static void
tell (IstHostHealth *self, const char *address, guint16 port, gboolean alive, const char *why)
{
  if (self->changed != NULL)
    self->changed (self->user, address, port, alive, why);
}

/* Under the lock: what a probe found. TRUE: the host has come back. */
static gboolean
take_probe (IstHostHealth *self, const char *address, guint16 port, gboolean alive, const char *why)
{
  g_autofree char *key = g_strdup_printf ("%s %u", address, port);
  Host *host = g_hash_table_lookup (self->hosts, key);

  if (host == NULL)
    return FALSE;
  host->probing = FALSE;
  if (!alive && why == NULL && host->connections == 0)
    g_hash_table_remove (self->hosts, key);
  else if (!alive && why != NULL)
    set_why (host, why);
  if (!alive)
    return FALSE;
  host->alive = TRUE;
  host->since = ist_clock_wall_usecs ();
  host->allowed = 1;
  return TRUE;
}

static gpointer
probe_run (gpointer data)
{
  IstHostHealth *self = data;

  g_mutex_lock (&self->mutex);
  while (!self->stopping)
    {
      gint64 next;
      Host *host = due_probe (self, ist_clock_mono_usecs (), &next);
      g_autofree char *address = NULL;
      g_autofree char *why = NULL;
      guint16 port;
      gboolean alive;

      if (host == NULL)
        {
          ist_clock_wait (&self->cond, &self->mutex, next);
          continue;
        }
      address = g_strdup (host->address);
      port = host->port;
      host->next_probe = ist_clock_mono_usecs () + (gint64) host->probe_secs * G_USEC_PER_SEC;
      host->probing = TRUE;
      g_mutex_unlock (&self->mutex);
      alive = self->probe (self->user, address, port, &why);
      g_mutex_lock (&self->mutex);
      if (!take_probe (self, address, port, alive, why))
        continue;
      g_mutex_unlock (&self->mutex);
      tell (self, address, port, TRUE, "the host answers again");
      g_mutex_lock (&self->mutex);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

IstHostHealth *
ist_host_health_new (IstHostProbe probe, IstHostChanged changed, gpointer user)
{
  IstHostHealth *self = g_new0 (IstHostHealth, 1);

  self->probe = probe;
  self->changed = changed;
  self->user = user;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) host_free);
  self->prober = g_thread_new ("probe", probe_run, self);
  return self;
}

void
ist_host_health_free (IstHostHealth *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->prober);
  g_hash_table_unref (self->hosts);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

/* ---- asking ---- */

gboolean
ist_host_health_may_try (IstHostHealth *self, const char *address, guint16 port)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return host_for (self, address, port)->alive;
}

char *
ist_host_health_why (IstHostHealth *self, const char *address, guint16 port)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return g_strdup (host_for (self, address, port)->why);
}

static gboolean
has_room (Host *host, guint max)
{
  guint allowed = host->allowed > 0 ? MIN (host->allowed, max) : max;

  host->max = max;
  return host->alive && host->connections < allowed
         && host->pause_until <= ist_clock_mono_usecs ();
}

gboolean
ist_host_health_has_room (IstHostHealth *self, const char *address, guint16 port, guint max)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return has_room (host_for (self, address, port), max);
}

gboolean
ist_host_health_acquire (IstHostHealth *self, const char *address, guint16 port, guint max)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Host *host = host_for (self, address, port);

  if (!has_room (host, max))
    return FALSE;
  host->connections++;
  return TRUE;
}

void
ist_host_health_release (IstHostHealth *self, const char *address, guint16 port)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Host *host = host_for (self, address, port);

  if (host->connections > 0)
    host->connections--;
}

/* ---- learning ---- */

/* One more connection after as many good deliveries as there are connections allowed: growth of one per
 * round, so that one good answer after trouble does not bring the whole herd back. */
void
ist_host_health_good (IstHostHealth *self, const char *address, guint16 port)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Host *host = host_for (self, address, port);

  host->pauses = 0;
  host->silences = 0;
  if (host->allowed == 0 || ++host->good < host->allowed)
    return;
  host->good = 0;
  if (++host->allowed >= MAX (host->max, 1))
    host->allowed = 0;
}

void
ist_host_health_busy (IstHostHealth *self, const char *address, guint16 port, guint pause_secs,
                      const char *why)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Host *host = host_for (self, address, port);

  /* Connections that were open together hear it together: that is one pause and one halving. */
  if (host->pause_until <= ist_clock_mono_usecs ())
    {
      guint used = MAX (host->connections, 1);
      gint64 secs = MIN ((gint64) pause_secs << MIN (host->pauses, 10), MAX_PAUSE_SECS);

      host->allowed = MAX (1, (host->allowed > 0 ? MIN (host->allowed, used) : used) / 2);
      host->good = 0;
      host->pauses++;
      host->pause_until = ist_clock_mono_usecs () + secs * G_USEC_PER_SEC;
    }
  set_why (host, why);
}

gboolean
ist_host_health_silent (IstHostHealth *self, const char *address, guint16 port)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return ++host_for (self, address, port)->silences >= 2;
}

void
ist_host_health_dead (IstHostHealth *self, const char *address, guint16 port, guint probe_secs,
                      const char *why)
{
  gboolean news;

  g_mutex_lock (&self->mutex);
  {
    Host *host = host_for (self, address, port);

    news = host->alive;
    host->alive = FALSE;
    host->probe_secs = MAX (probe_secs, 1);
    if (news)
      {
        host->since = ist_clock_wall_usecs ();
        host->next_probe
            = ist_clock_mono_usecs () + (gint64) host->probe_secs * G_USEC_PER_SEC;
      }
    set_why (host, why);
    g_cond_broadcast (&self->cond);
  }
  g_mutex_unlock (&self->mutex);
  if (news)
    tell (self, address, port, FALSE, why);
}

static void
state_free (IstHostState *state)
{
  g_free (state->address);
  g_free (state->why);
  g_free (state);
}

GPtrArray *
ist_host_health_list (IstHostHealth *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  GPtrArray *out = g_ptr_array_new_with_free_func ((GDestroyNotify) state_free);
  GHashTableIter iter;
  Host *host;

  g_hash_table_iter_init (&iter, self->hosts);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &host))
    {
      IstHostState *state = g_new0 (IstHostState, 1);

      state->address = g_strdup (host->address);
      state->port = host->port;
      state->alive = host->alive;
      state->probing = host->probing || (!host->alive && host->next_probe <= ist_clock_mono_usecs ());
      state->connections = host->connections;
      state->allowed = host->allowed;
      state->why = g_strdup (host->why);
      state->since_utc_usecs = host->since;
      g_ptr_array_add (out, state);
    }
  return out;
}
