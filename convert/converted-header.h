/*
 * convert/converted-header.h - the field that tells which transforms changed a message:
 *
 *   X-Isthmus-Converted: notes-encap-strip; charset-repair
 *
 * Part of running the pipeline, behind everything else; for the message itself, not for attached ones.
 *
 * Threads: a run works on one message in one thread.
 */
#ifndef IST_CONVERT_CONVERTED_HEADER_H
#define IST_CONVERT_CONVERTED_HEADER_H

#include "convert/pipeline.h"

G_BEGIN_DECLS

#define IST_CONVERTED_FIELD "X-Isthmus-Converted"

/* Where the settings ask for it and transforms changed the message: names them, in the order of the table, those that
 * changed attached messages included. What somebody else put into fields of this name goes then. */
void ist_converted_header_put (const IstConvertContext *context, IstMessage *message);

G_END_DECLS

#endif
