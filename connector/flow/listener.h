/*
 * connector/flow/listener.h - the listening sockets and the SMTP sessions they give birth to.
 *
 * One accepting thread per listener hands each connection to a thread of its own, or answers 421 at
 * once when there are too many: nobody waits for a greeting in a backlog. When descriptors run out
 * accepting pauses for a moment instead of spinning.
 */
#ifndef IST_CONNECTOR_FLOW_LISTENER_H
#define IST_CONNECTOR_FLOW_LISTENER_H

#include "connector/instance.h"

G_BEGIN_DECLS

/* Binds every [listener]. On failure nothing listens: IST_ERROR_CONFIG names address, reason, remedy. */
IstListeners *ist_listeners_start (IstInstance *instance, GError **error);

/* No more connections; running sessions get 421 and `grace_usecs` to end, then they are cut. */
void ist_listeners_stop (IstListeners *listeners, gint64 grace_usecs);
void ist_listeners_free (IstListeners *listeners);

guint16 ist_listeners_port (IstListeners *listeners, const char *name);

/* After a reload: opens new listeners, closes removed ones. Errors are collected as lines. */
void ist_listeners_reload (IstListeners *listeners, GPtrArray *errors);

/* Counts one more session of `address` on the listener; FALSE when it has `max` (0: no limit). The
 * session itself calls it once it knows that the client is not a listed peer. */
gboolean ist_listeners_count_peer (IstListeners *listeners, const char *address, guint max);
void ist_listeners_uncount_peer (IstListeners *listeners, const char *address);

/* Messages of one unlisted address in the running minute; FALSE when `per_minute` is used up. */
gboolean ist_listeners_count_message (IstListeners *listeners, const char *address,
                                      guint per_minute);

G_END_DECLS

#endif
