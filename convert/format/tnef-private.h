/*
 * convert/format/tnef-private.h - what the two halves of the TNEF reader share: tnef.c walks the stream,
 * tnef-fields.c takes the members of IstTnef from the properties.
 *
 * Example: ist_tnef_fields_fill (tnef) after the last attribute.
 *
 * Threads: none but the reader's.
 */
#ifndef IST_CONVERT_FORMAT_TNEF_PRIVATE_H
#define IST_CONVERT_FORMAT_TNEF_PRIVATE_H

#include "convert/format/tnef.h"

G_BEGIN_DECLS

/* Members of the message from its properties; those an attribute set stay where no property speaks. */
void ist_tnef_fields_fill (IstTnef *tnef);
/* The same for an attachment. */
void ist_tnef_fields_fill_attachment (IstTnefAttachment *attachment);
/* A person from a row of the recipient table. */
IstTnefPerson *ist_tnef_fields_person (const IstMapiProps *row);
void ist_tnef_fields_free_person (gpointer person);

G_END_DECLS

#endif
