/*
 * connector/flow/receive.h - stage one: from a connection to a message in the queue.
 *
 * Answers the SMTP session's questions: may this client in, where does this recipient go, is the text
 * acceptable; then writes the Received field and waits for the commit (crash rule 1).
 */
#ifndef IST_CONNECTOR_FLOW_RECEIVE_H
#define IST_CONNECTOR_FLOW_RECEIVE_H

#include "connector/instance.h"
#include "routing/smtp/session.h"

G_BEGIN_DECLS

typedef struct _IstReceive IstReceive;

/* One per connection. Takes references on `snapshot`; `listener` belongs to it. */
IstReceive *ist_receive_new (IstInstance *instance, IstSnapshot *snapshot,
                             const IstListenerSettings *listener, IstStream *stream);
void ist_receive_free (IstReceive *receive);

/* Fills the limits of the session from listener and peer. Borrowed strings live as long as `receive`. */
void ist_receive_limits (IstReceive *receive, IstSessionLimits *limits);

extern const IstSessionHandler ist_receive_handler;

G_END_DECLS

#endif
