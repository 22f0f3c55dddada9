/*
 * connector/admin/api-queue-act.c - hold, release, retry, delete, redirect.
 *
 * Request: {"action": "hold", "filter": {"relay": "domino"}, "all": false, "reason": "…", "address": "…",
 * "dry_run": false}. With dry_run it only counts what the filter selects.
 */
#include "connector/admin/queue-filter.h"

#include "base/error.h"

#include <string.h>

#define PAGE 1000
#define COUNT_LIMIT 100000
#define REDIRECT_LIMIT 1000

typedef struct
{
  IstQueueAction action;
  IstQueueFilter filter;
  GHashTable *values;
  const char *reason, *address;
  gboolean dry_run;
} Order;

static const struct
{
  const char *name, *past;
} actions[] = {
  [IST_ACTION_HOLD] = { "hold", "held" },         [IST_ACTION_RELEASE] = { "release", "released" },
  [IST_ACTION_RETRY] = { "retry", "retried" },    [IST_ACTION_DELETE] = { "delete", "deleted" },
  [IST_ACTION_REDIRECT] = { "redirect", "redirected" },
};

/* ---- reading the order ---- */

static gboolean
find_action (Order *order, const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_strcmp0 (actions[i].name, name) == 0)
      {
        order->action = (IstQueueAction) i;
        return TRUE;
      }
  return FALSE;
}

static void
read_filter (Order *order, const json_t *filter)
{
  const char *key;
  json_t *text;

  json_object_foreach ((json_t *) filter, key, text)
    if (json_is_string (text))
      g_hash_table_insert (order->values, g_strdup (key), g_strdup (json_string_value (text)));
}

static gboolean
read_order (Order *order, const json_t *body, IstHttpResponse *response)
{
  if (!find_action (order, json_string_value (json_object_get (body, "action"))))
    {
      ist_api_fail (response, 400, "usage",
                    "\"action\" is needed: hold, release, retry, delete or redirect");
      return FALSE;
    }
  read_filter (order, json_object_get (body, "filter"));
  if (!ist_queue_filter_read (&order->filter, order->values, response))
    return FALSE;
  order->reason = json_string_value (json_object_get (body, "reason"));
  order->address = json_string_value (json_object_get (body, "address"));
  order->dry_run = json_is_true (json_object_get (body, "dry_run"));
  if (ist_queue_filter_is_empty (&order->filter) && !json_is_true (json_object_get (body, "all")))
    {
      ist_api_fail (response, 400, "usage",
                    "the filter selects the whole queue; say \"all\": true if that is meant");
      return FALSE;
    }
  if (order->action != IST_ACTION_REDIRECT || (order->address != NULL && strchr (order->address, '@') != NULL))
    return TRUE;
  ist_api_fail (response, 400, "usage", "redirect needs \"address\", the new recipient");
  return FALSE;
}

/* ---- counting ---- */

typedef gboolean (*EachMessage) (gpointer user, const IstQueueMessage *message, GError **error);

/* Messages the filter selects, page by page, at most `limit`; *more: there are others. */
static gboolean
each_message (IstQueue *queue, const IstQueueFilter *filter, guint limit, EachMessage each,
              gpointer user, gboolean *more, GError **error)
{
  IstQueueFilter page = *filter;
  g_autofree char *after = NULL;
  guint done = 0;

  page.limit = PAGE;
  *more = TRUE;
  while (done < limit)
    {
      g_autoptr (GPtrArray) messages = ist_queue_list (queue, &page, error);

      if (messages == NULL)
        return FALSE;
      for (guint i = 0; i < messages->len; i++, done++)
        if (!each (user, g_ptr_array_index (messages, i), error))
          return FALSE;
      *more = messages->len == PAGE;
      if (!*more)
        return TRUE;
      g_free (after);
      after = g_strdup (((IstQueueMessage *) g_ptr_array_index (messages, PAGE - 1))->queue_id);
      page.after = after;
    }
  return TRUE;
}

typedef struct
{
  guint messages, recipients;
} Count;

static gboolean
count_one (gpointer user, const IstQueueMessage *message, GError **error)
{
  Count *count = user;

  count->messages++;
  count->recipients += message->recipients->len;
  return TRUE;
}

static void
answer_count (IstQueue *queue, const Order *order, IstHttpResponse *response)
{
  g_autoptr (GError) error = NULL;
  Count count = { 0 };
  gboolean more;

  if (!each_message (queue, &order->filter, COUNT_LIMIT, count_one, &count, &more, &error))
    ist_api_error (response, error);
  else
    ist_api_answer (response, json_pack ("{s:s,s:i,s:i,s:b}", "action", actions[order->action].name,
                                         "messages", (int) count.messages, "recipients",
                                         (int) count.recipients, "more", more));
}

/* ---- redirecting ---- */

typedef struct
{
  char *queue_id;
  char *relay;
  IstSide side;
} Turn;

static void
turn_free (gpointer data)
{
  Turn *turn = data;

  g_free (turn->queue_id);
  g_free (turn->relay);
  g_free (turn);
}

typedef struct
{
  const IstSnapshot *snapshot;
  const char *address;
  GPtrArray *turns;
} Redirect;

/* The new address is routed as a recipient of this very message: rules and loop guard ask for its origin
 * and sender. */
static gboolean
route_one (gpointer user, const IstQueueMessage *message, GError **error)
{
  Redirect *self = user;
  const IstRouteAsk ask = { .origin = message->origin,
                            .trusted = TRUE,
                            .accepted = TRUE,
                            .relay_internet = TRUE,
                            .sender = message->sender,
                            .size_bytes = message->size_bytes };
  g_auto (IstRoute) route = { 0 };
  Turn *turn;

  ist_router_route (self->snapshot->router, &ask, self->address, &route);
  if (route.action == IST_ROUTE_REFUSE || route.action == IST_ROUTE_DISCARD || route.relay == NULL)
    {
      g_autofree char *reply = ist_reply_to_string (&route.reply);

      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "%s cannot go to <%s>: %s", message->queue_id,
                   self->address, route.action == IST_ROUTE_REFUSE ? reply : "a rule discards it");
      return FALSE;
    }
  turn = g_new0 (Turn, 1);
  turn->queue_id = g_strdup (message->queue_id);
  turn->relay = g_strdup (route.relay);
  turn->side = route.side;
  g_ptr_array_add (self->turns, turn);
  return TRUE;
}

static int
redirect_all (IstInstance *instance, const Order *order, const Redirect *redirect, guint *busy, GError **error)
{
  int changed = 0;

  for (guint i = 0; i < redirect->turns->len; i++)
    {
      const Turn *turn = g_ptr_array_index (redirect->turns, i);
      IstQueueFilter filter = order->filter;
      const IstQueueCommand command = { .action = IST_ACTION_REDIRECT,
                                        .argument = order->address,
                                        .relay = turn->relay,
                                        .side = turn->side };
      guint out = 0;
      int n;

      filter.queue_id = turn->queue_id;
      n = ist_queue_act (instance->queue, &filter, &command, &out, error);
      if (n < 0)
        return -1;
      if (n > 0)
        ist_log (instance->log, IST_LOG_INFO, "admin", "redirected", turn->queue_id, NULL, "to", order->address,
                 "relay", turn->relay, NULL);
      changed += n;
      *busy += out;
    }
  return changed;
}

static int
redirect (IstInstance *instance, const Order *order, guint *busy, GError **error)
{
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (instance);
  g_autoptr (GPtrArray) turns = g_ptr_array_new_with_free_func (turn_free);
  Redirect self = { snapshot, order->address, turns };
  gboolean more;

  if (!each_message (instance->queue, &order->filter, REDIRECT_LIMIT, route_one, &self, &more, error))
    return -1;
  if (!more)
    return redirect_all (instance, order, &self, busy, error);
  g_set_error (error, IST_ERROR, IST_ERROR_REFUSED,
               "more than %d messages are selected; redirect fewer at a time", REDIRECT_LIMIT);
  return -1;
}

/* ---- deleting ---- */

static gboolean
collect (gpointer user, const IstQueueMessage *message, GError **error)
{
  for (guint i = 0; i < message->recipients->len; i++)
    {
      const IstQueueRecipient *r = g_ptr_array_index (message->recipients, i);

      g_hash_table_add (user, g_strdup_printf ("%s %s", message->queue_id, r->address));
    }
  return TRUE;
}

static gboolean
collect_all (IstQueue *queue, const IstQueueFilter *filter, GHashTable *into, GError **error)
{
  gboolean more;

  return each_message (queue, filter, G_MAXUINT, collect, into, &more, error);
}

/* Of what is deleted nothing is left but the log: each recipient that is gone afterwards is named there. */
static int
delete_all (IstInstance *instance, const Order *order, guint *busy, GError **error)
{
  const IstQueueCommand command = { .action = IST_ACTION_DELETE };
  g_autoptr (GHashTable) before = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) after = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer key;
  int changed;

  if (!collect_all (instance->queue, &order->filter, before, error))
    return -1;
  changed = ist_queue_act (instance->queue, &order->filter, &command, busy, error);
  if (changed < 0 || !collect_all (instance->queue, &order->filter, after, error))
    return -1;
  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      const char *blank = strchr (key, ' ');
      g_autofree char *id = g_strndup (key, (gsize) (blank - (const char *) key));

      if (!g_hash_table_contains (after, key))
        ist_log (instance->log, IST_LOG_WARNING, "admin", "deleted", id, "by the administrator", "to", blank + 1,
                 NULL);
    }
  return changed;
}

/* ---- the others ---- */

static int
change (IstInstance *instance, const Order *order, guint *busy, GError **error)
{
  const char *reason = order->reason != NULL ? order->reason : "held by the administrator";
  const IstQueueCommand command = { .action = order->action, .argument = reason };
  int changed = ist_queue_act (instance->queue, &order->filter, &command, busy, error);
  g_autofree char *count = g_strdup_printf ("%d", changed);

  if (changed > 0)
    ist_log (instance->log, IST_LOG_INFO, "admin", actions[order->action].past, order->filter.queue_id,
             order->action == IST_ACTION_HOLD ? reason : NULL, "address", order->filter.address, "relay",
             order->filter.relay, "message_id", order->filter.message_id, "recipients", count, NULL);
  return changed;
}

/* ---- the whole ---- */

static void
act (IstInstance *instance, const Order *order, IstHttpResponse *response)
{
  g_autoptr (GError) error = NULL;
  guint busy = 0;
  int changed = order->action == IST_ACTION_REDIRECT ? redirect (instance, order, &busy, &error)
                : order->action == IST_ACTION_DELETE ? delete_all (instance, order, &busy, &error)
                                                     : change (instance, order, &busy, &error);

  if (changed >= 0)
    {
      ist_api_answer (response, json_pack ("{s:s,s:i,s:i}", "action", actions[order->action].name, "changed",
                                           changed, "busy", (int) busy));
      return;
    }
  ist_api_error (response, error);
  if (response->status == 404)
    response->status = 409;
}

void
ist_api_queue_act (const IstApiCall *call, IstHttpResponse *response)
{
  gsize size;
  const char *data = g_bytes_get_data (call->request->body, &size);
  json_t *body = json_loadb (data != NULL ? data : "", size, JSON_REJECT_DUPLICATES, NULL);
  g_autoptr (GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Order order = { .values = values };

  if (!json_is_object (body))
    ist_api_fail (response, 400, "usage", "the body is no JSON object");
  else if (read_order (&order, body, response))
    {
      if (order.dry_run)
        answer_count (call->instance->queue, &order, response);
      else
        act (call->instance, &order, response);
    }
  json_decref (body);
}
