/*
 * doclinks-ndl - Domino sends a link to a document, view or database as an attached .ndl file, which only a Notes client
 * opens.
 *
 * Predicate: an attachment from Domino whose name ends with .ndl and in which a replica id can be read, at most 64 KiB; the
 * setting doclinks is not "ndl".
 * Repair: the link stands below the texts, as the setting doclinks says: with a notes: address, that of a web server or
 * of the template, or by its title alone; the file goes. A message without text gets one. A file that cannot be read, or
 * a link for which there is no place, stays.
 */
#include "convert/transforms.h"

#include "base/mime-tree.h"
#include "convert/catalog.h"
#include "convert/doclinks.h"
#include "convert/format/html.h"
#include "convert/format/ndl.h"
#include "convert/limits.h"
#include "convert/look.h"

#include <string.h>

#define NAME "doclinks-ndl"

typedef struct
{
  const IstConvertContext *context;
  GPtrArray *files;     /* IstMimeNode with a link that can be read */
  guint n_damaged;
  GString *text, *html; /* the links as lines of each */
} Links;

static gboolean
is_ndl (const IstMimeNode *node)
{
  gsize size = node->name != NULL ? strlen (node->name) : 0;

  return size >= 4 && g_ascii_strcasecmp (node->name + size - 4, ".ndl") == 0 && ist_look_is_own_leaf (node);
}

static IstDocLink *
read_link (const IstMimeNode *node)
{
  g_autoptr (GBytes) bytes = ist_mime_node_decode (node, IST_NDL_MAX_BYTES + 1);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return data != NULL && size <= IST_NDL_MAX_BYTES ? ist_ndl_parse (data, size, NULL) : NULL;
}

/* The link as a line of each text. */
static void
add_link (Links *self, const IstDocLink *link)
{
  g_autofree char *address = ist_doclinks_address (self->context, link);
  const char *title = link->title != NULL && *link->title != '\0'
                          ? link->title
                          : ist_catalog_raw (ist_convert_language (self->context), IST_TEXT_DOCLINK);
  g_autofree char *title_html = g_markup_escape_text (title, -1);
  g_autofree char *address_html = address != NULL ? g_markup_escape_text (address, -1) : NULL;

  if (address != NULL)
    {
      g_string_append_printf (self->text, "%s <%s>\n", title, address);
      g_string_append_printf (self->html, "<p><a href=\"%s\">%s</a></p>\n", address_html, title_html);
      return;
    }
  g_string_append_printf (self->text, "%s\n", title);
  g_string_append_printf (self->html, "<p>%s</p>\n", title_html);
}

static void
collect (Links *self, GPtrArray *leaves)
{
  for (guint i = 0; i < leaves->len; i++)
    {
      IstMimeNode *node = g_ptr_array_index (leaves, i);
      g_autoptr (IstDocLink) link = is_ndl (node) ? read_link (node) : NULL;

      self->n_damaged += link == NULL && is_ndl (node);
      if (link == NULL)
        continue;
      add_link (self, link);
      g_ptr_array_add (self->files, node);
    }
}

/* A text of the message, and the links in its form. */
typedef struct
{
  IstMimeNode *node; /* NULL: there is no such text */
  char *text;        /* NULL: it cannot be changed */
} Place;

static Place
find_place (Links *self, IstMessage *message, GPtrArray *leaves, const char *subtype)
{
  Place place = { NULL, NULL };

  for (guint i = 0; place.node == NULL && i < leaves->len; i++)
    if (ist_look_is_own_text (g_ptr_array_index (leaves, i), subtype))
      place.node = g_ptr_array_index (leaves, i);
  if (place.node != NULL)
    place.text = ist_limits_text (self->context, message, place.node);
  return place;
}

/* Behind the text; of HTML in its body. */
static void
add_to (Place *place, const char *links, gboolean is_html)
{
  g_autofree char *fresh = NULL;
  const char *end;

  if (place->text == NULL)
    return;
  end = is_html ? ist_html_end_of_body (place->text) : place->text + strlen (place->text);
  fresh = g_strdup_printf ("%.*s%s%s%s", (int) (end - place->text), place->text,
                           is_html || end == place->text || end[-1] == '\n' ? "" : "\n", links, end);
  ist_mime_node_set_text (place->node, fresh);
}

/* Of a message that is nothing but the file another node is the file behind that. */
static void
add_part (Links *self, IstMessage *message)
{
  IstMimeNode *root = ist_mime_tree (message);
  IstMimeNode *node = ist_mime_node_new ("text/plain", NULL, NULL);
  gboolean is_file = root->children == NULL;

  ist_mime_node_set_text (node, self->text->str);
  if (is_file || strcmp (root->type, "multipart/mixed") != 0)
    root = ist_mime_node_wrap (root, "mixed");
  if (is_file)
    self->files->pdata[0] = g_ptr_array_index (root->children, 0);
  ist_mime_node_insert (root, 0, node);
}

/* With the multiparts that nothing is left in; one that a single part is left in becomes that part. The text is in the
 * tree, so the root is never left without parts, and what a root becomes is no file. */
static void
remove_file (IstMimeNode *node)
{
  static const char *const groups[] = { "multipart/mixed", "multipart/related", "multipart/alternative", NULL };
  IstMimeNode *parent = node->parent;

  ist_mime_node_free (ist_mime_node_take (node));
  if (parent->children->len == 0)
    remove_file (parent);
  else if (parent->children->len == 1 && g_strv_contains (groups, parent->type))
    ist_mime_node_hoist (parent);
}

/* FALSE: a text cannot be changed. */
static gboolean
put_links (Links *self, IstMessage *message, GPtrArray *leaves)
{
  Place plain = find_place (self, message, leaves, "plain"), html = find_place (self, message, leaves, "html");
  gboolean can = (plain.node == NULL || plain.text != NULL) && (html.node == NULL || html.text != NULL);

  if (can)
    {
      add_to (&plain, self->text->str, FALSE);
      add_to (&html, self->html->str, TRUE);
      if (plain.node == NULL && html.node == NULL)
        add_part (self, message);
    }
  g_free (plain.text);
  g_free (html.text);
  return can;
}

gboolean
ist_doclinks_ndl (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autoptr (GPtrArray) leaves = NULL, files = g_ptr_array_new ();
  g_autoptr (GString) text = g_string_new (NULL), html = g_string_new (NULL);
  Links links = { context, files, 0, text, html };

  if (context->to == IST_SIDE_DOMINO || ist_doclinks_policy (context) == IST_DOCLINKS_NDL
      || !ist_look_may (message, IST_LOOK_NAME))
    return TRUE;
  leaves = ist_look_leaves (ist_mime_tree (message));
  collect (&links, leaves);
  if (links.n_damaged > 0)
    ist_message_note (message, NAME, "%u .ndl files stay: no link in them can be read", links.n_damaged);
  if (files->len == 0)
    return TRUE;
  if (!put_links (&links, message, leaves))
    {
      ist_message_note (message, NAME, "%u .ndl files stay: the text cannot be changed", files->len);
      return TRUE;
    }
  for (guint i = 0; i < files->len; i++)
    remove_file (g_ptr_array_index (files, i));
  ist_message_note (message, NAME, "%u attached links to Notes documents put into the text", files->len);
  return TRUE;
}
