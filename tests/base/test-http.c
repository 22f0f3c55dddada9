#include "base/clock.h"
#include "base/error.h"
#include "base/http-client.h"
#include "base/http-server.h"
#include "tests/harness/harness.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

#define MAX_BODY 1000
#define LARGE (32 * 1024 * 1024) /* more than the sockets' buffers take */

/* ---- the server ---- */

typedef struct
{
  IstHttpServer *http;
  guint16 port;
  gint n_asked;
  gint hold; /* atomic: the handler of /hold waits while it is set */
  const char *unix_path; /* listens there too; NULL: does not */
} Server;

static void
on_request (gpointer user, const IstHttpRequest *request, IstHttpResponse *response)
{
  Server *server = user;
  const char *more = g_hash_table_lookup (request->query, "q");
  const char *field = g_hash_table_lookup (request->headers, "x-field");
  gsize size;
  const char *body = g_bytes_get_data (request->body, &size);
  char *text;

  g_atomic_int_inc (&server->n_asked);
  if (strcmp (request->path, "/later") == 0 && request->waited_msecs < 300)
    {
      response->again_msecs = 50;
      return;
    }
  while (strcmp (request->path, "/hold") == 0 && g_atomic_int_get (&server->hold))
    g_usleep (10000);
  if (strcmp (request->path, "/large") == 0)
    {
      response->body = g_bytes_new_take (g_strnfill (LARGE, 'x'), LARGE);
      return;
    }
  text = g_strdup_printf ("%s %s q=%s x=%s %.*s", request->method, request->path,
                          more != NULL ? more : "", field != NULL ? field : "", (int) size,
                          body != NULL ? body : "");
  response->body = g_bytes_new_take (text, strlen (text));
  response->content_type = "text/plain";
  response->status = strcmp (request->path, "/none") == 0 ? 404 : 200;
}

static void
start (Server *server, const IstHttpOptions *base)
{
  IstHttpOptions options = *base;
  g_autoptr (GError) error = NULL;

  options.name = "test-http";
  options.max_body_bytes = MAX_BODY;
  options.handler = on_request;
  options.user = server;
  server->http = ist_http_server_new (&options, &error);
  IST_ASSERT_NO_ERROR (error);
  ist_http_server_listen_tcp (server->http, "127.0.0.1:0", "tcp", &error);
  IST_ASSERT_NO_ERROR (error);
  if (server->unix_path != NULL)
    ist_http_server_listen_unix (server->http, server->unix_path, NULL, "unix", &error);
  IST_ASSERT_NO_ERROR (error);
  server->port = ist_http_server_port (server->http, "tcp");
  ist_http_server_start (server->http);
}

static GSocketConnection *
reach (const Server *server)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GSocketConnection *connection
      = g_socket_client_connect_to_host (client, "127.0.0.1", server->port, NULL, NULL);

  IST_ASSERT (connection != NULL);
  if (connection != NULL)
    g_socket_set_timeout (g_socket_connection_get_socket (connection), 20);
  return connection;
}

static void
say (GSocketConnection *connection, const char *text, gsize size)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), text, size,
                             NULL, NULL, NULL);
}

/* All that comes until the server closes. */
static char *
hear (GSocketConnection *connection)
{
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GString *out = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  while ((n = g_input_stream_read (in, buffer, sizeof buffer, NULL, NULL)) > 0)
    g_string_append_len (out, buffer, n);
  return g_string_free (out, FALSE);
}

static char *
talk (const Server *server, const char *text, gsize size)
{
  g_autoptr (GSocketConnection) connection = reach (server);

  say (connection, text, size);
  return hear (connection);
}

static guint
count (const char *text, const char *what)
{
  guint n = 0;

  for (const char *at = text; (at = strstr (at, what)) != NULL; at += strlen (what))
    n++;
  return n;
}

/* Each client says all at once and then only listens; the answers and the number of times that the
 * handler was asked are what a smuggled request would change. */
static void
test_dialogues (void)
{
#define CLOSE "Host: a\r\nConnection: close\r\n"
  static const struct
  {
    const char *name, *say, *first, *last;
    gint asked;
  } rows[] = {
    { "get", "GET /a%20b?q=1%262 HTTP/1.1\r\nX-Field: y\r\n" CLOSE "\r\n", "HTTP/1.1 200 ",
      "\r\n\r\nGET /a b q=1&2 x=y ", 1 },
    { "status of the handler", "GET /none HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 404 ", "GET /none q= x= ",
      1 },
    { "post", "POST /p HTTP/1.1\r\nContent-Length: 3\r\n" CLOSE "\r\nabc", "HTTP/1.1 200 ", "abc", 1 },
    { "chunked post", "POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" CLOSE "\r\n3\r\nabc\r\n0\r\n\r\n",
      "HTTP/1.1 200 ", "abc", 1 },
    { "HTTP/1.0", "GET /old HTTP/1.0\r\n\r\n", "HTTP/1.0 200 ", "GET /old q= x= ", 1 },
    { "a request behind the first is dropped",
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 ", "GET /1 q= x= ",
      1 },
    { "a request behind a body is dropped",
      "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\naGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
      "HTTP/1.1 200 ", "POST /1 q= x= a", 1 },
    { "length and coding",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 44\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
      "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
      "HTTP/1.1 400 ", "Content-Length beside Transfer-Encoding\"}}\n", 0 },
    { "two lengths",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n"
      "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
      "HTTP/1.1 400 ", "more than one Content-Length\"}}\n", 0 },
    { "unknown coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 501 ", "chunked\"}}\n", 0 },
    { "body above the limit, not sent", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n",
      "HTTP/1.1 413 ", "too large\"}}\n", 0 },
    { "method", "PUT / HTTP/1.1\r\n" CLOSE "Content-Length: 0\r\n\r\n", "HTTP/1.1 501 ", "", 0 },
    { "no HTTP at all", "EHLO client.example\r\n\r\n", "HTTP/1.", "HTTP/1.1\"}}\n", 0 },
    { "path that is no text", "GET /%ff HTTP/1.1\r\n" CLOSE "\r\n", "HTTP/1.1 400 ", "no text\"}}\n", 0 },
  };
  const IstHttpOptions options = { .request_secs = 10, .idle_secs = 10 };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Server server = { 0 };
      g_autofree char *got = NULL;

      ist_row ("%s", rows[i].name);
      start (&server, &options);
      got = talk (&server, rows[i].say, strlen (rows[i].say));
      if (!g_str_has_prefix (got, rows[i].first) || !g_str_has_suffix (got, rows[i].last))
        IST_ASSERT_STR (got, rows[i].first);
      IST_ASSERT_INT (count (got, "HTTP/1."), 1 + count (rows[i].last, "HTTP/1."));
      IST_ASSERT_INT (g_atomic_int_get (&server.n_asked), rows[i].asked);
      ist_http_server_free (server.http);
    }
#undef CLOSE
}

static void
test_byte_by_byte (void)
{
  static const char text[] = "POST /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc";
  const IstHttpOptions options = { 0 };
  Server server = { 0 };
  g_autoptr (GSocketConnection) connection = NULL;
  g_autofree char *got = NULL;

  start (&server, &options);
  connection = reach (&server);
  g_tcp_connection_set_graceful_disconnect (G_TCP_CONNECTION (connection), FALSE);
  for (gsize i = 0; i < sizeof text - 1; i++)
    {
      say (connection, text + i, 1);
      g_usleep (500);
    }
  got = hear (connection);
  IST_ASSERT (g_str_has_suffix (got, "POST /p q= x= abc"));
  ist_http_server_free (server.http);
}

/* Two requests after each other over one connection; NUL and an over-long header on the second. */
static void
test_kept_connection (void)
{
  static const char good[] = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";
  static const char bad[] = "GET /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\0\r\n\r\n";
  const IstHttpOptions options = { 0 };
  Server server = { 0 };
  g_autoptr (GSocketConnection) connection = NULL;
  g_autofree char *got = NULL;

  start (&server, &options);
  connection = reach (&server);
  say (connection, good, sizeof good - 1);
  while (g_atomic_int_get (&server.n_asked) < 1)
    g_usleep (5000);
  g_usleep (200000);
  say (connection, bad, sizeof bad - 1);
  got = hear (connection);
  IST_ASSERT_INT (count (got, "HTTP/1.1 200 "), 1);
  IST_ASSERT_INT (count (got, " 400 "), 1);
  IST_ASSERT_INT (g_atomic_int_get (&server.n_asked), 1);
  ist_http_server_free (server.http);
}

static void
test_large_header (void)
{
  const IstHttpOptions options = { .max_header_bytes = 2000 };
  g_autofree char *filling = g_strnfill (1900, 'x');
  g_autofree char *more = g_strnfill (2100, 'x');
  Server server = { 0 };
  static const struct
  {
    const char *name;
    gboolean more, ended;
    const char *want;
  } rows[] = {
    { "below the limit", FALSE, TRUE, "HTTP/1.1 200 " },
    { "above the limit", TRUE, TRUE, "HTTP/1.1 431 " },
    { "above the limit and never ended", TRUE, FALSE, "HTTP/1.1 431 " },
  };

  start (&server, &options);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text
          = g_strconcat ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: ",
                         rows[i].more ? more : filling, rows[i].ended ? "\r\n\r\n" : "", NULL);
      g_autofree char *got = talk (&server, text, strlen (text));

      ist_row ("%s", rows[i].name);
      IST_ASSERT (g_str_has_prefix (got, rows[i].want));
    }
  ist_http_server_free (server.http);
}

/* The whole header, the whole body and the pause between requests have their time. */
static void
test_slow_clients (void)
{
  static const struct
  {
    const char *name, *say;
    gboolean drip;
  } rows[] = {
    { "says nothing", "", FALSE },
    { "stops within the header", "GET / HTTP/1.1\r\nHo", FALSE },
    { "stops within the body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab", FALSE },
    { "stops within a chunk", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", FALSE },
    { "drips a header", "GET / HTTP/1.1\r\nX: ", TRUE },
    { "drips a body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999\r\n\r\n", TRUE },
    { "stays after the answer", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", FALSE },
  };
  const IstHttpOptions options = { .request_secs = 1, .idle_secs = 1 };
  Server server = { 0 };

  start (&server, &options);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GSocketConnection) connection = reach (&server);
      gint64 began = ist_clock_mono_usecs ();
      g_autofree char *got = NULL;

      ist_row ("%s", rows[i].name);
      say (connection, rows[i].say, strlen (rows[i].say));
      for (guint k = 0; rows[i].drip && k < 20; k++)
        {
          g_usleep (100000);
          say (connection, "x", 1);
        }
      got = hear (connection);
      IST_ASSERT (ist_clock_mono_usecs () - began < 15 * G_USEC_PER_SEC);
    }
  for (guint i = 0; i < 100 && ist_http_server_connections (server.http) > 0; i++)
    g_usleep (50000);
  IST_ASSERT_INT (ist_http_server_connections (server.http), 0);
  ist_http_server_free (server.http);
}

/* An answer that is not taken in time is dropped with its connection. */
static void
test_answer_not_taken (void)
{
  static const char ask[] = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
  const IstHttpOptions options = { .answer_secs = 1, .idle_secs = 60 };
  Server server = { 0 };
  g_autoptr (GSocketConnection) connection = NULL;

  start (&server, &options);
  connection = reach (&server);
  say (connection, ask, sizeof ask - 1);
  while (g_atomic_int_get (&server.n_asked) < 1)
    g_usleep (5000);
  for (guint i = 0; i < 300 && ist_http_server_connections (server.http) > 0; i++)
    g_usleep (50000);
  IST_ASSERT_INT (ist_http_server_connections (server.http), 0);
  ist_http_server_free (server.http);
}

/* What is above the limit waits in the backlog until a place is free. */
static void
test_connection_limit (void)
{
  const IstHttpOptions options = { .max_connections = 2, .idle_secs = 30 };
  Server server = { 0 };
  g_autoptr (GSocketConnection) first = NULL;
  g_autoptr (GSocketConnection) second = NULL;
  g_autoptr (GSocketConnection) third = NULL;
  g_autofree char *got = NULL;
  static const char ask[] = "GET /third HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

  start (&server, &options);
  first = reach (&server);
  second = reach (&server);
  third = reach (&server);
  say (third, ask, sizeof ask - 1);
  g_usleep (300000);
  IST_ASSERT_INT (ist_http_server_connections (server.http), 2);
  IST_ASSERT_INT (g_atomic_int_get (&server.n_asked), 0);
  g_io_stream_close (G_IO_STREAM (first), NULL, NULL);
  got = hear (third);
  IST_ASSERT (g_str_has_suffix (got, "GET /third q= x= "));
  ist_http_server_free (server.http);
}

/* One listener that is full leaves another alone. */
static void
test_limit_is_per_listener (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autofree char *path = g_build_filename (dir, "admin.sock", NULL);
  const IstHttpOptions options = { .max_connections = 1, .idle_secs = 30 };
  const IstHttpTarget target = { .unix_path = path };
  g_auto (IstHttpAnswer) answer = { 0 };
  g_autoptr (GSocketConnection) idle = NULL;
  g_autoptr (GError) error = NULL;
  Server server = { .unix_path = path };

  start (&server, &options);
  idle = reach (&server);
  for (guint i = 0; i < 200 && ist_http_server_connections (server.http) == 0; i++)
    g_usleep (10000);
  IST_ASSERT (ist_http_call (&target, "GET", "/", NULL, &answer, &error));
  IST_ASSERT_NO_ERROR (error);
  ist_http_server_free (server.http);
}

static void
test_ask_again (void)
{
  const IstHttpOptions options = { 0 };
  Server server = { 0 };
  static const char ask[] = "GET /later HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  g_autofree char *got = NULL;

  start (&server, &options);
  got = talk (&server, ask, sizeof ask - 1);
  IST_ASSERT (g_str_has_suffix (got, "GET /later q= x= "));
  IST_ASSERT (g_atomic_int_get (&server.n_asked) >= 3);
  ist_http_server_free (server.http);
}

/* Clients that go while the handler works, while they are parked, in the midst of a large answer. */
static void
test_clients_that_leave (void)
{
  static const char *const asks[] = { "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n",
                                      "GET /later HTTP/1.1\r\nHost: a\r\n\r\n",
                                      "GET /large HTTP/1.1\r\nHost: a\r\n\r\n" };
  const IstHttpOptions options = { 0 };
  Server server = { .hold = 1 };

  start (&server, &options);
  for (guint i = 0; i < 12; i++)
    {
      g_autoptr (GSocketConnection) connection = reach (&server);

      say (connection, asks[i % 3], strlen (asks[i % 3]));
      g_usleep (30000);
    }
  g_atomic_int_set (&server.hold, 0);
  for (guint i = 0; i < 200 && ist_http_server_connections (server.http) > 0; i++)
    g_usleep (50000);
  IST_ASSERT_INT (ist_http_server_connections (server.http), 0);
  ist_http_server_free (server.http);
}

static gpointer
let_go (gpointer data)
{
  Server *server = data;

  g_usleep (300000);
  g_atomic_int_set (&server->hold, 0);
  return NULL;
}

/* Stopping waits for the handler and sends its answer; a parked client gets one too. */
static void
test_stop_answers (void)
{
  static const char *const asks[] = { "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n",
                                      "GET /later HTTP/1.1\r\nHost: a\r\n\r\n" };
  const IstHttpOptions options = { 0 };
  Server server = { .hold = 1 };
  GSocketConnection *clients[2];
  GThread *thread;

  start (&server, &options);
  for (guint i = 0; i < 2; i++)
    {
      clients[i] = reach (&server);
      say (clients[i], asks[i], strlen (asks[i]));
    }
  while (g_atomic_int_get (&server.n_asked) < 2)
    g_usleep (5000);
  thread = g_thread_new ("let-go", let_go, &server);
  ist_http_server_free (server.http);
  g_thread_join (thread);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *got = hear (clients[i]);

      ist_row ("%s", asks[i]);
      IST_ASSERT (g_str_has_prefix (got, "HTTP/1.1 200 "));
      g_object_unref (clients[i]);
    }
}

/* ---- Unix sockets and the client ---- */

static void
test_unix_socket (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autofree char *path = g_build_filename (dir, "run", "admin.sock", NULL);
  const IstHttpTarget target = { .unix_path = path };
  const IstHttpOptions options = { 0 };
  g_auto (IstHttpAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) taken = NULL;
  Server server = { .unix_path = path };
  GStatBuf info;
  IstHttpServer *second;

  IST_ASSERT (!ist_http_call (&target, "GET", "/", NULL, &answer, &error));
  IST_ASSERT_ERROR (error, IST_ERROR_RETRY);
  g_clear_error (&error);
  start (&server, &options);
  IST_ASSERT_INT (g_stat (path, &info) == 0 ? info.st_mode & 0777 : 0, 0660);
  IST_ASSERT (ist_http_call (&target, "POST", "/x?q=1", "{}", &answer, &error));
  IST_ASSERT_NO_ERROR (error);
  IST_ASSERT_INT (answer.status, 200);
  if (answer.body != NULL)
    IST_ASSERT (g_bytes_get_size (answer.body) == strlen ("POST /x q=1 x= {}"));
  second = ist_http_server_new (&options, NULL);
  IST_ASSERT (!ist_http_server_listen_unix (second, path, NULL, "unix", &taken));
  IST_ASSERT_ERROR (taken, IST_ERROR_CONFIG);
  ist_http_server_free (second);
  IST_ASSERT (g_file_test (path, G_FILE_TEST_EXISTS));
  ist_http_server_free (server.http);
  IST_ASSERT (!g_file_test (path, G_FILE_TEST_EXISTS));
}

/* What a killed program left is replaced; a file that is no socket is not. */
static void
test_unix_left_over (void)
{
  static const struct
  {
    const char *name;
    gboolean socket;
  } rows[] = { { "a dead socket", TRUE }, { "a file", FALSE } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *dir = ist_test_dir ();
      g_autofree char *path = g_build_filename (dir, "admin.sock", NULL);
      const IstHttpOptions options = { .name = "left-over" };
      g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
      g_autoptr (GSocket) dead = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
      g_autoptr (IstHttpServer) server = ist_http_server_new (&options, NULL);
      g_autoptr (GError) error = NULL;

      ist_row ("%s", rows[i].name);
      if (rows[i].socket)
        IST_ASSERT (g_socket_bind (dead, address, TRUE, NULL));
      else
        IST_ASSERT (g_file_set_contents (path, "mine", -1, NULL));
      g_socket_close (dead, NULL);
      ist_http_server_listen_unix (server, path, NULL, "unix", &error);
      if (rows[i].socket)
        IST_ASSERT_NO_ERROR (error);
      else
        IST_ASSERT_ERROR (error, IST_ERROR_CONFIG);
    }
}

static void
test_unknown_group (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autofree char *path = g_build_filename (dir, "admin.sock", NULL);
  const IstHttpOptions options = { .name = "group" };
  g_autoptr (IstHttpServer) server = ist_http_server_new (&options, NULL);
  g_autoptr (GError) error = NULL;

  IST_ASSERT (!ist_http_server_listen_unix (server, path, "no-such-group", "unix", &error));
  IST_ASSERT_ERROR (error, IST_ERROR_CONFIG);
  IST_ASSERT (!g_file_test (path, G_FILE_TEST_EXISTS));
}

int
main (void)
{
  static const IstTest tests[] = {
    { "dialogues", test_dialogues },
    { "byte-by-byte", test_byte_by_byte },
    { "kept-connection", test_kept_connection },
    { "large-header", test_large_header },
    { "slow-clients", test_slow_clients },
    { "answer-not-taken", test_answer_not_taken },
    { "connection-limit", test_connection_limit },
    { "limit-is-per-listener", test_limit_is_per_listener },
    { "ask-again", test_ask_again },
    { "clients-that-leave", test_clients_that_leave },
    { "stop-answers", test_stop_answers },
    { "unix-socket", test_unix_socket },
    { "unix-left-over", test_unix_left_over },
    { "unknown-group", test_unknown_group },
    { NULL, NULL },
  };

  return ist_test_main ("http", tests);
}
