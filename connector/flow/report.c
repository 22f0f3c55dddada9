#include "connector/flow/report.h"

#include "base/address.h"
#include "base/clock.h"
#include "connector/flow/text.h"
#include "connector/relay-hold.h"
#include "routing/retry.h"

#include <string.h>

/* Our own messages have the null sender, so nothing ever answers them with another report. */
static IstQueueMessage *
own_message (IstInstance *instance, const IstSnapshot *snapshot, const char *recipient,
             gboolean is_report, const char *queue_id, GBytes *bytes)
{
  IstRouteAsk ask = { .origin = IST_SIDE_NONE, .trusted = TRUE, .relay_internet = TRUE, .sender = "" };
  g_auto (IstRoute) route = { 0 };
  IstQueueMessage *message;
  IstQueueRecipient *row;
  const IstRelaySettings *relay;

  ist_router_route (snapshot->router, &ask, recipient, &route);
  if (route.action != IST_ROUTE_RELAY && route.action != IST_ROUTE_HOLD)
    {
      g_autofree char *why = ist_reply_to_string (&route.reply);

      ist_log (instance->log, IST_LOG_ERROR, "report", "unroutable", queue_id, why, "to", recipient,
               NULL);
      return NULL;
    }
  message = ist_queue_message_new ();
  message->queue_id = g_strdup (queue_id);
  message->sender = g_strdup ("");
  message->origin = IST_SIDE_NONE;
  message->listener = g_strdup ("");
  message->peer = g_strdup ("");
  message->helo = g_strdup ("");
  message->is_report = is_report;
  /* RFC 6531: an address in UTF-8 stands in the report's header and envelope. */
  message->smtputf8 = !ist_is_ascii (recipient);
  message->eight_bit = TRUE;
  message->priority = IST_PRIORITY_NORMAL;
  message->received = ist_queue_now (instance->queue);
  message->body = ist_body_new_bytes (bytes);
  message->size_bytes = g_bytes_get_size (bytes);
  relay = ist_settings_get (snapshot->settings, "relay", route.relay);
  message->expires
      = message->received + ist_retry_expire_secs (relay) * G_USEC_PER_SEC;
  row = ist_queue_recipient_new (recipient);
  row->side = route.side;
  row->relay = g_strdup (route.relay);
  row->generation = snapshot->generation;
  row->notify = IST_NOTIFY_NEVER;
  if (relay != NULL && relay->hold)
    {
      row->state = IST_STATE_HELD;
      row->hold_reason = ist_relay_hold_reason (route.relay);
    }
  g_ptr_array_add (message->recipients, row);
  return message;
}

static const char *
kind_name (IstReportKind kind)
{
  static const char *const names[] = { "failure", "delay", "relayed" };

  return names[kind];
}

IstQueueMessage *
ist_flow_report (IstInstance *instance, const IstSnapshot *snapshot,
                 const IstQueueMessage *original, IstReportKind kind, const GPtrArray *rcpts)
{
  g_autofree char *queue_id = ist_queue_new_id (instance->queue);
  IstReportRequest request = {
    .kind = kind,
    .hostname = snapshot->connector->hostname,
    .queue_id = queue_id,
    .now_wall_usecs = ist_clock_wall_usecs (),
    .original = original,
    .rcpts = rcpts,
  };
  g_autoptr (GBytes) bytes = ist_report_build (&request);
  IstQueueMessage *report
      = own_message (instance, snapshot, original->sender, TRUE, queue_id, bytes);

  if (report == NULL)
    return NULL;
  g_atomic_pointer_add (&instance->counters.reported, 1);
  ist_log (instance->log, IST_LOG_INFO, "report", "reported", original->queue_id, NULL, "kind",
           kind_name (kind), "to", original->sender, "report_id", queue_id, NULL);
  return report;
}

IstQueueMessage *
ist_flow_notice (IstInstance *instance, const IstSnapshot *snapshot, const char *recipient,
                 const char *subject, const char *text)
{
  g_autofree char *queue_id = ist_queue_new_id (instance->queue);
  g_autofree char *date = ist_rfc5322_date (ist_clock_wall_usecs ());
  const char *host = snapshot->connector->hostname;
  GString *out = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;

  g_string_append_printf (out,
                          "From: Isthmus <postmaster@%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\n"
                          "Message-ID: <%s@%s>\r\nAuto-Submitted: auto-generated\r\n"
                          "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                          "Content-Transfer-Encoding: 8bit\r\n\r\n%s",
                          host, recipient, subject, date, queue_id, host, text);
  bytes = g_string_free_to_bytes (out);
  return own_message (instance, snapshot, recipient, TRUE, queue_id, bytes);
}
