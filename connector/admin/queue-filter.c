#include "connector/admin/queue-filter.h"

static const char *
value (GHashTable *values, const char *name)
{
  const char *text = g_hash_table_lookup (values, name);

  return text != NULL && text[0] != '\0' ? text : NULL;
}

gboolean
ist_queue_filter_read (IstQueueFilter *filter, GHashTable *values, IstHttpResponse *response)
{
  const char *state = value (values, "state");

  filter->queue_id = value (values, "queue-id");
  filter->address = value (values, "address");
  filter->relay = value (values, "relay");
  filter->message_id = value (values, "message-id");
  filter->state = state != NULL ? ist_api_state (state) : -1;
  if (state == NULL || filter->state >= 0)
    return TRUE;
  ist_api_fail (response, 400, "usage",
                "\"%s\" is no state; say queued, held, parts, waiting or dead", state);
  return FALSE;
}

gboolean
ist_queue_filter_is_empty (const IstQueueFilter *filter)
{
  return filter->queue_id == NULL && filter->address == NULL && filter->relay == NULL
         && filter->message_id == NULL && filter->state < 0;
}
