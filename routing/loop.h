/*
 * routing/loop.h - is this message going in circles?
 *
 * A Received count alone is late and blind to lists: a message to a list of the other side comes back
 * expanded to other recipients and is no loop (MAIL-13). So each message we send carries
 *   X-Isthmus-Trace: HOST; to=HASH HASH ...
 * with a keyed hash of every recipient of that transaction (keyed, so that a reader cannot try out whether
 * somebody got a blind copy). The same message coming in again for a recipient
 * that a trace of ours names has been delivered to that recipient before: that is a loop.
 */
#ifndef IST_ROUTING_LOOP_H
#define IST_ROUTING_LOOP_H

#include "base/message.h"

G_BEGIN_DECLS

#define IST_TRACE_FIELD "X-Isthmus-Trace"

guint ist_loop_count_received (const IstMessage *message);

/* The field for `recipients` (NULL-ended addresses), folded, CRLF-ended; g_free(). `key` is the secret of
 * this node, the same at every start (ist_queue_trace_key()). */
char *ist_loop_trace_field (const char *hostname, const char *key, const char *const *recipients);

/* Does a trace of `hostname` name `recipient` twice or more? Once is a forward by a person's own rule;
 * the second return is a circle. */
gboolean ist_loop_has_passed (const IstMessage *message, const char *hostname, const char *key,
                              const char *recipient);

G_END_DECLS

#endif
