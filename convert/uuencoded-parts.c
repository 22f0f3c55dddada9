/*
 * uuencoded-parts - parts whose Content-Transfer-Encoding is x-uuencode, which no standard has: gateways of the nineties
 * wrote it, and neither Outlook nor Notes decodes it.
 *
 * Predicate: a leaf outside of signed, encrypted and attached messages says it is in uuencode (x-uuencode, x-uue, …) and
 * is one block of valid lines with nothing but blanks around it.
 * Repair: its bytes are written in base64. The name of the line "begin" is the part's where it has none, unless the part
 * is the text for the reader. What is damaged stays, and a note says so.
 */
#include "convert/file-type.h"
#include "convert/format/uuencode.h"
#include "convert/look.h"
#include "convert/transforms.h"

#include <string.h>

#define NAME "uuencoded-parts"

static gboolean
is_uuencoded (const IstMimeNode *node)
{
  static const char *const words[] = { "x-uuencode", "uuencode", "x-uue", "uue", NULL };
  g_autofree char *encoding = ist_look_encoding (node);

  /* A comment may follow (RFC 2045 6.1, RFC 822 3.1.4). */
  encoding[strcspn (encoding, "(;")] = '\0';
  return g_strv_contains (words, g_strstrip (encoding));
}

static gboolean
is_blank (const char *data, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isspace (data[i]))
      return FALSE;
  return TRUE;
}

/* Its one block; FALSE: it is not just that. */
static gboolean
read_block (IstBody *coded, IstUuBlock *block)
{
  gsize size;
  const char *data = ist_body_data (coded, &size);

  if (!ist_uuencode_next (data, size, 0, block))
    return FALSE;
  if (is_blank (data, block->start) && is_blank (data + block->end, size - block->end))
    return TRUE;
  ist_uuencode_clear (block);
  return FALSE;
}

/* A form of the text that is read: the message itself, or one of alternatives. In a multipart/mixed it is a file that
 * somebody encoded. */
static gboolean
is_for_reader (const IstMimeNode *node)
{
  return ist_look_is_own_text (node, NULL)
         && (node->parent == NULL || strcmp (node->parent->type, "multipart/alternative") == 0
             || strcmp (node->parent->type, "multipart/related") == 0);
}

/* What uuencode writes when it reads no file ("-", /dev/stdin) names nothing. */
static void
name_by (IstMimeNode *node, const char *name)
{
  g_autofree char *clean = NULL;

  if (node->name != NULL || is_for_reader (node) || strcmp (name, "-") == 0 || g_str_has_prefix (name, "/dev/std"))
    return;
  clean = ist_file_type_clean (name);
  if (ist_message_find_field (node->head, "Content-Type", 0) == IST_MESSAGE_NOT_FOUND
      && !g_str_has_prefix (ist_file_type_of (clean), "message/"))
    ist_mime_node_set_type (node, ist_file_type_of (clean));
  ist_mime_node_set_name (node, clean);
}

static void
convert_part (IstMessage *message, IstMimeNode *node)
{
  g_autoptr (IstBody) coded = ist_mime_node_coded (node);
  IstUuBlock block;

  /* It has other content already. */
  if (coded == NULL)
    return;
  if (!read_block (coded, &block))
    {
      ist_message_note (message, NAME, "%s (%s) stays in uuencode: it is not one block of whole lines",
                        node->name != NULL ? node->name : "a part without name", node->type);
      return;
    }
  name_by (node, block.name);
  ist_mime_node_set_content (node, block.data, 0, ist_body_size (block.data));
  ist_message_note (message, NAME, "%s (%s) of %" G_GSIZE_FORMAT " bytes written in base64, not in uuencode",
                    node->name != NULL ? node->name : "a part without name", node->type, ist_body_size (block.data));
  ist_uuencode_clear (&block);
}

gboolean
ist_uuencoded_parts (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autoptr (GPtrArray) leaves = NULL;

  if (!ist_look_may (message, IST_LOOK_UUENCODE))
    return TRUE;
  leaves = ist_look_leaves (ist_mime_tree (message));
  for (guint i = 0; i < leaves->len; i++)
    if (is_uuencoded (g_ptr_array_index (leaves, i)))
      convert_part (message, g_ptr_array_index (leaves, i));
  return TRUE;
}
