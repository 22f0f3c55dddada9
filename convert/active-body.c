#include "convert/active-body.h"

#include "convert/catalog.h"
#include "convert/doclinks.h"
#include "convert/format/nsf-attach.h"
#include "convert/format/rich-html.h"
#include "convert/format/rich-text.h"

#include <string.h>

#define MAX_FILE ((gsize) 256 * 1024 * 1024)
#define MAX_TEXT ((gsize) 10 * 1024 * 1024)

/* ---- places ---- */

/* The outermost multipart/mixed; the root becomes one if it is none. */
static IstMimeNode *
mixed_of (IstMessage *message)
{
  IstMimeNode *root = ist_mime_tree (message);

  return strcmp (root->type, "multipart/mixed") == 0 ? root : ist_mime_node_wrap (root, "mixed");
}

/* A multipart that lost a part and has one left is that part. */
static void
tidy (IstMimeNode *multipart)
{
  if (multipart->parent != NULL && multipart->children != NULL && multipart->children->len == 1)
    ist_mime_node_hoist (multipart);
}

void
ist_active_body_attach (IstMessage *message, IstMimeNode *copy)
{
  static const char disposition[] = "Content-Disposition: attachment;\r\n\tfilename=\"" IST_ACTIVE_FILE_NAME "\"\r\n";

  /* A multipart that holds nothing else is what it holds. */
  while (copy->parent != NULL && copy->parent->parent != NULL && copy->parent->children->len == 1)
    ist_mime_node_hoist (copy->parent);
  if (copy->parent == NULL)
    copy = g_ptr_array_index (ist_mime_node_wrap (copy, "mixed")->children, 0);
  else if (copy->parent->parent == NULL && copy->parent->children->len == 1)
    ist_mime_node_set_type (copy->parent, "multipart/mixed");
  else
    {
      IstMimeNode *from = copy->parent;
      IstMimeNode *mixed;

      ist_mime_node_take (copy);
      mixed = mixed_of (message);
      ist_mime_node_insert (mixed, mixed->children->len, copy);
      if (from != mixed)
        tidy (from);
    }
  ist_mime_node_remove_field (copy, "Content-Description");
  ist_mime_node_set_field (copy, "Content-Disposition", disposition);
  ist_mime_node_set_name (copy, IST_ACTIVE_FILE_NAME);
  ist_mime_node_set_type (copy, "application/vnd.lotus-notes");
  ist_mime_node_reread (copy);
}

/* ---- the body ---- */

static char *
address (gpointer user, const IstDocLink *link)
{
  return ist_doclinks_address (user, link);
}

static IstMimeNode *
text_node (const char *type, const char *text)
{
  IstMimeNode *node = ist_mime_node_new (type, NULL, NULL);

  ist_mime_node_set_text (node, text);
  return node;
}

static IstMimeNode *
picture_node (const IstRichPart *part)
{
  g_autoptr (IstBody) body = ist_body_new_bytes (part->bytes);
  IstMimeNode *node = ist_mime_node_new (part->type, part->name, "inline");
  g_autofree char *id = g_strdup_printf ("Content-ID: <%s>\r\n", part->id);

  ist_mime_node_set_content (node, body, 0, ist_body_size (body));
  ist_mime_node_set_field (node, "Content-ID", id);
  ist_mime_node_reread (node);
  return node;
}

static IstMimeNode *
rich_node (const IstMessage *message, const IstActiveNote *note, const IstConvertSettings *settings)
{
  g_autofree char *sum = NULL;
  g_autofree char *text = ist_rich_to_text (note->rich, address, (gpointer) settings);
  g_autofree char *html = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  IstRichHtmlOptions options = { .href = address, .user = (gpointer) settings };
  IstMimeNode *alternative = ist_mime_node_new ("multipart/alternative", NULL, NULL);
  IstMimeNode *shown;

  /* Unique to the message, and the same each time it is prepared. */
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256,
                                     (const guchar *) ist_body_data (ist_message_original (message), &(gsize){ 0 }),
                                     ist_message_body_offset (message));
  sum[20] = '\0';
  options.id_prefix = sum;
  html = ist_rich_to_html (note->rich, &options, &parts);
  shown = text_node ("text/html", html);
  if (parts != NULL && parts->len > 0)
    {
      IstMimeNode *related = ist_mime_node_new ("multipart/related", NULL, NULL);

      ist_mime_node_insert (related, 0, shown);
      for (guint i = 0; i < parts->len; i++)
        ist_mime_node_insert (related, i + 1, picture_node (g_ptr_array_index (parts, i)));
      shown = related;
    }
  ist_mime_node_insert (alternative, 0, text_node ("text/plain", text));
  ist_mime_node_insert (alternative, 1, shown);
  return alternative;
}

static gboolean
append (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  g_byte_array_append (user, (const guint8 *) data, (guint) size_bytes);
  return TRUE;
}

/* The note has its body in MIME: the entity goes in as it is. */
static IstMimeNode *
mime_node (const IstActiveNote *note)
{
  GByteArray *out = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (IstBody) body = NULL;
  g_autoptr (IstMessage) entity = NULL;
  IstMimeNode *node = ist_mime_node_new ("text/plain", NULL, NULL);
  gsize start;

  ist_span_write (note->mime, append, out, NULL);
  bytes = g_byte_array_free_to_bytes (out);
  body = ist_body_new_bytes (bytes);
  entity = ist_message_new (body);
  start = ist_message_body_offset (entity);
  ist_mime_node_set_raw (node, body, start, ist_body_size (body) - start);
  ist_mime_node_remove_field (node, "Content-Transfer-Encoding");
  for (guint i = 0; i < ist_message_n_fields (entity); i++)
    {
      gsize size;
      const char *raw = ist_message_field_raw (entity, i, &size);
      g_autofree char *field = g_strndup (raw, size);

      if (g_ascii_strncasecmp (field, "Content-", 8) == 0 && strlen (field) == size && size > 10)
        ist_mime_node_set_field (node, ist_message_field_name (entity, i), field);
    }
  ist_mime_node_reread (node);
  return node;
}

static IstMimeNode *
body_node (const IstMessage *message, const IstActiveNote *note, const IstConvertSettings *settings)
{
  if (note->rich != NULL)
    return rich_node (message, note, settings);
  return note->mime != NULL ? mime_node (note) : text_node ("text/plain", note->text);
}

/* ---- its files ---- */

typedef struct
{
  const char *name;
  gsize size;
  gboolean found;
} Sought;

static gboolean
is_sought (gpointer user, IstMimeNode *node)
{
  Sought *sought = user;
  g_autoptr (GBytes) bytes = NULL;

  if (node->children != NULL || node->name == NULL || g_utf8_collate (node->name, sought->name) != 0)
    return TRUE;
  bytes = ist_mime_node_decode (node, sought->size + 1);
  sought->found = g_bytes_get_size (bytes) == sought->size;
  return !sought->found;
}

static guint
add_files (IstMessage *message, const IstActiveNote *note)
{
  guint n = 0;

  for (guint i = 0; i < note->files->len; i++)
    {
      const IstNsfAttachment *file = g_ptr_array_index (note->files, i);
      Sought sought = { file->name, file->size_bytes, FALSE };
      g_autoptr (IstBody) body = NULL;
      IstMimeNode *mixed, *node;

      ist_mime_node_visit (ist_mime_tree (message), is_sought, &sought);
      body = sought.found ? NULL : ist_nsf_attachment_decode (file, MAX_FILE, NULL);
      if (body == NULL)
        continue;
      node = ist_mime_node_new ("application/octet-stream", file->name, "attachment");
      ist_mime_node_set_content (node, body, 0, ist_body_size (body));
      mixed = mixed_of (message);
      ist_mime_node_insert (mixed, mixed->children->len, node);
      n++;
    }
  return n;
}

guint
ist_active_body_add (IstMessage *message, const IstActiveNote *note, IstMimeNode *copy,
                     const IstConvertSettings *settings)
{
  IstMimeNode *body = body_node (message, note, settings);

  if (copy == NULL)
    ist_mime_node_insert (mixed_of (message), 0, body);
  else if (copy->parent != NULL && copy->parent->parent != NULL
           && strcmp (copy->parent->type, "multipart/alternative") == 0)
    ist_mime_node_replace (copy->parent, body);
  else
    {
      IstMimeNode *mixed = copy->parent;

      if (mixed == NULL)
        {
          mixed = ist_mime_node_wrap (copy, "mixed");
          copy = g_ptr_array_index (mixed->children, 0);
        }
      ist_mime_node_replace (copy, body);
      /* The alternatives beside it are poorer than what was made. */
      for (guint i = 0; strcmp (mixed->type, "multipart/alternative") == 0 && i < mixed->children->len;)
        if (g_ptr_array_index (mixed->children, i) == body)
          i++;
        else
          ist_mime_node_free (ist_mime_node_take (g_ptr_array_index (mixed->children, i)));
      if (mixed->children->len == 1)
        ist_mime_node_hoist (mixed);
    }
  return add_files (message, note);
}

/* ---- the hint ---- */

typedef struct
{
  const char *hint;
  guint n;
} Hinting;

static char *
with_hint (const char *type, const char *text, const char *hint)
{
  g_autofree char *escaped = g_markup_escape_text (hint, -1);
  const char *end = strcmp (type, "text/html") == 0 ? g_strrstr (text, "</body>") : NULL;

  if (strcmp (type, "text/html") != 0)
    return g_strconcat (text, g_str_has_suffix (text, "\n") ? "\n" : "\n\n", hint, "\n", NULL);
  if (end == NULL)
    return g_strconcat (text, "<p>", escaped, "</p>\n", NULL);
  return g_strdup_printf ("%.*s<p>%s</p>\n%s", (int) (end - text), text, escaped, end);
}

static gboolean
hint_at (gpointer user, IstMimeNode *node)
{
  Hinting *hinting = user;
  g_autofree char *text = NULL;
  g_autofree char *longer = NULL;

  if (node->children != NULL || node->sealed || node->in_rfc822 || node->attachment || node->name != NULL
      || (strcmp (node->type, "text/plain") != 0 && strcmp (node->type, "text/html") != 0))
    return TRUE;
  text = ist_mime_node_text (node, MAX_TEXT, NULL);
  if (text == NULL)
    return TRUE;
  longer = with_hint (node->type, text, hinting->hint);
  ist_mime_node_set_text (node, longer);
  hinting->n++;
  return TRUE;
}

void
ist_active_body_add_hint (IstMessage *message, const char *language, gboolean sealed)
{
  g_autofree char *file
      = ist_catalog_text (language, IST_TEXT_NOTES_ATTACHED, "name", IST_ACTIVE_FILE_NAME, NULL);
  g_autofree char *hint
      = sealed ? g_strconcat (ist_catalog_raw (language, IST_TEXT_NOTES_SEALED), " ", file, NULL) : g_strdup (file);
  Hinting hinting = { hint, 0 };

  ist_mime_node_visit (ist_mime_tree (message), hint_at, &hinting);
  if (hinting.n == 0)
    {
      g_autofree char *line = g_strconcat (hint, "\n", NULL);

      ist_mime_node_insert (mixed_of (message), 0, text_node ("text/plain", line));
    }
}
