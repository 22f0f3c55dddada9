#include "tests/crash/traffic.h"

#include "routing/smtp/client.h"
#include "routing/smtp/session.h"

#include <gio/gio.h>
#include <string.h>

struct _IstTraffic
{
  IstLedger *ledger;
  GSocketListener *listener;
  GCancellable *cancel;
  GThread *accepter;
  guint16 next_hop;
  guint16 port;
  GPtrArray *senders; /* GThread */
  guint32 seed;
  gint stopping; /* atomic */
  gint sessions; /* atomic: of the next hop */
};

/* ---- the next hop ---- */

typedef struct
{
  IstTraffic *traffic;
  GSocket *socket;
  GString *text;
} Arrival;

static void
on_connect (gpointer user, const IstSessionPeer *peer, IstReply *reply)
{
}

static void
on_mail (gpointer user, const IstSessionPeer *peer, const IstSessionMail *mail, IstReply *reply)
{
  g_string_truncate (((Arrival *) user)->text, 0);
  ist_reply_set (reply, 250, "2.1.0", "ok");
}

static void
on_rcpt (gpointer user, const IstSessionPeer *peer, const IstSessionRcpt *rcpt, IstReply *reply)
{
  ist_reply_set (reply, 250, "2.1.5", "ok");
}

static gboolean
on_data (gpointer user, const IstSessionPeer *peer, IstReply *reply)
{
  return TRUE;
}

static gboolean
on_text (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  g_string_append_len (((Arrival *) user)->text, data, (gssize) size_bytes);
  return TRUE;
}

static void
on_done (gpointer user, const IstSessionPeer *peer, IstReply *reply)
{
  Arrival *arrival = user;

  if (ist_ledger_arrived (arrival->traffic->ledger, arrival->text->str, arrival->text->len))
    ist_reply_set (reply, 250, "2.0.0", "kept");
  else
    ist_reply_set (reply, 554, "5.6.0", "not whole");
}

static void
on_abort (gpointer user)
{
}

static gpointer
arrival_run (gpointer data)
{
  static const IstSessionHandler handler = {
    .connect = on_connect,
    .mail = on_mail,
    .rcpt = on_rcpt,
    .data = on_data,
    .text = on_text,
    .done = on_done,
    .abort = on_abort,
  };
  static const IstSessionLimits limits = {
    .hostname = "next-hop.example",
    .max_recipients = 1000,
    .command_timeout_secs = 60,
    .data_timeout_secs = 30,
    .data_total_secs = 60,
  };
  Arrival *arrival = data;
  IstStream *stream = ist_stream_new (arrival->socket);
  IstSession *session = ist_session_new (stream, &limits, &handler, arrival);

  ist_session_run (session);
  ist_session_free (session);
  ist_stream_free (stream);
  g_string_free (arrival->text, TRUE);
  g_object_unref (arrival->socket);
  g_atomic_int_add (&arrival->traffic->sessions, -1);
  g_free (arrival);
  return NULL;
}

static gpointer
accept_run (gpointer data)
{
  IstTraffic *self = data;

  while (!g_cancellable_is_cancelled (self->cancel))
    {
      GSocket *socket = g_socket_listener_accept_socket (self->listener, NULL, self->cancel, NULL);
      Arrival *arrival;

      if (socket == NULL)
        continue;
      arrival = g_new0 (Arrival, 1);
      arrival->traffic = self;
      arrival->socket = socket;
      arrival->text = g_string_new (NULL);
      g_atomic_int_inc (&self->sessions);
      g_thread_unref (g_thread_new ("next-hop", arrival_run, arrival));
    }
  return NULL;
}

IstTraffic *
ist_traffic_new (IstLedger *ledger)
{
  IstTraffic *self = g_new0 (IstTraffic, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  self->ledger = ledger;
  self->senders = g_ptr_array_new ();
  self->cancel = g_cancellable_new ();
  self->listener = g_socket_listener_new ();
  g_socket_listener_set_backlog (self->listener, 128);
  if (!g_socket_listener_add_address (self->listener, address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error))
    g_error ("next hop: %s", error->message);
  self->next_hop = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->accepter = g_thread_new ("next-hop-accept", accept_run, self);
  return self;
}

guint16
ist_traffic_next_hop (IstTraffic *self)
{
  return self->next_hop;
}

void
ist_traffic_free (IstTraffic *self)
{
  g_cancellable_cancel (self->cancel);
  g_thread_join (self->accepter);
  g_socket_listener_close (self->listener);
  for (guint i = 0; i < 1000 && g_atomic_int_get (&self->sessions) > 0; i++)
    g_usleep (10000);
  g_object_unref (self->listener);
  g_object_unref (self->cancel);
  g_ptr_array_unref (self->senders);
  g_free (self);
}

/* ---- the senders ---- */

typedef struct
{
  IstTraffic *traffic;
  GRand *rand;
} Sender;

static IstClient *
connect_to (const IstTraffic *self)
{
  IstClientOptions options = {
    .address = "127.0.0.1",
    .port = self->port,
    .host = "127.0.0.1",
    .helo = "sender.example",
    .connect_timeout_secs = 5,
    .command_timeout_secs = 20,
    .data_timeout_secs = 20,
    .dot_timeout_secs = 20,
    .quit_timeout_secs = 1,
  };
  g_auto (IstReply) reply = { 0 };
  g_autofree char *note = NULL;
  IstClientFailure failure;

  return ist_client_open (&options, &failure, &reply, &note, NULL);
}

/* FALSE: the connection is lost. */
static gboolean
send_one (Sender *self, IstClient *client)
{
  gboolean large = g_rand_int_range (self->rand, 0, 4) == 0;
  gsize size = (gsize) (large ? g_rand_int_range (self->rand, 40000, 200000)
                              : g_rand_int_range (self->rand, 100, 8000));
  guint number;
  char *text = ist_ledger_write (self->traffic->ledger, size, &number);
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  IstClientRcpt rcpt = { .address = "bob@b.example" };
  IstClientMail mail
      = { .sender = "anna@a.example", .message = message, .rcpts = &rcpt, .n_rcpts = 1 };
  gint64 begin = g_get_monotonic_time ();
  IstClientFailure failure;
  gboolean sent_dot;
  gboolean ok = ist_client_send (client, &mail, &failure, &sent_dot, NULL);

  if (ok && rcpt.delivered)
    ist_ledger_promised (self->traffic->ledger, number, g_get_monotonic_time () - begin);
  ist_reply_clear (&rcpt.reply);
  return ok;
}

static gpointer
sender_run (gpointer data)
{
  Sender *self = data;
  IstTraffic *traffic = self->traffic;

  while (!g_atomic_int_get (&traffic->stopping))
    {
      g_autoptr (IstClient) client = connect_to (traffic);

      if (client == NULL)
        g_usleep (5000);
      while (client != NULL && !g_atomic_int_get (&traffic->stopping) && send_one (self, client))
        ;
    }
  g_rand_free (self->rand);
  g_free (self);
  return NULL;
}

void
ist_traffic_start (IstTraffic *self, guint16 port, guint n, guint32 seed)
{
  self->port = port;
  for (guint i = 0; i < n; i++)
    {
      Sender *sender = g_new (Sender, 1);

      sender->traffic = self;
      sender->rand = g_rand_new_with_seed (seed + i);
      g_ptr_array_add (self->senders, g_thread_new ("sender", sender_run, sender));
    }
}

void
ist_traffic_stop (IstTraffic *self)
{
  g_atomic_int_set (&self->stopping, TRUE);
  for (guint i = 0; i < self->senders->len; i++)
    g_thread_join (g_ptr_array_index (self->senders, i));
  g_ptr_array_set_size (self->senders, 0);
}
