/*
 * doclinks-html - Domino writes a DocLink into HTML as notes:///REPLICA/VIEW/NOTE, which opens nothing where no Notes
 * client is; some mail programs lose one of the three slashes, and then not even Notes opens it.
 *
 * Predicate: an <a> or <area> of a text/html part, no attachment, whose address is of a Notes document, view or
 * database; towards Domino, one that lost a slash.
 * Repair: by the setting doclinks: "notes" gives lost slashes back; "web" and "redirector" write an address of a Domino
 * web server or of the template doclink-url; "ndl" attaches the link as a file too; "text" takes the address away. No notes:
 * address is left towards the Internet. Words and title of the link stay.
 */
#include "convert/transforms.h"

#include "base/mime-tree.h"
#include "convert/doclinks.h"
#include "convert/field.h"
#include "convert/format/html.h"
#include "convert/format/ndl.h"
#include "convert/limits.h"
#include "convert/look.h"

#include <string.h>

#define NAME "doclinks-html"
#define MAX_FILES 50

typedef struct
{
  const IstConvertContext *context;
  IstDoclinks policy;
  GHashTable *names; /* of the parts that are there: a link's file is attached once */
  GPtrArray *files;  /* IstMimeNode, in no tree yet */
  guint n_changed;
  guint n_dropped;
} Links;

static gboolean
is_notes_url (const char *url)
{
  return g_ascii_strncasecmp (url, "notes:", 6) == 0;
}

/* notes://REPLICA/… in the place of notes:///REPLICA/… */
static gboolean
lost_a_slash (const char *url, const IstDocLink *link)
{
  return link->hint == NULL && strspn (url + 6, "/") != 3;
}

static gboolean
collect_name (gpointer user, IstMimeNode *node)
{
  if (node->name != NULL)
    g_hash_table_add (user, g_strdup (node->name));
  return TRUE;
}

/* The link as a file, under a name that its ids give. TRUE: it is new. */
static gboolean
attach (Links *self, const IstDocLink *link)
{
  g_autofree char *text = ist_ndl_format (link, NULL);
  g_autofree char *sum = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (IstBody) body = NULL;
  IstMimeNode *node;

  if (text == NULL || self->files->len >= MAX_FILES)
    return FALSE;
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  sum[8] = '\0';
  name = g_strdup_printf ("link-%s.ndl", sum);
  if (!g_hash_table_add (self->names, g_strdup (name)))
    return FALSE;
  bytes = g_bytes_new (text, strlen (text));
  body = ist_body_new_bytes (bytes);
  node = ist_mime_node_new ("application/vnd.lotus-notes", name, "attachment");
  ist_mime_node_set_content (node, body, 0, g_bytes_get_size (bytes));
  g_ptr_array_add (self->files, node);
  return TRUE;
}

/* The address of a link in Notes that takes the place of `url`, "": it goes without one; NULL: it stays. */
static char *
new_address (Links *self, const char *url)
{
  g_autoptr (IstDocLink) link = ist_doc_url_parse (url, NULL);
  gboolean keeps_form = self->policy == IST_DOCLINKS_NOTES || self->policy == IST_DOCLINKS_NDL;
  g_autofree char *fresh = NULL;

  if (link == NULL)
    return self->policy == IST_DOCLINKS_TEXT || self->context->to == IST_SIDE_INTERNET ? g_strdup ("") : NULL;
  if (self->policy == IST_DOCLINKS_NDL && attach (self, link))
    self->n_changed++;
  if (keeps_form && !lost_a_slash (url, link))
    return NULL;
  fresh = ist_doclinks_address (self->context, link);
  if (fresh == NULL)
    return g_strdup ("");
  return strcmp (fresh, url) != 0 ? g_steal_pointer (&fresh) : NULL;
}

static gboolean
is_href (const IstHtmlAttribute *attribute)
{
  return attribute->value != NULL && attribute->name_size == 4 && g_ascii_strncasecmp (attribute->name, "href", 4) == 0;
}

/* The tag with `address` in its first href; "": without any, for a second one would take its place. */
static void
append_changed (const IstHtmlToken *token, const char *address, GString *out)
{
  g_autofree char *escaped = g_markup_escape_text (address, -1);
  const char *end = token->start + token->size;
  const char *from = token->start;
  IstHtmlAttribute attribute;
  gboolean done = FALSE;
  gsize at = 0;

  while (ist_html_next_attribute (token, &at, &attribute))
    {
      if (!is_href (&attribute) || (done && *address != '\0'))
        continue;
      g_string_append_len (out, from, (gssize) (attribute.start - from));
      from = attribute.start + attribute.size;
      if (*address != '\0')
        g_string_append_printf (out, " href=\"%s\"", escaped);
      if (!g_ascii_isspace (*from) && *from != '>' && *from != '/')
        g_string_append_c (out, ' ');
      done = TRUE;
    }
  g_string_append_len (out, from, (gssize) (end - from));
}

/* The address as browsers read it (WHATWG URL 4.4): without blanks around it, and line ends and tabs in it. NULL: none. */
static char *
href_of (const IstHtmlToken *token)
{
  char *href = ist_html_attribute (token, "href");
  gsize n = 0;

  if (href == NULL)
    return NULL;
  for (const char *p = href; *p != '\0'; p++)
    if (*p != '\r' && *p != '\n' && *p != '\t')
      href[n++] = *p;
  href[n] = '\0';
  return g_strstrip (href);
}

/* The opening tag with a new address in its href, if it gets one. */
static void
append_tag (Links *self, const IstHtmlToken *token, GString *out)
{
  g_autofree char *href = href_of (token);
  g_autofree char *fresh = href != NULL && is_notes_url (href) ? new_address (self, href) : NULL;

  if (fresh == NULL)
    {
      g_string_append_len (out, token->start, (gssize) token->size);
      return;
    }
  append_changed (token, fresh, out);
  if (*fresh != '\0')
    self->n_changed++;
  else
    self->n_dropped++;
}

/* NULL: no link changed. */
static char *
rewrite (Links *self, const char *html)
{
  IstHtmlScanner scanner = { .text = html, .size = strlen (html) };
  g_autoptr (GString) out = g_string_new (NULL);
  IstHtmlToken token;

  while (ist_html_next (&scanner, &token))
    if (token.kind == IST_HTML_OPEN && (ist_html_is (&token, "a") || ist_html_is (&token, "area")))
      append_tag (self, &token, out);
    else
      g_string_append_len (out, token.start, (gssize) token.size);
  return strcmp (out->str, html) != 0 ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}

static void
add_files (IstMessage *message, GPtrArray *files)
{
  IstMimeNode *root = ist_mime_tree (message);

  if (files->len == 0)
    return;
  if (strcmp (root->type, "multipart/mixed") != 0 || root->children == NULL)
    root = ist_mime_node_wrap (root, "mixed");
  for (guint i = 0; i < files->len; i++)
    ist_mime_node_insert (root, root->children->len, g_ptr_array_index (files, i));
}

/* "notes:", or with the colon as a character reference. */
static gboolean
has_scheme (const char *data, gsize size)
{
  const char *end = data + size;

  for (const char *p = data; end - p >= 6; p++)
    if ((*p == 'n' || *p == 'N') && g_ascii_strncasecmp (p, "notes", 5) == 0 && (p[5] == ':' || p[5] == '&'))
      return TRUE;
  return FALSE;
}

/* A look at the bytes, before they are read as text: nearly all mail has no such link. */
static gboolean
may_have_links (IstMimeNode *html)
{
  g_autoptr (IstBody) coded = ist_mime_node_coded (html);
  g_autofree char *coding = coded != NULL ? ist_field_get (html->head, "Content-Transfer-Encoding") : NULL;
  gboolean is_coded = coding != NULL && g_ascii_strcasecmp (coding, "7bit") != 0
                      && g_ascii_strcasecmp (coding, "8bit") != 0;
  g_autoptr (GBytes) bytes = coded == NULL || is_coded ? ist_mime_node_decode (html, G_MAXSIZE) : NULL;
  gsize size = 0;
  const char *data
      = bytes != NULL ? g_bytes_get_data (bytes, &size) : ist_body_data (coded, &size);

  /* A zero byte: UTF-16, where the word is written otherwise. */
  return data != NULL && (memchr (data, 0, size) != NULL || has_scheme (data, size));
}

static void
rewrite_part (Links *self, IstMessage *message, IstMimeNode *node)
{
  g_autofree char *html = NULL, *fresh = NULL;

  if (node->attachment || strcmp (node->type, "text/html") != 0
      || !ist_limits_text_fits (self->context, message, node))
    return;
  /* Outside none may be left, however it is written. */
  if (self->context->to != IST_SIDE_INTERNET && !may_have_links (node))
    return;
  html = ist_mime_node_text (node, ist_limits_of (self->context->settings).max_text_bytes, NULL);
  fresh = html != NULL ? rewrite (self, html) : NULL;
  if (fresh != NULL)
    ist_mime_node_set_text (node, fresh);
}

gboolean
ist_doclinks_html (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autoptr (GHashTable) names = NULL;
  g_autoptr (GPtrArray) files = NULL, leaves = NULL;
  Links links = { .context = context, .policy = ist_doclinks_policy (context) };
  IstMimeNode *root;

  if ((context->from != IST_SIDE_DOMINO && context->to != IST_SIDE_DOMINO) || !ist_look_may (message, IST_LOOK_HTML))
    return TRUE;
  root = ist_mime_tree (message);
  leaves = ist_look_leaves (root);
  links.names = names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  links.files = files = g_ptr_array_new ();
  ist_mime_node_visit (root, collect_name, names);
  for (guint i = 0; i < leaves->len; i++)
    rewrite_part (&links, message, g_ptr_array_index (leaves, i));
  add_files (message, files);
  if (links.n_changed > 0)
    ist_message_note (message, NAME, "%u links to Notes documents made ones that the reader can open", links.n_changed);
  if (links.n_dropped > 0)
    ist_message_note (message, NAME, "%u links to Notes documents made plain text", links.n_dropped);
  return TRUE;
}
