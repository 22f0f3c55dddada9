/*
 * convert/format/rich-text.h - a tree as plain text.
 *
 *   g_autofree char *text = ist_rich_to_text (rich, my_policy, policy);
 *
 * Lists have marks, the cells of a row are joined by bars, links read "text <address>", a section's title is
 * underlined. Lines are not folded.
 *
 * Threads: any; a tree is only read.
 */
#ifndef IST_CONVERT_FORMAT_RICH_TEXT_H
#define IST_CONVERT_FORMAT_RICH_TEXT_H

#include "convert/format/rich.h"

G_BEGIN_DECLS

/* UTF-8 with LF line ends, the caller frees. `href` gives the address of a link to a document (the caller of it
 * frees) or NULL; it may itself be NULL. */
char *ist_rich_to_text (IstRich *rich, char *(*href) (gpointer user, const IstDocLink *link),
                        gpointer user);

G_END_DECLS

#endif
