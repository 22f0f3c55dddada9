/*
 * tests/convert/test-catalog.c - no text is missing in a language, and all have the same slots.
 */
#include "convert/catalog.h"

#include "tests/harness/harness.h"

#include <string.h>

static int
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The slots of a text, sorted: "{a} {b}". */
static char *
slots (const char *text)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);

  for (const char *p = strchr (text, '{'); p != NULL; p = strchr (p + 1, '{'))
    g_ptr_array_add (found, g_strndup (p, strcspn (p, "}") + 1));
  g_ptr_array_sort (found, by_text);
  g_ptr_array_add (found, NULL);
  return g_strjoinv (" ", (char **) found->pdata);
}

static void
test_complete (void)
{
  const char *const *languages = ist_catalog_languages ();

  for (guint id = 0; id < IST_N_TEXTS; id++)
    {
      g_autofree char *want = slots (ist_catalog_raw ("en", (IstTextId) id));

      for (guint i = 0; languages[i] != NULL; i++)
        {
          const char *text = ist_catalog_raw (languages[i], (IstTextId) id);
          g_autofree char *got = NULL;

          ist_row ("text %u in %s", id, languages[i]);
          if (!IST_ASSERT (text != NULL && *text != '\0'))
            continue;
          got = slots (text);
          IST_ASSERT_STR (got, want);
          IST_ASSERT (g_utf8_validate (text, -1, NULL) && strpbrk (text, "\r\n") == NULL);
        }
    }
}

static void
test_choice (void)
{
  static const struct
  {
    const char *language, *want;
  } rows[] = {
    { NULL, "[button: Send]" },     { "en", "[button: Send]" },      { "de", "[Schaltfläche: Send]" },
    { "de-AT", "[Schaltfläche: Send]" }, { "DE_ch", "[Schaltfläche: Send]" }, { "deu", "[button: Send]" },
    { "nl", "[button: Send]" },     { "", "[button: Send]" },        { "ja", "[ボタン: Send]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = ist_catalog_text (rows[i].language, IST_TEXT_BUTTON, "label", "Send", NULL);

      ist_row ("%s", rows[i].language != NULL ? rows[i].language : "none");
      IST_ASSERT_STR (got, rows[i].want);
    }
}

/* A value is never looked at for slots. */
static void
test_values (void)
{
  g_autofree char *braces = ist_catalog_text ("en", IST_TEXT_BUTTON, "label", "{label}", NULL);
  g_autofree char *none = ist_catalog_text ("en", IST_TEXT_BUTTON, NULL);

  IST_ASSERT_STR (braces, "[button: {label}]");
  IST_ASSERT_STR (none, "[button: ]");
}

int
main (void)
{
  static const IstTest tests[] = {
    { "every text in every language", test_complete },
    { "choice of the language", test_choice },
    { "values", test_values },
    { NULL, NULL },
  };

  return ist_test_main ("catalog", tests);
}
