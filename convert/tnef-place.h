/*
 * convert/tnef-place.h - puts what TNEF streams hold into the tree of a message.
 *
 *   guint n = ist_tnef_place_all (message, &run);     every stream in it that can be read is gone
 *
 * Threads: one.
 */
#ifndef IST_CONVERT_TNEF_PLACE_H
#define IST_CONVERT_TNEF_PLACE_H

#include "convert/tnef-parts.h"

G_BEGIN_DECLS

/* Finds each stream of the message itself (attached messages are converted for themselves), wherever it stands, and
 * puts its content in its place, noting what was done. Gives how many. What cannot be read stays, and a note says why. */
guint ist_tnef_place_all (IstMessage *message, const IstTnefRun *run);

/* The content of `tnef`, read from `body`, comes in the place of `node`, which is freed unless it is the root. Gives
 * what could not be carried, in words, g_free(); NULL: nothing. */
char *ist_tnef_place_parts (IstMimeNode *node, const IstTnef *tnef, IstBody *body, const IstTnefRun *run);

G_END_DECLS

#endif
