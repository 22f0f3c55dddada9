/*
 * What the renderers share: lists, addresses, marks.
 */
#include "convert/format/rich-private.h"
#include "convert/format/html.h"

#include <string.h>

static gint64
indent_of (const IstRichParagraph *paragraph)
{
  return (gint64) paragraph->list_level * 1000000 + paragraph->left_twips;
}

guint
rich_lists_leave (RichLists *lists, const IstRichParagraph *paragraph)
{
  guint before = lists->n;

  if (paragraph == NULL || paragraph->list == IST_RICH_NO_LIST)
    {
      lists->n = 0;
      return before;
    }
  while (lists->n > 0 && lists->level[lists->n - 1].indent > indent_of (paragraph))
    lists->n--;
  if (lists->n > 0 && lists->level[lists->n - 1].indent == indent_of (paragraph)
      && lists->level[lists->n - 1].kind != paragraph->list)
    lists->n--;
  return before - lists->n;
}

gboolean
rich_lists_enter (RichLists *lists, const IstRichParagraph *paragraph)
{
  gboolean deeper = lists->n == 0 || lists->level[lists->n - 1].indent < indent_of (paragraph);

  if (!deeper || lists->n == RICH_LIST_LEVELS)
    {
      lists->level[lists->n - 1].number++;
      return FALSE;
    }
  lists->level[lists->n].kind = paragraph->list;
  lists->level[lists->n].indent = indent_of (paragraph);
  lists->level[lists->n].number = 1;
  lists->n++;
  return TRUE;
}

char *
rich_safe_url (const char *url)
{
  static const char *const schemes[] = { "http:", "https:", "ftp:", "mailto:", "notes:",
                                         "file:", "tel:",   "sip:", "news:",   "cid:" };

  while (g_ascii_isspace (*url))
    url++;
  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (url, schemes[i], strlen (schemes[i])) == 0)
      return g_strdup (url);
  if (g_ascii_strncasecmp (url, "www.", 4) == 0)
    return g_strconcat ("http://", url, NULL);
  return *url == '#' ? g_strdup (url) : NULL;
}

char *
rich_mark_text (const IstRichNode *mark)
{
  static const char *const names[] = { "popup", "action", "button", "object", "field", NULL };
  const char *name = names[mark->u.mark.kind];
  const char *label = mark->u.mark.label;

  if (mark->u.mark.kind == IST_RICH_MARK_POPUP || label == NULL || *label == '\0')
    label = mark->u.mark.text;
  if (label == NULL || *label == '\0')
    return g_strdup_printf ("[%s]", name != NULL ? name : "missing");
  return name != NULL ? g_strdup_printf ("[%s: %s]", name, label) : g_strdup_printf ("[%s]", label);
}

char *
rich_doc_link_text (const IstDocLink *link)
{
  if (link->title != NULL && *link->title != '\0')
    return g_strdup (link->title);
  if (link->note != NULL)
    return g_strdup ("Document link");
  return g_strdup (link->view != NULL ? "View link" : "Database link");
}

void
rich_escape (GString *out, const char *text, gboolean *blank)
{
  for (const char *p = text; *p != '\0'; p++)
    {
      gboolean was_blank;
      const char *entity;
      gsize plain = strcspn (p, " \n\t&<>\"");

      if (plain > 0)
        {
          g_string_append_len (out, p, (gssize) plain);
          *blank = FALSE;
          p += plain;
          if (*p == '\0')
            return;
        }
      was_blank = *blank;
      *blank = *p == ' ' || *p == '\n' || *p == '\t';
      entity = *p == '\n'              ? "<br>\n"
               : *p == '\t'            ? "&nbsp;&nbsp;&nbsp; "
               : *p == ' ' && was_blank ? "&nbsp;"
                                        : ist_html_entity (*p);
      if (entity != NULL)
        g_string_append (out, entity);
      else
        g_string_append_c (out, *p);
    }
}
