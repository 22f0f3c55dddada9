/*
 * routing/queue/store-read.c - all SQL that only reads the queue.
 */
#include "routing/queue/queue-private.h"

#include "base/error.h"

#include <string.h>

#define MESSAGE_COLUMNS \
  "m.id, m.sender, m.origin, m.listener, m.peer, m.helo, m.ret, m.envid, m.flags, m.priority," \
  " m.received, m.expires, m.message_id, m.size, m.body_file"
#define N_MESSAGE_COLUMNS 15
#define RECIPIENT_COLUMNS \
  "r.id, r.relay, r.state, r.due, r.address, r.original, r.notify, r.side, r.generation, r.attempts," \
  " r.last_attempt, r.delay_warned, r.last_reply, r.hold_reason, r.parent, r.part_key, r.order_key," \
  " r.parts_result"

static IstQueueMessage *
read_message (IstStore *self, sqlite3_stmt *s)
{
  IstQueueMessage *m = ist_queue_message_new ();
  guint flags = (guint) sqlite3_column_int (s, 8);

  m->id = sqlite3_column_int64 (s, 0);
  m->queue_id = ist_queue_id_format (m->id, self->node);
  m->sender = ist_db_column_dup (s, 1);
  m->origin = (IstSide) sqlite3_column_int (s, 2);
  m->listener = ist_db_column_dup (s, 3);
  m->peer = ist_db_column_dup (s, 4);
  m->helo = ist_db_column_dup (s, 5);
  m->ret = (IstRet) sqlite3_column_int (s, 6);
  m->envid = ist_db_column_dup (s, 7);
  m->smtputf8 = (flags & 1) != 0;
  m->eight_bit = (flags & 2) != 0;
  m->is_report = (flags & 4) != 0;
  m->priority = (IstPriority) sqlite3_column_int (s, 9);
  m->received = sqlite3_column_int64 (s, 10);
  m->expires = sqlite3_column_int64 (s, 11);
  m->message_id = ist_db_column_dup (s, 12);
  m->size_bytes = (gsize) sqlite3_column_int64 (s, 13);
  return m;
}

static IstQueueRecipient *
read_recipient (sqlite3_stmt *s, int at)
{
  IstQueueRecipient *r = ist_queue_recipient_new (NULL);

  r->id = sqlite3_column_int64 (s, at);
  r->relay = ist_db_column_dup (s, at + 1);
  r->state = (IstState) sqlite3_column_int (s, at + 2);
  r->due = sqlite3_column_int64 (s, at + 3);
  r->address = ist_db_column_dup (s, at + 4);
  r->original = ist_db_column_dup (s, at + 5);
  r->notify = (guint) sqlite3_column_int (s, at + 6);
  r->side = (IstSide) sqlite3_column_int (s, at + 7);
  r->generation = (guint) sqlite3_column_int (s, at + 8);
  r->attempts = (guint) sqlite3_column_int (s, at + 9);
  r->last_attempt = sqlite3_column_int64 (s, at + 10);
  r->delay_warned = sqlite3_column_int (s, at + 11) != 0;
  r->last_reply = ist_db_column_dup (s, at + 12);
  r->hold_reason = ist_db_column_dup (s, at + 13);
  r->parent = sqlite3_column_int64 (s, at + 14);
  r->part_key = ist_db_column_dup (s, at + 15);
  r->order_key = ist_db_column_dup (s, at + 16);
  r->parts_result = (IstState) sqlite3_column_int (s, at + 17);
  return r;
}

/* ---- bodies ---- */

static IstBody *
read_blob (sqlite3_stmt *s, int column)
{
  int size = sqlite3_column_bytes (s, column);
  g_autoptr (GBytes) bytes = g_bytes_new (sqlite3_column_blob (s, column), (gsize) size);

  return ist_body_new_bytes (bytes);
}

static gboolean
load_body (IstStore *self, IstQueueMessage *m, const char *body_file, GError **error)
{
  sqlite3_stmt *s;

  if (body_file != NULL)
    {
      g_autofree char *path = g_build_filename (self->bodies, body_file, NULL);

      m->body = ist_durable_load (path, error);
      return m->body != NULL;
    }
  s = ist_db_prepare (self->db, "SELECT body FROM message WHERE id = ?1", error);
  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, m->id);
  if (ist_db_step (self->db, s, error))
    m->body = read_blob (s, 0);
  sqlite3_reset (s);
  return m->body != NULL;
}

static gboolean
load_part_body (IstStore *self, IstQueueRecipient *r, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (self->db, "SELECT body FROM part WHERE id = ?1", error);

  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, r->id);
  if (ist_db_step (self->db, s, error))
    r->part_body = read_blob (s, 0);
  sqlite3_reset (s);
  if (r->part_body == NULL && error != NULL && *error == NULL)
    g_set_error (error, IST_ERROR, IST_ERROR_DAMAGED, "the text of a part is missing");
  return r->part_body != NULL;
}

/* ---- one message ---- */

static gboolean
load_recipients (IstStore *self, IstQueueMessage *m, IstStoreWhich which, const char *relay,
                 gint64 row, gboolean with_body, GError **error)
{
  g_autoptr (GError) local = NULL;
  sqlite3_stmt *s = ist_db_prepare (
      self->db,
      which == IST_STORE_ALL
          ? "SELECT " RECIPIENT_COLUMNS " FROM recipient r WHERE r.id BETWEEN ?1 AND ?2 ORDER BY r.id"
      : which == IST_STORE_RELAY
          ? "SELECT " RECIPIENT_COLUMNS " FROM recipient r WHERE r.id BETWEEN ?1 AND ?2"
            " AND r.relay = ?3 AND r.state = 0 AND r.parent = 0 ORDER BY r.id"
          : "SELECT " RECIPIENT_COLUMNS " FROM recipient r WHERE r.id BETWEEN ?1 AND ?2 AND r.id = ?4",
      error);

  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, m->id << IST_QUEUE_RCPT_BITS);
  sqlite3_bind_int64 (s, 2, (m->id << IST_QUEUE_RCPT_BITS) | IST_QUEUE_MAX_ROWS);
  if (which == IST_STORE_RELAY)
    ist_db_bind_text (s, 3, relay);
  if (which == IST_STORE_ROW)
    sqlite3_bind_int64 (s, 4, row);
  while (ist_db_step (self->db, s, &local))
    g_ptr_array_add (m->recipients, read_recipient (s, 0));
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  for (guint i = 0; with_body && i < m->recipients->len; i++)
    {
      IstQueueRecipient *r = g_ptr_array_index (m->recipients, i);

      if (r->parent != 0 && !load_part_body (self, r, error))
        return FALSE;
    }
  return TRUE;
}

IstQueueMessage *
ist_store_load (IstStore *self, gint64 message, IstStoreWhich which, const char *relay, gint64 row,
                gboolean with_body, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (
      self->db, "SELECT " MESSAGE_COLUMNS " FROM message m WHERE m.id = ?1", error);
  g_autoptr (IstQueueMessage) m = NULL;
  g_autofree char *body_file = NULL;
  g_autoptr (GError) local = NULL;

  if (s == NULL)
    return NULL;
  sqlite3_bind_int64 (s, 1, message);
  if (!ist_db_step (self->db, s, &local))
    {
      if (local != NULL)
        g_propagate_error (error, g_steal_pointer (&local));
      else
        g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "there is no such message in the queue");
      return NULL;
    }
  m = read_message (self, s);
  body_file = ist_db_column_dup (s, 14);
  sqlite3_reset (s);
  if (!load_recipients (self, m, which, relay, row, with_body, error)
      || (with_body && !load_body (self, m, body_file, error)))
    return NULL;
  return g_steal_pointer (&m);
}

/* ---- the scheduler's questions ---- */

GArray *
ist_store_due (IstStore *self, const char *relay, IstPriority priority, guint limit, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (self->db,
                                    "SELECT id, due, parent FROM recipient WHERE relay = ?1"
                                    " AND priority = ?2 AND state = 0 ORDER BY due LIMIT ?3",
                                    error);
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (IstStoreDue));
  g_autoptr (GError) local = NULL;

  if (s == NULL)
    return NULL;
  ist_db_bind_text (s, 1, relay);
  sqlite3_bind_int (s, 2, (int) priority);
  sqlite3_bind_int (s, 3, (int) limit);
  while (ist_db_step (self->db, s, &local))
    {
      IstStoreDue due = { sqlite3_column_int64 (s, 0), sqlite3_column_int64 (s, 1),
                          sqlite3_column_int64 (s, 2) };

      g_array_append_val (out, due);
    }
  if (local == NULL)
    return g_steal_pointer (&out);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

static GPtrArray *
read_texts (IstStore *self, sqlite3_stmt *s, GError **error)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local = NULL;

  while (ist_db_step (self->db, s, &local))
    g_ptr_array_add (out, ist_db_column_dup (s, 0));
  if (local == NULL)
    return g_steal_pointer (&out);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

GPtrArray *
ist_store_relays (IstStore *self, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (
      self->db, "SELECT DISTINCT relay FROM recipient WHERE state = 0", error);

  return s != NULL ? read_texts (self, s, error) : NULL;
}

/* ---- selections ---- */

static void
bind_filter (sqlite3_stmt *s, const IstQueueFilter *filter)
{
  gint64 only = filter->queue_id != NULL ? ist_queue_id_parse (filter->queue_id) : 0;
  gint64 after = filter->after != NULL ? ist_queue_id_parse (filter->after) : 0;

  sqlite3_bind_int64 (s, 1, filter->queue_id != NULL ? MAX (only, 1) : 0);
  ist_db_bind_text (s, 2, filter->address);
  ist_db_bind_text (s, 3, filter->relay);
  ist_db_bind_text (s, 4, filter->message_id);
  sqlite3_bind_int (s, 5, filter->state);
  sqlite3_bind_int64 (s, 6, after);
  sqlite3_bind_int (s, 7, (int) (filter->limit > 0 ? filter->limit : 1000));
  ist_db_bind_text (s, 8, filter->hold_reason);
}

#define FILTER_JOIN \
  " FROM recipient r JOIN message m ON m.id = r.id >> 14" \
  " WHERE (?1 = 0 OR (r.id BETWEEN ?1 << 14 AND (?1 << 14) | 16383))" \
  " AND (?2 IS NULL OR instr(lower(r.address), lower(?2)) > 0 OR instr(lower(m.sender), lower(?2)) > 0)" \
  " AND (?3 IS NULL OR r.relay = ?3) AND (?4 IS NULL OR m.message_id = ?4)" \
  " AND (?5 < 0 OR r.state = ?5) AND (?8 IS NULL OR r.hold_reason = ?8) AND r.id > (?6 << 14 | (CASE WHEN ?6 > 0 THEN 16383 ELSE 0 END))"

GArray *
ist_store_select (IstStore *self, const IstQueueFilter *filter, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (
      self->db, "SELECT r.id" FILTER_JOIN " AND r.parent = 0 ORDER BY r.id LIMIT ?7", error);
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GError) local = NULL;

  if (s == NULL)
    return NULL;
  bind_filter (s, filter);
  while (ist_db_step (self->db, s, &local))
    {
      gint64 id = sqlite3_column_int64 (s, 0);

      g_array_append_val (out, id);
    }
  if (local == NULL)
    return g_steal_pointer (&out);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

GPtrArray *
ist_store_list (IstStore *self, const IstQueueFilter *filter, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (
      self->db,
      "SELECT " MESSAGE_COLUMNS ", " RECIPIENT_COLUMNS FILTER_JOIN
      " AND m.id IN (SELECT DISTINCT r.id >> 14" FILTER_JOIN " ORDER BY 1 LIMIT ?7) ORDER BY r.id",
      error);
  g_autoptr (GPtrArray) out
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_queue_message_free);
  g_autoptr (GError) local = NULL;
  IstQueueMessage *last = NULL;

  if (s == NULL)
    return NULL;
  bind_filter (s, filter);
  while (ist_db_step (self->db, s, &local))
    {
      if (last == NULL || last->id != sqlite3_column_int64 (s, 0))
        {
          last = read_message (self, s);
          g_ptr_array_add (out, last);
        }
      g_ptr_array_add (last->recipients, read_recipient (s, N_MESSAGE_COLUMNS));
    }
  if (local == NULL)
    return g_steal_pointer (&out);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

/* ---- counts ---- */

gboolean
ist_store_totals (IstStore *self, guint64 *messages, guint64 *bytes, GError **error)
{
  sqlite3_stmt *s
      = ist_db_prepare (self->db, "SELECT count(*), ifnull(sum(size), 0) FROM message", error);

  if (s == NULL || !ist_db_step (self->db, s, error))
    return FALSE;
  *messages = (guint64) sqlite3_column_int64 (s, 0);
  *bytes = (guint64) sqlite3_column_int64 (s, 1);
  sqlite3_reset (s);
  return TRUE;
}

int
ist_store_exists (IstStore *self, gint64 message, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (self->db, "SELECT 1 FROM message WHERE id = ?1", error);
  g_autoptr (GError) local = NULL;
  gboolean there;

  if (s == NULL)
    return -1;
  sqlite3_bind_int64 (s, 1, message);
  there = ist_db_step (self->db, s, &local);
  sqlite3_reset (s);
  if (local == NULL)
    return there;
  g_propagate_error (error, g_steal_pointer (&local));
  return -1;
}

gint64
ist_store_size (IstStore *self, gint64 message)
{
  sqlite3_stmt *s = ist_db_prepare (self->db, "SELECT size FROM message WHERE id = ?1", NULL);
  gint64 size = 0;

  if (s == NULL)
    return 0;
  sqlite3_bind_int64 (s, 1, message);
  if (ist_db_step (self->db, s, NULL))
    size = sqlite3_column_int64 (s, 0);
  sqlite3_reset (s);
  return size;
}

static void
count_free (IstQueueRelayCount *count)
{
  g_free (count->relay);
  g_free (count);
}

void
ist_queue_summary_free (IstQueueSummary *summary)
{
  if (summary == NULL)
    return;
  g_ptr_array_unref (summary->relays);
  g_free (summary->why);
  g_free (summary);
}

IstQueueSummary *
ist_store_summary (IstStore *self, gint64 now, GError **error)
{
  g_autoptr (IstQueueSummary) out = g_new0 (IstQueueSummary, 1);
  g_autoptr (GError) local = NULL;
  sqlite3_stmt *s;

  out->relays = g_ptr_array_new_with_free_func ((GDestroyNotify) count_free);
  if (!ist_store_totals (self, &out->messages, &out->bytes, error))
    return NULL;
  s = ist_db_prepare (self->db,
                      "SELECT relay, sum(state = 0), sum(state = 0 AND due <= ?1), sum(state = 1),"
                      " sum(state = 3), sum(state = 7), min(id) FROM recipient"
                      " WHERE state IN (0, 1, 3, 7) GROUP BY relay ORDER BY relay",
                      error);
  if (s == NULL)
    return NULL;
  sqlite3_bind_int64 (s, 1, now);
  while (ist_db_step (self->db, s, &local))
    {
      IstQueueRelayCount *count = g_new0 (IstQueueRelayCount, 1);

      count->relay = ist_db_column_dup (s, 0);
      count->queued = (guint64) sqlite3_column_int64 (s, 1);
      count->due = (guint64) sqlite3_column_int64 (s, 2);
      count->held = (guint64) sqlite3_column_int64 (s, 3);
      count->waiting = (guint64) sqlite3_column_int64 (s, 4);
      count->dead = (guint64) sqlite3_column_int64 (s, 5);
      count->oldest = ist_queue_message_of (sqlite3_column_int64 (s, 6)) * 10
                      + G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC;
      g_ptr_array_add (out->relays, count);
    }
  if (local == NULL)
    return g_steal_pointer (&out);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

static GArray *
read_ids (IstStore *self, sqlite3_stmt *s, GError **error)
{
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GError) local = NULL;

  while (ist_db_step (self->db, s, &local))
    {
      gint64 id = sqlite3_column_int64 (s, 0);

      g_array_append_val (out, id);
    }
  if (local == NULL)
    return g_steal_pointer (&out);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

GArray *
ist_store_old_dead (IstStore *self, gint64 before, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (
      self->db,
      "SELECT DISTINCT m.id FROM message m JOIN recipient r ON r.id BETWEEN m.id << 14 AND"
      " (m.id << 14) | 16383 WHERE r.state = 7 AND max(r.last_attempt, m.received) < ?1 AND NOT EXISTS"
      " (SELECT 1 FROM recipient o WHERE o.id BETWEEN m.id << 14 AND (m.id << 14) | 16383"
      " AND o.state < 4) LIMIT 1000",
      error);

  if (s == NULL)
    return NULL;
  sqlite3_bind_int64 (s, 1, before);
  return read_ids (self, s, error);
}

gboolean
ist_store_stale (IstStore *self, guint generation, gint64 after, guint limit, GArray **ids,
                 GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (self->db,
                                    "SELECT id FROM recipient WHERE id > ?2 AND generation < ?1"
                                    " AND state IN (0, 1, 3) ORDER BY id LIMIT ?3",
                                    error);

  if (s == NULL)
    return FALSE;
  sqlite3_bind_int (s, 1, (int) generation);
  sqlite3_bind_int64 (s, 2, after);
  sqlite3_bind_int (s, 3, (int) limit);
  *ids = read_ids (self, s, error);
  return *ids != NULL;
}

gboolean
ist_store_body_files (IstStore *self, void (*each) (gpointer user, gint64 message, const char *file),
                      gpointer user, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (
      self->db, "SELECT id, body_file FROM message WHERE body_file IS NOT NULL", error);
  g_autoptr (GError) local = NULL;

  if (s == NULL)
    return FALSE;
  while (ist_db_step (self->db, s, &local))
    each (user, sqlite3_column_int64 (s, 0), (const char *) sqlite3_column_text (s, 1));
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}
