/*
 * connector/flow/slim.h - our own growth given up, for a host that takes no larger messages.
 *
 * A message that was small enough when it came must not be refused for bytes that Isthmus added. They
 * are dropped in this order, as far as needed:
 *   1. trace       our own trace field (the Received count still stops a loop)
 *   2. received    the Received field that we put on top
 *   3. conversion  what the transforms did to the text; addresses are rewritten as before
 * The message is marked with "X-Isthmus-Dropped: trace, received, conversion" where that line has room.
 *
 * Threads: works on one message in the caller's thread.
 */
#ifndef IST_CONNECTOR_FLOW_SLIM_H
#define IST_CONNECTOR_FLOW_SLIM_H

#include "connector/flow/prepare.h"

G_BEGIN_DECLS

/* A smaller form of the group's message with at most `max_bytes`; NULL when there is none: then it came too
 * large. *dropped (g_free()) names what was given up. */
IstMessage *ist_slim (const IstSnapshot *snapshot, const IstQueueJob *job, const IstPrepared *group,
                      guint64 max_bytes, char **dropped);

/* How large the job's message was when it came: without the Received field that we put on top. */
guint64 ist_slim_came_size (const IstQueueJob *job);

G_END_DECLS

#endif
