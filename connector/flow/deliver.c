#include "connector/flow/deliver.h"

#include "base/clock.h"
#include "connector/flow/attempt.h"
#include "connector/flow/materialise.h"
#include "connector/flow/outcome.h"
#include "connector/relay-hold.h"

#define RECIPIENTS_PER_JOB 100

/* One relay. Guarded by IstDeliveries.mutex. */
typedef struct
{
  char *relay;
  guint working;  /* deliverers of this lane */
  guint idle;     /* of these, waiting with an open connection */
  gint64 full_until; /* no room at any host was found: no further deliverer before */
  gboolean ready; /* work came since the last look */
  GCond cond;
} Lane;

struct _IstDeliveries
{
  IstInstance *instance;
  GMutex mutex;
  GCond gone;
  GCond stop;
  GHashTable *lanes;    /* relay → Lane */
  GHashTable *attempts; /* set of IstAttempt at work */
  guint working;        /* in all lanes */
  guint threads;        /* not yet wound up */
  gboolean started;
  gboolean stopping;
};

typedef struct
{
  IstDeliveries *owner;
  Lane *lane;
} Deliverer;

static void
lane_free (Lane *lane)
{
  g_cond_clear (&lane->cond);
  g_free (lane->relay);
  g_free (lane);
}

IstDeliveries *
ist_deliveries_new (IstInstance *instance)
{
  IstDeliveries *self = g_new0 (IstDeliveries, 1);

  self->instance = instance;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->gone);
  g_cond_init (&self->stop);
  self->lanes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) lane_free);
  self->attempts = g_hash_table_new (NULL, NULL);
  return self;
}

void
ist_deliveries_free (IstDeliveries *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->lanes);
  g_hash_table_unref (self->attempts);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->gone);
  g_cond_clear (&self->stop);
  g_free (self);
}

static Lane *
lane_for (IstDeliveries *self, const char *relay)
{
  Lane *lane = g_hash_table_lookup (self->lanes, relay);

  if (lane != NULL)
    return lane;
  lane = g_new0 (Lane, 1);
  lane->relay = g_strdup (relay);
  g_cond_init (&lane->cond);
  g_hash_table_insert (self->lanes, lane->relay, lane);
  return lane;
}

/* ---- one deliverer ---- */

/* Under the lock: this deliverer is gone for all who look. */
static void
leave (Deliverer *self, IstAttempt *attempt)
{
  self->lane->working--;
  self->owner->working--;
  g_hash_table_remove (self->owner->attempts, attempt);
}

/* Before a job is taken there must be a host for it, or every message of a busy relay would be taken,
 * prepared and given back again and again. The lane's only deliverer waits for room, a further one is gone
 * (FALSE): those who have a connection go on. */
static gboolean
wait_for_room (Deliverer *self, IstAttempt *attempt)
{
  IstDeliveries *owner = self->owner;
  Lane *lane = self->lane;
  gboolean stay = TRUE;
  gint64 until;

  while (stay)
    {
      g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (owner->instance);

      if (ist_attempt_has_room (attempt, snapshot, &until))
        return TRUE;
      g_mutex_lock (&owner->mutex);
      lane->full_until = until;
      stay = !owner->stopping && lane->working == 1;
      while (stay && !owner->stopping && ist_clock_wait (&owner->stop, &owner->mutex, until))
        ;
      if (!stay)
        leave (self, attempt);
      g_mutex_unlock (&owner->mutex);
    }
  return FALSE;
}

/* The next job, waiting with the open connection for at most the relay's idle time. NULL: end. */
static IstQueueJob *
next_job (Deliverer *self, IstAttempt *attempt, gint64 idle_usecs)
{
  IstDeliveries *owner = self->owner;
  Lane *lane = self->lane;
  gint64 until = 0;

  for (;;)
    {
      IstQueueJob *job = NULL;
      gboolean stopping, end;

      if (!wait_for_room (self, attempt))
        return NULL;
      g_mutex_lock (&owner->mutex);
      lane->ready = FALSE;
      stopping = owner->stopping;
      g_mutex_unlock (&owner->mutex);
      if (!stopping)
        job = ist_queue_take (owner->instance->queue, lane->relay, RECIPIENTS_PER_JOB);
      if (job != NULL)
        return job;

      g_mutex_lock (&owner->mutex);
      if (until == 0)
        until = ist_clock_mono_usecs () + (attempt->client != NULL ? idle_usecs : 0);
      lane->idle++;
      while (!lane->ready && !owner->stopping
             && ist_clock_wait (&lane->cond, &owner->mutex, until))
        ;
      lane->idle--;
      end = !lane->ready || owner->stopping;
      /* Leaving is decided under the lock, so that work which comes now finds no idle deliverer and
       * starts a new one. */
      if (end)
        leave (self, attempt);
      g_mutex_unlock (&owner->mutex);
      if (end)
        return NULL;
    }
}

static gint64
idle_time (IstDeliveries *self, const char *relay)
{
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (self->instance);
  const IstRelaySettings *settings = ist_settings_get (snapshot->settings, "relay", relay);

  return settings != NULL ? settings->idle_secs * G_USEC_PER_SEC : 0;
}

static void
deliver (Deliverer *self, IstAttempt *attempt, IstQueueJob *job)
{
  IstInstance *instance = self->owner->instance;
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (instance);
  g_autoptr (IstPreparation) preparation = NULL;
  g_autoptr (GPtrArray) fates = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_fate_free);

  if (ist_relay_hold_is (snapshot, job->relay))
    {
      ist_relay_hold_job (instance, job);
      return;
    }
  preparation = ist_prepare (snapshot, ist_queue_trace_key (instance->queue), job);
  if (ist_preparation_has_parts (preparation))
    {
      ist_materialise (instance, job, preparation);
      return;
    }
  ist_attempt_run (attempt, snapshot, job, preparation, fates);
  ist_outcome_record (instance, snapshot, job, preparation, fates);
}

static gpointer
deliverer_run (gpointer data)
{
  Deliverer *self = data;
  IstDeliveries *owner = self->owner;
  g_autoptr (IstAttempt) attempt = ist_attempt_new (owner->instance, self->lane->relay);
  gint64 idle_usecs = idle_time (owner, self->lane->relay);
  IstQueueJob *job;

  g_mutex_lock (&owner->mutex);
  g_hash_table_add (owner->attempts, attempt);
  g_mutex_unlock (&owner->mutex);
  while ((job = next_job (self, attempt, idle_usecs)) != NULL)
    deliver (self, attempt, job);
  ist_attempt_close (attempt);
  g_free (self);
  g_mutex_lock (&owner->mutex);
  owner->threads--;
  g_cond_broadcast (&owner->gone);
  g_mutex_unlock (&owner->mutex);
  return NULL;
}

/* ---- waking ---- */

/* Under the lock. Half of all deliverers is shared out evenly among the relays as what each may always
 * have; the other half goes to who needs it. So a dead or slow relay can never take the places of the
 * others. One deliverer is allowed in any case. */
static gboolean
has_share (IstDeliveries *self, const Lane *lane, guint n_relays, guint max)
{
  guint share = MAX (max / (2 * MAX (n_relays, 1)), 1);
  guint reserved = 0;
  GHashTableIter iter;
  const Lane *other;

  if (lane->working < share)
    return TRUE;
  g_hash_table_iter_init (&iter, self->lanes);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &other))
    if (other != lane && other->working < share)
      reserved += share - other->working;
  /* Relays that have had no mail yet have no lane. */
  if (n_relays > g_hash_table_size (self->lanes))
    reserved += (n_relays - g_hash_table_size (self->lanes)) * share;
  return self->working + reserved < max;
}

/* Under the lock: one more deliverer for the lane, if the bounds allow it. */
static void
add_deliverer (IstDeliveries *self, Lane *lane)
{
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (self->instance);
  const IstRelaySettings *relay = ist_settings_get (snapshot->settings, "relay", lane->relay);
  guint hosts = relay != NULL ? MAX (g_strv_length (relay->hosts), 1) : 1;
  guint max = relay != NULL ? (guint) relay->max_connections * hosts : 1;
  Deliverer *deliverer;
  GThread *thread;

  if (lane->working >= max || (lane->working > 0 && ist_clock_mono_usecs () < lane->full_until)
      || !has_share (self, lane, ist_settings_list (snapshot->settings, "relay")->len,
                     (guint) snapshot->connector->max_deliveries))
    return;
  deliverer = g_new0 (Deliverer, 1);
  deliverer->owner = self;
  deliverer->lane = lane;
  thread = g_thread_try_new ("deliver", deliverer_run, deliverer, NULL);
  if (thread == NULL)
    {
      g_free (deliverer);
      return;
    }
  g_thread_unref (thread);
  lane->working++;
  self->working++;
  self->threads++;
}

void
ist_deliveries_ready (IstDeliveries *self, const char *relay)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Lane *lane = lane_for (self, relay);

  lane->ready = TRUE;
  if (!self->started || self->stopping)
    return;
  if (lane->idle > 0)
    g_cond_signal (&lane->cond);
  else
    add_deliverer (self, lane);
}

void
ist_deliveries_start (IstDeliveries *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  GHashTableIter iter;
  Lane *lane;

  self->started = TRUE;
  g_hash_table_iter_init (&iter, self->lanes);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &lane))
    if (lane->ready)
      add_deliverer (self, lane);
}

void
ist_deliveries_stop (IstDeliveries *self, gint64 grace_usecs)
{
  gint64 deadline = ist_clock_mono_usecs () + grace_usecs;
  GHashTableIter iter;
  IstAttempt *attempt;
  Lane *lane;

  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_broadcast (&self->stop);
  g_hash_table_iter_init (&iter, self->lanes);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &lane))
    g_cond_broadcast (&lane->cond);
  while (self->threads > 0 && ist_clock_wait (&self->gone, &self->mutex, deadline))
    ;
  g_hash_table_iter_init (&iter, self->attempts);
  while (g_hash_table_iter_next (&iter, (gpointer *) &attempt, NULL))
    ist_attempt_abort (attempt);
  while (self->threads > 0)
    ist_clock_wait (&self->gone, &self->mutex, G_MAXINT64);
  g_mutex_unlock (&self->mutex);
}

guint
ist_deliveries_count (IstDeliveries *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return self->working;
}
