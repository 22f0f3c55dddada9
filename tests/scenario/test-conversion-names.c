/*
 * A16: a message to many on both sides, answered to all, and that answer answered to all. The names are what they were,
 * every address leads to its person.
 *
 * The mail programs are played by GMime: it reads what arrived, as Outlook or Notes would, and writes the answer.
 */
#include "tests/scenario/scenario.h"

#include <gmime/gmime.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeMessage, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeParser, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeStream, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (InternetAddressList, g_object_unref)

typedef struct
{
  const char *name;    /* of the row */
  const char *mailbox; /* what Notes writes into Cc */
  const char *phrase;  /* the name that everybody must see; NULL: any that is not empty */
  const char *address; /* where answers go */
} Person;

static const Person people[] = {
  { "at in the name", "\"carla@home\" <carla@acme.example>", "carla@home", "carla@acme.example" },
  { "comma", "\"Diaz, Carla\" <carla@acme.example>", "Diaz, Carla", "carla@acme.example" },
  { "quotes", "\"Carla \\\"the boss\\\" Diaz\" <carla@acme.example>", "Carla \"the boss\" Diaz", "carla@acme.example" },
  { "apostrophe in the address", "\"Pat O'Hara\" <pat.o'hara@far.example>", "Pat O'Hara", "pat.o'hara@far.example" },
  { "double spaces", "\"Carla  Diaz   (Sales)\" <carla@acme.example>", "Carla  Diaz   (Sales)", "carla@acme.example" },
  { "Japanese", "=?ISO-2022-JP?B?GyRCOzNFREJATzobKEI=?= <carla@acme.example>", "山田太郎", "carla@acme.example" },
  { "umlauts and a comma", "=?UTF-8?Q?Gr=C3=BC=C3=9Fe=2C_Carla?= <carla@acme.example>", "Grüße, Carla",
    "carla@acme.example" },
  { "angle brackets", "\"Carla <home>\" <carla@acme.example>", "Carla <home>", "carla@acme.example" },
  { "semicolon and colon", "\"Diaz; Carla: Sales\" <carla@acme.example>", "Diaz; Carla: Sales", "carla@acme.example" },
  { "Notes name and domain", "Carla Diaz/Sales/Acme@ACME", NULL, "carla@acme.example" },
  { "canonical Notes name", "CN=Carla Diaz/OU=Sales/O=Acme@ACME", NULL, "carla@acme.example" },
  { "address with a Notes domain behind it", "\"Diaz, Carla\" <carla@acme.example@ACME>", "Diaz, Carla",
    "carla@acme.example" },
  { "two Notes domains behind it", "\"Diaz, Carla\" <carla@acme.example@HUB@ACME>", "Diaz, Carla",
    "carla@acme.example" },
};

/* To and Cc of a message, without `own`, and its sender. */
static InternetAddressList *
everybody (const GString *text, const char *own)
{
  InternetAddressList *all = internet_address_list_new ();
  g_autoptr (GMimeStream) stream = g_mime_stream_mem_new_with_buffer (text->str, text->len);
  g_autoptr (GMimeParser) parser = g_mime_parser_new_with_stream (stream);
  g_autoptr (GMimeMessage) message = g_mime_parser_construct_message (parser, NULL);
  InternetAddressList *lists[3];

  if (!IST_ASSERT (message != NULL))
    return all;
  lists[0] = g_mime_message_get_from (message);
  lists[1] = g_mime_message_get_to (message);
  lists[2] = g_mime_message_get_cc (message);
  for (guint i = 0; i < 3; i++)
    for (int k = 0; k < internet_address_list_length (lists[i]); k++)
      {
        InternetAddress *one = internet_address_list_get_address (lists[i], k);

        if (!IST_ASSERT (INTERNET_ADDRESS_IS_MAILBOX (one)))
          continue;
        if (g_ascii_strcasecmp (internet_address_mailbox_get_addr (INTERNET_ADDRESS_MAILBOX (one)), own) != 0)
          internet_address_list_add (all, one);
      }
  return all;
}

/* The answer: to all of them, in whatever way GMime writes their names. */
static char *
answer (InternetAddressList *to, const char *from)
{
  g_autofree char *list = internet_address_list_to_string (to, NULL, TRUE);

  return g_strdup_printf ("From: %s\nTo: %s\nSubject: Re: plan\nMIME-Version: 1.0\n\nyes\n", from, list);
}

/* Whom the sender's mail system hands over; `own` is one that it serves itself. */
static char *
recipients (InternetAddressList *list, const char *own)
{
  GString *out = g_string_new (NULL);

  for (int i = 0; i < internet_address_list_length (list); i++)
    {
      InternetAddress *one = internet_address_list_get_address (list, i);
      const char *address = internet_address_mailbox_get_addr (INTERNET_ADDRESS_MAILBOX (one));

      if (strcmp (address, own) != 0)
        g_string_append_printf (out, "%s%s", out->len > 0 ? "|" : "", address);
    }
  return g_string_free (out, FALSE);
}

static gboolean
is_there (InternetAddressList *list, const char *phrase, const char *address)
{
  for (int i = 0; i < internet_address_list_length (list); i++)
    {
      InternetAddress *one = internet_address_list_get_address (list, i);
      const char *name = internet_address_get_name (one);

      if (strcmp (internet_address_mailbox_get_addr (INTERNET_ADDRESS_MAILBOX (one)), address) == 0
          && (phrase == NULL || g_strcmp0 (name, phrase) == 0))
        return TRUE;
    }
  return FALSE;
}

static void
assert_list (InternetAddressList *list, const Person *person, const char *const *others)
{
  g_autofree char *text = internet_address_list_to_string (list, NULL, FALSE);
  gboolean ok = IST_ASSERT (is_there (list, person->phrase, person->address));

  for (; *others != NULL; others += 2)
    ok = IST_ASSERT (is_there (list, others[0], others[1])) && ok;
  if (!ok)
    ist_note ("the list: %s", text);
}

static const GString *
sent (IstScenario *s, const char *side, const char *from, const char *to, const char *text, IstHost *at, guint place)
{
  const char *reply = ist_scenario_send (s, side, from, to, text);
  const IstArrival *arrival;

  if (!IST_ASSERT (g_str_has_prefix (reply, "250 ")))
    ist_note ("reply: %s", reply);
  ist_scenario_settle (s);
  arrival = ist_host_arrived (at, place);
  return IST_ASSERT (arrival != NULL) ? arrival->text : NULL;
}

/* Anna (Notes) to Bob, Eve (Outlook), a stranger and one more; Bob answers all; Anna answers all of that. */
static void
three_hops (IstScenario *s, const Person *person)
{
  static const char *const first[] = { "Berg, Anna", "anna@acme.example", "Eve Novak", "eve@acme.example",
                                       "Friend \"of\" both", "friend@far.example", NULL };
  static const char *const second[] = { "Miller, Bob", "bob@acme.example", "Eve Novak", "eve@acme.example",
                                        "Friend \"of\" both", "friend@far.example", NULL };
  guint at_exchange = ist_host_n_arrived (s->exchange), at_domino = ist_host_n_arrived (s->domino);
  g_autofree char *text = g_strdup_printf (
      "From: \"Berg, Anna\" <anna@acme.example>\nTo: \"Miller, Bob\" <bob@acme.example>,\n Eve Novak "
      "<eve@acme.example>\nCc: %s,\n \"Friend \\\"of\\\" both\" <friend@far.example>\nSubject: plan\n\nWhen?\n",
      person->mailbox);
  const GString *got = sent (s, "domino", "anna@acme.example", "bob@acme.example|eve@acme.example|friend@far.example",
                             text, s->exchange, at_exchange);
  g_autoptr (InternetAddressList) bobs = NULL, annas = NULL, last = NULL;
  g_autofree char *bob_says = NULL, *anna_says = NULL, *to = NULL, *back = NULL;
  guint n;

  if (got == NULL)
    return;
  bobs = everybody (got, "bob@acme.example");
  assert_list (bobs, person, first);
  bob_says = answer (bobs, "\"Miller, Bob\" <bob@acme.example>");
  to = recipients (bobs, "eve@acme.example");
  got = sent (s, "exchange", "bob@acme.example", to, bob_says, s->domino, at_domino);
  if (got == NULL)
    return;
  annas = everybody (got, "anna@acme.example");
  assert_list (annas, person, second);
  anna_says = answer (annas, "\"Berg, Anna\" <anna@acme.example>");
  back = recipients (annas, "carla@acme.example");
  at_exchange = ist_host_n_arrived (s->exchange);
  got = sent (s, "domino", "anna@acme.example", back, anna_says, s->exchange, at_exchange);
  if (got == NULL)
    return;
  last = everybody (got, "bob@acme.example");
  assert_list (last, person, first);
  IST_ASSERT (ist_host_arrived_for (s->exchange, "bob@acme.example", &n) != NULL);
  IST_ASSERT (ist_host_arrived_for (s->exchange, "eve@acme.example", &n) != NULL);
  IST_ASSERT (ist_host_arrived_for (s->domino, "anna@acme.example", &n) != NULL);
  IST_ASSERT (ist_host_arrived_for (strstr (person->address, "far.example") != NULL ? s->internet : s->domino,
                                    person->address, &n) != NULL);
  IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
}

static void
test_reply_all (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (people); i++)
    {
      IstScenario *s = ist_scenario_new ();

      ist_row ("%s", people[i].name);
      if (ist_scenario_start (s))
        three_hops (s, &people[i]);
      ist_scenario_free (s);
    }
}

/* Exchange wraps a Notes name that it has no address for; the answer to it must reach Carla, not an address with several
 * '@', and Notes users must see her address. */
static void
test_wrapped (void)
{
  static const char *const wrapped[] = { "IMCEANOTES-Carla+20Diaz_Sales_Acme+40ACME@acme.example",
                                         "IMCEANOTES-CN=Carla+20Diaz_OU=Sales_O=Acme+40ACME@acme.example",
                                         ("IMCEANOTES-+22Diaz+2C+20Carla+22+20+3Ccarla+40acme+2Eexample+3E+40ACME"
                                          "@acme.example") };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < G_N_ELEMENTS (wrapped); i++)
      {
        g_autofree char *text
            = g_strdup_printf ("From: \"Miller, Bob\" <bob@acme.example>\nTo: \"Berg, Anna\" <anna@acme.example>,\n "
                               "\"Diaz, Carla\" <%s>\nSubject: plan\n\nWhen?\n", wrapped[i]);
        g_autofree char *to = g_strdup_printf ("anna@acme.example|%s", wrapped[i]);
        guint before = ist_host_n_arrived (s->domino), at = ist_host_n_arrived (s->exchange), n;
        const GString *got = NULL;
        g_autoptr (InternetAddressList) annas = NULL, bobs = NULL;
        g_autofree char *anna_says = NULL, *back = NULL;

        ist_row ("%s", wrapped[i]);
        got = sent (s, "exchange", "bob@acme.example", to, text, s->domino, before);
        if (got == NULL)
          continue;
        ist_host_arrived_for (s->domino, "carla@acme.example", &n);
        IST_ASSERT_INT (n, i + 1);
        annas = everybody (got, "anna@acme.example");
        IST_ASSERT (is_there (annas, "Diaz, Carla", "carla@acme.example"));
        anna_says = answer (annas, "\"Berg, Anna\" <anna@acme.example>");
        back = recipients (annas, "");
        got = sent (s, "domino", "anna@acme.example", "bob@acme.example", anna_says, s->exchange, at);
        if (got == NULL)
          continue;
        bobs = everybody (got, "bob@acme.example");
        IST_ASSERT (is_there (bobs, "Diaz, Carla", "carla@acme.example"));
        IST_ASSERT (strstr (back, "IMCEA") == NULL);
      }
  ist_scenario_free (s);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "A16 reply to all, three hops", test_reply_all },
    { "A16 names that Exchange wrapped", test_wrapped },
    { NULL },
  };

  g_mime_init ();
  return ist_test_main ("conversion-names", tests);
}
