/*
 * connector/flow/deliver.h - stage three: the pool that hands queued mail to the relays.
 *
 * Each relay has a lane. A deliverer is a thread with at most one open connection; it takes jobs of its
 * lane until none is due, keeps the connection open for a moment (idle) and ends. Their number is
 * bounded per host (routing/host-health.h), per relay and in all.
 */
#ifndef IST_CONNECTOR_FLOW_DELIVER_H
#define IST_CONNECTOR_FLOW_DELIVER_H

#include "connector/instance.h"

G_BEGIN_DECLS

IstDeliveries *ist_deliveries_new (IstInstance *instance);

/* Begin: until now ready relays are only remembered. */
void ist_deliveries_start (IstDeliveries *deliveries);

/* The queue's ready callback: `relay` has due work. Any thread, cheap, never blocks long. */
void ist_deliveries_ready (IstDeliveries *deliveries, const char *relay);

/* No new jobs. Deliveries past their final dot get `grace_usecs`; then they are cut (crash rule 3: their
 * recipients may get the message again). Waits until all deliverers are gone. */
void ist_deliveries_stop (IstDeliveries *deliveries, gint64 grace_usecs);
void ist_deliveries_free (IstDeliveries *deliveries);

/* Threads at work now (status). */
guint ist_deliveries_count (IstDeliveries *deliveries);

G_END_DECLS

#endif
