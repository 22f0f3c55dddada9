/*
 * notes-uuencode - the SMTP MTA of Notes R4.x sends attachments without MIME: as "begin 644 NAME" blocks in the text.
 * Outlook decodes such blocks only in mail without MIME, and shows pages of characters otherwise.
 *
 * Predicate: a text/plain for the reader, the whole message or a part of a multipart/mixed, holds complete, valid
 * blocks.
 * Repair: each becomes an attachment behind the text in a multipart/mixed; the text stays without them.
 */
#include "convert/file-type.h"
#include "convert/format/uuencode.h"
#include "convert/limits.h"
#include "convert/look.h"
#include "convert/transforms.h"

#include <string.h>

#define MAX_BLOCKS 100

static void
block_free (IstUuBlock *block)
{
  ist_uuencode_clear (block);
  g_free (block);
}

/* Cuts the blocks out of `text`. */
static GPtrArray *
take_blocks (GString *text)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) block_free);
  g_autoptr (GString) rest = g_string_sized_new (text->len);
  IstUuBlock block;
  gsize pos = 0;

  while (blocks->len < MAX_BLOCKS && ist_uuencode_next (text->str, text->len, pos, &block))
    {
      g_string_append_len (rest, text->str + pos, (gssize) (block.start - pos));
      /* An empty line keeps what stood around the block from becoming one. */
      if (rest->len > 0 && !g_str_has_suffix (rest->str, "\n\n"))
        g_string_append_c (rest, '\n');
      pos = block.end;
      g_ptr_array_add (blocks, g_memdup2 (&block, sizeof block));
    }
  g_string_append_len (rest, text->str + pos, (gssize) (text->len - pos));
  g_string_assign (text, rest->str);
  return blocks;
}

static IstMimeNode *
attachment_of (const IstUuBlock *block)
{
  g_autofree char *name = ist_file_type_clean (block->name);
  const char *type = ist_file_type_of (name);
  /* The text of an attached message must be plain; it is a file here. */
  IstMimeNode *node = ist_mime_node_new (g_str_has_prefix (type, "message/") ? "application/octet-stream" : type,
                                         name, "attachment");

  ist_mime_node_set_content (node, block->data, 0, ist_body_size (block->data));
  return node;
}

static gboolean
is_in_place (const IstMimeNode *node)
{
  return node->parent == NULL || (strcmp (node->parent->type, "multipart/mixed") == 0 && !node->parent->sealed);
}

static void
convert_text (const IstConvertContext *context, IstMessage *message, IstMimeNode *node)
{
  g_autofree char *text = ist_limits_text (context, message, node);
  g_autoptr (GString) rest = NULL;
  g_autoptr (GPtrArray) blocks = NULL;
  IstMimeNode *mixed = node->parent;
  guint at;

  if (text == NULL || strstr (text, "begin ") == NULL)
    return;
  rest = g_string_new (text);
  blocks = take_blocks (rest);
  if (blocks->len == 0)
    return;
  if (blocks->len == MAX_BLOCKS)
    ist_message_note (message, IST_LIMITS_NOTE, "%u uuencoded files taken out of the text; if there are more, they stay",
                      blocks->len);
  ist_mime_node_set_text (node, rest->str);
  if (mixed == NULL)
    mixed = ist_mime_node_wrap (node, "mixed");
  at = node->parent != NULL ? ist_mime_node_index (node) + 1 : 1;
  for (guint i = 0; i < blocks->len; i++)
    {
      const IstUuBlock *block = g_ptr_array_index (blocks, i);
      IstMimeNode *attachment = attachment_of (block);

      ist_mime_node_insert (mixed, at + i, attachment);
      ist_message_note (message, "notes-uuencode",
                        "uuencoded file %s of %" G_GSIZE_FORMAT " bytes in the text is an attachment now",
                        attachment->name, ist_body_size (block->data));
    }
}

gboolean
ist_notes_uuencode (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autoptr (GPtrArray) leaves = NULL;

  if (!ist_look_may (message, IST_LOOK_UUENCODE | IST_LOOK_BASE64 | IST_LOOK_QUOTED))
    return TRUE;
  leaves = ist_look_leaves (ist_mime_tree (message));
  for (guint i = 0; i < leaves->len; i++)
    {
      IstMimeNode *node = g_ptr_array_index (leaves, i);

      if (ist_look_is_own_text (node, "plain") && is_in_place (node))
        convert_text (context, message, node);
    }
  return TRUE;
}
