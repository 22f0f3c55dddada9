#include "routing/tls-policy.h"

struct _IstTlsPolicy
{
  IstSettings *settings;
  GMutex mutex;
  GHashTable *contexts; /* "level name" → IstTlsContext */
};

IstTlsPolicy *
ist_tls_policy_new (IstSettings *settings)
{
  IstTlsPolicy *self = g_new0 (IstTlsPolicy, 1);

  self->settings = ist_settings_ref (settings);
  g_mutex_init (&self->mutex);
  self->contexts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify) ist_tls_context_unref);
  return self;
}

void
ist_tls_policy_free (IstTlsPolicy *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->contexts);
  g_mutex_clear (&self->mutex);
  ist_settings_unref (self->settings);
  g_free (self);
}

IstTlsContext *
ist_tls_policy_for_relay (IstTlsPolicy *self, const IstRelaySettings *relay, IstTlsLevel *level,
                          GError **error)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  g_autofree char *key = NULL;
  IstTlsContext *context;
  IstTlsOptions options;

  *level = (IstTlsLevel) relay->tls_level;
  if (*level == IST_TLS_NONE && !relay->implicit_tls)
    return NULL;
  key = g_strdup_printf ("%d %s", relay->tls_level, relay->tls != NULL ? relay->tls : "");
  context = g_hash_table_lookup (self->contexts, key);
  if (context != NULL)
    return context;
  ist_routing_tls_options (
      relay->tls != NULL ? ist_settings_get (self->settings, "tls", relay->tls) : NULL, *level,
      &options);
  context = ist_tls_context_new_client (&options, error);
  if (context != NULL)
    g_hash_table_insert (self->contexts, g_steal_pointer (&key), context);
  return context;
}
