/*
 * notes-mime-order - Outlook shows the last form of a multipart/alternative that it knows, looks for inline pictures
 * in the multipart/related around the HTML, and shows as attachments what a multipart/mixed holds. Notes and
 * Domino's web clients also send other shapes.
 *
 * Predicate: one of the shapes below, outside of signed, encrypted and attached messages.
 * Repair: multipart/mixed outside, multipart/alternative in it with text/plain first (RFC 2046 5.1.4: the best last),
 * multipart/related with HTML and its pictures in that (RFC 2387). Parts move; none is changed.
 */
#include "convert/limits.h"
#include "convert/look.h"
#include "convert/transforms.h"

#include <string.h>

#define MAX_ROUNDS 50

typedef struct
{
  const IstConvertContext *context;
  IstMessage *message;
} Run;

static void
note (const Run *run, const char *what)
{
  ist_message_note (run->message, "notes-mime-order", "%s", what);
}

static gboolean
is_multipart (const IstMimeNode *node, const char *subtype)
{
  return node->children != NULL && !node->sealed && !node->in_rfc822 && g_str_has_prefix (node->type, "multipart/")
         && strcmp (node->type + strlen ("multipart/"), subtype) == 0;
}

static IstMimeNode *
child_of (const IstMimeNode *node, guint i)
{
  return g_ptr_array_index (node->children, i);
}

static gboolean
has_type_below (const IstMimeNode *node, const char *type)
{
  if (node->children == NULL)
    return strcmp (node->type, type) == 0;
  for (guint i = 0; i < node->children->len; i++)
    if (has_type_below (child_of (node, i), type))
      return TRUE;
  return FALSE;
}

/* ---- plain behind HTML ---- */

/* How rich a form is; -1: not known, the order is left to the sender. */
static int
richness (const IstMimeNode *node)
{
  static const char *const ranks[] = { "text/plain", "text/enriched", "text/richtext", "text/html", "text/calendar" };

  if (node->attachment || node->sealed)
    return -1;
  for (gsize i = 0; i < G_N_ELEMENTS (ranks); i++)
    if (strcmp (node->type, ranks[i]) == 0)
      return (int) i;
  return is_multipart (node, "related") && has_type_below (node, "text/html") ? 3 : -1;
}

static gboolean
sort_alternative (const Run *run, IstMimeNode *node)
{
  for (guint i = 0; i < node->children->len; i++)
    if (richness (child_of (node, i)) < 0)
      return FALSE;
  for (guint i = 1; i < node->children->len; i++)
    {
      IstMimeNode *child = child_of (node, i);
      guint to = i;

      while (to > 0 && richness (child_of (node, to - 1)) > richness (child))
        to--;
      /* Only the plain form is known to be put wrong. */
      if (to == i || richness (child) != 0)
        continue;
      ist_mime_node_insert (node, to, ist_mime_node_take (child));
      note (run, "the plain form of the text put before its HTML form");
      return TRUE;
    }
  return FALSE;
}

/* ---- attachments where Outlook does not show them ---- */

static gboolean
is_stray (const IstMimeNode *multipart, const IstMimeNode *node)
{
  if (node->children != NULL || node->sealed || !node->attachment || strcmp (node->type, "text/calendar") == 0)
    return FALSE;
  return node->id == NULL || strcmp (multipart->type, "multipart/alternative") == 0;
}

/* Does it hold a text for the reader besides? */
static gboolean
keeps_text (const IstMimeNode *multipart)
{
  for (guint i = 0; i < multipart->children->len; i++)
    {
      const IstMimeNode *child = child_of (multipart, i);

      if (!is_stray (multipart, child) && (has_type_below (child, "text/html") || has_type_below (child, "text/plain")))
        return TRUE;
    }
  return FALSE;
}

/* Attachments of an alternative or a related go behind it, in a mixed. */
static gboolean
move_strays (const Run *run, IstMimeNode *node)
{
  IstMimeNode *mixed, *inner;
  guint first = 0;
  guint at;

  while (first < node->children->len && !is_stray (node, child_of (node, first)))
    first++;
  if (first == node->children->len || !keeps_text (node))
    return FALSE;
  if (node->parent != NULL && is_multipart (node->parent, "mixed"))
    {
      inner = node;
      mixed = node->parent;
    }
  else if (node->parent == NULL)
    {
      mixed = ist_mime_node_wrap (node, "mixed");
      inner = child_of (mixed, 0);
    }
  else
    return FALSE;
  at = ist_mime_node_index (inner) + 1;
  for (guint i = first; i < inner->children->len;)
    if (is_stray (inner, child_of (inner, i)))
      ist_mime_node_insert (mixed, at++, ist_mime_node_take (child_of (inner, i)));
    else
      i++;
  note (run, "attachments moved out of the forms of the text");
  return TRUE;
}

/* ---- related around alternative ---- */

static gboolean
is_inline (const IstMimeNode *node)
{
  return node->children == NULL && node->id != NULL && !node->sealed && !g_str_has_prefix (node->type, "text/");
}

/* The HTML form of an alternative of plain and HTML alone; an invitation's has more and is another transform's. */
static IstMimeNode *
html_form (const IstMimeNode *alternative)
{
  IstMimeNode *html = NULL;

  for (guint i = 0; i < alternative->children->len; i++)
    {
      IstMimeNode *child = child_of (alternative, i);

      if (child->children != NULL || child->sealed || child->attachment || richness (child) < 0
          || strcmp (child->type, "text/calendar") == 0)
        return NULL;
      if (strcmp (child->type, "text/html") == 0)
        html = html == NULL ? child : NULL;
    }
  return html;
}

/* RFC 2387 3.2: "start" names the root when it is not the first part. */
static gboolean
starts_with_first (const IstMimeNode *related)
{
  g_autofree char *start = ist_mime_node_parameter (related, "start");
  const IstMimeNode *first = child_of (related, 0);
  g_autofree char *id = first->id != NULL ? g_strdup_printf ("<%s>", first->id) : NULL;

  return start == NULL || g_strcmp0 (start, id) == 0;
}

/* RFC 2387 3.1 wants the type of the root. */
static void
write_related (IstMimeNode *related)
{
  g_autofree char *boundary = ist_mime_node_parameter (related, "boundary");
  g_autofree char *raw = g_strdup_printf ("Content-Type: multipart/related; type=\"text/html\";\r\n"
                                          "\tboundary=\"%s\"\r\n",
                                          boundary);

  ist_mime_node_set_field (related, "Content-Type", raw);
  ist_mime_node_reread (related);
}

/* Puts the HTML and `pictures` (taken) into a related in its place. */
static void
relate (IstMimeNode *html, GPtrArray *pictures)
{
  IstMimeNode *related = ist_mime_node_wrap (html, "related");

  for (guint i = 0; i < pictures->len; i++)
    ist_mime_node_insert (related, i + 1, g_ptr_array_index (pictures, i));
}

static gboolean
turn_related (const Run *run, IstMimeNode *node)
{
  IstMimeNode *alternative = node->children->len > 1 ? child_of (node, 0) : NULL;
  IstMimeNode *html;
  g_autoptr (GPtrArray) pictures = g_ptr_array_new ();

  if (alternative == NULL || !is_multipart (alternative, "alternative") || !starts_with_first (node))
    return FALSE;
  html = html_form (alternative);
  for (guint i = 1; i < node->children->len; i++)
    if (!is_inline (child_of (node, i)))
      return FALSE;
  if (html == NULL)
    return FALSE;
  while (node->children->len > 1)
    g_ptr_array_add (pictures, ist_mime_node_take (child_of (node, 1)));
  relate (html, pictures);
  write_related (html->parent);
  ist_mime_node_hoist (node);
  note (run, "inline pictures moved to the HTML form of the text");
  return TRUE;
}

/* ---- pictures beside the HTML, in a mixed ---- */

static char *
html_text (const Run *run, const IstMimeNode *html)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const char *data;

  if (!ist_limits_text_fits (run->context, run->message, html))
    return NULL;
  bytes = ist_mime_node_decode (html, ist_limits_of (run->context->settings).max_text_bytes);
  data = g_bytes_get_data (bytes, &size);
  return data != NULL ? g_strndup (data, size) : NULL;
}

static gboolean
refers_to (const char *text, const IstMimeNode *picture)
{
  g_autofree char *reference = picture->id != NULL ? g_strconcat ("cid:", picture->id, NULL) : NULL;

  return reference != NULL && strstr (text, reference) != NULL;
}

static gboolean
relate_pictures (const Run *run, IstMimeNode *mixed)
{
  IstMimeNode *first = mixed->children->len > 1 ? child_of (mixed, 0) : NULL;
  IstMimeNode *html = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) pictures = g_ptr_array_new ();

  if (first == NULL || first->sealed)
    return FALSE;
  if (first->children == NULL && strcmp (first->type, "text/html") == 0 && !first->attachment)
    html = first;
  else if (is_multipart (first, "alternative"))
    html = html_form (first);
  for (guint i = 1; html != NULL && i < mixed->children->len && i <= MAX_ROUNDS;)
    {
      IstMimeNode *child = child_of (mixed, i);

      if (is_inline (child) && text == NULL)
        text = html_text (run, html);
      if (is_inline (child) && text == NULL)
        return FALSE;
      if (is_inline (child) && refers_to (text, child))
        g_ptr_array_add (pictures, ist_mime_node_take (child));
      else
        i++;
    }
  if (pictures->len == 0)
    return FALSE;
  relate (html, pictures);
  write_related (html->parent);
  if (mixed->children->len == 1)
    ist_mime_node_hoist (mixed);
  note (run, "pictures that the HTML shows put together with it");
  return TRUE;
}

/* ---- the tree ---- */

/* One repair in or under `node`; TRUE: there was one, and nodes may be gone. */
static gboolean
repair_one (const Run *run, IstMimeNode *node)
{
  if (node->children == NULL || node->sealed || node->in_rfc822 || !g_str_has_prefix (node->type, "multipart/")
      || node->children->len == 0)
    return FALSE;
  if (is_multipart (node, "alternative") && (move_strays (run, node) || sort_alternative (run, node)))
    return TRUE;
  if (is_multipart (node, "related") && (move_strays (run, node) || turn_related (run, node)))
    return TRUE;
  if (is_multipart (node, "mixed") && relate_pictures (run, node))
    return TRUE;
  for (guint i = 0; i < node->children->len; i++)
    if (repair_one (run, child_of (node, i)))
      return TRUE;
  return FALSE;
}

gboolean
ist_notes_mime_order (const IstConvertContext *context, IstMessage *message, GError **error)
{
  Run run = { context, message };
  IstMimeNode *root;

  if (!ist_look_may (message, IST_LOOK_HTML_FIRST | IST_LOOK_RELATED | IST_LOOK_ID | IST_LOOK_ATTACHMENT))
    return TRUE;
  root = ist_mime_tree (message);
  for (guint i = 0; i < MAX_ROUNDS && repair_one (&run, root); i++)
    ;
  return TRUE;
}
