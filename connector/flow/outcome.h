/*
 * connector/flow/outcome.h - what follows from an attempt: done, again later, report, dead.
 *
 * Every recipient of the job gets its result, and the reports that results cause enter the queue in the
 * same commit (crash rule 7). Nothing accepted ends without a delivery, a report or a dead entry.
 */
#ifndef IST_CONNECTOR_FLOW_OUTCOME_H
#define IST_CONNECTOR_FLOW_OUTCOME_H

#include "connector/flow/attempt.h"

G_BEGIN_DECLS

/* Records `fates` and the diverted recipients of `preparation`; takes the job. */
void ist_outcome_record (IstInstance *instance, const IstSnapshot *snapshot, IstQueueJob *job,
                         const IstPreparation *preparation, const GPtrArray *fates);

G_END_DECLS

#endif
