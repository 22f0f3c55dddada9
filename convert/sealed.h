/*
 * convert/sealed.h - what is signed or encrypted passes byte for byte, and the message says so.
 *
 *   ist_sealed_tell (message);                                  the parts that MIME marks (base/mime-tree.h)
 *   if (ist_sealed_is_armoured (message, node, data, size))     a text that PGP signed or encrypted in itself
 *     return;
 *
 * Threads: any; no state.
 */
#ifndef IST_CONVERT_SEALED_H
#define IST_CONVERT_SEALED_H

#include "base/mime-tree.h"

G_BEGIN_DECLS

#define IST_SEALED_NOTE "sealed" /* what the notes are under */

/* Notes each sealed part of the message itself, at most 20; those of attached messages are theirs. */
void ist_sealed_tell (IstMessage *message);

/* Is `data`, the decoded content of a text part, signed or encrypted by PGP in itself (RFC 9580 6.2, 7)? Then a note
 * says once that it stays. */
gboolean ist_sealed_is_armoured (IstMessage *message, const IstMimeNode *node, const char *data, gsize size_bytes);

G_END_DECLS

#endif
