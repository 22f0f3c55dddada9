#include "connector/admin/api.h"
#include "connector/admin/queue-filter.h"

#include <string.h>

#define LIST_LIMIT 1000

void
ist_api_queue (const IstApiCall *call, IstHttpResponse *response)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IstQueueSummary) summary = ist_queue_summary (call->instance->queue, &error);

  if (summary != NULL)
    ist_api_answer (response, ist_api_summary (summary));
  else
    ist_api_error (response, error);
}

void
ist_api_queue_messages (const IstApiCall *call, IstHttpResponse *response)
{
  IstQueueFilter filter = { .after = ist_api_param (call, "after") };
  g_autoptr (GPtrArray) messages = NULL;
  g_autoptr (GError) error = NULL;
  const char *next = NULL;
  guint64 limit;
  json_t *list;

  if (!ist_api_number (call, "limit", LIST_LIMIT, 100, &limit, response)
      || !ist_queue_filter_read (&filter, call->request->query, response))
    return;
  filter.limit = MAX ((guint) limit, 1);
  messages = ist_queue_list (call->instance->queue, &filter, &error);
  if (messages == NULL)
    {
      ist_api_error (response, error);
      return;
    }
  list = json_array ();
  for (guint i = 0; i < messages->len; i++)
    {
      const IstQueueMessage *m = g_ptr_array_index (messages, i);

      json_array_append_new (list, ist_api_message (m));
      if (i + 1 == filter.limit)
        next = m->queue_id;
    }
  ist_api_answer (response, json_pack ("{s:o,s:o}", "messages", list, "next", ist_api_text (next)));
}

/* /v1/queue/messages/ID and /v1/queue/messages/ID/eml; the latter is the message as it was accepted. */
void
ist_api_queue_message (const IstApiCall *call, IstHttpResponse *response)
{
  g_auto (GStrv) parts = g_strsplit (call->rest, "/", 2);
  gboolean as_mail = g_strcmp0 (parts[1], "eml") == 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (IstQueueMessage) message = NULL;
  const char *data;
  gsize size;

  if (parts[1] != NULL && !as_mail)
    {
      ist_api_fail (response, 404, "refused", "there is no /v1/queue/messages/%s here", call->rest);
      return;
    }
  message = ist_queue_get (call->instance->queue, parts[0], &error);
  if (message == NULL)
    {
      ist_api_error (response, error);
      return;
    }
  if (!as_mail)
    {
      ist_api_answer (response, ist_api_message (message));
      return;
    }
  data = ist_body_data (message->body, &size);
  response->content_type = "message/rfc822";
  response->body = g_bytes_new_with_free_func (data, size, (GDestroyNotify) ist_body_unref,
                                               ist_body_ref (message->body));
}
