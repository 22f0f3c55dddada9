/*
 * convert/report-parts.h - making a message that only tells people what happened one that tells programs too.
 *
 *   IstMimeNode *report = ist_report_parts_wrap (message, "delivery-status");   multipart/report with the text in it
 *   ist_report_parts_add (report, "message/delivery-status", fields);
 *
 * Threads: as the message.
 */
#ifndef IST_CONVERT_REPORT_PARTS_H
#define IST_CONVERT_REPORT_PARTS_H

#include "base/mime-tree.h"

G_BEGIN_DECLS

/* The readable text of the message, at most 256 KiB of it, LF lines; NULL: none. g_free(). */
char *ist_report_parts_text (IstMimeNode *root);

/* The decoded fields of a delivery-status part; NULL: empty, over 256 KiB, or no text. g_free(). */
char *ist_report_parts_fields (const IstMimeNode *node);

/* The delivery-status parts of the message itself, borrowed; g_ptr_array_unref() the array. */
GPtrArray *ist_report_parts_statuses (IstMimeNode *root);

/* The root becomes multipart/report (RFC 6522) of this report-type. A multipart/mixed whose first part is the text
 * is turned into it; anything else goes into a new one as it is. Gives the root. */
IstMimeNode *ist_report_parts_wrap (IstMessage *message, const char *report_type);

/* Adds a part of ASCII lines (CRLF, what is not ASCII becomes '?') as the second one. */
void ist_report_parts_add (IstMimeNode *report, const char *type, const char *lines);

/* "text" as one header line may hold it: one line, no control characters, ASCII, at most 900 bytes. g_free(). */
char *ist_report_parts_line (const char *text);

/* A status code in `text` (RFC 3463): "5.1.1" behind and before no digit or dot; NULL: none. g_free(). */
char *ist_report_parts_find_status (const char *text);

/* The address in `text`: the first word with '@' in it, without brackets and quotes, taken out of an encapsulated
 * X.500 name where possible; NULL: none. *type gets "rfc822", "x500" or "x-notes" (static). g_free(). */
char *ist_report_parts_find_address (const char *text, const char **type);

G_END_DECLS

#endif
