/*
 * convert/auto-reply.h - marks answers that a machine gave, so that no other machine answers them.
 *
 * Threads: as the message.
 */
#ifndef IST_CONVERT_AUTO_REPLY_H
#define IST_CONVERT_AUTO_REPLY_H

#include "base/message.h"

G_BEGIN_DECLS

/* Is the subject, which must be no answer or forwarding itself, one of an absence notice? `begins` are its first
 * words, `contains` words anywhere in it; both end with NULL; in lower case (UTF-8). */
gboolean ist_auto_reply_is_absence (const IstMessage *message, const char *const *begins,
                                    const char *const *contains);

/* Adds what is missing of Auto-Submitted (RFC 3834 5) and X-Auto-Response-Suppress ([MS-OXCMAIL]); notes it for
 * `transform`. TRUE: something was missing. */
gboolean ist_auto_reply_mark (IstMessage *message, const char *transform, const char *submitted,
                              const char *suppress);

G_END_DECLS

#endif
