/*
 * connector/flow/attempt.h - one deliverer's connection: open, reuse, close; and one job over it.
 */
#ifndef IST_CONNECTOR_FLOW_ATTEMPT_H
#define IST_CONNECTOR_FLOW_ATTEMPT_H

#include "connector/flow/prepare.h"
#include "connector/instance.h"
#include "routing/smtp/client.h"

G_BEGIN_DECLS

/* Belongs to one deliverer thread. */
typedef struct
{
  IstInstance *instance;
  char *relay;
  IstClient *client;      /* NULL: not connected */
  char *host;             /* of the open connection: name, literal, port */
  char *address;
  guint16 port;
  guint generation;       /* of the snapshot it was opened under */
  GMutex mutex;           /* guards the next, and `client` against ist_attempt_abort() */
  IstStream *opening;     /* connected and greeting; NULL else */
  gboolean aborted;       /* nothing is begun any more */
} IstAttempt;

IstAttempt *ist_attempt_new (IstInstance *instance, const char *relay);
void ist_attempt_free (IstAttempt *attempt); /* QUIT */
void ist_attempt_close (IstAttempt *attempt);
void ist_attempt_abort (IstAttempt *attempt); /* any thread */

/* How one recipient fared; the outcome stage decides what follows. */
typedef struct
{
  const IstQueueRecipient *row;
  gboolean attempted;        /* a connection was begun or the peer answered */
  gint64 begun;              /* when this round began, queue clock */
  gboolean delivered;
  gboolean final;            /* 5xx: give up */
  gboolean may_duplicate;    /* connection lost after the final dot */
  gboolean relayed_dsn;      /* the peer speaks DSN: it will report success itself */
  IstClientFailure failure;
  char *host;                /* who said so, NULL */
  IstReply reply;            /* words; code 0 when nobody answered */
} IstFate;

void ist_fate_free (IstFate *fate);

/* Is there a host that takes one more connection now (or an open one)? TRUE also when none can be had for
 * another reason, which an attempt then finds. FALSE: not before *until, monotonic microseconds. */
gboolean ist_attempt_has_room (IstAttempt *attempt, const IstSnapshot *snapshot, gint64 *until);

/* Sends everything of `preparation` to hosts of the relay, reusing the open connection, trying the next
 * host while that makes sense. Appends one IstFate per recipient to `fates`. */
void ist_attempt_run (IstAttempt *attempt, const IstSnapshot *snapshot, const IstQueueJob *job,
                      const IstPreparation *preparation, GPtrArray *fates);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstAttempt, ist_attempt_free)

G_END_DECLS

#endif
