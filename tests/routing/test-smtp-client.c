/* The sending side against a server that plays a script, its answers whole and byte by byte. It is one file because all
 * dialogues are rows for one player. */
#include "base/clock.h"
#include "base/error.h"
#include "routing/smtp/client.h"
#include "tests/harness/harness.h"
#include "tests/routing/smtp-server.h"

#include <string.h>

#define PIPE "250-mx.example\nPIPELINING"
#define HELLO ">220 hi", "<", ">250 mx.example"
#define WITH(extensions) ">220 hi", "<", ">250-mx.example\n" extensions
#define EHLO "EHLO us.example\r\n"
#define MAIL "MAIL FROM:<s@a.example>\r\n"
#define RCPT "RCPT TO:<r@b.example>\r\n"
#define TEXT "Subject: x\r\n\r\nhello\r\n"
#define ONE "s@a.example", "r@b.example", TEXT
#define TWO "s@a.example", "r@b.example q@b.example", TEXT

typedef struct
{
  const char *name;
  const char *sender, *rcpts, *text;
  const char *want; /* "ok", "later", "none" or "CODE ENHANCED" of each recipient; kind; notes */
  const char *seen; /* NULL: not looked at */
  const char *script[24];
  gboolean smtputf8;
} Row;

static const char *const kinds[] = { "ok", "host", "busy", "tls", "message" };

static IstClientOptions
options_for (const IstSmtpServer *server)
{
  return (IstClientOptions){
    .address = "127.0.0.1",
    .port = server->port,
    .host = "mx.example",
    .helo = "us.example",
    .connect_timeout_secs = 20,
    .command_timeout_secs = 20,
    .data_timeout_secs = 20,
    .dot_timeout_secs = 20,
    .quit_timeout_secs = 1,
  };
}

static void
describe (GString *out, const IstClientRcpt *rcpt)
{
  if (rcpt->delivered)
    g_string_append (out, "ok");
  else if (rcpt->postponed)
    g_string_append (out, "later");
  else if (rcpt->reply.code == 0)
    g_string_append (out, "none");
  else
    g_string_append_printf (out, "%u %s", rcpt->reply.code,
                            rcpt->reply.enhanced != NULL ? rcpt->reply.enhanced : "-");
  g_string_append (out, ", ");
}

/* One transaction, described in words. */
static void
send_one (IstClient *client, const Row *row, GString *out)
{
  g_auto (GStrv) addresses = g_strsplit (row->rcpts, " ", -1);
  guint n = g_strv_length (addresses);
  g_autofree IstClientRcpt *rcpts = g_new0 (IstClientRcpt, n);
  g_autoptr (GBytes) bytes = g_bytes_new_static (row->text, strlen (row->text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  IstClientMail mail = { .sender = row->sender, .smtputf8 = row->smtputf8, .message = message,
                         .rcpts = rcpts, .n_rcpts = n };
  g_autoptr (GError) error = NULL;
  IstClientFailure failure;
  gboolean sent_dot;
  gboolean ok;

  for (guint i = 0; i < n; i++)
    rcpts[i].address = addresses[i];
  ok = ist_client_send (client, &mail, &failure, &sent_dot, &error);
  IST_ASSERT_INT (ok, error == NULL);
  for (guint i = 0; i < n; i++)
    {
      describe (out, &rcpts[i]);
      ist_reply_clear (&rcpts[i].reply);
    }
  g_string_append_printf (out, "%s%s%s", kinds[failure], ok ? "" : sent_dot ? " lost dot" : " lost",
                          ist_client_is_open (client) ? "" : " closed");
}

/* `tls`: NULL, or the server's and the client's context, from the first byte. */
static void
run_with (const Row *row, gsize step, guint n_messages, IstTlsContext *const tls[2])
{
  g_autoptr (IstSmtpServer) server = ist_smtp_server_start (row->script, step, tls != NULL ? tls[0] : NULL);
  IstClientOptions options = options_for (server);
  g_autoptr (GString) got = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_auto (IstReply) reply = { 0 };
  g_autofree char *note = NULL;
  IstClientFailure failure;
  IstClient *client;

  options.tls_level = tls != NULL ? IST_TLS_ENCRYPT : IST_TLS_NONE;
  options.tls = tls != NULL ? tls[1] : NULL;
  options.implicit_tls = tls != NULL;
  client = ist_client_open (&options, &failure, &reply, &note, &error);
  ist_row ("%s by %" G_GSIZE_FORMAT, row->name, step);
  if (client == NULL)
    g_string_append_printf (got, "not opened: %s %u", kinds[failure], reply.code);
  for (guint i = 0; client != NULL && i < n_messages; i++)
    {
      if (i > 0)
        g_string_append (got, "; ");
      send_one (client, row, got);
    }
  ist_client_close (client);
  ist_smtp_server_wait (server);
  IST_ASSERT_STR (got->str, row->want);
  if (row->seen != NULL)
    IST_ASSERT_STR (server->seen->str, row->seen);
}

static void
run (const Row *row, gsize step, guint n_messages)
{
  run_with (row, step, n_messages, NULL);
}

static void
run_all (const Row *rows, gsize n_rows, guint n_messages)
{
  for (gsize i = 0; i < n_rows; i++)
    for (gsize step = 0; step <= 1; step++)
      run (&rows[i], step, n_messages);
}

/* ---- dialogues ---- */

static const Row dialogues[] = {
  { "plain", ONE, "ok, message", EHLO MAIL RCPT "DATA\r\n" TEXT ".\r\nQUIT\r\n",
    { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<.", ">250 2.0.0 taken", "<",
      ">221 bye" } },
  { "HELO when EHLO is unknown", ONE, "ok, message",
    EHLO "HELO us.example\r\n" MAIL RCPT "DATA\r\n" TEXT ".\r\nQUIT\r\n",
    { ">220 hi", "<", ">502 what?", "<", ">250 mx.example", "<", ">250 ok", "<", ">250 ok", "<",
      ">354 go", "<.", ">250 taken", "<", ">221 bye" } },
  { "pipelined", TWO, "ok, ok, message",
    EHLO MAIL RCPT "RCPT TO:<q@b.example>\r\nDATA\r\n" TEXT ".\r\nQUIT\r\n",
    { WITH ("250 PIPELINING"), "<", "<", "<", ">250 ok\n250 ok\n250 ok", "<", ">354 go", "<.",
      ">250 taken", "<", ">221 bye" } },
  { "chunking", ONE, "ok, message", EHLO MAIL RCPT "BDAT 21 LAST\r\n" TEXT "QUIT\r\n",
    { WITH ("250 CHUNKING"), "<", ">250 ok", "<", ">250 ok", "<BDAT", ">250 taken", "<",
      ">221 bye" } },
  { "dots and bare newlines", "s@a.example", "r@b.example", ".a\n..b\rc\r\n.\r\n", "ok, message",
    EHLO MAIL RCPT "DATA\r\n..a\r\n...b\r\nc\r\n..\r\n.\r\nQUIT\r\n",
    { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<.", ">250 taken", "<", ">221 bye" } },
  { "bare newlines never go by BDAT", "s@a.example", "r@b.example", "a\nb", "ok, message",
    EHLO MAIL RCPT "DATA\r\na\r\nb\r\n.\r\nQUIT\r\n",
    { WITH ("250 CHUNKING"), "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<.", ">250 taken", "<",
      ">221 bye" } },
  { "SIZE is told", ONE, "ok, message",
    EHLO "MAIL FROM:<s@a.example> SIZE=21\r\n" RCPT "DATA\r\n" TEXT ".\r\nQUIT\r\n",
    { WITH ("250 SIZE 21"), "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<.", ">250 taken", "<",
      ">221 bye" } },
  { "SIZE is kept to", ONE, "552 5.3.4, message", EHLO "QUIT\r\n",
    { WITH ("250 SIZE 20"), "<", ">221 bye" } },
  { "null sender", "", "r@b.example", TEXT, "ok, message",
    EHLO "MAIL FROM:<>\r\n" RCPT "DATA\r\n" TEXT ".\r\nQUIT\r\n",
    { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<.", ">250 taken", "<", ">221 bye" } },
  { "each recipient has its result", "s@a.example", "a@b.example b@b.example c@b.example", TEXT,
    "550 5.1.1, ok, 450 4.2.1, message", NULL,
    { HELLO, "<", ">250 ok", "<", ">550 5.1.1 who?", "<", ">250 ok", "<", ">450 4.2.1 later", "<",
      ">354 go", "<.", ">250 taken", "<", ">221 bye" } },
  { "nobody accepted", TWO, "550 5.1.1, 451 -, message",
    EHLO MAIL RCPT "RCPT TO:<q@b.example>\r\nQUIT\r\n",
    { HELLO, "<", ">250 ok", "<", ">550 5.1.1 who?", "<", ">451 later", "<", ">221 bye" } },
  { "sender refused", TWO, "550 5.7.1, 550 5.7.1, message", EHLO MAIL "QUIT\r\n",
    { HELLO, "<", ">550 5.7.1 not you", "<", ">221 bye" } },
  { "sender refused, pipelined", TWO, "550 5.7.1, 550 5.7.1, message", NULL,
    { WITH ("250 PIPELINING"), "<", "<", "<", ">550 5.7.1 not you\n503 x\n503 x", "<", ">221 bye" } },
  { "DATA refused", ONE, "554 5.5.0, message", NULL,
    { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">554 5.5.0 no", "<", ">221 bye" } },
  { "the dot refused", TWO, "550 5.6.0, 550 5.6.0, message", NULL,
    { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<.",
      ">550 5.6.0 content", "<", ">221 bye" } },
  { "452 4.5.3 after one", TWO, "ok, later, message", NULL,
    { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">452 4.5.3 too many", "<", ">354 go", "<.",
      ">250 taken", "<", ">221 bye" } },
  { "452 4.5.3 for the first", TWO, "452 4.5.3, ok, message", NULL,
    { HELLO, "<", ">250 ok", "<", ">452 4.5.3 too many", "<", ">250 ok", "<", ">354 go", "<.",
      ">250 taken", "<", ">221 bye" } },
  { "452 4.3.1 is busy", ONE, "452 4.3.1, busy", NULL,
    { HELLO, "<", ">452 4.3.1 no room", "<", ">221 bye" } },
  { "several lines", ONE, "550 5.1.1, message", NULL,
    { HELLO, "<", ">250-one\n250-\n250", "<", ">550-5.1.1 no\n550-5.1.1 such\n550 5.1.1 user", "<",
      ">221 bye" } },
};

static void
test_dialogues (void)
{
  run_all (dialogues, G_N_ELEMENTS (dialogues), 1);
}

/* ---- trouble ---- */

static const Row troubles[] = {
  { "greeting 554", ONE, "not opened: host 554", NULL, { ">554 no mail here", "WAIT" } },
  { "greeting 421", ONE, "not opened: busy 421", NULL, { ">421 4.3.2 too many" } },
  { "greeting 421 with BUSY host code", ONE, "not opened: busy 452", NULL, { ">452 4.3.1 full", "WAIT" } },
  { "no greeting", ONE, "not opened: host 0", NULL, { NULL } },
  { "greeting of another protocol", ONE, "not opened: host 0", NULL,
    { ">+OK POP3 ready", "WAIT" } },
  { "greeting with four digits", ONE, "not opened: host 0", NULL, { ">2200 hi", "WAIT" } },
  { "EHLO and HELO refused", ONE, "not opened: host 550", NULL,
    { ">220 hi", "<", ">550 no", "<", ">550 no", "WAIT" } },
  { "EHLO answered 421", ONE, "not opened: busy 421", EHLO, { ">220 hi", "<", ">421 bye" } },
  { "421 to MAIL", ONE, "421 4.3.2, busy closed", EHLO MAIL, { HELLO, "<", ">421 4.3.2 bye" } },
  { "421 to MAIL, pipelined", TWO, "421 4.3.2, 421 4.3.2, busy closed", NULL,
    { WITH ("250 PIPELINING"), "<", "<", "<", ">421 4.3.2 bye" } },
  { "421 to the second RCPT", TWO, "421 4.3.2, 421 4.3.2, busy closed", NULL,
    { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">421 4.3.2 bye" } },
  { "421 to DATA", ONE, "421 -, busy closed", NULL,
    { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">421 bye" } },
  { "421 to the dot", ONE, "421 4.3.2, busy closed", NULL,
    { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<.", ">421 4.3.2 bye" } },
  { "lost at MAIL", ONE, "none, host lost closed", NULL, { HELLO, "<" } },
  { "lost at RCPT keeps the results", TWO, "550 5.1.1, none, host lost closed", NULL,
    { HELLO, "<", ">250 ok", "<", ">550 5.1.1 who?", "<" } },
  { "lost at the dot", ONE, "none, host lost dot closed", NULL,
    { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<." } },
  { "250 to the dot, then gone", ONE, "ok, message", NULL,
    { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<.", ">250 taken" } },
  { "garbage to MAIL", ONE, "none, host lost closed", NULL, { HELLO, "<", ">\x01\xff\xfe", "WAIT" } },
  { "garbage to the dot", ONE, "none, host lost dot closed", NULL,
    { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<.", ">OK", "WAIT" } },
  { "codes change within an answer", ONE, "none, host lost closed", NULL,
    { HELLO, "<", ">250-ok\n550 no", "WAIT" } },
  { "999 is no refusal", ONE, "none, host lost closed", NULL, { HELLO, "<", ">999 no", "WAIT" } },
  { "2500 is neither 250 nor 500", ONE, "none, host lost closed", NULL, { HELLO, "<", ">2500 ok", "WAIT" } },
  { "250 to DATA is not taken for a delivery", ONE, "451 4.5.0, message closed", NULL,
    { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">250 ok", "WAIT" } },
  { "354 to RCPT accepts nobody", ONE, "451 4.5.0, message closed", NULL,
    { HELLO, "<", ">250 ok", "<", ">354 go", "WAIT" } },
  { "354 to the dot", ONE, "451 4.5.0, message closed", NULL,
    { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<.", ">354 more", "WAIT" } },
};

static void
test_trouble (void)
{
  run_all (troubles, G_N_ELEMENTS (troubles), 1);
}

/* More than the buffers of a connection hold, so the peer is gone while we write. */
static void
test_last_words (void)
{
  g_autofree char *folder = ist_test_dir ();
  g_autofree char *certificate = g_build_filename (folder, "mx.example.crt", NULL);
  g_autofree char *key = g_build_filename (folder, "mx.example.key", NULL);
  g_autofree char *line = g_strnfill (70, 'x');
  g_autoptr (GString) text = g_string_new ("Subject: x\r\n\r\n");
  IstTlsOptions ours = { .level = IST_TLS_ENCRYPT };
  IstTlsOptions theirs = { .certificate_file = certificate, .key_file = key };
  IstTlsContext *tls[2];
  Row behind_tls = { "refused in the middle of the text, TLS", "s@a.example", "r@b.example", NULL,
                     "552 5.3.4, message closed", NULL,
                     { "TLS", HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<", ">552 5.3.4 too large" } };
  Row rows[] = {
    { "refused in the middle of the text", "s@a.example", "r@b.example", NULL, "552 5.3.4, message closed", NULL,
      { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<", ">552 5.3.4 too large" } },
    { "refused in the middle of a chunk", "s@a.example", "r@b.example", NULL, "552 5.3.4, message closed", NULL,
      { WITH ("250 CHUNKING"), "<", ">250 ok", "<", ">250 ok", "<", ">552 5.3.4 too large" } },
    { "busy in the middle of the text", "s@a.example", "r@b.example", NULL, "421 4.3.2, busy closed", NULL,
      { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<", ">421 4.3.2 going down" } },
    { "taken before it was there", "s@a.example", "r@b.example", NULL, "none, host lost closed", NULL,
      { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<", ">250 taken" } },
    { "gone without a word", "s@a.example", "r@b.example", NULL, "none, host lost closed", NULL,
      { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<" } },
  };

  while (text->len < 16 * 1024 * 1024)
    g_string_append_printf (text, "%s\r\n", line);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      rows[i].text = text->str;
      run (&rows[i], 0, 1);
    }
  behind_tls.text = text->str;
  ist_test_certificate (folder, (const char *const[]){ "mx.example", NULL });
  tls[0] = ist_tls_context_new_server (&theirs, NULL);
  tls[1] = ist_tls_context_new_client (&ours, NULL);
  run_with (&behind_tls, 0, 1, tls);
  ist_tls_context_unref (tls[0]);
  ist_tls_context_unref (tls[1]);
}

/* ---- two messages over one connection ---- */

static const Row pairs[] = {
  { "RSET only after a failure", ONE, "ok, message; ok, message",
    EHLO MAIL RCPT "DATA\r\n" TEXT ".\r\n" MAIL RCPT "DATA\r\n" TEXT ".\r\nQUIT\r\n",
    { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<.", ">250 taken", "<", ">250 ok", "<",
      ">250 ok", "<", ">354 go", "<.", ">250 taken", "<", ">221 bye" } },
  { "RSET after a refusal", ONE, "550 5.1.1, message; ok, message",
    EHLO MAIL RCPT "RSET\r\n" MAIL RCPT "DATA\r\n" TEXT ".\r\nQUIT\r\n",
    { HELLO, "<", ">250 ok", "<", ">550 5.1.1 who?", "<", ">250 reset", "<", ">250 ok", "<", ">250 ok",
      "<", ">354 go", "<.", ">250 taken", "<", ">221 bye" } },
  { "RSET refused", ONE, "550 5.1.1, message; none, host lost", NULL,
    { HELLO, "<", ">250 ok", "<", ">550 5.1.1 who?", "<", ">500 what?", "WAIT" } },
  { "RSET answered 421", ONE, "550 5.1.1, message; none, busy lost closed", NULL,
    { HELLO, "<", ">250 ok", "<", ">550 5.1.1 who?", "<", ">421 bye" } },
  { "closed in between", ONE, "ok, message; none, host lost closed", NULL,
    { HELLO, "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<.", ">250 taken" } },
};

static void
test_pairs (void)
{
  run_all (pairs, G_N_ELEMENTS (pairs), 2);
}

/* ---- what the peer lacks ---- */

#define U "\xc3\xa4"
#define QP_TEXT                                                                                    \
  "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"                               \
  "Content-Transfer-Encoding: "
#define TO_DOT "<", ">250 ok", "<", ">250 ok", "<", ">354 go", "<.", ">250 taken", "<", ">221 bye"

static const Row lacks[] = {
  { "8-bit text, 8BITMIME offered", "s@a.example", "r@b.example", QP_TEXT "8bit\r\n\r\n" U "\r\n",
    "ok, message",
    EHLO "MAIL FROM:<s@a.example> BODY=8BITMIME\r\n" RCPT "DATA\r\n" QP_TEXT "8bit\r\n\r\n" U
         "\r\n.\r\nQUIT\r\n",
    { WITH ("250 8BITMIME"), TO_DOT } },
  { "8-bit text, no 8BITMIME", "s@a.example", "r@b.example",
    QP_TEXT "8bit\r\n\r\n" U "=b \r\nc\r\n", "ok, message",
    EHLO MAIL RCPT "DATA\r\n" QP_TEXT
                   "quoted-printable\r\n\r\n=C3=A4=3Db=20\r\nc\r\n.\r\nQUIT\r\n",
    { HELLO, TO_DOT } },
  { "no MIME header at all", "s@a.example", "r@b.example", "Subject: x\r\n\r\n\xe4\r\n", "ok, message",
    EHLO MAIL RCPT "DATA\r\nSubject: x\r\nContent-Transfer-Encoding: quoted-printable\r\n"
                   "Content-Type: text/plain; charset=unknown-8bit\r\nMIME-Version: 1.0\r\n\r\n"
                   "=E4\r\n.\r\nQUIT\r\n",
    { HELLO, TO_DOT } },
  { "parts", "s@a.example", "r@b.example",
    "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n--b\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n" U "\r\n--b\r\n\r\nplain\r\n--b\r\n"
    "Content-Type: application/x\r\nContent-Transfer-Encoding: binary\r\n\r\n\xff\xfe\r\n--b--\r\n",
    "ok, message",
    EHLO MAIL RCPT
    "DATA\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 7bit\r\n"
    "MIME-Version: 1.0\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable"
    "\r\n\r\n=C3=A4\r\n--b\r\n\r\nplain\r\n--b\r\nContent-Type: application/x\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\n//4=\r\n--b--\r\n.\r\nQUIT\r\n",
    { HELLO, TO_DOT } },
  { "signed parts are not touched", "s@a.example", "r@b.example",
    "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n" U "\r\n--b--\r\n",
    "554 5.6.3, message", EHLO "QUIT\r\n", { HELLO, "<", ">221 bye" } },
  { "UTF-8 header, no SMTPUTF8", "s@a.example", "r@b.example",
    "From: " U " <s@a.example>\r\nSubject: " U "\r\nReceived: from x by y for <" U "@b.example>; now\r\n"
    "\r\nx\r\n", "ok, message",
    EHLO MAIL RCPT "DATA\r\nFrom: =?iso-8859-1?b?5A==?= <s@a.example>\r\n"
                   "Subject: =?UTF-8?b?w6Q=?=\r\nReceived: from x by y ; now\r\n\r\nx\r\n.\r\n"
                   "QUIT\r\n",
    { HELLO, TO_DOT }, .smtputf8 = TRUE },
  { "UTF-8 header, SMTPUTF8 offered", "s@a.example", "r@b.example", "Subject: " U "\r\n\r\nx\r\n",
    "ok, message",
    EHLO "MAIL FROM:<s@a.example> BODY=8BITMIME SMTPUTF8\r\n" RCPT "DATA\r\nSubject: " U
         "\r\n\r\nx\r\n.\r\nQUIT\r\n",
    { WITH ("250-8BITMIME\n250 SMTPUTF8"), TO_DOT }, .smtputf8 = TRUE },
  { "UTF-8 domain, no SMTPUTF8", "s@" U ".example", "r@b.example", TEXT, "ok, message",
    EHLO "MAIL FROM:<s@xn--4ca.example>\r\n" RCPT "DATA\r\n" TEXT ".\r\nQUIT\r\n",
    { HELLO, TO_DOT } },
  { "UTF-8 local part of the sender", U "@a.example", "r@b.example", TEXT, "554 5.6.7, message",
    EHLO "QUIT\r\n", { HELLO, "<", ">221 bye" } },
  { "UTF-8 local part of one recipient", "s@a.example", U "@b.example r@b.example", TEXT,
    "554 5.6.7, ok, message", EHLO MAIL RCPT "DATA\r\n" TEXT ".\r\nQUIT\r\n", { HELLO, TO_DOT } },
  { "UTF-8 address in the header", "s@a.example", "r@b.example", "To: " U "@b.example\r\n\r\nx\r\n",
    "554 5.6.7, message", EHLO "QUIT\r\n", { HELLO, "<", ">221 bye" }, .smtputf8 = TRUE },
};

static void
test_lacks (void)
{
  run_all (lacks, G_N_ELEMENTS (lacks), 1);
}

/* ---- bounds ---- */

static void
test_endless (void)
{
  g_autofree char *long_line = g_strnfill (100000, 'x');
  g_autofree char *over_long = g_strdup_printf (">250 %s", long_line);
  g_autoptr (GString) lines = g_string_new (">250-ok");
  Row long_row = { "an answer of 100,000 characters", ONE, "ok, message", NULL,
                   { HELLO, "<", over_long, "<", ">250 ok", "<", ">354 go", "<.", ">250 taken", "<",
                     ">221 bye" } };
  Row many_row = { "an answer of 300 lines", ONE, "none, host lost closed", NULL, { HELLO, "<", NULL } };

  for (guint i = 0; i < 300; i++)
    g_string_append (lines, "\n250-more");
  many_row.script[4] = lines->str;
  many_row.script[5] = "WAIT";
  run (&long_row, 0, 1);
  run (&many_row, 0, 1);
}

/* Bytes that come one by one do not hold a client beyond the time for the whole answer. */
static void
test_slow (void)
{
  static const char *const script[] = { ">220-wait", "<", NULL };
  g_autoptr (IstSmtpServer) server = ist_smtp_server_start (script, 0, NULL);
  IstClientOptions options = options_for (server);
  g_autoptr (GError) error = NULL;
  g_auto (IstReply) reply = { 0 };
  g_autofree char *note = NULL;
  gint64 start = ist_clock_mono_usecs ();
  IstClientFailure failure;

  options.connect_timeout_secs = 1;
  IST_ASSERT (ist_client_open (&options, &failure, &reply, &note, &error) == NULL);
  IST_ASSERT_INT (failure, IST_CLIENT_HOST);
  IST_ASSERT_ERROR (error, IST_ERROR_RETRY);
  IST_ASSERT (ist_clock_mono_usecs () - start < 10 * G_USEC_PER_SEC);
}

/* ---- DSN ---- */

static void
send_dsn (const char *const *script, const char *want)
{
  g_autoptr (IstSmtpServer) server = ist_smtp_server_start (script, 0, NULL);
  IstClientOptions options = options_for (server);
  g_autoptr (GBytes) bytes = g_bytes_new_static (TEXT, strlen (TEXT));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  IstClientRcpt rcpt = { .address = "r@b.example", .original = "rfc822;o+1@b.example",
                         .notify = IST_NOTIFY_SUCCESS | IST_NOTIFY_FAILURE };
  IstClientMail mail = { .sender = "s@a.example", .ret = IST_RET_HDRS, .envid = "a=b c",
                         .message = message, .rcpts = &rcpt, .n_rcpts = 1 };
  g_auto (IstReply) reply = { 0 };
  g_autofree char *note = NULL;
  IstClientFailure failure;
  gboolean sent_dot;
  IstClient *client = ist_client_open (&options, &failure, &reply, &note, NULL);

  if (!IST_ASSERT (client != NULL))
    return;
  IST_ASSERT (ist_client_send (client, &mail, &failure, &sent_dot, NULL));
  IST_ASSERT (rcpt.delivered);
  ist_reply_clear (&rcpt.reply);
  ist_client_close (client);
  ist_smtp_server_wait (server);
  IST_ASSERT_STR (server->seen->str, want);
}

static void
test_dsn (void)
{
  static const char *const with[] = { WITH ("250 DSN"), TO_DOT, NULL };
  static const char *const without[] = { HELLO, TO_DOT, NULL };

  ist_row ("passed on");
  send_dsn (with, EHLO "MAIL FROM:<s@a.example> RET=HDRS ENVID=a+3Db+20c\r\n"
                       "RCPT TO:<r@b.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;o+2B1@b.example\r\n"
                       "DATA\r\n" TEXT ".\r\nQUIT\r\n");
  ist_row ("a peer without DSN");
  send_dsn (without, EHLO MAIL RCPT "DATA\r\n" TEXT ".\r\nQUIT\r\n");
}

/* ---- TLS and AUTH ---- */

typedef struct
{
  const char *name;
  IstTlsLevel level;
  gboolean implicit, trust, auth; /* trust, with PINNED: the right pin */
  const char *want; /* version of TLS known, "clear", or "not opened: …" */
  const char *seen; /* NULL: not looked at */
  const char *script[24];
} TlsRow;

#define OFFER WITH ("250 STARTTLS")
#define HELLO_AGAIN(extensions) "<", ">250-mx.example\n" extensions

static const TlsRow tls_rows[] = {
  { "none does not ask", IST_TLS_NONE, FALSE, FALSE, FALSE, "clear", EHLO "QUIT\r\n",
    { OFFER, "<", ">221 bye" } },
  { "may takes it", IST_TLS_MAY, FALSE, FALSE, FALSE, "TLS", EHLO "STARTTLS\r\n" EHLO "QUIT\r\n",
    { OFFER, "<", ">220 go", "TLS", HELLO_AGAIN ("250 X"), "<", ">221 bye" } },
  { "may goes without", IST_TLS_MAY, FALSE, FALSE, FALSE, "clear", EHLO "QUIT\r\n",
    { HELLO, "<", ">221 bye" } },
  { "may goes on in clear text when refused", IST_TLS_MAY, FALSE, FALSE, FALSE, "clear noted",
    EHLO "STARTTLS\r\nQUIT\r\n" EHLO "QUIT\r\n",
    { OFFER, "<", ">454 not now", "<", ">221 bye", "NEXT", OFFER, "<", ">221 bye" } },
  { "may goes on in clear text when it breaks", IST_TLS_MAY, FALSE, FALSE, FALSE, "clear noted", NULL,
    { OFFER, "<", ">220 go\nnonsense", "NEXT", OFFER, "<", ">221 bye" } },
  { "encrypt refuses clear text", IST_TLS_ENCRYPT, FALSE, FALSE, FALSE, "not opened: tls",
    EHLO "QUIT\r\n", { HELLO, "<", ">221 bye" } },
  { "encrypt takes any certificate", IST_TLS_ENCRYPT, FALSE, FALSE, FALSE, "TLS", NULL,
    { OFFER, "<", ">220 go", "TLS", HELLO_AGAIN ("250 X"), "<", ">221 bye" } },
  { "verify refuses an unknown one", IST_TLS_VERIFY, FALSE, FALSE, FALSE, "not opened: tls", NULL,
    { OFFER, "<", ">220 go", "TLS", "WAIT" } },
  { "verify takes a known one", IST_TLS_VERIFY, FALSE, TRUE, FALSE, "TLS", NULL,
    { OFFER, "<", ">220 go", "TLS", HELLO_AGAIN ("250 X"), "<", ">221 bye" } },
  { "pinned refuses another", IST_TLS_PINNED, FALSE, FALSE, FALSE, "not opened: tls", NULL,
    { OFFER, "<", ">220 go", "TLS", "WAIT" } },
  { "pinned takes its own", IST_TLS_PINNED, FALSE, TRUE, FALSE, "TLS", NULL,
    { OFFER, "<", ">220 go", "TLS", HELLO_AGAIN ("250 X"), "<", ">221 bye" } },
  { "implicit", IST_TLS_ENCRYPT, TRUE, FALSE, FALSE, "TLS", EHLO "QUIT\r\n",
    { "TLS", HELLO, "<", ">221 bye" } },
  { "answers before the handshake do not count", IST_TLS_ENCRYPT, FALSE, FALSE, FALSE,
    "TLS", EHLO "STARTTLS\r\n" EHLO "QUIT\r\n",
    { OFFER, "<", ">220 go\n250 injected", "TLS", HELLO_AGAIN ("250 X"), "<", ">221 bye" } },
  { "AUTH PLAIN", IST_TLS_ENCRYPT, FALSE, FALSE, TRUE, "TLS",
    EHLO "STARTTLS\r\n" EHLO "AUTH PLAIN AHVzZXIAc2VjcmV0\r\nQUIT\r\n",
    { OFFER, "<", ">220 go", "TLS", HELLO_AGAIN ("250 AUTH LOGIN PLAIN"), "<", ">235 in", "<",
      ">221 bye" } },
  { "AUTH LOGIN", IST_TLS_ENCRYPT, FALSE, FALSE, TRUE, "TLS",
    EHLO "STARTTLS\r\n" EHLO "AUTH LOGIN\r\ndXNlcg==\r\nc2VjcmV0\r\nQUIT\r\n",
    { OFFER, "<", ">220 go", "TLS", HELLO_AGAIN ("250 AUTH XPLAIN LOGIN"), "<", ">334 dXNlcg==", "<",
      ">334 cGFzcw==", "<", ">235 in", "<", ">221 bye" } },
  { "AUTH refused is no sick host", IST_TLS_ENCRYPT, FALSE, FALSE, TRUE, "not opened: tls", NULL,
    { OFFER, "<", ">220 go", "TLS", HELLO_AGAIN ("250 AUTH PLAIN"), "<", ">535 5.7.8 no", "<",
      ">221 bye" } },
  { "no known mechanism", IST_TLS_ENCRYPT, FALSE, FALSE, TRUE, "not opened: tls",
    EHLO "STARTTLS\r\n" EHLO "QUIT\r\n",
    { OFFER, "<", ">220 go", "TLS", HELLO_AGAIN ("250 AUTH GSSAPI"), "<", ">221 bye" } },
  { "a password never leaves in clear text", IST_TLS_MAY, FALSE, FALSE, TRUE, "not opened: tls",
    EHLO "QUIT\r\n", { WITH ("250 AUTH PLAIN"), "<", ">221 bye" } },
};

static void
run_tls (const TlsRow *row, const char *folder, IstTlsContext *server_tls)
{
  g_autofree char *certificate = g_build_filename (folder, "mx.example.crt", NULL);
  g_autofree char *print = ist_test_fingerprint (certificate);
  const char *pins[] = { print, NULL };
  gboolean pinned = row->level == IST_TLS_PINNED;
  IstTlsOptions tls = { .level = row->level, .ca_file = row->trust && !pinned ? certificate : NULL,
                        .pins = pinned ? pins : NULL };
  g_autoptr (IstTlsContext) context = NULL;
  g_autoptr (IstSmtpServer) server = ist_smtp_server_start (row->script, 0, server_tls);
  IstClientOptions options = options_for (server);
  g_autofree char *note = NULL;
  g_autofree char *got = NULL;
  g_auto (IstReply) reply = { 0 };
  IstClientFailure failure;
  IstClient *client;

  if (pinned && !row->trust)
    print[0] = print[0] == '0' ? '1' : '0';
  context = ist_tls_context_new_client (&tls, NULL);
  options.tls_level = row->level;
  options.tls = context;
  options.implicit_tls = row->implicit;
  options.auth_user = row->auth ? "user" : NULL;
  options.auth_password = "secret";
  client = ist_client_open (&options, &failure, &reply, &note, NULL);
  if (client == NULL)
    got = g_strdup_printf ("not opened: %s", kinds[failure]);
  else
    got = g_strdup_printf ("%s%s", ist_client_tls_info (client) != NULL ? "TLS" : "clear",
                           note != NULL ? " noted" : "");
  ist_client_close (client);
  ist_smtp_server_wait (server);
  ist_row ("%s", row->name);
  IST_ASSERT_STR (got, row->want);
  if (row->seen != NULL)
    IST_ASSERT_STR (server->seen->str, row->seen);
}

static void
test_tls (void)
{
  g_autofree char *folder = ist_test_dir ();
  g_autofree char *certificate = g_build_filename (folder, "mx.example.crt", NULL);
  g_autofree char *key = g_build_filename (folder, "mx.example.key", NULL);
  IstTlsOptions options = { .certificate_file = certificate, .key_file = key };
  g_autoptr (IstTlsContext) context = NULL;

  ist_test_certificate (folder, (const char *const[]){ "mx.example", NULL });
  context = ist_tls_context_new_server (&options, NULL);
  if (!IST_ASSERT (context != NULL))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (tls_rows); i++)
    run_tls (&tls_rows[i], folder, context);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "dialogues", test_dialogues }, { "trouble", test_trouble }, { "pairs", test_pairs },
    { "last-words", test_last_words },
    { "lacks", test_lacks },         { "endless", test_endless }, { "slow", test_slow },
    { "dsn", test_dsn },             { "tls", test_tls },         { NULL, NULL },
  };

  return ist_test_main ("smtp-client", tests);
}
