/*
 * convert/format/rich-html-private.h - between the two files of the HTML renderer.
 *
 * Threads: a writer belongs to one thread.
 */
#ifndef IST_CONVERT_FORMAT_RICH_HTML_PRIVATE_H
#define IST_CONVERT_FORMAT_RICH_HTML_PRIVATE_H

#include "convert/format/rich-html.h"
#include "convert/format/rich-private.h"

G_BEGIN_DECLS

typedef struct
{
  GString *out;
  const IstRichHtmlOptions *options;
  GPtrArray *parts;
  guint in_link;  /* links do not nest in HTML */
  gboolean blank; /* the text so far ends in a blank */
  guint
      row_twips; /* the table that is written fits the window: the width of its rows; 0: it does not */
} RichHtml;

/* ";margin-left:12pt" */
void rich_html_twips (GString *out, const char *property, gint twips);

/* `content` (HTML) in this font. */
void rich_html_font (RichHtml *html, const IstRichFont *font, const char *content);

/* The children of a paragraph; a blank when there are none, so that its line has a height. */
void rich_html_inlines (RichHtml *html, const IstRichNode *parent);

G_END_DECLS

#endif
