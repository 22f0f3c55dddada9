/*
 * routing/next-hop.h - the hosts of a relay, in the order to try them now.
 *
 * A relay lists hosts, literals and MX names with priorities (0 best). Names are resolved with their
 * TTL and cached (for a day more while no name server answers); equal priorities are shared evenly; hosts that routing/host-health.h knows to be
 * dead are left out. MX preferences order hosts below the entry's own priority.
 *
 * Threads: an IstNextHop serves any number of threads.
 */
#ifndef IST_ROUTING_NEXT_HOP_H
#define IST_ROUTING_NEXT_HOP_H

#include "base/dns.h"
#include "routing/host-health.h"
#include "routing/settings.h"

G_BEGIN_DECLS

typedef struct _IstNextHop IstNextHop;

typedef struct
{
  char *host;        /* name for SNI and verification (the literal when there is no name) */
  char *address;     /* literal */
  guint16 port;
} IstHop;

IstNextHop *ist_next_hop_new (IstDns *dns, IstHostHealth *health); /* both borrowed */
void ist_next_hop_free (IstNextHop *next_hop);

/* GPtrArray of IstHop, best first, the equal ones in a fresh even order at each call. Only hosts that
 * may be tried. RETRY: names do not resolve now, or every host is dead (words name them and the last
 * trouble; *all_dead TRUE); REFUSED: no host can ever be had (names do not exist). */
GPtrArray *ist_next_hop_list (IstNextHop *next_hop, const IstRelaySettings *relay,
                              gboolean *all_dead, GError **error);

/* Is this a host as [relay] hosts has them ("mx:domain priority=10")? */
gboolean ist_next_hop_entry_is_valid (const char *text);

/* Every host of the relay whatever its health, for status and doctor. */
GPtrArray *ist_next_hop_list_all (IstNextHop *next_hop, const IstRelaySettings *relay,
                                  GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstNextHop, ist_next_hop_free)

G_END_DECLS

#endif
