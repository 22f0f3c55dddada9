/*
 * routing/queue/store-admin.c - the SQL of what the administrator, a reload and a start do.
 */
#include "routing/queue/queue-private.h"

#include "base/error.h"

/* ---- the administrator ---- */

static gboolean
redirect (IstStore *self, gint64 row, const IstQueueCommand *command, guint generation,
          GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (self->db,
                                    "UPDATE recipient SET address = ?2, relay = ?3, side = ?4,"
                                    " state = 0, due = 0, generation = ?5, held_since = 0, hold_reason = NULL"
                                    " WHERE id = ?1",
                                    error);

  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, row);
  ist_db_bind_text (s, 2, command->argument);
  ist_db_bind_text (s, 3, command->relay);
  sqlite3_bind_int (s, 4, (int) command->side);
  sqlite3_bind_int (s, 5, (int) generation);
  return ist_db_run (self->db, s, error);
}

static gboolean
hold (IstStore *self, gint64 row, const char *reason, gint64 now, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (
      self->db, "UPDATE recipient SET state = 1, held_since = ?2, hold_reason = ?3 WHERE id = ?1", error);

  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, row);
  sqlite3_bind_int64 (s, 2, now);
  ist_db_bind_text (s, 3, reason != NULL ? reason : "administrator");
  return ist_db_run (self->db, s, error);
}

/* A held recipient does not age: the time it was held is given back to its message, once for all recipients
 * held at the same time. Whoever is still held takes over the longer time. */
static gboolean
give_time_back (IstStore *self, gint64 row, gint64 now, GError **error)
{
  static const char others[]
      = "UPDATE recipient SET held_since = min(held_since, ifnull((SELECT held_since FROM recipient WHERE"
        " id = ?1 AND state = 1), held_since))"
        " WHERE id BETWEEN (?1 >> 14 << 14) AND (?1 | 16383) AND id <> ?1 AND state = 1";
  static const char message[]
      = "UPDATE message SET expires = expires + ifnull((SELECT max(0, ?2 - max(held_since, received)) FROM"
        " recipient WHERE id = ?1 AND state = 1), 0) WHERE id = ?1 >> 14 AND NOT EXISTS (SELECT 1 FROM recipient WHERE id BETWEEN"
        " (?1 >> 14 << 14) AND (?1 | 16383) AND id <> ?1 AND state = 1)";

  return ist_store_run (self, others, row, 0, error) && ist_store_run (self, message, row, now, error);
}

static gboolean
release (IstStore *self, gint64 row, gint64 now, GError **error)
{
  return give_time_back (self, row, now, error)
         && ist_store_run (self,
                           "UPDATE recipient SET state = 0, due = 0, held_since = 0, hold_reason = NULL"
                           " WHERE id = ?1",
                           row, 0, error);
}

/* A recipient whose parts were done tries those again that did not arrive. */
static gboolean
retry (IstStore *self, gint64 row, GError **error)
{
  static const char parts[]
      = "UPDATE recipient SET state = 0, due = 0 WHERE id BETWEEN (?1 >> 14 << 14) AND (?1 | 16383)"
        " AND parent = ?1 AND state IN (5, 6, 7)";
  static const char whole[]
      = "UPDATE recipient SET parts_result = 0, due = 0, state = (CASE WHEN EXISTS (SELECT 1 FROM recipient"
        " WHERE id BETWEEN (?1 >> 14 << 14) AND (?1 | 16383) AND parent = ?1 AND state = 0) THEN 2 ELSE 0"
        " END) WHERE id = ?1";

  return ist_store_run (self, parts, row, 0, error) && ist_store_run (self, whole, row, 0, error);
}

gboolean
ist_store_can_act (IstState state, IstQueueAction action)
{
  gboolean open = state == IST_STATE_QUEUED || state == IST_STATE_WAITING;

  switch (action)
    {
    case IST_ACTION_HOLD:
      return open;
    case IST_ACTION_RELEASE:
      return state == IST_STATE_HELD;
    case IST_ACTION_RETRY:
      return open || state == IST_STATE_DEAD;
    case IST_ACTION_REDIRECT:
      return open || state == IST_STATE_HELD || state == IST_STATE_DEAD;
    case IST_ACTION_DELETE:
      return TRUE;
    }
  return FALSE;
}

gboolean
ist_store_act (IstStore *self, gint64 recipient, const IstQueueCommand *command, guint generation,
               gint64 now, gboolean *gone, char **body_file, GError **error)
{
  switch (command->action)
    {
    case IST_ACTION_HOLD:
      return hold (self, recipient, command->argument, now, error);
    case IST_ACTION_RELEASE:
      return release (self, recipient, now, error);
    case IST_ACTION_RETRY:
      return retry (self, recipient, error);
    case IST_ACTION_REDIRECT:
      return give_time_back (self, recipient, now, error)
             && redirect (self, recipient, command, generation, error);
    case IST_ACTION_DELETE:
      if (!ist_store_run (self, "DELETE FROM part WHERE id IN (SELECT id FROM recipient WHERE id BETWEEN"
                                " (?1 >> 14 << 14) AND (?1 | 16383) AND parent = ?1)",
                          recipient, 0, error)
          || !ist_store_run (self, "DELETE FROM recipient WHERE id BETWEEN (?1 >> 14 << 14) AND"
                                   " (?1 | 16383) AND (id = ?1 OR parent = ?1)",
                             recipient, 0, error))
        return FALSE;
      return ist_store_remove_if_done (self, ist_queue_message_of (recipient), gone, body_file, error);
    }
  return TRUE;
}

static gboolean
order_message (IstStore *self, gint64 message, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (self->db,
                                    "SELECT DISTINCT order_key FROM recipient WHERE id BETWEEN ?1 AND ?2"
                                    " AND order_key IS NOT NULL",
                                    error);
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local = NULL;

  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, message << IST_QUEUE_RCPT_BITS);
  sqlite3_bind_int64 (s, 2, (message << IST_QUEUE_RCPT_BITS) | IST_QUEUE_MAX_ROWS);
  while (ist_db_step (self->db, s, &local))
    g_ptr_array_add (keys, ist_db_column_dup (s, 0));
  for (guint i = 0; local == NULL && i < keys->len; i++)
    ist_store_order (self, g_ptr_array_index (keys, i), NULL, &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
ist_store_mark_dead (IstStore *self, gint64 message, const char *why, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (self->db,
                                    "UPDATE recipient SET state = 7, last_reply = ?3"
                                    " WHERE id BETWEEN ?1 AND ?2 AND state < 4",
                                    error);

  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, message << IST_QUEUE_RCPT_BITS);
  sqlite3_bind_int64 (s, 2, (message << IST_QUEUE_RCPT_BITS) | IST_QUEUE_MAX_ROWS);
  ist_db_bind_text (s, 3, why);
  return ist_db_run (self->db, s, error) && order_message (self, message, error);
}

gboolean
ist_store_route (IstStore *self, gint64 recipient, IstSide side, const char *relay,
                 guint generation, GError **error)
{
  sqlite3_stmt *s = ist_db_prepare (
      self->db, "UPDATE recipient SET side = ?2, relay = ?3, generation = ?4 WHERE id = ?1", error);

  if (s == NULL)
    return FALSE;
  sqlite3_bind_int64 (s, 1, recipient);
  sqlite3_bind_int (s, 2, (int) side);
  ist_db_bind_text (s, 3, relay);
  sqlite3_bind_int (s, 4, (int) generation);
  return ist_db_run (self->db, s, error);
}

/* A clock that was far ahead when rows were written must not park them for years. */
gboolean
ist_store_clamp_due (IstStore *self, gint64 now, gint64 latest, GError **error)
{
  return ist_store_run (self, "UPDATE recipient SET due = ?1 WHERE state = 0 AND due > ?2", now, latest,
                  error);
}
