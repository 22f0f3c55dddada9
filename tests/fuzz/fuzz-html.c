/*
 * HTML tokens: they are the whole text in order, attributes lie inside their tag; and Outlook's HTML made plain needs
 * no second cleaning.
 */
#include "tests/fuzz/fuzz.h"

#include "convert/format/html.h"
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

static char *
picture (gpointer user, const char *src)
{
  return g_str_has_prefix (src, "cid:")    ? g_strdup ("")
         : g_str_has_prefix (src, "data:") ? g_strdup ("x")
                                           : NULL;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = fuzz_text (data, size);
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  IstOutlookHtml report = { .picture = picture };
  g_autofree char *once = NULL;
  g_autofree char *twice = NULL;

  check_tokens (valid, strlen (valid));
  once = ist_outlook_html_clean (valid, &report);
  if (once == NULL)
    return 0;
  twice = ist_outlook_html_clean (once, &report);
  if (twice != NULL)
    FUZZ_FAIL ("cleaned again: %s\nthen: %s\n", once, twice);
  return 0;
}
