/*
 * base/mime-tree.c - building the tree from the ranges of base/mime.h, and writing it as spans.
 *
 * A node is clean while its header, its content and all below it are the original's; it leaves as one range, with
 * its delimiter line when it is still in the multipart it came from.
 */
#include "base/mime-tree-private.h"

#include "base/mime.h"

#include <string.h>

typedef struct
{
  IstMimeNode *root;
  guint n_boundaries;
} Tree;

/* ---- building ---- */

static IstMessage *
head_of (IstBody *original, const IstMimePart *part)
{
  g_autoptr (GBytes) bytes = ist_body_slice (original, part->header, part->content - part->header);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  return ist_message_new (body);
}

static IstMimeNode *
build (IstBody *original, const IstMimePart *part, IstMimeNode *parent, IstMessage *root)
{
  IstMimeNode *node = ist_mime_node_alloc ();
  IstMimeContent *content = node->content;

  node->parent = parent;
  node->head = root != NULL ? root : head_of (original, part);
  node->sealed = part->sealed;
  node->in_rfc822 = part->in_rfc822;
  node->cut = part->cut;
  content->original = ist_body_ref (original);
  content->whole = root == NULL;
  content->home = parent;
  content->outer = part->outer;
  content->outer_end = part->outer_end;
  content->header = part->header;
  content->content = content->children = content->children_end = part->content;
  content->content_end = part->content_end;
  ist_mime_node_read_head (node);
  if (part->children == NULL)
    return node;
  node->children = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_mime_node_free);
  for (guint i = 0; i < part->children->len; i++)
    {
      const IstMimePart *child = g_ptr_array_index (part->children, i);

      if (i == 0)
        content->children = child->outer;
      content->children_end = child->outer_end;
      g_ptr_array_add (node->children, build (original, child, node, NULL));
    }
  return node;
}

static void
tree_free (Tree *self)
{
  self->root->head = NULL;
  ist_mime_node_free (self->root);
  g_free (self);
}

IstMimeNode *
ist_mime_tree (IstMessage *message)
{
  Tree *self = ist_message_companion (message);
  g_autoptr (IstMimePart) part = NULL;

  if (self != NULL)
    return self->root;
  g_return_val_if_fail (!ist_message_body_is_changed (message), NULL);
  part = ist_mime_parse (ist_message_original (message));
  self = g_new0 (Tree, 1);
  self->root = build (ist_message_original (message), part, NULL, message);
  ist_message_set_companion (message, self, (GDestroyNotify) tree_free);
  return self->root;
}

/* From the header of the message, which carries an id and times; so equal for equal messages alone. */
char *
ist_mime_tree_new_boundary (IstMimeNode *node)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  const IstMimeNode *root = node;
  gsize size;
  const char *data;
  Tree *tree;

  while (root->parent != NULL)
    root = root->parent;
  tree = ist_message_companion (root->head);
  g_return_val_if_fail (tree != NULL && tree->root == root, NULL);
  data = ist_body_data (ist_message_original (root->head), &size);
  g_checksum_update (sum, (const guchar *) data, (gssize) MIN (size, ist_message_body_offset (root->head)));
  return g_strdup_printf ("=_isthmus_%u_%.24s", ++tree->n_boundaries, g_checksum_get_string (sum));
}

/* ---- writing ---- */

static gboolean
is_clean (const IstMimeNode *node)
{
  if (!node->content->whole || node->content->touched > 0 || ist_message_is_changed (node->head))
    return FALSE;
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    if (!is_clean (g_ptr_array_index (node->children, i)))
      return FALSE;
  return TRUE;
}

static gboolean
append_text (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  g_string_append_len (user, data, (gssize) size_bytes);
  return TRUE;
}

static gboolean
ends_with (const GString *text, const char *what)
{
  gsize length = strlen (what);

  return text->len >= length && memcmp (text->str + text->len - length, what, length) == 0;
}

static gboolean
ends_with_empty_line (const GString *text)
{
  return (text->len <= 2 && ends_with (text, "\n")) || ends_with (text, "\n\r\n") || ends_with (text, "\n\n");
}

static void
write_head (const IstMimeNode *node, GArray *spans)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (IstBody) body = NULL;

  ist_message_write (node->head, append_text, text, NULL);
  if (!ends_with_empty_line (text))
    g_string_append (text, "\r\n");
  /* NULs may stand in it. */
  bytes = g_string_free_to_bytes (text);
  body = ist_body_new_bytes (bytes);
  ist_span_append (spans, body, 0, ist_body_size (body), IST_SPAN_AS_IS);
}

static void write_content (const IstMimeNode *node, GArray *spans);

static void
write_node (const IstMimeNode *node, GArray *spans)
{
  const IstMimeContent *content = node->content;

  if (is_clean (node))
    {
      ist_span_append (spans, content->original, content->header, content->content_end - content->header,
                       IST_SPAN_AS_IS);
      return;
    }
  write_head (node, spans);
  write_content (node, spans);
}

static void
end_line (GArray *spans)
{
  const IstSpan *last = spans->len > 0 ? &g_array_index (spans, IstSpan, spans->len - 1) : NULL;
  gsize size;

  if (last == NULL || last->form == IST_SPAN_BASE64)
    return;
  if (ist_body_data (last->body, &size)[last->offset + last->size_bytes - 1] != '\n')
    ist_span_append_text (spans, "\r\n");
}

/* Does its delimiter line still fit? A multipart that was hoisted may have got children back that were its own under
 * another boundary. `delimiter`: with its CRLF. */
static gboolean
has_delimiter (const IstMimeContent *content, const char *delimiter)
{
  gsize size;
  const char *data = ist_body_data (content->original, &size) + content->outer;
  gsize length = strlen (delimiter) - 2;

  size = content->outer_end - content->outer;
  return size > length && memcmp (data, delimiter, length) == 0 && g_ascii_isspace (data[length]);
}

static void
write_child (const IstMimeNode *multipart, const IstMimeNode *child, const char *delimiter, GArray *spans)
{
  const IstMimeContent *content = child->content;

  if (content->home == multipart && is_clean (child) && has_delimiter (content, delimiter))
    {
      ist_span_append (spans, content->original, content->outer, content->outer_end - content->outer,
                       IST_SPAN_AS_IS);
      end_line (spans);
      return;
    }
  ist_span_append_text (spans, delimiter);
  write_node (child, spans);
  ist_span_append_text (spans, "\r\n");
}

static void
write_multipart (const IstMimeNode *node, GArray *spans)
{
  const IstMimeContent *content = node->content;
  g_autofree char *delimiter = g_strdup_printf ("--%s\r\n", content->boundary);
  g_autofree char *closing = g_strdup_printf ("--%s--", content->boundary);

  if (content->original != NULL)
    ist_span_append (spans, content->original, content->content, content->children - content->content,
                     IST_SPAN_AS_IS);
  for (guint i = 0; i < node->children->len; i++)
    write_child (node, g_ptr_array_index (node->children, i), delimiter, spans);
  /* RFC 2046 5.1.1: at least one part. */
  if (node->children->len == 0)
    {
      ist_span_append_text (spans, delimiter);
      ist_span_append_text (spans, "\r\n\r\n");
    }
  if (content->original != NULL && content->children_end < content->content_end)
    ist_span_append (spans, content->original, content->children_end,
                     content->content_end - content->children_end, IST_SPAN_AS_IS);
  else
    ist_span_append_text (spans, closing);
}

static void
write_spans (const GArray *from, GArray *spans)
{
  for (guint i = 0; i < from->len; i++)
    {
      const IstSpan *span = &g_array_index (from, IstSpan, i);

      ist_span_append (spans, span->body, span->offset, span->size_bytes, span->form);
    }
}

static void
write_content (const IstMimeNode *node, GArray *spans)
{
  const IstMimeContent *content = node->content;

  if (content->spans != NULL)
    write_spans (content->spans, spans);
  else if (content->body != NULL)
    ist_span_append (spans, content->body, content->offset, content->size_bytes, content->form);
  else if (node->children != NULL && content->boundary != NULL)
    write_multipart (node, spans);
  else if (node->children != NULL)
    write_node (g_ptr_array_index (node->children, 0), spans);
  else if (content->original != NULL)
    ist_span_append (spans, content->original, content->content, content->content_end - content->content,
                     IST_SPAN_AS_IS);
}

static gboolean
is_message_type (const char *type)
{
  return strcmp (type, "message/rfc822") == 0 || strcmp (type, "message/global") == 0; /* RFC 6532 3.7 */
}

IstBody *
ist_mime_node_attached (const IstMimeNode *node)
{
  const IstMimeContent *content = node->content;
  g_autoptr (GBytes) bytes = NULL;

  if (!is_message_type (node->type) || content->spans != NULL)
    return NULL;
  if (content->body != NULL && content->form == IST_SPAN_AS_IS)
    bytes = ist_body_slice (content->body, content->offset, content->size_bytes);
  else if (content->body == NULL && content->original != NULL && node->children != NULL && node->children->len == 1
           && is_clean (g_ptr_array_index (node->children, 0)))
    bytes = ist_body_slice (content->original, content->content, content->content_end - content->content);
  return bytes != NULL ? ist_body_new_bytes (bytes) : NULL;
}

void
ist_mime_node_set_attached (IstMimeNode *node, const IstMessage *message)
{
  IstMimeContent *content = node->content;

  g_return_if_fail (is_message_type (node->type) && !node->sealed);
  g_clear_pointer (&node->children, g_ptr_array_unref);
  g_clear_pointer (&content->spans, g_array_unref);
  content->spans = ist_span_array_new ();
  ist_message_append_spans (message, content->spans);
  content->touched++;
}

/* But for the root's header, which the message writes itself. */
static gboolean
is_as_it_came (const IstMimeNode *root)
{
  if (root->content->touched > 0)
    return FALSE;
  for (guint i = 0; root->children != NULL && i < root->children->len; i++)
    if (!is_clean (g_ptr_array_index (root->children, i)))
      return FALSE;
  return TRUE;
}

gboolean
ist_mime_tree_is_changed (const IstMessage *message)
{
  const Tree *self = ist_message_companion (message);

  return self != NULL && (ist_message_body_is_changed (message) || !is_as_it_came (self->root));
}

/* FNV-1a, a word at a time. */
static guint64
mix (guint64 state, guint value)
{
  return (state ^ value) * G_GUINT64_CONSTANT (0x100000001B3);
}

static guint64
state_of (const IstMimeNode *node, guint64 state)
{
  state = mix (state, node->content->touched);
  state = mix (state, ist_message_revision (node->head));
  state = mix (state, node->children != NULL ? node->children->len : G_MAXUINT);
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    state = state_of (g_ptr_array_index (node->children, i), state);
  return state;
}

guint64
ist_mime_tree_state (const IstMessage *message)
{
  const Tree *self = ist_message_companion (message);

  return self != NULL ? state_of (self->root, G_GUINT64_CONSTANT (0xCBF29CE484222325)) : 0;
}

void
ist_mime_tree_flush (IstMessage *message)
{
  Tree *self = ist_message_companion (message);
  GArray *spans;

  if (self == NULL || (is_as_it_came (self->root) && !ist_message_body_is_changed (message)))
    return;
  spans = ist_span_array_new ();
  write_content (self->root, spans);
  end_line (spans);
  ist_message_set_body (message, spans);
}
