/*
 * routing/report.h - delivery status notifications (RFC 3464 in RFC 3462's multipart/report).
 *
 * For people first: what happened to which recipient, in words, and what to do; then the same for
 * machines; then the original or its header, as the sender asked (RFC 3461 RET).
 *
 * Threads: pure functions.
 */
#ifndef IST_ROUTING_REPORT_H
#define IST_ROUTING_REPORT_H

#include "routing/queue/queue.h"
#include "routing/smtp/reply.h"

G_BEGIN_DECLS

typedef enum
{
  IST_REPORT_FAILURE,
  IST_REPORT_DELAY,
  IST_REPORT_RELAYED
} IstReportKind;

typedef struct
{
  char *address;
  char *original; /* ORCPT, NULL */
  char *host;     /* who answered, NULL */
  char *words;    /* the whole answer or our own words */
  IstReply reply; /* code 0 when no host answered */
} IstReportRcpt;

GPtrArray *ist_report_rcpts_new (void); /* of IstReportRcpt, owned */

typedef struct
{
  IstReportKind kind;
  const char *hostname;
  const char *queue_id;          /* of the report: Message-ID and boundary */
  gint64 now_wall_usecs;
  const IstQueueMessage *original;
  const GPtrArray *rcpts;
} IstReportRequest;

/* The whole message with CRLF line ends. Never NULL. */
GBytes *ist_report_build (const IstReportRequest *request);

G_END_DECLS

#endif
