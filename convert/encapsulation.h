/*
 * convert/encapsulation.h - the encapsulated Notes copy in a message: which part it is, and whether the message can be
 * read without it.
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_ENCAPSULATION_H
#define IST_CONVERT_ENCAPSULATION_H

#include "base/mime-tree.h"

G_BEGIN_DECLS

/* Is this part such a copy? docs/transforms.md lists the types and names met. */
gboolean ist_encapsulation_is (const IstMimeNode *node);

/* May the message hold one? A cheap look at its bytes that lets nearly all mail pass without a tree. */
gboolean ist_encapsulation_may_be_in (const IstMessage *message);

/* Stands a text for the reader in it, one that is not another message's? */
gboolean ist_encapsulation_is_readable_without (const IstMimeNode *root);

G_END_DECLS

#endif
