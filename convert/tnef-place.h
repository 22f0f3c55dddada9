/*
 * convert/tnef-place.h - puts what TNEF streams hold into the tree of a message.
 *
 *   guint n = ist_tnef_place_all (message, context, 0);     every stream in it that can be read is gone
 *
 * Threads: one.
 */
#ifndef IST_CONVERT_TNEF_PLACE_H
#define IST_CONVERT_TNEF_PLACE_H

#include "base/mime-tree.h"
#include "convert/format/tnef.h"
#include "convert/pipeline.h"

G_BEGIN_DECLS

/* Finds each stream, wherever it stands, and puts its content in its place, noting what was done. Gives how many.
 * What cannot be read stays, and a note says why. `context` is asked for the language of texts that are put in.
 * `depth` of messages in messages around this one. */
guint ist_tnef_place_all (IstMessage *message, const IstConvertContext *context, guint depth);

/* The content of `tnef`, read from `body`, comes in the place of `node`, which is freed unless it is the root. */
void ist_tnef_place_parts (IstMimeNode *node, const IstTnef *tnef, IstBody *body,
                           const IstConvertContext *context, guint depth);

G_END_DECLS

#endif
