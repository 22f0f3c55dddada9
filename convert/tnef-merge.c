#include "convert/tnef-merge.h"

#include <string.h>

static gboolean
is_multipart (const IstMimeNode *node)
{
  return node != NULL && node->children != NULL && g_str_has_prefix (node->type, "multipart/");
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
IstMimeNode *
ist_tnef_merge_report (IstMimeNode *top, IstTnefParts *parts)
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
      ist_mime_node_set_text (text, parts->report_text != NULL ? parts->report_text : "\n");
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

  if (text == NULL)
    return TRUE;
  /* Too long to be compared; or in a character set that nobody knows, when nothing may be left out for it. */
  if (whole == NULL)
    return ist_mime_node_size (own) > IST_TNEF_MAX_TEXT;
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

gboolean
ist_tnef_merge_is_repeated (IstMimeNode *node, const char *text)
{
  return is_blank (node) || (text != NULL && is_same_text (node, text));
}

/* The message has a text of its own: it gets what it lacks. FALSE: the whole body is needed. */
gboolean
ist_tnef_merge_text (IstMimeNode *top, IstTnefParts *parts)
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

/* The empty text that Exchange puts before a stream. Gives how many parts went. */
guint
ist_tnef_merge_blank (IstMimeNode *mixed)
{
  IstMimeNode *first = mixed->children->len > 0 ? g_ptr_array_index (mixed->children, 0) : NULL;

  if (first == NULL || first->children != NULL || first->sealed || first->attachment
      || first->name != NULL || strcmp (first->type, "text/plain") != 0 || !is_blank (first))
    return 0;
  ist_mime_node_free (ist_mime_node_take (first));
  return 1;
}
