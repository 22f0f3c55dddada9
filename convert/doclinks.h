/*
 * convert/doclinks.h - what a link to a Notes document becomes for the readers of a message: the setting doclinks, and what
 * it means outside.
 *
 * Outside, among people of the Internet, nobody has a Notes client: a notes: address or an .ndl file opens nothing there and
 * names servers of the site. "notes" and "ndl" mean the template doclink-url there, the web server doclink-host where there
 * is no template, and "text" where there is neither. Towards Domino it is the other way round: who answers from elsewhere
 * quotes the link, and readers in Notes can open it, so "notes" it is there whatever the setting says.
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_DOCLINKS_H
#define IST_CONVERT_DOCLINKS_H

#include "convert/format/doclink.h"
#include "convert/pipeline.h"

G_BEGIN_DECLS

/* The policy for the destination of this run. */
IstDoclinks ist_doclinks_policy (const IstConvertContext *context);

/* The address that the link gets; NULL: none, its words are all that is shown. The caller frees. */
char *ist_doclinks_address (const IstConvertContext *context, const IstDocLink *link);

G_END_DECLS

#endif
