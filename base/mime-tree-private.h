/*
 * base/mime-tree-private.h - between mime-tree.c (building, writing), mime-node.c (its nodes), mime-shape.c (its
 * structure) and mime-content.c (reading and encoding content).
 */
#ifndef IST_BASE_MIME_TREE_PRIVATE_H
#define IST_BASE_MIME_TREE_PRIVATE_H

#include "base/mime-tree.h"

G_BEGIN_DECLS

typedef struct _IstMimeContent IstMimeContent;

struct _IstMimeContent
{
  IstBody *original;       /* NULL: a new node */
  gboolean whole;          /* header to content_end are this node's very bytes */
  IstMimeNode *home;       /* the multipart in which outer to outer_end are this child's; NULL: none */
  gsize outer, outer_end, header, content, content_end;
  gsize children, children_end; /* of a multipart: from its first delimiter to behind its last child */
  guint touched;           /* counts changes; 0: content and children are the original's */
  char *encoding;          /* lower-case Content-Transfer-Encoding of the original content */
  char *boundary;          /* of a multipart */
  IstBody *body;           /* new content of a leaf */
  gsize offset, size_bytes;
  IstSpanForm form;
  gboolean quoted;         /* that is quoted-printable */
  GArray *spans;           /* IstSpan; the new content of an attached message */
};

/* mime-node.c */
IstMimeNode *ist_mime_node_alloc (void);
/* Fills type, charset, name, id, attachment, encoding and boundary from the header. */
void ist_mime_node_read_head (IstMimeNode *node);

/* Writes Content-Type of its type, charset, boundary and name. */
void ist_mime_node_write_type (IstMimeNode *node);
IstMessage *ist_mime_node_empty_head (void);
void ist_mime_content_free (IstMimeContent *content);

/* A multipart boundary that is the same each time this message is prepared. g_free() */
char *ist_mime_tree_new_boundary (IstMimeNode *node);

G_END_DECLS

#endif
