/*
 * convert/tnef-names.h - winmail.dat, C.dtf, ATT00001.unk: names that TNEF streams and parts without a name go by, and
 * what they are called for readers of Notes.
 *
 *   ist_tnef_place_all (message, &run);
 *   ist_tnef_name_mend (message);        what could not be read is attachment-1.bin now
 *
 * Threads: as the message.
 */
#ifndef IST_CONVERT_TNEF_NAMES_H
#define IST_CONVERT_TNEF_NAMES_H

#include "base/mime-tree.h"

G_BEGIN_DECLS

/* Does the name say nothing to people? Those of the stream itself, and what gateways call what has none. */
gboolean ist_tnef_name_says_nothing (const char *name);

/* Is this leaf a stream, by its type or by its first bytes? */
gboolean ist_tnef_name_is_stream (const IstMimeNode *node);

/* Is a part of the message itself a stream, or has it the name of one? No tree is made for mail without attachments and
 * names. */
gboolean ist_tnef_name_is_in (IstMessage *message);

/* Gives each such part, and each stream, a name that says what it is, and a type that Notes does not take for a stream;
 * a note says so. The bytes stay. */
void ist_tnef_name_mend (IstMessage *message);

G_END_DECLS

#endif
