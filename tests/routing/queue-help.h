/*
 * tests/routing/queue-help.h - the steps that tests of the queue have in common.
 */
#ifndef IST_TESTS_ROUTING_QUEUE_HELP_H
#define IST_TESTS_ROUTING_QUEUE_HELP_H

#include "routing/queue/queue.h"

#define HELP_SECOND ((gint64) G_USEC_PER_SEC)

/* Opens the queue in `dir`; fails the test when it cannot. */
IstQueue *help_open (const char *dir, guint window);
/* Its queue id, g_free(). */
char *help_submit (IstQueue *queue, guint n_rows, gsize size, const char *relay);
/* Waits for something due, up to `steps` of 10 ms and `advance` microseconds of fake time; NULL: nothing. */
IstQueueJob *help_take (IstQueue *queue, const char *relay, guint steps, gint64 advance);
/* All rows of the job alike; waits for the commit. */
void help_finish (IstQueue *queue, IstQueueJob *job, IstState state, gint64 due);
/* The job's first row becomes `n` parts "1", "2", … */
gboolean help_materialise (IstQueue *queue, IstQueueJob *job, guint n, const char *order_key);
/* On everything `queue_id` names; the rows changed. */
int help_act (IstQueue *queue, const char *queue_id, IstQueueAction action);
guint64 help_count (IstQueue *queue);

#endif
