/*
 * connector/flow/report.h - stage four: a delivery report becomes a new received message.
 */
#ifndef IST_CONNECTOR_FLOW_REPORT_H
#define IST_CONNECTOR_FLOW_REPORT_H

#include "connector/instance.h"
#include "routing/report.h"

G_BEGIN_DECLS

/* The report about `rcpts` (IstReportRcpt) of `original`, addressed to its sender and routed, ready to
 * enter the queue. NULL when there is nowhere to send it (logged). */
IstQueueMessage *ist_flow_report (IstInstance *instance, const IstSnapshot *snapshot,
                                  const IstQueueMessage *original, IstReportKind kind,
                                  const GPtrArray *rcpts);

/* A plain message from us to `recipient` (postmaster news), routed. NULL when there is no way. */
IstQueueMessage *ist_flow_notice (IstInstance *instance, const IstSnapshot *snapshot,
                                  const char *recipient, const char *subject, const char *text);

G_END_DECLS

#endif
