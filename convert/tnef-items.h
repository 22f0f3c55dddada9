/*
 * convert/tnef-items.h - what a TNEF message is besides text: contact, task, meeting, vote, receipt.
 *
 *   ist_tnef_items_add (tnef, parts, run, head);
 *
 * Threads: one.
 */
#ifndef IST_CONVERT_TNEF_ITEMS_H
#define IST_CONVERT_TNEF_ITEMS_H

#include "convert/tnef-parts.h"

G_BEGIN_DECLS

/* Adds what the class of the message asks for. `head` has the message's From and To. */
void ist_tnef_items_add (const IstTnef *tnef, IstTnefParts *parts, const IstTnefRun *run, const IstMessage *head);

/* Adds text/calendar of a meeting request, answer, counter proposal, cancellation or an appointment (VEVENT). */
void ist_tnef_calendar_add (const IstTnef *tnef, IstTnefParts *parts, const IstMessage *head);
/* text/calendar of a task or the request to do one (VTODO). NULL: it is none. */
IstMimeNode *ist_tnef_task_new (const IstTnef *tnef, const IstMessage *head);
/* text/vcard of a contact, or of the members of a list. NULL: there are none. `note` NULL: none. */
IstMimeNode *ist_tnef_contact_new (const IstTnef *tnef, const IstMessage *head, const char *note, gboolean is_list);
/* The choices of a vote as extra texts, in the language of the reader. */
void ist_tnef_vote_add (const IstTnef *tnef, IstTnefParts *parts, const IstTnefRun *run, const IstMessage *head);

/* message/disposition-notification (RFC 8098) or message/delivery-status (RFC 3464). NULL: no report. */
IstMimeNode *ist_tnef_report_new (const IstTnef *tnef, const IstMessage *head);
/* What such a report says to people who get it without a text; g_free(). */
char *ist_tnef_report_text (const IstTnef *tnef, const IstMimeNode *report, const IstMessage *head, const char *language);

/* What the message is about: the stream may leave that to the header of the mail. g_free(); NULL: nothing. */
char *ist_tnef_items_subject (const IstTnef *tnef, const IstMessage *head);
/* The first address of a field, "a@b"; NULL: none. g_free(). */
char *ist_tnef_items_address (const IstMessage *head, const char *field);

G_END_DECLS

#endif
