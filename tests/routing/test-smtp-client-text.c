/* Text on its way out: no bare CR or LF leaves, dots are stuffed, what is clean leaves as it is. */
#include "base/message.h"
#include "routing/smtp/client-private.h"
#include "tests/harness/harness.h"

#include <gio/gio.h>
#include <string.h>

/* A client whose peer only listens. */
typedef struct
{
  IstClient client;
  IstStream *peer;
} Pair;

static void
pair_open (Pair *self)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autoptr (GSocket) accepted = NULL;

  memset (self, 0, sizeof *self);
  self->client.stream = ist_stream_connect ("127.0.0.1", port, NULL, G_MAXINT64, NULL);
  self->client.host = (char *) "peer.example";
  self->client.data_timeout_secs = 10;
  accepted = g_socket_listener_accept_socket (listener, NULL, NULL, NULL);
  self->peer = ist_stream_new (accepted);
}

static void
pair_close (Pair *self)
{
  ist_stream_free (self->client.stream);
  ist_stream_free (self->peer);
}

static char *
receive (Pair *self, gsize want)
{
  GString *out = g_string_new (NULL);
  const char *data;
  gsize size;

  IST_ASSERT (ist_stream_flush (self->client.stream, NULL));
  ist_stream_set_deadline (self->peer, g_get_monotonic_time () + 10 * G_USEC_PER_SEC);
  while (out->len < want && ist_stream_peek (self->peer, &data, &size, NULL))
    {
      g_string_append_len (out, data, (gssize) size);
      ist_stream_consume (self->peer, size);
    }
  return g_string_free (out, FALSE);
}

static IstMessage *
message_of (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  return ist_message_new (body);
}

static const struct
{
  const char *name, *text, *dotted;
  gboolean bare, stuffing, high;
} rows[] = {
  { "clean", "a\r\nb\r\n", "a\r\nb\r\n.\r\n", FALSE, FALSE, FALSE },
  { "dot line", "a\r\n.\r\n", "a\r\n..\r\n.\r\n", FALSE, TRUE, FALSE },
  { "dot word", "a\r\n.b\r\n..c\r\n", "a\r\n..b\r\n...c\r\n.\r\n", FALSE, TRUE, FALSE },
  { "dot inside", "a.b\r\nc.\r\n", "a.b\r\nc.\r\n.\r\n", FALSE, FALSE, FALSE },
  { "no line end", "a\r\nb", "a\r\nb\r\n.\r\n", TRUE, FALSE, FALSE },
  { "CR at the end", "a\r", "a\r\n.\r\n", TRUE, FALSE, FALSE },
  { "bare LF", "a\nb\r\n", "a\r\nb\r\n.\r\n", TRUE, FALSE, FALSE },
  { "bare CR", "a\rb\r\n", "a\r\nb\r\n.\r\n", TRUE, FALSE, FALSE },
  { "bare LF before a dot", "a\n.\nb\r\n", "a\r\n..\r\nb\r\n.\r\n", TRUE, FALSE, FALSE },
  { "CR CR LF", "a\r\r\nb\r\n", "a\r\n\r\nb\r\n.\r\n", TRUE, FALSE, FALSE },
  { "high bit", "\xc3\xa4\r\n", "\xc3\xa4\r\n.\r\n", FALSE, FALSE, TRUE },
};

static void
check_text (gsize row, const char *text, const char *dotted)
{
  g_autoptr (IstMessage) message = message_of (text);
  g_autofree char *got = NULL;
  IstTextNeeds needs;
  Pair pair;

  ist_client_text_needs (message, &needs);
  IST_ASSERT_INT (needs.bare_newline, rows[row].bare);
  IST_ASSERT_INT (needs.eight_bit_body, rows[row].high);
  if (!rows[row].bare)
    IST_ASSERT_INT (needs.stuffing, rows[row].stuffing);
  pair_open (&pair);
  IST_ASSERT (ist_client_send_dotted (&pair.client, message, &needs, NULL));
  got = receive (&pair, strlen (dotted));
  IST_ASSERT_STR (got, dotted);
  if (!rows[row].bare)
    {
      g_autofree char *chunk = NULL;

      IST_ASSERT (ist_client_send_chunk (&pair.client, message, NULL));
      chunk = receive (&pair, strlen (text));
      IST_ASSERT_STR (chunk, text);
    }
  pair_close (&pair);
}

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize before = 0; before < 140; before += before < 60 || before > 70 ? 23 : 1)
      {
        g_autofree char *filler = g_strnfill (before, 'f');
        g_autofree char *text = g_strconcat ("S: x\r\n\r\n", filler, "\r\n", rows[i].text, NULL);
        g_autofree char *dotted = g_strconcat ("S: x\r\n\r\n", filler, "\r\n", rows[i].dotted, NULL);

        ist_row ("%s behind %" G_GSIZE_FORMAT, rows[i].name, before);
        check_text (i, text, dotted);
      }
}

/* What lies at the border of two pieces of the scan or of a changed header is judged as one text. */
static void
test_pieces (void)
{
  static const struct
  {
    const char *name;
    const char *tail;
    gboolean bare, stuffing;
  } tails[] = {
    { "CRLF across", "\r\nb\r\n", FALSE, FALSE },
    { "dot behind", "\r\n.b\r\n", FALSE, TRUE },
    { "bare CR", "\rb\r\n", TRUE, FALSE },
    { "bare LF", "\nb\r\n", TRUE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (tails); i++)
    for (gsize before = 32 * 1024 - 4; before < 32 * 1024 + 2; before++)
      {
        g_autofree char *filler = g_strnfill (before - 8, 'f');
        g_autofree char *text = g_strconcat ("S: x\r\n\r\n", filler, tails[i].tail, NULL);
        g_autoptr (IstMessage) message = message_of (text);
        IstTextNeeds needs;

        ist_row ("%s at %" G_GSIZE_FORMAT, tails[i].name, before);
        ist_client_text_needs (message, &needs);
        IST_ASSERT_INT (needs.bare_newline, tails[i].bare);
        if (!tails[i].bare)
          IST_ASSERT_INT (needs.stuffing, tails[i].stuffing);
      }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "rows", test_rows },
    { "pieces", test_pieces },
    { NULL, NULL },
  };

  return ist_test_main ("smtp-client-text", tests);
}
