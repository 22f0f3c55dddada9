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
  { "lost in DATA", ENV "DATA\r\nx\r\n", "220 250 250 250 354", SEEN "text x\r\nabort;" },
  { "RSET", ENV "RSET\r\nDATA\r\n", "220 250 250 250 250 503", SEEN "abort;" },
  { "SIZE", HI "MAIL FROM:<a@b.example> SIZE=9999\r\n", "220 250 552", "" },
  { "SIZE not a number", HI "MAIL FROM:<a@b.example> SIZE=-1\r\n", "220 250 501", "" },
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

int
main (void)
{
  static const IstTest tests[] = {
    { "dialogues", test_dialogues },
    { "normalize", test_normalize },
    { "xclient", test_xclient },
    { NULL, NULL },
  };

  return ist_test_main ("smtp-session", tests);
}
