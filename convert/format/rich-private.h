/*
 * convert/format/rich-private.h - what the renderers of a tree share.
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_FORMAT_RICH_PRIVATE_H
#define IST_CONVERT_FORMAT_RICH_PRIVATE_H

#include "convert/format/rich-html.h"

G_BEGIN_DECLS

#define RICH_LIST_LEVELS 8

/* The lists that are open at a paragraph: deeper is what is indented further. */
typedef struct
{
  struct
  {
    IstRichList kind;
    gint64 indent;
    gint left_twips; /* of the list's first item */
    guint number;    /* of the last item */
  } level[RICH_LIST_LEVELS];
  guint n;
} RichLists;

/* How many lists end before this paragraph (NULL: another block); they are taken off. */
guint rich_lists_leave (RichLists *lists, const IstRichParagraph *paragraph);
/* After that: counts the item, gives whether a new list begins with it. Only for items. */
gboolean rich_lists_enter (RichLists *lists, const IstRichParagraph *paragraph);

/* Are its items counted? */
gboolean rich_list_is_ordered (IstRichList kind);
/* The `number`th item as such a list counts: "4", "iv", "D". g_free() */
char *rich_list_number (IstRichList kind, guint number);

/* The address as it may stand in a link, g_free(); NULL: its scheme is none that a mail may open. */
char *rich_safe_url (const char *url);

/* The word, in the options' language or in English; name NULL or "": none. The caller frees. */
char *rich_say (const IstRichHtmlOptions *options, IstRichWord word, const char *name);

/* "[button: OK]": what stands for a mark besides its children. The caller frees. */
char *rich_mark_text (const IstRichNode *mark, const IstRichHtmlOptions *options);

/* What a reader sees of a link to a document that has no text of its own. The caller frees. */
char *rich_doc_link_text (const IstDocLink *link, const IstRichHtmlOptions *options);

/* The parts of an author's HTML that may be shown, balanced, or only its text (not escaped). */
void rich_filter_html (GString *out, const char *html, gboolean text_only);

/* Text as HTML: escaped, line breaks, tabs and rows of blanks kept. *blank (in and out): ended in a blank. */
void rich_escape (GString *out, const char *text, gboolean *blank);

G_END_DECLS

#endif
