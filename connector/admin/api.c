#include "connector/admin/api.h"

#include "base/error.h"

#include <string.h>

const char *
ist_api_param (const IstApiCall *call, const char *name)
{
  const char *value = g_hash_table_lookup (call->request->query, name);

  return value != NULL && value[0] != '\0' ? value : NULL;
}

gboolean
ist_api_number (const IstApiCall *call, const char *name, guint64 max, guint64 otherwise, guint64 *out,
                IstHttpResponse *response)
{
  const char *value = ist_api_param (call, name);

  *out = otherwise;
  if (value == NULL || g_ascii_string_to_unsigned (value, 10, 0, max, out, NULL))
    return TRUE;
  ist_api_fail (response, 400, "usage", "%s: \"%s\" is no number from 0 to %" G_GUINT64_FORMAT, name, value,
                max);
  return FALSE;
}

void
ist_api_answer (IstHttpResponse *response, json_t *json)
{
  char *text = json_dumps (json, JSON_COMPACT);

  response->body = g_bytes_new_with_free_func (text, strlen (text), free, text);
  json_decref (json);
}

void
ist_api_fail (IstHttpResponse *response, guint status, const char *code, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  response->status = status;
  ist_api_answer (response, json_pack ("{s:{s:s,s:o}}", "error", "code", code, "text", ist_api_text (text)));
}

void
ist_api_error (IstHttpResponse *response, const GError *error)
{
  IstError code = ist_error_code (error);

  ist_api_fail (response, code == IST_ERROR_REFUSED ? 404 : code == IST_ERROR_RETRY ? 503 : 500,
                ist_error_code_name (code), "%s", error->message);
}

json_t *
ist_api_text (const char *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;

  return valid != NULL ? json_string (valid) : json_null ();
}

json_t *
ist_api_time (gint64 utc_usecs)
{
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *text = NULL;

  if (utc_usecs <= 0 || utc_usecs == G_MAXINT64)
    return json_null ();
  time = g_date_time_new_from_unix_utc (utc_usecs / G_USEC_PER_SEC);
  text = time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  return text != NULL ? json_string (text) : json_null ();
}

int
ist_api_state (const char *name)
{
  for (int state = IST_STATE_QUEUED; state <= IST_STATE_DEAD; state++)
    if (strcmp (ist_state_name ((IstState) state), name) == 0)
      return state;
  return -1;
}

/* ---- the queue's rows ---- */

static json_t *
notify_json (guint notify)
{
  static const struct
  {
    IstNotify bit;
    const char *name;
  } names[] = { { IST_NOTIFY_NEVER, "never" },
                { IST_NOTIFY_SUCCESS, "success" },
                { IST_NOTIFY_FAILURE, "failure" },
                { IST_NOTIFY_DELAY, "delay" } };
  json_t *list = json_array ();

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if ((notify & names[i].bit) != 0)
      json_array_append_new (list, json_string (names[i].name));
  return list;
}

static json_t *
recipient_json (const IstQueueRecipient *r)
{
  return json_pack ("{s:o,s:o,s:s,s:o,s:s,s:o,s:i,s:o,s:o,s:o,s:o,s:o,s:o}", "address",
                    ist_api_text (r->address), "original", ist_api_text (r->original), "side",
                    ist_side_name (r->side), "relay", ist_api_text (r->relay), "state",
                    ist_state_name (r->state), "due", ist_api_time (r->due), "attempts", (int) r->attempts,
                    "last_attempt", ist_api_time (r->last_attempt), "last_reply",
                    ist_api_text (r->last_reply), "hold_reason", ist_api_text (r->hold_reason), "notify",
                    notify_json (r->notify), "part_key", ist_api_text (r->part_key), "order_key",
                    ist_api_text (r->order_key));
}

json_t *
ist_api_message (const IstQueueMessage *m)
{
  static const char *const priorities[] = { "high", "normal", "low" };
  json_t *recipients = json_array ();

  for (guint i = 0; i < m->recipients->len; i++)
    json_array_append_new (recipients, recipient_json (g_ptr_array_index (m->recipients, i)));
  return json_pack ("{s:o,s:o,s:s,s:o,s:o,s:o,s:o,s:I,s:s,s:b,s:o,s:o,s:o}", "queue_id",
                    ist_api_text (m->queue_id), "sender", ist_api_text (m->sender), "origin",
                    ist_side_name (m->origin), "listener", ist_api_text (m->listener), "peer",
                    ist_api_text (m->peer), "helo", ist_api_text (m->helo), "message_id",
                    ist_api_text (m->message_id), "size_bytes", (json_int_t) m->size_bytes, "priority",
                    priorities[MIN (m->priority, IST_PRIORITY_LOW)], "is_report", m->is_report,
                    "received", ist_api_time (m->received), "expires", ist_api_time (m->expires),
                    "recipients", recipients);
}

json_t *
ist_api_summary (const IstQueueSummary *summary)
{
  json_t *relays = json_array ();

  for (guint i = 0; i < summary->relays->len; i++)
    {
      const IstQueueRelayCount *c = g_ptr_array_index (summary->relays, i);

      json_array_append_new (
          relays, json_pack ("{s:o,s:I,s:I,s:I,s:I,s:I,s:o}", "relay", ist_api_text (c->relay), "queued",
                             (json_int_t) c->queued, "due", (json_int_t) c->due, "held",
                             (json_int_t) c->held, "waiting", (json_int_t) c->waiting, "dead",
                             (json_int_t) c->dead, "oldest", ist_api_time (c->oldest)));
    }
  return json_pack ("{s:b,s:o,s:I,s:I,s:o}", "ok", summary->ok, "why", ist_api_text (summary->why),
                    "messages", (json_int_t) summary->messages, "bytes", (json_int_t) summary->bytes,
                    "relays", relays);
}
