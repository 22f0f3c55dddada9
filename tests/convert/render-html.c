/*
 * tests/convert/render-html.c - a message as one page for a person to look at: what a mail reader would show of it.
 *
 *   render-html FOLDER NAME < message.eml
 *
 * Writes FOLDER/NAME.html, its pictures and attachments as FOLDER/NAME-1.png…. Of alternatives the last is shown, the
 * others stand below in a grey frame, then the attachments. Nothing is loaded from the network, no script of the
 * message runs. At its end the page writes its own height into its title, so that a browser without a screen can be
 * told how much to paint.
 *
 * Ends with status 1 when a picture that the text names is not in the message, 2 when the page cannot be
 * written.
 */
#include "base/mime-tree.h"

#include <stdio.h>
#include <string.h>

#define MAX_TEXT ((gsize) 16 * 1024 * 1024)
#define MAX_FILE ((gsize) 64 * 1024 * 1024)

typedef struct
{
  const char *folder, *name;
  GHashTable *files; /* Content-ID -> file */
  GString *shown, *others, *attached;
  guint n_files, n_missing;
} Page;

static void show (Page *page, IstMimeNode *node);

static void
append_escaped (GString *out, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append (out, escaped);
}

/* ---- files ---- */

static const char *
extension_of (const IstMimeNode *node)
{
  static const char *const rows[][2] = { { "image/jpeg", "jpg" },
                                         { "image/png", "png" },
                                         { "image/gif", "gif" },
                                         { "image/bmp", "bmp" },
                                         { "image/svg+xml", "svg" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (node->type, rows[i][0]) == 0)
      return rows[i][1];
  return "bin";
}

/* Writes a part beside the page; gives its file name, which the caller frees. */
static char *
write_file (Page *page, IstMimeNode *node, gsize *size)
{
  char *file = g_strdup_printf ("%s-%u.%s", page->name, ++page->n_files, extension_of (node));
  g_autofree char *path = g_build_filename (page->folder, file, NULL);
  g_autoptr (GBytes) bytes = ist_mime_node_decode (node, MAX_FILE);
  const char *data = g_bytes_get_data (bytes, size);

  g_file_set_contents (path, data != NULL ? data : "", (gssize) *size, NULL);
  return file;
}

static gboolean
collect (gpointer user, IstMimeNode *node)
{
  Page *page = user;
  gsize size;

  if (node->children == NULL && node->id != NULL && strcmp (node->type, "text/html") != 0)
    g_hash_table_insert (page->files, g_strdup (node->id), write_file (page, node, &size));
  return TRUE;
}

static gboolean
resolve (const GMatchInfo *match, GString *out, gpointer user)
{
  Page *page = user;
  g_autofree char *id = g_match_info_fetch (match, 1);
  g_autofree char *plain = g_uri_unescape_string (id, NULL);
  const char *file = g_hash_table_lookup (page->files, id);

  if (file == NULL && plain != NULL)
    file = g_hash_table_lookup (page->files, plain);
  if (file == NULL)
    {
      fprintf (stderr, "%s: no part has the Content-ID %s\n", page->name, id);
      page->n_missing++;
    }
  g_string_append (out, file != NULL ? file : "missing.png");
  return FALSE;
}

/* ---- texts ---- */

static void
append_matches (GString *out, const char *html, const char *pattern)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_CASELESS | G_REGEX_DOTALL, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  for (g_regex_match (regex, html, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL))
    {
      g_autofree char *text = g_match_info_fetch (match, 0);

      g_string_append (out, text);
    }
}

/* The styles of the head and the content of the body. */
static void
show_html (Page *page, IstMimeNode *node)
{
  g_autofree char *html = ist_mime_node_text (node, MAX_TEXT, NULL);
  g_autoptr (GRegex) body = g_regex_new ("<body[^>]*>", G_REGEX_CASELESS, 0, NULL);
  g_autoptr (GRegex) cid = g_regex_new ("cid:([^\"'\\s>)]+)", G_REGEX_CASELESS, 0, NULL);
  g_auto (GStrv) halves = NULL;
  g_autofree char *resolved = NULL;

  if (html == NULL)
    return;
  halves = g_regex_split_full (body, html, -1, 0, 0, 2, NULL);
  resolved = g_regex_replace_eval (cid, halves[1] != NULL ? halves[1] : halves[0], -1, 0, 0,
                                   resolve, page, NULL);
  if (halves[1] != NULL)
    append_matches (page->shown, halves[0], "<style.*?</style>");
  g_string_append_printf (page->shown, "<div class=\"isthmus-part\">%s</div>\n", resolved);
}

static void
append_plain (GString *out, IstMimeNode *node)
{
  g_autofree char *text = ist_mime_node_text (node, MAX_TEXT, NULL);

  g_string_append_printf (out, "<p class=\"isthmus-label\">%s</p><pre class=\"isthmus-plain\">",
                          node->type);
  append_escaped (out, text != NULL ? text : "(not readable)");
  g_string_append (out, "</pre>\n");
}

static void
append_attachment (Page *page, IstMimeNode *node)
{
  gsize size;
  g_autofree char *file G_GNUC_UNUSED = write_file (page, node, &size);

  g_string_append (page->attached, "<li>");
  append_escaped (page->attached, node->name != NULL ? node->name : "(no name)");
  g_string_append_printf (page->attached, " (%s, %" G_GSIZE_FORMAT " bytes)</li>\n", node->type,
                          size);
}

/* ---- the tree ---- */

static gboolean
has_text (gpointer user, IstMimeNode *node)
{
  gboolean *found = user;

  *found
      = *found
        || (!node->attachment
            && (strcmp (node->type, "text/html") == 0 || strcmp (node->type, "text/plain") == 0));
  return !*found;
}

static gboolean
other_text (gpointer user, IstMimeNode *node)
{
  if (node->children == NULL && g_str_has_prefix (node->type, "text/"))
    append_plain (user, node);
  return TRUE;
}

static void
show_alternative (Page *page, IstMimeNode *node)
{
  gint best = -1;

  for (guint i = 0; i < node->children->len; i++)
    {
      gboolean found = FALSE;

      ist_mime_node_visit (g_ptr_array_index (node->children, i), has_text, &found);
      best = found ? (gint) i : best;
    }
  for (guint i = 0; i < node->children->len; i++)
    {
      IstMimeNode *child = g_ptr_array_index (node->children, i);

      if ((gint) i == best)
        show (page, child);
      else if (child->children == NULL && !g_str_has_prefix (child->type, "text/"))
        append_attachment (page, child);
      else
        ist_mime_node_visit (child, other_text, page->others);
    }
}

static void
show_leaf (Page *page, IstMimeNode *node)
{
  if (!node->attachment && strcmp (node->type, "text/html") == 0)
    show_html (page, node);
  else if (!node->attachment && g_str_has_prefix (node->type, "text/"))
    append_plain (page->shown, node);
  else if (node->id == NULL || node->attachment)
    append_attachment (page, node);
}

static void
show (Page *page, IstMimeNode *node)
{
  if (node->children == NULL)
    show_leaf (page, node);
  else if (strcmp (node->type, "multipart/alternative") == 0)
    show_alternative (page, node);
  else
    {
      gboolean framed = strcmp (node->type, "message/rfc822") == 0;

      g_string_append (page->shown, framed ? "<div class=\"isthmus-frame\">message/rfc822" : "");
      for (guint i = 0; i < node->children->len; i++)
        show (page, g_ptr_array_index (node->children, i));
      g_string_append (page->shown, framed ? "</div>" : "");
    }
}

/* ---- the page ---- */

static void
append_field (GString *out, const IstMessage *message, const char *name)
{
  guint i = ist_message_find_field (message, name, 0);
  g_autofree char *value = i != IST_MESSAGE_NOT_FOUND ? ist_message_field_value (message, i) : NULL;

  if (value == NULL)
    return;
  g_string_append_printf (out, "<b>%s:</b> ", name);
  append_escaped (out, value);
  g_string_append (out, "<br>");
}

static char *
whole_page (const Page *page, const IstMessage *message)
{
  static const char *const fields[] = { "From", "To", "Subject" };
  GString *out = g_string_new (
      "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src file: "
      "data:; "
      "style-src 'unsafe-inline'; script-src 'nonce-isthmus'\">\n<style>\n"
      "body { margin: 12px; background: #fff; }\n"
      ".isthmus-head, .isthmus-label { font: 12px sans-serif; color: #335; background: #eef; "
      "padding: 4px; margin: 0; }\n"
      ".isthmus-plain { white-space: pre-wrap; font: 12px monospace; background: #f6f6f6; padding: "
      "6px; margin: 0; }\n"
      ".isthmus-frame { border: 2px solid #99b; padding: 6px; margin: 6px 0; }\n"
      ".isthmus-part { margin: 10px 0; }\n</style></head><body>\n<div class=\"isthmus-head\">");

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    append_field (out, message, fields[i]);
  g_string_append_printf (out, "</div>\n%s", page->shown->str);
  if (page->others->len > 0)
    g_string_append_printf (out, "<div style=\"clear:both;margin-top:20px\">%s</div>\n",
                            page->others->str);
  if (page->attached->len > 0)
    g_string_append_printf (out, "<div class=\"isthmus-head\">Attachments<ul>%s</ul></div>\n",
                            page->attached->str);
  g_string_append (out,
                   "<script nonce=\"isthmus\">document.title = 'height=' + "
                   "Math.ceil(document.documentElement.scrollHeight);</script>\n</body></html>\n");
  return g_string_free (out, FALSE);
}

static GBytes *
read_all (FILE *in)
{
  GByteArray *all = g_byte_array_new ();
  guint8 buffer[65536];
  gsize n;

  while ((n = fread (buffer, 1, sizeof buffer, in)) > 0)
    g_byte_array_append (all, buffer, (guint) n);
  return g_byte_array_free_to_bytes (all);
}

int
main (int argc, char **argv)
{
  g_autoptr (GBytes) bytes = read_all (stdin);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  Page page = { .folder = argc > 2 ? argv[1] : NULL, .name = argc > 2 ? argv[2] : NULL };
  g_autofree char *file = NULL;
  g_autofree char *path = NULL;
  g_autofree char *html = NULL;
  gboolean ok;

  if (page.folder == NULL)
    {
      fprintf (stderr, "render-html FOLDER NAME < message.eml\n");
      return 2;
    }
  page.files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  page.shown = g_string_new (NULL);
  page.others = g_string_new (NULL);
  page.attached = g_string_new (NULL);
  ist_mime_node_visit (ist_mime_tree (message), collect, &page);
  show (&page, ist_mime_tree (message));
  html = whole_page (&page, message);
  file = g_strconcat (page.name, ".html", NULL);
  path = g_build_filename (page.folder, file, NULL);
  ok = g_file_set_contents (path, html, -1, NULL);
  g_hash_table_unref (page.files);
  g_string_free (page.shown, TRUE);
  g_string_free (page.others, TRUE);
  g_string_free (page.attached, TRUE);
  return !ok ? 2 : page.n_missing > 0;
}
