#include "convert/tnef-names.h"

#include "convert/file-type.h"
#include "convert/format/tnef.h"
#include "convert/look.h"

#include <string.h>

#define NAME "exchange-tnef-decode"
#define SNIFF_BYTES 16
#define OTHER "application/octet-stream"

static gboolean
has_suffix_nocase (const char *name, const char *suffix)
{
  gsize n = strlen (name), m = strlen (suffix);

  return n >= m && g_ascii_strcasecmp (name + n - m, suffix) == 0;
}

static gboolean
is_one_of (const char *const *names, const char *name)
{
  for (; *names != NULL; names++)
    if (g_ascii_strcasecmp (name, *names) == 0)
      return TRUE;
  return FALSE;
}

/* Those of a stream, and the one of Exchange for a part whose type it does not know. */
static gboolean
is_of_stream (const char *name)
{
  static const char *const names[] = { "winmail.dat", "win.dat", "c.dtf", NULL };

  return is_one_of (names, name) || has_suffix_nocase (name, ".unk");
}

gboolean
ist_tnef_name_says_nothing (const char *name)
{
  static const char *const names[] = { "noname", "untitled attachment", NULL };

  if (is_of_stream (name) || is_one_of (names, name))
    return TRUE;
  /* ATT00001.dat */
  return strlen (name) == 12 && g_ascii_strncasecmp (name, "att", 3) == 0 && strspn (name + 3, "0123456789") == 5
         && g_ascii_strcasecmp (name + 8, ".dat") == 0;
}

static gboolean
is_declared (const IstMimeNode *node)
{
  return strcmp (node->type, "application/ms-tnef") == 0 || strcmp (node->type, "application/vnd.ms-tnef") == 0
         || strcmp (node->type, "application/x-ms-tnef") == 0;
}

gboolean
ist_tnef_name_is_stream (const IstMimeNode *node)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const char *data;

  if (is_declared (node))
    return TRUE;
  /* Whatever a gateway calls it: it begins with bytes that no text and no picture has. */
  if (g_str_has_prefix (node->type, "multipart/") || g_str_has_prefix (node->type, "message/"))
    return FALSE;
  bytes = ist_mime_node_decode (node, SNIFF_BYTES);
  data = g_bytes_get_data (bytes, &size);
  return data != NULL && ist_tnef_is_tnef (data, size);
}

/* The last name of a path, as attachment-names would leave it: a blank at its end hides nothing. */
static gboolean
names_stream (const char *name)
{
  g_autofree char *clean = NULL;

  if (name == NULL)
    return FALSE;
  for (const char *p = name; (p = strpbrk (p, "/\\")) != NULL;)
    name = ++p;
  clean = ist_file_type_clean (name);
  return is_of_stream (clean);
}

/* Name and file name can differ, and readers differ in which they take. */
static gboolean
is_named_so (const IstMimeNode *node)
{
  g_autofree char *other = NULL;

  if (names_stream (node->name))
    return TRUE;
  other = node->name != NULL ? ist_mime_node_parameter (node, "name") : NULL;
  return names_stream (other);
}

/* Attached messages are leaves here: they have names too. */
static gboolean
collect (gpointer user, IstMimeNode *node)
{
  if (ist_look_is_own_leaf (node)
      || (g_str_has_prefix (node->type, "message/") && !node->sealed && !node->in_rfc822))
    g_ptr_array_add (user, node);
  return TRUE;
}

static GPtrArray *
parts_of (IstMessage *message)
{
  GPtrArray *parts = g_ptr_array_new ();

  if (ist_look_may (message, IST_LOOK_NAME | IST_LOOK_ATTACHMENT))
    ist_mime_node_visit (ist_mime_tree (message), collect, parts);
  return parts;
}

gboolean
ist_tnef_name_is_in (IstMessage *message)
{
  g_autoptr (GPtrArray) parts = parts_of (message);

  for (guint i = 0; i < parts->len; i++)
    if (is_named_so (g_ptr_array_index (parts, i)) || ist_tnef_name_is_stream (g_ptr_array_index (parts, i)))
      return TRUE;
  return FALSE;
}

/* ---- new names ---- */

/* What it is: by its type, unless that says no more than the name did, else by its first bytes; NULL: nobody knows. */
static const char *
type_of (const IstMimeNode *node)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const char *data;

  if (strcmp (ist_file_type_extension (node->type), "bin") != 0 || g_str_has_prefix (node->type, "message/"))
    return node->type;
  bytes = ist_mime_node_decode (node, SNIFF_BYTES);
  data = g_bytes_get_data (bytes, &size);
  return data != NULL ? ist_file_type_sniff (data, size) : NULL;
}

/* The names that are given, and how far the numbers are used up for each extension: a message may be nothing but such
 * parts. */
typedef struct
{
  GHashTable *taken; /* name */
  GHashTable *used;  /* extension -> number */
} Names;

static char *
free_name (Names *names, const char *extension)
{
  for (guint n = GPOINTER_TO_UINT (g_hash_table_lookup (names->used, extension)) + 1;; n++)
    {
      char *name = g_strdup_printf ("attachment-%u.%s", n, extension);

      if (g_hash_table_add (names->taken, g_strdup (name)))
        {
          g_hash_table_insert (names->used, (gpointer) extension, GUINT_TO_POINTER (n));
          return name;
        }
      g_free (name);
    }
}

static void
rename_part (IstMessage *message, IstMimeNode *node, Names *names)
{
  gboolean is_stream = ist_tnef_name_is_stream (node);
  const char *known = type_of (node);
  g_autofree char *type = g_strdup (known != NULL ? known : OTHER);
  g_autofree char *old = g_strdup (node->name != NULL ? node->name : "without name");
  g_autofree char *said = g_strdup (node->type);
  gboolean says_nothing = node->name == NULL || names_stream (node->name) || ist_tnef_name_says_nothing (node->name);
  g_autofree char *name = says_nothing ? free_name (names, known != NULL ? ist_file_type_extension (known) : "bin")
                                       : g_strdup (node->name);

  if (strcmp (node->type, type) != 0)
    ist_mime_node_set_type (node, type);
  ist_mime_node_set_name (node, name);
  ist_message_note (message, NAME, "%s (%s) is named %s (%s) now, because %s; its bytes stay", old, said, name, type,
                    is_stream ? "its content cannot be taken out" : "it is no TNEF for all its name");
}

void
ist_tnef_name_mend (IstMessage *message)
{
  g_autoptr (GPtrArray) parts = parts_of (message);
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) used = g_hash_table_new (g_str_hash, g_str_equal);
  Names names = { taken, used };

  for (guint i = 0; i < parts->len; i++)
    if (((const IstMimeNode *) g_ptr_array_index (parts, i))->name != NULL)
      g_hash_table_add (taken, g_strdup (((const IstMimeNode *) g_ptr_array_index (parts, i))->name));
  for (guint i = 0; i < parts->len; i++)
    {
      IstMimeNode *node = g_ptr_array_index (parts, i);

      if (is_named_so (node) || is_declared (node)
          || (node->name != NULL && ist_tnef_name_says_nothing (node->name) && ist_tnef_name_is_stream (node)))
        rename_part (message, node, &names);
    }
}
