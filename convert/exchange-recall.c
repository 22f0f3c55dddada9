/*
 * exchange-recall - Outlook asks its own kind to delete a message that was sent by mistake; towards others Exchange makes
 * a mail of it that says so in one English sentence, or that of the sender's language, and nothing happens.
 *
 * Predicate: Exchange's mark of such a mail, its subject a word, a colon and the topic of the conversation, and a text
 * that quotes this topic; or the English wording of subject and text. A report on a recall is none.
 * Repair: a notice on top, in the reader's language, of who wants which message back and what to do. What comes in TNEF
 * gets it from exchange-tnef-decode.
 */
#include "convert/transforms.h"

#include "base/mime-tree.h"
#include "convert/field.h"
#include "convert/recall.h"
#include "convert/tnef-text.h"

#include <string.h>

#define NAME "exchange-recall"
#define MAX_TEXT ((gsize) 8 * 1024 * 1024)
#define MARK "X-MS-Exchange-RecallReportGenerated"

/* Does the topic stand in the first lines, between quotes of any kind? */
static gboolean
is_quoted (const char *text, const char *topic)
{
  static const char *const quotes[] = { "\"", "“", "„", "«", "‹", "「", "『", "'", "‘", NULL };
  g_autofree char *line = g_strdelimit (g_strndup (text, strlen (topic) + 500), "\r\n\t", ' ');
  char *found = *topic != '\0' ? strstr (line, topic) : NULL;

  if (found == NULL)
    return FALSE;
  *found = '\0';
  g_strchomp (line);
  if (g_str_has_suffix (line, "\xC2\xA0")) /* French puts a hard blank behind the quote */
    line[strlen (line) - 2] = '\0';
  for (guint i = 0; quotes[i] != NULL; i++)
    if (g_str_has_suffix (line, quotes[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_recall (const IstMessage *message, const char *text)
{
  g_autofree char *mark = ist_field_get (message, MARK);
  g_autofree char *subject = ist_field_text (message, "Subject");
  g_autofree char *topic = ist_recall_subject (message, NULL);

  if (subject == NULL || strcmp (topic, subject) == 0 || !is_quoted (text, topic))
    return FALSE;
  if (mark != NULL && g_ascii_strcasecmp (mark, "true") == 0)
    return TRUE;
  return g_ascii_strncasecmp (subject, "Recall:", 7) == 0
         && strstr (text, "would like to recall the message, \"") != NULL;
}

/* The text of the message; of the HTML where a remote domain is set to get nothing else. */
static char *
text_of (IstMimeNode *root)
{
  IstMimeNode *plain = ist_mime_node_find (root, "text/plain");
  IstMimeNode *html = plain == NULL ? ist_mime_node_find (root, "text/html") : NULL;
  g_autofree char *text = NULL;

  if (plain != NULL)
    return ist_mime_node_text (plain, MAX_TEXT, NULL);
  text = html != NULL ? ist_mime_node_text (html, MAX_TEXT, NULL) : NULL;
  return text != NULL ? ist_tnef_text_of_html (text) : NULL;
}

gboolean
ist_exchange_recall (const IstConvertContext *context, IstMessage *message, GError **error)
{
  IstMimeNode *root;
  g_autofree char *text = NULL;
  g_autofree char *subject = NULL;

  if (!ist_field_exists (message, MARK) && !ist_field_begins (message, "Subject", "Recall:"))
    return TRUE;
  root = ist_mime_tree (message);
  text = root->sealed ? NULL : text_of (root);
  if (text == NULL || !is_recall (message, text))
    return TRUE;
  subject = ist_recall_subject (message, NULL);
  if (ist_recall_add_notice (message, context, subject))
    ist_message_note (message, NAME, "notice put on top of a request to recall a message");
  return TRUE;
}
