/*
 * convert/recall.h - the notice for people whose mail program knows no recall: what the sender wants to take back.
 *
 *   g_autofree char *subject = ist_recall_subject (message, NULL);
 *   ist_recall_add_notice (message, context, subject);
 *
 * Source: https://learn.microsoft.com/exchange/mail-flow-best-practices/work-with-cloud-based-message-recall (class
 * IPM.Outlook.Recall, subject "Recall: " and the original one).
 *
 * Threads: as the message.
 */
#ifndef IST_CONVERT_RECALL_H
#define IST_CONVERT_RECALL_H

#include "convert/pipeline.h"

G_BEGIN_DECLS

/* The subject of the message to be recalled: Thread-Topic where the subject ends with it, else the subject without its
 * first word and colon. `subject` (UTF-8) NULL: that of the message. g_free(). */
char *ist_recall_subject (const IstMessage *message, const char *subject);

/* Puts it on top of the texts, in the reader's language, unless it stands there in any. TRUE: it was put. */
gboolean ist_recall_add_notice (IstMessage *message, const IstConvertContext *context, const char *subject);

G_END_DECLS

#endif
