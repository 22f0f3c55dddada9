/*
 * convert/tnef-uu.h - a winmail.dat that stands uuencoded in a text, as old gateways wrote it.
 *
 *   ist_tnef_uu_extract (root);     it is a part of its own now
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_TNEF_UU_H
#define IST_CONVERT_TNEF_UU_H

#include "base/mime-tree.h"

G_BEGIN_DECLS

/* Of the first plain text of the message itself that has one; the text around it stays. FALSE: none has, and nothing
 * was changed. */
gboolean ist_tnef_uu_extract (IstMimeNode *root);

/* Does one stand in a plain text that is in base64, where nobody sees it who looks at the lines of the message? */
gboolean ist_tnef_uu_is_hidden (IstMessage *message);

G_END_DECLS

#endif
