/*
 * convert/tnef-smime.h - a signed or encrypted message that stands in TNEF, as the part it was.
 *
 *   IstMimeNode *entity = ist_tnef_smime_new (tnef, body);
 *
 * Exchange keeps such a message as one attachment: of a clear-signed one the whole multipart/signed with its
 * Content-Type field, of an opaque or encrypted one the PKCS #7 object ([MS-OXOSMIME] 2.1.3.1, 2.1.3.2.2.2).
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_TNEF_SMIME_H
#define IST_CONVERT_TNEF_SMIME_H

#include "base/mime-tree.h"
#include "convert/format/tnef.h"

G_BEGIN_DECLS

/* multipart/signed with its bytes untouched (a line that ends with LF alone gets its CR: that is the form that was
 * signed, RFC 8551 3.1.1), or application/pkcs7-mime; sealed. NULL: the message is none, or has not that form. */
IstMimeNode *ist_tnef_smime_new (const IstTnef *tnef, IstBody *body);

G_END_DECLS

#endif
