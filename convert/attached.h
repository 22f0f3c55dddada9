/*
 * convert/attached.h - messages that are attached to a message, converted like it.
 *
 * Part of running the pipeline: ist_pipeline_run() calls it behind the last transform, and it calls ist_pipeline_run()
 * for each attached message with a depth one higher.
 *
 * Threads: a run works on one message in one thread.
 */
#ifndef IST_CONVERT_ATTACHED_H
#define IST_CONVERT_ATTACHED_H

#include "convert/pipeline.h"

G_BEGIN_DECLS

/* Converts what is attached and puts it back; notes are those of the attached messages. Never fails: an attached
 * message that cannot be converted stays as it is, and a note says so. Left alone: what is signed or encrypted, and
 * the message that a report returns (RFC 6522 3), which must be the one that was sent. */
void ist_attached_convert (const IstConvertContext *context, IstMessage *message);

G_END_DECLS

#endif
