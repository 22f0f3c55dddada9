/*
 * connector/flow/materialise.h - derived messages enter the queue before the first of them is sent.
 *
 * Conversion may give several messages for one recipient. They are committed with their keys as rows of
 * their own; from then on each is a job by itself and is never prepared again, so that a crash, a deferral
 * or new settings change neither their set nor their order. Parts with an order key leave one after the
 * other; when the last is done the recipient gets one result, the worst of theirs.
 */
#ifndef IST_CONNECTOR_FLOW_MATERIALISE_H
#define IST_CONNECTOR_FLOW_MATERIALISE_H

#include "connector/flow/prepare.h"
#include "connector/instance.h"

G_BEGIN_DECLS

/* Commits the parts of every group that has some and takes `job` back; what else was in the job is due
 * again at once. A failure is logged and leaves the job due again. */
void ist_materialise (IstInstance *instance, IstQueueJob *job, const IstPreparation *preparation);

G_END_DECLS

#endif
