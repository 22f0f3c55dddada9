#include "connector/flow/receive.h"

#include "base/address.h"
#include "base/clock.h"
#include "base/error.h"
#include "connector/flow/listener.h"
#include "connector/flow/text.h"
#include "connector/relay-hold.h"
#include "routing/loop.h"
#include "routing/retry.h"

#include <string.h>

/* One recipient of the transaction in hand, as the router saw it at RCPT. */
typedef struct
{
  char *address;
  char *original;
  guint notify;
  IstRoute route;
} Recipient;

struct _IstReceive
{
  IstInstance *instance;
  IstSnapshot *snapshot;
  const IstListenerSettings *listener;
  IstStream *stream;
  const IstPeerSettings *peer; /* NULL: not a listed one */
  IstSessionLimits *limits;    /* the session's, kept right when the peer changes */
  gboolean xclient;            /* the connection itself comes from a peer that may use it */
  char *counted;               /* address counted in the listener, NULL */
  /* the transaction */
  gboolean in_mail;
  char *sender;
  char *envid;
  char *queue_id;
  gsize own_bytes;             /* of the Received field that we put on top */
  IstSessionMail mail;
  GPtrArray *recipients;
  IstQueueSpool *spool;
};

static void
recipient_free (Recipient *self)
{
  g_free (self->address);
  g_free (self->original);
  ist_route_clear (&self->route);
  g_free (self);
}

IstReceive *
ist_receive_new (IstInstance *instance, IstSnapshot *snapshot, const IstListenerSettings *listener,
                 IstStream *stream)
{
  IstReceive *self = g_new0 (IstReceive, 1);

  self->instance = instance;
  self->snapshot = ist_snapshot_ref (snapshot);
  self->listener = listener;
  self->stream = stream;
  self->peer = ist_router_peer (snapshot->router, listener->group.name,
                                ist_stream_peer_address (stream), NULL);
  self->xclient = self->peer != NULL && self->peer->xclient;
  return self;
}

static void
transaction_clear (IstReceive *self)
{
  self->in_mail = FALSE;
  g_clear_pointer (&self->sender, g_free);
  g_clear_pointer (&self->envid, g_free);
  g_clear_pointer (&self->queue_id, g_free);
  g_clear_pointer (&self->recipients, g_ptr_array_unref);
  g_clear_pointer (&self->spool, ist_queue_spool_free);
}

void
ist_receive_free (IstReceive *self)
{
  if (self == NULL)
    return;
  transaction_clear (self);
  if (self->counted != NULL)
    ist_listeners_uncount_peer (self->instance->listeners, self->counted);
  g_free (self->counted);
  ist_snapshot_unref (self->snapshot);
  g_free (self);
}

/* Listed peers carry all the mail of a company over few connections: the limits that stop strangers
 * would stop them (tarpit, commands, errors, messages). */
void
ist_receive_limits (IstReceive *self, IstSessionLimits *limits)
{
  const IstListenerSettings *l = self->listener;
  gboolean listed = self->peer != NULL;

  self->limits = limits;
  *limits = (IstSessionLimits){
    .hostname = self->snapshot->connector->hostname,
    .tls = ist_snapshot_listener_tls (self->snapshot, l),
    .implicit_tls = l->implicit_tls,
    .require_tls = l->require_tls,
    .bare_newline = listed && self->peer->bare_newline == 1 ? IST_BARE_NEWLINE_NORMALIZE
                                                             : IST_BARE_NEWLINE_REFUSE,
    .max_message_bytes = (guint64) l->max_message_bytes,
    .max_recipients = (guint) l->max_recipients,
    .max_commands = listed ? 0 : (guint) l->max_commands,
    .max_errors = listed ? 0 : (guint) l->max_errors,
    .max_messages = listed ? 0 : (guint) l->max_messages,
    .max_header_bytes = (gsize) l->max_header_bytes,
    .command_timeout_secs = (guint) l->command_timeout_secs,
    .data_timeout_secs = (guint) l->data_timeout_secs,
    .data_total_secs = (guint) l->data_total_secs,
    .tarpit_msecs = listed ? 0 : (guint) l->tarpit_msecs,
    .allow_xclient = self->xclient,
  };
}

/* ---- the session's questions ---- */

static void
on_connect (gpointer user, const IstSessionPeer *peer, IstReply *reply)
{
  IstReceive *self = user;

  if (self->peer != NULL || self->counted != NULL)
    return;
  if (!ist_listeners_count_peer (self->instance->listeners, peer->address,
                                 (guint) self->listener->max_sessions_per_peer))
    {
      ist_reply_set (reply, 421, "4.7.0", "%s too many connections from your address",
                     self->snapshot->connector->hostname);
      return;
    }
  self->counted = g_strdup (peer->address);
}

/* TLS and XCLIENT can change who the client is, so the peer is looked up again for each message, and with
 * it what limits hold. */
static void
look_up_peer (IstReceive *self, const IstSessionPeer *peer)
{
  const IstPeerSettings *now = ist_router_peer (
      self->snapshot->router, self->listener->group.name, peer->address, peer->tls);

  if (now == self->peer)
    return;
  self->peer = now;
  ist_receive_limits (self, self->limits);
  if (now == NULL || self->counted == NULL)
    return;
  ist_listeners_uncount_peer (self->instance->listeners, self->counted);
  g_clear_pointer (&self->counted, g_free);
}

static void
on_mail (gpointer user, const IstSessionPeer *peer, const IstSessionMail *mail, IstReply *reply)
{
  IstReceive *self = user;
  g_autoptr (GError) error = NULL;

  transaction_clear (self);
  look_up_peer (self, peer);
  if (self->peer == NULL
      && !ist_listeners_count_message (self->instance->listeners, peer->address,
                                       (guint) self->listener->rate_per_minute))
    {
      ist_reply_set (reply, 450, "4.7.1", "too many messages from your address in this minute");
      return;
    }
  if (!ist_queue_check_room (self->instance->queue, mail->size, &error))
    {
      ist_reply_set (reply, 452, "4.3.1", "%s", error->message);
      return;
    }
  self->in_mail = TRUE;
  self->mail = *mail;
  self->sender = g_strdup (mail->sender);
  self->envid = g_strdup (mail->envid);
  self->recipients = g_ptr_array_new_with_free_func ((GDestroyNotify) recipient_free);
  ist_reply_set (reply, 250, "2.1.0", "sender ok");
}

static IstSide
origin_side (const IstReceive *self)
{
  if (self->peer == NULL)
    return IST_SIDE_INTERNET;
  return ist_side_from_name (self->peer->side != NULL ? self->peer->side : self->listener->side);
}

static void
make_ask (const IstReceive *self, IstRouteAsk *ask)
{
  *ask = (IstRouteAsk){
    .origin = origin_side (self),
    .trusted = self->peer != NULL,
    .relay_internet = self->peer != NULL && self->peer->relay_internet,
    .sender = self->sender,
    .size_bytes = self->mail.size,
  };
}

/* A size limit holds in both directions (MAIL-18): the destination's limit refuses here, before the
 * 250, and not in a report later. */
static gboolean
check_size (const IstReceive *self, const Recipient *recipient, guint64 size, IstReply *reply)
{
  const char *name = ist_side_name (recipient->route.side);
  const IstSideSettings *side = ist_settings_get (self->snapshot->settings, "side", name);

  if (side == NULL || side->max_message_bytes == 0 || size <= (guint64) side->max_message_bytes)
    return TRUE;
  ist_reply_set (reply, 552, "5.3.4",
                 "message of %" G_GUINT64_FORMAT " bytes is larger than the %" G_GINT64_FORMAT
                 " allowed towards %s",
                 size, side->max_message_bytes, name);
  return FALSE;
}

static void
on_rcpt (gpointer user, const IstSessionPeer *peer, const IstSessionRcpt *rcpt, IstReply *reply)
{
  IstReceive *self = user;
  IstRouteAsk ask;
  Recipient *recipient;

  if (self->peer == NULL && !self->listener->public_)
    {
      ist_reply_set (reply, 550, "5.7.1",
                     "%s is not a listed peer of this listener; no mail is taken from it",
                     peer->address);
      return;
    }
  make_ask (self, &ask);
  recipient = g_new0 (Recipient, 1);
  ist_router_route (self->snapshot->router, &ask, rcpt->address, &recipient->route);
  if (recipient->route.action == IST_ROUTE_REFUSE)
    ist_reply_copy (reply, &recipient->route.reply);
  if (recipient->route.action == IST_ROUTE_REFUSE
      || !check_size (self, recipient, self->mail.size, reply))
    {
      recipient_free (recipient);
      return;
    }
  recipient->address = g_strdup (rcpt->address);
  recipient->original = g_strdup (rcpt->original);
  recipient->notify = rcpt->notify;
  g_ptr_array_add (self->recipients, recipient);
  ist_reply_set (reply, 250, "2.1.5", "recipient ok");
}

/* A full disk is told as such (RFC 5321 4.2.3: 452), also when its last bytes went while the text came. */
static void
on_not_stored (gpointer user, const IstSessionPeer *peer, const GError *error, IstReply *reply)
{
  IstReceive *self = user;
  g_autoptr (GError) room = NULL;

  if (ist_queue_is_full (self->instance->queue))
    ist_reply_set (reply, 452, "4.3.1", "insufficient system storage");
  else if (!ist_queue_check_room (self->instance->queue, self->mail.size, &room))
    ist_reply_set (reply, 452, "4.3.1", "%s", room->message);
  else
    ist_reply_set (reply, 451, "4.3.0", "the message could not be stored; try again later");
  ist_log (self->instance->log, IST_LOG_ERROR, "queue", "store-failed", NULL, error->message,
           "peer", peer->address, NULL);
}

/* The Received field names the recipient by the primary address: a routing sub-domain would leave with it. */
static gboolean
on_data (gpointer user, const IstSessionPeer *peer, IstReply *reply)
{
  IstReceive *self = user;
  const char *only = self->recipients->len == 1
                         ? ((Recipient *) g_ptr_array_index (self->recipients, 0))->route.primary
                         : NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *field = NULL;

  g_free (self->queue_id);
  self->queue_id = ist_queue_new_id (self->instance->queue);
  field = ist_received_field (self->snapshot->connector->hostname, peer, self->queue_id,
                              self->mail.smtputf8, only, ist_clock_wall_usecs ());
  self->own_bytes = strlen (field);
  self->spool = ist_queue_spool_new (self->instance->queue);
  if (ist_queue_spool_append (self->spool, field, strlen (field), &error))
    return TRUE;
  on_not_stored (self, peer, error, reply);
  return FALSE;
}

static gboolean
on_text (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  IstReceive *self = user;

  return ist_queue_spool_append (self->spool, data, size_bytes, error);
}

static void
on_abort (gpointer user)
{
  transaction_clear (user);
}

/* ---- the final dot ---- */

/* Rules on size and header could not be asked at RCPT. One recipient that they refuse refuses the
 * message: SMTP has one answer for all at this point. */
static gboolean
route_again (IstReceive *self, const IstMessage *message, IstReply *reply)
{
  IstRouteAsk ask;

  make_ask (self, &ask);
  ask.size_bytes = ist_message_size (message) - self->own_bytes;
  ask.message = message;
  for (guint i = 0; i < self->recipients->len; i++)
    {
      Recipient *recipient = g_ptr_array_index (self->recipients, i);

      if (recipient->route.final_known)
        continue;
      ist_route_clear (&recipient->route);
      memset (&recipient->route, 0, sizeof recipient->route);
      ist_router_route (self->snapshot->router, &ask, recipient->address, &recipient->route);
      if (recipient->route.action != IST_ROUTE_REFUSE)
        continue;
      ist_reply_copy (reply, &recipient->route.reply);
      return FALSE;
    }
  return TRUE;
}

/* For all at once, because the final dot has one answer; bytes that we added do not count. */
static gboolean
check_sizes (const IstReceive *self, guint64 size, IstReply *reply)
{
  for (guint i = 0; i < self->recipients->len; i++)
    if (!check_size (self, g_ptr_array_index (self->recipients, i), size, reply))
      return FALSE;
  return TRUE;
}

static gboolean
check_text (IstReceive *self, const IstMessage *message, IstReply *reply)
{
  guint max_hops = (guint) self->snapshot->connector->max_hops;

  if (ist_loop_count_received (message) > max_hops)
    {
      ist_reply_set (reply, 554, "5.4.6", "more than %u Received fields: this message goes in circles",
                     max_hops);
      return FALSE;
    }
  if (self->peer != NULL && self->peer->exchange_online
      && !ist_router_tenant_ok (self->snapshot->router, message))
    {
      ist_reply_set (reply, 550, "5.7.1",
                     "this message does not come from the Exchange Online tenant served here");
      return FALSE;
    }
  for (guint i = 0; i < self->recipients->len; i++)
    {
      const Recipient *recipient = g_ptr_array_index (self->recipients, i);

      if (!ist_loop_has_passed (message, self->snapshot->connector->hostname,
                                ist_queue_trace_key (self->instance->queue), recipient->address))
        continue;
      ist_reply_set (reply, 554, "5.4.6", "<%s> was given this very message before: mail loop",
                     recipient->address);
      return FALSE;
    }
  return route_again (self, message, reply)
         && check_sizes (self, ist_message_size (message) - self->own_bytes, reply);
}

static char *
message_id (const IstMessage *message)
{
  guint i = ist_message_find_field (message, "Message-ID", 0);

  return i != IST_MESSAGE_NOT_FOUND ? ist_message_field_value (message, i) : NULL;
}

static IstQueueMessage *
make_queue_message (IstReceive *self, const IstSessionPeer *peer, const IstMessage *message)
{
  IstQueueMessage *out = ist_queue_message_new ();

  out->queue_id = g_strdup (self->queue_id);
  out->sender = g_strdup (self->sender);
  out->origin = origin_side (self);
  out->listener = g_strdup (self->listener->group.name);
  out->peer = g_strdup (peer->address);
  out->helo = g_strdup (peer->helo);
  out->ret = self->mail.ret;
  out->envid = g_strdup (self->envid);
  out->smtputf8 = self->mail.smtputf8;
  out->eight_bit = self->mail.eight_bit;
  out->priority = IST_PRIORITY_LOW;
  out->received = ist_queue_now (self->instance->queue);
  out->message_id = message_id (message);
  return out;
}

/* Adds the recipients that go somewhere; the longest expiry of their relays is the message's. */
static void
add_recipients (IstReceive *self, IstQueueMessage *out)
{
  for (guint i = 0; i < self->recipients->len; i++)
    {
      const Recipient *in = g_ptr_array_index (self->recipients, i);
      const IstRelaySettings *relay;
      IstQueueRecipient *row;
      gint64 expires;

      if (in->route.action == IST_ROUTE_DISCARD)
        continue;
      relay = ist_settings_get (self->snapshot->settings, "relay", in->route.relay);
      expires = out->received + ist_retry_expire_secs (relay) * G_USEC_PER_SEC;
      out->expires = MAX (out->expires, expires);
      out->priority = MIN (out->priority, in->route.priority);
      row = ist_queue_recipient_new (in->address);
      row->original = in->original != NULL ? g_strdup (in->original)
                                           : g_strdup_printf ("%s;%s",
                                                              ist_is_ascii (in->address) ? "rfc822"
                                                                                         : "utf-8",
                                                              in->address);
      row->notify = in->notify;
      row->side = in->route.side;
      row->relay = g_strdup (in->route.relay);
      row->generation = self->snapshot->generation;
      if (in->route.action == IST_ROUTE_HOLD || (relay != NULL && relay->hold))
        {
          row->state = IST_STATE_HELD;
          row->hold_reason = in->route.action == IST_ROUTE_HOLD
                                 ? g_strdup_printf ("rule %s", in->route.rule)
                                 : ist_relay_hold_reason (in->route.relay);
        }
      g_ptr_array_add (out->recipients, row);
    }
}

static void
log_received (IstReceive *self, const IstSessionPeer *peer, const IstQueueMessage *message,
              gsize size)
{
  IstLog *log = self->instance->log;
  g_autofree char *bytes = g_strdup_printf ("%" G_GSIZE_FORMAT, size);

  ist_log (log, IST_LOG_INFO, "smtp", "received", message->queue_id, NULL, "from", message->sender,
           "peer", peer->address, "side", ist_side_name (message->origin), "listener",
           message->listener, "size", bytes, "message_id", message->message_id, "tls",
           peer->tls != NULL ? peer->tls->version : NULL, NULL);
  for (guint i = 0; i < self->recipients->len; i++)
    {
      const Recipient *recipient = g_ptr_array_index (self->recipients, i);

      ist_log (log, IST_LOG_INFO, "route",
               recipient->route.action == IST_ROUTE_DISCARD ? "discarded" : "routed",
               message->queue_id, NULL, "to", recipient->address, "primary",
               recipient->route.primary, "side", ist_side_name (recipient->route.side), "relay",
               recipient->route.relay, "rule", recipient->route.rule, NULL);
    }
}

static gboolean
accept_message (IstReceive *self, const IstSessionPeer *peer, IstReply *reply, GError **error)
{
  g_autoptr (IstQueueMessage) out = NULL;
  g_autoptr (IstMessage) message = NULL;
  g_autoptr (IstBody) body = NULL;

  body = ist_queue_spool_finish (self->spool, error);
  if (body == NULL)
    return FALSE;
  message = ist_message_new (body);
  if (!check_text (self, message, reply))
    return TRUE;
  out = make_queue_message (self, peer, message);
  out->body = ist_body_ref (body);
  out->size_bytes = ist_body_size (body);
  add_recipients (self, out);
  if (out->recipients->len > 0
      && !ist_queue_submit (self->instance->queue, out, self->spool, error))
    return FALSE;
  g_atomic_pointer_add (&self->instance->counters.received, 1);
  log_received (self, peer, out, out->size_bytes);
  ist_reply_set (reply, 250, "2.0.0", "queued as %s", self->queue_id);
  return TRUE;
}

static void
on_done (gpointer user, const IstSessionPeer *peer, IstReply *reply)
{
  IstReceive *self = user;
  g_autoptr (GError) error = NULL;

  if (!accept_message (self, peer, reply, &error))
    on_not_stored (self, peer, error, reply);
  transaction_clear (self);
}

static void
on_event (gpointer user, const IstSessionPeer *peer, const char *command, const IstReply *reply,
          const char *why)
{
  IstReceive *self = user;
  g_autofree char *text = reply != NULL ? ist_reply_to_string (reply) : NULL;

  if (reply != NULL)
    g_atomic_pointer_add (&self->instance->counters.refused, 1);
  ist_log (self->instance->log, IST_LOG_INFO, "smtp", reply != NULL ? "refused" : "session", NULL,
           why, "peer", peer->address, "helo", peer->helo, "listener", self->listener->group.name,
           "command", command, "reply", text, "from", self->sender, NULL);
}

const IstSessionHandler ist_receive_handler = {
  .connect = on_connect,
  .mail = on_mail,
  .rcpt = on_rcpt,
  .data = on_data,
  .text = on_text,
  .not_stored = on_not_stored,
  .done = on_done,
  .abort = on_abort,
  .event = on_event,
};
