/*
 * connector/relay-hold.h - the key "hold" of a relay, for mail that is already in the queue.
 *
 * What comes in for a held relay is held as it is accepted (connector/flow/receive.c). This is the rest: mail
 * that waits when a relay is put on hold stops, and what was held for the relay's sake alone goes on when the
 * hold ends. What a rule or an administrator holds stays.
 */
#ifndef IST_CONNECTOR_RELAY_HOLD_H
#define IST_CONNECTOR_RELAY_HOLD_H

#include "connector/instance.h"

G_BEGIN_DECLS

/* Makes the queue agree with `snapshot`; at start and after a reload, on the caller's thread. */
void ist_relay_hold_apply (IstInstance *instance, const IstSnapshot *snapshot);

/* The rest of one message that a delivery had out when its relay was put on hold. */
void ist_relay_hold_message (IstInstance *instance, const char *queue_id, const char *relay);

/* The hold reason of rows that wait for the relay's sake; g_free(). */
char *ist_relay_hold_reason (const char *relay);

G_END_DECLS

#endif
