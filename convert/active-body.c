#include "convert/active-body.h"

#include "base/scratch.h"
#include "convert/active-beside.h"
#include "convert/catalog.h"
#include "convert/doclinks.h"
#include "convert/encapsulation.h"
#include "convert/format/html.h"
#include "convert/format/ndl.h"
#include "convert/format/nsf-attach.h"
#include "convert/format/rich-html.h"
#include "convert/format/rich-text.h"

#include <string.h>

#define MAX_FILE ((gsize) 256 * 1024 * 1024)
#define MAX_TEXT ((gsize) 10 * 1024 * 1024)
#define HINT_STYLE "font-family:Arial,sans-serif;font-size:10pt;color:#606060"

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

/* At once what doclinks-html would make of it: that transform does not look at plain text, and in a notes: address the
 * title of the document would be lost. */
static char *
address (gpointer user, const IstDocLink *link)
{
  const IstConvertContext *context = ((const IstActiveReader *) user)->context;

  if (context->settings != NULL && !context->settings->doclinks_html)
    return ist_doc_url_notes (link);
  return ist_doclinks_address (context, link);
}

static char *
say (gpointer user, IstRichWord word, const char *name)
{
  static const struct
  {
    IstTextId named, bare;
    const char *slot;
  } rows[] = { [IST_RICH_WORD_POPUP] = { IST_TEXT_POPUP, IST_TEXT_HOTSPOT, "text" },
               [IST_RICH_WORD_ACTION] = { IST_TEXT_HOTSPOT, IST_TEXT_HOTSPOT, "label" },
               [IST_RICH_WORD_BUTTON] = { IST_TEXT_BUTTON, IST_TEXT_HOTSPOT, "label" },
               [IST_RICH_WORD_OBJECT] = { IST_TEXT_EMBEDDED_OBJECT, IST_TEXT_HOTSPOT, "name" },
               [IST_RICH_WORD_FIELD] = { IST_TEXT_FIELD, IST_TEXT_HOTSPOT, "name" },
               [IST_RICH_WORD_PICTURE] = { IST_TEXT_PICTURE_NAMED, IST_TEXT_PICTURE_MISSING, "name" },
               [IST_RICH_WORD_ATTACHMENT] = { IST_TEXT_ATTACHMENT_HERE, IST_TEXT_ATTACHMENT_HERE, "name" },
               [IST_RICH_WORD_DOCLINK] = { IST_TEXT_DOCLINK, IST_TEXT_DOCLINK, "name" } };
  const IstActiveReader *reader = user;

  return ist_catalog_text (reader->language, name != NULL ? rows[word].named : rows[word].bare, rows[word].slot,
                           name != NULL ? name : "", NULL);
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
rich_node (const IstMessage *message, const IstActiveReader *reader, const IstActiveNote *note)
{
  IstRichHtmlOptions options = { .href = address, .say = say, .user = (gpointer) reader };
  g_autofree char *sum = NULL;
  g_autofree char *text = ist_rich_to_text (note->rich, &options);
  g_autofree char *html = NULL;
  g_autoptr (GPtrArray) parts = NULL;
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

/* The note has its body in MIME: the entity goes in as it is. */
static IstMimeNode *
mime_node (IstBody *body)
{
  g_autoptr (IstMessage) entity = ist_message_new (body);
  IstMimeNode *node = ist_mime_node_new ("text/plain", NULL, NULL);
  gsize start;

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

static IstBody *
mime_body (const IstActiveNote *note, GError **error)
{
  g_autoptr (IstScratch) scratch = ist_scratch_new ();

  return ist_span_write (note->mime, ist_scratch_write, scratch, error) ? ist_scratch_finish (scratch, error) : NULL;
}

static IstMimeNode *
body_node (const IstMessage *message, const IstActiveReader *reader, const IstActiveNote *note, IstBody *mime)
{
  if (note->rich != NULL)
    return rich_node (message, reader, note);
  return mime != NULL ? mime_node (mime) : text_node ("text/plain", note->text);
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

  if (node->children != NULL || node->name == NULL || g_utf8_collate (node->name, sought->name) != 0)
    return TRUE;
  sought->found = ist_mime_node_decoded_size (node, sought->size + 1) == sought->size;
  return !sought->found;
}

static gboolean
has_file (IstMessage *message, const IstNsfAttachment *file)
{
  Sought sought = { file->name, file->size_bytes, FALSE };

  ist_mime_node_visit (ist_mime_tree (message), is_sought, &sought);
  return sought.found;
}

static void
unref_body (gpointer body)
{
  ist_body_unref (body);
}

/* The files, taken out before anything is changed: one that the message lacks and that cannot be had must not go
 * with the copy. NULL stands for one that the message has. */
static GPtrArray *
take_files (IstMessage *message, const IstActiveNote *note, GError **error)
{
  g_autoptr (GPtrArray) bodies = g_ptr_array_new_with_free_func (unref_body);

  for (guint i = 0; i < note->files->len; i++)
    {
      const IstNsfAttachment *file = g_ptr_array_index (note->files, i);
      g_autoptr (GError) local = NULL;
      IstBody *body = ist_nsf_attachment_decode (file, MAX_FILE, &local);

      if (body == NULL && !has_file (message, file))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      g_ptr_array_add (bodies, body);
    }
  return g_steal_pointer (&bodies);
}

static guint
add_files (IstMessage *message, const IstActiveNote *note, const GPtrArray *bodies)
{
  guint n = 0;

  for (guint i = 0; i < note->files->len; i++)
    {
      const IstNsfAttachment *file = g_ptr_array_index (note->files, i);
      IstBody *body = g_ptr_array_index (bodies, i);
      IstMimeNode *mixed, *node;

      if (body == NULL || has_file (message, file))
        continue;
      node = ist_mime_node_new ("application/octet-stream", file->name, "attachment");
      ist_mime_node_set_content (node, body, 0, ist_body_size (body));
      mixed = mixed_of (message);
      ist_mime_node_insert (mixed, mixed->children->len, node);
      n++;
    }
  return n;
}

/* What stands among the alternatives and is no form of the text: invitations, and files that a sender put there. */
typedef struct
{
  GPtrArray *calendars, *files; /* IstMimeNode, still in the tree */
} Kept;

static void
collect_kept (IstMimeNode *node, gboolean in_related, Kept *kept)
{
  gboolean is_multipart = node->children != NULL && !node->sealed && g_str_has_prefix (node->type, "multipart/");

  if (ist_encapsulation_is (node))
    return;
  for (guint i = 0; is_multipart && i < node->children->len; i++)
    collect_kept (g_ptr_array_index (node->children, i), in_related || strcmp (node->type, "multipart/related") == 0,
                  kept);
  if (is_multipart)
    return;
  if (strcmp (node->type, "text/calendar") == 0 && !node->attachment)
    g_ptr_array_add (kept->calendars, node);
  else if (node->attachment || (!in_related && (node->name != NULL || !g_str_has_prefix (node->type, "text/"))))
    g_ptr_array_add (kept->files, node);
}

static void
take_all (GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++)
    ist_mime_node_take (g_ptr_array_index (nodes, i));
}

/* With the invitations as the last forms of it. */
static IstMimeNode *
with_calendars (IstMimeNode *body, const GPtrArray *calendars)
{
  IstMimeNode *alternative = body;

  if (calendars->len == 0)
    return body;
  if (strcmp (body->type, "multipart/alternative") != 0 || body->children == NULL)
    {
      alternative = ist_mime_node_new ("multipart/alternative", NULL, NULL);
      ist_mime_node_insert (alternative, 0, body);
    }
  for (guint i = 0; i < calendars->len; i++)
    ist_mime_node_insert (alternative, alternative->children->len, g_ptr_array_index (calendars, i));
  return alternative;
}

/* In the place of the copy and of the alternatives beside it, which are poorer than what was made. */
static void
replace_alternatives (IstMessage *message, IstMimeNode *body, IstMimeNode *copy)
{
  IstMimeNode *alternatives = copy->parent;
  g_autoptr (GPtrArray) calendars = g_ptr_array_new ();
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  Kept kept = { calendars, files };

  collect_kept (alternatives, FALSE, &kept);
  take_all (calendars);
  take_all (files);
  body = with_calendars (body, calendars);
  if (alternatives->parent != NULL)
    ist_mime_node_replace (alternatives, body);
  else
    {
      ist_mime_node_replace (copy, body);
      for (guint i = 0; i < alternatives->children->len;)
        if (g_ptr_array_index (alternatives->children, i) == body)
          i++;
        else
          ist_mime_node_free (ist_mime_node_take (g_ptr_array_index (alternatives->children, i)));
      ist_mime_node_hoist (alternatives);
    }
  for (guint i = 0; i < files->len; i++)
    {
      IstMimeNode *mixed = mixed_of (message);

      ist_mime_node_insert (mixed, mixed->children->len, g_ptr_array_index (files, i));
    }
}

/* A multipart/mixed with one part left is that part, and one with none is nothing; then those around it. */
static void
tidy_mixed (IstMimeNode *mixed)
{
  while (mixed != NULL && mixed->children != NULL && strcmp (mixed->type, "multipart/mixed") == 0
         && mixed->children->len <= 1)
    {
      IstMimeNode *parent = mixed->parent;

      if (mixed->children->len == 1)
        ist_mime_node_hoist (mixed);
      else if (parent != NULL)
        ist_mime_node_free (ist_mime_node_take (mixed));
      mixed = parent;
    }
}

/* In the place of the first text that it repeats; the others go, and so does the copy. */
static void
replace_repeated (IstMessage *message, IstMimeNode *body, IstMimeNode *copy, const GPtrArray *repeated)
{
  IstMimeNode *mixed = copy->parent;
  g_autoptr (GPtrArray) calendars = g_ptr_array_new ();
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  Kept kept = { calendars, files };

  for (guint i = 0; i < repeated->len; i++)
    collect_kept (g_ptr_array_index (repeated, i), FALSE, &kept);
  take_all (calendars);
  take_all (files);
  ist_mime_node_free (ist_mime_node_take (copy));
  ist_mime_node_replace (g_ptr_array_index (repeated, 0), with_calendars (body, calendars));
  for (guint i = 1; i < repeated->len; i++)
    ist_mime_node_free (ist_mime_node_take (g_ptr_array_index (repeated, i)));
  for (guint i = 0; i < files->len; i++)
    {
      IstMimeNode *top = mixed_of (message);

      ist_mime_node_insert (top, top->children->len, g_ptr_array_index (files, i));
    }
  tidy_mixed (mixed);
}

/* `made`: the parts of the body. */
static void
put_body (IstMessage *message, IstMimeNode *body, IstMimeNode *made, IstMimeNode *copy)
{
  g_autoptr (GPtrArray) repeated = NULL;
  IstMimeNode *mixed;

  if (copy == NULL)
    {
      ist_mime_node_insert (mixed_of (message), 0, body);
      return;
    }
  if (copy->parent != NULL && strcmp (copy->parent->type, "multipart/alternative") == 0)
    {
      replace_alternatives (message, body, copy);
      return;
    }
  repeated = ist_active_beside_find (copy, made);
  if (repeated->len > 0)
    {
      replace_repeated (message, body, copy, repeated);
      return;
    }
  if (copy->parent == NULL)
    copy = g_ptr_array_index (ist_mime_node_wrap (copy, "mixed")->children, 0);
  mixed = copy->parent;
  ist_mime_node_replace (copy, body);
  if (mixed->children->len == 1)
    ist_mime_node_hoist (mixed);
}

gboolean
ist_active_body_add (IstMessage *message, const IstActiveReader *reader, const IstActiveNote *note, IstMimeNode *copy,
                     guint *n_files, GError **error)
{
  g_autoptr (GPtrArray) files = take_files (message, note, error);
  g_autoptr (IstBody) mime = files != NULL && note->mime != NULL ? mime_body (note, error) : NULL;
  g_autoptr (IstMessage) entity = mime != NULL ? ist_message_new (mime) : NULL;
  IstMimeNode *body;

  if (files == NULL || (note->mime != NULL && mime == NULL))
    return FALSE;
  body = body_node (message, reader, note, mime);
  put_body (message, body, note->rich == NULL && entity != NULL ? ist_mime_tree (entity) : body, copy);
  *n_files = add_files (message, note, files);
  return TRUE;
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
  const char *end;

  if (strcmp (type, "text/html") != 0)
    return g_strconcat (text, g_str_has_suffix (text, "\n") ? "\n" : "\n\n", hint, "\n", NULL);
  end = ist_html_end_of_body (text);
  return g_strdup_printf ("%.*s<p style=\"" HINT_STYLE "\">%s</p>\n%s", (int) (end - text), text, escaped, end);
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
