/*
 * exchange-html - Outlook writes HTML by Word: conditional comments, elements of Office and VML, lists whose bullets
 * are text in a symbol font. Notes shows the tags' content twice or the bullets as letters, knows no data: pictures,
 * and draws a red cross where a picture's part is not in the message. Its tables end at 255 rows, its sizes at 250 points.
 *
 * Predicate: a text/html part that is no attachment has one of these.
 * Repair: they go; list paragraphs become lists; data: pictures become parts of a multipart/related; a missing
 * picture's alternative text takes its place; tables are divided, sizes reduced. A text that would gain nothing stays as it is.
 *
 * A tokenizer of our own and not libxml2's HTML parser: that one builds a tree and writes all of it anew, repairs tags
 * that readers display well, and drops the prefix of the very elements that are looked for.
 */
#include "convert/transforms.h"

#include "base/mime-tree.h"
#include "convert/catalog.h"
#include "convert/html-tables.h"
#include "convert/limits.h"
#include "convert/look.h"
#include "convert/outlook-html.h"

#include <string.h>

#define NAME "exchange-html"
#define MAX_PICTURES 200
#define MAX_ROWS 255 /* of a table in Notes */

typedef struct
{
  const IstConvertContext *context;
  GHashTable *ids;     /* Content-IDs of the message */
  GPtrArray *pictures; /* IstMimeNode, in no tree yet */
} Pictures;

static gboolean
collect_id (gpointer user, IstMimeNode *node)
{
  if (node->id != NULL && !node->in_rfc822)
    g_hash_table_add (user, g_strdup (node->id));
  return TRUE;
}

/* Browsers read base64 whose padding is missing (WHATWG Infra, "forgiving-base64 decode"); GLib drops its last bytes. */
static guchar *
decode_base64 (const char *text, gsize size, gsize *n)
{
  g_autoptr (GString) padded = g_string_new_len (text, (gssize) size);
  gsize letters = 0;

  for (gsize i = 0; i < size && text[i] != '='; i++)
    if (g_ascii_isalnum (text[i]) || text[i] == '+' || text[i] == '/')
      letters++;
  if (memchr (text, '=', size) == NULL)
    g_string_append_len (padded, "===", (gssize) (-letters % 4));
  return g_base64_decode (padded->str, n);
}

/* What the data: address holds (RFC 2397): escaped bytes, in base64 or as they are. NULL: nothing. */
static GBytes *
data_of (const char *comma, gboolean in_base64)
{
  g_autoptr (GBytes) plain = strchr (comma, '%') != NULL
                                 ? g_uri_unescape_bytes (comma + 1, -1, NULL, NULL)
                                 : g_bytes_new_static (comma + 1, strlen (comma + 1));
  guchar *data;
  gsize size;

  if (plain == NULL || g_bytes_get_size (plain) == 0)
    return NULL;
  if (!in_base64)
    return g_bytes_new (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
  data = decode_base64 (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), &size);
  if (size > 0)
    return g_bytes_new_take (data, size);
  g_free (data);
  return NULL;
}

/* "image/svg+xml" of "data:image/svg+xml;utf8,…"; *in_base64: the last parameter says so. NULL: no picture. */
static char *
data_type (const char *src, const char *comma, gboolean *in_base64)
{
  g_autofree char *head = g_strndup (src + 5, (gsize) (comma - src - 5));
  g_auto (GStrv) parts = g_strsplit (head, ";", -1);
  guint n = g_strv_length (parts);
  char *type = n > 0 ? g_strstrip (parts[0]) : NULL;

  if (type == NULL || g_ascii_strncasecmp (type, "image/", 6) != 0 || type[6] == '\0')
    return NULL;
  for (const char *p = type + 6; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("+-.", *p) == NULL)
      return NULL;
  *in_base64 = n > 1 && g_ascii_strcasecmp (g_strstrip (parts[n - 1]), "base64") == 0;
  return g_ascii_strdown (type, -1);
}

/* "data:image/png;base64,…" as a part; NULL: it is none of these. Its id comes from its bytes. */
static IstMimeNode *
picture_part (const char *src, char **id)
{
  const char *comma = strchr (src, ',');
  gboolean in_base64 = FALSE;
  g_autofree char *type = comma != NULL ? data_type (src, comma, &in_base64) : NULL;
  g_autoptr (GBytes) bytes = type != NULL ? data_of (comma, in_base64) : NULL;
  g_autofree char *sum = NULL;
  g_autofree char *field = NULL;
  g_autoptr (IstBody) body = NULL;
  IstMimeNode *node;

  if (bytes == NULL)
    return NULL;
  sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  sum[24] = '\0';
  *id = g_strdup_printf ("%s@isthmus", sum);
  body = ist_body_new_bytes (bytes);
  node = ist_mime_node_new (type, NULL, "inline");
  ist_mime_node_set_content (node, body, 0, g_bytes_get_size (bytes));
  field = g_strdup_printf ("Content-ID: <%s>\r\n", *id);
  ist_mime_node_set_field (node, "Content-ID", field);
  return node;
}

static char *
picture (gpointer user, const char *src)
{
  Pictures *self = user;
  char *id = NULL;
  IstMimeNode *node;

  src += strspn (src, " \t\r\n");
  if (g_ascii_strncasecmp (src, "cid:", 4) == 0)
    {
      g_autofree char *plain = g_uri_unescape_string (src + 4, NULL);

      if (g_hash_table_contains (self->ids, src + 4)
          || (plain != NULL && g_hash_table_contains (self->ids, plain)))
        return NULL;
      return g_strdup ("");
    }
  if (g_ascii_strncasecmp (src, "data:", 5) != 0 || self->pictures->len >= MAX_PICTURES)
    return NULL;
  node = picture_part (src, &id);
  if (node == NULL)
    return NULL;
  if (g_hash_table_add (self->ids, id))
    g_ptr_array_add (self->pictures, node);
  else
    ist_mime_node_free (node);
  return g_strdup_printf ("cid:%s", (const char *) id);
}

static const char *
missing (gpointer user)
{
  const Pictures *self = user;

  return ist_catalog_raw (ist_convert_language (self->context), IST_TEXT_PICTURE_MISSING);
}

/* Into the multipart/related that holds the text, or a new one around it. */
static void
add_pictures (IstMimeNode *html, GPtrArray *pictures)
{
  IstMimeNode *related = html->parent;

  if (pictures->len == 0)
    return;
  if (related == NULL || strcmp (related->type, "multipart/related") != 0)
    related = ist_mime_node_wrap (html, "related");
  for (guint i = 0; i < pictures->len; i++)
    ist_mime_node_insert (related, related->children->len, g_ptr_array_index (pictures, i));
}

/* The text as Notes takes it, and what was done; NULL: nothing is to be done. */
static char *
repair (const char *html, Pictures *found, GString *what)
{
  IstOutlookHtml report = { .picture = picture, .missing = missing, .user = found };
  g_autofree char *plain = ist_outlook_html_clean (html, &report);
  guint n_tables = 0;
  char *split = ist_html_split_tables (plain != NULL ? plain : html, MAX_ROWS, &n_tables);

  if (plain != NULL)
    g_string_append_printf (
        what,
        "HTML of Outlook made plain: %u conditional comments, %u tags of Office, %u list items, "
        "%u pictures, %u font sizes",
        report.n_comments, report.n_elements, report.n_items, report.n_pictures, report.n_sizes);
  if (split != NULL)
    g_string_append_printf (what, "%slarge tables divided: %u more tables",
                            what->len > 0 ? "; " : "", n_tables);
  return split != NULL ? split : g_steal_pointer (&plain);
}

static void
repair_part (const IstConvertContext *context, IstMessage *message, IstMimeNode *node, GHashTable *ids)
{
  g_autoptr (GPtrArray) pictures = g_ptr_array_new ();
  g_autoptr (GString) what = g_string_new (NULL);
  g_autofree char *html = NULL, *plain = NULL;
  Pictures found = { context, ids, pictures };

  if (node->attachment || strcmp (node->type, "text/html") != 0
      || !ist_limits_text_fits (context, message, node))
    return;
  html = ist_mime_node_text (node, ist_limits_of (context->settings).max_text_bytes, NULL);
  plain = html != NULL ? repair (html, &found, what) : NULL;
  if (plain == NULL)
    return;
  ist_mime_node_set_text (node, plain);
  add_pictures (node, pictures);
  ist_message_note (message, NAME, "%s", what->str);
}

gboolean
ist_exchange_html (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autoptr (GHashTable) ids = NULL;
  g_autoptr (GPtrArray) leaves = NULL;
  IstMimeNode *root;

  if (!ist_look_may (message, IST_LOOK_HTML))
    return TRUE;
  root = ist_mime_tree (message);
  leaves = ist_look_leaves (root);
  ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  ist_mime_node_visit (root, collect_id, ids);
  for (guint i = 0; i < leaves->len; i++)
    repair_part (context, message, g_ptr_array_index (leaves, i), ids);
  return TRUE;
}
