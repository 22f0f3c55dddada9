#include "connector/snapshot.h"

#include "base/error.h"

static gboolean
make_server_tls (IstSnapshot *self, GPtrArray *errors)
{
  const GPtrArray *listeners = ist_settings_list (self->settings, "listener");
  guint n_errors = errors->len;

  for (guint i = 0; i < listeners->len; i++)
    {
      const IstListenerSettings *listener = g_ptr_array_index (listeners, i);
      g_autoptr (GError) error = NULL;
      IstTlsOptions options;
      IstTlsContext *context;

      if (listener->tls == NULL || g_hash_table_contains (self->server_tls, listener->tls))
        continue;
      ist_routing_tls_options (ist_settings_get (self->settings, "tls", listener->tls),
                               IST_TLS_NONE, &options);
      context = ist_tls_context_new_server (&options, &error);
      if (context == NULL)
        g_ptr_array_add (errors, g_strdup_printf ("%s: [tls %s]: %s",
                                                  ist_settings_path (self->settings), listener->tls,
                                                  error->message));
      else
        g_hash_table_insert (self->server_tls, g_strdup (listener->tls), context);
    }
  return errors->len == n_errors;
}

/* Every relay's client context is made once now, so that a wrong file is an error at the reload and
 * not at the first message. */
static gboolean
check_client_tls (IstSnapshot *self, GPtrArray *errors)
{
  const GPtrArray *relays = ist_settings_list (self->settings, "relay");
  guint n_errors = errors->len;

  for (guint i = 0; i < relays->len; i++)
    {
      const IstRelaySettings *relay = g_ptr_array_index (relays, i);
      g_autoptr (GError) error = NULL;
      IstTlsLevel level;

      if (ist_tls_policy_for_relay (self->client_tls, relay, &level, &error) == NULL
          && error != NULL)
        g_ptr_array_add (errors, g_strdup_printf ("%s: [relay %s]: %s",
                                                  ist_settings_path (self->settings),
                                                  relay->group.name, error->message));
    }
  return errors->len == n_errors;
}

IstSnapshot *
ist_snapshot_new (IstSettings *settings, const IstDirectory *directory, guint generation,
                  GPtrArray *errors)
{
  g_autoptr (IstSnapshot) self = g_new0 (IstSnapshot, 1);

  g_atomic_ref_count_init (&self->refs);
  self->generation = generation;
  self->settings = settings;
  self->connector = ist_settings_get (settings, "connector", NULL);
  self->server_tls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                            (GDestroyNotify) ist_tls_context_unref);
  self->client_tls = ist_tls_policy_new (settings);
  if (!make_server_tls (self, errors) || !check_client_tls (self, errors))
    return NULL;
  self->router = ist_router_new (settings, directory, generation);
  for (guint from = IST_SIDE_DOMINO; from < IST_N_SIDES; from++)
    for (guint to = IST_SIDE_DOMINO; to < IST_N_SIDES; to++)
      self->rewriters[from][to] = ist_rewriter_new (settings, directory, from, to);
  return g_steal_pointer (&self);
}

IstSnapshot *
ist_snapshot_ref (IstSnapshot *snapshot)
{
  g_atomic_ref_count_inc (&snapshot->refs);
  return snapshot;
}

void
ist_snapshot_unref (IstSnapshot *snapshot)
{
  if (snapshot == NULL || !g_atomic_ref_count_dec (&snapshot->refs))
    return;
  for (guint from = 0; from < IST_N_SIDES; from++)
    for (guint to = 0; to < IST_N_SIDES; to++)
      g_clear_pointer (&snapshot->rewriters[from][to], ist_rewriter_free);
  g_clear_pointer (&snapshot->router, ist_router_unref);
  g_clear_pointer (&snapshot->client_tls, ist_tls_policy_free);
  g_clear_pointer (&snapshot->server_tls, g_hash_table_unref);
  ist_settings_unref (snapshot->settings);
  g_free (snapshot);
}

IstTlsContext *
ist_snapshot_listener_tls (const IstSnapshot *snapshot, const IstListenerSettings *listener)
{
  return listener->tls != NULL ? g_hash_table_lookup (snapshot->server_tls, listener->tls) : NULL;
}
