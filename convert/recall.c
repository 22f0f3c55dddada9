#include "convert/recall.h"

#include "base/mime-tree.h"
#include "convert/catalog.h"
#include "convert/field.h"

#include <string.h>

#define MAX_TEXT ((gsize) 8 * 1024 * 1024)
#define MAX_SUBJECT 1000

char *
ist_recall_subject (const IstMessage *message, const char *subject)
{
  g_autofree char *topic = ist_field_text (message, "Thread-Topic");
  g_autofree char *own = subject != NULL ? g_strdup (subject) : ist_field_text (message, "Subject");
  const char *colon;

  if (own == NULL)
    return g_strdup (topic != NULL ? topic : "");
  if (topic != NULL && *topic != '\0' && g_str_has_suffix (own, topic))
    return g_steal_pointer (&topic);
  colon = strchr (own, ':');
  return g_strstrip (g_strdup (colon != NULL ? colon + 1 : own));
}

/* "Miller, Bob" of "Miller, Bob" <bob@acme.example>; the address where there is no name. g_free(). */
static char *
sender_of (const IstMessage *message)
{
  g_autofree char *from = ist_field_text (message, "From");
  g_autofree char *name = NULL;
  char *open;

  if (from == NULL)
    return g_strdup ("?");
  name = g_strdup (from);
  open = strrchr (name, '<');
  if (open != NULL)
    *open = '\0';
  g_strstrip (g_strdelimit (name, "\"", ' '));
  if (*name != '\0')
    return g_steal_pointer (&name);
  return g_strstrip (g_strdelimit (g_strdup (from), "<>", ' '));
}

static gboolean
has_notice (const char *text)
{
  const char *const *languages = ist_catalog_languages ();

  for (guint i = 0; languages[i] != NULL; i++)
    if (strstr (text, ist_catalog_raw (languages[i], IST_TEXT_RECALL_ADVICE)) != NULL)
      return TRUE;
  return FALSE;
}

/* Behind the tag <body …>; in front of everything where there is none. */
static gsize
html_start (const char *html)
{
  for (const char *p = strchr (html, '<'); p != NULL; p = strchr (p + 1, '<'))
    if (g_ascii_strncasecmp (p, "<body", 5) == 0 && (p[5] == '>' || g_ascii_isspace (p[5])))
      {
        const char *end = strchr (p, '>');

        return end != NULL ? (gsize) (end + 1 - html) : 0;
      }
  return 0;
}

/* For a message that has no text at all. */
static void
add_text (IstMimeNode *root, const char *notice)
{
  IstMimeNode *node = ist_mime_node_new ("text/plain", NULL, NULL);
  g_autofree char *line = g_strconcat (notice, "\n", NULL);

  ist_mime_node_set_text (node, line);
  if (strcmp (root->type, "multipart/mixed") != 0 || root->children == NULL)
    root = ist_mime_node_wrap (root, "mixed");
  ist_mime_node_insert (root, 0, node);
}

/* FALSE: the notice stands there, or the text cannot be changed. */
static gboolean
put_on_top (IstMimeNode *root, const char *type, const char *notice)
{
  IstMimeNode *node = ist_mime_node_find (root, type);
  g_autofree char *text
      = node != NULL && !node->sealed ? ist_mime_node_text (node, MAX_TEXT, NULL) : NULL;
  gboolean is_html = strcmp (type, "text/html") == 0;
  gsize at = text != NULL && is_html ? html_start (text) : 0;
  g_autofree char *escaped = g_markup_escape_text (notice, -1);
  g_autofree char *longer = NULL;

  if (text == NULL || has_notice (text))
    return FALSE;
  longer = is_html ? g_strdup_printf ("%.*s<p>%s</p>%s", (int) at, text, escaped, text + at)
                   : g_strconcat (notice, "\n\n", text, NULL);
  ist_mime_node_set_text (node, longer);
  return TRUE;
}

gboolean
ist_recall_add_notice (IstMessage *message, const IstConvertContext *context, const char *subject)
{
  IstMimeNode *root = ist_mime_tree (message);
  const char *language = ist_convert_language (context);
  g_autofree char *sender = sender_of (message);
  g_autofree char *cut = g_utf8_substring (subject, 0, MIN (g_utf8_strlen (subject, -1), MAX_SUBJECT));
  g_autofree char *first
      = ist_catalog_text (language, IST_TEXT_RECALL, "sender", sender, "subject", cut, NULL);
  g_autofree char *notice
      = g_strconcat (first, " ", ist_catalog_raw (language, IST_TEXT_RECALL_ADVICE), NULL);
  gboolean in_text, in_html;

  if (root->sealed)
    return FALSE;
  if (ist_mime_node_find (root, "text/plain") == NULL && ist_mime_node_find (root, "text/html") == NULL)
    {
      add_text (root, notice);
      return TRUE;
    }
  in_text = put_on_top (root, "text/plain", notice);
  in_html = put_on_top (root, "text/html", notice);
  return in_text || in_html;
}
