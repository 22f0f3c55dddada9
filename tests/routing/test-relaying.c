/*
 * Who may hand on mail through us to whom: every old and new trick to make a relay of a server that serves
 * acme.example, and who counts as a listed peer.
 */
#include "routing/router.h"
#include "tests/harness/harness.h"
#include "tests/routing/fake-directory.h"
#include "tests/routing/routing-settings.h"

#include <string.h>

static const IstFakePerson people[] = {
  { "anna@acme.example|anna/research@acme.example", IST_SIDE_DOMINO, NULL, NULL, NULL },
  { "bob@acme.example", IST_SIDE_EXCHANGE, NULL, NULL, NULL },
  { NULL, IST_SIDE_NONE, NULL, NULL, NULL },
};

static const char base_text[]
    = "[connector]\nhostname = mx.acme.example\n"
      "[side domino]\nrelay = d\nnotes-domain = ACME\n[side exchange]\nrelay = x\n[side internet]\nrelay = i\n"
      "[relay d]\nhosts = d\n[relay x]\nhosts = x\n[relay i]\nhosts = i\n"
      "[domain acme.example]\ntype = shared\n"
      "[domain open.example]\ntype = own\nside = exchange\ncheck-recipients = no\n"
      "[domain b\xc3\xbc" "cher.example]\ntype = own\nside = exchange\ncheck-recipients = no\n"
      "[domain d.acme.example]\ntype = routing\nside = domino\nprimary = acme.example\n";

/* 'i': handed to the Internet, 'o': to a side of ours, 'r': refused for good, 't': refused for now. */
static char
outcome (IstRouter *router, const IstRouteAsk *how, const char *recipient)
{
  g_auto (IstRoute) route = { 0 };

  ist_router_route (router, how, recipient, &route);
  if (route.action == IST_ROUTE_REFUSE)
    return route.reply.code < 500 ? 't' : 'r';
  return route.side == IST_SIDE_INTERNET ? 'i' : 'o';
}

/* `want` for: an unlisted client of a public listener; a listed peer of each side without relay-internet; one of
 * side exchange with relay-internet; one of side internet with relay-internet. */
static void
test_forms (void)
{
  static const struct
  {
    const char *name, *recipient, *want;
  } rows[] = {
    { "one of ours", "anna@acme.example", "oor" "oo" },
    { "foreign", "x@elsewhere.example", "rrr" "ir" },
    { "percent hack", "x%elsewhere.example@acme.example", "rrr" "rr" },
    { "percent hack to ourselves", "anna%acme.example@acme.example", "rrr" "rr" },
    { "percent hack, quoted", "\"x%elsewhere.example\"@acme.example", "rrr" "rr" },
    { "percent hack, unchecked domain", "x%elsewhere.example@open.example", "rrr" "rr" },
    { "percent hack, routing sub-domain", "x%elsewhere.example@d.acme.example", "rrr" "rr" },
    { "percent hack, escaped", "\"x\\%elsewhere.example\"@open.example", "rrr" "rr" },
    { "percent hack at a foreign domain is that domain's", "x%y.example@elsewhere.example", "rrr" "ir" },
    { "bang path", "elsewhere.example!x@acme.example", "rrr" "rr" },
    { "bang path, unchecked domain", "elsewhere.example!x@open.example", "rrr" "rr" },
    { "bang path, quoted", "\"elsewhere.example!x\"@open.example", "rrr" "rr" },
    { "quoted address", "\"x@elsewhere.example\"@acme.example", "rrr" "rr" },
    { "quoted address, unchecked domain", "\"x@elsewhere.example\"@open.example", "rrr" "rr" },
    { "quoted address, escaped at", "\"x\\@elsewhere.example\"@open.example", "rrr" "rr" },
    { "quoted blank", "\"a b\"@open.example", "oro" "ro" },
    { "source route", "@acme.example,@b.example:x@elsewhere.example", "rrr" "rr" },
    { "source route to ours", "@elsewhere.example:anna@acme.example", "rrr" "rr" },
    { "source route, unchecked domain", "@elsewhere.example:x@open.example", "rrr" "rr" },
    { "source route, quoted", "\"@elsewhere.example:x\"@open.example", "rrr" "rr" },
    { "nested domains", "x@elsewhere.example@acme.example", "rrr" "rr" },
    { "nested domains, unchecked", "x@elsewhere.example@open.example", "rrr" "rr" },
    { "nested in a foreign domain", "anna@acme.example@elsewhere.example", "rrr" "rr" },
    { "nested in the Notes domain", "x@elsewhere.example@ACME", "rrr" "ir" },
    { "nested in the Notes domain, percent", "x%elsewhere.example@acme.example@ACME", "rrr" "rr" },
    { "wrapped in IMCEA", "IMCEASMTP-x+40elsewhere+2Eexample@acme.example", "rrr" "ir" },
    { "wrapped in IMCEA with a percent hack", "IMCEANOTES-x+25elsewhere+2Eexample+40open+2Eexample@acme.example",
      "rrr" "rr" },
    { "wrapped in IMCEA twice",
      "IMCEANOTES-IMCEANOTES-x+2B40elsewhere+2B2Eexample+40acme+2Eexample@acme.example", "rrr" "rr" },
    { "address literal, loopback", "x@[127.0.0.1]", "rrr" "ir" },
    { "address literal, IPv6", "x@[IPv6:::1]", "rrr" "ir" },
    { "trailing dot, foreign", "x@elsewhere.example.", "rrr" "ir" },
    { "two trailing dots", "x@open.example..", "rrr" "ir" },
    { "trailing dot, ours", "x@open.example.", "oro" "ro" },
    { "Cyrillic look-alike", "anna@\xd0\xb0" "cme.example", "rrr" "ir" },
    { "Greek look-alike", "x@\xce\xbfpen.example", "rrr" "ir" },
    { "full-width letters are the same domain", "x@\xef\xbd\x8fpen.example", "oro" "ro" },
    { "full-width dot is a dot", "x@open\xef\xbc\x8e" "example", "oro" "ro" },
    { "U-label", "x@b\xc3\xbc" "cher.example", "oro" "ro" },
    { "A-label of the same", "x@xn--bcher-kva.example", "oro" "ro" },
    { "zero-width joiner", "x@open\xe2\x80\x8d.example", "rrr" "ir" },
    { "our domain as a label of another", "x@open.example.elsewhere.example", "rrr" "ir" },
    { "our domain as the end of another label", "x@notopen.example", "rrr" "ir" },
    { "sub-domain of ours nobody serves", "x@sub.open.example", "rrr" "ir" },
    { "no domain", "x", "rrr" "rr" },
    { "empty domain", "x@", "rrr" "rr" },
    { "empty local part", "@open.example", "rrr" "rr" },
    { "empty", "", "rrr" "rr" },
    { "blank", "x y@open.example", "rrr" "rr" },
    { "line end", "x@open.example\r\nRCPT TO:<y@z.example>", "rrr" "rr" },
    { "X.500 name", "/o=Acme/cn=x", "rrr" "rr" },
    { "slash in a local part of ours", "anna/research@acme.example", "oor" "oo" },
    { "postmaster of nobody", "postmaster", "rrr" "rr" },
    { "postmaster elsewhere", "postmaster@elsewhere.example", "rrr" "ir" },
  };
  static const struct
  {
    IstSide origin;
    gboolean trusted, relay_internet;
  } who[] = {
    { IST_SIDE_INTERNET, FALSE, FALSE }, { IST_SIDE_EXCHANGE, TRUE, FALSE }, { IST_SIDE_DOMINO, TRUE, FALSE },
    { IST_SIDE_EXCHANGE, TRUE, TRUE },   { IST_SIDE_INTERNET, TRUE, TRUE },
  };
  static const char *const senders[]
      = { "", "s@elsewhere.example", "anna@acme.example", "postmaster", "postmaster@acme.example",
          "\"s@e.example\"@acme.example" };
  IstDirectory directory = ist_fake_directory (people);
  g_autoptr (IstSettings) settings = ist_test_settings (base_text, "");
  g_autoptr (IstRouter) router = settings != NULL ? ist_router_new (settings, &directory, 1) : NULL;

  for (gsize i = 0; router != NULL && i < G_N_ELEMENTS (rows); i++)
    for (gsize s = 0; s < G_N_ELEMENTS (senders); s++)
      {
        char got[G_N_ELEMENTS (who) + 1] = { 0 };

        for (gsize w = 0; w < G_N_ELEMENTS (who); w++)
          {
            IstRouteAsk how = { .origin = who[w].origin,
                                .trusted = who[w].trusted,
                                .relay_internet = who[w].relay_internet,
                                .sender = senders[s] };

            got[w] = outcome (router, &how, rows[i].recipient);
          }
        ist_row ("%s, from <%s>", rows[i].name, senders[s]);
        IST_ASSERT_STR (got, rows[i].want);
      }
}

/* A rule cannot open what the peer may not do; only a redirection, whose target the administrator wrote. */
static void
test_rules_do_not_open (void)
{
  static const char *const rules[] = {
    "[rule r]\nrelay = i\n",
    "[rule r]\nback-to-origin = yes\n",
    "[rule r]\nheader = X: y\nrelay = i\n",
    "[rule r]\naction = hold\n",
    "[rule r]\naction = convert-mode\nmode = report-only\n",
  };
  IstDirectory directory = ist_fake_directory (people);

  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autoptr (IstSettings) settings = ist_test_settings (base_text, rules[i]);
      g_autoptr (IstRouter) router = ist_router_new (settings, &directory, 1);
      IstRouteAsk stranger = { .origin = IST_SIDE_INTERNET, .sender = "s@e.example" };
      IstRouteAsk peer = { .origin = IST_SIDE_DOMINO, .trusted = TRUE, .sender = "s@e.example" };

      ist_row ("%s", rules[i]);
      IST_ASSERT_INT (outcome (router, &stranger, "x@elsewhere.example"), 'r');
      IST_ASSERT_INT (outcome (router, &peer, "x@elsewhere.example"), 'r');
    }
}

/* ---- peers ---- */

#define PIN "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const char peers_text[]
    = "[connector]\nhostname = mx\n[listener in]\naddress = 127.0.0.1:25\n[listener cloud]\naddress = 127.0.0.1:26\n"
      "[peer net]\nside = domino\naddresses = 192.0.2.0/24, 2001:db8::/32\nlisteners = in\n"
      "[peer host]\nside = exchange\naddresses = 198.51.100.7\n"
      "[peer pin]\nside = exchange\ncertificates = 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"
      "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\n"
      "[peer name]\nside = exchange\ncertificates = mail.acme.example\nlisteners = cloud\n";

static void
test_peers (void)
{
  static const struct
  {
    const char *name, *listener, *address, *fingerprint, *dns;
    gboolean verified;
    const char *want;
  } rows[] = {
    { "in the network", "in", "192.0.2.200", NULL, NULL, FALSE, "net" },
    { "outside the network", "in", "192.0.3.1", NULL, NULL, FALSE, NULL },
    { "another listener", "cloud", "192.0.2.200", NULL, NULL, FALSE, NULL },
    { "IPv6 network", "in", "2001:db8:1::1", NULL, NULL, FALSE, "net" },
    { "IPv4 on a socket for both families", "in", "::ffff:192.0.2.200", NULL, NULL, FALSE, "net" },
    { "IPv4-compatible is another address", "in", "::192.0.2.200", NULL, NULL, FALSE, NULL },
    { "single host, any listener", "cloud", "198.51.100.7", NULL, NULL, FALSE, "host" },
    { "fingerprint", "in", "203.0.113.1", PIN, "x.example", FALSE, "pin" },
    { "another fingerprint", "in", "203.0.113.1", "0" PIN, NULL, FALSE, NULL },
    { "name of a verified certificate", "cloud", "203.0.113.1", "ff", "Mail.Acme.Example", TRUE, "name" },
    { "name of a certificate nobody vouches for", "cloud", "203.0.113.1", "ff", "mail.acme.example", FALSE, NULL },
    { "name, another listener", "in", "203.0.113.1", "ff", "mail.acme.example", TRUE, NULL },
    { "no certificate", "cloud", "203.0.113.1", NULL, "mail.acme.example", TRUE, NULL },
    { "no address", "in", "unix", NULL, NULL, FALSE, NULL },
  };
  g_autoptr (IstSettings) settings = ist_test_settings (peers_text, "");
  g_autoptr (IstRouter) router = settings != NULL ? ist_router_new (settings, NULL, 1) : NULL;

  for (gsize i = 0; router != NULL && i < G_N_ELEMENTS (rows); i++)
    {
      char *names[] = { (char *) rows[i].dns, NULL };
      IstTlsInfo tls = { .verified = rows[i].verified,
                         .peer_fingerprint = (char *) rows[i].fingerprint,
                         .peer_names = names };
      const IstPeerSettings *peer = ist_router_peer (router, rows[i].listener, rows[i].address, &tls);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (peer != NULL ? peer->group.name : NULL, rows[i].want);
    }
}

/* What would leave a question without an answer is refused at the start: whose mail a peer brings (or neither loop
 * guard nor rewriting has a direction), what a sub-domain stands for. */
static void
test_settings (void)
{
  static const struct
  {
    const char *name, *text;
    gboolean ok;
  } rows[] = {
    { "own side", "[listener a]\naddress = 127.0.0.1:1\n[peer p]\nside = domino\naddresses = 192.0.2.1\n", TRUE },
    { "the listener's side",
      "[listener a]\naddress = 127.0.0.1:1\nside = domino\n[peer p]\naddresses = 192.0.2.1\n", TRUE },
    { "no side", "[listener a]\naddress = 127.0.0.1:1\n[peer p]\naddresses = 192.0.2.1\n", FALSE },
    { "one of its listeners has none",
      "[listener a]\naddress = 127.0.0.1:1\nside = domino\n[listener b]\naddress = 127.0.0.1:2\n"
      "[peer p]\naddresses = 192.0.2.1\n",
      FALSE },
    { "only the other listener has none",
      "[listener a]\naddress = 127.0.0.1:1\nside = domino\n[listener b]\naddress = 127.0.0.1:2\n"
      "[peer p]\naddresses = 192.0.2.1\nlisteners = a\n",
      TRUE },
    { "postmaster", "postmaster = nobody\n", FALSE },
    { "redirect", "[rule r]\naction = redirect\nredirect = nobody\n", FALSE },
    { "domain in two spellings",
      "[domain b\xc3\xbc" "cher.example]\n[domain xn--bcher-kva.example]\n", FALSE },
    { "two domains", "[domain a.example]\n[domain b.example]\n", TRUE },
    { "no domain name", "[domain a..example]\n", FALSE },
    { "routing domain without its group", "[side domino]\nrouting-domain = d.acme.example\n", FALSE },
    { "routing domain for nothing served here",
      "[domain d.acme.example]\ntype = routing\nside = domino\nprimary = acme.example\n", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strconcat ("[connector]\nhostname = mx\n", rows[i].text, NULL);
      g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (IstSettings) settings
          = ist_settings_parse (text, "test.conf", ".", ist_routing_setting_groups, errors);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_INT (settings != NULL, rows[i].ok);
    }
}

/* ---- Exchange Online ---- */

#define OURS "11111111-2222-3333-4444-555555555555"
#define THEIRS "99999999-2222-3333-4444-555555555555"
#define BOTH "[side exchange]\ntenant-ids = " OURS "\ntenant-domains = acme.example, acme.onmicrosoft.example\n"
#define IDS "[side exchange]\ntenant-ids = " OURS "\n"
#define DOMAINS "[side exchange]\ntenant-domains = acme.example\n"

static void
test_tenant (void)
{
  static const struct
  {
    const char *name, *settings, *header;
    gboolean want;
  } rows[] = {
    { "neither field", BOTH, "Subject: x\r\n", FALSE },
    { "our id", BOTH, "X-MS-Exchange-CrossTenant-Id: " OURS "\r\n", TRUE },
    { "our id, another case of the name", BOTH, "X-MS-Exchange-CrossTenant-id: " OURS "\r\n", TRUE },
    { "our domain", BOTH, "X-OriginatorOrg: Acme.Example\r\n", TRUE },
    { "both ours", BOTH, "X-OriginatorOrg: acme.example\r\nX-MS-Exchange-CrossTenant-Id: " OURS "\r\n", TRUE },
    { "another tenant", BOTH, "X-MS-Exchange-CrossTenant-Id: " THEIRS "\r\n", FALSE },
    { "another tenant adds our id", BOTH,
      "X-MS-Exchange-CrossTenant-Id: " OURS "\r\nX-MS-Exchange-CrossTenant-Id: " THEIRS "\r\n", FALSE },
    { "another tenant adds our domain", BOTH,
      "X-OriginatorOrg: acme.example\r\nX-MS-Exchange-CrossTenant-Id: " THEIRS "\r\n", FALSE },
    { "our id, another's domain", BOTH,
      "X-MS-Exchange-CrossTenant-Id: " OURS "\r\nX-OriginatorOrg: other.example\r\n", FALSE },
    { "only ids configured: the domain says nothing", IDS,
      "X-OriginatorOrg: acme.example\r\nX-MS-Exchange-CrossTenant-Id: " OURS "\r\n", TRUE },
    { "only ids configured, another tenant", IDS,
      "X-OriginatorOrg: acme.example\r\nX-MS-Exchange-CrossTenant-Id: " THEIRS "\r\n", FALSE },
    { "only ids configured, no id", IDS, "X-OriginatorOrg: acme.example\r\n", FALSE },
    { "only domains configured", DOMAINS,
      "X-OriginatorOrg: acme.example\r\nX-MS-Exchange-CrossTenant-Id: " THEIRS "\r\n", TRUE },
    { "nothing configured", "[side exchange]\nmax-message-size = 1\n", "X-OriginatorOrg: acme.example\r\n",
      FALSE },
    { "no side", "", "X-OriginatorOrg: acme.example\r\n", FALSE },
    { "a longer value", BOTH, "X-OriginatorOrg: acme.example.evil.example\r\n", FALSE },
    { "an empty value", BOTH, "X-OriginatorOrg:\r\n", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstSettings) settings
          = ist_test_settings ("[connector]\nhostname = mx\n", rows[i].settings);
      g_autoptr (IstRouter) router = ist_router_new (settings, NULL, 1);
      g_autoptr (GBytes) bytes = g_bytes_new (rows[i].header, strlen (rows[i].header));
      g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
      g_autoptr (IstMessage) message = ist_message_new (body);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_INT (ist_router_tenant_ok (router, message), rows[i].want);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "forms", test_forms },
    { "rules-do-not-open", test_rules_do_not_open },
    { "peers", test_peers },
    { "settings", test_settings },
    { "tenant", test_tenant },
    { NULL, NULL },
  };

  return ist_test_main ("relaying", tests);
}
