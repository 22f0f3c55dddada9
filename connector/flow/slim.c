#include "connector/flow/slim.h"

#include "routing/loop.h"

#include <string.h>

#define MARK "X-Isthmus-Dropped"

static void
drop_trace (IstMessage *message)
{
  if (ist_message_n_fields (message) > 0
      && g_ascii_strcasecmp (ist_message_field_name (message, 0), IST_TRACE_FIELD) == 0)
    ist_message_remove_field (message, 0);
}

/* The topmost Received is ours when it names our queue id; IST_MESSAGE_NOT_FOUND. */
static guint
find_received (const IstMessage *message, const char *queue_id)
{
  guint i = ist_message_find_field (message, "Received", 0);
  g_autofree char *value = i != IST_MESSAGE_NOT_FOUND ? ist_message_field_value (message, i) : NULL;

  return value != NULL && strstr (value, queue_id) != NULL ? i : IST_MESSAGE_NOT_FOUND;
}

static void
drop_received (IstMessage *message, const char *queue_id)
{
  guint i = find_received (message, queue_id);

  if (i != IST_MESSAGE_NOT_FOUND)
    ist_message_remove_field (message, i);
}

guint64
ist_slim_came_size (const IstQueueJob *job)
{
  g_autoptr (IstMessage) message = ist_message_new (job->message->body);
  guint i = find_received (message, job->message->queue_id);
  gsize own = 0;

  if (i != IST_MESSAGE_NOT_FOUND)
    ist_message_field_raw (message, i, &own);
  return ist_message_size (message) - own;
}

/* The message as it came, with nothing but its addresses rewritten. */
static IstMessage *
unconverted (const IstSnapshot *snapshot, const IstQueueJob *job, const IstPrepared *group)
{
  IstSide from = job->message->origin;
  IstRewriter *rewriter = snapshot->rewriters[from][group->side];
  IstMessage *message = ist_message_new (ist_message_original (group->message));

  if (rewriter != NULL && from != group->side && !group->report_only)
    {
      ist_rewriter_header (rewriter, message);
      if (ist_message_is_changed (message))
        ist_rewriter_dkim (message, snapshot->connector->broken_dkim == 1);
    }
  drop_received (message, job->message->queue_id);
  return message;
}

/* Was the Notes copy taken out of mail for the Internet? It does not go there for want of room either. */
static gboolean
must_stay_converted (const IstPrepared *group)
{
  for (guint i = 0; group->side == IST_SIDE_INTERNET && i < group->changes->len; i++)
    {
      const char *transform = ((const IstChange *) g_ptr_array_index (group->changes, i))->transform;

      if (strcmp (transform, "notes-encap-strip") == 0 || strcmp (transform, "notes-active-mail") == 0)
        return TRUE;
    }
  return FALSE;
}

/* A copy in which fields can be dropped without changing the group's message. */
static IstMessage *
copy (const IstMessage *message)
{
  g_autoptr (GBytes) bytes = ist_message_to_bytes (message);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  return ist_message_new (body);
}

static IstMessage *
finish (IstMessage *message, const char *words, guint64 max_bytes, char **dropped)
{
  g_autofree char *mark = g_strdup_printf (MARK ": %s\r\n", words);

  if (ist_message_size (message) + strlen (mark) <= max_bytes)
    ist_message_insert_field (message, 0, mark);
  *dropped = g_strdup (words);
  return message;
}

IstMessage *
ist_slim (const IstSnapshot *snapshot, const IstQueueJob *job, const IstPrepared *group,
          guint64 max_bytes, char **dropped)
{
  g_autoptr (IstMessage) message = NULL;
  gsize added = ist_message_size (group->message);
  g_autoptr (IstMessage) bare = unconverted (snapshot, job, group);

  if (ist_message_size (bare) > max_bytes)
    return NULL;
  /* A far larger message cannot be saved by its header fields: no copy is made to find out. */
  if (added <= max_bytes + 64 * 1024)
    {
      message = copy (group->message);
      drop_trace (message);
      if (ist_message_size (message) <= max_bytes)
        return finish (g_steal_pointer (&message), "trace", max_bytes, dropped);
      drop_received (message, job->message->queue_id);
      if (ist_message_size (message) <= max_bytes)
        return finish (g_steal_pointer (&message), "trace, received", max_bytes, dropped);
    }
  /* A materialised part is what its recipient needs; the message it was made from would be another. */
  if (((const IstPreparedRcpt *) g_ptr_array_index (group->rcpts, 0))->row->part_body != NULL
      || must_stay_converted (group))
    return NULL;
  return finish (g_steal_pointer (&bare), "trace, received, conversion", max_bytes, dropped);
}
