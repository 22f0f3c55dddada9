/*
 * RTF, raw and compressed: what comes out is UTF-8 and within its limit, and what its kind promises.
 */
#include "tests/fuzz/fuzz.h"

#include "convert/format/rtf-lzfu.h"
#include "convert/format/rtf.h"

#define LIMIT 100000

static void
check (const char *data, gsize size)
{
  g_autoptr (IstRtf) rtf = ist_rtf_read (data, size, LIMIT, NULL);

  if (rtf == NULL)
    return;
  g_assert_true ((rtf->html != NULL) == (rtf->kind != IST_RTF_TEXT));
  g_assert_true ((rtf->text != NULL) == (rtf->kind != IST_RTF_HTML));
  g_assert_true (rtf->html == NULL || g_utf8_validate (rtf->html, -1, NULL));
  g_assert_true (rtf->text == NULL || g_utf8_validate (rtf->text, -1, NULL));
  for (guint i = 0; i < rtf->pictures->len; i++)
    g_assert_true (((IstRtfPicture *) g_ptr_array_index (rtf->pictures, i))->name != NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *exact = g_memdup2 (data, size);
  g_autoptr (GBytes) bytes = ist_rtf_lzfu_expand (exact, size, LIMIT, NULL, NULL);

  check (exact, size);
  if (bytes != NULL)
    {
      g_assert_cmpuint (g_bytes_get_size (bytes), <=, LIMIT);
      check (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    }
  return 0;
}
