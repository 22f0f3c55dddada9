/*
 * The sending side of SMTP. The first byte holds switches, the rest is all that the server ever says; then it hangs
 * up. Whatever it is: no bare CR or LF leaves, every recipient has a result, comes next, or the connection is lost;
 * none is called delivered without a 2xx for its final dot.
 */
#include "tests/fuzz/fuzz.h"

#include "routing/smtp/client.h"

#include <gio/gio.h>

typedef struct
{
  GSocket *listener;
  guint16 port;
  GAsyncQueue *work, *done;
} Server;

typedef struct
{
  const guint8 *data;
  gsize size;
  GString *got;
} Work;

static void
serve (GSocket *socket, Work *work)
{
  char block[4096];
  gssize n;

  for (gsize at = 0; at < work->size;)
    {
      n = g_socket_send (socket, (const char *) work->data + at, work->size - at, NULL, NULL);
      if (n <= 0)
        break;
      at += (gsize) n;
    }
  g_socket_shutdown (socket, FALSE, TRUE, NULL);
  while ((n = g_socket_receive (socket, block, sizeof block, NULL, NULL)) > 0)
    g_string_append_len (work->got, block, n);
}

static gpointer
server_main (gpointer data)
{
  Server *self = data;

  for (;;)
    {
      Work *work = g_async_queue_pop (self->work);
      g_autoptr (GSocket) socket = g_socket_accept (self->listener, NULL, NULL);

      serve (socket, work);
      g_socket_close (socket, NULL);
      g_async_queue_push (self->done, work);
    }
  return NULL;
}

static Server *
server_start (void)
{
  static Server *self;
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;

  if (self != NULL)
    return self;
  self = g_new0 (Server, 1);
  self->work = g_async_queue_new ();
  self->done = g_async_queue_new ();
  self->listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_assert_true (g_socket_bind (self->listener, address, TRUE, NULL));
  g_assert_true (g_socket_listen (self->listener, NULL));
  bound = g_socket_get_local_address (self->listener, NULL);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_thread_unref (g_thread_new ("server", server_main, self));
  return self;
}

static void
check_results (const IstClientMail *mail, gboolean whole, gboolean sent_dot)
{
  for (guint i = 0; i < mail->n_rcpts; i++)
    {
      IstClientRcpt *rcpt = &mail->rcpts[i];

      g_assert_true (!whole || rcpt->reply.code != 0 || rcpt->postponed);
      g_assert_false (rcpt->delivered && (rcpt->postponed || !sent_dot));
      g_assert_true (!rcpt->delivered || (rcpt->reply.code >= 200 && rcpt->reply.code < 300));
      g_assert_true (rcpt->reply.text == NULL || strchr (rcpt->reply.text, '\r') == NULL);
      ist_reply_clear (&rcpt->reply);
    }
}

static void
converse (const IstClientOptions *options, guint8 bits)
{
  static const char plain[] = "Subject: x\r\n\r\n.dot\r\n.\r\ntext\r\n";
  static const char wide[] = "Subject: \xc3\xa4\r\n\r\nbare\n.\ncr\r.\r\n\xff";
  const char *text = (bits & 1) != 0 ? wide : plain;
  g_autoptr (IstMessage) message = fuzz_message ((const guint8 *) text, strlen (text));
  IstClientRcpt rcpts[3] = { { .address = "a@b.example" },
                             { .address = "c@d.example", .notify = 4, .original = "rfc822;x+y@d.example" },
                             { .address = "\xc3\xa4@d.example" } };
  IstClientMail mail = { .sender = "s@b.example", .smtputf8 = (bits & 2) != 0, .eight_bit = (bits & 1) != 0,
                         .message = message, .rcpts = rcpts, .n_rcpts = (bits & 2) != 0 ? 3 : 2 };
  g_auto (IstReply) reply = { 0 };
  g_autofree char *note = NULL;
  g_autoptr (GError) error = NULL;
  IstClientFailure failure;
  gboolean sent_dot, ok;
  g_autoptr (IstClient) client = ist_client_open (options, &failure, &reply, &note, &error);

  g_assert_true ((client == NULL) == (error != NULL));
  if (client == NULL)
    return;
  ok = ist_client_send (client, &mail, &failure, &sent_dot, &error);
  g_assert_true (ok == (error == NULL));
  check_results (&mail, ok, sent_dot);
  if (!ok || !ist_client_is_open (client))
    return;
  memset (rcpts, 0, sizeof rcpts);
  rcpts[0].address = "again@b.example";
  mail.n_rcpts = 1;
  mail.smtputf8 = FALSE;
  ok = ist_client_send (client, &mail, &failure, &sent_dot, NULL);
  check_results (&mail, ok, sent_dot);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Server *server = server_start ();
  Work work = { .data = data + 1, .size = size - 1 };
  IstClientOptions options = {
    .address = "127.0.0.1",
    .port = server->port,
    .host = "peer.example",
    .helo = "mx.example",
    .connect_timeout_secs = 20,
    .command_timeout_secs = 20,
    .data_timeout_secs = 20,
    .dot_timeout_secs = 20,
    .quit_timeout_secs = 20,
  };

  if (size == 0 || size > 16384)
    return 0;
  work.got = g_string_new (NULL);
  g_async_queue_push (server->work, &work);
  converse (&options, data[0]);
  g_async_queue_pop (server->done);
  /* A connection that was lost may end in the middle of a line end. */
  if (work.got->len > 0 && work.got->str[work.got->len - 1] == '\r')
    g_string_append_c (work.got, '\n');
  g_assert_false (fuzz_has_bare_newline (work.got->str, work.got->len));
  g_string_free (work.got, TRUE);
  return 0;
}
