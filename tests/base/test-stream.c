#include "base/clock.h"
#include "base/error.h"
#include "base/stream.h"
#include "tests/harness/harness.h"

#include <glib/gstdio.h>
#include <string.h>

/* A server thread that takes one connection and plays one part. */
typedef struct
{
  GSocketListener *listener;
  guint16 port;
  IstTlsContext *tls;
  gboolean drip;
  GThread *thread;
} Server;

static gpointer
server_run (gpointer data)
{
  Server *self = data;
  g_autoptr (GSocket) socket = g_socket_listener_accept_socket (self->listener, NULL, NULL, NULL);
  g_autoptr (IstStream) stream = ist_stream_new (socket);
  g_autoptr (GString) line = g_string_new (NULL);
  gboolean too_long;

  ist_stream_set_deadline (stream, ist_clock_mono_usecs () + 10 * G_USEC_PER_SEC);
  if (self->drip)
    for (guint i = 0; i < 100 && g_socket_send (socket, "x", 1, NULL, NULL) == 1; i++)
      g_usleep (50000);
  if (self->tls != NULL && !ist_stream_start_tls (stream, self->tls, NULL, NULL))
    return NULL;
  while (ist_stream_read_line (stream, line, 1000000, &too_long, NULL))
    if (!ist_stream_write (stream, line->str, line->len, NULL) || !ist_stream_flush (stream, NULL))
      break;
  return NULL;
}

static void
server_start (Server *self)
{
  self->listener = g_socket_listener_new ();
  self->port = g_socket_listener_add_any_inet_port (self->listener, NULL, NULL);
  self->thread = g_thread_new ("server", server_run, self);
}

static void
server_stop (Server *self)
{
  g_thread_join (self->thread);
  g_object_unref (self->listener);
}

static IstStream *
reach (const Server *server)
{
  return ist_stream_connect ("127.0.0.1", server->port, NULL,
                             ist_clock_mono_usecs () + 5 * G_USEC_PER_SEC, NULL);
}

static void
test_echo (void)
{
  Server server = { 0 };
  g_autoptr (IstStream) stream = NULL;
  g_autoptr (GString) line = g_string_new (NULL);
  gboolean too_long;

  server_start (&server);
  stream = reach (&server);
  ist_stream_set_deadline (stream, ist_clock_mono_usecs () + 10 * G_USEC_PER_SEC);
  IST_ASSERT (ist_stream_write (stream, "one\r\ntwo\r\n", 10, NULL));
  IST_ASSERT (ist_stream_flush (stream, NULL));
  IST_ASSERT (ist_stream_read_line (stream, line, 100, &too_long, NULL));
  IST_ASSERT_STR (line->str, "one\r\n");
  ist_stream_idle (stream);
  IST_ASSERT (ist_stream_read_line (stream, line, 3, &too_long, NULL));
  IST_ASSERT_STR (line->str, "two");
  IST_ASSERT (too_long);
  g_clear_pointer (&stream, ist_stream_free);
  server_stop (&server);
}

/* The deadline bounds the whole call, however slowly bytes come. */
static void
test_deadline (void)
{
  Server server = { .drip = TRUE };
  g_autoptr (IstStream) stream = NULL;
  g_autoptr (GString) line = g_string_new (NULL);
  gint64 start = ist_clock_mono_usecs ();
  gboolean too_long;

  server_start (&server);
  stream = reach (&server);
  ist_stream_set_deadline (stream, start + 300000);
  IST_ASSERT (!ist_stream_read_line (stream, line, 100, &too_long, NULL));
  IST_ASSERT_INT (ist_stream_last_fault (stream), IST_FAULT_TIMEOUT);
  IST_ASSERT (ist_clock_mono_usecs () - start < 2 * G_USEC_PER_SEC);
  g_clear_pointer (&stream, ist_stream_free);
  server_stop (&server);
}

static gpointer
abort_later (gpointer stream)
{
  g_usleep (100000);
  ist_stream_abort (stream);
  return NULL;
}

static void
test_abort (void)
{
  Server server = { 0 };
  g_autoptr (IstStream) stream = NULL;
  g_autoptr (GString) line = g_string_new (NULL);
  GThread *thread;
  gboolean too_long;

  server_start (&server);
  stream = reach (&server);
  thread = g_thread_new ("abort", abort_later, stream);
  IST_ASSERT (!ist_stream_read_line (stream, line, 100, &too_long, NULL));
  IST_ASSERT_INT (ist_stream_last_fault (stream), IST_FAULT_ABORTED);
  g_thread_join (thread);
  g_clear_pointer (&stream, ist_stream_free);
  server_stop (&server);
}

#define FILL 20

/* A socket whose queue of connections is full answers no more, like a host behind a firewall: the attempt ends when it
 * is aborted, not at its deadline. */
static void
test_abort_connect (void)
{
  g_autoptr (GSocket) full
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GPtrArray) streams = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_stream_free);
  IstStream *stuck = NULL;
  guint16 port;

  g_socket_set_listen_backlog (full, 0);
  IST_ASSERT (g_socket_bind (full, address, TRUE, NULL) && g_socket_listen (full, NULL));
  bound = g_socket_get_local_address (full, NULL);
  port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  for (guint i = 0; i < FILL && stuck == NULL; i++)
    {
      IstStream *stream = ist_stream_begin ("127.0.0.1", port, NULL, NULL);

      g_ptr_array_add (streams, stream);
      ist_stream_set_deadline (stream, ist_clock_mono_usecs () + 300 * G_TIME_SPAN_MILLISECOND);
      if (!ist_stream_wait_connected (stream, NULL))
        stuck = stream;
    }
  if (IST_ASSERT (stuck != NULL && ist_stream_last_fault (stuck) == IST_FAULT_TIMEOUT))
    {
      g_autoptr (GError) error = NULL;
      gint64 start = ist_clock_mono_usecs ();
      GThread *thread = g_thread_new ("abort", abort_later, stuck);

      ist_stream_set_deadline (stuck, start + 20 * G_USEC_PER_SEC);
      IST_ASSERT (!ist_stream_wait_connected (stuck, &error));
      IST_ASSERT_ERROR (error, IST_ERROR_RETRY);
      IST_ASSERT_INT (ist_stream_last_fault (stuck), IST_FAULT_ABORTED);
      IST_ASSERT (ist_clock_mono_usecs () - start < 5 * G_USEC_PER_SEC);
      g_thread_join (thread);
    }
}

/* ---- TLS ---- */

static void
test_levels (void)
{
  static const struct
  {
    const char *name;
    IstTlsLevel level;
    gboolean trust;     /* the client knows the certificate as a root */
    const char *reach;  /* name that the client wants */
    gboolean pin;
    gboolean want;
    const char *words;
  } rows[] = {
    { "encrypt takes any", IST_TLS_ENCRYPT, FALSE, "mx.example", FALSE, TRUE, NULL },
    { "may takes any", IST_TLS_MAY, FALSE, "mx.example", FALSE, TRUE, NULL },
    { "verify", IST_TLS_VERIFY, TRUE, "mx.example", FALSE, TRUE, NULL },
    { "verify, other name", IST_TLS_VERIFY, TRUE, "other.example", FALSE, FALSE, "name mismatch" },
    { "verify, unknown root", IST_TLS_VERIFY, FALSE, "mx.example", FALSE, FALSE, "self-signed" },
    { "pinned", IST_TLS_PINNED, FALSE, "mx.example", TRUE, TRUE, NULL },
    { "pinned, another", IST_TLS_PINNED, FALSE, "mx.example", FALSE, FALSE, "none of the pinned" },
  };
  static const char *const names[] = { "mx.example", NULL };
  g_autofree char *dir = ist_test_dir ();
  g_autofree char *crt = g_build_filename (dir, "mx.example.crt", NULL);
  g_autofree char *key = g_build_filename (dir, "mx.example.key", NULL);
  IstTlsOptions server_options = { .certificate_file = crt, .key_file = key };
  g_autofree char *pin = NULL;

  ist_test_certificate (dir, names);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *const pins[] = { rows[i].pin ? pin : "00000000000000000000000000000000"
                                                       "00000000000000000000000000000000", NULL };
      IstTlsOptions options = { .level = rows[i].level, .ca_file = rows[i].trust ? crt : NULL, .pins = pins };
      Server server = { .tls = ist_tls_context_new_server (&server_options, NULL) };
      g_autoptr (IstTlsContext) context = ist_tls_context_new_client (&options, NULL);
      g_autoptr (IstStream) stream = NULL;
      g_autoptr (GError) error = NULL;

      ist_row ("%s", rows[i].name);
      server_start (&server);
      stream = reach (&server);
      ist_stream_set_deadline (stream, ist_clock_mono_usecs () + 10 * G_USEC_PER_SEC);
      IST_ASSERT_INT (ist_stream_start_tls (stream, context, rows[i].reach, &error), rows[i].want);
      if (rows[i].words != NULL && IST_ASSERT (error != NULL)
          && !IST_ASSERT (strstr (error->message, rows[i].words) != NULL))
        ist_note ("%s", error->message);
      if (pin == NULL && ist_stream_tls_info (stream) != NULL)
        pin = g_strdup (ist_stream_tls_info (stream)->peer_fingerprint);
      g_clear_pointer (&stream, ist_stream_free);
      server_stop (&server);
      ist_tls_context_unref (server.tls);
    }
}

static void
test_key_permissions (void)
{
  static const char *const names[] = { "mx.example", NULL };
  g_autofree char *dir = ist_test_dir ();
  g_autofree char *crt = g_build_filename (dir, "mx.example.crt", NULL);
  g_autofree char *key = g_build_filename (dir, "mx.example.key", NULL);
  IstTlsOptions options = { .certificate_file = crt, .key_file = key };
  g_autoptr (GError) error = NULL;

  ist_test_certificate (dir, names);
  g_chmod (key, 0644);
  IST_ASSERT (ist_tls_context_new_server (&options, &error) == NULL);
  IST_ASSERT_ERROR (error, IST_ERROR_CONFIG);
  IST_ASSERT (error != NULL && strstr (error->message, "chmod 0600") != NULL);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "echo", test_echo },
    { "deadline", test_deadline },
    { "abort", test_abort }, { "abort while connecting", test_abort_connect },
    { "TLS levels", test_levels },
    { "key permissions", test_key_permissions },
    { NULL, NULL },
  };

  return ist_test_main ("stream", tests);
}
