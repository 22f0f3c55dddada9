/*
 * base/mime-shape.c - changes to the structure of a tree: putting in, taking out, wrapping, and the boundaries that
 * these need.
 */
#include "base/mime-tree-private.h"

#include <string.h>

/* A new multipart gets its boundary when it comes into the tree of a message. */
static void
give_boundaries (IstMimeNode *node)
{
  if (node->children == NULL)
    return;
  if (node->content->boundary == NULL && g_str_has_prefix (node->type, "multipart/"))
    {
      node->content->boundary = ist_mime_tree_new_boundary (node);
      ist_mime_node_write_type (node);
    }
  for (guint i = 0; i < node->children->len; i++)
    give_boundaries (g_ptr_array_index (node->children, i));
}

static gboolean
is_in_a_message (const IstMimeNode *node)
{
  while (node->parent != NULL)
    node = node->parent;
  return ist_message_companion (node->head) != NULL;
}

/* ---- content that holds the delimiter of a multipart it comes into ---- */

static gboolean
has_delimiter (const char *data, gsize size, const char *boundary)
{
  gsize length = strlen (boundary);
  const char *end = data + size;

  for (const char *line = data; line != NULL && (gsize) (end - line) >= length + 2;)
    {
      if (line[0] == '-' && line[1] == '-' && memcmp (line + 2, boundary, length) == 0)
        return TRUE;
      line = memchr (line, '\n', (gsize) (end - line));
      line = line != NULL ? line + 1 : NULL;
    }
  return FALSE;
}

static gboolean
holds (const IstMimeNode *node, const char *boundary)
{
  const IstMimeContent *content = node->content;
  gsize size;
  const char *data = content->original != NULL ? ist_body_data (content->original, &size) : NULL;

  if (data != NULL && content->content_end > content->header
      && has_delimiter (data + content->header, content->content_end - content->header, boundary))
    return TRUE;
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    if (holds (g_ptr_array_index (node->children, i), boundary))
      return TRUE;
  return FALSE;
}

/* The field with another boundary, its other parameters as they are; NULL: it is not written in a plain way. */
static char *
with_boundary (const char *field, const char *old, const char *fresh)
{
  g_autofree char *lower = g_ascii_strdown (field, -1);
  const char *found = strstr (lower, "boundary=");
  const char *value = found != NULL ? field + (found - lower) + strlen ("boundary=") : NULL;
  gboolean quoted = value != NULL && *value == '"';
  const char *end = value;

  if (value == NULL || !g_str_has_prefix (value + quoted, old))
    return NULL;
  end = value + quoted + strlen (old);
  if (quoted && *end != '"')
    return NULL;
  return g_strdup_printf ("%.*s\"%s\"%s", (int) (value - field), field, fresh, end + quoted);
}

static void
change_boundary (IstMimeNode *multipart)
{
  IstMimeContent *content = multipart->content;
  guint i = ist_message_find_field (multipart->head, "Content-Type", 0);
  g_autofree char *old = content->boundary;
  gsize size = 0;
  const char *raw = i != IST_MESSAGE_NOT_FOUND ? ist_message_field_raw (multipart->head, i, &size) : "";
  g_autofree char *field = g_strndup (raw, size);
  g_autofree char *fresh = NULL;

  content->boundary = ist_mime_tree_new_boundary (multipart);
  content->children_end = content->content_end;
  content->touched++;
  for (guint k = 0; k < multipart->children->len; k++)
    ((IstMimeNode *) g_ptr_array_index (multipart->children, k))->content->home = NULL;
  /* A NUL ends the copy before the field ends: such a field is written anew. */
  fresh = strlen (field) == size ? with_boundary (field, old, content->boundary) : NULL;
  if (fresh != NULL)
    ist_message_set_field (multipart->head, i, fresh);
  else
    ist_mime_node_write_type (multipart);
}

static void
adopted (IstMimeNode *parent, IstMimeNode *node)
{
  node->parent = parent;
  parent->content->touched++;
  if (!is_in_a_message (parent))
    return;
  give_boundaries (node);
  for (; parent != NULL; parent = parent->parent)
    if (parent->content->boundary != NULL && !parent->sealed && holds (node, parent->content->boundary))
      change_boundary (parent);
}

void
ist_mime_node_insert (IstMimeNode *multipart, guint index, IstMimeNode *node)
{
  g_return_if_fail (multipart->children != NULL && !multipart->sealed && node->parent == NULL);
  g_ptr_array_insert (multipart->children, (gint) MIN (index, multipart->children->len), node);
  adopted (multipart, node);
}

IstMimeNode *
ist_mime_node_take (IstMimeNode *node)
{
  IstMimeNode *parent = node->parent;

  g_return_val_if_fail (parent != NULL && !parent->sealed, NULL);
  g_ptr_array_steal_index (parent->children, ist_mime_node_index (node));
  parent->content->touched++;
  node->parent = NULL;
  return node;
}

void
ist_mime_node_replace (IstMimeNode *node, IstMimeNode *with)
{
  IstMimeNode *parent = node->parent;
  guint i = ist_mime_node_index (node);

  g_return_if_fail (parent != NULL && !parent->sealed && with->parent == NULL);
  ist_mime_node_free (g_ptr_array_index (parent->children, i));
  g_ptr_array_index (parent->children, i) = with;
  adopted (parent, with);
}

/* A field as a text: without NULs, ended by CRLF. */
static char *
whole_field (const char *data, gsize size)
{
  GString *out = g_string_sized_new (size + 3);

  while (size > 0 && (data[size - 1] == '\n' || data[size - 1] == '\r'))
    size--;
  for (gsize i = 0; i < size; i++)
    if (data[i] != '\0')
      g_string_append_c (out, data[i]);
  g_string_append (out, "\r\n");
  return g_string_free (out, FALSE);
}

/* Everything about the body goes over: the Content-* fields, the content, the children. */
static void
move_content (IstMimeNode *from, IstMimeNode *to)
{
  guint before = 0;

  for (guint i = 0; i < ist_message_n_fields (to->head);)
    if (g_ascii_strncasecmp (ist_message_field_name (to->head, i), "Content-", 8) == 0)
      ist_message_remove_field (to->head, i);
    else
      i++;
  before = ist_message_n_fields (to->head);
  for (guint i = 0; i < ist_message_n_fields (from->head);)
    {
      g_autofree char *raw = NULL;
      gsize size;
      const char *data = ist_message_field_raw (from->head, i, &size);

      if (size < 8 || g_ascii_strncasecmp (data, "Content-", 8) != 0)
        {
          i++;
          continue;
        }
      raw = whole_field (data, size);
      ist_message_insert_field (to->head, before++, raw);
      ist_message_remove_field (from->head, i);
    }
  ist_mime_content_free (to->content);
  to->content = from->content;
  to->content->whole = FALSE;
  from->content = g_new0 (IstMimeContent, 1);
  to->children = g_steal_pointer (&from->children);
  for (guint i = 0; to->children != NULL && i < to->children->len; i++)
    {
      IstMimeNode *child = g_ptr_array_index (to->children, i);

      child->parent = to;
      if (child->content->home == from)
        child->content->home = to;
    }
  to->sealed = from->sealed;
  ist_mime_node_read_head (to);
}

static void
make_multipart (IstMimeNode *node, const char *subtype)
{
  g_autofree char *type = g_strconcat ("multipart/", subtype, NULL);

  node->sealed = FALSE;
  node->attachment = FALSE;
  g_free (node->type);
  node->type = g_strdup (type);
  g_clear_pointer (&node->charset, g_free);
  g_clear_pointer (&node->name, g_free);
  g_clear_pointer (&node->id, g_free);
  node->children = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_mime_node_free);
  node->content->touched++;
  node->content->encoding = g_strdup ("7bit");
}

static IstMimeNode *
wrap_root (IstMimeNode *root, const char *subtype)
{
  IstMimeNode *child = ist_mime_node_alloc ();

  child->head = ist_mime_node_empty_head ();
  child->in_rfc822 = root->in_rfc822;
  move_content (root, child);
  make_multipart (root, subtype);
  g_ptr_array_add (root->children, child);
  child->parent = root;
  child->content->touched++;
  give_boundaries (root);
  if (ist_message_find_field (root->head, "MIME-Version", 0) == IST_MESSAGE_NOT_FOUND)
    ist_mime_node_set_field (root, "MIME-Version", "MIME-Version: 1.0\r\n");
  return root;
}

IstMimeNode *
ist_mime_node_wrap (IstMimeNode *node, const char *subtype)
{
  g_autofree char *type = g_strconcat ("multipart/", subtype, NULL);
  IstMimeNode *parent = node->parent;
  IstMimeNode *multipart;
  guint i;

  if (parent == NULL)
    return wrap_root (node, subtype);
  i = ist_mime_node_index (node);
  g_return_val_if_fail (!parent->sealed, NULL);
  multipart = ist_mime_node_new (type, NULL, NULL);
  multipart->in_rfc822 = node->in_rfc822;
  g_ptr_array_index (parent->children, i) = multipart;
  node->parent = NULL;
  g_ptr_array_add (multipart->children, node);
  node->parent = multipart;
  adopted (parent, multipart);
  return multipart;
}

IstMimeNode *
ist_mime_node_hoist (IstMimeNode *multipart)
{
  IstMimeNode *child;

  g_return_val_if_fail (multipart->children != NULL && multipart->children->len == 1, multipart);
  child = ist_mime_node_take (g_ptr_array_index (multipart->children, 0));
  if (multipart->parent != NULL)
    {
      ist_mime_node_replace (multipart, child);
      return child;
    }
  g_clear_pointer (&multipart->children, g_ptr_array_unref);
  move_content (child, multipart);
  multipart->content->touched++;
  ist_mime_node_free (child);
  return multipart;
}
