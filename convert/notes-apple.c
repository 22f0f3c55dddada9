/*
 * notes-apple - Notes on the Macintosh, and Domino set to it, sends attachments in forms that keep the resource fork:
 * BinHex 4.0, AppleSingle, AppleDouble. Outlook on Windows saves a file that no program opens.
 *
 * Predicate: outside of signed, encrypted and attached messages, a part of type application/mac-binhex40,
 * application/applefile or application/x-applesingle, a multipart/appledouble of two parts, or a text/plain that holds
 * BinHex; it must decode without an error.
 * Repair: the data fork is the attachment, under its name; the resource fork and the Finder's notes go, which a note
 * says. A file without a data fork stays as it is.
 */
#include "convert/file-type.h"
#include "convert/format/apple.h"
#include "convert/format/binhex.h"
#include "convert/limits.h"
#include "convert/look.h"
#include "convert/transforms.h"

#include <string.h>

#define MAX_FILE ((gsize) 256 * 1024 * 1024)
#define MAX_IN_TEXT 20

static void
note (IstMessage *message, const char *form, const char *name, gsize data, gsize resource)
{
  ist_message_note (message, "notes-apple",
                    "%s taken out of %s: %" G_GSIZE_FORMAT " bytes; the resource fork of %" G_GSIZE_FORMAT
                    " bytes dropped",
                    name, form, data, resource);
}

static IstMimeNode *
file_of (const char *wanted, const char *fallback)
{
  g_autofree char *name = ist_file_type_clean (wanted != NULL && *wanted != '\0' ? wanted
                                               : fallback != NULL                ? fallback
                                                                                 : "attachment");
  const char *type = ist_file_type_of (name);

  return ist_mime_node_new (g_str_has_prefix (type, "message/") ? "application/octet-stream" : type, name,
                            "attachment");
}

/* The only part of a message stays the root, so it is put into a multipart first. */
static void
put_file (IstMimeNode *node, IstMimeNode *file)
{
  if (node->parent == NULL)
    node = g_ptr_array_index (ist_mime_node_wrap (node, "mixed")->children, 0);
  ist_mime_node_replace (node, file);
}

/* ---- BinHex ---- */

static gboolean
is_in_mixed (const IstMimeNode *node)
{
  return node->parent == NULL || strcmp (node->parent->type, "multipart/mixed") == 0;
}

static GBytes *
unbinhex (const char *data, gsize size, char **name, gsize *resource, gsize *start, gsize *end)
{
  g_autoptr (GBytes) bytes = ist_binhex_decode (data, size, MAX_FILE, name, resource, start, end, NULL);

  if (bytes != NULL && g_bytes_get_size (bytes) == 0 && *resource > 0)
    {
      g_clear_pointer (name, g_free);
      return NULL;
    }
  return g_steal_pointer (&bytes);
}

static void
convert_binhex (IstMessage *message, IstMimeNode *node)
{
  g_autoptr (IstBody) coded = ist_mime_node_decode_body (node, MAX_FILE, NULL);
  g_autofree char *name = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (IstBody) body = NULL;
  gsize size, resource;
  const char *data = coded != NULL ? ist_body_data (coded, &size) : NULL;
  IstMimeNode *file;

  bytes = data != NULL ? unbinhex (data, size, &name, &resource, NULL, NULL) : NULL;
  if (bytes == NULL)
    return;
  body = ist_body_new_bytes (bytes);
  file = file_of (name, node->name);
  ist_mime_node_set_content (file, body, 0, ist_body_size (body));
  note (message, "BinHex", file->name, ist_body_size (body), resource);
  put_file (node, file);
}

static void
convert_text (const IstConvertContext *context, IstMessage *message, IstMimeNode *node)
{
  g_autofree char *text = ist_limits_text (context, message, node);
  IstMimeNode *mixed = node->parent;

  guint i;

  for (i = 0; text != NULL && i < MAX_IN_TEXT; i++)
    {
      g_autofree char *name = NULL;
      g_autofree char *rest = NULL;
      gsize resource, start, end;
      g_autoptr (GBytes) bytes = unbinhex (text, strlen (text), &name, &resource, &start, &end);
      g_autoptr (IstBody) body = NULL;
      IstMimeNode *file;

      if (bytes == NULL)
        return;
      rest = g_strdup_printf ("%.*s%s", (int) start, text, text + end + (text[end] == '\n' ? 1 : 0));
      ist_mime_node_set_text (node, rest);
      if (mixed == NULL)
        {
          mixed = ist_mime_node_wrap (node, "mixed");
          node = g_ptr_array_index (mixed->children, 0);
        }
      body = ist_body_new_bytes (bytes);
      file = file_of (name, NULL);
      ist_mime_node_set_content (file, body, 0, ist_body_size (body));
      note (message, "BinHex in the text", file->name, ist_body_size (body), resource);
      ist_mime_node_insert (mixed, ist_mime_node_index (node) + 1 + i, file);
      g_free (text);
      text = g_steal_pointer (&rest);
    }
  if (i == MAX_IN_TEXT)
    ist_message_note (message, IST_LIMITS_NOTE, "%u BinHex files taken out of the text; if there are more, they stay", i);
}

/* ---- AppleSingle, AppleDouble ---- */

static void
convert_single (IstMessage *message, IstMimeNode *node)
{
  g_autoptr (IstBody) body = ist_mime_node_decode_body (node, MAX_FILE, NULL);
  IstAppleFile apple = { 0 };
  g_autofree char *name = NULL;
  gsize size;
  const char *data = body != NULL ? ist_body_data (body, &size) : NULL;
  IstMimeNode *file;

  if (data == NULL || !ist_apple_read ((const guint8 *) data, size, &apple, NULL))
    return;
  name = apple.name;
  if (!apple.single || !apple.has_data)
    return;
  file = file_of (name, node->name);
  ist_mime_node_set_content (file, body, apple.data_offset, apple.data_bytes);
  note (message, "AppleSingle", file->name, apple.data_bytes, apple.resource_bytes);
  put_file (node, file);
}

/* RFC 1740 4: the header file first, then the data fork as a part of its own, which stays byte for byte. */
static void
convert_double (IstMessage *message, IstMimeNode *node)
{
  IstMimeNode *head = node->children->len == 2 ? g_ptr_array_index (node->children, 0) : NULL;
  IstMimeNode *data = node->children->len == 2 ? g_ptr_array_index (node->children, 1) : NULL;
  g_autoptr (IstBody) body = NULL;
  IstAppleFile apple = { 0 };
  g_autofree char *name = NULL;
  gsize size;
  const char *bytes;

  if (head == NULL || head->children != NULL || data->children != NULL
      || strcmp (head->type, "application/applefile") != 0)
    return;
  body = ist_mime_node_decode_body (head, MAX_FILE, NULL);
  bytes = body != NULL ? ist_body_data (body, &size) : NULL;
  if (bytes == NULL || !ist_apple_read ((const guint8 *) bytes, size, &apple, NULL))
    return;
  name = apple.name != NULL ? apple.name : g_strdup (head->name);
  if (apple.single)
    return;
  if (data->name == NULL && name != NULL && *name != '\0')
    {
      g_autofree char *clean = ist_file_type_clean (name);

      ist_mime_node_set_name (data, clean);
    }
  note (message, "AppleDouble", data->name != NULL ? data->name : "attachment", ist_mime_node_size (data),
        apple.resource_bytes);
  ist_mime_node_free (ist_mime_node_take (head));
  ist_mime_node_hoist (node);
}

/* ---- the message ---- */

static gboolean
collect_doubles (gpointer user, IstMimeNode *node)
{
  if (strcmp (node->type, "multipart/appledouble") == 0 && node->children != NULL && !node->sealed && !node->in_rfc822)
    g_ptr_array_add (user, node);
  return TRUE;
}

gboolean
ist_notes_apple (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autoptr (GPtrArray) doubles = g_ptr_array_new ();
  g_autoptr (GPtrArray) leaves = NULL;

  if (!ist_look_may (message, IST_LOOK_MAC))
    return TRUE;
  ist_mime_node_visit (ist_mime_tree (message), collect_doubles, doubles);
  /* The innermost first: what is hoisted or replaced frees what is under it. */
  for (guint i = doubles->len; i > 0; i--)
    convert_double (message, g_ptr_array_index (doubles, i - 1));
  leaves = ist_look_leaves (ist_mime_tree (message));
  for (guint i = 0; i < leaves->len; i++)
    {
      IstMimeNode *node = g_ptr_array_index (leaves, i);

      if (strcmp (node->type, "application/mac-binhex40") == 0)
        convert_binhex (message, node);
      else if (strcmp (node->type, "application/applefile") == 0
               || strcmp (node->type, "application/x-applesingle") == 0)
        convert_single (message, node);
      else if (ist_look_is_own_text (node, "plain") && is_in_mixed (node))
        convert_text (context, message, node);
    }
  return TRUE;
}
