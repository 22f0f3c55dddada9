/*
 * Addresses, their keys and the encodings of RFC 3461: what comes out is stable and can be read again.
 */
#include "tests/fuzz/fuzz.h"

#include "base/address.h"

static void
check_key (const char *text)
{
  g_autofree char *key = ist_address_key (text);
  g_autofree char *again = key != NULL ? ist_address_key (key) : NULL;
  g_autofree char *local = NULL;
  g_autofree char *domain = NULL;

  /* Quoting can make a key longer than an address may be. */
  g_assert_true (key == NULL || strlen (key) > IST_ADDRESS_MAX || g_strcmp0 (key, again) == 0);
  if (!ist_address_split (text, &local, &domain))
    {
      g_assert_null (local);
      g_assert_null (domain);
      g_assert_null (key);
      return;
    }
  g_assert_cmpstr (ist_address_domain (text), ==, domain);
  g_assert_cmpuint (strlen (local) + strlen (domain) + 1, ==, strlen (text));
}

static void
check_valid (const char *text)
{
  g_autofree char *local = NULL;
  g_autofree char *domain = NULL;

  if (!ist_address_is_valid (text, TRUE))
    {
      /* What is valid without UTF-8 is valid with it. */
      g_assert_false (ist_address_is_valid (text, FALSE));
      return;
    }
  g_assert_true (ist_address_split (text, &local, &domain));
  for (const char *p = text; *p != '\0'; p++)
    g_assert_false (g_ascii_iscntrl (*p));
}

static void
check_local (const char *text)
{
  g_autofree char *quoted = ist_address_quote_local (text);
  g_autofree char *plain = ist_address_unquote_local (quoted);

  g_assert_cmpstr (plain, ==, text);
}

static void
check_xtext (const char *text)
{
  g_autofree char *encoded = ist_xtext_encode (text);
  g_autofree char *decoded = ist_xtext_decode (encoded);
  g_autofree char *wild = ist_xtext_decode (text);

  g_assert_cmpstr (decoded, ==, text);
  g_assert_true (ist_is_ascii (encoded));
  g_assert_true (wild == NULL || strlen (wild) <= strlen (text));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = fuzz_text (data, size);
  g_autofree char *domain = ist_domain_key (text);
  g_autofree char *again = domain != NULL ? ist_domain_key (domain) : NULL;

  g_assert_cmpstr (domain, ==, again);
  ist_domain_is_valid (text, TRUE);
  check_key (text);
  check_valid (text);
  check_local (text);
  check_xtext (text);
  return 0;
}
