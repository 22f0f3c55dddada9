/*
 * attachment-names - names of attachments that the other side cannot save: none at all, a path, controls, a device
 * name of Windows, dots and blanks at the end.
 *
 * Predicate: a leaf that is an attachment (says so, has a name, or is no text and no inline picture) outside of
 * signed, encrypted and attached messages.
 * Repair: its name is cleaned (convert/file-type.h says how), or given by its type: "attachment.pdf"; with
 * attachment-names-distinct the second "a.txt" becomes "a (2).txt".
 */
#include "convert/file-type.h"
#include "convert/look.h"
#include "convert/transforms.h"

#include <string.h>

/* A part of a report or of a signature is no attachment; an inline picture needs no name to be shown. */
static gboolean
is_attachment (const IstMimeNode *node)
{
  if (node->parent != NULL && strcmp (node->parent->type, "multipart/report") == 0)
    return FALSE;
  if (node->attachment || node->name != NULL)
    return TRUE;
  if (node->parent == NULL || node->id != NULL)
    return FALSE;
  return g_str_has_prefix (node->type, "application/") || g_str_has_prefix (node->type, "image/")
         || g_str_has_prefix (node->type, "audio/") || g_str_has_prefix (node->type, "video/");
}

/* "a.txt", 2: "a (2).txt". */
static char *
numbered (const char *name, guint n)
{
  const char *dot = strrchr (name, '.');
  int stem = (int) (dot != NULL && dot != name ? (gsize) (dot - name) : strlen (name));

  return g_strdup_printf ("%.*s (%u)%s", stem, name, n, name + stem);
}

/* Names of Windows and of Notes do not differ in case alone. */
static char *
key_of (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);

  return g_utf8_casefold (valid, -1);
}

static char *
free_name (GHashTable *taken, const char *name)
{
  char *candidate = g_strdup (name);

  for (guint n = 2; n < 10000; n++)
    {
      g_autofree char *key = key_of (candidate);

      if (!g_hash_table_contains (taken, key))
        break;
      g_free (candidate);
      candidate = numbered (name, n);
    }
  return candidate;
}

static void
name_one (IstMessage *message, IstMimeNode *node, GHashTable *taken)
{
  gboolean is_named = node->name != NULL && *node->name != '\0';
  g_autofree char *clean = is_named ? ist_file_type_clean (node->name)
                                    : g_strconcat ("attachment.", ist_file_type_extension (node->type), NULL);
  g_autofree char *name = taken != NULL ? free_name (taken, clean) : g_strdup (clean);
  g_autofree char *old = g_strdup (is_named ? node->name : NULL);

  if (g_strcmp0 (name, old) == 0)
    return;
  ist_mime_node_set_name (node, name);
  ist_message_note (message, "attachment-names", "the attachment %s%s is named \"%s\" now",
                    is_named ? "with a name " : "",
                    !is_named                ? "without name"
                    : strcmp (clean, old) == 0 ? "that another has too"
                                               : "that cannot be saved",
                    name);
}

gboolean
ist_attachment_names (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean distinct = context->settings != NULL && context->settings->attachment_names_distinct;
  g_autoptr (GPtrArray) leaves = NULL;

  if (!ist_look_may (message, IST_LOOK_NAME | IST_LOOK_ATTACHMENT))
    return TRUE;
  leaves = ist_look_leaves (ist_mime_tree (message));
  for (guint i = 0; i < leaves->len; i++)
    {
      IstMimeNode *node = g_ptr_array_index (leaves, i);

      if (!is_attachment (node))
        continue;
      name_one (message, node, distinct ? taken : NULL);
      if (node->name != NULL)
        g_hash_table_add (taken, key_of (node->name));
    }
  return TRUE;
}
