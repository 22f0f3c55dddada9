/*
 * tests/crash/work.h - the steps of a workload on a queue, each told to a story (story.h).
 *
 * Mail for relay "go" is taken by work_deliver(), mail for "stay" is what the administrator's steps act on.
 *
 * Threads: a worker belongs to one thread; several may share queue and story.
 */
#ifndef IST_TESTS_CRASH_WORK_H
#define IST_TESTS_CRASH_WORK_H

#include "tests/crash/story.h"

#define WORK_FOLDER "/var/queue"

typedef struct
{
  IstQueue *queue;
  IstStory *story;
  GArray *later;  /* what is promised with the next flush that succeeds */
  GArray *stayed; /* numbers of own messages at "stay" */
  guint refused;  /* steps the queue answered RETRY */
  guint started;  /* deliveries begun */
  gboolean doubtful; /* refused mail may be there all the same: the queue has not repaired itself yet */
} Worker;

typedef enum
{
  WORK_DELIVER, /* all recipients */
  WORK_DEFER,   /* all, far into the future */
  WORK_FAIL,    /* the first fails with a report, the rest is delivered */
  WORK_MIX,     /* the first fails with a report, the last is deferred, others delivered */
  WORK_PARTS,   /* a message of one recipient: three parts; else as WORK_DELIVER */
  WORK_N_PLANS
} WorkPlan;

void work_init (Worker *worker, IstQueue *queue, IstStory *story);
void work_clear (Worker *worker);

/* Opens the queue in WORK_FOLDER of the current disk; NULL with error. */
IstQueue *work_open (void (*health) (gpointer user, gboolean ok, const char *why), gpointer user,
                     GError **error);

/* TRUE when it was accepted. */
gboolean work_submit (Worker *worker, guint n_rows, gsize size, const char *relay);
/* Takes what is due for "go" and gives results. FALSE: nothing was there. */
gboolean work_deliver (Worker *worker, WorkPlan plan, gboolean wait);
/* On the worker's oldest message at "stay". */
void work_hold_release (Worker *worker, gboolean release);
void work_delete (Worker *worker);
/* TRUE: everything finished before is committed. */
gboolean work_flush (Worker *worker);

#endif
