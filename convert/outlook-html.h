/*
 * convert/outlook-html.h - the HTML that Outlook and Word write, made plain.
 *
 *   IstOutlookHtml report = { .picture = find_picture, .missing = picture_words, .user = tree };
 *   g_autofree char *plain = ist_outlook_html_clean (html, &report);
 *   plain == NULL: nothing to gain
 *
 * Threads: pure functions.
 */
#ifndef IST_CONVERT_OUTLOOK_HTML_H
#define IST_CONVERT_OUTLOOK_HTML_H

#include <glib.h>

G_BEGIN_DECLS

#define IST_OUTLOOK_MAX_POINTS 250 /* of a font in Notes */

typedef struct
{
  /* Asked for the address of each picture, also of backgrounds and in CSS: NULL: stays; "": it is missing, the
   * alternative text of an <img> takes its place; else the new address. g_free()d by the caller. */
  char *(*picture) (gpointer user, const char *src);
  /* Asked only for a missing <img> without alternative text: what stands in its place, plain text, borrowed. */
  const char *(*missing) (gpointer user);
  gpointer user;
  guint n_comments; /* what was done: conditional comments, */
  guint n_elements; /* tags of Office and VML, */
  guint n_items;    /* paragraphs that became list items, */
  guint n_pictures; /* pictures whose address changed, */
  guint n_sizes;    /* font sizes above IST_OUTLOOK_MAX_POINTS */
} IstOutlookHtml;

/* A new text, g_free(), or NULL where nothing of the five was found, or the HTML is too broken. `html` is UTF-8. */
char *ist_outlook_html_clean (const char *html, IstOutlookHtml *report);

G_END_DECLS

#endif
