/*
 * HTML tokens: they are the whole text in order, attributes lie inside their tag; Outlook's HTML made plain needs
 * no second cleaning, and tables no second dividing.
 */
#include "tests/fuzz/fuzz.h"

#include "convert/format/html.h"
#include "convert/html-tables.h"
#include "convert/outlook-html.h"

static void
check_tokens (const char *text, gsize size)
{
  IstHtmlScanner scanner = { .text = text, .size = size };
  IstHtmlToken token;
  gsize at = 0;

  while (ist_html_next (&scanner, &token))
    {
      IstHtmlAttribute attribute;
      gsize inside = 0;

      g_assert_true (token.start == text + at && token.size > 0 && token.size <= size - at);
      at += token.size;
      if (token.kind != IST_HTML_OPEN)
        continue;
      for (gsize last = 0; ist_html_next_attribute (&token, &inside, &attribute); last = inside)
        g_assert_true (inside > last && inside < token.size
                       && attribute.start + attribute.size == token.start + inside);
    }
  g_assert_cmpuint (at, ==, size);
}

/* Divided tables need no second dividing. */
static void
check_tables (const char *text)
{
  guint n = 0;
  g_autofree char *once = ist_html_split_tables (text, 2, &n);
  g_autofree char *twice = once != NULL ? ist_html_split_tables (once, 2, NULL) : NULL;

  g_assert_true ((once != NULL) == (n > 0));
  if (twice != NULL)
    FUZZ_FAIL ("divided again: %s\nthen: %s\n", once, twice);
}

static char *
picture (gpointer user, const char *src)
{
  return g_str_has_prefix (src, "cid:")    ? g_strdup ("")
         : g_str_has_prefix (src, "data:") ? g_strdup ("x")
                                           : NULL;
}

static const char *
missing (gpointer user G_GNUC_UNUSED)
{
  return "[picture]";
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = fuzz_text (data, size);
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  IstOutlookHtml report = { .picture = picture, .missing = missing };
  g_autofree char *once = NULL;
  g_autofree char *twice = NULL;

  check_tokens (valid, strlen (valid));
  check_tables (valid);
  once = ist_outlook_html_clean (valid, &report);
  if (once == NULL)
    return 0;
  twice = ist_outlook_html_clean (once, &report);
  if (twice != NULL)
    FUZZ_FAIL ("cleaned again: %s\nthen: %s\n", once, twice);
  return 0;
}
