/*
 * base/mime-node.c - looking at and changing the nodes of a tree.
 */
#include "base/mime-tree-private.h"

#include "base/gmime-auto.h"

#include <string.h>

/* ---- life ---- */

IstMimeNode *
ist_mime_node_alloc (void)
{
  IstMimeNode *node = g_new0 (IstMimeNode, 1);

  node->content = g_new0 (IstMimeContent, 1);
  return node;
}

void
ist_mime_content_free (IstMimeContent *content)
{
  ist_body_unref (content->original);
  ist_body_unref (content->body);
  g_clear_pointer (&content->spans, g_array_unref);
  g_free (content->encoding);
  g_free (content->boundary);
  g_free (content);
}

void
ist_mime_node_free (IstMimeNode *node)
{
  if (node == NULL)
    return;
  if (node->children != NULL)
    g_ptr_array_unref (node->children);
  ist_message_free (node->head);
  ist_mime_content_free (node->content);
  g_free (node->type);
  g_free (node->charset);
  g_free (node->name);
  g_free (node->id);
  g_free (node);
}

/* ---- the header ---- */

#define MAX_FIELD 16384
#define MAX_PLAIN 900     /* RFC 5322 2.1.1 */
#define MAX_WORD_BYTES 45 /* 60 characters of base64 and 12 around them */

static char *
value_of (const IstMimeNode *node, const char *name)
{
  guint i = ist_message_find_field (node->head, name, 0);
  gsize size;

  if (i == IST_MESSAGE_NOT_FOUND)
    return NULL;
  ist_message_field_raw (node->head, i, &size);
  return size <= MAX_FIELD ? ist_message_field_value (node->head, i) : NULL;
}

static GMimeContentType *
parse_type (const IstMimeNode *node)
{
  g_autofree char *value = value_of (node, "Content-Type");

  return value != NULL ? g_mime_content_type_parse (NULL, value) : NULL;
}

static void
set_string (char **where, const char *to)
{
  g_free (*where);
  *where = g_strdup (to);
}

static void
read_type (IstMimeNode *node)
{
  g_autoptr (GMimeContentType) type = parse_type (node);

  g_clear_pointer (&node->type, g_free);
  g_clear_pointer (&node->charset, g_free);
  g_clear_pointer (&node->name, g_free);
  if (type == NULL)
    {
      node->type = g_strdup ("text/plain");
      return;
    }
  node->type = g_strdup_printf ("%s/%s", g_mime_content_type_get_media_type (type),
                                g_mime_content_type_get_media_subtype (type));
  for (char *p = node->type; *p != '\0'; p++)
    *p = g_ascii_tolower (*p);
  set_string (&node->charset, g_mime_content_type_get_parameter (type, "charset"));
  set_string (&node->name, g_mime_content_type_get_parameter (type, "name"));
  if (g_str_has_prefix (node->type, "multipart/"))
    set_string (&node->content->boundary, g_mime_content_type_get_parameter (type, "boundary"));
}

static void
read_disposition (IstMimeNode *node)
{
  g_autofree char *value = value_of (node, "Content-Disposition");
  g_autoptr (GMimeContentDisposition) disposition
      = value != NULL ? g_mime_content_disposition_parse (NULL, value) : NULL;
  const char *name;

  node->attachment = FALSE;
  if (disposition == NULL)
    return;
  node->attachment = g_mime_content_disposition_is_attachment (disposition);
  name = g_mime_content_disposition_get_parameter (disposition, "filename");
  if (name != NULL)
    set_string (&node->name, name);
}

void
ist_mime_node_read_head (IstMimeNode *node)
{
  g_autofree char *encoding = value_of (node, "Content-Transfer-Encoding");
  g_autofree char *id = value_of (node, "Content-ID");

  read_type (node);
  read_disposition (node);
  g_free (node->content->encoding);
  node->content->encoding = g_ascii_strdown (encoding != NULL ? encoding : "7bit", -1);
  g_clear_pointer (&node->id, g_free);
  if (id != NULL && id[0] == '<' && g_str_has_suffix (id, ">"))
    node->id = g_strndup (id + 1, strlen (id) - 2);
  else if (id != NULL && *id != '\0')
    node->id = g_strdup (id);
}

void
ist_mime_node_reread (IstMimeNode *node)
{
  ist_mime_node_read_head (node);
}

char *
ist_mime_node_parameter (const IstMimeNode *node, const char *name)
{
  g_autoptr (GMimeContentType) type = parse_type (node);

  return type != NULL ? g_strdup (g_mime_content_type_get_parameter (type, name)) : NULL;
}

void
ist_mime_node_set_field (IstMimeNode *node, const char *name, const char *raw)
{
  guint i = ist_message_find_field (node->head, name, 0);

  if (i != IST_MESSAGE_NOT_FOUND)
    ist_message_set_field (node->head, i, raw);
  else
    ist_message_insert_field (node->head, ist_message_n_fields (node->head), raw);
}

void
ist_mime_node_remove_field (IstMimeNode *node, const char *name)
{
  guint i;

  while ((i = ist_message_find_field (node->head, name, 0)) != IST_MESSAGE_NOT_FOUND)
    ist_message_remove_field (node->head, i);
}

/* ---- writing Content-Type and Content-Disposition ---- */

static gboolean
is_plain (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (*p < 32 || *p > 126 || *p == '"' || *p == '\\')
      return FALSE;
  return TRUE;
}

/* As encoded words of at most 75 characters each, on lines of their own (RFC 2047 2). */
static void
append_words (GString *out, const char *text)
{
  const char *end = text + strlen (text);

  while (text < end)
    {
      const char *p = text;
      g_autofree char *base64 = NULL;

      while (p < end && g_utf8_next_char (p) - text <= MAX_WORD_BYTES)
        p = g_utf8_next_char (p);
      base64 = g_base64_encode ((const guchar *) text, (gsize) (p - text));
      g_string_append_printf (out, "=?utf-8?B?%s?=%s", base64, p < end ? "\r\n\t" : "");
      text = p;
    }
}

/* RFC 2231 where the name is not plain ASCII. Readers that do not know it find an encoded word in Content-Type's
 * name, which is what they write themselves. */
static void
append_name (GString *out, const char *parameter, const char *name, gboolean encoded_word)
{
  g_autofree char *coded = NULL;

  if (is_plain (name) && strlen (name) <= MAX_PLAIN)
    g_string_append_printf (out, ";\r\n\t%s=\"%s\"", parameter, name);
  else if (encoded_word)
    {
      g_autofree char *valid = g_utf8_make_valid (name, -1);

      g_string_append_printf (out, ";\r\n\t%s=\"", parameter);
      append_words (out, valid);
      g_string_append_c (out, '"');
    }
  else
    {
      coded = g_uri_escape_string (name, "!#$&+^`{}|~", FALSE);
      g_string_append_printf (out, ";\r\n\t%s*=utf-8''%s", parameter, coded);
    }
}

void
ist_mime_node_write_type (IstMimeNode *node)
{
  GString *out = g_string_new (NULL);
  g_autofree char *raw = NULL;

  g_string_append_printf (out, "Content-Type: %s", node->type);
  if (node->charset != NULL && is_plain (node->charset) && strlen (node->charset) <= 60)
    g_string_append_printf (out, "; charset=%s", node->charset);
  if (node->content->boundary != NULL)
    g_string_append_printf (out, ";\r\n\tboundary=\"%s\"", node->content->boundary);
  if (node->name != NULL)
    append_name (out, "name", node->name, TRUE);
  g_string_append (out, "\r\n");
  raw = g_string_free (out, FALSE);
  ist_mime_node_set_field (node, "Content-Type", raw);
}

static void
write_disposition (IstMimeNode *node, const char *disposition)
{
  GString *out = g_string_new (NULL);
  g_autofree char *raw = NULL;

  g_string_append_printf (out, "Content-Disposition: %s", disposition);
  if (node->name != NULL)
    append_name (out, "filename", node->name, FALSE);
  g_string_append (out, "\r\n");
  raw = g_string_free (out, FALSE);
  ist_mime_node_set_field (node, "Content-Disposition", raw);
}

/* A name is one line and no path. */
static char *
clean_name (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  GString *out = g_string_new (NULL);

  for (const char *p = valid; *p != '\0' && out->len < 200; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '/' || c == '\\' || c == '"' || g_unichar_iscntrl (c))
        c = '_';
      g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}

void
ist_mime_node_set_type (IstMimeNode *node, const char *type)
{
  char *fresh = g_ascii_strdown (type, -1);

  g_return_if_fail (!node->sealed);
  g_free (node->type);
  node->type = fresh;
  ist_mime_node_write_type (node);
}

void
ist_mime_node_set_name (IstMimeNode *node, const char *name)
{
  g_return_if_fail (!node->sealed);
  g_free (node->name);
  node->name = clean_name (name);
  ist_mime_node_write_type (node);
  if (ist_message_find_field (node->head, "Content-Disposition", 0) != IST_MESSAGE_NOT_FOUND)
    write_disposition (node, node->attachment ? "attachment" : "inline");
}

void
ist_mime_node_seal (IstMimeNode *node)
{
  node->sealed = TRUE;
}

IstMessage *
ist_mime_node_empty_head (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\r\n", 2);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  return ist_message_new (body);
}

IstMimeNode *
ist_mime_node_new (const char *type, const char *name, const char *disposition)
{
  IstMimeNode *node = ist_mime_node_alloc ();

  node->head = ist_mime_node_empty_head ();
  node->type = g_ascii_strdown (type, -1);
  node->content->encoding = g_strdup ("7bit");
  node->content->touched++;
  node->name = name != NULL ? clean_name (name) : NULL;
  if (g_str_has_prefix (node->type, "multipart/"))
    node->children = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_mime_node_free);
  else
    ist_mime_node_write_type (node);
  if (disposition != NULL)
    {
      node->attachment = strcmp (disposition, "attachment") == 0;
      write_disposition (node, disposition);
    }
  return node;
}

/* ---- looking ---- */

guint
ist_mime_node_index (const IstMimeNode *node)
{
  guint i = 0;

  g_return_val_if_fail (node->parent != NULL, 0);
  g_ptr_array_find (node->parent->children, node, &i);
  return i;
}

gsize
ist_mime_node_size (const IstMimeNode *node)
{
  const IstMimeContent *content = node->content;

  if (content->spans != NULL)
    return ist_span_size (content->spans);
  return content->body != NULL ? content->size_bytes : content->content_end - content->content;
}

IstMimeNode *
ist_mime_node_find (IstMimeNode *node, const char *type)
{
  if (node->attachment || strcmp (node->type, "message/rfc822") == 0)
    return NULL;
  if (node->children == NULL)
    return strcmp (node->type, type) == 0 ? node : NULL;
  for (guint i = 0; i < node->children->len; i++)
    {
      IstMimeNode *found = ist_mime_node_find (g_ptr_array_index (node->children, i), type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* Over a copy of the children, so that the visitor may change them. */
gboolean
ist_mime_node_visit (IstMimeNode *node, IstMimeVisitor visitor, gpointer user)
{
  g_autoptr (GPtrArray) children = g_ptr_array_new ();

  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    g_ptr_array_add (children, g_ptr_array_index (node->children, i));
  if (!visitor (user, node))
    return FALSE;
  for (guint i = 0; i < children->len; i++)
    if (!ist_mime_node_visit (g_ptr_array_index (children, i), visitor, user))
      return FALSE;
  return TRUE;
}
