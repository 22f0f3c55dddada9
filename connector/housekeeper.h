/*
 * connector/housekeeper.h - slow work of a running instance: directory files, hosts that came back.
 */
#ifndef IST_CONNECTOR_HOUSEKEEPER_H
#define IST_CONNECTOR_HOUSEKEEPER_H

#include "connector/instance.h"

G_BEGIN_DECLS

/* The thread; ends when instance->stopping is set. */
gpointer ist_housekeeper_run (gpointer instance);

/* Loads the directory files that changed (`all`: every one). Failures are logged; the mirror keeps what it had. */
void ist_housekeeper_load (IstInstance *instance, IstSettings *settings, gboolean all);

/* The host address:port answers again: what waits for its relays is due now. */
void ist_housekeeper_wake (IstInstance *instance, const char *address, guint16 port);

/* A relay of `snapshot` that has the host, borrowed from it; NULL when none has it any more. */
const IstRelaySettings *ist_housekeeper_relay_of (IstInstance *instance, const IstSnapshot *snapshot,
                                                  const char *address, guint16 port);

G_END_DECLS

#endif
