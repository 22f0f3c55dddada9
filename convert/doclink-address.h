/*
 * convert/doclink-address.h - the address by which a reader opens a Notes document, as [convert] doclinks says.
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_DOCLINK_ADDRESS_H
#define IST_CONVERT_DOCLINK_ADDRESS_H

#include "convert/format/doclink.h"
#include "convert/settings.h"

G_BEGIN_DECLS

/* An address of the web server or of the template, else a notes: address. NULL: the link names no database.
 * `settings` NULL: the defaults. g_free() */
char *ist_doclink_address (const IstConvertSettings *settings, const IstDocLink *link);

G_END_DECLS

#endif
