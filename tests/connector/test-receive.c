/* Who may send what through which listener, and what is refused before the 250. */
#include "base/clock.h"
#include "base/stream.h"
#include "tests/connector/flow-site.h"
#include "tests/harness/harness.h"

#include <gio/gio.h>
#include <string.h>

#define RELAYS                                                                                     \
  "[relay domino]\nhosts = 127.0.0.1:1\nhold = yes\n[relay exchange]\nhosts = 127.0.0.1:1\nhold = yes\n" \
  "[relay internet]\nhosts = 127.0.0.1:1\nhold = yes\n"
#define LISTENER(name) "[listener " name "]\naddress = 127.0.0.1:0\n"

static const char site_text[]
    = "max-hops = 5\n" RELAYS LISTENER ("inside") LISTENER ("relaying") LISTENER ("cloud")
          LISTENER ("closed") LISTENER ("public")
    "public = yes\nmax-errors = 5\ntarpit = 0\nrate-per-minute = 1000\nmax-sessions-per-client = 2\n"
    LISTENER ("small") "max-sessions = 1\n" LISTENER ("slow")
    "public = yes\nrate-per-minute = 2\ntarpit = 0\n"
    "[peer domino]\nside = domino\naddresses = 127.0.0.0/8\nlisteners = inside, small\nxclient = yes\n"
    "[peer relaying]\nside = domino\naddresses = 127.0.0.1\nlisteners = relaying\nrelay-internet = yes\n"
    "[peer cloud]\nside = exchange\naddresses = 127.0.0.1\nlisteners = cloud\nexchange-online = yes\n";

#define HI "EHLO c.example\r\n"
#define FROM HI "MAIL FROM:<s@d.example>\r\n"
#define TO_X "RCPT TO:<r@x.example>\r\n"
#define END "\r\n.\r\nQUIT\r\n"
#define HOP "Received: from a by b; now\r\n"

static const struct
{
  const char *name, *listener, *input, *codes, *words; /* words: within the answers, or NULL */
} rows[] = {
  { "a listed peer", "inside", FROM TO_X "DATA\r\nx" END, "220 250 250 250 354 250 221", "queued as" },
  { "a listed peer to the Internet", "inside", FROM "RCPT TO:<r@far.example>\r\n", "220 250 250 550",
    "550 5.7.1" },
  { "with relay-internet", "relaying", FROM "RCPT TO:<r@far.example>\r\n", "220 250 250 250", NULL },
  { "nobody's peer", "closed", FROM TO_X "RCPT TO:<postmaster>\r\nRCPT TO:<r@far.example>\r\n",
    "220 250 250 550 550 550", "550 5.7.1 127.0.0.1 is not a listed peer" },
  { "nobody's peer has no DATA", "closed", FROM TO_X "DATA\r\n", "220 250 250 550 554", NULL },
  { "public", "public", HI "MAIL FROM:<a@far.example>\r\n" TO_X "RCPT TO:<r@far.example>\r\n",
    "220 250 250 250 550", "relaying denied" },
  { "public, never a relay", "public",
    HI "MAIL FROM:<>\r\nRCPT TO:<@x.example:r@far.example>\r\nRCPT TO:<r@far.example@y.example>\r\n"
    "RCPT TO:<\"r@far.example\"@y.example>\r\nRCPT TO:<r%far.example@y.example>\r\n",
    "220 250 250 550 550 550 550", NULL },
  { "look-alikes of our domains", "public",
    HI "MAIL FROM:<> SMTPUTF8\r\nRCPT TO:<r@\xd1\x85.example>\r\nRCPT TO:<r@x.ex\xd0\xb0mple>\r\n"
    "RCPT TO:<r@x.example.>\r\nRCPT TO:<r@xx.example>\r\nRCPT TO:<r@x.example.far.example>\r\n",
    "220 250 250 550 550 553 550 550", NULL },
  { "null sender and postmaster", "public", HI "MAIL FROM:<>\r\nRCPT TO:<postmaster@x.example>\r\n",
    "220 250 250 250", NULL },
  { "XCLIENT tells a stranger", "inside", HI "XCLIENT ADDR=192.0.2.77\r\n" FROM TO_X,
    "220 250 220 250 250 550", "192.0.2.77 is not a listed peer" },
  { "XCLIENT from a stranger", "public", HI "XCLIENT ADDR=192.0.2.77\r\n", "220 250 550", NULL },
  { "bare newlines of a peer", "inside", FROM TO_X "DATA\r\na\nb\r\n.\r\nQUIT\r\n",
    "220 250 250 250 354 250 221", NULL },
  { "bare newlines of a stranger", "public", FROM TO_X "DATA\r\na\nb\r\n.\r\nQUIT\r\n",
    "220 250 250 250 354 521", NULL },
  { "a peer may err", "inside", HI "X\r\nX\r\nX\r\nX\r\nX\r\nX\r\nX\r\nNOOP\r\n",
    "220 250 500 500 500 500 500 500 500 250", NULL },
  { "a stranger may not", "public", HI "X\r\nX\r\nX\r\nX\r\nX\r\nX\r\n",
    "220 250 500 500 500 500 500 421", NULL },
  { "the size declared is too much for one side", "inside",
    HI "MAIL FROM:<s@d.example> SIZE=30000\r\n" TO_X "RCPT TO:<r@d.example>\r\n",
    "220 250 250 552 550", "552 5.3.4 message of 30000 bytes is larger than the 20000" },
  { "the size found at the dot", "inside", FROM TO_X "DATA\r\n%20000%" END,
    "220 250 250 250 354 552 221", "552 5.3.4 message of 20002 bytes" },
  { "our own bytes do not count", "inside", FROM TO_X "DATA\r\n%19998%" END,
    "220 250 250 250 354 250 221", NULL },
  { "four hops", "inside", FROM TO_X "DATA\r\n" HOP HOP HOP HOP END, "220 250 250 250 354 250 221", NULL },
  { "too many hops", "inside", FROM TO_X "DATA\r\n" HOP HOP HOP HOP HOP HOP END,
    "220 250 250 250 354 554 221", "554 5.4.6" },
  { "Exchange Online, no proof", "cloud", HI "MAIL FROM:<s@x.example>\r\nRCPT TO:<r@d.example>\r\n"
    "DATA\r\nX: y\r\n" END, "220 250 250 250 354 550 221", "550 5.7.1" },
  { "Exchange Online, our tenant", "cloud", HI "MAIL FROM:<s@x.example>\r\nRCPT TO:<r@d.example>\r\n"
    "DATA\r\nX-OriginatorOrg: ACME.example\r\n" END, "220 250 250 250 354 250 221", NULL },
  { "Exchange Online, another's too", "cloud", HI "MAIL FROM:<s@x.example>\r\nRCPT TO:<r@d.example>\r\n"
    "DATA\r\nX-OriginatorOrg: acme.example\r\nX-OriginatorOrg: evil.example\r\n" END,
    "220 250 250 250 354 550 221", "550 5.7.1" },
};

/* "%300%" becomes 300 times x, in lines. */
static char *
expand (const char *input)
{
  const char *mark = strchr (input, '%');
  g_autofree char *filler = NULL;
  char *end;

  if (mark == NULL || !g_ascii_isdigit (mark[1]))
    return g_strdup (input);
  filler = g_strnfill ((gsize) g_ascii_strtoull (mark + 1, &end, 10), 'x');
  return g_strdup_printf ("%.*s%s%s", (int) (mark - input), input, filler, end + 1);
}

static void
test_rows (void)
{
  g_autoptr (IstFlowSite) site = ist_flow_site_new (site_text);

  for (gsize i = 0; site != NULL && i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *input = expand (rows[i].input);
      g_autofree char *answers = ist_flow_site_talk (site, rows[i].listener, input);
      g_autofree char *codes = ist_flow_site_codes (answers);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (codes, rows[i].codes);
      if (rows[i].words != NULL && !IST_ASSERT (strstr (answers, rows[i].words) != NULL))
        ist_note ("%s", answers);
    }
}

static void
test_rate (void)
{
  g_autoptr (IstFlowSite) site = ist_flow_site_new (site_text);
  const char *input = HI "MAIL FROM:<>\r\nRSET\r\nMAIL FROM:<>\r\nRSET\r\nMAIL FROM:<>\r\n";
  g_autofree char *answers = site != NULL ? ist_flow_site_talk (site, "slow", input) : g_strdup ("");
  g_autofree char *codes = ist_flow_site_codes (answers);

  IST_ASSERT_STR (codes, "220 250 250 250 250 250 450");
  IST_ASSERT (strstr (answers, "450 4.7.1 ") != NULL);
}

static char *
greeting (GSocket *socket)
{
  char block[200] = "";
  gssize n = g_socket_receive (socket, block, sizeof block - 1, NULL, NULL);

  return g_strndup (block, n > 0 ? (gsize) n : 0);
}

/* Too many at once are told so at once, and only where they are too many. */
static void
test_sessions (void)
{
  static const struct
  {
    const char *name, *listener;
    guint open;
    const char *want;
  } limits[] = {
    { "of a listener", "small", 1, "421 4.3.2 " },
    { "another listener has room", "inside", 0, "220 " },
    { "of one stranger", "public", 2, "421 4.7.0 " },
    { "a peer has no such limit", "inside", 5, "220 " },
  };
  g_autoptr (IstFlowSite) site = ist_flow_site_new (site_text);

  for (gsize i = 0; site != NULL && i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (GPtrArray) open = g_ptr_array_new_with_free_func (g_object_unref);
      g_autoptr (GSocket) last = NULL;
      g_autofree char *got = NULL;

      ist_row ("%s", limits[i].name);
      for (guint k = 0; k < limits[i].open; k++)
        {
          g_autofree char *hello = NULL;

          g_ptr_array_add (open, ist_flow_site_connect (site, limits[i].listener));
          hello = greeting (g_ptr_array_index (open, k));
          IST_ASSERT (g_str_has_prefix (hello, "220 "));
        }
      last = ist_flow_site_connect (site, limits[i].listener);
      got = greeting (last);
      IST_ASSERT (g_str_has_prefix (got, limits[i].want));
    }
}

/* A stop tells who is connected. */
static void
test_stop (void)
{
  IstFlowSite *site = ist_flow_site_new (site_text);
  g_autoptr (GSocket) socket = NULL;
  g_autofree char *hello = NULL;
  g_autofree char *bye = NULL;

  if (site == NULL)
    return;
  socket = ist_flow_site_connect (site, "inside");
  hello = greeting (socket);
  ist_flow_site_free (site);
  bye = greeting (socket);
  IST_ASSERT (g_str_has_prefix (hello, "220 "));
  IST_ASSERT (g_str_has_prefix (bye, "421 4.3.2 "));
}

/* ---- a peer known by its certificate ---- */

static char *
ask (IstStream *stream, const char *text)
{
  GString *line = g_string_new (NULL);
  gboolean too_long;

  ist_stream_set_deadline (stream, ist_clock_mono_usecs () + 20 * G_USEC_PER_SEC);
  if (text[0] != '\0'
      && (!ist_stream_write (stream, text, strlen (text), NULL) || !ist_stream_flush (stream, NULL)))
    return g_string_free (line, FALSE);
  while (ist_stream_read_line (stream, line, 1000, &too_long, NULL) && line->len > 3
         && line->str[3] == '-')
    ;
  g_string_truncate (line, MIN (line->len, 3));
  return g_string_free (line, FALSE);
}

static void
talk_tls (IstFlowSite *site, IstTlsContext *tls, const char *want_rcpt, const char *want_errors)
{
  static const char *const steps[] = { HI, "MAIL FROM:<s@d.example>\r\n", TO_X };
  g_autoptr (GSocket) socket = ist_flow_site_connect (site, "certified");
  g_autoptr (IstStream) stream = ist_stream_new (socket);
  g_autofree char *hello = ask (stream, "");
  g_autofree char *ehlo = ask (stream, HI);
  g_autofree char *go = ask (stream, "STARTTLS\r\n");
  g_autofree char *last = NULL;

  IST_ASSERT_STR (hello, "220");
  IST_ASSERT_STR (ehlo, "250");
  IST_ASSERT_STR (go, "220");
  if (!IST_ASSERT (ist_stream_start_tls (stream, tls, "mx.example", NULL)))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_free (last);
      last = ask (stream, steps[i]);
    }
  IST_ASSERT_STR (last, want_rcpt);
  for (guint i = 0; i < 3; i++)
    {
      g_free (last);
      last = ask (stream, "X\r\n");
    }
  IST_ASSERT_STR (last, want_errors);
}

static void
test_certificate (void)
{
  g_autofree char *folder = ist_test_dir ();
  g_autofree char *crt = g_build_filename (folder, "mx.example.crt", NULL);
  g_autofree char *key = g_build_filename (folder, "mx.example.key", NULL);
  g_autofree char *peer_crt = g_build_filename (folder, "hub.example.crt", NULL);
  g_autofree char *peer_key = g_build_filename (folder, "hub.example.key", NULL);
  IstTlsOptions with = { .level = IST_TLS_ENCRYPT, .certificate_file = peer_crt, .key_file = peer_key };
  IstTlsOptions without = { .level = IST_TLS_ENCRYPT };
  g_autoptr (IstTlsContext) tls = NULL;
  g_autoptr (IstTlsContext) plain = NULL;
  g_autoptr (IstFlowSite) site = NULL;
  g_autofree char *print = NULL;
  g_autofree char *text = NULL;

  ist_test_certificate (folder, (const char *const[]){ "mx.example", NULL });
  ist_test_certificate (folder, (const char *const[]){ "hub.example", NULL });
  tls = ist_tls_context_new_client (&with, NULL);
  plain = ist_tls_context_new_client (&without, NULL);
  print = ist_test_fingerprint (peer_crt);
  text = g_strdup_printf (RELAYS LISTENER ("certified") "tls = own\nmax-errors = 3\ntarpit = 0\n"
                          "[tls own]\ncertificate-file = %s\nkey-file = %s\nask-client-certificate = yes\n"
                          "[peer hub]\nside = domino\ncertificates = %s\n", crt, key, print);
  site = ist_flow_site_new (text);
  if (site == NULL || !IST_ASSERT (tls != NULL && plain != NULL))
    return;
  ist_row ("with its certificate");
  talk_tls (site, tls, "250", "500");
  ist_row ("without");
  talk_tls (site, plain, "550", "421");
}

int
main (void)
{
  static const IstTest tests[] = {
    { "rows", test_rows }, { "rate", test_rate }, { "sessions", test_sessions }, { "stop", test_stop },
    { "certificate", test_certificate }, { NULL, NULL },
  };

  return ist_test_main ("receive", tests);
}
