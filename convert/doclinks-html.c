/*
 * doclinks-html - Domino writes a DocLink into HTML as notes:///REPLICA/VIEW/NOTE, which opens nothing where no Notes
 * client is; some mail programs lose one of the three slashes, and then not even Notes opens it.
 *
 * Predicate: an <a> or <area> of the text/html part whose address is of a Notes document, view or database; towards
 * Domino, one that lost a slash.
 * Repair: by [convert] doclinks: "notes" gives lost slashes back; "web" and "redirector" write an address of a Domino
 * web server or of the template doclink-url; "ndl" attaches the link as a file too. Text and title of the link stay.
 */
#include "convert/transforms.h"

#include "base/mime-tree.h"
#include "convert/doclinks.h"
#include "convert/field.h"
#include "convert/format/html.h"
#include "convert/format/ndl.h"

#include <string.h>

#define NAME "doclinks-html"
#define MAX_HTML ((gsize) 16 * 1024 * 1024)
#define MAX_FILES 50

typedef struct
{
  const IstConvertSettings *settings; /* NULL: addresses are repaired, nothing more */
  GHashTable *names; /* of the parts that are there: a link's file is attached once */
  GPtrArray *files;  /* IstMimeNode, in no tree yet */
  guint n;
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

static gboolean
is_elsewhere (const IstConvertSettings *settings)
{
  return settings != NULL
         && ((settings->doclinks == IST_DOCLINKS_WEB && settings->doclink_host != NULL)
             || (settings->doclinks == IST_DOCLINKS_REDIRECTOR && settings->doclink_url != NULL));
}

char *
ist_doclinks_address (const IstConvertSettings *settings, const IstDocLink *link)
{
  if (!is_elsewhere (settings))
    return ist_doc_url_notes (link);
  return settings->doclinks == IST_DOCLINKS_WEB
             ? ist_doc_url_web (link, settings->doclink_host, TRUE)
             : ist_doc_url_template (link, settings->doclink_url, NULL);
}

/* The address that takes the place of `url`; NULL: it stays. */
static char *
new_address (Links *self, const char *url)
{
  g_autoptr (IstDocLink) link = is_notes_url (url) ? ist_doc_url_parse (url, NULL) : NULL;
  char *fresh = NULL;

  if (link == NULL)
    return NULL;
  if (self->settings != NULL && self->settings->doclinks == IST_DOCLINKS_NDL && attach (self, link))
    self->n++;
  if (is_elsewhere (self->settings) || lost_a_slash (url, link))
    fresh = ist_doclinks_address (self->settings, link);
  if (fresh != NULL && strcmp (fresh, url) != 0)
    return fresh;
  g_free (fresh);
  return NULL;
}

/* The opening tag with a new address in its href, if it gets one. */
static void
append_tag (Links *self, const IstHtmlToken *token, GString *out)
{
  g_autofree char *href = ist_html_attribute (token, "href");
  g_autofree char *fresh = href != NULL ? new_address (self, href) : NULL;
  g_autofree char *escaped = fresh != NULL ? g_markup_escape_text (fresh, -1) : NULL;
  IstHtmlAttribute attribute;
  gsize at = 0;

  while (fresh != NULL && ist_html_next_attribute (token, &at, &attribute))
    if (attribute.value != NULL && attribute.name_size == 4
        && g_ascii_strncasecmp (attribute.name, "href", 4) == 0)
      {
        const char *end = token->start + token->size;
        const char *behind = attribute.start + attribute.size;

        g_string_append_len (out, token->start, (gssize) (attribute.start - token->start));
        g_string_append_printf (out, " href=\"%s\"", escaped);
        if (!g_ascii_isspace (*behind) && *behind != '>' && *behind != '/')
          g_string_append_c (out, ' ');
        g_string_append_len (out, behind, (gssize) (end - behind));
        self->n++;
        return;
      }
  g_string_append_len (out, token->start, (gssize) token->size);
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

static gboolean
has_scheme (const char *data, gsize size)
{
  const char *end = data + size;

  for (const char *p = memchr (data, ':', size); p != NULL;
       p = memchr (p + 1, ':', (gsize) (end - p - 1)))
    if (p - data >= 5 && g_ascii_strncasecmp (p - 5, "notes", 5) == 0)
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
  g_autoptr (GBytes) bytes = coded == NULL || is_coded ? ist_mime_node_decode (html, MAX_HTML) : NULL;
  gsize size;
  const char *data
      = bytes != NULL ? g_bytes_get_data (bytes, &size) : ist_body_data (coded, &size);

  return data != NULL && has_scheme (data, size);
}

gboolean
ist_doclinks_html (const IstConvertContext *context, IstMessage *message, GError **error)
{
  const IstConvertSettings *settings
      = context->settings != NULL ? ist_settings_get (context->settings, "convert", NULL) : NULL;
  g_autoptr (GHashTable) names = NULL;
  g_autoptr (GPtrArray) files = NULL;
  g_autofree char *html = NULL;
  g_autofree char *fresh = NULL;
  Links links = { .settings = context->from == IST_SIDE_DOMINO ? settings : NULL };
  IstMimeNode *root, *node;

  if ((context->from != IST_SIDE_DOMINO && context->to != IST_SIDE_DOMINO)
      || !ist_field_mentions_html (message))
    return TRUE;
  root = ist_mime_tree (message);
  node = ist_mime_node_find (root, "text/html");
  if (root->sealed || node == NULL || node->sealed || node->in_rfc822
      || ist_mime_node_size (node) > MAX_HTML || !may_have_links (node))
    return TRUE;
  html = ist_mime_node_text (node, MAX_HTML, NULL);
  if (html == NULL)
    return TRUE;
  links.names = names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  links.files = files = g_ptr_array_new ();
  ist_mime_node_visit (root, collect_name, names);
  fresh = rewrite (&links, html);
  if (links.n == 0)
    return TRUE;
  if (fresh != NULL)
    ist_mime_node_set_text (node, fresh);
  add_files (message, files);
  ist_message_note (message, NAME, "%u links to Notes documents made ones that the reader can open",
                    links.n);
  return TRUE;
}
