/*
 * connector/relay-hold.h - the key "hold" of a relay, for mail that is already in the queue.
 *
 * What comes in for a held relay is held as it is accepted (connector/flow/receive.c). This is the rest: mail
 * that waits when a relay is put on hold stops, and what was held for the relay's sake alone goes on when the
 * hold ends. What a rule or an administrator holds stays.
 *
 * A reload may come at any moment of a delivery, so the last word is the deliverer's: it begins none for a relay
 * that is on hold, however a row came to be due there, and holds what it took; and what it held it releases
 * again where the hold has ended before that was committed.
 */
#ifndef IST_CONNECTOR_RELAY_HOLD_H
#define IST_CONNECTOR_RELAY_HOLD_H

#include "connector/instance.h"

G_BEGIN_DECLS

/* Makes the queue agree with `snapshot`; at start and after a reload, on the caller's thread. */
void ist_relay_hold_apply (IstInstance *instance, const IstSnapshot *snapshot);

gboolean ist_relay_hold_is (const IstSnapshot *snapshot, const char *relay);

/* A job of a relay on hold: taken and given back, held. */
void ist_relay_hold_job (IstInstance *instance, IstQueueJob *job);

/* Rows of the message were held for the relay's sake, and that is committed: releases them if the hold has ended
 * meanwhile, as the reload that ended it did not see them. */
void ist_relay_hold_check (IstInstance *instance, const char *queue_id, const char *relay);

/* The hold reason of rows that wait for the relay's sake; g_free(). */
char *ist_relay_hold_reason (const char *relay);

G_END_DECLS

#endif
