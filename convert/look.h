/*
 * convert/look.h - one pass over the bytes of a message that says what may be in it, so that nearly all mail passes
 * the transforms without a tree of parts.
 *
 *   if (!ist_look_may (message, IST_LOOK_UUENCODE))
 *     return TRUE;
 *   root = ist_mime_tree (message);
 *
 * A flag that is not set is certain; one that is set is a suspicion: lines of the text can look like header lines.
 *
 * Threads: any; no state.
 */
#ifndef IST_CONVERT_LOOK_H
#define IST_CONVERT_LOOK_H

#include "base/mime-tree.h"

G_BEGIN_DECLS

typedef enum
{
  IST_LOOK_ATTACHED = 1 << 0,    /* message/rfc822 or message/global */
  IST_LOOK_UUENCODE = 1 << 1,    /* a line "begin 644 ", or the transfer encoding of the name */
  IST_LOOK_QUOTED = 1 << 2,      /* quoted-printable */
  IST_LOOK_BASE64 = 1 << 3,
  IST_LOOK_MAC = 1 << 4,         /* BinHex, AppleSingle, AppleDouble */
  IST_LOOK_HIGH = 1 << 5,        /* a byte above 127, or ESC */
  IST_LOOK_FLOWED = 1 << 6,      /* format=flowed */
  IST_LOOK_RELATED = 1 << 7,     /* multipart/related */
  IST_LOOK_HTML_FIRST = 1 << 8,  /* text/plain stands behind text/html */
  IST_LOOK_ID = 1 << 9,          /* Content-ID */
  IST_LOOK_ATTACHMENT = 1 << 10, /* Content-Disposition: attachment, or a type that is no text and no multipart */
  IST_LOOK_NAME = 1 << 11,       /* a file name */
  IST_LOOK_EMPTY = 1 << 12,      /* a part without content, or no part at all */
  IST_LOOK_HTML = 1 << 13,       /* text/html */
  IST_LOOK_SEALED = 1 << 14      /* multipart/signed, multipart/encrypted, S/MIME */
} IstLook;

/* Worked out once for a message. *n_delimiters (may be NULL): lines that begin with "--", up to 65,000. */
guint ist_look_at (const IstMessage *message, guint *n_delimiters);

/* Has the message one of `flags`? TRUE also when parts of it were changed: what came may not be what is there. */
gboolean ist_look_may (const IstMessage *message, guint flags);

/* -- what transforms ask of a node -- */

/* A leaf of the message itself that may be changed: not sealed, not of an attached message. */
gboolean ist_look_is_own_leaf (const IstMimeNode *node);
/* Such a leaf with a text for the reader: text/SUBTYPE ("plain"; NULL: any), no attachment, no file name. */
gboolean ist_look_is_own_text (const IstMimeNode *node, const char *subtype);
/* All own leaves in reading order: IstMimeNode, borrowed. */
GPtrArray *ist_look_leaves (IstMimeNode *root);
/* Lower-case Content-Transfer-Encoding as the header has it now, without comments; "7bit" by default. g_free(). */
char *ist_look_encoding (const IstMimeNode *node);
/* The text in UTF-8 with LF. NULL: more than `max_bytes`, or it cannot be had without loss (bytes without meaning,
 * NULs). limits.h has the same with the limit of the settings. */
char *ist_look_text (const IstMimeNode *node, gsize max_bytes);

G_END_DECLS

#endif
