#include "base/clock.h"
#include "tests/harness/harness.h"
#include "tests/routing/smtp-peer.h"

#include <string.h>

#define HI "EHLO c.example\r\n"
#define ENV HI "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"
#define SEEN "mail a@b.example;rcpt c@d.example;"

static const struct
{
  const char *name, *input, *codes, *log;
} rows[] = {
  { "quit", "QUIT\r\n", "220 221", "" },
  { "message", ENV "DATA\r\nA: b\r\n\r\n..x\r\n.\r\nQUIT\r\n", "220 250 250 250 354 250 221",
    SEEN "text A: b\r\n\r\n.x\r\n;done;" },
  { "nothing behind QUIT", "QUIT\r\nNOOP\r\n", "220 221", "" },
  { "order", "MAIL FROM:<a@b.example>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n", "220 503 503 503", "" },
  { "no recipients", HI "MAIL FROM:<>\r\nRCPT TO:<no@d.example>\r\nDATA\r\n",
    "220 250 250 550 554", "mail ;abort;" },
  { "smuggled LF.LF", ENV "DATA\r\nx\n.\nMAIL FROM:<e@f.example>\r\n.\r\nNOOP\r\n",
    "220 250 250 250 354 521", SEEN "text xabort;" },
  { "smuggled CR.CRLF", ENV "DATA\r\nx\r.\r\nRSET\r\n.\r\nNOOP\r\n", "220 250 250 250 354 521",
    NULL },
  { "bare LF command", "NOOP\nNOOP\r\n", "220 521", "" },
  { "bare CR command", "NOOP\rNOOP\r\nNOOP\r\n", "220 521", "" },
  { "BDAT", ENV "BDAT 6\r\nA: b\r\nBDAT 5 LAST\r\n\r\n.\r\nNOOP\r\n",
    "220 250 250 250 250 250 250", SEEN "text A: b\r\n\r\n.\r\n;done;" },
  { "DATA behind BDAT", ENV "BDAT 3\r\nx\r\nDATA\r\nBDAT 0 LAST\r\n", "220 250 250 250 250 503 250",
    NULL },
  { "BDAT too early", HI "BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n", "220 250 503 250", "" },
  { "BDAT of unknown size", ENV "BDAT x\r\nQUIT\r\n", "220 250 250 250 501", SEEN "abort;" },
  { "BDAT bare LF", ENV "BDAT 4 LAST\r\nx\ny\nNOOP\r\n", "220 250 250 250 521", NULL },
  { "BDAT too large", ENV "BDAT 300\r\n%300%BDAT 2 LAST\r\nxxNOOP\r\n",
    "220 250 250 250 552 503 250", NULL },
  { "DATA too large", ENV "DATA\r\n%300%\r\n.\r\nNOOP\r\n", "220 250 250 250 354 552 250", NULL },
  { "refused text", ENV "DATA\r\nEICAR\r\n.\r\nNOOP\r\n", "220 250 250 250 354 554 250",
    SEEN "text EICARabort;" },
  { "text that finds no room", ENV "DATA\r\nDISKFULL\r\n.\r\nNOOP\r\n", "220 250 250 250 354 452 250",
    SEEN "text DISKFULLabort;" },
  { "chunk that finds no room", ENV "BDAT 10\r\nDISKFULL\r\nNOOP\r\n", "220 250 250 250 452 250",
    SEEN "text DISKFULLabort;" },
  { "lost in DATA", ENV "DATA\r\nx\r\n", "220 250 250 250 354", SEEN "text x\r\nabort;" },
  { "BDAT 0 LAST", ENV "BDAT 0 LAST\r\nNOOP\r\n", "220 250 250 250 250 250", SEEN "text ;done;" },
  { "BDAT LAST, then empty LAST", ENV "BDAT 3 LAST\r\nx\r\nBDAT 0 LAST\r\n",
    "220 250 250 250 250 503", SEEN "text x\r\n;done;" },
  { "commands between chunks", ENV "BDAT 3\r\nx\r\nNOOP\r\nRCPT TO:<e@f.example>\r\nBDAT 3 LAST\r\ny\r\n",
    "220 250 250 250 250 250 503 250", SEEN "text x\r\ny\r\n;done;" },
  { "RSET between chunks", ENV "BDAT 3\r\nx\r\nRSET\r\nBDAT 3 LAST\r\ny\r\n",
    "220 250 250 250 250 250 503", SEEN "text x\r\nabort;" },
  { "a chunk that looks like commands", ENV "BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n",
    "220 250 250 250 250 250", SEEN "text QUIT\r\n;done;" },
  { "CRLF split between chunks", ENV "BDAT 2\r\nx\rBDAT 1 LAST\r\n\nNOOP\r\n",
    "220 250 250 250 250 250 250", SEEN "text x\r\n;done;" },
  { "BDAT without a last line end", ENV "BDAT 1 LAST\r\nxNOOP\r\n", "220 250 250 250 250 250",
    SEEN "text x\r\n;done;" },
  { "chunks behind a refused one", ENV "BDAT 7\r\nEICAR\r\nBDAT 2\r\nxxBDAT 2 LAST\r\nyyNOOP\r\n",
    "220 250 250 250 554 503 503 250", SEEN "text EICARabort;" },
  { "BDAT to refused recipients", HI "MAIL FROM:<>\r\nRCPT TO:<no@d.example>\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n",
    "220 250 250 550 554 250", "mail ;abort;" },
  { "BDAT far too large", ENV "BDAT 9223372036854775807 LAST\r\nQUIT\r\n", "220 250 250 250 552",
    SEEN "abort;" },
  { "BDAT beyond numbers", ENV "BDAT 99999999999999999999 LAST\r\nQUIT\r\n", "220 250 250 250 501",
    SEEN "abort;" },
  { "BDAT negative", ENV "BDAT -1\r\nQUIT\r\n", "220 250 250 250 501", SEEN "abort;" },
  { "BDAT FIRST", ENV "BDAT 1 FIRST\r\nxQUIT\r\n", "220 250 250 250 501", SEEN "abort;" },
  { "BDAT bare", ENV "BDAT\r\nQUIT\r\n", "220 250 250 250 501", SEEN "abort;" },
  { "DATA with an argument", ENV "DATA x\r\nDATA\r\nx\r\n.\r\n", "220 250 250 250 501 354 250", NULL },
  { "two messages", ENV "DATA\r\nx\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<e@f.example>\r\nDATA\r\ny\r\n.\r\n",
    "220 250 250 250 354 250 250 250 354 250",
    SEEN "text x\r\n;done;mail ;rcpt e@f.example;text y\r\n;done;" },
  { "MAIL in MAIL", ENV "MAIL FROM:<>\r\n", "220 250 250 250 503", SEEN "abort;" },
  { "EHLO ends a transaction", ENV HI "DATA\r\n", "220 250 250 250 250 503", SEEN "abort;" },
  { "HELO without a name", "HELO\r\nEHLO \r\nHELO a b\r\n", "220 501 501 501", "" },
  { "empty line", "\r\nNOOP\r\n", "220 500 250", "" },
  { "lower case", "ehlo c\r\nmail from:<> size=5\r\nrcpt to:<C@D.example>\r\n", "220 250 250 250",
    "mail ;rcpt C@D.example;abort;" },
  { "paths that are none", HI "MAIL FROM:a@b.example\r\nMAIL FROM:<a@b.example\r\n"
    "MAIL FROM:<a@b.example>x\r\nMAIL <a@b.example>\r\nMAIL FROM:<a b@c.example>\r\n",
    "220 250 501 501 501 501 553", "" },
  { "quoted paths", HI "MAIL FROM:<\"a>b\"@b.example>\r\nRCPT TO:<\"c@d\\\"\"@e.example>\r\n",
    "220 250 250 250", "mail \"a>b\"@b.example;rcpt \"c@d\\\"\"@e.example;abort;" },
  { "RCPT to nobody", HI "MAIL FROM:<>\r\nRCPT TO:<>\r\nRCPT TO:<@>\r\nRCPT TO:<x>\r\n",
    "220 250 250 553 501 553", "mail ;abort;" },
  { "STARTTLS not here", "STARTTLS\r\n", "220 502", "" },
  { "RSET", ENV "RSET\r\nDATA\r\n", "220 250 250 250 250 503", SEEN "abort;" },
  { "SIZE", HI "MAIL FROM:<a@b.example> SIZE=9999\r\n", "220 250 552", "" },
  { "SIZE not a number", HI "MAIL FROM:<a@b.example> SIZE=-1\r\n", "220 250 501", "" },
  { "SIZE of 20 digits", HI "MAIL FROM:<> SIZE=99999999999999999999\r\n", "220 250 552", "" },
  { "SIZE of 21 digits", HI "MAIL FROM:<> SIZE=999999999999999999999\r\n", "220 250 501", "" },
  { "SIZE of nothing", HI "MAIL FROM:<> SIZE=\r\n", "220 250 501", "" },
  { "SIZE twice", HI "MAIL FROM:<> SIZE=1 SIZE=1\r\n", "220 250 501", "" },
  { "8BITMIME", HI "MAIL FROM:<> BODY=8BITMIME\r\nRSET\r\nMAIL FROM:<> BODY=7BIT\r\n",
    "220 250 250 250 250", NULL },
  { "AUTH is taken and forgotten", HI "MAIL FROM:<> AUTH=<>\r\n", "220 250 250", NULL },
  { "ENVID with a line end", HI "MAIL FROM:<> ENVID=a+0D+0Ab\r\n", "220 250 501", "" },
  { "ENVID that is no xtext", HI "MAIL FROM:<> ENVID=a+2g\r\n", "220 250 501", "" },
  { "ENVID of nothing", HI "MAIL FROM:<> ENVID=\r\n", "220 250 501", "" },
  { "RET of nothing", HI "MAIL FROM:<> RET=ALL\r\n", "220 250 501", "" },
  { "ORCPT of wrong forms", HI "MAIL FROM:<>\r\nRCPT TO:<c@d.example> ORCPT=c@d.example\r\n"
    "RCPT TO:<c@d.example> ORCPT=;c\r\nRCPT TO:<c@d.example> ORCPT=rfc822;\r\n"
    "RCPT TO:<c@d.example> ORCPT=rfc822;c+0A\r\nRCPT TO:<c@d.example> ORCPT=rfc\"822;c\r\n"
    "RCPT TO:<c@d.example> ORCPT=rfc822;c ORCPT=rfc822;c\r\n",
    "220 250 250 501 501 501 501 501 421", NULL },
  { "NOTIFY of wrong forms", HI "MAIL FROM:<>\r\nRCPT TO:<c@d.example> NOTIFY=\r\n"
    "RCPT TO:<c@d.example> NOTIFY=ALWAYS\r\nRCPT TO:<c@d.example> NOTIFY=DELAY NOTIFY=DELAY\r\n",
    "220 250 250 501 501 501", NULL },
  { "RCPT parameter unknown", HI "MAIL FROM:<>\r\nRCPT TO:<c@d.example> SIZE=1\r\n", "220 250 250 555",
    NULL },
  { "DSN", HI "MAIL FROM:<a@b.example> RET=HDRS ENVID=x+2By\r\nRCPT TO:<c@d.example> "
              "NOTIFY=SUCCESS,DELAY ORCPT=rfc822;q+2B@d.example\r\n",
    "220 250 250 250", "mail a@b.example x+y;rcpt c@d.example 10 rfc822;q+@d.example;abort;" },
  { "NEVER stands alone", HI "MAIL FROM:<>\r\nRCPT TO:<c@d.example> NOTIFY=NEVER,DELAY\r\n",
    "220 250 250 501", NULL },
  { "parameter twice", HI "MAIL FROM:<> RET=FULL RET=FULL\r\n", "220 250 501", "" },
  { "unknown parameter", HI "MAIL FROM:<> X=1\r\n", "220 250 555", "" },
  { "BINARYMIME", HI "MAIL FROM:<> BODY=BINARYMIME\r\n", "220 250 501", "" },
  { "source route", HI "MAIL FROM: <@x.example,@y.example:a@b.example>\r\nRCPT TO:<postmaster>\r\n",
    "220 250 250 250", "mail a@b.example;rcpt postmaster;abort;" },
  { "8-bit address", HI "MAIL FROM:<\xc3\xa4@b.example>\r\n", "220 250 553", "" },
  { "8-bit recipient", HI "MAIL FROM:<>\r\nRCPT TO:<\xc3\xa4@b.example>\r\n", "220 250 250 553", NULL },
  { "8-bit recipient, SMTPUTF8", HI "MAIL FROM:<> SMTPUTF8\r\nRCPT TO:<\xc3\xa4@b.example>\r\n",
    "220 250 250 250", NULL },
  { "SMTPUTF8 is forgotten", HI "MAIL FROM:<> SMTPUTF8\r\nRSET\r\nMAIL FROM:<>\r\nRCPT TO:<\xc3\xa4@b.example>\r\n",
    "220 250 250 250 250 553", NULL },
  { "SMTPUTF8 with a value", HI "MAIL FROM:<> SMTPUTF8=1\r\n", "220 250 501", "" },
  { "no UTF-8 at all", HI "MAIL FROM:<\xff@b.example> SMTPUTF8\r\n", "220 250 553", "" },
  { "SMTPUTF8", HI "MAIL FROM:<\xc3\xa4@b.example> SMTPUTF8\r\n", "220 250 250", NULL },
  { "too many recipients",
    ENV "RCPT TO:<e@d.example>\r\nRCPT TO:<f@d.example>\r\n", "220 250 250 250 250 452", NULL },
  { "too many errors", "X\r\nX\r\nX\r\nX\r\nX\r\nX\r\n", "220 500 500 500 500 500 421", "" },
  { "long line", "NOOP %5000%\r\nNOOP\r\n", "220 500 250", "" },
  { "simple", "HELP\r\nVRFY x\r\nEXPN x\r\nETRN x\r\nSTARTTLS\r\n", "220 214 252 502 502 502", "" },
  { "XCLIENT not allowed", "XCLIENT ADDR=192.0.2.1\r\n", "220 550", "" },
};

static const IstSessionLimits limits = {
  .hostname = "mx.example", .max_message_bytes = 200, .max_recipients = 2, .max_errors = 5,
  .command_timeout_secs = 20, .data_timeout_secs = 20, .data_total_secs = 20,
};

/* "%300%" becomes 300 times x. */
static char *
expand (const char *input)
{
  const char *mark = strchr (input, '%');
  g_autofree char *filler = NULL;
  char *end;

  if (mark == NULL)
    return g_strdup (input);
  filler = g_strnfill ((gsize) g_ascii_strtoull (mark + 1, &end, 10), 'x');
  return g_strdup_printf ("%.*s%s%s", (int) (mark - input), input, filler, end + 1);
}

static void
test_dialogues (void)
{
  static const gsize steps[] = { 0, 1, 7 };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize s = 0; s < G_N_ELEMENTS (steps); s++)
      {
        g_autofree char *input = expand (rows[i].input);
        g_autoptr (IstSmtpPeer) peer
            = ist_smtp_peer_run (&limits, input, strlen (input), steps[s]);

        ist_row ("%s by %" G_GSIZE_FORMAT, rows[i].name, steps[s]);
        IST_ASSERT_STR (peer->codes->str, rows[i].codes);
        if (rows[i].log != NULL)
          IST_ASSERT_STR (peer->log->str, rows[i].log);
      }
}

static void
test_normalize (void)
{
  const char *input = ENV "DATA\r\nx\n.\r\ny\r\n.\r\nNOOP\r\n";
  IstSessionLimits lenient = limits;
  g_autoptr (IstSmtpPeer) peer = NULL;

  lenient.bare_newline = IST_BARE_NEWLINE_NORMALIZE;
  peer = ist_smtp_peer_run (&lenient, input, strlen (input), 0);
  IST_ASSERT_STR (peer->codes->str, "220 250 250 250 354 250 250");
  IST_ASSERT_STR (peer->log->str, SEEN "text x\r\n.\r\ny\r\n;done;");
}

/* Every bare newline in a command line, where message text would be mended. */
static void
test_bare_in_commands (void)
{
  static const struct
  {
    const char *name, *input;
    gsize size;
    const char *codes;
  } bare[] = {
    { "LF", "NOOP\nQUIT\r\n", 12, "220 521" },
    { "CR", "NOOP\rQUIT\r\n", 12, "220 521" },
    { "CR CR LF", "NOOP\r\r\nQUIT\r\n", 13, "220 521" },
    { "NUL", "NO\0OP\r\nQUIT\r\n", 13, "220 521" },
  };
  IstSessionLimits lenient = limits;

  lenient.bare_newline = IST_BARE_NEWLINE_NORMALIZE;
  for (gsize i = 0; i < G_N_ELEMENTS (bare); i++)
    {
      g_autoptr (IstSmtpPeer) peer = ist_smtp_peer_run (&lenient, bare[i].input, bare[i].size, 0);

      ist_row ("%s", bare[i].name);
      IST_ASSERT_STR (peer->codes->str, bare[i].codes);
    }
}

/* The words of an EHLO, and what is left of them. */
static void
test_ehlo (void)
{
  const char *input = HI;
  g_autoptr (IstSmtpPeer) peer = ist_smtp_peer_run (&limits, input, strlen (input), 0);

  IST_ASSERT_STR (peer->answers->str,
                  "220 mx.example ESMTP Isthmus\r\n250-mx.example\r\n250-PIPELINING\r\n250-SIZE 200\r\n"
                  "250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n250-DSN\r\n"
                  "250-ENHANCEDSTATUSCODES\r\n250 HELP\r\n");
}

static void
test_header_size (void)
{
  static const struct
  {
    const char *name;
    gsize header;
    const char *codes;
  } sizes[] = {
    { "64 KiB are taken", 65000, "220 250 250 250 354 250" },
    { "more than allowed", 66000, "220 250 250 250 354 552" },
  };
  IstSessionLimits large = limits;

  large.max_message_bytes = 0;
  large.max_header_bytes = 65536;
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *filler = g_strnfill (sizes[i].header, 'x');
      g_autofree char *input
          = g_strdup_printf (ENV "DATA\r\nX: %s\r\n\r\n%s\r\n.\r\n", filler, filler);
      g_autoptr (IstSmtpPeer) peer = ist_smtp_peer_run (&large, input, strlen (input), 0);

      ist_row ("%s", sizes[i].name);
      IST_ASSERT_STR (peer->codes->str, sizes[i].codes);
    }
}

static void
test_limits (void)
{
  static const struct
  {
    const char *name, *input, *codes;
    guint commands, messages;
    gboolean require_tls;
  } bounds[] = {
    { "commands", "NOOP\r\nNOOP\r\nNOOP\r\n", "220 250 250 421", 2, 0, FALSE },
    { "commands with messages", ENV "DATA\r\nx\r\n.\r\nNOOP\r\nNOOP\r\n",
      "220 250 250 250 354 250 250 250", 4, 0, FALSE },
    { "messages", ENV "DATA\r\nx\r\n.\r\nMAIL FROM:<>\r\nNOOP\r\n", "220 250 250 250 354 250 421", 0, 1,
      FALSE },
    { "TLS is required", HI "MAIL FROM:<>\r\n", "220 250 530", 0, 0, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bounds); i++)
    {
      IstSessionLimits own = limits;
      g_autoptr (IstSmtpPeer) peer = NULL;

      own.max_commands = bounds[i].commands;
      own.max_messages = bounds[i].messages;
      own.require_tls = bounds[i].require_tls;
      peer = ist_smtp_peer_run (&own, bounds[i].input, strlen (bounds[i].input), 0);
      ist_row ("%s", bounds[i].name);
      IST_ASSERT_STR (peer->codes->str, bounds[i].codes);
    }
}

/* Bytes that keep coming, one by one, never hold a session beyond the time of the whole. */
static void
test_drip (void)
{
  static const struct
  {
    const char *name, *input, *codes;
  } drips[] = {
    { "a command", "NOOP %5000%\r\n", "220 421" },
    { "a command behind another", "NOOP\r\nNOOP %5000%\r\n", "220 250 421" },
    { "DATA", ENV "DATA\r\n%5000%\r\n.\r\n", "220 250 250 250 354 421" },
    { "BDAT", ENV "BDAT 180\r\n%5000%", "220 250 250 250 421" },
  };
  IstSessionLimits quick = limits;

  quick.command_timeout_secs = 1;
  quick.data_total_secs = 1;
  for (gsize i = 0; i < G_N_ELEMENTS (drips); i++)
    {
      g_autofree char *input = expand (drips[i].input);
      IstSmtpPeerPace pace = { .at_once = (gsize) (strstr (input, "xx") - input), .step = 1,
                               .pause_msecs = 40 };
      gint64 start = g_get_monotonic_time ();
      g_autoptr (IstSmtpPeer) peer = ist_smtp_peer_run_paced (&quick, input, strlen (input), &pace);

      ist_row ("%s", drips[i].name);
      IST_ASSERT_STR (peer->codes->str, drips[i].codes);
      IST_ASSERT (g_get_monotonic_time () - start < 20 * G_USEC_PER_SEC);
    }
}

/* A stop: 421 to who is idle; a message whose text has come is still answered. */
static void
test_shutdown (void)
{
  IstSmtpPeerPace pace = { .stop_msecs = 200 };
  const char *message = ENV "DATA\r\nx\r\n.\r\n";
  g_autoptr (IstSmtpPeer) idle = ist_smtp_peer_run_paced (&limits, HI, strlen (HI), &pace);
  g_autoptr (IstSmtpPeer) busy = NULL;

  IST_ASSERT_STR (idle->codes->str, "220 250 421");
  IST_ASSERT (strstr (idle->answers->str, "421 4.3.2 ") != NULL);
  busy = ist_smtp_peer_run_paced (&limits, message, strlen (message), &pace);
  IST_ASSERT_STR (busy->codes->str, "220 250 250 250 354 250 421");
  IST_ASSERT_STR (busy->log->str, SEEN "text x\r\n;done;");
}

/* A refused stranger waits; a stop does not wait for him. */
static void
test_tarpit (void)
{
  IstSessionLimits slow = limits;
  IstSmtpPeerPace pace = { .stop_msecs = 100 };
  g_autoptr (IstSmtpPeer) peer = NULL;
  gint64 start = g_get_monotonic_time ();

  slow.tarpit_msecs = 300;
  peer = ist_smtp_peer_run (&slow, "X\r\nX\r\n", 6, 0);
  IST_ASSERT_STR (peer->codes->str, "220 500 500");
  IST_ASSERT (g_get_monotonic_time () - start >= 600000);
  slow.tarpit_msecs = 60000;
  g_clear_pointer (&peer, ist_smtp_peer_free);
  start = g_get_monotonic_time ();
  peer = ist_smtp_peer_run_paced (&slow, "X\r\n", 3, &pace);
  IST_ASSERT (g_get_monotonic_time () - start < 30 * G_USEC_PER_SEC);
}

static void
test_xclient (void)
{
  const char *input = HI "XCLIENT ADDR=IPV6:2001:db8::1 HELO=[UNAVAILABLE] PROTO=SMTP\r\n"
                         "MAIL FROM:<>\r\nXCLIENT ADDR=nonsense\r\n";
  IstSessionLimits trusted = limits;
  g_autoptr (IstSmtpPeer) peer = NULL;

  trusted.allow_xclient = TRUE;
  peer = ist_smtp_peer_run (&trusted, input, strlen (input), 0);
  IST_ASSERT_STR (peer->codes->str, "220 250 220 503 501");
}

/* ---- TLS ---- */

static IstTlsContext *
server_tls (void)
{
  g_autofree char *folder = ist_test_dir ();
  g_autofree char *certificate = g_build_filename (folder, "mx.example.crt", NULL);
  g_autofree char *key = g_build_filename (folder, "mx.example.key", NULL);
  IstTlsOptions options = { .certificate_file = certificate, .key_file = key };

  ist_test_certificate (folder, (const char *const[]){ "mx.example", NULL });
  return ist_tls_context_new_server (&options, NULL);
}

/* Sends `text`, then reads `n` answers and gives their codes. */
static char *
talk (IstStream *stream, const char *text, guint n)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GString) codes = g_string_new (NULL);
  gboolean too_long;

  ist_stream_set_deadline (stream, ist_clock_mono_usecs () + 20 * G_USEC_PER_SEC);
  if (!ist_stream_write (stream, text, strlen (text), NULL) || !ist_stream_flush (stream, NULL))
    return g_strdup ("not sent");
  while (n > 0 && ist_stream_read_line (stream, line, 1000, &too_long, NULL))
    if (line->len > 3 && line->str[3] == ' ')
      {
        g_string_append_printf (codes, "%s%.3s", codes->len > 0 ? " " : "", line->str);
        n--;
      }
  return g_string_free (g_steal_pointer (&codes), FALSE);
}

/* RFC 3207: what came before the handshake counts for nothing, neither commands pushed in behind STARTTLS
 * nor the state of the session. */
static void
test_starttls (void)
{
  static const struct
  {
    const char *name, *before, *codes, *after, *after_codes, *log;
    guint n_before, n_after;
  } tls[] = {
    { "injected command", HI "STARTTLS\r\nMAIL FROM:<evil@x.example>\r\n", "220 250 220",
      "RCPT TO:<c@d.example>\r\n" HI "RCPT TO:<c@d.example>\r\n", "503 250 503", "", 3, 3 },
    { "state is forgotten", ENV "STARTTLS\r\n", "220 250 250 250 220",
      "MAIL FROM:<>\r\n" HI "MAIL FROM:<>\r\n", "503 250 250", SEEN "abort;mail ;abort;", 5, 3 },
    { "not twice", HI "STARTTLS\r\n", "220 250 220", HI "STARTTLS\r\n", "250 502", "", 3, 2 },
    { "no argument", HI "STARTTLS x\r\nSTARTTLS\r\n", "220 250 501 220", HI, "250", "", 4, 1 },
  };
  g_autoptr (IstTlsContext) server = server_tls ();
  IstTlsOptions any = { .level = IST_TLS_ENCRYPT };
  g_autoptr (IstTlsContext) client = ist_tls_context_new_client (&any, NULL);
  IstSessionLimits secure = limits;

  if (!IST_ASSERT (server != NULL && client != NULL))
    return;
  secure.tls = server;
  for (gsize i = 0; i < G_N_ELEMENTS (tls); i++)
    {
      g_autoptr (GSocket) socket = NULL;
      g_autoptr (IstSmtpPeer) peer = ist_smtp_peer_start (&secure, &socket);
      g_autoptr (IstStream) stream = ist_stream_new (socket);
      g_autofree char *before = talk (stream, tls[i].before, tls[i].n_before);
      gboolean ok = ist_stream_start_tls (stream, client, "mx.example", NULL);
      g_autofree char *after = talk (stream, tls[i].after, tls[i].n_after);

      g_clear_pointer (&stream, ist_stream_free);
      g_socket_close (socket, NULL);
      ist_smtp_peer_wait (peer);
      ist_row ("%s", tls[i].name);
      IST_ASSERT (ok);
      IST_ASSERT_STR (before, tls[i].codes);
      IST_ASSERT_STR (after, tls[i].after_codes);
      IST_ASSERT_STR (peer->log->str, tls[i].log);
    }
}

static void
test_implicit_tls (void)
{
  g_autoptr (IstTlsContext) server = server_tls ();
  IstTlsOptions any = { .level = IST_TLS_ENCRYPT };
  g_autoptr (IstTlsContext) client = ist_tls_context_new_client (&any, NULL);
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (IstSmtpPeer) peer = NULL;
  g_autoptr (IstStream) stream = NULL;
  g_autofree char *codes = NULL;
  IstSessionLimits secure = limits;

  secure.tls = server;
  secure.implicit_tls = TRUE;
  secure.require_tls = TRUE;
  peer = ist_smtp_peer_start (&secure, &socket);
  stream = ist_stream_new (socket);
  IST_ASSERT (ist_stream_start_tls (stream, client, "mx.example", NULL));
  codes = talk (stream, HI "STARTTLS\r\nMAIL FROM:<>\r\n", 4);
  IST_ASSERT_STR (codes, "220 250 502 250");
  g_clear_pointer (&stream, ist_stream_free);
  g_socket_close (socket, NULL);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "dialogues", test_dialogues },
    { "normalize", test_normalize },
    { "xclient", test_xclient },
    { "bare-in-commands", test_bare_in_commands },
    { "ehlo", test_ehlo },
    { "header-size", test_header_size },
    { "limits", test_limits },
    { "drip", test_drip },
    { "shutdown", test_shutdown },
    { "tarpit", test_tarpit },
    { "starttls", test_starttls },
    { "implicit-tls", test_implicit_tls },
    { NULL, NULL },
  };

  return ist_test_main ("smtp-session", tests);
}
