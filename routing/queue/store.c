/*
 * routing/queue/store.c - the SQL of the mail path: messages in, results, parts and their order. What only reads
 * is in store-read.c, what the administrator and a reload do in store-admin.c.
 */
#include "routing/queue/queue-private.h"

#include "base/error.h"

#include <string.h>

const IstDbKind ist_queue_db_kind = {
  .application_id = 0x49735175, /* "IsQu" */
  .version = 1,
  .schema = "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
            "INSERT INTO meta VALUES ('database-id', lower(hex(randomblob(8))));"
            "INSERT INTO meta VALUES ('trace-key', lower(hex(randomblob(16))));"
            "CREATE TABLE message ("
            " id INTEGER PRIMARY KEY, sender TEXT NOT NULL, origin INTEGER NOT NULL,"
            " listener TEXT NOT NULL, peer TEXT NOT NULL, helo TEXT NOT NULL, ret INTEGER NOT NULL,"
            " envid TEXT, flags INTEGER NOT NULL, priority INTEGER NOT NULL, received INTEGER NOT NULL,"
            " expires INTEGER NOT NULL, message_id TEXT, size INTEGER NOT NULL, body_file TEXT,"
            " body BLOB);"
            "CREATE TABLE recipient ("
            " id INTEGER PRIMARY KEY, relay TEXT NOT NULL, priority INTEGER NOT NULL,"
            " state INTEGER NOT NULL, due INTEGER NOT NULL, address TEXT NOT NULL, original TEXT,"
            " notify INTEGER NOT NULL, side INTEGER NOT NULL, generation INTEGER NOT NULL,"
            " attempts INTEGER NOT NULL, last_attempt INTEGER NOT NULL,"
            " delay_warned INTEGER NOT NULL, last_reply TEXT, hold_reason TEXT,"
            " held_since INTEGER NOT NULL DEFAULT 0, parent INTEGER NOT NULL DEFAULT 0,"
            " part_key TEXT, order_key TEXT, parts_result INTEGER NOT NULL DEFAULT 0);"
            "CREATE INDEX recipient_due ON recipient (relay, priority, due) WHERE state = 0;"
            "CREATE INDEX recipient_order ON recipient (order_key, id) WHERE order_key IS NOT NULL;"
            "CREATE TABLE part (id INTEGER PRIMARY KEY, body BLOB NOT NULL);",
};

#define FLAG_UTF8 1
#define FLAG_8BIT 2
#define FLAG_REPORT 4

static guint
flags_of (const IstQueueMessage *message)
{
  return (message->smtputf8 ? FLAG_UTF8 : 0u) | (message->eight_bit ? FLAG_8BIT : 0u)
         | (message->is_report ? FLAG_REPORT : 0u);
}

#define INSERT_MESSAGE \
  "INSERT INTO message VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)"

static gboolean
insert_message (IstStore *self, const IstQueueMessage *m, const char *body_file,
                gboolean ignore_duplicate, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (
      self->db,
      ignore_duplicate ? INSERT_MESSAGE " ON CONFLICT (id) DO NOTHING" : INSERT_MESSAGE,
      error);
  gsize size;
  const char *data;

  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, m->id);
  ist_db_bind_text (s, 2, m->sender);
  sqlite3_bind_int (s, 3, (int) m->origin);
  ist_db_bind_text (s, 4, m->listener != NULL ? m->listener : "");
  ist_db_bind_text (s, 5, m->peer != NULL ? m->peer : "");
  ist_db_bind_text (s, 6, m->helo != NULL ? m->helo : "");
  sqlite3_bind_int (s, 7, (int) m->ret);
  ist_db_bind_text (s, 8, m->envid);
  sqlite3_bind_int (s, 9, (int) flags_of (m));
  sqlite3_bind_int (s, 10, (int) m->priority);
  sqlite3_bind_int64 (s, 11, m->received);
  sqlite3_bind_int64 (s, 12, m->expires);
  ist_db_bind_text (s, 13, m->message_id);
  sqlite3_bind_int64 (s, 14, (gint64) m->size_bytes);
  ist_db_bind_text (s, 15, body_file);
  if (body_file == NULL)
    {
      data = ist_body_data (m->body, &size);
      sqlite3_bind_blob64 (s, 16, data, size, SQLITE_STATIC);
    }
  return ist_db_run (self->db, s, error);
}

static gboolean
insert_recipient (IstStore *self, const IstQueueRecipient *r, IstPriority priority, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (
      self->db,
      "INSERT INTO recipient (id, relay, priority, state, due, address, original, notify, side,"
      " generation, attempts, last_attempt, delay_warned, hold_reason, held_since, parent, part_key,"
      " order_key) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,0,0,0,?11,?12,?13,?14,?15)",
      error);

  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, r->id);
  ist_db_bind_text (s, 2, r->relay != NULL ? r->relay : "");
  sqlite3_bind_int (s, 3, (int) priority);
  sqlite3_bind_int (s, 4, (int) r->state);
  sqlite3_bind_int64 (s, 5, r->due);
  ist_db_bind_text (s, 6, r->address);
  ist_db_bind_text (s, 7, r->original);
  sqlite3_bind_int (s, 8, (int) r->notify);
  sqlite3_bind_int (s, 9, (int) r->side);
  sqlite3_bind_int (s, 10, (int) r->generation);
  ist_db_bind_text (s, 11, r->hold_reason);
  sqlite3_bind_int64 (s, 12, r->state == IST_STATE_HELD ? r->due : 0);
  sqlite3_bind_int64 (s, 13, r->parent);
  ist_db_bind_text (s, 14, r->part_key);
  ist_db_bind_text (s, 15, r->order_key);
  return ist_db_run (self->db, s, error);
}

gboolean
ist_store_insert (IstStore *self, IstQueueMessage *message, const char *body_file,
                  gboolean ignore_duplicate, GError **error)
{
  if (!insert_message (self, message, body_file, ignore_duplicate, error))
    return FALSE;
  if (ignore_duplicate && sqlite3_changes (ist_db_handle (self->db)) == 0)
    return TRUE;
  for (guint i = 0; i < message->recipients->len; i++)
    if (!insert_recipient (self, g_ptr_array_index (message->recipients, i), message->priority,
                           error))
      return FALSE;
  return TRUE;
}

/* ---- removing ---- */

gboolean
ist_store_run (IstStore *self, const char *sql, gint64 a, gint64 b, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (self->db, sql, error);

  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, a);
  sqlite3_bind_int64 (s, 2, b);
  return ist_db_run (self->db, s, error);
}

gboolean
ist_store_delete_message (IstStore *self, gint64 message, char **body_file, GError **error)
{
  gint64 first = message << IST_QUEUE_RCPT_BITS;
  gint64 last = first | IST_QUEUE_MAX_ROWS;
  sqlite3_stmt *s = ist_db_prepare (self->db, "DELETE FROM message WHERE id = ?1 RETURNING body_file",
                                    error);

  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, message);
  if (sqlite3_step (s) == SQLITE_ROW && body_file != NULL && *body_file == NULL)
    *body_file = ist_db_column_dup (s, 0);
  if (!ist_db_run (self->db, s, error))
    return FALSE;
  return ist_store_run (self, "DELETE FROM recipient WHERE id BETWEEN ?1 AND ?2", first, last, error)
         && ist_store_run (self, "DELETE FROM part WHERE id BETWEEN ?1 AND ?2", first, last, error);
}

/* 1 when a row still needs something: queued, held, parts, waiting, and dead ones, which are kept. Comparisons,
 * because SQLite makes a temporary table of a longer IN list, at thirty times the cost of the look. */
static gint64
has_open (IstStore *self, gint64 message, GError **error)
{
  sqlite3_stmt *s
      = ist_db_prepare (self->db,
                        "SELECT EXISTS (SELECT 1 FROM recipient WHERE id BETWEEN ?1 AND ?2"
                        " AND (state <= 3 OR state = 7))",
                        error);
  gint64 open = -1;

  if (s == NULL)
    return -1;
  sqlite3_bind_int64 (s, 1, message << IST_QUEUE_RCPT_BITS);
  sqlite3_bind_int64 (s, 2, (message << IST_QUEUE_RCPT_BITS) | IST_QUEUE_MAX_ROWS);
  if (ist_db_step (self->db, s, error))
    open = sqlite3_column_int64 (s, 0);
  sqlite3_reset (s);
  return open;
}

gboolean
ist_store_remove_if_done (IstStore *self, gint64 message, gboolean *gone, char **body_file, GError **error)
{
  gint64 open = has_open (self, message, error);

  if (open != 0)
    return open > 0;
  *gone = TRUE;
  return ist_store_delete_message (self, message, body_file, error);
}

/* ---- order ---- */

gboolean
ist_store_order (IstStore *self, const char *key, GArray *released, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (
      self->db,
      "UPDATE recipient SET state = 3 WHERE order_key = ?1 AND state = 0 AND id > (SELECT min(id) FROM"
      " recipient WHERE order_key = ?1 AND state IN (0, 1, 3))",
      error);
  g_autoptr (GError) local = NULL;

  if (s == NULL)
    return FALSE;
  ist_db_bind_text (s, 1, key);
  if (!ist_db_run (self->db, s, error))
    return FALSE;
  s = ist_db_prepare (self->db,
                      "UPDATE recipient SET state = 0, due = 0 WHERE state = 3 AND id = (SELECT min(id)"
                      " FROM recipient WHERE order_key = ?1 AND state IN (0, 1, 3))"
                      " RETURNING id, parent, relay, priority",
                      error);
  if (s == NULL)
    return FALSE;
  ist_db_bind_text (s, 1, key);
  while (ist_db_step (self->db, s, &local))
    {
      IstStoreReleased row = { sqlite3_column_int64 (s, 0), sqlite3_column_int64 (s, 1),
                               ist_db_column_dup (s, 2), (IstPriority) sqlite3_column_int (s, 3) };

      if (released != NULL)
        g_array_append_val (released, row);
      else
        g_free (row.relay);
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* ---- results ---- */

static gboolean
has_result (const IstQueueResult *results, guint n_results, gint64 row)
{
  for (guint i = 0; i < n_results; i++)
    if (results[i].recipient == row)
      return TRUE;
  return FALSE;
}

gboolean
ist_store_remove_if_all (IstStore *self, gint64 message, const IstQueueResult *results, guint n_results,
                         gboolean *gone, char **body_file, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (self->db, "SELECT id FROM recipient WHERE id BETWEEN ?1 AND ?2", error);
  g_autoptr (GError) local = NULL;
  gboolean all = TRUE;

  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, message << IST_QUEUE_RCPT_BITS);
  sqlite3_bind_int64 (s, 2, (message << IST_QUEUE_RCPT_BITS) | IST_QUEUE_MAX_ROWS);
  while (all && ist_db_step (self->db, s, &local))
    all = has_result (results, n_results, sqlite3_column_int64 (s, 0));
  sqlite3_reset (s);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (!all)
    return TRUE;
  *gone = TRUE;
  return ist_store_delete_message (self, message, body_file, error);
}

static gboolean
update_row (IstStore *self, const IstQueueResult *r, gint64 now, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (
      self->db,
      "UPDATE recipient SET state = ?2, due = ?3, attempts = attempts + ?4,"
      " last_attempt = CASE WHEN ?4 THEN ?5 ELSE last_attempt END,"
      " delay_warned = max(delay_warned, ?6), last_reply = ifnull(?7, last_reply),"
      " relay = ifnull(?8, relay), generation = CASE WHEN ?8 IS NULL THEN generation ELSE ?9 END,"
      " held_since = CASE WHEN ?2 = 1 THEN ?5 ELSE 0 END,"
      " hold_reason = CASE WHEN ?2 = 1 THEN ?10 END"
      " WHERE id = ?1",
      error);

  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, r->recipient);
  sqlite3_bind_int (s, 2, (int) r->state);
  sqlite3_bind_int64 (s, 3, r->due);
  sqlite3_bind_int (s, 4, r->attempted ? 1 : 0);
  sqlite3_bind_int64 (s, 5, now);
  sqlite3_bind_int (s, 6, r->delay_warned ? 1 : 0);
  ist_db_bind_text (s, 7, r->reply);
  ist_db_bind_text (s, 8, r->relay);
  sqlite3_bind_int (s, 9, (int) r->generation);
  ist_db_bind_text (s, 10, r->hold_reason);
  return ist_db_run (self->db, s, error);
}

gboolean
ist_store_is_final (IstState state)
{
  return state == IST_STATE_DELIVERED || state == IST_STATE_FAILED || state == IST_STATE_EXPIRED;
}

static gint64
parent_of (IstStore *self, gint64 row, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (self->db, "SELECT parent FROM recipient WHERE id = ?1", error);
  gint64 parent = 0;

  if (s == NULL)
    return -1;
  sqlite3_bind_int64 (s, 1, row);
  if (ist_db_step (self->db, s, error))
    parent = sqlite3_column_int64 (s, 0);
  sqlite3_reset (s);
  return parent;
}

/* One delay warning a recipient, whichever of its parts is late. */
static gboolean
mark_siblings (IstStore *self, gint64 parent, GError **error)
{
  return ist_store_run (self,
                  "UPDATE recipient SET delay_warned = 1 WHERE id BETWEEN (?1 >> 14 << 14) AND"
                  " (?1 | 16383) AND parent = ?1",
                  parent, 0, error);
}

/* The last part closes its recipient: delivered when all parts were and nobody wants to hear of it, else due
 * once more with the worst of their results (states grow with badness). *reopened: it is due. */
static gboolean
close_parent (IstStore *self, gint64 parent, gboolean *reopened, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (
      self->db,
      "UPDATE recipient SET (parts_result, last_reply) = (SELECT state, last_reply FROM recipient"
      " WHERE id BETWEEN (?1 >> 14 << 14) AND (?1 | 16383) AND parent = ?1 ORDER BY state DESC, id LIMIT 1),"
      " due = 0 WHERE id = ?1 AND state = 2 AND NOT EXISTS (SELECT 1 FROM recipient WHERE id BETWEEN"
      " (?1 >> 14 << 14) AND (?1 | 16383) AND parent = ?1 AND state IN (0, 1, 3))"
      " RETURNING parts_result = ?2 AND notify & ?3 = 0",
      error);
  g_autoptr (GError) local = NULL;
  gboolean silent = FALSE, closed = FALSE;

  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, parent);
  sqlite3_bind_int (s, 2, IST_STATE_DELIVERED);
  sqlite3_bind_int (s, 3, IST_NOTIFY_SUCCESS);
  while (ist_db_step (self->db, s, &local))
    {
      closed = TRUE;
      silent = sqlite3_column_int (s, 0) != 0;
    }
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  *reopened = closed && !silent;
  return !closed
         || ist_store_run (self, "UPDATE recipient SET state = ?2 WHERE id = ?1", parent,
                     silent ? IST_STATE_DELIVERED : IST_STATE_QUEUED, error);
}

gboolean
ist_store_result (IstStore *self, const IstQueueResult *result, gint64 now, gint64 *reopened,
                  gboolean *gone, char **body_file, GError **error)
{
  gint64 message = ist_queue_message_of (result->recipient);
  gboolean final = ist_store_is_final (result->state) || result->state == IST_STATE_DEAD;
  gboolean again = FALSE;
  gint64 parent = 0;

  if (!update_row (self, result, now, error))
    return FALSE;
  if (final || result->delay_warned)
    parent = parent_of (self, result->recipient, error);
  if (parent < 0 || (parent > 0 && result->delay_warned && !mark_siblings (self, parent, error)))
    return FALSE;
  if (!final)
    return TRUE;
  if (parent > 0 && !close_parent (self, parent, &again, error))
    return FALSE;
  if (again)
    *reopened = parent;
  return ist_store_remove_if_done (self, message, gone, body_file, error);
}

/* ---- parts ---- */

static gint64
next_row (IstStore *self, gint64 message, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (
      self->db, "SELECT max(id) + 1 FROM recipient WHERE id BETWEEN ?1 AND ?2", error);
  gint64 first = message << IST_QUEUE_RCPT_BITS;
  gint64 row = -1;

  if (s == NULL)
    return -1;
  sqlite3_bind_int64 (s, 1, first);
  sqlite3_bind_int64 (s, 2, first | IST_QUEUE_MAX_ROWS);
  if (ist_db_step (self->db, s, error))
    row = sqlite3_column_int64 (s, 0);
  sqlite3_reset (s);
  if (row > (first | IST_QUEUE_MAX_ROWS))
    {
      g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "more than %d parts and recipients in one message",
                   IST_QUEUE_MAX_ROWS);
      return -1;
    }
  return row;
}

static gboolean
insert_part (IstStore *self, const IstQueuePart *part, GError **error)
{
  gint64 row = next_row (self, ist_queue_message_of (part->recipient), error);
  sqlite3_stmt *s;
  gsize size;
  gconstpointer data = g_bytes_get_data (part->body, &size);

  if (row < 0)
    return FALSE;
  s = ist_db_prepare (
      self->db,
      "INSERT INTO recipient (id, relay, priority, state, due, address, original, notify, side,"
      " generation, attempts, last_attempt, delay_warned, parent, part_key, order_key)"
      " SELECT ?2, relay, priority, 0, 0, address, original, notify, side, generation, 0, 0, 0, ?1,"
      " ?3, ?4 FROM recipient WHERE id = ?1",
      error);
  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, part->recipient);
  sqlite3_bind_int64 (s, 2, row);
  ist_db_bind_text (s, 3, part->part_key);
  ist_db_bind_text (s, 4, part->order_key);
  if (!ist_db_run (self->db, s, error))
    return FALSE;
  s = ist_db_prepare (self->db, "INSERT INTO part VALUES (?1, ?2)", error);
  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, row);
  sqlite3_bind_blob64 (s, 2, data, size, SQLITE_STATIC);
  return ist_db_run (self->db, s, error);
}

gboolean
ist_store_parts (IstStore *self, const IstQueuePart *parts, guint n_parts, GError **error)
{
  for (guint i = 0; i < n_parts; i++)
    if (!insert_part (self, &parts[i], error)
        || !ist_store_run (self, "UPDATE recipient SET state = 2 WHERE id = ?1", parts[i].recipient, 0,
                           error)
        || (parts[i].order_key != NULL && !ist_store_order (self, parts[i].order_key, NULL, error)))
      return FALSE;
  return TRUE;
}
