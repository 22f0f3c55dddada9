/*
 * convert/explain.h - the parts of a message drawn as a tree, without any of their content.
 *
 *   multipart/mixed
 *   ├─ multipart/alternative
 *   │  ├─ text/plain, charset utf-8, 312 bytes
 *   │  └─ text/html, charset utf-8, 1.4 kB
 *   └─ application/pdf, "plan.pdf", attachment, 48.2 kB
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_EXPLAIN_H
#define IST_CONVERT_EXPLAIN_H

#include "base/mime-tree.h"

G_BEGIN_DECLS

/* `with_names`: names of attachments are shown, else only their endings: what a site sends us must tell nothing. Types and
 * character sets that are no tokens are not shown then either. g_free() */
char *ist_explain_tree (const IstMimeNode *root, gboolean with_names);

/* The ending of a file name with its dot, borrowed from it. NULL: none, or one that can be more than the kind of the
 * file: longer than five characters, or not ASCII letters and digits. */
const char *ist_explain_ending (const char *name);

/* Is it a type, character set or encoding as such a thing is written: a short word (RFC 2045 5.1)? What else stands there
 * can be anything. */
gboolean ist_explain_is_token (const char *text);

G_END_DECLS

#endif
