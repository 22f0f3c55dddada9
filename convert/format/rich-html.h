/*
 * convert/format/rich-html.h - a tree as HTML for a mail.
 *
 *   IstRichHtmlOptions options = { .id_prefix = "3kq9", .href = my_policy, .user = policy };
 *   g_autoptr (GPtrArray) parts = NULL;
 *   g_autofree char *html = ist_rich_to_html (rich, &options, &parts);
 *
 * HTML 5 that Outlook's and OWA's renderers take: tables and inline styles, no script, no outer style, every text
 * escaped. Pictures are references to parts (RFC 2392). Sections become headed blocks, tabbed tables one captioned
 * table a tab, what would run something a mark in brackets. HTML an author wrote is reduced to harmless elements.
 *
 * Threads: any; a tree is only read.
 */
#ifndef IST_CONVERT_FORMAT_RICH_HTML_H
#define IST_CONVERT_FORMAT_RICH_HTML_H

#include "convert/format/rich.h"

G_BEGIN_DECLS

typedef struct
{
  char *id;   /* Content-ID without brackets */
  char *type; /* "image/png" */
  char *name; /* "picture1.png" */
  GBytes *bytes;
} IstRichPart;

/* What stands in the text for something that HTML has not. */
typedef enum
{
  IST_RICH_WORD_POPUP,      /* its text */
  IST_RICH_WORD_ACTION,     /* no name */
  IST_RICH_WORD_BUTTON,     /* its label */
  IST_RICH_WORD_OBJECT,     /* an embedded object or control */
  IST_RICH_WORD_FIELD,      /* of a form */
  IST_RICH_WORD_PICTURE,    /* one that cannot be shown */
  IST_RICH_WORD_ATTACHMENT, /* its file name */
  IST_RICH_WORD_DOCLINK     /* a link without a title, no name */
} IstRichWord;

typedef struct
{
  const char *
      id_prefix; /* of the parts' ids, unique to the message; letters, digits, dots. NULL: "rich" */
  /* The address a link to a document gets, the caller frees; NULL, or a NULL function: it becomes text. */
  char *(*href) (gpointer user, const IstDocLink *link);
  /* The word in the reader's language, "[button: OK]"; name NULL: it has none. g_free()d. NULL: English words. */
  char *(*say) (gpointer user, IstRichWord word, const char *name);
  gpointer user;
} IstRichHtmlOptions;

/* A whole HTML document in UTF-8, the caller frees. *parts: IstRichPart in order of reference, the caller unrefs. */
char *ist_rich_to_html (IstRich *rich, const IstRichHtmlOptions *options, GPtrArray **parts);

void ist_rich_part_free (IstRichPart *part);

G_END_DECLS

#endif
