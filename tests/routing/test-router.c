/*
 * The router at its interface: sides, forms of recipients, rules, pilots; who may relay is test-relaying.c.
 */
#include "routing/router.h"
#include "tests/harness/harness.h"
#include "tests/routing/fake-directory.h"
#include "tests/routing/routing-settings.h"

#include <string.h>

#define DN "/o=Acme/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=nina"

static const IstFakePerson people[] = {
  { "anna@acme.example|anna.berg@acme.example|CN=Anna Berg/OU=Research/O=Acme|aberg", IST_SIDE_DOMINO, NULL,
    "CN=Anna Berg/OU=Research/O=Acme", "Pilot|Everybody" },
  { "bob@acme.example|robert@acme.example", IST_SIDE_EXCHANGE, NULL, NULL, "Everybody" },
  { "nina@acme.example|" DN, IST_SIDE_EXCHANGE, "nina@x.acme.example", NULL, NULL },
  { "team@acme.example|All Of Acme", IST_SIDE_DOMINO, NULL, NULL, NULL },
  { "otto@beta.example", IST_SIDE_DOMINO, NULL, NULL, NULL },
  { "two@acme.example", IST_SIDE_DOMINO, NULL, NULL, NULL },
  { "two2@acme.example|two@acme.example", IST_SIDE_EXCHANGE, NULL, NULL, NULL },
  { NULL, IST_SIDE_NONE, NULL, NULL, NULL },
};

static const char base_text[]
    = "[connector]\nhostname = mx.acme.example\npostmaster = anna@acme.example\n"
      "[side domino]\nrelay = d\nnotes-domain = ACME\nrouting-domain = d.acme.example\n"
      "[side exchange]\nrelay = x\n[side internet]\nrelay = i\n"
      "[relay d]\nhosts = d\n[relay x]\nhosts = x\n[relay i]\nhosts = i\n[relay other]\nhosts = o\n"
      "[domain acme.example]\ntype = shared\n"
      "[domain beta.example]\ntype = own\nside = domino\n"
      "[domain open.example]\ntype = own\nside = exchange\ncheck-recipients = no\n"
      "[domain lax.example]\ntype = shared\nside = domino\ncheck-recipients = no\n"
      "[domain d.acme.example]\ntype = routing\nside = domino\nprimary = acme.example\n";

static IstRouter *
router_new (const IstDirectory *directory, const char *more)
{
  g_autoptr (IstSettings) settings = ist_test_settings (base_text, more);

  return settings != NULL ? ist_router_new (settings, directory, 1) : NULL;
}

/* "relay d primary→address", "hold x …", "550 5.1.1", "discard". */
static char *
ask (IstRouter *router, const IstRouteAsk *how, const char *recipient)
{
  g_auto (IstRoute) route = { 0 };

  ist_router_route (router, how, recipient, &route);
  if (route.action == IST_ROUTE_REFUSE)
    return g_strdup_printf ("%u %s", route.reply.code, route.reply.enhanced);
  if (route.action == IST_ROUTE_DISCARD)
    return g_strdup ("discard");
  return g_strdup_printf ("%s%s %s %s>%s", route.action == IST_ROUTE_HOLD ? "hold " : "",
                          ist_side_name (route.side), route.relay, route.primary, route.address);
}

static char *
ask_from (IstRouter *router, IstSide origin, const char *recipient)
{
  IstRouteAsk how = { .origin = origin, .trusted = TRUE, .sender = "s@elsewhere.example" };

  return ask (router, &how, recipient);
}

static void
test_sides (void)
{
  static const struct
  {
    const char *name;
    IstSide origin;
    const char *recipient, *want;
  } rows[] = {
    { "shared domain, person on Exchange", IST_SIDE_DOMINO, "bob@acme.example",
      "exchange x bob@acme.example>bob@acme.example" },
    { "shared domain, person on Domino, routing domain in the envelope", IST_SIDE_EXCHANGE,
      "anna@acme.example", "domino d anna@acme.example>anna@d.acme.example" },
    { "alias", IST_SIDE_DOMINO, "Robert@ACME.example", "exchange x bob@acme.example>bob@acme.example" },
    { "routing sub-domain coming back", IST_SIDE_EXCHANGE, "anna@D.acme.example",
      "domino d anna@acme.example>anna@d.acme.example" },
    { "routing sub-domain, nobody there", IST_SIDE_EXCHANGE, "nobody@d.acme.example", "550 5.1.1" },
    { "forwarding address of the directory", IST_SIDE_DOMINO, "nina@acme.example",
      "exchange x nina@acme.example>nina@x.acme.example" },
    { "own domain; another domain's routing sub-domain is not its own", IST_SIDE_EXCHANGE,
      "otto@beta.example", "domino d otto@beta.example>otto@beta.example" },
    { "own domain, unknown", IST_SIDE_EXCHANGE, "nobody@beta.example", "550 5.1.1" },
    { "own domain, not checked", IST_SIDE_DOMINO, "nobody@open.example",
      "exchange x nobody@open.example>nobody@open.example" },
    { "shared domain, unknown", IST_SIDE_DOMINO, "nobody@acme.example", "550 5.1.1" },
    { "shared domain, unknown, not checked", IST_SIDE_EXCHANGE, "nobody@lax.example",
      "domino d nobody@lax.example>nobody@lax.example" },
    { "two claim it", IST_SIDE_EXCHANGE, "two@acme.example", "451 4.1.4" },
    { "back to the side it came from", IST_SIDE_EXCHANGE, "bob@acme.example", "550 5.4.6" },
    { "from the Internet", IST_SIDE_INTERNET, "bob@acme.example",
      "exchange x bob@acme.example>bob@acme.example" },
    { "domain with a dot at the end", IST_SIDE_DOMINO, "bob@Acme.Example.",
      "exchange x bob@acme.example>bob@acme.example" },
    { "domain in full-width letters", IST_SIDE_DOMINO, "x@\xef\xbd\x8fpen.example",
      "exchange x x@open.example>x@open.example" },
    { "no address", IST_SIDE_DOMINO, "bob", "550 5.1.3" },
  };
  IstDirectory directory = ist_fake_directory (people);
  g_autoptr (IstRouter) router = router_new (&directory, "");

  for (gsize i = 0; router != NULL && i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = ask_from (router, rows[i].origin, rows[i].recipient);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (got, rows[i].want);
    }
}

static void
test_stale (void)
{
  static const struct
  {
    const char *name, *recipient, *want;
  } rows[] = {
    { "checked shared domain", "bob@acme.example", "451 4.4.3" },
    { "checked own domain", "otto@beta.example", "451 4.4.3" },
    { "own domain, not checked", "x@open.example", "exchange x x@open.example>x@open.example" },
    { "Notes name", "Anna_Berg/Research/Acme@acme.example", "451 4.4.3" },
    { "short name at the Notes domain", "aberg@ACME", "451 4.4.3" },
  };
  IstDirectory directory = ist_fake_directory_stale ();
  g_autoptr (IstRouter) router = router_new (&directory, "");
  g_autoptr (IstRouter) none = router_new (NULL, "");

  for (gsize i = 0; router != NULL && none != NULL && i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = ask_from (router, IST_SIDE_DOMINO, rows[i].recipient);
      g_autofree char *without = ask_from (none, IST_SIDE_DOMINO, rows[i].recipient);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (got, rows[i].want);
      IST_ASSERT_STR (without, rows[i].want);
    }
}

/* While a configured directory cannot be asked, a shared domain does not guess: half its people would be sent to
 * the wrong side. Where none is configured the domain alone decides. */
static void
test_stale_shared (void)
{
  IstDirectory directory = ist_fake_directory_stale ();
  g_autoptr (IstRouter) with = router_new (&directory, "");
  g_autoptr (IstRouter) without = router_new (NULL, "");
  g_autofree char *configured = ask_from (with, IST_SIDE_EXCHANGE, "x@lax.example");
  g_autofree char *not_configured = ask_from (without, IST_SIDE_EXCHANGE, "x@lax.example");

  IST_ASSERT_STR (configured, "451 4.4.3");
  IST_ASSERT_STR (not_configured, "domino d x@lax.example>x@lax.example");
}

/* Forms of names of ours in RCPT (docs/addresses.md). */
static void
test_forms (void)
{
  static const struct
  {
    const char *name, *recipient, *want;
  } rows[] = {
    { "Notes domain behind an Internet address", "anna@acme.example@ACME", "domino" },
    { "Notes domain behind a routing address", "anna@d.acme.example@acme", "domino" },
    { "Notes domain twice", "anna@acme.example@ACME@ACME", "domino" },
    { "Notes domain behind a foreign address: relaying", "x@elsewhere.example@ACME", "550 5.7.1" },
    { "short name at the Notes domain", "aberg@ACME", "domino" },
    { "unknown short name at the Notes domain", "nobody@ACME", "550 5.1.1" },
    { "Notes name as local part", "Anna_Berg/Research/Acme@acme.example", "domino" },
    { "Notes name as quoted local part", "\"Anna Berg/Research/Acme\"@acme.example", "domino" },
    { "canonical Notes name as quoted local part", "\"CN=Anna Berg/OU=Research/O=Acme\"@acme.example",
      "domino" },
    { "Notes name at the Notes domain", "Anna_Berg/Research/Acme@ACME", "domino" },
    { "quoted Notes name at the Notes domain", "\"Anna Berg/Research/Acme\"@ACME", "domino" },
    { "unknown Notes name", "Nobody/Acme@acme.example", "550 5.1.1" },
    { "IMCEANOTES of a Notes name", "IMCEANOTES-Anna+20Berg_Research_Acme+40ACME@acme.example", "domino" },
    { "IMCEANOTES of an address", "IMCEANOTES-anna+40acme+2Eexample+40ACME@acme.example", "domino" },
    { "IMCEANOTES in lower case", "imceanotes-anna+40acme+2eexample+40acme@acme.example", "domino" },
    { "IMCEANOTES of a group", "IMCEANOTES-All+20Of+20Acme+40ACME@acme.example", "domino" },
    { "IMCEANOTES of a whole mailbox",
      "IMCEANOTES-+22Berg+2C+20Anna+22+20+3Canna+40acme+2Eexample+3E+40ACME@acme.example", "domino" },
    { "IMCEANOTES of somebody outside: relaying",
      "IMCEANOTES-+22Mar+22+20+3Cp+40elsewhere+2Eexample+3E+40ACME@acme.example", "550 5.7.1" },
    { "IMCEANOTES of nobody", "IMCEANOTES-Nobody_Acme+40ACME@acme.example", "550 5.1.1" },
    { "IMCEANOTES at another domain is another's", "IMCEANOTES-anna+40acme+2Eexample@elsewhere.example",
      "550 5.7.1" },
    { "IMCEAEX that does not decode", "IMCEAEX-_o+ZZ@acme.example", "550 5.1.1" },
  };
  IstDirectory directory = ist_fake_directory (people);
  g_autoptr (IstRouter) router = router_new (&directory, "");

  for (gsize i = 0; router != NULL && i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = ask_from (router, IST_SIDE_EXCHANGE, rows[i].recipient);

      ist_row ("%s", rows[i].name);
      if (g_ascii_isalpha (rows[i].want[0]))
        got[strcspn (got, " ")] = '\0';
      IST_ASSERT_STR (got, rows[i].want);
    }
}

/* MAIL-16: an old reply by the legacy DN of a mailbox that has moved finds it where it is now. */
static void
test_mail_16_legacy_dn (void)
{
  IstDirectory directory = ist_fake_directory (people);
  g_autoptr (IstRouter) router = router_new (&directory, "");
  g_autofree char *got
      = ask_from (router, IST_SIDE_DOMINO,
                  "IMCEAEX-_o=Acme_ou=Exchange+20Administrative+20Group+20+28FYDIBOHF23SPDLT+29_cn=Recipients"
                  "_cn=nina@acme.example");
  g_autofree char *upper
      = ask_from (router, IST_SIDE_DOMINO,
                  "IMCEAEX-_O=ACME_OU=EXCHANGE+20ADMINISTRATIVE+20GROUP+20+28FYDIBOHF23SPDLT+29_CN=RECIPIENTS"
                  "_CN=NINA@acme.example");

  IST_ASSERT_STR (got, "exchange x nina@acme.example>nina@x.acme.example");
  IST_ASSERT_STR (upper, "exchange x nina@acme.example>nina@x.acme.example");
}

static void
test_postmaster (void)
{
  static const struct
  {
    const char *name;
    IstSide origin;
    gboolean trusted;
    const char *recipient, *want;
  } rows[] = {
    { "bare", IST_SIDE_INTERNET, FALSE, "Postmaster", "domino d anna@acme.example>anna@d.acme.example" },
    { "at our domain", IST_SIDE_INTERNET, FALSE, "postmaster@beta.example",
      "domino d anna@acme.example>anna@d.acme.example" },
    { "from the side he lives on", IST_SIDE_DOMINO, TRUE, "POSTMASTER@acme.example",
      "domino d anna@acme.example>anna@d.acme.example" },
    { "at a foreign domain", IST_SIDE_INTERNET, FALSE, "postmaster@elsewhere.example", "550 5.7.1" },
    { "a longer name", IST_SIDE_INTERNET, FALSE, "postmaster2@acme.example", "550 5.1.1" },
  };
  IstDirectory directory = ist_fake_directory (people);
  g_autoptr (IstRouter) router = router_new (&directory, "");

  for (gsize i = 0; router != NULL && i < G_N_ELEMENTS (rows); i++)
    {
      IstRouteAsk how
          = { .origin = rows[i].origin, .trusted = rows[i].trusted, .sender = "" };
      g_autofree char *got = ask (router, &how, rows[i].recipient);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (got, rows[i].want);
    }
}

/* ---- rules ---- */

static IstBody *
body_new (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return ist_body_new_bytes (bytes);
}

static void
test_rules (void)
{
  static const struct
  {
    const char *name, *rules, *sender, *want;
  } rows[] = {
    { "none", "", "s@elsewhere.example", "exchange x bob@acme.example>bob@acme.example" },
    { "sender address to a relay", "[rule r]\nsenders = S@Elsewhere.Example\nrelay = other\n",
      "s@elsewhere.example", "exchange other bob@acme.example>bob@acme.example" },
    { "sender domain", "[rule r]\nsenders = @elsewhere.example\naction = hold\n", "s@elsewhere.example",
      "hold exchange x bob@acme.example>bob@acme.example" },
    { "sender domain is no suffix of another", "[rule r]\nsenders = @where.example\naction = hold\n",
      "s@elsewhere.example", "exchange x bob@acme.example>bob@acme.example" },
    { "sender domain as U-label", "[rule r]\nsenders = @b\xc3\xbc" "cher.example\naction = hold\n",
      "s@xn--bcher-kva.example", "hold exchange x bob@acme.example>bob@acme.example" },
    { "sender pattern", "[rule r]\nsenders = s*@*.example\naction = discard\n", "s@elsewhere.example",
      "discard" },
    { "null sender", "[rule r]\nsenders = <>\naction = discard\n", "", "discard" },
    { "null sender is no address", "[rule r]\nsenders = *\naction = discard\n", "",
      "exchange x bob@acme.example>bob@acme.example" },
    { "recipient as written", "[rule r]\nrecipients = robert@acme.example\naction = discard\n", "s@e.example",
      "discard" },
    { "recipient's primary address", "[rule r]\nrecipients = bob@acme.example\naction = discard\n",
      "s@e.example", "discard" },
    { "sides", "[rule r]\norigins = domino\ndestinations = exchange\naction = refuse\nreply = not now\n",
      "s@e.example", "550 5.7.1" },
    { "another origin", "[rule r]\norigins = internet, exchange\naction = refuse\n", "s@e.example",
      "exchange x bob@acme.example>bob@acme.example" },
    { "first that matches decides", "[rule a]\naction = hold\n[rule b]\naction = refuse\n", "s@e.example",
      "hold exchange x bob@acme.example>bob@acme.example" },
    { "redirect", "[rule r]\naction = redirect\nredirect = otto@beta.example\n", "s@e.example",
      "domino d otto@beta.example>otto@beta.example" },
    { "redirect to the Internet needs no permission",
      "[rule r]\naction = redirect\nredirect = z@elsewhere.example\n", "s@e.example",
      "internet i z@elsewhere.example>z@elsewhere.example" },
    { "redirect of a whole domain to one of it",
      "[rule r]\nrecipients = @acme.example\naction = redirect\nredirect = nina@acme.example\n", "s@e.example",
      "exchange x nina@acme.example>nina@x.acme.example" },
    { "redirect in a circle",
      "[rule a]\nrecipients = bob@acme.example\naction = redirect\nredirect = nina@acme.example\n"
      "[rule b]\nrecipients = nina@acme.example\naction = redirect\nredirect = bob@acme.example\n",
      "s@e.example", "554 5.4.6" },
    { "discard needs no relay", "[rule r]\naction = discard\n", "s@e.example", "discard" },
    { "larger than", "[rule r]\nlarger-than = 2000\naction = refuse\n", "s@e.example", "550 5.7.1" },
    { "not larger than", "[rule r]\nlarger-than = 4000\naction = refuse\n", "s@e.example",
      "exchange x bob@acme.example>bob@acme.example" },
    { "header", "[rule r]\nheader = x-class: *Secret*\naction = hold\n", "s@e.example",
      "hold exchange x bob@acme.example>bob@acme.example" },
    { "second field of that name", "[rule r]\nheader = X-Class: second\naction = hold\n", "s@e.example",
      "hold exchange x bob@acme.example>bob@acme.example" },
    { "other header", "[rule r]\nheader = X-Class: secret\naction = hold\n", "s@e.example",
      "exchange x bob@acme.example>bob@acme.example" },
  };
  IstDirectory directory = ist_fake_directory (people);
  g_autoptr (IstBody) body
      = body_new ("X-Class: top\r\n secret stuff\r\nX-Class: second\r\n\r\nhello\r\n");
  g_autoptr (IstMessage) message = ist_message_new (body);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstRouter) router = router_new (&directory, rows[i].rules);
      IstRouteAsk how = { .origin = IST_SIDE_DOMINO,
                          .trusted = TRUE,
                          .sender = rows[i].sender,
                          .size_bytes = 3000,
                          .message = message };
      g_autofree char *got = router != NULL ? ask (router, &how, "robert@acme.example") : NULL;

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (got, rows[i].want);
    }
}

/* At RCPT neither size nor header is known: a rule on them keeps all behind it open, and its refusal comes
 * before the 250 of the final dot. */
static void
test_rules_later (void)
{
  static const struct
  {
    const char *name, *rules, *at_rcpt;
    gboolean known;
    const char *at_dot;
  } rows[] = {
    { "header rule refuses", "[rule r]\nheader = X-Class: top*\naction = refuse\n", "relay", FALSE,
      "550 5.7.1" },
    { "what stands behind waits",
      "[rule a]\nheader = X-Class: top*\nrelay = other\n[rule b]\naction = refuse\n", "relay", FALSE,
      "exchange other bob@acme.example>bob@acme.example" },
    { "what stands behind decides in the end",
      "[rule a]\nheader = X-Class: low\nrelay = other\n[rule b]\naction = refuse\n", "relay", FALSE,
      "550 5.7.1" },
    { "what stands before does not wait",
      "[rule b]\naction = refuse\n[rule a]\nlarger-than = 1\nrelay = other\n", "550 5.7.1", TRUE,
      "550 5.7.1" },
    { "a mode rule holds nothing up",
      "[rule a]\nheader = X-Class: top*\naction = convert-mode\n[rule b]\naction = refuse\n", "550 5.7.1", FALSE,
      "550 5.7.1" },
    { "another recipient's rule", "[rule a]\nrecipients = x@y.example\nlarger-than = 1\naction = refuse\n",
      "relay", TRUE, "exchange x bob@acme.example>bob@acme.example" },
  };
  IstDirectory directory = ist_fake_directory (people);
  g_autoptr (IstBody) body = body_new ("X-Class: top\r\n\r\nhello\r\n");
  g_autoptr (IstMessage) message = ist_message_new (body);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstRouter) router = router_new (&directory, rows[i].rules);
      IstRouteAsk how = { .origin = IST_SIDE_DOMINO, .trusted = TRUE, .sender = "s@e.example" };
      g_auto (IstRoute) route = { 0 };
      g_autofree char *first = NULL;
      g_autofree char *at_dot = NULL;

      ist_row ("%s", rows[i].name);
      ist_router_route (router, &how, "bob@acme.example", &route);
      first = route.action == IST_ROUTE_REFUSE
                  ? g_strdup_printf ("%u %s", route.reply.code, route.reply.enhanced)
                  : g_strdup ("relay");
      IST_ASSERT_STR (first, rows[i].at_rcpt);
      IST_ASSERT_INT (route.final_known, rows[i].known);
      /* Whoever cannot wait for the message (a report, a change of the settings) needs a relay now. */
      if (route.action != IST_ROUTE_REFUSE)
        IST_ASSERT_STR (route.relay, "x");
      how.message = message;
      how.size_bytes = 100;
      at_dot = ask (router, &how, "bob@acme.example");
      IST_ASSERT_STR (at_dot, rows[i].at_dot);
    }
}

/* Anna's mail waited for Bob on Exchange; he moved to her side meanwhile. It was taken, so it is delivered there. */
static void
test_moved (void)
{
  IstDirectory directory = ist_fake_directory (people);
  g_autoptr (IstRouter) router = router_new (&directory, "");
  IstRouteAsk how
      = { .origin = IST_SIDE_EXCHANGE, .trusted = TRUE, .accepted = TRUE, .sender = "s@e.example" };
  g_autofree char *got = router != NULL ? ask (router, &how, "bob@acme.example") : NULL;

  IST_ASSERT_STR (got, "exchange x bob@acme.example>bob@acme.example");
}

/* A rule on the header may allow what the loop guard would refuse; the guard waits for it. */
static void
test_back_to_origin (void)
{
  IstDirectory directory = ist_fake_directory (people);
  g_autoptr (IstRouter) router
      = router_new (&directory, "[rule back]\nheader = X-Class: top\nback-to-origin = yes\nrelay = other\n");
  g_autoptr (IstBody) body = body_new ("X-Class: top\r\n\r\n");
  g_autoptr (IstBody) other = body_new ("X-Class: low\r\n\r\n");
  g_autoptr (IstMessage) message = ist_message_new (body);
  g_autoptr (IstMessage) without = ist_message_new (other);
  IstRouteAsk how = { .origin = IST_SIDE_EXCHANGE, .trusted = TRUE, .sender = "s@e.example" };
  g_auto (IstRoute) route = { 0 };
  g_autofree char *allowed = NULL;
  g_autofree char *refused = NULL;

  ist_router_route (router, &how, "bob@acme.example", &route);
  IST_ASSERT_INT (route.action, IST_ROUTE_RELAY);
  IST_ASSERT (!route.final_known);
  how.message = message;
  allowed = ask (router, &how, "bob@acme.example");
  IST_ASSERT_STR (allowed, "exchange other bob@acme.example>bob@acme.example");
  how.message = without;
  refused = ask (router, &how, "bob@acme.example");
  IST_ASSERT_STR (refused, "550 5.4.6");
}

static void
test_mode_and_priority (void)
{
  static const struct
  {
    const char *name, *rules, *sender, *recipient;
    gboolean report_only;
    IstPriority priority;
  } rows[] = {
    { "nothing said", "", "s@e.example", "bob@acme.example", FALSE, IST_PRIORITY_NORMAL },
    { "deciding rule", "[rule a]\nmode = report-only\npriority = low\n", "s@e.example", "bob@acme.example",
      TRUE, IST_PRIORITY_LOW },
    { "mode rule before a deciding one",
      "[rule a]\naction = convert-mode\nmode = report-only\npriority = high\n[rule b]\nrelay = other\n",
      "s@e.example", "bob@acme.example", TRUE, IST_PRIORITY_HIGH },
    { "first mode rule decides",
      "[rule a]\nsenders = s@e.example\naction = convert-mode\n"
      "[rule b]\naction = convert-mode\nmode = report-only\npriority = low\n",
      "s@e.example", "bob@acme.example", FALSE, IST_PRIORITY_LOW },
    { "pilot: neither", "[rewrite domino-to-exchange]\npilot = Pilot\n", "s@e.example", "bob@acme.example",
      TRUE, IST_PRIORITY_NORMAL },
    { "pilot: the sender", "[rewrite domino-to-exchange]\npilot = PILOT\n", "anna.berg@acme.example",
      "bob@acme.example", FALSE, IST_PRIORITY_NORMAL },
    { "pilot: the recipient", "[rewrite domino-to-exchange]\npilot = everybody\n", "", "robert@acme.example",
      FALSE, IST_PRIORITY_NORMAL },
    { "pilot of another direction", "[rewrite exchange-to-domino]\npilot = Pilot\n", "s@e.example",
      "bob@acme.example", FALSE, IST_PRIORITY_NORMAL },
    { "a mode rule stands above the pilot",
      "[rewrite domino-to-exchange]\npilot = Pilot\n[rule a]\naction = convert-mode\n", "s@e.example",
      "bob@acme.example", FALSE, IST_PRIORITY_NORMAL },
  };
  IstDirectory directory = ist_fake_directory (people);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstRouter) router = router_new (&directory, rows[i].rules);
      IstRouteAsk how = { .origin = IST_SIDE_DOMINO, .trusted = TRUE, .sender = rows[i].sender };
      g_auto (IstRoute) route = { 0 };

      ist_row ("%s", rows[i].name);
      ist_router_route (router, &how, rows[i].recipient, &route);
      IST_ASSERT_INT (route.action, IST_ROUTE_RELAY);
      IST_ASSERT_INT (route.report_only, rows[i].report_only);
      IST_ASSERT_INT (route.priority, rows[i].priority);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "sides", test_sides },
    { "stale", test_stale },
    { "stale-shared", test_stale_shared },
    { "forms", test_forms },
    { "MAIL-16-legacy-dn", test_mail_16_legacy_dn },
    { "postmaster", test_postmaster },
    { "rules", test_rules },
    { "rules-later", test_rules_later },
    { "moved", test_moved },
    { "back-to-origin", test_back_to_origin },
    { "mode-and-priority", test_mode_and_priority },
    { NULL, NULL },
  };

  return ist_test_main ("router", tests);
}
