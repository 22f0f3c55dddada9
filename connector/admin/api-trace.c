#include "connector/admin/api.h"
#include "connector/admin/shapes.h"

#include <string.h>

#define MAX_MESSAGES 100

static gboolean
has_recipient (const IstQueueMessage *message, const char *address)
{
  for (guint i = 0; i < message->recipients->len; i++)
    if (g_ascii_strcasecmp (((IstQueueRecipient *) g_ptr_array_index (message->recipients, i))->address,
                            address)
        == 0)
      return TRUE;
  return g_ascii_strcasecmp (message->sender, address) == 0;
}

/* Messages that are in the queue now; each whole, with all its recipients. */
static void
add_messages (IstQueue *queue, const IstQueueFilter *asked, const char *address, GHashTable *seen,
              json_t *list)
{
  IstQueueFilter filter = *asked;
  g_autoptr (GPtrArray) found = NULL;

  filter.state = -1;
  filter.limit = MAX_MESSAGES;
  found = ist_queue_list (queue, &filter, NULL);
  for (guint i = 0; found != NULL && i < found->len && json_array_size (list) < MAX_MESSAGES; i++)
    {
      const IstQueueMessage *m = g_ptr_array_index (found, i);

      if ((address != NULL && !has_recipient (m, address)) || g_hash_table_contains (seen, m->queue_id))
        continue;
      g_hash_table_add (seen, g_strdup (m->queue_id));
      json_array_append_new (list, ist_api_message (m));
    }
}

static json_t *
queued_messages (IstQueue *queue, const char *what, GHashTable *ids)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  IstQueueFilter by_id = { .queue_id = what };
  g_autofree char *bracketed = what[0] == '<' ? g_strdup (what) : g_strdup_printf ("<%s>", what);
  IstQueueFilter by_message_id = { .message_id = bracketed };
  IstQueueFilter by_address = { .address = what };
  json_t *list = json_array ();
  GHashTableIter iter;
  gpointer id;

  add_messages (queue, &by_id, NULL, seen, list);
  add_messages (queue, &by_message_id, NULL, seen, list);
  if (strchr (what, '@') != NULL)
    add_messages (queue, &by_address, what, seen, list);
  g_hash_table_iter_init (&iter, ids);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      by_id.queue_id = id;
      add_messages (queue, &by_id, NULL, seen, list);
    }
  return list;
}

/* GET /v1/trace?what=QUEUE-ID|MESSAGE-ID|ADDRESS */
void
ist_api_trace (const IstApiCall *call, IstHttpResponse *response)
{
  const char *what = ist_api_param (call, "what");
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (call->instance);
  const IstLogSettings *log = ist_settings_get (snapshot->settings, "log", NULL);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean truncated = FALSE;
  json_t *events, *messages;

  if (what == NULL)
    {
      ist_api_fail (response, 400, "usage", "\"what\" is needed: a queue id, Message-ID or address");
      return;
    }
  ist_log_flush (call->instance->log);
  events = log->file != NULL ? ist_shape_story (log->file, what, ids, &truncated) : json_array ();
  messages = queued_messages (call->instance->queue, what, ids);
  if (json_array_size (events) == 0 && json_array_size (messages) == 0)
    {
      json_decref (events);
      json_decref (messages);
      ist_api_fail (response, 404, "refused", "nothing is known about \"%s\"", what);
      return;
    }
  ist_api_answer (response, json_pack ("{s:o,s:o,s:o,s:b}", "what", ist_api_text (what), "events", events,
                                       "messages", messages, "truncated", truncated));
}
