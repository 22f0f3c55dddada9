#include "convert/tnef-parts.h"

#include "convert/file-type.h"
#include "convert/format/html.h"
#include "convert/tnef-embedded.h"
#include "convert/tnef-items.h"
#include "convert/tnef-names.h"
#include "convert/tnef-smime.h"
#include "convert/tnef-text.h"

#include <string.h>

void
ist_tnef_parts_free (IstTnefParts *parts)
{
  if (parts == NULL)
    return;
  g_free (parts->text);
  g_free (parts->html);
  g_ptr_array_unref (parts->inline_parts);
  g_ptr_array_unref (parts->attachments);
  g_ptr_array_unref (parts->alternatives);
  ist_mime_node_free (parts->report);
  g_free (parts->report_text);
  ist_mime_node_free (parts->entity);
  g_free (parts->note);
  g_free (parts->extra_text);
  g_free (parts->extra_html);
  g_free (parts);
}

/* A type that can stand in a header and whose content may be base64 (RFC 2045 6.4: no multipart, no message). */
static gboolean
is_usable_type (const char *type)
{
  const char *slash = type != NULL ? strchr (type, '/') : NULL;

  if (slash == NULL || slash == type || slash[1] == '\0' || strlen (type) > 127)
    return FALSE;
  for (const char *p = type; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("/.+-_", *p) == NULL)
      return FALSE;
  return g_ascii_strncasecmp (type, "multipart/", 10) != 0
         && g_ascii_strncasecmp (type, "message/", 8) != 0 && strchr (slash + 1, '/') == NULL
         && strstr (type, "ms-tnef") == NULL;
}

/* An id that can stand between brackets. */
static gboolean
is_usable_id (const char *id)
{
  if (id == NULL || *id == '\0' || strlen (id) > 200)
    return FALSE;
  for (const char *p = id; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p) || strchr ("<>\"", *p) != NULL)
      return FALSE;
  return TRUE;
}

static char *
name_of (const IstTnefAttachment *a, IstBody *body, guint number)
{
  const char *name = ist_tnef_attachment_name (a);
  GString *out;

  if (a->message != NULL)
    return g_strdup_printf ("%s.eml",
                            a->message->subject != NULL ? a->message->subject : "message");
  if (name == NULL || ist_tnef_name_says_nothing (name))
    {
      const char *type = is_usable_type (a->mime_type)
                             ? a->mime_type
                             : ist_file_type_sniff (ist_body_data (body, NULL) + a->offset, a->size_bytes);

      return g_strdup_printf ("attachment-%u.%s", number,
                              a->kind == IST_TNEF_OLE ? "ole"
                              : type != NULL          ? ist_file_type_extension (type)
                                                      : "bin");
    }
  out = g_string_new (NULL);
  for (const char *p = name; *p != '\0'; p++)
    g_string_append_c (out, g_ascii_iscntrl (*p) ? ' ' : *p);
  if (a->kind == IST_TNEF_OLE && strchr (name, '.') == NULL)
    g_string_append (out, ".ole");
  return g_string_free (out, FALSE);
}

static void
set_id (IstMimeNode *node, const char *id)
{
  g_autofree char *field = g_strdup_printf ("Content-ID: <%s>\r\n", id);

  ist_mime_node_set_field (node, "Content-ID", field);
  ist_mime_node_reread (node);
}

/* `id` NULL: an attachment of its own; else a picture in the text. */
static IstMimeNode *
make_attachment (const IstTnefAttachment *a, IstBody *body, guint number, const char *id,
                 const IstTnefRun *run)
{
  g_autofree char *name = name_of (a, body, number);
  const char *type = is_usable_type (a->mime_type)              ? a->mime_type
                     : is_usable_type (ist_file_type_of (name)) ? ist_file_type_of (name)
                                                                : "application/octet-stream";
  g_autofree char *lower = g_ascii_strdown (type, -1);
  IstMimeNode *node;

  if (a->message != NULL)
    node = ist_tnef_embedded_new (a->message, body, name, run);
  else
    {
      node = ist_mime_node_new (lower, name, id != NULL ? "inline" : "attachment");
      ist_mime_node_set_content (node, body, a->offset, a->size_bytes);
    }
  if (id != NULL || is_usable_id (a->content_id))
    set_id (node, id != NULL ? id : a->content_id);
  return node;
}

static int
compare_position (gconstpointer a, gconstpointer b)
{
  const IstTnefAttachment *x = *(IstTnefAttachment *const *) a;
  const IstTnefAttachment *y = *(IstTnefAttachment *const *) b;

  return (x->position > y->position) - (x->position < y->position);
}

static gboolean
is_picture (const IstTnefAttachment *a)
{
  const char *name = ist_tnef_attachment_name (a);

  return a->kind == IST_TNEF_FILE && a->size_bytes > 0
         && ((a->mime_type != NULL && g_ascii_strncasecmp (a->mime_type, "image/", 6) == 0)
             || (name != NULL && g_str_has_prefix (ist_file_type_of (name), "image/")));
}

/* Marks for the places in RTF; ids[] gets what pictures are called there. */
static GArray *
make_marks (const IstTnef *tnef, IstBody *body, GHashTable *ids, GPtrArray *names)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr (GPtrArray) in_order = g_ptr_array_new ();
  GArray *marks = g_array_new (FALSE, FALSE, sizeof (IstTnefMark));

  for (guint i = 0; i < tnef->attachments->len; i++)
    if (((IstTnefAttachment *) g_ptr_array_index (tnef->attachments, i))->position >= 0)
      g_ptr_array_add (sorted, g_ptr_array_index (tnef->attachments, i));
  /* Old Outlooks give no positions: then the order is that of the stream. */
  for (guint i = 0; sorted->len == 0 && i < tnef->attachments->len; i++)
    g_ptr_array_add (in_order, g_ptr_array_index (tnef->attachments, i));
  for (guint i = 0; i < in_order->len; i++)
    g_ptr_array_add (sorted, g_ptr_array_index (in_order, i));
  g_ptr_array_sort (sorted, compare_position);
  for (guint i = 0; i < sorted->len; i++)
    {
      IstTnefAttachment *a = g_ptr_array_index (sorted, i);
      IstTnefMark mark = { NULL, NULL };
      char *name = name_of (a, body, i + 1);

      g_ptr_array_add (names, name);
      mark.name = name;
      if (is_picture (a))
        {
          mark.id = is_usable_id (a->content_id) ? a->content_id
                                                 : g_strdup_printf ("object-%u@tnef", i + 1);
          if (mark.id != a->content_id)
            g_ptr_array_add (names, (char *) mark.id);
          g_hash_table_insert (ids, a, (char *) mark.id);
        }
      g_array_append_val (marks, mark);
    }
  return marks;
}

static gboolean
names_id (const char *html, const char *id)
{
  g_autofree char *url = g_strconcat ("cid:", id, NULL);

  return html != NULL && strstr (html, url) != NULL;
}

static void
add_pictures (IstTnefParts *parts, const IstRtf *rtf)
{
  if (rtf != NULL && rtf->n_left_out > 0 && parts->note == NULL)
    parts->note = g_strdup_printf ("%u pictures of the text are left out; at most 4,096 are carried", rtf->n_left_out);
  for (guint i = 0; rtf != NULL && i < rtf->pictures->len; i++)
    {
      const IstRtfPicture *picture = g_ptr_array_index (rtf->pictures, i);
      gboolean is_shown = picture->shown && parts->html != NULL;
      g_autofree char *id = g_strdup_printf ("picture-%u@rtf", i + 1);
      g_autoptr (IstBody) body = ist_body_new_bytes (picture->bytes);
      IstMimeNode *node = ist_mime_node_new (picture->type, picture->name, is_shown ? "inline" : "attachment");

      ist_mime_node_set_content (node, body, 0, ist_body_size (body));
      if (is_shown)
        set_id (node, id);
      g_ptr_array_add (is_shown ? parts->inline_parts : parts->attachments, node);
    }
}

/* A changed instance of a series that is told as such, or the task that a request is about and has nothing more. */
static gboolean
is_told (const IstTnefParts *parts, const IstTnef *tnef, const IstTnefAttachment *a)
{
  gint64 flags = ist_mapi_prop_number (a->props, ist_mapi_props_find (a->props, 0x7FFD), 0);

  if (a->message == NULL || a->message->attachments->len > 0)
    return FALSE;
  return (parts->has_series && (flags & 2) != 0)
         || (g_ascii_strncasecmp (tnef->message_class, "IPM.TaskRequest", 15) == 0
             && g_ascii_strcasecmp (a->message->message_class, "IPM.Task") == 0);
}

static void
add_attachments (IstTnefParts *parts, const IstTnef *tnef, IstBody *body, GHashTable *ids,
                 const IstTnefRun *run)
{
  for (guint i = 0; i < tnef->attachments->len; i++)
    {
      IstTnefAttachment *a = g_ptr_array_index (tnef->attachments, i);
      const char *id = g_hash_table_lookup (ids, a);

      if (is_told (parts, tnef, a))
        continue;
      if (id == NULL && is_usable_id (a->content_id) && a->message == NULL)
        id = a->content_id;
      /* The search in the HTML is worth its time for pictures, of which no message has thousands. */
      if (id != NULL && (parts->inline_parts->len >= 1000 || !names_id (parts->html, id)))
        id = NULL;
      g_ptr_array_add (id != NULL ? parts->inline_parts : parts->attachments,
                       make_attachment (a, body, i + 1, id, run));
    }
}

/* A text that is too long to be worked on, as a file. */
static void
add_long_text (IstTnefParts *parts, const IstTnef *tnef, IstBody *body, guint16 id, const char *name)
{
  const IstMapiProp *prop = ist_mapi_props_find (tnef->props, id);
  IstMapiValue value;
  IstMimeNode *node;

  if (!ist_mapi_prop_range (tnef->props, prop, 0, &value) || value.size_bytes <= IST_TNEF_MAX_TEXT)
    return;
  node = ist_mime_node_new ("application/octet-stream", name, "attachment");
  ist_mime_node_set_content (node, body, value.offset, value.size_bytes);
  g_ptr_array_add (parts->attachments, node);
}

/* RTF that was not read because too much text is in it: its pictures are nowhere else. */
static void
add_long_rtf (IstTnefParts *parts, const IstTnef *tnef, const IstRtf *rtf)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (IstBody) body = NULL;
  IstMimeNode *node;

  if (rtf != NULL || parts->html != NULL)
    return;
  bytes = ist_tnef_rtf (tnef, IST_TNEF_MAX_RTF, NULL, &error);
  if (error != NULL)
    parts->note = g_strdup (error->message);
  body = bytes != NULL ? ist_body_new_bytes (bytes) : NULL;
  if (body == NULL || ist_body_size (body) < 6 || memcmp (ist_body_data (body, NULL), "{\\rtf", 5) != 0)
    return;
  node = ist_mime_node_new ("application/rtf", "message.rtf", "attachment");
  ist_mime_node_set_content (node, body, 0, ist_body_size (body));
  g_ptr_array_add (parts->attachments, node);
}

IstTnefParts *
ist_tnef_parts_new (const IstTnef *tnef, IstBody *body, const IstMessage *head, const IstTnefRun *run)
{
  IstTnefParts *parts = g_new0 (IstTnefParts, 1);
  g_autoptr (GHashTable) ids = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) marks = make_marks (tnef, body, ids, names);
  g_autoptr (IstRtf) rtf = NULL;

  parts->inline_parts = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_mime_node_free);
  parts->attachments = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_mime_node_free);
  parts->alternatives = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_mime_node_free);
  ist_tnef_text_find (tnef, marks, &parts->text, &parts->html, &rtf);
  parts->entity = ist_tnef_smime_new (tnef, body);
  /* The signed or encrypted part has all of it. */
  if (parts->entity != NULL)
    return parts;
  add_long_text (parts, tnef, body, 0x1000, "message.txt");
  add_long_text (parts, tnef, body, 0x1013, "message.html");
  add_long_rtf (parts, tnef, rtf);
  add_pictures (parts, rtf);
  ist_tnef_items_add (tnef, parts, run, head);
  add_attachments (parts, tnef, body, ids, run);
  return parts;
}

/* `html` with `extra` before its end. g_free(). */
char *
ist_tnef_parts_add_html (const char *html, const char *extra)
{
  const char *end = ist_html_end_of_body (html);

  return g_strdup_printf ("%.*s%s%s", (int) (end - html), html, extra, end);
}

IstMimeNode *
ist_tnef_parts_take_html (IstTnefParts *parts)
{
  IstMimeNode *html, *related;

  if (parts->html == NULL)
    return NULL;
  html = ist_mime_node_new ("text/html", NULL, NULL);
  if (parts->extra_html != NULL)
    {
      g_autofree char *whole = ist_tnef_parts_add_html (parts->html, parts->extra_html);

      ist_mime_node_set_text (html, whole);
    }
  else
    ist_mime_node_set_text (html, parts->html);
  g_clear_pointer (&parts->html, g_free);
  if (parts->inline_parts->len == 0)
    return html;
  related = ist_mime_node_new ("multipart/related", NULL, NULL);
  ist_mime_node_insert (related, 0, html);
  while (parts->inline_parts->len > 0)
    ist_mime_node_insert (related, related->children->len,
                          g_ptr_array_steal_index (parts->inline_parts, 0));
  return related;
}

IstMimeNode *
ist_tnef_parts_take_body (IstTnefParts *parts)
{
  IstMimeNode *text = NULL, *html, *alternative;

  g_autofree char *whole = NULL;

  if (parts->text == NULL && parts->html == NULL && parts->alternatives->len == 0
      && parts->extra_text == NULL)
    return NULL;
  text = ist_mime_node_new ("text/plain", NULL, NULL);
  whole = g_strconcat (parts->text != NULL ? parts->text : "\n", parts->extra_text, NULL);
  ist_mime_node_set_text (text, whole);
  g_clear_pointer (&parts->text, g_free);
  html = ist_tnef_parts_take_html (parts);
  if (html == NULL && parts->alternatives->len == 0)
    return text;
  alternative = ist_mime_node_new ("multipart/alternative", NULL, NULL);
  ist_mime_node_insert (alternative, 0, text);
  if (html != NULL)
    ist_mime_node_insert (alternative, 1, html);
  while (parts->alternatives->len > 0)
    ist_mime_node_insert (alternative, alternative->children->len,
                          g_ptr_array_steal_index (parts->alternatives, 0));
  return alternative;
}

guint
ist_tnef_parts_take_attachments (IstTnefParts *parts, IstMimeNode *multipart, guint index)
{
  GPtrArray *const lists[] = { parts->inline_parts, parts->attachments };
  guint n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    while (lists[i]->len > 0)
      ist_mime_node_insert (multipart, index + n++, g_ptr_array_steal_index (lists[i], 0));
  return n;
}
