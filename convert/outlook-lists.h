/*
 * convert/outlook-lists.h - paragraphs that Word means as list items, as <ul> and <ol>.
 *
 *   IstOutlookLists lists = { .out = out };
 *   while (ist_html_next (&scanner, &token))
 *     if (!ist_outlook_lists_take (&lists, &scanner, &token))
 *       … write the token to `out`
 *   ist_outlook_lists_end (&lists);
 *
 * Word writes the bullet or number as text into the paragraph, between <![if !supportLists]> and <![endif]> or in a
 * span of the style mso-list:Ignore. It goes; what it says is kept by type, start and value.
 *
 * Threads: pure functions.
 */
#ifndef IST_CONVERT_OUTLOOK_LISTS_H
#define IST_CONVERT_OUTLOOK_LISTS_H

#include "convert/format/html.h"

G_BEGIN_DECLS

#define IST_OUTLOOK_LEVELS 9 /* Word has nine */

typedef struct
{
  char form;  /* of the list that is open: '1', 'a', 'A', 'i', 'I': of an <ol>; '*': bullets; '-': without markers */
  gboolean is_rtl;
  char type;  /* of the last number at this level, also of a list that was closed; 0: none */
  guint next; /* the number after it */
} IstOutlookLevel;

typedef struct
{
  GString *out; /* borrowed */
  guint n_items;
  /* All else is private, 0 at first. */
  guint depth; /* lists that are open */
  IstOutlookLevel levels[IST_OUTLOOK_LEVELS];
  gboolean in_item; /* the paragraph that is a list item has not ended */
  gsize marker_at;  /* where the marker of that item is, to be jumped over; marker_end 0: it was */
  gsize marker_end;
} IstOutlookLists;

/* TRUE: the token was part of a list and is done with. The scanner may move on. */
gboolean ist_outlook_lists_take (IstOutlookLists *self, IstHtmlScanner *scanner, const IstHtmlToken *token);

/* At the end of the text, or before anything that ends all lists. */
void ist_outlook_lists_end (IstOutlookLists *self);

G_END_DECLS

#endif
