/*
 * convert/tnef-embedded.h - a message embedded in TNEF as a message/rfc822 part.
 *
 *   IstMimeNode *node = ist_tnef_embedded_new (attachment->message, body, "report.eml", run);
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_TNEF_EMBEDDED_H
#define IST_CONVERT_TNEF_EMBEDDED_H

#include "convert/tnef-parts.h"

G_BEGIN_DECLS

/* `body` is what `tnef` was read from. The message is written to memory, so its attachments count twice there while
 * the outer message lives. */
IstMimeNode *ist_tnef_embedded_new (const IstTnef *tnef, IstBody *body, const char *name,
                                    const IstTnefRun *run);

/* "Name: text" in UTF-8 as a header field: encoded (RFC 2047) and folded where needed. g_free(). */
char *ist_tnef_embedded_field (const char *name, const char *text);

G_END_DECLS

#endif
