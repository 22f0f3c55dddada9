/*
 * notes-encap-strip - Domino can add the native Notes form of a memo to its MIME form ("multi-part alternative
 * including conversion and encapsulation"): a database of hundreds of kilobytes that only a Notes client can open.
 *
 * Predicate: a part is such a copy (docs/transforms.md lists the types and names met), it is not inside a signed,
 * encrypted or attached message, the message has a text that can be read, and its multipart keeps another part.
 * Repair: the part is cut with its delimiter line; every other byte stays.
 */
#include "convert/transforms.h"

#include "convert/encapsulation.h"
#include "convert/limits.h"

#include <string.h>

#define MAX_CUTS 50

static void
cut (IstMimeNode *node, IstMessage *message)
{
  ist_message_note (message, "notes-encap-strip",
                    "encapsulated Notes copy %s (%s, %" G_GSIZE_FORMAT
                    " bytes) removed; the readable text stays",
                    node->name != NULL ? node->name : "without name", node->type, ist_mime_node_size (node));
  ist_mime_node_free (ist_mime_node_take (node));
}

/* Cuts what qualifies in one multipart, never its last part: a multipart without any is broken MIME. */
static void
strip_in (IstMimeNode *multipart, IstMessage *message, guint *n)
{
  for (guint i = 0; multipart->children != NULL && i < multipart->children->len && *n < MAX_CUTS;)
    {
      IstMimeNode *child = g_ptr_array_index (multipart->children, i);

      if (multipart->children->len > 1 && ist_encapsulation_is (child))
        {
          cut (child, message);
          (*n)++;
          continue;
        }
      if (child->children != NULL && !child->in_rfc822 && !child->sealed
          && g_str_has_prefix (child->type, "multipart/"))
        strip_in (child, message, n);
      i++;
    }
}

gboolean
ist_notes_encap_strip (const IstConvertContext *context, IstMessage *message, GError **error)
{
  IstMimeNode *root;
  guint n = 0;

  if (!ist_encapsulation_may_be_in (message))
    return TRUE;
  root = ist_mime_tree (message);
  if (!root->sealed && ist_encapsulation_is_readable_without (root))
    strip_in (root, message, &n);
  if (n == MAX_CUTS)
    ist_message_note (message, IST_LIMITS_NOTE, "%u encapsulated Notes copies removed; if there are more, they stay", n);
  return TRUE;
}
