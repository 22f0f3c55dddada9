/*
 * Which conversion profile a relay and rules choose for a recipient.
 */
#include "routing/router.h"
#include "tests/harness/harness.h"
#include "tests/routing/fake-directory.h"
#include "tests/routing/routing-settings.h"

#include <string.h>

static const IstFakePerson people[] = {
  { "bob@acme.example", IST_SIDE_EXCHANGE, NULL, NULL, NULL },
  { "nina@acme.example", IST_SIDE_EXCHANGE, NULL, NULL, NULL },
  { NULL, IST_SIDE_NONE, NULL, NULL, NULL },
};

static const char base_text[]
    = "[connector]\nhostname = mx.acme.example\n[side exchange]\nrelay = x\n[relay x]\nhosts = x\n"
      "[domain acme.example]\ntype = shared\n";

static IstRouter *
router_new (const IstDirectory *directory, const char *more)
{
  g_autoptr (IstSettings) settings = ist_test_settings (base_text, more);

  return settings != NULL ? ist_router_new (settings, directory, 1) : NULL;
}

#define PROFILES "[convert web]\n[convert plain]\n[relay p]\nhosts = p\nconvert = web\n"
#define TO_P "[rule z]\nrelay = p\n"

/* The first matching rule that names a profile decides, else the relay that is taken. */
static void
test_choice (void)
{
  static const struct
  {
    const char *name, *more, *recipient, *profile;
    const char *step; /* the one that tells it */
  } rows[] = {
    { "nobody names one", PROFILES, "bob@acme.example", NULL, NULL },
    { "the relay", PROFILES TO_P, "bob@acme.example", "web", "[relay p] chooses conversion profile web" },
    { "the deciding rule", PROFILES "[rule a]\nrelay = p\nconvert = plain\n", "bob@acme.example", "plain",
      "rule a chooses conversion profile plain" },
    { "a rule for that alone", PROFILES "[rule a]\naction = convert-profile\nconvert = plain\n" TO_P, "bob@acme.example",
      "plain", "rule a chooses conversion profile plain" },
    { "the first of several",
      PROFILES "[rule a]\naction = convert-profile\nconvert = plain\n[rule b]\nrelay = p\nconvert = web\n",
      "bob@acme.example", "plain", "rule a chooses conversion profile plain" },
    { "a rule of the mode", PROFILES "[rule a]\naction = convert-mode\nconvert = plain\n" TO_P, "bob@acme.example", "plain",
      NULL },
    { "one that does not match",
      PROFILES "[rule a]\nrecipients = nina@acme.example\naction = convert-profile\nconvert = plain\n" TO_P,
      "bob@acme.example", "web", NULL },
    { "behind the deciding one", PROFILES TO_P "[rule zz]\naction = convert-profile\nconvert = plain\n", "bob@acme.example",
      "web", NULL },
    { "by the header",
      PROFILES "[rule a]\nheader = X-Class: top\naction = convert-profile\nconvert = plain\n" TO_P, "bob@acme.example",
      "plain", NULL },
    { "by another header",
      PROFILES "[rule a]\nheader = X-Class: low\naction = convert-profile\nconvert = plain\n" TO_P, "bob@acme.example",
      "web", NULL },
    { "who is redirected",
      PROFILES "[rule a]\nrecipients = nina@acme.example\naction = redirect\nredirect = bob@acme.example\n"
               "[rule b]\nrecipients = bob@acme.example\naction = convert-profile\nconvert = plain\n" TO_P,
      "nina@acme.example", "plain", NULL },
  };
  static const char text[] = "X-Class: top\r\n\r\nhello\r\n";
  IstDirectory directory = ist_fake_directory (people);
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstRouter) router = router_new (&directory, rows[i].more);
      IstRouteAsk how = { .origin = IST_SIDE_DOMINO, .trusted = TRUE, .sender = "s@e.example", .message = message,
                          .explain = TRUE };
      g_auto (IstRoute) route = { 0 };
      gboolean told = rows[i].step == NULL;

      ist_row ("%s", rows[i].name);
      ist_router_route (router, &how, rows[i].recipient, &route);
      IST_ASSERT_INT (route.action, IST_ROUTE_RELAY);
      IST_ASSERT_STR (ist_router_profile (router, &route, route.relay), rows[i].profile);
      IST_ASSERT (!route.report_only);
      for (guint k = 0; k < route.steps->len; k++)
        told |= g_strcmp0 (g_ptr_array_index (route.steps, k), rows[i].step) == 0;
      IST_ASSERT (told);
    }
}

/* Choosing a profile says nothing about whether mail is converted at all: the pilot group still does. What an
 * administrator sent to another relay is converted as that relay's mail. */
static void
test_beside_others (void)
{
  IstDirectory directory = ist_fake_directory (people);
  g_autoptr (IstRouter) router
      = router_new (&directory, PROFILES "[rewrite domino-to-exchange]\npilot = Pilot\n"
                                         "[rule a]\nsenders = a@e.example\naction = convert-profile\nconvert = plain\n");
  IstRouteAsk how = { .origin = IST_SIDE_DOMINO, .trusted = TRUE, .sender = "a@e.example" };
  g_auto (IstRoute) ruled = { 0 };
  g_auto (IstRoute) plain = { 0 };

  ist_router_route (router, &how, "bob@acme.example", &ruled);
  IST_ASSERT (ruled.report_only);
  IST_ASSERT_STR (ist_router_profile (router, &ruled, "p"), "plain");
  how.sender = "b@e.example";
  ist_router_route (router, &how, "bob@acme.example", &plain);
  IST_ASSERT_STR (ist_router_profile (router, &plain, plain.relay), NULL);
  IST_ASSERT_STR (ist_router_profile (router, &plain, "p"), "web");
  IST_ASSERT_STR (ist_router_profile (router, &plain, "gone"), NULL);
}

static void
test_settings (void)
{
  static const struct
  {
    const char *text, *want;
  } rows[] = {
    { "[relay x]\nhosts = x\nconvert = web\n",
      "test.conf:3: [relay x] convert: there is no group [convert web]; add it or name another" },
    { "[rule r]\nconvert = web\n",
      "test.conf:3: [rule r] convert: there is no group [convert web]; add it or name another" },
    { "[rule r]\naction = convert-profile\n",
      "test.conf:3: [rule r] convert: is needed for action convert-profile" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strconcat ("[connector]\nhostname = h\n", rows[i].text, NULL);
      g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);

      ist_row ("%s", rows[i].text);
      IST_ASSERT (ist_settings_parse (text, "test.conf", ".", ist_routing_setting_groups, errors) == NULL);
      if (IST_ASSERT_INT (errors->len, 1))
        IST_ASSERT_STR (g_ptr_array_index (errors, 0), rows[i].want);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "choice", test_choice },
    { "beside-others", test_beside_others },
    { "settings", test_settings },
    { NULL, NULL },
  };

  return ist_test_main ("profile", tests);
}
