#include "connector/housekeeper.h"

#include "base/clock.h"
#include "connector/flow/report.h"

#include <string.h>

#define LOOK_SECS 1
#define DAY_USECS (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

/* ---- directory files ---- */

static void
load_source (IstInstance *self, const IstDirectorySettings *directory)
{
  g_autoptr (GError) error = NULL;
  int n = ist_mirror_load_file (self->mirror, directory->group.name,
                                ist_side_from_name (directory->side), directory->file, &error);
  g_autofree char *count = g_strdup_printf ("%d", n);

  if (n < 0)
    ist_log (self->log, IST_LOG_ERROR, "directory", "load-failed", NULL, error->message, "source",
             directory->group.name, NULL);
  else
    ist_log (self->log, IST_LOG_INFO, "directory", "loaded", NULL, NULL, "source",
             directory->group.name, "objects", count, NULL);
}

void
ist_housekeeper_load (IstInstance *self, IstSettings *settings, gboolean all)
{
  const GPtrArray *list = ist_settings_list (settings, "directory");
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  gint64 max_age = 0;

  for (guint i = 0; i < list->len; i++)
    {
      const IstDirectorySettings *directory = g_ptr_array_index (list, i);

      g_ptr_array_add (names, directory->group.name);
      if (directory->max_age_secs > 0)
        max_age = max_age == 0 ? directory->max_age_secs : MIN (max_age, directory->max_age_secs);
      if (all)
        load_source (self, directory);
    }
  g_ptr_array_add (names, NULL);
  ist_mirror_keep_only (self->mirror, (const char *const *) names->pdata, NULL);
  ist_mirror_set_max_age (self->mirror, max_age);
}

/* `watched`: name of each source → when to look next (monotonic). A file that could not be loaded (it was just being
 * written) is tried again at the next look. */
static void
look_at_files (IstInstance *self, GHashTable *watched)
{
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (self);
  const GPtrArray *list = ist_settings_list (snapshot->settings, "directory");
  gint64 now = ist_clock_mono_usecs ();

  for (guint i = 0; i < list->len; i++)
    {
      const IstDirectorySettings *directory = g_ptr_array_index (list, i);
      gint64 *look_at = g_hash_table_lookup (watched, directory->group.name);

      if (look_at == NULL)
        {
          look_at = g_new0 (gint64, 1);
          g_hash_table_insert (watched, g_strdup (directory->group.name), look_at);
        }
      if (now < *look_at)
        continue;
      *look_at = now + directory->reload_secs * G_USEC_PER_SEC;
      if (!ist_mirror_confirm (self->mirror, directory->group.name, directory->file))
        load_source (self, directory);
    }
}

/* ---- hosts ---- */

static gboolean
uses_host (IstInstance *self, const IstRelaySettings *relay, const char *address, guint16 port)
{
  g_autoptr (GPtrArray) hops = ist_next_hop_list_all (self->next_hop, relay, NULL);

  for (guint i = 0; hops != NULL && i < hops->len; i++)
    {
      const IstHop *hop = g_ptr_array_index (hops, i);

      if (hop->port == port && strcmp (hop->address, address) == 0)
        return TRUE;
    }
  return FALSE;
}

const IstRelaySettings *
ist_housekeeper_relay_of (IstInstance *self, const IstSnapshot *snapshot, const char *address,
                          guint16 port)
{
  const GPtrArray *relays = ist_settings_list (snapshot->settings, "relay");

  for (guint i = 0; i < relays->len; i++)
    if (uses_host (self, g_ptr_array_index (relays, i), address, port))
      return g_ptr_array_index (relays, i);
  return NULL;
}

#define WAKE_MESSAGES 2000

/* In steps, so that those who wait for a commit of their own get it in between. */
static void
wake_relay (IstInstance *self, const char *relay)
{
  IstQueueCommand retry = { .action = IST_ACTION_RETRY };
  g_autofree char *after = NULL;

  for (;;)
    {
      IstQueueFilter filter
          = { .relay = relay, .state = IST_STATE_QUEUED, .limit = WAKE_MESSAGES, .after = after };
      g_autoptr (GPtrArray) step = ist_queue_list (self->queue, &filter, NULL);

      if (step == NULL || step->len == 0)
        return;
      filter.limit = 2 * WAKE_MESSAGES;
      ist_queue_act (self->queue, &filter, &retry, NULL, NULL);
      if (step->len < WAKE_MESSAGES)
        return;
      g_free (after);
      after = g_strdup (((const IstQueueMessage *) g_ptr_array_index (step, step->len - 1))->queue_id);
    }
}

void
ist_housekeeper_wake (IstInstance *self, const char *address, guint16 port)
{
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (self);
  const GPtrArray *relays = ist_settings_list (snapshot->settings, "relay");

  for (guint i = 0; i < relays->len; i++)
    {
      const IstRelaySettings *relay = g_ptr_array_index (relays, i);

      if (uses_host (self, relay, address, port))
        wake_relay (self, relay->group.name);
    }
}

/* ---- dead mail ---- */

/* Once a day the postmaster hears of messages that could be neither delivered nor reported. */
static void
tell_postmaster (IstInstance *self)
{
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (self);
  IstQueueFilter filter = { .state = IST_STATE_DEAD, .limit = 200 };
  g_autoptr (GPtrArray) dead = NULL;
  g_autoptr (GString) text = NULL;
  IstQueueMessage *notice;

  if (snapshot->connector->postmaster == NULL)
    return;
  dead = ist_queue_list (self->queue, &filter, NULL);
  if (dead == NULL || dead->len == 0)
    return;
  text = g_string_new ("These messages could be neither delivered nor reported to a sender. They are kept "
                       "for a while;\r\nlook at them with \"isthmusctl queue --state dead\".\r\n\r\n");
  for (guint i = 0; i < dead->len; i++)
    {
      const IstQueueMessage *m = g_ptr_array_index (dead, i);
      const IstQueueRecipient *r = g_ptr_array_index (m->recipients, 0);

      g_string_append_printf (text, "%s to <%s>: %s\r\n", m->queue_id, r->address,
                              r->last_reply != NULL ? r->last_reply : "");
    }
  notice = ist_flow_notice (self, snapshot, snapshot->connector->postmaster, "Dead mail", text->str);
  if (notice != NULL)
    ist_queue_submit (self->queue, notice, NULL, NULL);
  ist_queue_message_free (notice);
}

gpointer
ist_housekeeper_run (gpointer data)
{
  IstInstance *self = data;
  g_autoptr (GHashTable) watched
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  gint64 next_news = ist_clock_mono_usecs () + DAY_USECS;

  g_mutex_lock (&self->stop_mutex);
  while (!self->stopping)
    {
      g_mutex_unlock (&self->stop_mutex);
      look_at_files (self, watched);
      if (ist_clock_mono_usecs () >= next_news)
        {
          next_news += DAY_USECS;
          tell_postmaster (self);
        }
      g_mutex_lock (&self->stop_mutex);
      if (!self->stopping)
        ist_clock_wait (&self->stop_cond, &self->stop_mutex,
                        ist_clock_mono_usecs () + LOOK_SECS * G_USEC_PER_SEC);
    }
  g_mutex_unlock (&self->stop_mutex);
  return NULL;
}
