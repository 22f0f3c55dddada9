#include "connector/flow/outcome.h"

#include "connector/flow/report.h"
#include "connector/relay-hold.h"
#include "routing/retry.h"

#define BUSY_RETRY_SECS 30

/* What one job's recording gathers. */
typedef struct
{
  IstInstance *instance;
  const IstSnapshot *snapshot;
  const IstQueueJob *job;
  const IstRelaySettings *relay; /* NULL: gone from the configuration */
  gint64 now;
  GArray *results;               /* IstQueueResult */
  GPtrArray *failed;             /* IstReportRcpt, for one failure report */
  GPtrArray *delayed;
  GPtrArray *relayed;
  GPtrArray *texts;              /* strings the results borrow */
} Record;

static const char *
keep (Record *self, char *text)
{
  g_ptr_array_add (self->texts, text);
  return text;
}

/* Reports go to the sender unless there is none, the message is a report itself, or NOTIFY forbids. */
static gboolean
can_report (const Record *self)
{
  return self->job->message->sender[0] != '\0' && !self->job->message->is_report;
}

static gboolean
wants (const IstQueueRecipient *row, IstNotify event)
{
  if (row->notify == 0)
    return event == IST_NOTIFY_FAILURE || event == IST_NOTIFY_DELAY;
  return (row->notify & event) != 0;
}

static void
add_report (GPtrArray *list, const IstQueueRecipient *row, const IstFate *fate, const char *words)
{
  IstReportRcpt *rcpt = g_new0 (IstReportRcpt, 1);

  rcpt->address = g_strdup (row->address);
  rcpt->original = g_strdup (row->original);
  rcpt->host = fate != NULL ? g_strdup (fate->host) : NULL;
  rcpt->words = g_strdup (words);
  if (fate != NULL)
    ist_reply_copy (&rcpt->reply, &fate->reply);
  g_ptr_array_add (list, rcpt);
}

static void
log_fate (Record *self, const IstFate *fate, const char *event, const char *words, gint64 due)
{
  g_autofree char *wait
      = due > 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, (due - self->now) / G_USEC_PER_SEC) : NULL;
  g_autofree char *attempt = g_strdup_printf ("%u", fate->row->attempts + (fate->attempted ? 1 : 0));

  ist_log (self->instance->log, due > 0 || fate->delivered ? IST_LOG_INFO : IST_LOG_WARNING,
           "deliver", event, self->job->message->queue_id, NULL, "to", fate->row->address, "relay",
           self->job->relay, "host", fate->host, "reply", words, "attempt", attempt,
           "retry_in_secs", wait, "duplicate_possible", fate->may_duplicate ? "yes" : NULL, NULL);
}

static IstQueueResult
result_for (const IstQueueRecipient *row, IstState state)
{
  IstQueueResult result = { .recipient = row->id, .state = state };

  return result;
}

static void
record_delivered (Record *self, const IstFate *fate, const char *words)
{
  IstQueueResult result = result_for (fate->row, IST_STATE_DELIVERED);

  result.attempted = TRUE;
  result.reply = words;
  g_array_append_val (self->results, result);
  g_atomic_pointer_add (&self->instance->counters.delivered, 1);
  log_fate (self, fate, "delivered", words, 0);
  /* RFC 3461 4.4: a peer that does not speak DSN will never report success, so we say how far it got. Parts
   * never ask the peer (connector/flow/attempt.c): their recipient is reported once, when all are done. */
  if (fate->row->parent == 0 && (fate->row->notify & IST_NOTIFY_SUCCESS) != 0 && !fate->relayed_dsn
      && can_report (self))
    add_report (self->relayed, fate->row, fate, words);
}

static void
log_dead (Record *self, const IstQueueRecipient *row, const char *words)
{
  g_atomic_pointer_add (&self->instance->counters.dead, 1);
  ist_log (self->instance->log, IST_LOG_WARNING, "deliver", "dead", self->job->message->queue_id,
           "it can be neither delivered nor reported; the administrator decides", "to", row->address,
           "relay", self->job->relay, "reply", words, NULL);
}

/* The end of the road: a report where one may be sent, else a dead entry that stays visible. */
static void
record_given_up (Record *self, const IstQueueRecipient *row, const IstFate *fate, IstState state,
                 const char *words)
{
  gboolean silent = can_report (self) && !wants (row, IST_NOTIFY_FAILURE);
  gboolean is_part = row->parent != 0;
  IstQueueResult result
      = result_for (row, can_report (self) || silent || is_part ? state : IST_STATE_DEAD);

  result.attempted = fate != NULL && fate->attempted;
  result.reply = words;
  g_array_append_val (self->results, result);
  /* The recipient itself is counted and reported when the last of its parts is done. */
  if (is_part)
    return;
  if (result.state == IST_STATE_DEAD)
    log_dead (self, row, words);
  else if (state == IST_STATE_EXPIRED)
    g_atomic_pointer_add (&self->instance->counters.expired, 1);
  else
    g_atomic_pointer_add (&self->instance->counters.failed, 1);
  if (can_report (self) && !silent)
    add_report (self->failed, row, fate, words);
}

static gboolean
delay_is_due (const Record *self, const IstQueueRecipient *row)
{
  gint64 after = self->relay != NULL ? self->relay->delay_warning_secs : 0;

  return after > 0 && !row->delay_warned && can_report (self) && wants (row, IST_NOTIFY_DELAY)
         && self->now - self->job->message->received >= after * G_USEC_PER_SEC;
}

/* A busy host is no failure of the message, which therefore comes back soon, however old it is. */
static gint64
next_try (const Record *self, const IstFate *fate)
{
  const GArray *schedule = self->relay != NULL ? self->relay->retry : NULL;
  gint64 age = self->now - self->job->message->received;

  if (fate->failure == IST_CLIENT_BUSY)
    return MIN (ist_retry_next (schedule, fate->row->attempts, self->now),
                self->now + (fate->attempted ? BUSY_RETRY_SECS : 1) * G_USEC_PER_SEC);
  return fate->attempted ? ist_retry_next (schedule, fate->row->attempts, self->now)
                         : ist_retry_by_age (schedule, age, self->now);
}

static void
record_deferred (Record *self, const IstFate *fate, const char *words)
{
  const IstQueueRecipient *row = fate->row;
  IstQueueResult result = result_for (row, IST_STATE_QUEUED);

  result.attempted = fate->attempted;
  result.reply = words;
  result.due = next_try (self, fate);
  result.delay_warned = delay_is_due (self, row);
  if (result.delay_warned)
    add_report (self->delayed, row, fate, words);
  g_array_append_val (self->results, result);
  g_atomic_pointer_add (&self->instance->counters.deferred, 1);
  if (fate->may_duplicate)
    g_atomic_pointer_add (&self->instance->counters.duplicates, 1);
  log_fate (self, fate, "deferred", words, result.due);
}

/* Nothing expires without an attempt begun after its expiry time. A dead host is attempted by its probe,
 * so a round without a connection counts once the probe had its turn. */
static gboolean
is_expired (const Record *self, const IstFate *fate)
{
  gint64 slack = self->relay == NULL ? 0 : 2 * self->relay->probe_secs;

  if (fate->attempted)
    return fate->begun >= self->job->message->expires;
  return fate->failure != IST_CLIENT_BUSY
         && self->now >= self->job->message->expires + slack * G_USEC_PER_SEC;
}

static void
record_fate (Record *self, const IstFate *fate)
{
  const char *words = keep (self, ist_reply_to_string (&fate->reply));

  if (fate->delivered)
    record_delivered (self, fate, words);
  else if (fate->final)
    {
      log_fate (self, fate, "failed", words, 0);
      record_given_up (self, fate->row, fate, IST_STATE_FAILED, words);
    }
  else if (is_expired (self, fate))
    {
      log_fate (self, fate, "expired", words, 0);
      record_given_up (self, fate->row, fate, IST_STATE_EXPIRED, words);
    }
  else
    record_deferred (self, fate, words);
}

/* The router judges differently than at acceptance: the person moved, left, or rules changed. */
static void
record_diverted (Record *self, const IstDiverted *diverted)
{
  const IstRoute *route = &diverted->route;
  const IstQueueRecipient *row = diverted->row;
  IstFate fate = { .row = row, .failure = IST_CLIENT_MESSAGE };
  IstQueueResult result = result_for (row, IST_STATE_QUEUED);

  switch (route->action)
    {
    case IST_ROUTE_REFUSE:
      ist_reply_copy (&fate.reply, &route->reply);
      fate.final = ist_reply_is_final (&route->reply);
      record_fate (self, &fate);
      ist_reply_clear (&fate.reply);
      return;
    case IST_ROUTE_DISCARD:
      result.state = IST_STATE_DELIVERED;
      ist_log (self->instance->log, IST_LOG_INFO, "route", "discarded",
               self->job->message->queue_id, NULL, "to", row->address, "rule", route->rule, NULL);
      break;
    case IST_ROUTE_HOLD:
      result.state = IST_STATE_HELD;
      result.hold_reason = keep (self, g_strdup_printf ("rule %s", route->rule));
      break;
    case IST_ROUTE_RELAY:
      result.relay = route->relay;
      result.generation = self->snapshot->generation;
      ist_log (self->instance->log, IST_LOG_INFO, "route", "routed", self->job->message->queue_id,
               "the way changed since it was accepted", "to", row->address, "relay", route->relay,
               NULL);
      break;
    }
  g_array_append_val (self->results, result);
}

/* A recipient all of whose parts are done gets its one result, the worst of theirs. */
static void
record_closed (Record *self, const IstQueueRecipient *row)
{
  IstFate fate = { .row = row, .delivered = row->parts_result == IST_STATE_DELIVERED };
  const char *words = row->last_reply != NULL ? row->last_reply : "";
  IstQueueResult result = result_for (row, IST_STATE_DELIVERED);

  if (!fate.delivered)
    {
      log_fate (self, &fate, row->parts_result == IST_STATE_EXPIRED ? "expired" : "failed", words, 0);
      record_given_up (self, row, NULL, row->parts_result, words);
      return;
    }
  g_array_append_val (self->results, result);
  if (can_report (self))
    add_report (self->relayed, row, NULL, words);
}

static void
log_changes (const Record *self, const IstPrepared *group, const GPtrArray *changes)
{
  for (guint i = 0; changes != NULL && i < changes->len; i++)
    {
      const IstChange *change = g_ptr_array_index (changes, i);

      ist_log (self->instance->log, IST_LOG_INFO, "convert",
               group->report_only ? "would-convert" : "converted", self->job->message->queue_id,
               change->what, "transform", change->transform, "side", ist_side_name (group->side),
               "profile", group->profile, NULL);
    }
}

/* Parts that are sent were logged when they were made; here are those that would have been. */
static void
log_group (const Record *self, const IstPrepared *group)
{
  log_changes (self, group, group->changes);
  for (guint i = 0; group->report_only && i < group->parts->len; i++)
    log_changes (self, group,
                 ist_message_changes (((IstDerived *) g_ptr_array_index (group->parts, i))->message));
}

/* FALSE: the failure report could not be made. */
static gboolean
make_reports (Record *self, GPtrArray *reports)
{
  static const struct
  {
    IstReportKind kind;
    gsize offset;
  } kinds[] = {
    { IST_REPORT_FAILURE, G_STRUCT_OFFSET (Record, failed) },
    { IST_REPORT_DELAY, G_STRUCT_OFFSET (Record, delayed) },
    { IST_REPORT_RELAYED, G_STRUCT_OFFSET (Record, relayed) },
  };

  gboolean failures_reported = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      GPtrArray *rcpts = G_STRUCT_MEMBER (GPtrArray *, self, kinds[i].offset);
      IstQueueMessage *report;

      if (rcpts->len == 0)
        continue;
      report = ist_flow_report (self->instance, self->snapshot, self->job->message, kinds[i].kind,
                                rcpts);
      if (report != NULL)
        g_ptr_array_add (reports, report);
      else if (kinds[i].kind == IST_REPORT_FAILURE)
        failures_reported = FALSE;
    }
  return failures_reported;
}

static const IstQueueRecipient *
row_of (const Record *self, gint64 id)
{
  const GPtrArray *rows = self->job->message->recipients;

  for (guint i = 0; i < rows->len; i++)
    if (((const IstQueueRecipient *) g_ptr_array_index (rows, i))->id == id)
      return g_ptr_array_index (rows, i);
  return NULL;
}

/* A failure report that has nowhere to go leaves its failures as dead entries instead of losing them;
 * who wanted none (NOTIFY=NEVER) stays without. */
static void
bury_unreported (Record *self)
{
  for (guint i = 0; i < self->results->len; i++)
    {
      IstQueueResult *result = &g_array_index (self->results, IstQueueResult, i);
      const IstQueueRecipient *row = row_of (self, result->recipient);

      if ((result->state != IST_STATE_FAILED && result->state != IST_STATE_EXPIRED) || row == NULL
          || row->parent != 0 || !wants (row, IST_NOTIFY_FAILURE))
        continue;
      result->state = IST_STATE_DEAD;
      log_dead (self, row, result->reply);
    }
}

/* The relay was put on hold while this delivery was out: what would be tried there again waits for the end of that.
 * TRUE: there was something. */
static gboolean
hold_rest (Record *self)
{
  g_autoptr (IstSnapshot) now = ist_instance_snapshot (self->instance);
  const char *reason;
  gboolean held = FALSE;

  if (!ist_relay_hold_is (now, self->job->relay))
    return FALSE;
  reason = keep (self, ist_relay_hold_reason (self->job->relay));
  for (guint i = 0; i < self->results->len; i++)
    {
      IstQueueResult *result = &g_array_index (self->results, IstQueueResult, i);

      if (result->state != IST_STATE_QUEUED || result->relay != NULL)
        continue;
      result->state = IST_STATE_HELD;
      result->hold_reason = reason;
      held = TRUE;
    }
  return held;
}

void
ist_outcome_record (IstInstance *instance, const IstSnapshot *snapshot, IstQueueJob *job,
                    const IstPreparation *preparation, const GPtrArray *fates)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) results = g_array_new (FALSE, FALSE, sizeof (IstQueueResult));
  g_autoptr (GPtrArray) failed = ist_report_rcpts_new ();
  g_autoptr (GPtrArray) delayed = ist_report_rcpts_new ();
  g_autoptr (GPtrArray) relayed = ist_report_rcpts_new ();
  g_autoptr (GPtrArray) reports
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_queue_message_free);
  g_autofree char *queue_id = NULL;
  g_autofree char *relay = NULL;
  gboolean held;
  Record self = {
    .instance = instance,
    .snapshot = snapshot,
    .job = job,
    .relay = ist_settings_get (snapshot->settings, "relay", job->relay),
    .now = ist_queue_now (instance->queue),
    .results = results,
    .failed = failed,
    .delayed = delayed,
    .relayed = relayed,
    .texts = texts,
  };

  for (guint i = 0; i < preparation->groups->len; i++)
    log_group (&self, g_ptr_array_index (preparation->groups, i));
  for (guint i = 0; i < fates->len; i++)
    record_fate (&self, g_ptr_array_index (fates, i));
  for (guint i = 0; i < preparation->diverted->len; i++)
    record_diverted (&self, g_ptr_array_index (preparation->diverted, i));
  for (guint i = 0; i < preparation->closing->len; i++)
    record_closed (&self, g_ptr_array_index (preparation->closing, i));
  if (!make_reports (&self, reports))
    bury_unreported (&self);
  held = hold_rest (&self);
  queue_id = held ? g_strdup (job->message->queue_id) : NULL;
  relay = held ? g_strdup (job->relay) : NULL;
  ist_queue_finish (instance->queue, job, (const IstQueueResult *) results->data, results->len,
                    reports, held);
  if (held)
    ist_relay_hold_check (instance, queue_id, relay);
}
