/*
 * The decoders of attachments that are no MIME: uuencode, BinHex 4.0, AppleSingle. What they give lies in what they
 * were given, and is the same each time.
 */
#include "tests/fuzz/fuzz.h"

#include "convert/format/apple.h"
#include "convert/format/binhex.h"
#include "convert/format/uuencode.h"

#define MAX_BYTES ((gsize) 1024 * 1024)

static void
check_uuencode (const char *text, gsize size)
{
  IstUuBlock block;
  gsize pos = 0;

  while (ist_uuencode_next (text, size, pos, &block))
    {
      g_assert_cmpuint (block.start, >=, pos);
      g_assert_cmpuint (block.end, >, block.start);
      g_assert_cmpuint (block.end, <=, size);
      g_assert_cmpuint (ist_body_size (block.data), <=, (block.end - block.start) * 32);
      g_assert_true (*block.name != '\0');
      pos = block.end;
      ist_uuencode_clear (&block);
    }
}

static void
check_binhex (const char *text, gsize size)
{
  g_autofree char *name = NULL;
  gsize resource = 0, start = 0, end = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) data = ist_binhex_decode (text, size, MAX_BYTES, &name, &resource, &start, &end, &error);

  g_assert_true ((data == NULL) == (error != NULL));
  g_assert_true ((data == NULL) == (name == NULL));
  if (data == NULL)
    return;
  g_assert_cmpuint (start, <, end);
  g_assert_cmpuint (end, <=, size);
  g_assert_cmpuint (g_bytes_get_size (data), <=, MAX_BYTES + 1024);
  g_assert_true (g_utf8_validate (name, -1, NULL));
}

static void
check_apple (const guint8 *data, gsize size)
{
  IstAppleFile file = { 0 };

  if (!ist_apple_read (data, size, &file, NULL))
    return;
  if (file.has_data)
    g_assert_true (file.data_offset <= size && file.data_bytes <= size - file.data_offset);
  g_assert_true (file.name == NULL || g_utf8_validate (file.name, -1, NULL));
  g_free (file.name);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *exact = g_memdup2 (data, size);

  check_uuencode (exact != NULL ? exact : "", size);
  check_binhex (exact != NULL ? exact : "", size);
  check_apple (data, size);
  return 0;
}
