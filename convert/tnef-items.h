/*
 * convert/tnef-items.h - what a TNEF message is besides text: contact, task, meeting, vote, receipt.
 *
 *   ist_tnef_items_add (tnef, parts, head, context);
 *
 * Threads: one.
 */
#ifndef IST_CONVERT_TNEF_ITEMS_H
#define IST_CONVERT_TNEF_ITEMS_H

#include "convert/tnef-parts.h"

G_BEGIN_DECLS

/* Adds what the class of the message asks for. `head` has the message's From and To; `context` is asked for the language
 * of texts that are put in. */
void ist_tnef_items_add (const IstTnef *tnef, IstTnefParts *parts, const IstMessage *head,
                         const IstConvertContext *context);

/* text/calendar of a meeting request, answer, cancellation or an appointment (VEVENT). NULL: it is none. `text`: the
 * body of the message, NULL: none. */
IstMimeNode *ist_tnef_calendar_new (const IstTnef *tnef, const IstMessage *head, const char *text);
/* text/calendar of a task (VTODO). */
IstMimeNode *ist_tnef_calendar_new_task (const IstTnef *tnef);

/* message/disposition-notification (RFC 8098) or message/delivery-status (RFC 3464). NULL: no report. */
IstMimeNode *ist_tnef_report_new (const IstTnef *tnef, const IstMessage *head);
/* What such a report says to people who get it without a text; g_free(). */
char *ist_tnef_report_text (const IstTnef *tnef, const IstMimeNode *report, const IstMessage *head,
                            const char *language);

/* The first address of a field, "a@b"; NULL: none. g_free(). */
char *ist_tnef_items_address (const IstMessage *head, const char *field);
/* "NAME:text" as a content line with its escapes, folded (RFC 5545 3.1, 3.3.11; RFC 2426 2.6, 4). text NULL: nothing. */
void ist_tnef_items_line (GString *out, const char *name, const char *text);

G_END_DECLS

#endif
