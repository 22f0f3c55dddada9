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

/* Ticked and unticked items are of one list. */
static gboolean
is_same_list (IstRichList a, IstRichList b)
{
  gboolean checks = (a == IST_RICH_CHECKED || a == IST_RICH_UNCHECKED)
                    && (b == IST_RICH_CHECKED || b == IST_RICH_UNCHECKED);

  return a == b || checks;
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
      && !is_same_list (lists->level[lists->n - 1].kind, paragraph->list))
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
  lists->level[lists->n].left_twips = paragraph->left_twips;
  lists->level[lists->n].number = 1;
  lists->n++;
  return TRUE;
}

gboolean
rich_list_is_ordered (IstRichList kind)
{
  return kind == IST_RICH_NUMBER || kind >= IST_RICH_ROMAN_UPPER;
}

static char *
roman (guint number)
{
  static const struct
  {
    guint value;
    const char *text;
  } rows[] = { { 1000, "m" }, { 900, "cm" }, { 500, "d" }, { 400, "cd" }, { 100, "c" },
               { 90, "xc" },  { 50, "l" },   { 40, "xl" }, { 10, "x" },   { 9, "ix" },
               { 5, "v" },    { 4, "iv" },   { 1, "i" } };
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (; number >= rows[i].value; number -= rows[i].value)
      g_string_append (out, rows[i].text);
  return g_string_free (out, FALSE);
}

/* 26 is z, 27 is aa. */
static char *
letters (guint number)
{
  GString *out = g_string_new (NULL);

  for (; number > 0; number = (number - 1) / 26)
    g_string_prepend_c (out, (char) ('a' + (number - 1) % 26));
  return g_string_free (out, FALSE);
}

char *
rich_list_number (IstRichList kind, guint number)
{
  gboolean is_roman = kind == IST_RICH_ROMAN_UPPER || kind == IST_RICH_ROMAN_LOWER;
  g_autofree char *lower = NULL;

  /* Nobody counts thousands in letters: the text would only get long. */
  if (kind == IST_RICH_NUMBER || number >= 4000)
    return g_strdup_printf ("%u", number);
  lower = is_roman ? roman (number) : letters (number);
  return kind == IST_RICH_ROMAN_UPPER || kind == IST_RICH_LETTER_UPPER ? g_ascii_strup (lower, -1)
                                                                       : g_steal_pointer (&lower);
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
rich_say (const IstRichHtmlOptions *options, IstRichWord word, const char *name)
{
  static const char *const words[]
      = { "popup", "action", "button", "object", "field", "picture", "attachment", "Notes link" };

  if (name != NULL && *name == '\0')
    name = NULL;
  if (options->say != NULL)
    return options->say (options->user, word, name);
  if (word == IST_RICH_WORD_DOCLINK)
    return g_strdup (words[word]);
  return name != NULL ? g_strdup_printf ("[%s: %s]", words[word], name)
                      : g_strdup_printf ("[%s]", words[word]);
}

char *
rich_mark_text (const IstRichNode *mark, const IstRichHtmlOptions *options)
{
  static const IstRichWord words[] = {
    [IST_RICH_MARK_POPUP] = IST_RICH_WORD_POPUP,   [IST_RICH_MARK_ACTION] = IST_RICH_WORD_ACTION,
    [IST_RICH_MARK_BUTTON] = IST_RICH_WORD_BUTTON, [IST_RICH_MARK_OBJECT] = IST_RICH_WORD_OBJECT,
    [IST_RICH_MARK_FIELD] = IST_RICH_WORD_FIELD,   [IST_RICH_MARK_MISSING] = IST_RICH_WORD_PICTURE
  };
  const char *label = mark->u.mark.label;

  if (mark->u.mark.kind == IST_RICH_MARK_POPUP || label == NULL || *label == '\0')
    label = mark->u.mark.text;
  return rich_say (options, words[mark->u.mark.kind], label);
}

char *
rich_doc_link_text (const IstDocLink *link, const IstRichHtmlOptions *options)
{
  if (link->title != NULL && *link->title != '\0')
    return g_strdup (link->title);
  return rich_say (options, IST_RICH_WORD_DOCLINK, NULL);
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
      entity = *p == '\n'               ? "<br>\n"
               : *p == '\t'             ? "&nbsp;&nbsp;&nbsp; "
               : *p == ' ' && was_blank ? "&nbsp;"
                                        : ist_html_entity (*p);
      if (entity != NULL)
        g_string_append (out, entity);
      else
        g_string_append_c (out, *p);
    }
}
