#include "convert/tnef-place.h"

#include "convert/tnef-parts.h"
#include "convert/tnef-uu.h"

#include <string.h>

#define MAX_STREAMS 64
#define MAX_MESSAGE_DEPTH 8
#define MAX_STREAM_BYTES ((gsize) 512 * 1024 * 1024)
#define NAME "exchange-tnef-decode"

typedef struct
{
  IstMimeNode *found;
  GHashTable *left; /* nodes that stay */
} Search;

static gboolean
is_multipart (const IstMimeNode *node)
{
  return node != NULL && node->children != NULL && g_str_has_prefix (node->type, "multipart/");
}

static gboolean
is_declared (const IstMimeNode *node)
{
  return strcmp (node->type, "application/ms-tnef") == 0
         || strcmp (node->type, "application/vnd.ms-tnef") == 0
         || strcmp (node->type, "application/x-ms-tnef") == 0;
}

static gboolean
is_stream (const IstMimeNode *node)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const char *data;

  if (is_declared (node))
    return TRUE;
  if (!g_str_has_prefix (node->type, "application/"))
    return FALSE;
  bytes = ist_mime_node_decode (node, 16);
  data = g_bytes_get_data (bytes, &size);
  return data != NULL && ist_tnef_is_tnef (data, size);
}

/* A stream that can be replaced. One that is the whole of an attached message cannot: its header is that of the
 * message. */
static gboolean
look (gpointer user, IstMimeNode *node)
{
  Search *search = user;

  if (node->children != NULL || node->sealed || g_hash_table_contains (search->left, node))
    return TRUE;
  if (node->parent != NULL && (!is_multipart (node->parent) || node->parent->sealed))
    return TRUE;
  if (!is_stream (node))
    return TRUE;
  search->found = node;
  return FALSE;
}

/* The highest multipart that holds `node` in the same message. */
static IstMimeNode *
top_of (IstMimeNode *node)
{
  while (is_multipart (node->parent) && !node->parent->sealed)
    node = node->parent;
  return node;
}

/* A multipart may be left with one child, or with none; `keep` (may be NULL) stays as it is. */
static void
tidy (IstMimeNode *multipart, const IstMimeNode *keep)
{
  IstMimeNode *parent = multipart->parent;

  if (multipart == keep)
    return;
  if (multipart->children->len == 1 && !multipart->sealed)
    ist_mime_node_hoist (multipart);
  else if (multipart->children->len == 0 && is_multipart (parent))
    {
      ist_mime_node_free (ist_mime_node_take (multipart));
      tidy (parent, keep);
    }
}

/* `node` becomes a child of a multipart/mixed, where attachments may stand. Gives the multipart. */
static IstMimeNode *
into_mixed (IstMimeNode *node)
{
  IstMimeNode *parent = node->parent;
  IstMimeNode *top, *mixed;

  if (parent == NULL)
    return ist_mime_node_wrap (node, "mixed");
  if (strcmp (parent->type, "multipart/mixed") == 0)
    return parent;
  top = top_of (node);
  if (strcmp (top->type, "multipart/mixed") == 0)
    mixed = top;
  else
    {
      gboolean is_root = top->parent == NULL;

      mixed = ist_mime_node_wrap (top, "mixed");
      /* What the root was has moved into a new node. */
      if (is_root && parent == top)
        parent = g_ptr_array_index (mixed->children, 0);
    }
  ist_mime_node_insert (mixed, mixed->children->len, ist_mime_node_take (node));
  tidy (parent, mixed);
  return mixed;
}

static gboolean
is_blank (IstMimeNode *node)
{
  g_autofree char *text = ist_mime_node_text (node, IST_TNEF_MAX_TEXT, NULL);

  return text != NULL && *g_strchug (text) == '\0';
}

/* Puts what must be seen behind the message's own texts. */
static void
add_extra (IstMimeNode *text, IstMimeNode *html, const IstTnefParts *parts)
{
  g_autofree char *old_text = NULL, *old_html = NULL, *fresh_text = NULL, *fresh_html = NULL;

  if (parts->extra_text == NULL)
    return;
  old_text
      = text != NULL && !text->sealed ? ist_mime_node_text (text, IST_TNEF_MAX_TEXT, NULL) : NULL;
  old_html
      = html != NULL && !html->sealed ? ist_mime_node_text (html, IST_TNEF_MAX_TEXT, NULL) : NULL;
  if (old_text != NULL)
    {
      fresh_text = g_strconcat (old_text, parts->extra_text, NULL);
      ist_mime_node_set_text (text, fresh_text);
    }
  if (old_html != NULL)
    {
      fresh_html = ist_tnef_parts_add_html (old_html, parts->extra_html);
      ist_mime_node_set_text (html, fresh_html);
    }
}

/* A report is its text and the machine's half; a text of the message's own comes into it. */
static IstMimeNode *
make_report (IstMimeNode *top, IstTnefParts *parts)
{
  static const char delivery[] = "multipart/report; report-type=delivery-status";
  static const char receipt[] = "multipart/report; report-type=disposition-notification";
  gboolean is_receipt = strcmp (parts->report->type, "message/disposition-notification") == 0;
  IstMimeNode *report = ist_mime_node_new (is_receipt ? receipt : delivery, NULL, NULL);
  IstMimeNode *text = top->children != NULL ? ist_mime_node_find (top, "text/plain") : NULL;

  if (text != NULL && text->parent == top && !top->sealed)
    text = ist_mime_node_take (text);
  else
    text = ist_tnef_parts_take_body (parts);
  if (text == NULL)
    {
      text = ist_mime_node_new ("text/plain", NULL, NULL);
      ist_mime_node_set_text (text, is_receipt
                                        ? "The message was seen or dealt with by its recipient.\n"
                                        : "This is a report about the delivery of a message.\n");
    }
  ist_mime_node_insert (report, 0, text);
  ist_mime_node_insert (report, 1, g_steal_pointer (&parts->report));
  return report;
}

/* Is `text` the same text as `own`, which may have been changed on its way? Half of its first words must be there. */
static gboolean
is_same_text (IstMimeNode *own, const char *text)
{
  g_autofree char *whole = ist_mime_node_text (own, IST_TNEF_MAX_TEXT, NULL);
  g_auto (GStrv) words = NULL;
  g_autofree char *start = NULL;
  guint n = 0, found = 0;

  if (whole == NULL || text == NULL)
    return TRUE;
  start = g_strndup (text, 4096);
  words = g_strsplit_set (start, " \t\n", -1);
  for (guint i = 0; words[i] != NULL && n < 20; i++)
    if (strlen (words[i]) >= 4)
      {
        n++;
        found += strstr (whole, words[i]) != NULL;
      }
  return found * 2 >= n;
}

/* The message has a text of its own: it gets what it lacks. FALSE: the whole body is needed. */
static gboolean
enrich (IstMimeNode *top, IstTnefParts *parts)
{
  IstMimeNode *html = ist_mime_node_find (top, "text/html");
  IstMimeNode *text = ist_mime_node_find (top, "text/plain");
  IstMimeNode *multipart, *rich;
  guint at;

  if (text != NULL && !is_blank (text) && !is_same_text (text, parts->text))
    return FALSE;
  if ((html != NULL && !is_blank (html)) || (text != NULL && !is_blank (text)))
    add_extra (text, html, parts);
  if (html != NULL && !html->sealed && !is_blank (html) && parts->alternatives->len == 0)
    return TRUE;
  if (text == NULL || text->sealed || is_blank (text))
    return html != NULL && parts->alternatives->len == 0;
  if (parts->html == NULL && parts->alternatives->len == 0)
    return TRUE;
  multipart = text->parent;
  if (!is_multipart (multipart) || multipart->sealed)
    return TRUE;
  if (strcmp (multipart->type, "multipart/alternative") != 0)
    multipart = ist_mime_node_wrap (text, "alternative");
  at = ist_mime_node_index (text) + 1;
  rich = html == NULL ? ist_tnef_parts_take_html (parts) : NULL;
  if (rich != NULL)
    ist_mime_node_insert (multipart, at, rich);
  while (parts->alternatives->len > 0)
    ist_mime_node_insert (multipart, multipart->children->len,
                          g_ptr_array_steal_index (parts->alternatives, 0));
  return TRUE;
}

/* The header of the message that `node` is a part of. */
static const IstMessage *
head_of (const IstMimeNode *node)
{
  while (is_multipart (node->parent))
    node = node->parent;
  return node->head;
}

/* The empty text that Exchange puts before a stream. Gives how many parts went. */
static guint
remove_blank (IstMimeNode *mixed)
{
  IstMimeNode *first = mixed->children->len > 0 ? g_ptr_array_index (mixed->children, 0) : NULL;

  if (first == NULL || first->children != NULL || first->sealed || first->attachment
      || first->name != NULL || strcmp (first->type, "text/plain") != 0 || !is_blank (first))
    return 0;
  ist_mime_node_free (ist_mime_node_take (first));
  return 1;
}

void
ist_tnef_place_parts (IstMimeNode *node, const IstTnef *tnef, IstBody *body, guint depth)
{
  g_autoptr (IstTnefParts) parts = ist_tnef_parts_new (tnef, body, head_of (node), depth);
  IstMimeNode *mixed = into_mixed (node);
  IstMimeNode *text = NULL;
  guint at;

  /* Of a wrapped root the stream is the child now. */
  if (node == mixed)
    node = g_ptr_array_index (mixed->children, 0);
  at = ist_mime_node_index (node);
  ist_mime_node_free (ist_mime_node_take (node));
  if (parts->report != NULL)
    text = make_report (mixed, parts);
  else if (mixed->children->len == 0 || !enrich (top_of (mixed), parts))
    text = ist_tnef_parts_take_body (parts);
  if (text != NULL)
    {
      at -= remove_blank (mixed);
      ist_mime_node_insert (mixed, at, text);
      ist_mime_node_reread (text);
      at++;
    }
  ist_tnef_parts_take_attachments (parts, mixed, at);
  if (mixed->children->len == 0)
    {
      text = ist_mime_node_new ("text/plain", NULL, NULL);
      ist_mime_node_set_text (text, "\n");
      ist_mime_node_insert (mixed, 0, text);
    }
  tidy (mixed, NULL);
}

static gboolean
place (IstMessage *message, IstMimeNode *node, guint depth)
{
  g_autofree char *name = g_strdup (node->name != NULL ? node->name : "without name");
  g_autofree char *type = g_strdup (node->type);
  g_autoptr (GError) error = NULL;
  g_autoptr (IstBody) body = ist_mime_node_decode_body (node, MAX_STREAM_BYTES, &error);
  g_autoptr (IstTnef) tnef
      = body != NULL ? ist_tnef_read (body, 0, ist_body_size (body), &error) : NULL;

  if (tnef == NULL)
    {
      ist_message_note (message, NAME, "%s (%s) stays: %s", name, type, error->message);
      return FALSE;
    }
  ist_message_note (
      message, NAME,
      "%s (%s, %" G_GSIZE_FORMAT " bytes) became %u attachments and the text of a %s%s%s", name,
      type, ist_body_size (body), tnef->attachments->len, tnef->message_class,
      tnef->damage != NULL ? "; it is damaged: " : "", tnef->damage != NULL ? tnef->damage : "");
  ist_tnef_place_parts (node, tnef, body, depth);
  return TRUE;
}

static void
remove_correlator (IstMessage *message)
{
  for (guint i;
       (i = ist_message_find_field (message, "X-MS-TNEF-Correlator", 0)) != IST_MESSAGE_NOT_FOUND;)
    ist_message_remove_field (message, i);
}

guint
ist_tnef_place_all (IstMessage *message, guint depth)
{
  IstMimeNode *root = ist_mime_tree (message);
  g_autoptr (GHashTable) left = g_hash_table_new (NULL, NULL);
  guint n = 0;

  if (root->sealed || depth > MAX_MESSAGE_DEPTH)
    return 0;
  for (guint tries = 0; tries < MAX_STREAMS; tries++)
    {
      Search search = { NULL, left };

      ist_mime_node_visit (root, look, &search);
      if (search.found == NULL && !ist_tnef_uu_extract (root))
        break;
      if (search.found == NULL)
        continue;
      if (place (message, search.found, depth))
        n++;
      else
        g_hash_table_add (left, search.found);
    }
  if (n > 0)
    remove_correlator (message);
  return n;
}
