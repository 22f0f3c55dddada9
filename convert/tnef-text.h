/*
 * convert/tnef-text.h - the best text and HTML of a TNEF message.
 *
 *   g_autofree char *html = NULL, *text = NULL;
 *   ist_tnef_text_find (tnef, marks, pictures, &text, &html);
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_TNEF_TEXT_H
#define IST_CONVERT_TNEF_TEXT_H

#include "convert/format/rtf.h"
#include "convert/format/tnef.h"

G_BEGIN_DECLS

/* What stands in the place of an object in the RTF. */
typedef struct
{
  const char *name; /* borrowed */
  const char *id;   /* Content-ID of a picture that can be shown there; NULL: the name is shown */
} IstTnefMark;

/* *html and *text: NULL where there is none; with HTML there is always a text. *rtf (NULL: none was used) has the
 * pictures, not the texts. `marks`: IstTnefMark in the order of their places. All are the caller's. */
void ist_tnef_text_find (const IstTnef *tnef, const GArray *marks, char **text, char **html,
                         IstRtf **rtf);

/* HTML as text: tags go, blocks become lines, entities characters. g_free(). */
char *ist_tnef_text_of_html (const char *html);

/* `text` for HTML. g_free(). */
char *ist_tnef_text_escape (const char *text);

G_END_DECLS

#endif
