/* Deliveries to hosts that play scripts: the next host, busy hosts, growth given up, shares of the relays. */
#include "tests/connector/flow-site.h"
#include "tests/harness/harness.h"
#include "tests/routing/smtp-server.h"

#include <string.h>

#define INSIDE                                                                                     \
  "[listener inside]\naddress = 127.0.0.1:0\n"                                                     \
  "[peer domino]\nside = domino\naddresses = 127.0.0.1\nrelay-internet = yes\n"                     \
  "[relay domino]\nhosts = 127.0.0.1:1\nhold = yes\n"
#define UNUSED(name) "[relay " name "]\nhosts = 127.0.0.1:1\nhold = yes\n"
#define TAKE "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<.", ">250 2.0.0 taken"
#define HELLO(more) ">220 hi", "<", ">250-hub.example\n" more

/* `from` and `to` are paths with their parameters: "<a@b.example> RET=HDRS". */
static void
submit_as (IstFlowSite *site, const char *from, const char *to, const char *text)
{
  g_autofree char *input = g_strdup_printf ("EHLO c.example\r\nMAIL FROM:%s\r\nRCPT TO:%s\r\n"
                                            "DATA\r\n%s\r\n.\r\nQUIT\r\n", from, to, text);
  g_autofree char *answers = ist_flow_site_talk (site, "inside", input);
  g_autofree char *codes = ist_flow_site_codes (answers);

  IST_ASSERT_STR (codes, "220 250 250 250 354 250 221");
}

static void
submit (IstFlowSite *site, const char *recipient, const char *text)
{
  g_autofree char *to = g_strdup_printf ("<%s>", recipient);

  submit_as (site, "<s@d.example>", to, text);
}

/* A host that breaks off is left for the next one in the same round. */
static void
test_next_host (void)
{
  static const struct
  {
    const char *name;
    const char *first[12];
  } rows[] = {
    { "closed at MAIL", { HELLO ("250 X"), "<" } },
    { "closed in DATA", { HELLO ("250 X"), "<", ">250 ok", "<", ">250 ok", "<" } },
    { "421 at MAIL", { HELLO ("250 X"), "<", ">421 4.3.2 no" } },
    { "421 at DATA", { HELLO ("250 X"), "<", ">250 ok", "<", ">250 ok", "<", ">421 4.3.2 no" } },
    { "garbage at RCPT", { HELLO ("250 X"), "<", ">250 ok", "<", ">what?", "WAIT" } },
    { "greeted with 554", { ">554 5.3.2 no", "WAIT" } },
    { "greeted with 421", { ">421 4.3.2 no" } },
  };
  static const char *const second[] = { HELLO ("250 X"), TAKE, "<", ">221 bye", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstSmtpServer) one = ist_smtp_server_start (rows[i].first, 0, NULL);
      g_autoptr (IstSmtpServer) two = ist_smtp_server_start (second, 0, NULL);
      g_autofree char *text = g_strdup_printf (
          INSIDE UNUSED ("internet")
          "[relay exchange]\nhosts = 127.0.0.1:%u, 127.0.0.1:%u priority=1\nidle = 0s\n",
          one->port, two->port);
      g_autoptr (IstFlowSite) site = ist_flow_site_new (text);

      ist_row ("%s", rows[i].name);
      if (site == NULL)
        return;
      submit (site, "r@x.example", "hello");
      IST_ASSERT (ist_flow_site_wait (site, "\"delivered\"", 1));
      IST_ASSERT_INT (ist_flow_site_count (site, "\"deferred\""), 0);
      ist_smtp_server_wait (one);
      ist_smtp_server_wait (two);
      IST_ASSERT (strstr (two->seen->str, "hello\r\n.\r\n") != NULL);
    }
}

/* Past the final dot nobody else is asked: the message may be there. It is deferred, and the log says so. */
static void
test_lost_dot (void)
{
  static const char *const lost[] = { HELLO ("250 X"), "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<.",
                                      NULL };
  static const char *const unasked[] = { HELLO ("250 X"), TAKE, NULL };
  g_autoptr (IstSmtpServer) one = ist_smtp_server_start (lost, 0, NULL);
  IstSmtpServer *two = ist_smtp_server_start (unasked, 0, NULL);
  g_autofree char *text = g_strdup_printf (
      INSIDE UNUSED ("internet") "[relay exchange]\nhosts = 127.0.0.1:%u, 127.0.0.1:%u priority=1\n",
      one->port, two->port);
  IstFlowSite *site = ist_flow_site_new (text);
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  if (site != NULL)
    {
      submit (site, "r@x.example", "hello");
      IST_ASSERT (ist_flow_site_wait (site, "\"duplicate_possible\":\"yes\"", 1));
      IST_ASSERT_INT (ist_flow_site_count (site, "\"delivered\""), 0);
    }
  IST_ASSERT_STR (two->seen->str, "");
  ist_flow_site_free (site);
  /* Lets the second server end. */
  g_object_unref (g_socket_client_connect_to_host (client, "127.0.0.1", two->port, NULL, NULL));
  ist_smtp_server_free (two);
}

/* A host that greets and then falls silent, for two messages, is dead: the third does not wait for it. */
static void
test_silent (void)
{
  static const char *const silent[] = { HELLO ("250 X"), "WAIT", "NEXT", HELLO ("250 X"), "WAIT", NULL };
#define ONCE HELLO ("250 X"), TAKE, "<", ">221 bye"
  static const char *const second[] = { ONCE, "NEXT", ONCE, "NEXT", ONCE, NULL };
  g_autoptr (IstSmtpServer) one = ist_smtp_server_start (silent, 0, NULL);
  g_autoptr (IstSmtpServer) two = ist_smtp_server_start (second, 0, NULL);
  g_autofree char *text = g_strdup_printf (
      INSIDE UNUSED ("internet") "[relay exchange]\nhosts = 127.0.0.1:%u, 127.0.0.1:%u priority=1\n"
      "command-timeout = 2s\nidle = 0s\nprobe = 1h\n", one->port, two->port);
  g_autoptr (IstFlowSite) site = ist_flow_site_new (text);

  if (site == NULL)
    return;
  for (guint i = 1; i <= 3; i++)
    {
      gint64 start = g_get_monotonic_time ();

      ist_row ("message %u", i);
      submit (site, "r@x.example", "hello");
      IST_ASSERT (ist_flow_site_wait (site, "\"delivered\"", i));
      IST_ASSERT_INT (g_get_monotonic_time () - start >= 2 * G_USEC_PER_SEC, i < 3);
      IST_ASSERT_INT (ist_flow_site_count (site, "\"host-dead\""), i >= 2);
    }
  ist_smtp_server_wait (two);
}

/* The messages of a busy host wait for it; they are not taken and given back in circles. */
static void
test_busy (void)
{
  static const char *const busy[] = { ">421 4.3.2 too many", "NEXT", HELLO ("250 X"), TAKE, TAKE, TAKE, TAKE, TAKE,
                                      "<", ">221 bye", NULL };
  g_autoptr (IstSmtpServer) server = ist_smtp_server_start (busy, 0, NULL);
  g_autofree char *text
      = g_strdup_printf (INSIDE UNUSED ("internet") "[relay exchange]\nhosts = 127.0.0.1:%u\n"
                         "max-connections = 1\nretry = 1s\nidle = 0s\n", server->port);
  g_autoptr (IstFlowSite) site = ist_flow_site_new (text);

  if (site == NULL)
    return;
  for (guint i = 0; i < 5; i++)
    submit (site, "r@x.example", "hello");
  IST_ASSERT (ist_flow_site_wait (site, "\"delivered\"", 5));
  /* One met the 421; the others were not touched before the pause was over. */
  IST_ASSERT_INT (ist_flow_site_count (site, "\"deferred\""), 1);
  ist_smtp_server_wait (server);
}

/* What was changed for a host's sake is in the log. */
static void
test_downgrade (void)
{
  static const char *const poor[] = { HELLO ("250 X"), TAKE, "<", ">221 bye", NULL };
  g_autoptr (IstSmtpServer) server = ist_smtp_server_start (poor, 0, NULL);
  g_autofree char *text = g_strdup_printf (
      INSIDE UNUSED ("internet") "[relay exchange]\nhosts = 127.0.0.1:%u\nidle = 0s\n", server->port);
  g_autoptr (IstFlowSite) site = ist_flow_site_new (text);

  if (site == NULL)
    return;
  submit (site, "r@x.example", "Content-Type: text/plain; charset=utf-8\r\n\r\n\xc3\xa4");
  IST_ASSERT (ist_flow_site_wait (site, "\"delivered\"", 1));
  IST_ASSERT_INT (ist_flow_site_count (site, "\"downgraded\""), 1);
  ist_smtp_server_wait (server);
  IST_ASSERT (strstr (server->seen->str, "\r\n\r\n=C3=A4\r\n.\r\n") != NULL);
}

/* ---- the end of what cannot be delivered ---- */

static guint
count_dead (IstFlowSite *site)
{
  IstQueueFilter filter = { .state = IST_STATE_DEAD };
  g_autoptr (GPtrArray) list = NULL;

  ist_queue_flush (site->instance->queue);
  list = ist_queue_list (site->instance->queue, &filter, NULL);
  return list != NULL ? list->len : 0;
}

/* A failure ends in a report, in a dead entry, or in nothing where the sender wanted nothing. */
static void
test_dead (void)
{
  static const struct
  {
    const char *name, *from, *to;
    guint reported, dead;
  } rows[] = {
    { "a report", "<s@d.example>", "<r@x.example>", 1, 0 },
    { "null sender", "<>", "<r@x.example>", 0, 1 },
    { "null sender who wants nothing", "<>", "<r@x.example> NOTIFY=NEVER", 0, 1 },
    { "the report has nowhere to go", "<gone@d.example>", "<r@x.example>", 0, 1 },
    { "nowhere to go, and nothing wanted", "<gone@d.example>", "<r@x.example> NOTIFY=NEVER", 0, 0 },
    { "nothing wanted", "<s@d.example>", "<r@x.example> NOTIFY=NEVER", 0, 0 },
    { "only success wanted", "<s@d.example>", "<r@x.example> NOTIFY=SUCCESS", 0, 0 },
  };
  static const char *const refuse[]
      = { HELLO ("250 X"), "<", ">250 ok", "<", ">550 5.1.1 no", "<", ">221 bye", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstSmtpServer) server = ist_smtp_server_start (refuse, 0, NULL);
      g_autofree char *text = g_strdup_printf (
          INSIDE UNUSED ("internet") "[relay exchange]\nhosts = 127.0.0.1:%u\nidle = 0s\n"
          "[rule gone]\nrecipients = gone@d.example\naction = refuse\n", server->port);
      g_autoptr (IstFlowSite) site = ist_flow_site_new (text);

      ist_row ("%s", rows[i].name);
      if (site == NULL)
        return;
      submit_as (site, rows[i].from, rows[i].to, "hello");
      IST_ASSERT (ist_flow_site_wait (site, "\"failed\"", 1));
      ist_smtp_server_wait (server);
      IST_ASSERT (ist_flow_site_wait (site, "\"reported\"", rows[i].reported));
      IST_ASSERT (ist_flow_site_wait (site, "\"dead\"", rows[i].dead));
      g_usleep (100000);
      IST_ASSERT_INT (count_dead (site), rows[i].dead);
      IST_ASSERT_INT (ist_flow_site_count (site, "\"reported\""), rows[i].reported);
    }
}

/* ---- growth ---- */

/* Gives the size that was told to the host. */
static guint
slim_row (const char *name, guint size, guint max, const char *dropped)
{
  g_autofree char *hello = g_strdup_printf (">250-hub.example\n250 SIZE %u", max);
  const char *const script[] = { ">220 hi", "<", hello, TAKE, "<", ">221 bye", NULL };
  const char *const refuse[] = { ">220 hi", "<", hello, "<", ">221 bye", NULL };
  g_autoptr (IstSmtpServer) server
      = ist_smtp_server_start (dropped != NULL ? script : refuse, 0, NULL);
  g_autofree char *filler = g_strnfill (size - strlen ("Subject: x\r\n\r\n\r\n"), 'y');
  g_autofree char *message = g_strdup_printf ("Subject: x\r\n\r\n%s", filler);
  g_autofree char *text = g_strdup_printf (
      INSIDE UNUSED ("internet") "[relay exchange]\nhosts = 127.0.0.1:%u\nidle = 0s\n", server->port);
  g_autoptr (IstFlowSite) site = ist_flow_site_new (text);
  g_autofree char *mark = NULL;
  const char *told;

  ist_row ("%s", name);
  if (site == NULL)
    return 0;
  submit (site, "r@x.example", message);
  if (dropped == NULL)
    {
      IST_ASSERT (ist_flow_site_wait (site, "\"failed\"", 1));
      ist_smtp_server_wait (server);
      return 0;
    }
  IST_ASSERT (ist_flow_site_wait (site, "\"delivered\"", 1));
  ist_smtp_server_wait (server);
  mark = g_strdup_printf ("\"dropped\":\"%s\"", dropped);
  IST_ASSERT_INT (ist_flow_site_count (site, mark), dropped[0] != '\0');
  IST_ASSERT_INT (ist_flow_site_count (site, "\"slimmed\""), dropped[0] != '\0');
  IST_ASSERT_INT (strstr (server->seen->str, "\r\nReceived: ") != NULL,
                  strstr (dropped, "received") == NULL);
  IST_ASSERT (strstr (server->seen->str, message) != NULL);
  told = strstr (server->seen->str, " SIZE=");
  return IST_ASSERT (told != NULL) ? (guint) g_ascii_strtoull (told + 6, NULL, 10) : 0;
}

/* Our own fields never make a message too large; in which order they go is in connector/flow/slim.h. */
static void
test_slim (void)
{
  guint whole = slim_row ("room for all", 5000, 6000, "");

  slim_row ("without the trace", 5000, whole - 1, "trace");
  slim_row ("without our Received", 5000, 5010, "trace, received");
  slim_row ("not a byte to spare", 5000, 5000, "trace, received");
  slim_row ("it came too large", 5000, 4999, NULL);
}

/* A host that does not tell its limit and refuses gets the message once more without our growth. */
static void
test_late_limit (void)
{
  static const char *const script[] = { HELLO ("250 X"), "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<.",
                                        ">552 5.3.4 too large", "<", ">250 reset", TAKE, "<", ">221 bye",
                                        NULL };
  g_autoptr (IstSmtpServer) server = ist_smtp_server_start (script, 0, NULL);
  g_autofree char *text = g_strdup_printf (
      INSIDE UNUSED ("internet") "[relay exchange]\nhosts = 127.0.0.1:%u\nidle = 0s\n", server->port);
  g_autoptr (IstFlowSite) site = ist_flow_site_new (text);

  if (site == NULL)
    return;
  submit (site, "r@x.example", "Subject: x\r\n\r\nhello");
  IST_ASSERT (ist_flow_site_wait (site, "\"delivered\"", 1));
  IST_ASSERT_INT (ist_flow_site_count (site, "\"slimmed\""), 1);
  IST_ASSERT_INT (ist_flow_site_count (site, "\"failed\""), 0);
  ist_smtp_server_wait (server);
  IST_ASSERT (g_str_has_suffix (server->seen->str, "DATA\r\nSubject: x\r\n\r\nhello\r\n.\r\nQUIT\r\n"));
}

/* And is believed the second time. */
static void
test_too_large (void)
{
  static const char *const script[]
      = { HELLO ("250 X"), "<", ">552 5.3.4 too large", "<", ">250 reset", "<", ">552 5.3.4 too large", "<",
          ">221 bye", NULL };
  g_autoptr (IstSmtpServer) server = ist_smtp_server_start (script, 0, NULL);
  g_autofree char *text = g_strdup_printf (
      INSIDE UNUSED ("internet") "[relay exchange]\nhosts = 127.0.0.1:%u\nidle = 0s\n", server->port);
  g_autoptr (IstFlowSite) site = ist_flow_site_new (text);

  if (site == NULL)
    return;
  submit (site, "r@x.example", "Subject: x\r\n\r\nhello");
  IST_ASSERT (ist_flow_site_wait (site, "\"failed\"", 1));
  ist_smtp_server_wait (server);
}

/* ---- shares ---- */

/* Listens and never says a word. */
static GSocket *
silent_host (guint16 *port)
{
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  GSocket *socket
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocketAddress) bound = NULL;

  g_socket_set_listen_backlog (socket, 100);
  IST_ASSERT (g_socket_bind (socket, any, TRUE, NULL) && g_socket_listen (socket, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return socket;
}

/* Every place but the reserved ones is taken by mail for a host that never answers; the mail of another
 * relay goes at once all the same. */
static void
test_shares (void)
{
  static const char *const quick[] = { HELLO ("250 X"), TAKE, "<", ">221 bye", NULL };
  g_autoptr (IstSmtpServer) server = ist_smtp_server_start (quick, 0, NULL);
  guint16 port;
  g_autoptr (GSocket) silent G_GNUC_UNUSED = silent_host (&port);
  g_autofree char *text = g_strdup_printf (
      "max-deliveries = 6\nstop-grace = 1s\n" INSIDE
      "[relay exchange]\nhosts = 127.0.0.1:%u\nconnect-timeout = 60s\n"
      "[relay internet]\nhosts = 127.0.0.1:%u\nidle = 0s\n", port, server->port);
  g_autoptr (IstFlowSite) site = ist_flow_site_new (text);

  if (site == NULL)
    return;
  for (guint i = 0; i < 10; i++)
    submit (site, "r@x.example", "hello");
  submit (site, "r@far.example", "hello");
  IST_ASSERT (ist_flow_site_wait (site, "\"delivered\"", 1));
  ist_smtp_server_wait (server);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "next-host", test_next_host }, { "lost-dot", test_lost_dot }, { "silent", test_silent }, { "busy", test_busy },
    { "dead", test_dead },           { "downgrade", test_downgrade }, { "slim", test_slim },           { "late-limit", test_late_limit },
    { "too-large", test_too_large }, { "shares", test_shares },     { NULL, NULL },
  };

  return ist_test_main ("deliver", tests);
}
