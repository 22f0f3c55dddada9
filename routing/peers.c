/*
 * routing/peers.c - who speaks for a side: by address, by certificate, by tenant; never by what he says.
 */
#include "routing/router-private.h"

#include <gio/gio.h>
#include <string.h>

static gboolean
address_matches (const GPtrArray *masks, const char *address)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);

  for (guint i = 0; inet != NULL && i < masks->len; i++)
    if (g_inet_address_mask_matches (g_ptr_array_index (masks, i), inet))
      return TRUE;
  return FALSE;
}

static gboolean
same_fingerprint (const char *setting, const char *fingerprint)
{
  g_autoptr (GString) plain = g_string_new (NULL);

  for (; *setting != '\0'; setting++)
    if (*setting != ':')
      g_string_append_c (plain, g_ascii_tolower (*setting));
  return strcmp (plain->str, fingerprint) == 0;
}

/* A fingerprint names the certificate itself; a DNS name counts only when the chain is verified. */
static gboolean
certificate_matches (char *const *wanted, const IstTlsInfo *tls)
{
  if (tls == NULL || tls->peer_fingerprint == NULL)
    return FALSE;
  for (guint i = 0; wanted[i] != NULL; i++)
    {
      if (same_fingerprint (wanted[i], tls->peer_fingerprint))
        return TRUE;
      for (guint k = 0; tls->verified && tls->peer_names != NULL && tls->peer_names[k] != NULL; k++)
        if (g_ascii_strcasecmp (wanted[i], tls->peer_names[k]) == 0)
          return TRUE;
    }
  return FALSE;
}

const IstPeerSettings *
ist_router_peer (IstRouter *self, const char *listener, const char *address, const IstTlsInfo *tls)
{
  const GPtrArray *peers = ist_settings_list (self->settings, "peer");

  for (guint i = 0; i < peers->len; i++)
    {
      const IstPeerSettings *peer = g_ptr_array_index (peers, i);

      if (peer->listeners[0] != NULL
          && !g_strv_contains ((const char *const *) peer->listeners, listener))
        continue;
      if (address_matches (peer->addresses, address)
          || certificate_matches (peer->certificates, tls))
        return peer;
    }
  return NULL;
}

/* ---- Exchange Online ---- */

/* All fields of that name must be one of ours: an attacker may add one, he cannot take Microsoft's away. */
static gboolean
all_ours (const IstMessage *message, const char *name, char *const *ours, gboolean *present)
{
  *present = FALSE;
  for (guint i = ist_message_find_field (message, name, 0); i != IST_MESSAGE_NOT_FOUND;
       i = ist_message_find_field (message, name, i + 1))
    {
      g_autofree char *value = ist_message_field_value (message, i);
      gboolean known = FALSE;

      *present = TRUE;
      for (guint k = 0; ours[k] != NULL && !known; k++)
        known = g_ascii_strcasecmp (ours[k], value) == 0;
      if (!known)
        return FALSE;
    }
  return TRUE;
}

gboolean
ist_router_tenant_ok (IstRouter *self, const IstMessage *message)
{
  const IstSideSettings *side = ist_settings_get (self->settings, "side", "exchange");
  gboolean by_id, by_domain;

  if (side == NULL)
    return FALSE;
  return all_ours (message, "X-MS-Exchange-CrossTenant-Id", side->tenant_ids, &by_id)
         && all_ours (message, "X-OriginatorOrg", side->tenant_domains, &by_domain)
         && (by_id || by_domain);
}
