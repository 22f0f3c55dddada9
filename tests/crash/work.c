#include "tests/crash/work.h"

#include <string.h>

#define FAR (G_TIME_SPAN_HOUR)

typedef struct
{
  guint n;
  gint row;
  guint states;
} Later;

void
work_init (Worker *self, IstQueue *queue, IstStory *story)
{
  memset (self, 0, sizeof *self);
  self->queue = queue;
  self->story = story;
  self->later = g_array_new (FALSE, FALSE, sizeof (Later));
  self->stayed = g_array_new (FALSE, FALSE, sizeof (guint));
}

void
work_clear (Worker *self)
{
  g_array_unref (self->later);
  g_array_unref (self->stayed);
}

IstQueue *
work_open (void (*health) (gpointer user, gboolean ok, const char *why), gpointer user, GError **error)
{
  IstQueueOptions options = {
    .directory = WORK_FOLDER,
    .node = "n1",
    .body_threshold_bytes = IST_STORY_THRESHOLD,
    .min_free_bytes = 1,
    .checkpoint_bytes = 200 * 1024,
    .health = health,
    .user = user,
  };

  return ist_queue_open (&options, error);
}

/* ---- promises that come with a flush ---- */

static void
allow (Worker *self, guint n, gint row, guint states)
{
  Later later = { n, row, states };

  ist_story_allow (self->story, n, row, states);
  g_array_append_val (self->later, later);
}

gboolean
work_flush (Worker *self)
{
  if (!ist_queue_flush (self->queue))
    {
      self->refused++;
      return FALSE;
    }
  for (guint i = 0; i < self->later->len; i++)
    {
      const Later *later = &g_array_index (self->later, Later, i);

      ist_story_settle (self->story, later->n, later->row, later->states);
    }
  g_array_set_size (self->later, 0);
  return TRUE;
}

/* ---- submitting ---- */

static gboolean
spool_text (IstQueueSpool *spool, IstQueueMessage *message, guint n)
{
  g_autofree char *text = ist_story_text (n, message->size_bytes);

  for (gsize at = 0; at < message->size_bytes; at += 1000)
    if (!ist_queue_spool_append (spool, text + at, MIN (1000, message->size_bytes - at), NULL))
      return FALSE;
  message->body = ist_queue_spool_finish (spool, NULL);
  return message->body != NULL;
}

gboolean
work_submit (Worker *self, guint n_rows, gsize size, const char *relay)
{
  guint n = ist_story_add (self->story, n_rows, size, 0, -1);
  g_autoptr (IstQueueMessage) message = ist_story_message (self->story, self->queue, n, relay);
  g_autoptr (IstQueueSpool) spool = ist_queue_spool_new (self->queue);
  gboolean ok;

  ist_story_allow (self->story, n, -1, IST_STORY_PRESENT);
  ok = spool_text (spool, message, n)
       && ist_queue_submit (self->queue, message, spool, NULL);
  if (ok)
    ist_story_promised (self->story, n);
  else if (!self->doubtful)
    ist_story_settle (self->story, n, -1, IST_STORY_ABSENT);
  self->refused += !ok;
  if (ok && strcmp (relay, "stay") == 0)
    g_array_append_val (self->stayed, n);
  return ok;
}

/* ---- delivering ---- */

static guint
row_number (const IstQueueRecipient *row)
{
  return (guint) (row->id & 16383) - 1;
}

static IstQueueMessage *
make_report (Worker *self, guint about, guint row)
{
  guint n = ist_story_add (self->story, 1, 300, (gint) about, (gint) row);
  IstQueueMessage *report = ist_story_message (self->story, self->queue, n, "stay");
  g_autofree char *text = ist_story_text (n, report->size_bytes);
  g_autoptr (GBytes) bytes = g_bytes_new (text, report->size_bytes);

  report->body = ist_body_new_bytes (bytes);
  report->is_report = TRUE;
  allow (self, n, -1, IST_STORY_PRESENT);
  return report;
}

static IstState
state_for (WorkPlan plan, guint i, guint n_rows)
{
  if (plan == WORK_DEFER || (plan == WORK_MIX && i > 0 && i == n_rows - 1))
    return IST_STATE_QUEUED;
  return i == 0 && (plan == WORK_FAIL || plan == WORK_MIX) ? IST_STATE_FAILED : IST_STATE_DELIVERED;
}

static void
finish_rows (Worker *self, IstQueueJob *job, WorkPlan plan)
{
  const GPtrArray *rows = job->message->recipients;
  guint n = (guint) ist_story_number (job->message);
  g_autofree IstQueueResult *results = g_new0 (IstQueueResult, rows->len);
  g_autoptr (GPtrArray) reports
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_queue_message_free);
  guint n_results = rows->len;
  gboolean done = TRUE;

  for (guint i = 0; i < n_results; i++)
    {
      const IstQueueRecipient *row = rows->pdata[i];
      IstState state = state_for (plan, i, n_results);

      results[i] = (IstQueueResult){ .recipient = row->id, .state = state, .attempted = TRUE };
      if (state == IST_STATE_QUEUED)
        results[i].due = ist_queue_now (self->queue) + FAR;
      if (state == IST_STATE_FAILED)
        g_ptr_array_add (reports, make_report (self, n, row_number (row)));
      done &= state != IST_STATE_QUEUED;
      allow (self, n, (gint) row_number (row), IST_STORY_STATE (state));
    }
  if (done)
    allow (self, n, -1, IST_STORY_ABSENT);
  ist_queue_finish (self->queue, job, results, n_results, reports, FALSE);
}

static void
finish_part (Worker *self, IstQueueJob *job)
{
  const IstQueueRecipient *part = job->message->recipients->pdata[0];
  guint n = (guint) ist_story_number (job->message);
  IstQueueResult result
      = { .recipient = part->id, .state = IST_STATE_DELIVERED, .attempted = TRUE };

  if (part->part_key[0] == '0' + IST_STORY_PARTS)
    allow (self, n, -1, IST_STORY_ABSENT);
  ist_queue_finish (self->queue, job, &result, 1, NULL, FALSE);
}

static void
make_parts (Worker *self, IstQueueJob *job)
{
  static const char *const keys[] = { "1", "2", "3" };
  const IstQueueRecipient *row = job->message->recipients->pdata[0];
  guint n = (guint) ist_story_number (job->message);
  g_autoptr (GBytes) body = g_bytes_new_static ("part", 4);
  IstQueuePart parts[IST_STORY_PARTS];
  gboolean ok;

  for (guint i = 0; i < IST_STORY_PARTS; i++)
    parts[i] = (IstQueuePart){ row->id, keys[i], "uid", body };
  ist_story_allow (self->story, n, 0, IST_STORY_STATE (IST_STATE_PARTS));
  ok = ist_queue_materialise (self->queue, job, parts, IST_STORY_PARTS, NULL);
  self->refused += !ok;
  /* Refused, it may have been written nevertheless (crash rule 5): then nothing is lost, it goes as parts. */
  if (ok)
    ist_story_settle (self->story, n, 0, IST_STORY_STATE (IST_STATE_PARTS));
}

gboolean
work_deliver (Worker *self, WorkPlan plan, gboolean wait)
{
  IstQueueJob *job = ist_queue_take (self->queue, "go", 0);

  if (job == NULL)
    return FALSE;
  ist_story_wait_promised (self->story, (guint) ist_story_number (job->message));
  self->started++;
  if (job->row != 0)
    finish_part (self, job);
  else if (plan == WORK_PARTS && job->message->recipients->len == 1 && job->n_rows == 1)
    make_parts (self, job);
  else
    finish_rows (self, job, plan);
  if (wait)
    work_flush (self);
  return TRUE;
}

/* ---- the administrator ---- */

static gboolean
act (Worker *self, guint n, IstQueueAction action)
{
  g_autofree char *sender = g_strdup_printf ("m%u@", n);
  IstQueueFilter filter = { .address = sender, .state = -1 };
  IstQueueCommand command = { .action = action };
  int done = ist_queue_act (self->queue, &filter, &command, NULL, NULL);

  self->refused += done < 0;
  return done >= 0;
}

void
work_hold_release (Worker *self, gboolean release)
{
  IstState to = release ? IST_STATE_QUEUED : IST_STATE_HELD;
  guint n;

  if (self->stayed->len == 0)
    return;
  n = g_array_index (self->stayed, guint, 0);
  for (guint row = 0; row < ist_story_rows (self->story, n); row++)
    ist_story_allow (self->story, n, (gint) row, IST_STORY_STATE (to));
  if (!act (self, n, release ? IST_ACTION_RELEASE : IST_ACTION_HOLD))
    return;
  for (guint row = 0; row < ist_story_rows (self->story, n); row++)
    ist_story_settle (self->story, n, (gint) row, IST_STORY_STATE (to));
}

void
work_delete (Worker *self)
{
  guint n;

  if (self->stayed->len == 0)
    return;
  n = g_array_index (self->stayed, guint, 0);
  g_array_remove_index (self->stayed, 0);
  ist_story_allow (self->story, n, -1, IST_STORY_ABSENT);
  if (act (self, n, IST_ACTION_DELETE))
    ist_story_settle (self->story, n, -1, IST_STORY_ABSENT);
}
