/*
 * Never an open relay: whatever a client writes as recipient, mail of somebody who may not use side internet goes to
 * a domain of ours or is refused. Input: the recipient.
 */
#include "tests/fuzz/fuzz.h"

#include "base/address.h"
#include "routing/router.h"

static const char config[]
    = "[connector]\nhostname = mx.acme.example\npostmaster = anna@acme.example\n"
      "[side domino]\nnotes-domain = ACME\nrelay = d\nrouting-domain = domino.acme.example\n"
      "[side exchange]\nrelay = d\n[side internet]\nrelay = d\n[relay d]\nhosts = 127.0.0.1\n"
      "[domain acme.example]\ntype = shared\n"
      "[domain domino.acme.example]\ntype = routing\nside = domino\nprimary = acme.example\n"
      "[domain own.example]\ntype = own\nside = exchange\ncheck-recipients = no\n";

static IstDirectoryAnswer
who_is (gpointer self, const char *key, IstPerson *person)
{
  if (strstr (key, "nna") == NULL)
    return strstr (key, "two") != NULL ? IST_DIRECTORY_AMBIGUOUS : IST_DIRECTORY_UNKNOWN;
  person->side = IST_SIDE_DOMINO;
  person->primary = g_strdup ("anna@acme.example");
  return IST_DIRECTORY_FOUND;
}

static gint64
age_secs (gpointer self)
{
  return 0;
}

static IstRouter *
router (void)
{
  static const IstDirectory directory = { NULL, who_is, age_secs };
  static IstRouter *self;
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  IstSettings *settings;

  if (self != NULL)
    return self;
  settings = ist_settings_parse (config, "isthmus.conf", ".", ist_routing_setting_groups, errors);
  if (settings == NULL)
    FUZZ_FAIL ("%s", (char *) g_ptr_array_index (errors, 0));
  self = ist_router_new (settings, &directory, 1);
  ist_settings_unref (settings);
  return self;
}

static void
check_route (const IstRouteAsk *ask, const char *recipient)
{
  g_auto (IstRoute) route = { 0 };
  g_autofree char *text = NULL;

  ist_router_route (router (), ask, recipient, &route);
  if (route.action == IST_ROUTE_REFUSE)
    {
      g_assert_true (route.reply.code >= 400 && route.reply.code < 600);
      text = ist_reply_to_string (&route.reply);
      g_assert_null (strpbrk (text, "\r\n"));
      return;
    }
  g_assert_nonnull (route.relay);
  g_assert_nonnull (route.address);
  g_assert_null (strpbrk (route.address, "\r\n"));
  /* A postmaster is always taken (RFC 5321 4.5.1). */
  g_assert_true (route.side != ask->origin || g_ascii_strncasecmp (recipient, "postmaster", 10) == 0);
  if (ask->relay_internet)
    return;
  g_assert_true (route.side != IST_SIDE_INTERNET);
  g_assert_true (ist_router_is_our_domain (router (), ist_address_domain (route.address)));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const IstRouteAsk asks[] = {
    { .origin = IST_SIDE_INTERNET, .sender = "x@example.com" },
    { .origin = IST_SIDE_INTERNET, .sender = "" },
    { .origin = IST_SIDE_EXCHANGE, .trusted = TRUE, .sender = "bob@acme.example" },
    { .origin = IST_SIDE_DOMINO, .trusted = TRUE, .relay_internet = TRUE, .sender = "anna@acme.example" },
  };
  g_autofree char *recipient = fuzz_text (data, size);

  /* The session gives no others. */
  if (strpbrk (recipient, "\r\n") != NULL)
    return 0;
  for (gsize i = 0; i < G_N_ELEMENTS (asks); i++)
    check_route (&asks[i], recipient);
  return 0;
}
