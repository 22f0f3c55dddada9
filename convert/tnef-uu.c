#include "convert/tnef-uu.h"

#include "base/charset.h"
#include "convert/format/tnef.h"
#include "convert/format/uuencode.h"
#include "convert/look.h"

#include <string.h>

#define MAX_CODED ((gsize) 1024 * 1024 * 1024) /* it is a range of the message, or in a file */
#define MAX_AROUND ((gsize) 10 * 1024 * 1024)

/* The first block that is TNEF. FALSE: there is none. */
static gboolean
find_block (const char *data, gsize size, IstUuBlock *block)
{
  gsize pos = 0;

  while (ist_uuencode_next (data, size, pos, block))
    {
      gsize n;
      const char *bytes = ist_body_data (block->data, &n);

      if (ist_tnef_is_tnef (bytes, n))
        return TRUE;
      pos = block->end;
      ist_uuencode_clear (block);
    }
  return FALSE;
}

/* What stands around the block, in UTF-8 with LF line ends. */
static char *
text_around (const IstMimeNode *node, const char *data, gsize size, const IstUuBlock *block)
{
  g_autoptr (GString) bytes = g_string_new_len (data, (gssize) block->start);
  char *text;

  g_string_append_len (bytes, data + block->end, (gssize) (size - block->end));
  text = ist_charset_to_utf8 (bytes->str, bytes->len, node->charset, NULL);
  ist_mime_text_to_lf (text);
  return text;
}

static void
take_block (IstMimeNode *text, const char *data, gsize size, const IstUuBlock *block)
{
  g_autofree char *rest = text_around (text, data, size, block);
  IstMimeNode *stream = ist_mime_node_new ("application/ms-tnef", "winmail.dat", "attachment");
  IstMimeNode *mixed = text->parent;

  ist_mime_node_set_text (text, rest);
  ist_mime_node_set_content (stream, block->data, 0, ist_body_size (block->data));
  if (mixed == NULL || strcmp (mixed->type, "multipart/mixed") != 0)
    mixed = ist_mime_node_wrap (text, "mixed");
  ist_mime_node_insert (mixed, mixed->children->len, stream);
}

/* Takes it out of this text. FALSE: there is none. */
static gboolean
extract (IstMimeNode *text)
{
  g_autoptr (IstBody) body = NULL;
  IstUuBlock block;
  const char *data;
  gsize size;
  gboolean fits;

  body = ist_mime_node_decode_body (text, MAX_CODED, NULL);
  if (body == NULL)
    return FALSE;
  data = ist_body_data (body, &size);
  if (!find_block (data, size, &block))
    return FALSE;
  fits = size - (block.end - block.start) <= MAX_AROUND;
  if (fits)
    take_block (text, data, size, &block);
  ist_uuencode_clear (&block);
  return fits;
}

static gboolean
collect (gpointer user, IstMimeNode *node)
{
  if (node->children == NULL && !node->sealed && !node->in_rfc822 && strcmp (node->type, "text/plain") == 0
      && (node->parent == NULL || !node->parent->sealed))
    g_ptr_array_add (user, node);
  return TRUE;
}

gboolean
ist_tnef_uu_extract (IstMimeNode *root)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();

  ist_mime_node_visit (root, collect, texts);
  for (guint i = 0; i < texts->len; i++)
    if (extract (g_ptr_array_index (texts, i)))
      return TRUE;
  return FALSE;
}

/* How a stream begins, uuencoded, behind the letter that says how long the line is. */
static gboolean
is_hidden_in (const IstMimeNode *text)
{
  static const char start[] = ">)\\^(";
  g_autofree char *encoding = ist_look_encoding (text);
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const char *data;

  if (strcmp (encoding, "base64") != 0)
    return FALSE;
  bytes = ist_mime_node_decode (text, MAX_AROUND);
  data = g_bytes_get_data (bytes, &size);
  return data != NULL && g_strstr_len (data, (gssize) size, start) != NULL;
}

gboolean
ist_tnef_uu_is_hidden (IstMessage *message)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();

  if (!ist_look_may (message, IST_LOOK_BASE64))
    return FALSE;
  ist_mime_node_visit (ist_mime_tree (message), collect, texts);
  for (guint i = 0; i < texts->len; i++)
    if (is_hidden_in (g_ptr_array_index (texts, i)))
      return TRUE;
  return FALSE;
}
