/*
 * tests/scenario/test-profiles.c - conversion profiles: what becomes of Notes copies and links is said by relay and rule,
 * and towards the Internet by nobody.
 */
#include "tests/convert/memo-make.h"
#include "tests/scenario/scenario.h"

#include <string.h>

#define LINK "<p><a href=\"notes:///" MEMO_REPLICA "/" MEMO_VIEW "/" MEMO_NOTE "\">Minutes</a>"
#define WEB_LINK "href=\"https://web.acme.example/__" MEMO_REPLICA ".nsf/" MEMO_VIEW "/" MEMO_NOTE "?OpenDocument\""

/* "nsf", "ond" or "-" for the copy, then "notes", "web" or "text" for the link; "nothing": no or several messages. */
static const char *
state_of (IstHost *host, const char *recipient)
{
  static const char *const words[3][3]
      = { { "nsf notes", "nsf web", "nsf text" }, { "ond notes", "ond web", "ond text" }, { "- notes", "- web", "- text" } };
  guint n;
  const IstArrival *a = ist_host_arrived_for (host, recipient, &n);
  const char *text;
  guint copy, link;

  if (n != 1 || a->rcpts->len != 1)
    return "nothing";
  text = a->text->str;
  copy = strstr (text, "message.nsf") != NULL ? 0 : strstr (text, "X-Lotus-Encap2") != NULL ? 1 : 2;
  link = strstr (text, "notes:") != NULL ? 0 : strstr (text, WEB_LINK) != NULL ? 1 : 2;
  if (!IST_ASSERT (strstr (text, ">Minutes</a>") != NULL && strstr (text, "Hello\r\n") != NULL))
    ist_note ("%s", text);
  return words[copy][link];
}

static void
send_memo (IstScenario *s, const Memo *memo, const char *from, const char *to)
{
  g_autofree char *text = memo_make_mail (memo);
  const char *reply = ist_scenario_send (s, "domino", from, to, text);

  if (!IST_ASSERT (g_str_has_prefix (reply, "250 ")))
    ist_note ("reply: %s", reply);
  ist_scenario_settle (s);
}

static const Memo active = { .copy = MEMO_BUTTON, .html = LINK };

/* ---- the Internet ---- */

/* One message to a person of Exchange and to one of the Internet, whose mail may go by Exchange's relay: only the first
 * has the Notes copy, and a link that opens a document. */
static void
test_internet_is_stripped (void)
{
  static const struct
  {
    const char *name, *more;
    gboolean own_relay;
    const char *bob, *carl;
  } rows[] = {
    { "through the relay of Exchange", "[side internet]\nrelay = exchange\n", FALSE, "nsf notes", "- text" },
    { "through its own", "", TRUE, "nsf notes", "- text" },
    { "by a rule", "[rule r]\ndestinations = internet\nrelay = exchange\n", FALSE, "nsf notes", "- text" },
    { "whatever the profile says",
      "[side internet]\nrelay = exchange\n[convert all]\nactive-mail = attach\nnotes-encap-strip = no\ndoclinks = ndl\n"
      "[relay exchange]\nconvert = all\n",
      FALSE, "nsf notes", "- text" },
    { "with a web form of links",
      "[side internet]\nrelay = exchange\n[convert]\ndoclink-host = web.acme.example\n", FALSE, "nsf notes", "- web" },
    { "with a profile of its own",
      "[side internet]\nrelay = exchange\n[convert]\ndoclinks = web\ndoclink-host = web.acme.example\n[convert out]\n"
      "doclinks = text\n[rule out]\ndestinations = internet\naction = convert-profile\nconvert = out\n",
      FALSE, "nsf web", "- text" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      IstScenario *s = ist_scenario_new ();

      ist_row ("%s", rows[i].name);
      ist_scenario_configure (s, "%s", rows[i].more);
      if (ist_scenario_start (s))
        {
          send_memo (s, &active, "anna@acme.example", "bob@acme.example|carl@else.example");
          IST_ASSERT_INT (ist_host_n_arrived (s->exchange), rows[i].own_relay ? 1 : 2);
          IST_ASSERT_STR (state_of (s->exchange, "bob@acme.example"), rows[i].bob);
          IST_ASSERT_STR (state_of (rows[i].own_relay ? s->internet : s->exchange, "carl@else.example"), rows[i].carl);
          IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
          IST_ASSERT (ist_scenario_count (s, "converted", "side", "internet", "transform", "notes-encap-strip", NULL) == 1);
          IST_ASSERT (ist_scenario_count (s, "converted", "side", "exchange", "transform", "notes-active-mail", NULL) == 1);
        }
      ist_scenario_free (s);
    }
}

/* A host that takes no more than came does not get the copy back for that: what was made of it stays, and the sender
 * hears that it is too large. */
static void
test_no_room (void)
{
  const Memo alone = { .copy = MEMO_LARGE, .alone = TRUE };
  g_autofree char *text = memo_make_mail (&alone);
  IstScenario *s = ist_scenario_new ();

  ist_scenario_configure (s, "[side internet]\nrelay = exchange\n");
  if (ist_scenario_start (s))
    {
      g_autofree char *size = g_strdup_printf ("SIZE=%" G_GSIZE_FORMAT, strlen (text) + 10000);

      ist_host_offers (s->exchange, size);
      ist_scenario_send (s, "domino", "anna@acme.example", "carl@else.example", text);
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 0);
      IST_ASSERT_INT (ist_host_n_arrived (s->domino), 1);
      IST_ASSERT_INT (ist_scenario_count (s, "slimmed", NULL), 0);
    }
  ist_scenario_free (s);
}

/* ---- relays and rules ---- */

static const char plain_profile[]
    = "[convert]\nactive-mail = attach\n"
      "[convert plain]\nactive-mail = strip\ndoclinks = web\ndoclink-host = web.acme.example\n";

static void
test_two_relays (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_scenario_configure (s,
                          "%s[relay branch]\nhosts = 127.0.0.1:%u\ntls-level = none\nconvert = plain\n"
                          "[rule branch]\nrecipients = eve@acme.example\nrelay = branch\n",
                          plain_profile, ist_host_port (s->internet));
  if (ist_scenario_start (s))
    {
      send_memo (s, &active, "anna@acme.example", "bob@acme.example|eve@acme.example");
      IST_ASSERT_STR (state_of (s->exchange, "bob@acme.example"), "nsf notes");
      IST_ASSERT_STR (state_of (s->internet, "eve@acme.example"), "- web");
      IST_ASSERT (ist_scenario_count (s, "converted", "profile", "plain", "transform", "notes-encap-strip", NULL) == 1);
    }
  ist_scenario_free (s);
}

static void
test_rule_chooses (void)
{
  static const struct
  {
    const char *name, *rule;
    const char *bob, *eve;
  } rows[] = {
    { "by recipient", "recipients = eve@acme.example", "nsf notes", "- web" },
    { "by sender", "senders = anna@acme.example", "- web", "- web" },
    { "by another sender", "senders = carla@acme.example", "nsf notes", "nsf notes" },
    { "by a field", "header = Subject: pl*", "- web", "- web" },
    { "over the relay's profile", "recipients = eve@acme.example\n[convert other]\ndoclinks = text\n[relay exchange]\n"
                                  "convert = other",
      "nsf text", "- web" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      IstScenario *s = ist_scenario_new ();
      gboolean both = strcmp (rows[i].bob, rows[i].eve) == 0;

      ist_row ("%s", rows[i].name);
      ist_scenario_configure (s, "%s[rule p]\naction = convert-profile\nconvert = plain\n%s\n", plain_profile, rows[i].rule);
      if (ist_scenario_start (s))
        {
          send_memo (s, &active, "anna@acme.example", "bob@acme.example");
          send_memo (s, &active, "anna@acme.example", "eve@acme.example");
          IST_ASSERT_STR (state_of (s->exchange, "bob@acme.example"), rows[i].bob);
          IST_ASSERT_STR (state_of (s->exchange, "eve@acme.example"), rows[i].eve);
          /* To both at once it is one message where both get the same, else two. */
          send_memo (s, &active, "anna@acme.example", "bob@acme.example|eve@acme.example");
          IST_ASSERT_INT (ist_host_n_arrived (s->exchange), both ? 3 : 4);
        }
      ist_scenario_free (s);
    }
}

/* ---- reload ---- */

/* Mail that waits is converted as the settings say when it leaves, not when it came. */
static void
test_reload (void)
{
  static const struct
  {
    const char *name, *before, *after;
    const char *want;
  } rows[] = {
    { "the profile says something else", "[convert p]\nactive-mail = strip\n[relay exchange]\nconvert = p\n",
      "[convert p]\nactive-mail = attach\n", "nsf notes" },
    { "what it takes from [convert]", "[convert p]\ndoclinks = text\n[relay exchange]\nconvert = p\n",
      "[convert]\nactive-mail = strip\n", "- text" },
    { "the relay has another", "[convert p]\nactive-mail = strip\n[convert q]\ndoclinks = text\n[relay exchange]\nconvert = p\n",
      "[relay exchange]\nconvert = q\n", "nsf text" },
    { "the relay has none any more", "[convert p]\nactive-mail = strip\n[relay exchange]\nconvert = p\n",
      "[relay exchange]\nconvert =\n", "nsf notes" },
    { "a rule comes", "[convert p]\nactive-mail = strip\n",
      "[rule r]\naction = convert-profile\nconvert = p\n", "- notes" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      IstScenario *s = ist_scenario_new ();

      ist_row ("%s", rows[i].name);
      ist_scenario_configure (s, "%s", rows[i].before);
      if (ist_scenario_start (s))
        {
          ist_host_says (s->exchange, 1, "RCPT", "450 4.2.1 not now");
          send_memo (s, &active, "anna@acme.example", "bob@acme.example");
          IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 0);
          ist_scenario_configure (s, "%s", rows[i].after);
          ist_scenario_reload (s);
          ist_scenario_pass (s, 2 * MINUTE);
          IST_ASSERT_STR (state_of (s->exchange, "bob@acme.example"), rows[i].want);
        }
      ist_scenario_free (s);
    }
}

/* ---- rules of the site, one set for each profile ---- */

static const char rules_of_three[]
    = "[convert orders]\nactive-mail-allow-forms = Order, Request for Leave\n"
      "[convert secret]\nactive-mail-bypass-items = $Secret\nactive-mail-allow-senders = @acme.example\n"
      "[convert people]\nactive-mail = attach\nactive-mail-bypass-senders = anna@acme.example, @sub.acme.example\n"
      "[rule bob]\nrecipients = bob@acme.example\naction = convert-profile\nconvert = orders\n"
      "[rule eve]\nrecipients = eve@acme.example\naction = convert-profile\nconvert = secret\n"
      "[rule frank]\nrecipients = frank@acme.example\naction = convert-profile\nconvert = people\n";

static void
test_allow_and_bypass (void)
{
  static const struct
  {
    const char *name;
    Memo memo;
    const char *from;
    const char *bob, *eve, *frank; /* "orders", "secret", "people" */
  } rows[] = {
    { "a memo of Anna's", { MEMO_BUTTON, .html = LINK }, "anna@acme.example", "- notes", "nsf notes", "- notes" },
    { "an order of hers", { MEMO_BUTTON, .form = "Order", .html = LINK }, "anna@acme.example", "nsf notes", "nsf notes",
      "- notes" },
    { "of a form with blanks", { MEMO_BUTTON, .form = "request for leave", .html = LINK }, "carla@acme.example",
      "nsf notes", "nsf notes", "nsf notes" },
    { "with the item", { MEMO_BUTTON, .form = "Order", .item = "$secret", .html = LINK }, "carla@acme.example",
      "nsf notes", "- notes", "nsf notes" },
    { "nothing is active in it", { MEMO_PLAIN, .form = "Order", .html = LINK }, "carla@acme.example", "- notes", "- notes",
      "nsf notes" },
    { "of a stranger", { MEMO_BUTTON, .html = LINK }, "zoe@sub.acme.example", "- notes", "- notes", "- notes" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      IstScenario *s = ist_scenario_new ();

      ist_row ("%s", rows[i].name);
      ist_scenario_configure (s, "%s", rules_of_three);
      if (ist_scenario_start (s))
        {
          send_memo (s, &rows[i].memo, rows[i].from, "bob@acme.example|eve@acme.example|frank@acme.example");
          IST_ASSERT_STR (state_of (s->exchange, "bob@acme.example"), rows[i].bob);
          IST_ASSERT_STR (state_of (s->exchange, "eve@acme.example"), rows[i].eve);
          IST_ASSERT_STR (state_of (s->exchange, "frank@acme.example"), rows[i].frank);
        }
      ist_scenario_free (s);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "the Internet gets no copy", test_internet_is_stripped },
    { "nor for want of room", test_no_room },
    { "two relays", test_two_relays },
    { "a rule chooses", test_rule_chooses },
    { "reload", test_reload },
    { "allow and bypass", test_allow_and_bypass },
    { NULL },
  };

  return ist_test_main ("profiles", tests);
}
