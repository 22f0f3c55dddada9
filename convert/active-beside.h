/*
 * convert/active-beside.h - the readable texts of a message that stand beside its encapsulated Notes copy and say nothing
 * that is not in it.
 *
 *   g_autoptr (GPtrArray) repeated = ist_active_beside_find (copy, body);
 *
 * Threads: as the message.
 */
#ifndef IST_CONVERT_ACTIVE_BESIDE_H
#define IST_CONVERT_ACTIVE_BESIDE_H

#include "base/mime-tree.h"

G_BEGIN_DECLS

/* The children of the multipart/mixed that `copy` stands in, and of those around it, that are a text for the reader (a
 * leaf, or alternatives with their pictures) and repeat what was made of the copy, `made`: each line is in it, in order,
 * whatever the blanks, and it has as many pictures. Borrowed nodes in reading order; none where `copy` stands elsewhere. */
GPtrArray *ist_active_beside_find (IstMimeNode *copy, IstMimeNode *made);

G_END_DECLS

#endif
