/*
 * base/mime-tree.h - the parts of a message, to be read and changed.
 *
 *   IstMimeNode *root = ist_mime_tree (message);            made at the first call, kept with the message
 *   IstMimeNode *text = ist_mime_node_find (root, "text/html");
 *   g_autofree char *html = ist_mime_node_text (text, MAX, &error);
 *   ist_mime_node_set_text (text, repaired);
 *   ist_mime_tree_flush (message);                          now the message writes it
 *
 * Parts nobody touches leave as the very bytes that came in, delimiter lines included; new content is encoded while
 * it is written, so a large attachment is never copied. Sealed parts (signed, encrypted) must not be changed; asking
 * for it is a bug of the caller.
 *
 * Bounds and tolerance are those of base/mime.h.
 *
 * Threads: a tree belongs to its message.
 */
#ifndef IST_BASE_MIME_TREE_H
#define IST_BASE_MIME_TREE_H

#include "base/message.h"

G_BEGIN_DECLS

typedef struct _IstMimeNode IstMimeNode;

/* All members are for reading. */
struct _IstMimeNode
{
  IstMimeNode *parent;   /* NULL: the root, or taken out */
  GPtrArray *children;   /* IstMimeNode; NULL: a leaf. Of message/rfc822: one, the attached message */
  IstMessage *head;      /* its header fields, to be read and changed with ist_message_*_field(); the root's is the
                            message itself. After a change of Content-* fields call ist_mime_node_reread() */
  char *type;            /* lower-case "text/plain" */
  char *charset;         /* as written; NULL: none */
  char *name;            /* file name in UTF-8; NULL: none */
  char *id;              /* Content-ID without brackets; NULL: none */
  gboolean attachment;   /* Content-Disposition: attachment */
  gboolean sealed;
  gboolean in_rfc822;    /* inside an attached message */
  gboolean cut;          /* of the root: parts beyond the bounds are content of their parents */
  struct _IstMimeContent *content; /* of mime-tree.c */
};

/* The tree of the message as it stands. Borrowed. Nothing may have been replaced with ist_message_replace(). */
IstMimeNode *ist_mime_tree (IstMessage *message);

/* Has the message a tree in which something changed? */
gboolean ist_mime_tree_is_changed (const IstMessage *message);

/* Another number after every change in the tree; 0: there is no tree. */
guint64 ist_mime_tree_state (const IstMessage *message);

/* Gives the message the body that the tree describes, if anything in it changed. The tree stays. */
void ist_mime_tree_flush (IstMessage *message);

/* -- looking -- */

/* The first leaf of this type in reading order, attachments and attached messages left out; NULL: none. */
IstMimeNode *ist_mime_node_find (IstMimeNode *node, const char *type);
/* Calls back for each node under `node`, itself first; FALSE ends it. The node may be taken out meanwhile. */
typedef gboolean (*IstMimeVisitor) (gpointer user, IstMimeNode *node);
gboolean ist_mime_node_visit (IstMimeNode *node, IstMimeVisitor visitor, gpointer user);
guint ist_mime_node_index (const IstMimeNode *node); /* in its parent */
/* The value of a parameter of Content-Type in UTF-8, g_free(); NULL: none. */
char *ist_mime_node_parameter (const IstMimeNode *node, const char *name);

/* Bytes of a leaf's content; of what came, encoded as it came. */
gsize ist_mime_node_size (const IstMimeNode *node);
/* The decoded content of a leaf, at most `max_bytes` of it. */
GBytes *ist_mime_node_decode (const IstMimeNode *node, gsize max_bytes);
/* The bytes of a leaf as they came, still encoded, as a body that shares them. NULL: it has other content now. */
IstBody *ist_mime_node_coded (const IstMimeNode *node);
/* The decoded content as a body: shared where it is not coded, else as base/scratch.h keeps it. IST_ERROR_REFUSED:
 * more than `max_bytes`; IST_ERROR_RETRY: no room. */
IstBody *ist_mime_node_decode_body (const IstMimeNode *node, gsize max_bytes, GError **error);
/* How many bytes ist_mime_node_decode() with this limit gives, without keeping them. */
gsize ist_mime_node_decoded_size (const IstMimeNode *node, gsize max_bytes);
/* A text in UTF-8 with LF line ends, by the rules of base/charset.h. IST_ERROR_REFUSED: more than `max_bytes`, or it is
 * in a character set that nobody here knows (ist_charset_is_known()). */
char *ist_mime_node_text (const IstMimeNode *node, gsize max_bytes, GError **error);

/* Each CRLF in the text becomes LF, and each CR alone, as when the text is written again. */
void ist_mime_text_to_lf (char *text);

/* -- messages in the message -- */

/* The bytes of an attached message as they stand, as a body of its own that shares them. NULL: `node` is no attached
 * message, is encoded, or something below it was changed. */
IstBody *ist_mime_node_attached (const IstMimeNode *node);
/* The attached message becomes what `message` writes; `node` is a leaf from now on. Nothing large is copied. */
void ist_mime_node_set_attached (IstMimeNode *node, const IstMessage *message);

/* -- changing -- */

/* A new leaf that is in no tree yet. `name` NULL: none. `disposition` "attachment", "inline" or NULL. */
IstMimeNode *ist_mime_node_new (const char *type, const char *name, const char *disposition);
/* For a node that is in no tree. NULL is allowed. */
void ist_mime_node_free (IstMimeNode *node);

/* The content of a leaf, in UTF-8 with LF line ends: written as UTF-8 in the shortest encoding. The type stays,
 * charset and encoding are set; format=flowed goes. */
void ist_mime_node_set_text (IstMimeNode *node, const char *text);
/* The content of a leaf is this range of `body` (referenced), written in base64. */
void ist_mime_node_set_content (IstMimeNode *node, IstBody *body, gsize offset, gsize size_bytes);
/* Bytes that need no encoding: ASCII lines with CRLF (message/rfc822, message/delivery-status). */
void ist_mime_node_set_raw (IstMimeNode *node, IstBody *body, gsize offset, gsize size_bytes);

/* A signed or encrypted part was put in: from now on it must not be changed. */
void ist_mime_node_seal (IstMimeNode *node);

/* Sets or inserts a field: `raw` as for ist_message_set_field(). */
void ist_mime_node_set_field (IstMimeNode *node, const char *name, const char *raw);
void ist_mime_node_remove_field (IstMimeNode *node, const char *name);
/* Another type with its parameters: "application/octet-stream". Name and charset are kept when they are set. */
void ist_mime_node_set_type (IstMimeNode *node, const char *type);
void ist_mime_node_set_name (IstMimeNode *node, const char *name); /* UTF-8; RFC 2231 where needed */
void ist_mime_node_reread (IstMimeNode *node); /* after a change of Content-* fields by hand */

/* Puts `node` (taken, in no tree) into a multipart before its child `index`. */
void ist_mime_node_insert (IstMimeNode *multipart, guint index, IstMimeNode *node);
/* Takes a node out of its parent and gives it to the caller. */
IstMimeNode *ist_mime_node_take (IstMimeNode *node);
/* Puts `with` (taken) in the place of `node`, which is freed. Not for the root. */
void ist_mime_node_replace (IstMimeNode *node, IstMimeNode *with);

/* A new multipart of `subtype` ("mixed") takes the place of `node` and has it as its only child. Gives the
 * multipart. The root stays the root: what it was moves into a new child. */
IstMimeNode *ist_mime_node_wrap (IstMimeNode *node, const char *subtype);
/* A multipart with one child becomes that child: its place is the child's. Gives the node that is there now. */
IstMimeNode *ist_mime_node_hoist (IstMimeNode *multipart);

G_END_DECLS

#endif
