/*
 * connector/snapshot.h - everything that follows from one version of the configuration.
 *
 * Settings, router, rewriters and TLS contexts are built together or not at all; a reload builds a new
 * snapshot beside the old one and swaps. Sessions and deliveries keep the one they began with.
 *
 * Threads: immutable after construction; reference-counted.
 */
#ifndef IST_CONNECTOR_SNAPSHOT_H
#define IST_CONNECTOR_SNAPSHOT_H

#include "routing/address/rewrite.h"
#include "routing/router.h"
#include "routing/tls-policy.h"

G_BEGIN_DECLS

typedef struct
{
  gatomicrefcount refs;
  guint generation;
  IstSettings *settings;
  IstRouter *router;
  IstRewriter *rewriters[IST_N_SIDES][IST_N_SIDES]; /* [origin][destination] */
  GHashTable *server_tls;                           /* [tls NAME] → IstTlsContext */
  IstTlsPolicy *client_tls;
  const IstConnectorSettings *connector;
} IstSnapshot;

/* Takes over a reference of `settings`; borrows `directory`. Complains in `errors` (lines for people)
 * and gives NULL when a certificate or key cannot be used. */
IstSnapshot *ist_snapshot_new (IstSettings *settings, const IstDirectory *directory,
                               guint generation, GPtrArray *errors);
IstSnapshot *ist_snapshot_ref (IstSnapshot *snapshot);
void ist_snapshot_unref (IstSnapshot *snapshot);

/* TLS context of a listener, NULL when it has none; borrowed. */
IstTlsContext *ist_snapshot_listener_tls (const IstSnapshot *snapshot,
                                          const IstListenerSettings *listener);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstSnapshot, ist_snapshot_unref)

G_END_DECLS

#endif
