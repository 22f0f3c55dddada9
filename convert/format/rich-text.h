/*
 * convert/format/rich-text.h - a tree as plain text.
 *
 *   g_autofree char *text = ist_rich_to_text (rich, &options);
 *
 * Lists have marks, the cells of a row are joined by bars, links read "text <address>", a section's title is
 * underlined. Lines are not folded.
 *
 * Threads: any; a tree is only read.
 */
#ifndef IST_CONVERT_FORMAT_RICH_TEXT_H
#define IST_CONVERT_FORMAT_RICH_TEXT_H

#include "convert/format/rich-html.h"

G_BEGIN_DECLS

/* UTF-8 with LF line ends, the caller frees. The options are those of HTML; NULL: none. */
char *ist_rich_to_text (IstRich *rich, const IstRichHtmlOptions *options);

G_END_DECLS

#endif
