/*
 * convert/doclinks.h - the address that a link to a Notes document gets, as the site wants it.
 *
 *   g_autofree char *address = ist_doclinks_address (settings, link);
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_DOCLINKS_H
#define IST_CONVERT_DOCLINKS_H

#include "convert/format/doclink.h"
#include "convert/settings.h"

G_BEGIN_DECLS

/* That of [convert] doclinks: of the web server, of the template, or a notes: address. `settings` NULL: the last. NULL: the
 * link has no replica id. g_free(). */
char *ist_doclinks_address (const IstConvertSettings *settings, const IstDocLink *link);

G_END_DECLS

#endif
