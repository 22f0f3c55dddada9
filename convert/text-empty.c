/*
 * text-empty - a message whose multipart has no part, or whose HTML has no bytes. Outlook shows an empty window over a
 * plain text that is there, or an error; Notes an error.
 *
 * Predicate: outside of signed, encrypted and attached messages, a multipart without parts, or a text/html for the
 * reader of zero bytes.
 * Repair: the multipart becomes a text/plain with what stood in it (most often nothing); the HTML goes where its
 * multipart/alternative has another text, else it gets an empty page.
 */
#include "convert/limits.h"
#include "convert/look.h"
#include "convert/transforms.h"

#include <string.h>

static const char empty_page[] = "<html><body></body></html>\n";

/* A multipart that could not be taken apart, for want of a boundary, is empty if its content is. */
static gboolean
is_empty_multipart (const IstMimeNode *node)
{
  if (!g_str_has_prefix (node->type, "multipart/") || node->sealed || node->in_rfc822)
    return FALSE;
  return node->children != NULL ? node->children->len == 0 : ist_mime_node_size (node) == 0;
}

/* The preamble is all there is. */
static void
make_text (const IstConvertContext *context, IstMessage *message, IstMimeNode *node)
{
  g_autofree char *text = ist_limits_text (context, message, node);
  IstMimeNode *leaf;

  if (text == NULL)
    return;
  leaf = ist_mime_node_new ("text/plain", NULL, NULL);
  ist_mime_node_set_text (leaf, text);
  if (node->parent == NULL)
    node = g_ptr_array_index (ist_mime_node_wrap (node, "mixed")->children, 0);
  ist_mime_node_replace (node, leaf);
  ist_message_note (message, "text-empty", "a multipart without parts got a text");
}

static gboolean
has_other_text (const IstMimeNode *html)
{
  const IstMimeNode *parent = html->parent;

  if (parent == NULL || strcmp (parent->type, "multipart/alternative") != 0)
    return FALSE;
  for (guint i = 0; i < parent->children->len; i++)
    {
      const IstMimeNode *child = g_ptr_array_index (parent->children, i);

      if (child != html && ist_look_is_own_text (child, NULL) && ist_mime_node_size (child) > 0)
        return TRUE;
    }
  return FALSE;
}

static void
repair_html (IstMessage *message, IstMimeNode *node)
{
  if (has_other_text (node))
    {
      ist_mime_node_free (ist_mime_node_take (node));
      ist_message_note (message, "text-empty", "an empty HTML form removed, the other form of the text stays");
      return;
    }
  ist_mime_node_set_text (node, empty_page);
  ist_message_note (message, "text-empty", "an empty HTML part got an empty page");
}

static gboolean
collect (gpointer user, IstMimeNode *node)
{
  if (is_empty_multipart (node) || (ist_look_is_own_text (node, "html") && ist_mime_node_size (node) == 0))
    g_ptr_array_add (user, node);
  return TRUE;
}

/* One part and no content: seen without a tree. */
static gboolean
may_be_empty (const IstMessage *message)
{
  return ist_look_may (message, IST_LOOK_EMPTY);
}

gboolean
ist_text_empty (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  if (!may_be_empty (message))
    return TRUE;
  ist_mime_node_visit (ist_mime_tree (message), collect, found);
  for (guint i = 0; i < found->len; i++)
    {
      IstMimeNode *node = g_ptr_array_index (found, i);

      if (g_str_has_prefix (node->type, "multipart/"))
        make_text (context, message, node);
      else
        repair_html (message, node);
    }
  return TRUE;
}
