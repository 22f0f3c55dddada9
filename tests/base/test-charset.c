/*
 * tests/base/test-charset.c - labels that lie.
 */
#include "base/charset.h"

#include "tests/harness/harness.h"

#include <string.h>

static void
test_labels (void)
{
  static const struct
  {
    const char *name, *label, *bytes, *want;
    gboolean repaired;
  } rows[] = {
    { "ascii", "us-ascii", "abc", "abc", FALSE },
    { "utf-8", "UTF-8", "\303\274", "\303\274", FALSE },
    { "a lone byte in utf-8", "utf-8", "a\374b", "a\357\277\275b", TRUE },
    { "windows-1252 called iso-8859-1", "ISO-8859-1", "\223x\224", "\342\200\234x\342\200\235", TRUE },
    { "utf-8 called us-ascii", "us-ascii", "\303\274", "\303\274", TRUE },
    { "no label, utf-8", NULL, "\303\274", "\303\274", TRUE },
    { "no label, latin", NULL, "\374", "\303\274", TRUE },
    { "a label nobody knows", "x-martian", "\374", "\303\274", TRUE },
    { "one that ICU knows", "x-mac-greek", "\341", "\316\261", FALSE },
    { "one that ICU has the name of alone, or its data", "x-mac-hebrew", "a", "a", FALSE },
    { "options are no part of a name", "x-mac-greek,version=1", "\374", "\303\274", TRUE },
    { "an empty label", "", "\374", "\303\274", TRUE },
    { "gb18030 called gb2312", "gb2312", "\201\060\201\060", "\302\200", TRUE },
    { "cp949 called ks_c_5601-1987", "ks_c_5601-1987", "\260\241", "\352\260\200", TRUE },
    { "iso-2022-jp", "iso-2022-jp", "\033$B$\"\033(B!", "\343\201\202!", FALSE },
    { "half-width kana in iso-2022-jp", "ISO-2022-JP", "\033(I1\033(B", "\357\275\261", FALSE },
    { "NEC row 13 in iso-2022-jp", "iso-2022-jp", "\033$B-!\033(B", "\342\221\240", FALSE },
    { "iso-2022-jp by its IANA alias", "csISO2022JP", "\033$B$\"\033(B", "\343\201\202", FALSE },
    { "Hebrew in logical order", "iso-8859-8-i", "\340", "\327\220", TRUE },
    { "EUC-JP by an old name", "x-euc-jp", "\244\242", "\343\201\202", TRUE },
    { "Cyrillic by an old name", "x-cp1251", "\300", "\320\220", TRUE },
    { "iso-2022-jp cut short", "iso-2022-jp", "\033$B$", "", FALSE },
    { "utf-7", "utf-7", "+AOQ-", "\303\244", FALSE },
    { "NULs", "utf-8", "a\000b", "ab", FALSE },
    { "an empty part has no bytes to point at", "us-ascii", NULL, "", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gboolean repaired = FALSE;
      gsize size = rows[i].bytes == NULL                   ? 0
                   : strcmp (rows[i].name, "NULs") == 0 ? 3
                                                        : strlen (rows[i].bytes);
      g_autofree char *got = ist_charset_to_utf8 (rows[i].bytes, size, rows[i].label, &repaired);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (got, rows[i].want);
      IST_ASSERT_INT (repaired, rows[i].repaired);
      IST_ASSERT (g_utf8_validate (got, -1, NULL));
    }
}

static void
test_known (void)
{
  static const struct
  {
    const char *label;
    gboolean known;
  } rows[] = {
    { NULL, TRUE },           { "", TRUE },           { "utf-8", TRUE },          { "ISO-8859-15", TRUE },
    { "x-mac-greek", TRUE },  { "X-Mac-Roman", TRUE }, { "iso-2022-jp", TRUE },    { "unknown-8bit", TRUE },
    { "x-martian", FALSE },   { "utf-99", FALSE },    { "x-mac-greek,v=1", FALSE }, { "../../x", FALSE },
    { "\351", FALSE },        { "-", FALSE },          { "utf-8//IGNORE", FALSE },
  };
  g_autofree char *longest = g_strnfill (5000, 'x');

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ist_row ("%s", rows[i].label != NULL ? rows[i].label : "none");
      IST_ASSERT_INT (ist_charset_is_known (rows[i].label), rows[i].known);
    }
  IST_ASSERT (!ist_charset_is_known (longest));
}

/* Whatever comes, it ends, and gives valid text. */
static void
test_anything (void)
{
  static const char *const labels[] = { "utf-8", "iso-2022-jp", "gb2312", "big5", "utf-7", "utf-16", "shift_jis",
                                        "euc-jp", "iso-2022-kr", "windows-1255", "x-mac-greek", "lmbcs-1", "scsu",
                                        "bocu-1", "imap-mailbox-name", NULL };
  g_autoptr (GRand) rand = g_rand_new_with_seed (4711);

  for (guint i = 0; i < 2000; i++)
    {
      char bytes[64];
      const char *label = labels[i % G_N_ELEMENTS (labels)];
      g_autofree char *got = NULL;

      for (gsize k = 0; k < sizeof bytes; k++)
        bytes[k] = (char) g_rand_int_range (rand, 0, 256);
      got = ist_charset_to_utf8 (bytes, (gsize) g_rand_int_range (rand, 0, sizeof bytes), label, NULL);
      IST_ASSERT (g_utf8_validate (got, -1, NULL));
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "labels", test_labels },
    { "known", test_known },
    { "anything", test_anything },
    { NULL, NULL },
  };

  return ist_test_main ("charset", tests);
}
