/*
 * tests/convert/test-nsf-coding.c - CX, Huffman and LMBCS by themselves.
 */
#include "base/error.h"
#include "convert/format/cx.h"
#include "convert/format/huffman.h"
#include "convert/format/lmbcs.h"
#include "tests/convert/nsf-make.h"
#include "tests/harness/harness.h"

#include <string.h>

typedef GBytes *(*Expand) (const guint8 *data, gsize size_bytes, gsize plain_bytes, GError **error);

/* Texts with long and short repeats, near and far, and bytes of every value. */
static GBytes *
make_plain (const char *kind, gsize size)
{
  guint8 *data = g_malloc (size + 1);
  guint32 state = 1;

  for (gsize i = 0; i < size; i++)
    {
      state = state * 1103515245u + 12345u;
      if (strcmp (kind, "zeros") == 0)
        data[i] = 0;
      else if (strcmp (kind, "noise") == 0)
        data[i] = (guint8) (state >> 16);
      else if (strcmp (kind, "far") == 0)
        data[i] = i >= 700 ? data[i - 700] : (guint8) (state >> 16);
      else
        data[i] = (guint8) "abracadabra, "[i % 13];
    }
  return g_bytes_new_take (data, size);
}

/* Expands into exact blocks; every shorter input is refused, and so is another length. */
static void
check_stream (Expand expand, const GByteArray *packed, GBytes *plain, gboolean cut)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) other = NULL;
  gsize size = g_bytes_get_size (plain);
  g_autoptr (GBytes) got = expand (packed->data, packed->len, size, &error);

  IST_ASSERT_NO_ERROR (error);
  IST_ASSERT (got != NULL && g_bytes_equal (got, plain));
  IST_ASSERT (expand (packed->data, packed->len, size + 1, &other) == NULL);
  IST_ASSERT_ERROR (other, IST_ERROR_REFUSED);
  IST_ASSERT (size == 0 || expand (packed->data, packed->len, size - 1, NULL) == NULL);
  for (gsize i = 0; cut && i + 4 < packed->len; i += 1 + packed->len / 400)
    {
      gsize n = i;
      g_autofree guint8 *exact = g_memdup2 (packed->data, n);
      g_autoptr (GBytes) none = expand (exact, n, size, NULL);

      IST_ASSERT (none == NULL);
    }
}

static GByteArray *
pack_balanced (const guint8 *data, gsize size)
{
  return nsf_make_huffman (data, size, FALSE);
}

static GByteArray *
pack_chain (const guint8 *data, gsize size)
{
  return nsf_make_huffman (data, size, TRUE);
}

static void
test_streams (void)
{
  static const struct
  {
    const char *name;
    Expand expand;
    GByteArray *(*pack) (const guint8 *data, gsize size);
  } coders[] = { { "cx", ist_cx_expand, nsf_make_cx },
                 { "huffman", ist_huffman_expand, pack_balanced },
                 { "huffman, deep", ist_huffman_expand, pack_chain } };
  static const char *const kinds[] = { "zeros", "noise", "far", "text" };
  static const gsize sizes[] = { 0, 1, 2, 3, 9, 300, 5000 };

  for (guint c = 0; c < G_N_ELEMENTS (coders); c++)
    for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
      for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
        {
          g_autoptr (GBytes) plain = make_plain (kinds[k], sizes[s]);
          g_autoptr (GByteArray) packed = coders[c].pack (g_bytes_get_data (plain, NULL), sizes[s]);

          ist_row ("%s, %s, %d bytes", coders[c].name, kinds[k], (int) sizes[s]);
          check_stream (coders[c].expand, packed, plain, TRUE);
        }
}

static void
test_damaged (void)
{
  static const struct
  {
    const char *name;
    Expand expand;
    const char *data;
    gsize size, plain;
  } rows[] = {
    { "cx, empty", ist_cx_expand, "", 0, 0 },
    { "cx, marker too small", ist_cx_expand, "\x03\x00\x00", 3, 1 },
    { "cx, match before the beginning", ist_cx_expand, "\x1C\x01\x00\x00", 4, 2 },
    { "cx, endless number", ist_cx_expand, "\x0C\x00\x00\x00\x00\x00\x00\x00", 8, 20 },
    { "cx, too much asked for", ist_cx_expand, "\x04\x00\x00\x00", 4, 1000000 },
    { "huffman, empty", ist_huffman_expand, "", 0, 0 },
    { "huffman, no tree", ist_huffman_expand, "\x00\x00\x00\x00\x00\x00\x00", 7, 0 },
    { "huffman, tree cut off", ist_huffman_expand, "\x00\x00\x00\x00\x08\x00\x00\x00", 8, 0 },
    { "huffman, node outside the tree", ist_huffman_expand, "\x00\x00\x00\x00\x04\x00\xFE\xFF\x00\x01\x00", 11, 1 },
    { "huffman, symbol too big", ist_huffman_expand, "\x00\x00\x00\x00\x04\x00\x01\x01\x00\x01\x00", 11, 1 },
    { "huffman, other sum", ist_huffman_expand, "\x07\x00\x00\x00\x04\x00\x41\x00\x00\x01\x80", 11, 1 },
    { "huffman, too much asked for", ist_huffman_expand, "\x41\x00\x00\x00\x04\x00\x41\x00\x00\x01\x80", 11, 1000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree guint8 *exact = g_memdup2 (rows[i].data, rows[i].size);
      g_autoptr (GBytes) got = NULL;

      ist_row ("%s", rows[i].name);
      got = rows[i].expand (exact, rows[i].size, rows[i].plain, &error);
      IST_ASSERT (got == NULL);
      IST_ASSERT_ERROR (error, IST_ERROR_REFUSED);
    }
}

static void
test_lmbcs (void)
{
  static const struct
  {
    const char *name, *input, *want;
    gsize size;
  } rows[] = {
    { "empty", "", "", 0 },
    { "ASCII", "Hello", "Hello", 5 },
    { "tab", "a\tb", "a\tb", 3 },
    { "zero is a new line", "a\0b", "a\nb", 3 },
    { "zeros at the ends", "\0\xE9\0", "\n\xC3\x9A\n", 3 },
    { "group 1 without prefix", "caf\x82", "caf\xC3\xA9", 4 },
    { "group 1 with prefix", "\x01\x82", "\xC3\xA9", 2 },
    { "Greek", "\x02\xE7", "\xCE\xBD", 2 },
    { "Cyrillic", "\x05\xE0", "\xD0\xB0", 2 },
    { "Latin 2", "\x06\x9F", "\xC4\x8D", 2 },
    { "Japanese", "\x10\x8F\xE3", "\xE4\xB8\x8A", 3 },
    { "UTF-16", "\x14\x20\xAC", "\xE2\x82\xAC", 3 },
    { "UTF-16 unit with a zero", "\x14\xF6\x4E", "\xE4\xB8\x80", 3 },
    { "UTF-16 pair", "\x14\xD8\x3D\x14\xF6\xDE", "\xF0\x9F\x98\x80", 6 },
    { "half a pair", "\x14\xD8\x3Dx", "\xEF\xBF\xBDx", 4 },
    { "control", "\x0F\x27", "\x07", 2 },
    { "UTF-16 unit cut off", "a\x14\x20", "a\xEF\xBF\xBD", 3 },
    { "group cut off", "a\x10", "a\xEF\xBF\xBD", 2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *exact = g_memdup2 (rows[i].input, rows[i].size);
      g_autofree char *got = ist_lmbcs_to_utf8 (exact, rows[i].size);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (got, rows[i].want);
    }
}

/* Every two bytes, and a text longer than one piece, give valid UTF-8 without NUL. */
static void
test_lmbcs_always (void)
{
  GString *longest = g_string_new (NULL);
  g_autofree char *long_text = NULL;

  for (guint a = 0; a < 256; a++)
    for (guint b = 0; b < 256; b++)
      {
        char pair[3] = { (char) a, (char) b, 'x' };
        g_autofree char *text = ist_lmbcs_to_utf8 (pair, 3);

        ist_row ("%02X %02X", a, b);
        if (!IST_ASSERT (g_utf8_validate (text, -1, NULL)))
          return;
      }
  for (guint i = 0; i < 5000; i++)
    g_string_append_len (longest, "\x14\xD8\x3D\x14\xF6\xDE", 6);
  long_text = ist_lmbcs_to_utf8 (longest->str, longest->len);
  ist_row ("long");
  IST_ASSERT_INT (g_utf8_strlen (long_text, -1), 5000);
  IST_ASSERT (strstr (long_text, "\xEF\xBF\xBD") == NULL);
  g_string_free (longest, TRUE);
}

int
main (void)
{
  static const IstTest tests[] = { { "streams", test_streams },
                                   { "damaged", test_damaged },
                                   { "lmbcs", test_lmbcs },
                                   { "lmbcs-always", test_lmbcs_always },
                                   { NULL } };

  return ist_test_main ("nsf-coding", tests);
}
