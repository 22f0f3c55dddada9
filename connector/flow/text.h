/*
 * connector/flow/text.h - the trace fields and dates that the flow writes.
 */
#ifndef IST_CONNECTOR_FLOW_TEXT_H
#define IST_CONNECTOR_FLOW_TEXT_H

#include "routing/smtp/session.h"

G_BEGIN_DECLS

/* "Received: …" for one message, CRLF-ended and folded (RFC 5321 4.4; "with" keywords of RFC 3848 and
 * RFC 6531 4.3). `only_recipient` is NULL when there are several, so that none learns of another.
 * g_free(). */
char *ist_received_field (const char *hostname, const IstSessionPeer *peer, const char *queue_id,
                          gboolean smtputf8, const char *only_recipient, gint64 wall_usecs);

/* RFC 5322 3.3 date-time in UTC; g_free(). */
char *ist_rfc5322_date (gint64 wall_usecs);

G_END_DECLS

#endif
