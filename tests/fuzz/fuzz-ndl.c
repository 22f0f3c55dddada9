/*
 * Notes links: what is read as .ndl or as an address and written again is read as the same ids.
 */
#include "tests/fuzz/fuzz.h"

#include "convert/format/ndl.h"

static void
check_again (const IstDocLink *link)
{
  g_autofree char *ndl = ist_ndl_format (link, NULL);
  g_autoptr (IstDocLink) from_ndl = ist_ndl_parse (ndl, strlen (ndl), NULL);
  g_autofree char *url = ist_doc_url_notes (link);
  g_autoptr (IstDocLink) from_url = ist_doc_url_parse (url, NULL);
  g_autofree char *web = ist_doc_url_web (link, "h.example", TRUE);
  g_autoptr (IstDocLink) from_web = ist_doc_url_parse (web, NULL);

  g_assert_nonnull (from_ndl);
  g_assert_nonnull (from_web);
  g_assert_cmpstr (from_ndl->replica, ==, link->replica);
  g_assert_cmpstr (from_ndl->view, ==, link->view);
  g_assert_cmpstr (from_ndl->note, ==, link->note);
  g_assert_cmpstr (from_web->replica, ==, link->replica);
  g_assert_cmpstr (from_web->view, ==, link->view);
  g_assert_cmpstr (from_web->note, ==, link->note);
  /* A very long server name makes an address that is refused. */
  if (from_url != NULL && link->hint == NULL)
    g_assert_cmpstr (from_url->note, ==, link->note);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *exact = g_memdup2 (data, size);
  g_autofree char *text = fuzz_text (data, size);
  g_autoptr (IstDocLink) ndl = ist_ndl_parse (exact != NULL ? exact : "", size, NULL);
  g_autoptr (IstDocLink) url = ist_doc_url_parse (text, NULL);
  g_autofree char *filled = NULL;

  if (ndl != NULL)
    {
      g_assert_true (ndl->title == NULL || g_utf8_validate (ndl->title, -1, NULL));
      check_again (ndl);
      filled = ist_doc_url_template (ndl, text, NULL);
    }
  if (url != NULL)
    check_again (url);
  return 0;
}
