#include "convert/active-beside.h"

#include "convert/encapsulation.h"
#include "convert/format/html.h"
#include "convert/look.h"

#include <string.h>

#define MAX_TEXT ((gsize) 1024 * 1024)
#define MAX_NODES 20 /* texts beside one copy */

static gboolean
is_multipart (const IstMimeNode *node, const char *subtype)
{
  return node != NULL && node->children != NULL && !node->sealed && !node->in_rfc822
         && g_str_has_prefix (node->type, "multipart/") && (subtype == NULL || strcmp (node->type + 10, subtype) == 0);
}

static gboolean
is_text (const IstMimeNode *node)
{
  return ist_look_is_own_text (node, "plain") || ist_look_is_own_text (node, "html");
}

/* ---- what it says ---- */

/* All of it, also what a browser hides behind a comment without end: it would be lost. (What readers are shown of
 * HTML is tnef-text.h's.) */
static void
add_html (GString *out, const char *html)
{
  static const char *const inner[] = { "a", "b", "i", "u", "s", "em", "font", "span", "strong", "sub", "sup", "tt", "code" };
  IstHtmlScanner scanner = { .text = html, .size = strlen (html) };
  IstHtmlToken token;

  while (ist_html_next (&scanner, &token))
    {
      gboolean is_inner = token.kind != IST_HTML_OPEN && token.kind != IST_HTML_CLOSE;
      gboolean is_unseen = scanner.raw != NULL && token.kind == IST_HTML_OPEN
                           && (ist_html_is (&token, "title") || ist_html_is (&token, "style") || ist_html_is (&token, "script"));
      g_autofree char *text = token.kind == IST_HTML_TEXT ? ist_html_unescape (token.start, token.size) : NULL;

      if (text != NULL)
        g_string_append (out, text);
      for (gsize i = 0; i < G_N_ELEMENTS (inner) && !is_inner; i++)
        is_inner = ist_html_is (&token, inner[i]);
      if (!is_inner)
        g_string_append_c (out, '\n');
      /* Their content is the next token. */
      if (is_unseen)
        ist_html_next (&scanner, &token);
    }
}

/* NULL: it cannot be read, or is too long to be compared. */
static char *
text_of (const IstMimeNode *node)
{
  g_autofree char *text = ist_look_text (node, MAX_TEXT);
  GString *plain;

  if (text == NULL || strcmp (node->type, "text/html") != 0)
    return g_steal_pointer (&text);
  plain = g_string_new (NULL);
  add_html (plain, text);
  return g_string_free (plain, FALSE);
}

/* Appends each word of the text with a blank behind it. */
static void
add_words (GString *out, const char *text)
{
  for (const char *p = text; *p != '\0';)
    {
      const char *start = p;

      while (*p != '\0' && !g_unichar_isspace (g_utf8_get_char (p)))
        p = g_utf8_next_char (p);
      if (p > start)
        {
          g_string_append_len (out, start, p - start);
          g_string_append_c (out, ' ');
        }
      else
        p = g_utf8_next_char (p);
    }
}

/* ---- what was made ---- */

typedef struct
{
  GPtrArray *texts; /* char *: the words of each form of it, blanks around each */
  guint n_pictures;
} Made;

static gboolean
is_picture (const IstMimeNode *node)
{
  return node->children == NULL && !node->attachment && g_str_has_prefix (node->type, "image/");
}

static gboolean
collect_made (gpointer user, IstMimeNode *node)
{
  Made *made = user;
  g_autofree char *text = is_text (node) ? text_of (node) : NULL;

  made->n_pictures += is_picture (node);
  if (text != NULL)
    {
      GString *words = g_string_new (" ");

      add_words (words, text);
      g_ptr_array_add (made->texts, g_string_free (words, FALSE));
    }
  return TRUE;
}

/* Each line, one behind the other. */
static gboolean
has_lines (const char *words, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (GString) line = g_string_new (" ");

      add_words (line, lines[i]);
      if (line->len == 1)
        continue;
      words = strstr (words, line->str);
      if (words == NULL)
        return FALSE;
      /* The blank behind it is the one before the next. */
      words += line->len - 1;
    }
  return TRUE;
}

static gboolean
has_text (const Made *made, const IstMimeNode *node)
{
  g_autofree char *text = text_of (node);

  for (guint i = 0; text != NULL && i < made->texts->len; i++)
    if (has_lines (g_ptr_array_index (made->texts, i), text))
      return TRUE;
  return FALSE;
}

/* A form of the text, or an invitation or file beside it, which is kept. */
static gboolean
is_repeated (const Made *made, IstMimeNode *node, guint *n_pictures)
{
  if (node->sealed || ist_encapsulation_is (node))
    return FALSE;
  if (is_text (node))
    return has_text (made, node);
  if (is_multipart (node, "alternative") || is_multipart (node, "related"))
    {
      for (guint i = 0; i < node->children->len; i++)
        if (!is_repeated (made, g_ptr_array_index (node->children, i), n_pictures))
          return FALSE;
      return TRUE;
    }
  *n_pictures += is_picture (node);
  return node->attachment || is_picture (node) || strcmp (node->type, "text/calendar") == 0;
}

static gboolean
is_candidate (const IstMimeNode *node)
{
  return is_text (node) || is_multipart (node, "alternative") || is_multipart (node, "related");
}

static void
add_repeated (GPtrArray *found, const Made *made, const IstMimeNode *mixed, guint at)
{
  for (guint i = 0, tried = 0; i < mixed->children->len && tried < MAX_NODES; i++)
    {
      IstMimeNode *node = g_ptr_array_index (mixed->children, i);
      guint n_pictures = 0;

      if (!is_candidate (node))
        continue;
      tried++;
      if (is_repeated (made, node, &n_pictures) && n_pictures <= made->n_pictures)
        g_ptr_array_insert (found, (gint) at++, node);
    }
}

GPtrArray *
ist_active_beside_find (IstMimeNode *copy, IstMimeNode *root)
{
  GPtrArray *found = g_ptr_array_new ();
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  Made made = { texts, 0 };

  if (!is_multipart (copy->parent, "mixed"))
    return found;
  ist_mime_node_visit (root, collect_made, &made);
  for (const IstMimeNode *mixed = copy->parent; is_multipart (mixed, "mixed"); mixed = mixed->parent)
    add_repeated (found, &made, mixed, 0);
  return found;
}
