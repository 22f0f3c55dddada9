/*
 * routing/tls-policy.h - the client TLS context of each relay, made once per snapshot.
 *
 * Threads: any.
 */
#ifndef IST_ROUTING_TLS_POLICY_H
#define IST_ROUTING_TLS_POLICY_H

#include "routing/settings.h"

G_BEGIN_DECLS

typedef struct _IstTlsPolicy IstTlsPolicy;

/* References `settings`. */
IstTlsPolicy *ist_tls_policy_new (IstSettings *settings);
void ist_tls_policy_free (IstTlsPolicy *policy); /* NULL is allowed */

/* The context (borrowed) and level for `relay`. NULL without error for level none; NULL with
 * IST_ERROR_CONFIG when a file cannot be used. */
IstTlsContext *ist_tls_policy_for_relay (IstTlsPolicy *policy, const IstRelaySettings *relay,
                                         IstTlsLevel *level, GError **error);

G_END_DECLS

#endif
