#include "base/address.h"
#include "tests/harness/harness.h"

#include <string.h>

static void
test_valid (void)
{
  static const struct
  {
    const char *name, *address;
    gboolean utf8, want;
  } rows[] = {
    { "plain", "a@b.example", FALSE, TRUE },
    { "apostrophe", "user.o'hara@b.example", FALSE, TRUE },
    { "dots anywhere", ".a..b.@b.example", FALSE, TRUE },
    { "Notes name", "John_Doe/Sales/Acme@b.example", FALSE, TRUE },
    { "quoted blank", "\"a b\"@b.example", FALSE, TRUE },
    { "quoted at", "\"a@c\"@b.example", FALSE, TRUE },
    { "Notes domain behind an address", "a@b.example@ACME", FALSE, TRUE },
    { "unquoted blank", "a b@b.example", FALSE, FALSE },
    { "source route", "@c.example:a@b.example", FALSE, FALSE },
    { "unquoted bracket", "a<b@b.example", FALSE, FALSE },
    { "open escape", "\"a\\\"@b.example", FALSE, FALSE },
    { "open quote", "\"a@b.example", FALSE, FALSE },
    { "text after quote", "\"a\"b@b.example", FALSE, FALSE },
    { "no at", "postmaster", FALSE, FALSE },
    { "empty local", "@b.example", FALSE, FALSE },
    { "empty domain", "a@", FALSE, FALSE },
    { "literal", "a@[192.0.2.1]", FALSE, TRUE },
    { "IPv6 literal", "a@[IPv6:2001:db8::1]", FALSE, TRUE },
    { "bad literal", "a@[192.0.2]", FALSE, FALSE },
    { "hyphen first", "a@-b.example", FALSE, FALSE },
    { "double dot", "a@b..example", FALSE, FALSE },
    { "UTF-8 refused", "\xc3\xa4@b.example", FALSE, FALSE },
    { "UTF-8 allowed", "\xc3\xa4@b\xc3\xbc" "cher.example", TRUE, TRUE },
    { "bad UTF-8", "\xff@b.example", TRUE, FALSE },
    { "line end", "a\r\n@b.example", FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ist_row ("%s", rows[i].name);
      IST_ASSERT_INT (ist_address_is_valid (rows[i].address, rows[i].utf8), rows[i].want);
    }
}

static void
test_length (void)
{
  g_autofree char *local = g_strnfill (IST_ADDRESS_MAX - strlen ("@b.example"), 'a');
  g_autofree char *longest = g_strconcat (local, "@b.example", NULL);
  g_autofree char *longer = g_strconcat ("a", longest, NULL);

  IST_ASSERT (ist_address_is_valid (longest, FALSE));
  IST_ASSERT (!ist_address_is_valid (longer, FALSE));
}

/* Both halves, as written and without quotes, and put together again. */
static void
test_parts (void)
{
  static const struct
  {
    const char *name, *address, *local, *domain, *plain, *quoted;
  } rows[] = {
    { "plain", "a@b.example", "a", "b.example", "a", "a" },
    { "last at counts", "a@b.example@ACME", "a@b.example", "ACME", "a@b.example", "\"a@b.example\"" },
    { "at in quotes", "\"a@x\"@b.example", "\"a@x\"", "b.example", "a@x", "\"a@x\"" },
    { "escapes", "\"a\\\"\\\\b\"@b.example", "\"a\\\"\\\\b\"", "b.example", "a\"\\b", "\"a\\\"\\\\b\"" },
    { "needless quotes", "\"a\"@b.example", "\"a\"", "b.example", "a", "a" },
    { "dot runs need quotes", "a..b@b.example", "a..b", "b.example", "a..b", "\"a..b\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *local = NULL;
      g_autofree char *domain = NULL;
      g_autofree char *plain = NULL;
      g_autofree char *quoted = NULL;

      ist_row ("%s", rows[i].name);
      if (!IST_ASSERT (ist_address_split (rows[i].address, &local, &domain)))
        continue;
      plain = ist_address_unquote_local (local);
      quoted = ist_address_quote_local (plain);
      IST_ASSERT_STR (local, rows[i].local);
      IST_ASSERT_STR (domain, rows[i].domain);
      IST_ASSERT_STR (ist_address_domain (rows[i].address), rows[i].domain);
      IST_ASSERT_STR (plain, rows[i].plain);
      IST_ASSERT_STR (quoted, rows[i].quoted);
    }
}

static void
test_key (void)
{
  static const struct
  {
    const char *name, *a, *b;
    gboolean equal;
  } rows[] = {
    { "case", "Anna@Acme.Example", "anna@acme.example", TRUE },
    { "needless quotes", "\"anna\"@acme.example", "anna@acme.example", TRUE },
    { "trailing dot", "anna@acme.example.", "anna@acme.example", TRUE },
    { "IDNA", "a@b\xc3\xbc" "cher.example", "a@xn--bcher-kva.example", TRUE },
    { "composed and not", "\xc3\xa4@acme.example", "a\xcc\x88@acme.example", TRUE },
    { "Cyrillic a is another letter", "a@\xd0\xb0" "cme.example", "a@acme.example", FALSE },
    { "other person", "anna@acme.example", "annb@acme.example", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *a = ist_address_key (rows[i].a);
      g_autofree char *b = ist_address_key (rows[i].b);

      ist_row ("%s", rows[i].name);
      IST_ASSERT (a != NULL && b != NULL);
      IST_ASSERT_INT (g_strcmp0 (a, b) == 0, rows[i].equal);
    }
}

static void
test_xtext (void)
{
  static const struct
  {
    const char *name, *plain, *coded;
  } rows[] = { { "plain", "abc", "abc" },
               { "plus and equals", "a+b=c", "a+2Bb+3Dc" },
               { "blank", "a b", "a+20b" } };
  static const char *const bad[] = { "+", "+2", "+2x", "a b", "a=b", "+00" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *coded = ist_xtext_encode (rows[i].plain);
      g_autofree char *plain = ist_xtext_decode (rows[i].coded);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (coded, rows[i].coded);
      IST_ASSERT_STR (plain, rows[i].plain);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      ist_row ("%s", bad[i]);
      IST_ASSERT (ist_xtext_decode (bad[i]) == NULL);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "valid", test_valid },
    { "length", test_length },
    { "parts", test_parts },
    { "key", test_key },
    { "xtext", test_xtext },
    { NULL, NULL },
  };

  return ist_test_main ("address", tests);
}
