/*
 * routing/peers.c - who speaks for a side: by address, by certificate, by tenant; never by what he says.
 */
#include "routing/router-private.h"

#include <gio/gio.h>
#include <string.h>

/* On a socket for both families an IPv4 client shows as ::ffff:192.0.2.1; networks are written as IPv4. */
static GInetAddress *
parse_client (const char *address)
{
  static const guint8 mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);

  if (inet != NULL && g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV6
      && memcmp (g_inet_address_to_bytes (inet), mapped, sizeof mapped) == 0)
    return g_inet_address_new_from_bytes (g_inet_address_to_bytes (inet) + sizeof mapped,
                                          G_SOCKET_FAMILY_IPV4);
  return g_steal_pointer (&inet);
}

static gboolean
address_matches (const GPtrArray *masks, const char *address)
{
  g_autoptr (GInetAddress) inet = parse_client (address);

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

/* ---- Exchange Online (docs/addresses.md, "Exchange Online") ---- */

typedef enum
{
  ABSENT,
  OURS,
  FOREIGN
} Proof;

/* All fields of that name must name us: an attacker may add one, he cannot take Microsoft's away. */
static Proof
proof (const IstMessage *message, const char *name, char *const *ours)
{
  Proof found = ABSENT;

  for (guint i = ist_message_find_field (message, name, 0); i != IST_MESSAGE_NOT_FOUND;
       i = ist_message_find_field (message, name, i + 1))
    {
      g_autofree char *value = ist_message_field_value (message, i);
      gboolean known = FALSE;

      for (guint k = 0; ours[k] != NULL && !known; k++)
        known = g_ascii_strcasecmp (ours[k], value) == 0;
      if (!known)
        return FOREIGN;
      found = OURS;
    }
  return found;
}

/* A kind that the administrator did not fill in says nothing: Exchange Online writes both fields. */
gboolean
ist_router_tenant_ok (IstRouter *self, const IstMessage *message)
{
  const IstSideSettings *side = ist_settings_get (self->settings, "side", "exchange");
  Proof id = ABSENT;
  Proof domain = ABSENT;

  if (side == NULL)
    return FALSE;
  if (side->tenant_ids[0] != NULL)
    id = proof (message, "X-MS-Exchange-CrossTenant-Id", side->tenant_ids);
  if (side->tenant_domains[0] != NULL)
    domain = proof (message, "X-OriginatorOrg", side->tenant_domains);
  return id != FOREIGN && domain != FOREIGN && (id == OURS || domain == OURS);
}
