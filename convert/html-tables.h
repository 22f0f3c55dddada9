/*
 * convert/html-tables.h - tables with more rows than a reader can take, as several.
 *
 * Threads: a pure function.
 */
#ifndef IST_CONVERT_HTML_TABLES_H
#define IST_CONVERT_HTML_TABLES_H

#include <glib.h>

G_BEGIN_DECLS

/* A table of more than `max_rows` rows goes on in another with the same opening tag, where no cell reaches over the
 * boundary; *n_new (may be NULL) is the number of tables that came to be. A new text, g_free(), or NULL: no table is that
 * large. `html` is UTF-8. */
char *ist_html_split_tables (const char *html, guint max_rows, guint *n_new);

G_END_DECLS

#endif
