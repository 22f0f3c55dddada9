/*
 * routing/queue/queue-admin.c - what the administrator and a reload do to many rows at once.
 */
#include "routing/queue/queue-ops.h"

#include "base/error.h"

#define BATCH 500

/* ---- actions ---- */

/* A message that left with its last row. */
typedef struct
{
  gint64 message;
  gint64 bytes;
  char *file; /* NULL: none */
} Gone;

typedef struct
{
  IstWriterOp op;
  IstQueue *queue;
  const IstQueueFilter *filter;
  const IstQueueCommand *command;
  GArray *gone; /* Gone */
  guint changed, busy;
} ActOp;

static void
gone_clear (Gone *self)
{
  g_free (self->file);
}

static GArray *
gone_list (void)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (Gone));

  g_array_set_clear_func (list, (GDestroyNotify) gone_clear);
  return list;
}

static void
account_for (IstQueue *queue, const GArray *list)
{
  for (guint i = 0; i < list->len; i++)
    {
      const Gone *gone = &g_array_index (list, Gone, i);

      ist_queue_count (queue, -1, -gone->bytes);
      if (gone->file != NULL)
        ist_queue_remove_file (queue, g_build_filename (queue->store.bodies, gone->file, NULL), NULL);
    }
}

/* ---- after an unknown outcome: which of the messages are gone all the same? ---- */

typedef struct
{
  IstWriterOp op;
  IstQueue *queue;
  GArray *list; /* Gone: perhaps */
  GArray *gone; /* Gone: indeed */
} RecountOp;

static gboolean
recount_run (IstStore *store, IstWriterOp *op, GError **error)
{
  RecountOp *self = (RecountOp *) op;

  g_array_set_size (self->gone, 0);
  for (guint i = 0; i < self->list->len; i++)
    {
      const Gone *perhaps = &g_array_index (self->list, Gone, i);
      Gone gone = { perhaps->message, perhaps->bytes, NULL };
      int there = ist_store_exists (store, perhaps->message, error);

      if (there < 0)
        return FALSE;
      if (there > 0)
        continue;
      gone.file = g_strdup (perhaps->file);
      g_array_append_val (self->gone, gone);
    }
  return TRUE;
}

static void
recount_done (IstWriterOp *op, gboolean ok)
{
  RecountOp *self = (RecountOp *) op;

  if (ok)
    account_for (self->queue, self->gone);
  g_array_unref (self->list);
  g_array_unref (self->gone);
  g_free (self);
}

static void
recount (IstQueue *queue, GArray *list)
{
  RecountOp *self = g_new0 (RecountOp, 1);

  self->op.run = recount_run;
  self->op.done = recount_done;
  self->queue = queue;
  self->list = g_array_ref (list);
  self->gone = gone_list ();
  ist_writer_submit (queue->writer, &self->op, NULL);
}

/* ---- one row ---- */

/* A row that a deliverer has out is left alone: its result decides. */
static gboolean
is_free (IstQueue *queue, const IstQueueMessage *message, const IstQueueRecipient *row)
{
  if (row->state != IST_STATE_QUEUED)
    return TRUE;
  return ist_scheduler_drop (queue->scheduler, row->relay, message->id,
                             row->parent != 0 ? row->id : 0);
}

static gboolean
act_on_row (ActOp *self, IstStore *store, const IstQueueMessage *message, const IstQueueRecipient *row,
            GError **error)
{
  Gone left = { message->id, (gint64) message->size_bytes, NULL };
  gboolean gone = FALSE;

  if (!ist_store_can_act (row->state, self->command->action))
    return TRUE;
  if (!is_free (self->queue, message, row))
    {
      self->busy++;
      return TRUE;
    }
  if (!ist_store_act (store, row->id, self->command, G_MAXINT, ist_queue_now (self->queue), &gone,
                      &left.file, error))
    return FALSE;
  if (gone)
    g_array_append_val (self->gone, left);
  self->changed++;
  return row->order_key == NULL || ist_store_order (store, row->order_key, NULL, error);
}

/* A recipient that is replaced by parts: they are what is held, released, sent again. It is deleted with
 * them, unless a deliverer has one of them out. */
static gboolean
act_on_parts (ActOp *self, IstStore *store, const IstQueueMessage *message,
              const IstQueueRecipient *parent, GError **error)
{
  gboolean deleting = self->command->action == IST_ACTION_DELETE;
  guint busy = self->busy;

  for (guint i = 0; i < message->recipients->len; i++)
    {
      const IstQueueRecipient *row = g_ptr_array_index (message->recipients, i);

      if (row->parent != parent->id)
        continue;
      if (deleting)
        self->busy += !is_free (self->queue, message, row);
      else if (!act_on_row (self, store, message, row, error))
        return FALSE;
    }
  if (!deleting || self->busy > busy)
    return TRUE;
  if (!act_on_row (self, store, message, parent, error))
    return FALSE;
  for (guint i = 0; i < message->recipients->len; i++)
    {
      const IstQueueRecipient *row = g_ptr_array_index (message->recipients, i);

      if (row->parent == parent->id && row->order_key != NULL
          && !ist_store_order (store, row->order_key, NULL, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
act_on (ActOp *self, IstStore *store, gint64 id, GError **error)
{
  g_autoptr (IstQueueMessage) message
      = ist_store_load (store, ist_queue_message_of (id), IST_STORE_ALL, NULL, 0, FALSE, error);

  for (guint i = 0; message != NULL && i < message->recipients->len; i++)
    {
      const IstQueueRecipient *row = g_ptr_array_index (message->recipients, i);

      if (row->id != id)
        continue;
      return row->state == IST_STATE_PARTS ? act_on_parts (self, store, message, row, error)
                                           : act_on_row (self, store, message, row, error);
    }
  return message != NULL;
}

static gboolean
act_run (IstStore *store, IstWriterOp *op, GError **error)
{
  ActOp *self = (ActOp *) op;
  g_autoptr (GArray) ids = ist_store_select (store, self->filter, error);

  self->queue->upheavals++;
  self->changed = self->busy = 0;
  g_array_set_size (self->gone, 0);
  for (guint i = 0; ids != NULL && i < ids->len; i++)
    if (!act_on (self, store, g_array_index (ids, gint64, i), error))
      return FALSE;
  return ids != NULL;
}

/* The windows are told to look into the database again: that brings back what was dropped. */
static void
refresh_windows (IstQueue *queue)
{
  IstStore *reader = ist_queue_reader (queue, NULL);
  g_autoptr (GPtrArray) relays = NULL;

  if (reader == NULL)
    return;
  relays = ist_store_relays (reader, NULL);
  ist_queue_reader_back (queue, reader);
  for (guint i = 0; relays != NULL && i < relays->len; i++)
    for (guint p = 0; p < IST_N_PRIORITIES; p++)
      ist_queue_op_refill (queue, g_ptr_array_index (relays, i), (IstPriority) p);
  g_mutex_lock (&queue->mutex);
  g_cond_signal (&queue->look);
  g_mutex_unlock (&queue->mutex);
}

int
ist_queue_act (IstQueue *queue, const IstQueueFilter *filter, const IstQueueCommand *command,
               guint *busy, GError **error)
{
  g_autoptr (GArray) gone = gone_list ();
  IstQueueFilter all = *filter;
  ActOp op = {
    .op = { .run = act_run, .wait = TRUE, .alone = TRUE },
    .queue = queue,
    .filter = &all,
    .command = command,
    .gone = gone,
  };

  if (all.limit == 0)
    all.limit = G_MAXINT;
  if (!ist_writer_submit (queue->writer, &op.op, error))
    {
      if (op.op.unknown && gone->len > 0)
        recount (queue, gone);
      refresh_windows (queue);
      return -1;
    }
  if (busy != NULL)
    *busy = op.busy;
  account_for (queue, gone);
  refresh_windows (queue);
  return (int) op.changed;
}

/* ---- routing again ---- */

typedef struct
{
  IstWriterOp op;
  IstQueue *queue;
  guint generation;
  IstQueueRoute route;
  gpointer user;
  gint64 after; /* begins behind this row */
  gint64 last;  /* the last row of this batch */
  guint n;
} RouteOp;

static gboolean
route_row (RouteOp *self, IstStore *store, gint64 id, GError **error)
{
  g_autoptr (IstQueueMessage) message
      = ist_store_load (store, ist_queue_message_of (id), IST_STORE_ROW, NULL, id, FALSE, error);
  IstQueueRecipient *row;
  g_autofree char *old = NULL;

  if (message == NULL || message->recipients->len == 0)
    return message != NULL;
  row = g_ptr_array_index (message->recipients, 0);
  old = g_strdup (row->relay);
  if (!self->route (self->user, message, row))
    return TRUE;
  if (row->state == IST_STATE_QUEUED && g_strcmp0 (old, row->relay) != 0
      && !ist_scheduler_drop (self->queue->scheduler, old, message->id, row->parent != 0 ? id : 0))
    return TRUE;
  return ist_store_route (store, id, row->side, row->relay, row->generation, error);
}

static gboolean
route_run (IstStore *store, IstWriterOp *op, GError **error)
{
  RouteOp *self = (RouteOp *) op;
  g_autoptr (GArray) ids = NULL;

  self->queue->upheavals++;
  if (!ist_store_stale (store, self->generation, self->after, BATCH, &ids, error))
    return FALSE;
  for (guint i = 0; i < ids->len; i++)
    if (!route_row (self, store, g_array_index (ids, gint64, i), error))
      return FALSE;
  self->n = ids->len;
  self->last = ids->len > 0 ? g_array_index (ids, gint64, ids->len - 1) : self->after;
  return TRUE;
}

gboolean
ist_queue_reroute (IstQueue *queue, guint generation, IstQueueRoute route, gpointer user,
                   GError **error)
{
  RouteOp op = {
    .op = { .run = route_run, .wait = TRUE, .alone = TRUE },
    .queue = queue,
    .generation = generation,
    .route = route,
    .user = user,
    .n = BATCH,
  };
  gboolean ok = TRUE;

  while (ok && op.n == BATCH)
    {
      ok = ist_writer_submit (queue->writer, &op.op, error);
      op.after = op.last;
    }
  refresh_windows (queue);
  return ok;
}
