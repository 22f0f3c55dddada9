/*
 * convert/tnef-merge.h - the text of a TNEF message beside the text that the mail has already.
 *
 *   if (!ist_tnef_merge_text (top, parts))
 *     body = ist_tnef_parts_take_body (parts);
 *
 * Threads: one.
 */
#ifndef IST_CONVERT_TNEF_MERGE_H
#define IST_CONVERT_TNEF_MERGE_H

#include "convert/tnef-parts.h"

G_BEGIN_DECLS

/* The message of which `top` is the highest part gets what its own text lacks. FALSE: it has none, or another one:
 * the whole body is needed. */
gboolean ist_tnef_merge_text (IstMimeNode *top, IstTnefParts *parts);

/* multipart/report of the text (that of `top`, which is taken out, or that of `parts`) and parts->report. The caller
 * puts it into a tree. */
IstMimeNode *ist_tnef_merge_report (IstMimeNode *top, IstTnefParts *parts);

/* Is this text empty, or `text` again, perhaps changed on its way? */
gboolean ist_tnef_merge_is_repeated (IstMimeNode *node, const char *text);

/* Frees the empty text that Exchange puts before a stream. Gives how many parts went. */
guint ist_tnef_merge_blank (IstMimeNode *mixed);

G_END_DECLS

#endif
