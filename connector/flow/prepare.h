/*
 * connector/flow/prepare.h - stage two: one queued message becomes what each recipient is to get.
 *
 * The job's recipients are routed again (a person may have moved, the settings may be new), grouped by
 * what they need done (side, conversion profile, converted or not; in the end language), and for each group the
 * header is rewritten and the transforms are run on spans of the original. So people of the Internet are never in
 * one group with those of a mail system here, although one relay may take mail for both. Nothing is stored: after a crash, a deferral or a reload it is done again. Only where
 * conversion gives several messages for a recipient are they stored before the first attempt
 * (connector/flow/materialise.h) and never prepared again.
 *
 * Threads: works on one job in the thread that calls it.
 */
#ifndef IST_CONNECTOR_FLOW_PREPARE_H
#define IST_CONNECTOR_FLOW_PREPARE_H

#include "connector/snapshot.h"
#include "convert/pipeline.h"
#include "routing/queue/queue.h"

G_BEGIN_DECLS

/* One recipient of a prepared message. */
typedef struct
{
  const IstQueueRecipient *row; /* borrowed from the job */
  char *address;                /* envelope address towards the relay */
} IstPreparedRcpt;

/* The same text and sender for all its recipients. */
typedef struct
{
  IstMessage *message;
  char *sender;
  IstSide side;
  char *profile;                /* [convert NAME] that it is converted by; NULL: [convert] */
  gboolean report_only;         /* conversions were worked out for the log and not applied */
  GPtrArray *changes;           /* of IstChange, borrowed: what was (or would have been) changed */
  IstMessage *trial;            /* report_only: what the changes were worked out on; owns them */
  GPtrArray *parts;             /* IstDerived, converted and rewritten: sent instead of `message`; usually empty */
  GPtrArray *rcpts;             /* IstPreparedRcpt, owned */
  gboolean language_asked;      /* a text for its people stands in it, in `language` */
  char *language;               /* NULL: the default one */
} IstPrepared;

/* A recipient that is not to be sent by this job after all. */
typedef struct
{
  const IstQueueRecipient *row;
  IstRoute route;               /* REFUSE, DISCARD, HOLD, or RELAY with another relay */
} IstDiverted;

typedef struct
{
  GPtrArray *groups;            /* IstPrepared */
  GPtrArray *diverted;          /* IstDiverted */
  GPtrArray *closing;           /* const IstQueueRecipient: all their parts are done, only the result is due */
} IstPreparation;

/* `trace_key`: routing/loop.h. Never fails: a transform that gives up leaves its message unconverted and says so in a change. */
IstPreparation *ist_prepare (const IstSnapshot *snapshot, const char *trace_key, const IstQueueJob *job);
void ist_preparation_free (IstPreparation *preparation);

/* Must it be materialised before anything is sent? */
gboolean ist_preparation_has_parts (const IstPreparation *preparation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstPreparation, ist_preparation_free)

G_END_DECLS

#endif
