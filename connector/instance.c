#include "config.h"

#include "connector/instance.h"

#include "base/clock.h"
#include "base/durable.h"
#include "base/error.h"
#include "base/scratch.h"
#include "connector/admin/admin.h"
#include "connector/flow/deliver.h"
#include "connector/flow/listener.h"
#include "connector/housekeeper.h"
#include "connector/relay-hold.h"
#include "routing/smtp/client.h"

#define SESSION_STOP_USECS (10 * G_USEC_PER_SEC)
#define PROBE_SECS 10
#define GENERATION_EPOCH_SECS G_GINT64_CONSTANT (1767225600) /* 2026-01-01 UTC */

/* ---- snapshots ---- */

IstSnapshot *
ist_instance_snapshot (IstInstance *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->snapshot_mutex);

  return ist_snapshot_ref (self->snapshot);
}

/* Generations grow over restarts too: what an earlier run routed is older than anything of this one. */
static guint
next_generation (const IstInstance *self)
{
  gint64 secs = ist_clock_wall_usecs () / G_USEC_PER_SEC - GENERATION_EPOCH_SECS;

  return MAX (self->generation + 1, (guint) CLAMP (secs, 1, G_MAXINT / 2));
}

static void
use_snapshot (IstInstance *self, IstSnapshot *snapshot)
{
  IstSnapshot *old;

  g_mutex_lock (&self->snapshot_mutex);
  old = self->snapshot;
  self->snapshot = snapshot;
  g_mutex_unlock (&self->snapshot_mutex);
  ist_snapshot_unref (old);
}

/* ---- what the parts call ---- */

static void
on_ready (gpointer user, const char *relay)
{
  IstInstance *self = user;

  ist_deliveries_ready (self->deliveries, relay);
}

static void
on_queue_health (gpointer user, gboolean ok, const char *why)
{
  IstInstance *self = user;

  g_mutex_lock (&self->health_mutex);
  self->queue_ok = ok;
  g_free (self->queue_why);
  self->queue_why = g_strdup (why);
  g_mutex_unlock (&self->health_mutex);
  ist_log (self->log, ok ? IST_LOG_INFO : IST_LOG_ERROR, "queue", ok ? "queue-ok" : "queue-failed",
           NULL, ok ? "the queue can be written again" : why, NULL);
}

/* Only whether the host greets: certificates are the matter of the delivery. */
static void
on_unrecorded (gpointer user, const char *queue_id)
{
  IstInstance *self = user;

  ist_log (self->log, IST_LOG_ERROR, "queue", "unrecorded", queue_id,
           "the results of a delivery could not be stored; the message is tried again at the next start", NULL);
}

static gboolean
on_probe (gpointer user, const char *address, guint16 port, char **why)
{
  IstInstance *self = user;
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (self);
  const IstRelaySettings *relay = ist_housekeeper_relay_of (self, snapshot, address, port);
  IstTlsOptions any = { .level = IST_TLS_ENCRYPT, .min_version = IST_TLS_1_0 };
  g_autoptr (IstTlsContext) tls = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (IstReply) reply = { 0 };
  g_autofree char *note = NULL;
  IstClientFailure failure;
  IstClientOptions options = {
    .address = address,
    .port = port,
    .host = address,
    .source = relay != NULL ? relay->source : NULL,
    .helo = snapshot->connector->hostname,
    .tls_level = IST_TLS_NONE,
    .implicit_tls = relay != NULL && relay->implicit_tls,
    .connect_timeout_secs = PROBE_SECS,
    .command_timeout_secs = PROBE_SECS,
    .quit_timeout_secs = 1,
  };
  g_autoptr (IstClient) client = NULL;

  if (relay == NULL)
    return FALSE;
  if (options.implicit_tls)
    options.tls = tls = ist_tls_context_new_client (&any, &error);
  if (!options.implicit_tls || tls != NULL)
    client = ist_client_open (&options, &failure, &reply, &note, &error);
  if (client == NULL)
    *why = g_strdup (error->message);
  return client != NULL;
}

/* A host that answers again takes what waited for it, without waiting for each message's retry time. */
static void
on_host_changed (gpointer user, const char *address, guint16 port, gboolean alive, const char *why)
{
  IstInstance *self = user;
  g_autofree char *port_text = g_strdup_printf ("%u", port);

  ist_log (self->log, alive ? IST_LOG_INFO : IST_LOG_WARNING, "deliver",
           alive ? "host-alive" : "host-dead", NULL, why, "host", address, "port", port_text, NULL);
  if (alive)
    ist_housekeeper_wake (self, address, port);
}

/* ---- opening ---- */

static gboolean
complain (GPtrArray *errors, const char *what, const GError *error)
{
  g_ptr_array_add (errors, g_strdup_printf ("%s: %s", what, error->message));
  return FALSE;
}

static gboolean
open_log (IstInstance *self, const IstSettings *settings, const IstInstanceOptions *options,
          GPtrArray *errors)
{
  const IstLogSettings *log = ist_settings_get (settings, "log", NULL);
  g_autoptr (GError) error = NULL;
  IstLogOptions o = {
    .file = log->file,
    .level = (IstLogLevel) log->level,
    .rotate_bytes = (guint64) log->rotate_bytes,
    .keep_files = (guint) log->keep_files,
    .to_stderr = options->log_to_stderr,
  };

  self->log = ist_log_new (&o, &error);
  return self->log != NULL || complain (errors, "log", error);
}

static gboolean
open_queue (IstInstance *self, const IstConnectorSettings *c, GPtrArray *errors)
{
  g_autoptr (GError) error = NULL;
  IstQueueOptions options = {
    .directory = c->queue_directory,
    .node = c->node,
    .body_threshold_bytes = (gsize) c->body_threshold_bytes,
    .max_bytes = (guint64) c->max_queue_bytes,
    .max_messages = (guint64) c->max_queue_messages,
    .min_free_bytes = (guint64) c->min_free_bytes,
    .dead_keep_days = (guint) c->dead_keep_days,
    .ready = on_ready,
    .health = on_queue_health,
    .unrecorded = on_unrecorded,
    .user = self,
  };
  const GPtrArray *notes;

  self->queue = ist_queue_open (&options, &error);
  if (self->queue == NULL)
    return complain (errors, "queue", error);
  notes = ist_queue_start_notes (self->queue);
  for (guint i = 0; i < notes->len; i++)
    ist_log (self->log, IST_LOG_WARNING, "queue", "sweep", NULL, g_ptr_array_index (notes, i), NULL);
  return TRUE;
}

/* What is decoded of large messages goes to the disk of the queue: /tmp lies in memory on many machines. */
static gboolean
open_scratch (const IstConnectorSettings *c, GPtrArray *errors)
{
  g_autofree char *folder = g_build_filename (c->queue_directory, "scratch", NULL);
  g_autoptr (GError) error = NULL;

  if (!ist_durable_mkdir (folder, &error))
    return complain (errors, "queue", error);
  ist_scratch_set_folder (folder);
  return TRUE;
}

static gboolean
open_parts (IstInstance *self, IstSettings *settings, GPtrArray *errors)
{
  const IstConnectorSettings *c = ist_settings_get (settings, "connector", NULL);
  g_autoptr (GError) error = NULL;

  self->mirror = ist_mirror_open (c->directory_database, &error);
  if (self->mirror == NULL)
    return complain (errors, "directory", error);
  self->dns = ist_dns_new (c->dns_server, 5, &error);
  if (self->dns == NULL)
    return complain (errors, "dns", error);
  ist_housekeeper_load (self, settings, TRUE);
  self->generation = next_generation (self);
  self->snapshot = ist_snapshot_new (ist_settings_ref (settings), ist_mirror_directory (self->mirror),
                                     self->generation, errors);
  if (self->snapshot == NULL)
    return FALSE;
  self->health = ist_host_health_new (on_probe, on_host_changed, self);
  self->next_hop = ist_next_hop_new (self->dns, self->health);
  self->deliveries = ist_deliveries_new (self);
  return open_queue (self, c, errors) && open_scratch (c, errors);
}

IstInstance *
ist_instance_new (IstSettings *settings, const IstInstanceOptions *options, GPtrArray *errors)
{
  g_autoptr (IstInstance) self = g_new0 (IstInstance, 1);
  g_autoptr (IstSettings) owned = settings;

  g_mutex_init (&self->snapshot_mutex);
  g_mutex_init (&self->reload_mutex);
  g_mutex_init (&self->health_mutex);
  g_mutex_init (&self->stop_mutex);
  g_cond_init (&self->stop_cond);
  self->queue_ok = TRUE;
  self->started_wall = ist_clock_wall_usecs ();
  self->config_path = g_strdup (ist_settings_path (owned));
  self->started_with = ist_settings_ref (owned);
  if (!open_log (self, owned, options, errors) || !open_parts (self, owned, errors))
    return NULL;
  return g_steal_pointer (&self);
}

/* ---- running ---- */

gboolean
ist_instance_start (IstInstance *self, GError **error)
{
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (self);

  self->listeners = ist_listeners_start (self, error);
  if (self->listeners == NULL)
    return FALSE;
  self->admin = ist_admin_start (self, error);
  if (self->admin == NULL)
    return FALSE;
  self->housekeeper = g_thread_new ("housekeeper", ist_housekeeper_run, self);
  ist_relay_hold_apply (self, snapshot);
  ist_deliveries_start (self->deliveries);
  ist_log (self->log, IST_LOG_INFO, "connector", "started", NULL, PACKAGE_STRING, "config",
           self->config_path, NULL);
  return TRUE;
}

/* New work stops first, then what is under way gets its time. */
void
ist_instance_stop (IstInstance *self)
{
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (self);

  ist_log (self->log, IST_LOG_INFO, "connector", "stopping", NULL, NULL, NULL);
  g_mutex_lock (&self->stop_mutex);
  self->stopping = TRUE;
  g_cond_broadcast (&self->stop_cond);
  g_mutex_unlock (&self->stop_mutex);
  g_clear_pointer (&self->admin, ist_admin_stop);
  if (self->listeners != NULL)
    ist_listeners_stop (self->listeners, SESSION_STOP_USECS);
  ist_deliveries_stop (self->deliveries, snapshot->connector->stop_grace_secs * G_USEC_PER_SEC);
  if (self->housekeeper != NULL)
    g_thread_join (g_steal_pointer (&self->housekeeper));
  ist_log (self->log, IST_LOG_INFO, "connector", "stopped", NULL, NULL, NULL);
}

void
ist_instance_free (IstInstance *self)
{
  if (self == NULL)
    return;
  ist_listeners_free (self->listeners);
  /* The queue calls into deliveries, deliveries into health: closed in that order. */
  ist_queue_close (self->queue);
  ist_scratch_set_folder (NULL);
  ist_host_health_free (self->health);
  ist_deliveries_free (self->deliveries);
  ist_next_hop_free (self->next_hop);
  ist_snapshot_unref (self->snapshot);
  ist_mirror_close (self->mirror);
  ist_dns_free (self->dns);
  ist_log_free (self->log);
  ist_settings_unref (self->started_with);
  g_free (self->config_path);
  g_free (self->queue_why);
  g_mutex_clear (&self->snapshot_mutex);
  g_mutex_clear (&self->reload_mutex);
  g_mutex_clear (&self->health_mutex);
  g_mutex_clear (&self->stop_mutex);
  g_cond_clear (&self->stop_cond);
  g_free (self);
}

guint16
ist_instance_port (IstInstance *self, const char *name)
{
  return ist_listeners_port (self->listeners, name);
}

/* ---- reload ---- */

static gboolean
route_again (gpointer user, const IstQueueMessage *message, IstQueueRecipient *recipient)
{
  IstSnapshot *snapshot = user;
  IstRouteAsk ask = { .origin = message->origin,
                      .trusted = TRUE,
                      .relay_internet = TRUE,
                      .accepted = TRUE,
                      .sender = message->sender,
                      .size_bytes = message->size_bytes };
  g_auto (IstRoute) route = { 0 };

  ist_router_route (snapshot->router, &ask, recipient->address, &route);
  if (route.relay == NULL)
    return FALSE;
  recipient->side = route.side;
  g_free (recipient->relay);
  recipient->relay = g_strdup (route.relay);
  recipient->generation = snapshot->generation;
  return TRUE;
}

char **
ist_instance_waiting (IstInstance *self, const IstSnapshot *snapshot)
{
  return ist_settings_diff (self->started_with, snapshot->settings, IST_APPLIES_RESTART);
}

static void
apply (IstInstance *self, IstSnapshot *snapshot, GPtrArray *errors)
{
  const IstLogSettings *log = ist_settings_get (snapshot->settings, "log", NULL);

  self->generation = snapshot->generation;
  use_snapshot (self, ist_snapshot_ref (snapshot));
  ist_log_set_level (self->log, (IstLogLevel) log->level);
  ist_log_reopen (self->log, NULL);
  ist_housekeeper_load (self, snapshot->settings, TRUE);
  ist_listeners_reload (self->listeners, errors);
  ist_queue_reroute (self->queue, snapshot->generation, route_again, snapshot, NULL);
  ist_relay_hold_apply (self, snapshot);
}

/* Whoever asked for the reload: what came of it stands in the log. */
static void
log_reload (IstInstance *self, gboolean done, const GPtrArray *errors, char *const *waiting)
{
  for (guint i = 0; i < errors->len; i++)
    ist_log (self->log, IST_LOG_ERROR, "connector", done ? "reload-failed" : "reload-refused", NULL,
             g_ptr_array_index (errors, i), NULL);
  for (guint i = 0; waiting != NULL && waiting[i] != NULL; i++)
    ist_log (self->log, IST_LOG_WARNING, "connector", "waits-for-restart", NULL, waiting[i], NULL);
  if (done)
    ist_log (self->log, IST_LOG_INFO, "connector", "reloaded", NULL, NULL, NULL);
}

gboolean
ist_instance_reload (IstInstance *self, GPtrArray *errors, char ***waiting)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->reload_mutex);
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();
  g_autoptr (IstSettings) settings = ist_settings_load (self->config_path, tables, errors);
  g_autoptr (IstSnapshot) snapshot = NULL;

  if (settings != NULL)
    snapshot = ist_snapshot_new (ist_settings_ref (settings), ist_mirror_directory (self->mirror),
                                 next_generation (self), errors);
  if (snapshot != NULL)
    {
      apply (self, snapshot, errors);
      *waiting = ist_instance_waiting (self, snapshot);
    }
  log_reload (self, snapshot != NULL, errors, *waiting);
  return snapshot != NULL;
}
