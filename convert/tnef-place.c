#include "convert/tnef-place.h"

#include "convert/field.h"
#include "convert/limits.h"
#include "convert/recall.h"
#include "convert/tnef-merge.h"
#include "convert/tnef-names.h"
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

/* A stream of the message itself that can be replaced. */
static gboolean
look (gpointer user, IstMimeNode *node)
{
  Search *search = user;

  if (node->children != NULL || node->sealed || node->in_rfc822 || g_hash_table_contains (search->left, node))
    return TRUE;
  if (node->parent != NULL && (!is_multipart (node->parent) || node->parent->sealed))
    return TRUE;
  if (!ist_tnef_name_is_stream (node))
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

/* The header of the message that `node` is a part of. */
static const IstMessage *
head_of (const IstMimeNode *node)
{
  while (is_multipart (node->parent))
    node = node->parent;
  return node->head;
}

static gboolean
is_text (const IstMimeNode *node)
{
  return g_str_has_prefix (node->type, "text/") && !node->attachment && node->name == NULL;
}

/* Are they all texts that the signed or encrypted part has too? Then the message is that part. */
static gboolean
are_repeated (IstMimeNode *multipart, const IstTnefParts *parts)
{
  for (guint i = 0; i < multipart->children->len; i++)
    {
      IstMimeNode *node = g_ptr_array_index (multipart->children, i);

      if (node->children != NULL ? !is_multipart (node) || node->sealed || !are_repeated (node, parts)
                                 : !is_text (node) || !ist_tnef_merge_is_repeated (node, parts->text))
        return FALSE;
    }
  return TRUE;
}

static void
place_entity (IstMimeNode *mixed, IstTnefParts *parts, guint at)
{
  if (are_repeated (mixed, parts))
    {
      while (mixed->children->len > 0)
        ist_mime_node_free (ist_mime_node_take (g_ptr_array_index (mixed->children, 0)));
      at = 0;
    }
  ist_mime_node_insert (mixed, at, g_steal_pointer (&parts->entity));
  tidy (mixed, NULL);
}

char *
ist_tnef_place_parts (IstMimeNode *node, const IstTnef *tnef, IstBody *body, const IstTnefRun *run)
{
  g_autoptr (IstTnefParts) parts = ist_tnef_parts_new (tnef, body, head_of (node), run);
  IstMimeNode *mixed = into_mixed (node);
  IstMimeNode *text = NULL;
  guint at;

  /* Of a wrapped root the stream is the child now. */
  if (node == mixed)
    node = g_ptr_array_index (mixed->children, 0);
  at = ist_mime_node_index (node);
  ist_mime_node_free (ist_mime_node_take (node));
  if (parts->entity != NULL)
    {
      place_entity (mixed, parts, at);
      return NULL;
    }
  if (parts->report != NULL)
    text = ist_tnef_merge_report (mixed, parts);
  else if (mixed->children->len == 0 || !ist_tnef_merge_text (top_of (mixed), parts))
    text = ist_tnef_parts_take_body (parts);
  if (text != NULL)
    {
      at -= ist_tnef_merge_blank (mixed);
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
  return g_steal_pointer (&parts->note);
}

/* The private mark, for the message itself only. Notes has one mark for the three that Outlook has
 * ([MS-OXCMSG] 2.2.1.13; docs/transforms.md, "notes-priority"). */
static void
set_sensitivity (IstMessage *message, const IstTnef *tnef, const IstConvertContext *context)
{
  static const char *const words[] = { NULL, "Personal", "Private", "Company-Confidential" };
  gint64 value = ist_mapi_prop_number (tnef->props, ist_mapi_props_find (tnef->props, 0x0036), 0);

  if (value < 1 || value >= (gint64) G_N_ELEMENTS (words) || ist_field_exists (message, "Sensitivity"))
    return;
  ist_field_put (message, "Sensitivity",
                 context->to == IST_SIDE_DOMINO ? "Private" : words[value]);
}

/* What belongs to the message as a whole: only a stream of its own counts, not one in a message inside a stream. */
static void
tell_of_message (IstMessage *message, const IstTnef *tnef, const IstConvertContext *context)
{
  if (context == NULL)
    return;
  set_sensitivity (message, tnef, context);
  if (context->to == IST_SIDE_DOMINO && g_ascii_strcasecmp (tnef->message_class, "IPM.Outlook.Recall") == 0)
    {
      g_autofree char *subject = ist_recall_subject (message, tnef->subject);

      ist_recall_add_notice (message, context, subject);
    }
}

static gboolean
place (IstMessage *message, IstMimeNode *node, const IstTnefRun *run)
{
  g_autofree char *name = g_strdup (node->name != NULL ? node->name : "without name");
  g_autofree char *type = g_strdup (node->type);
  g_autofree char *note = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (IstBody) body = ist_mime_node_decode_body (node, MAX_STREAM_BYTES, &error);
  g_autoptr (IstTnef) tnef
      = body != NULL ? ist_tnef_read (body, 0, ist_body_size (body), &error) : NULL;

  if (tnef == NULL)
    {
      ist_message_note (message, NAME, "%s (%s) cannot be taken apart: %s", name, type, error->message);
      return FALSE;
    }
  ist_message_note (
      message, NAME,
      "%s (%s, %" G_GSIZE_FORMAT " bytes) became %u attachments and the text of a %s%s%s", name,
      type, ist_body_size (body), tnef->attachments->len, tnef->message_class,
      tnef->damage != NULL ? "; it is damaged: " : "", tnef->damage != NULL ? tnef->damage : "");
  note = ist_tnef_place_parts (node, tnef, body, run);
  if (note != NULL)
    ist_message_note (message, NAME, "%s: %s", name, note);
  if (run->depth == 0)
    tell_of_message (message, tnef, run->convert);
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
ist_tnef_place_all (IstMessage *message, const IstTnefRun *run)
{
  IstMimeNode *root = ist_mime_tree (message);
  g_autoptr (GHashTable) left = g_hash_table_new (NULL, NULL);
  guint n = 0;
  guint tries;

  if (root->sealed || run->depth > MAX_MESSAGE_DEPTH)
    return 0;
  for (tries = 0; tries < MAX_STREAMS; tries++)
    {
      Search search = { NULL, left };

      ist_mime_node_visit (root, look, &search);
      if (search.found == NULL && !ist_tnef_uu_extract (root))
        break;
      if (search.found == NULL)
        continue;
      if (place (message, search.found, run))
        n++;
      else
        g_hash_table_add (left, search.found);
    }
  if (n > 0)
    remove_correlator (message);
  if (tries == MAX_STREAMS)
    ist_message_note (message, IST_LIMITS_NOTE, "%u TNEF streams looked into; if there are more, they stay", tries);
  return n;
}
