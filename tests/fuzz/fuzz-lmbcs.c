/*
 * LMBCS, CX and Huffman by themselves. The first byte says which; two more, how long the plain bytes are.
 */
#include "tests/fuzz/fuzz.h"

#include "convert/format/cx.h"
#include "convert/format/huffman.h"
#include "convert/format/lmbcs.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree guint8 *exact = size > 3 ? g_memdup2 (data + 3, size - 3) : NULL;
  g_autoptr (GBytes) plain = NULL;
  g_autofree char *text = NULL;
  gsize plain_bytes;

  if (exact == NULL)
    return 0;
  plain_bytes = data[1] | (gsize) data[2] << 8;
  switch (data[0] % 3)
    {
    case 0:
      text = ist_lmbcs_to_utf8 (exact, size - 3);
      g_assert_true (g_utf8_validate (text, -1, NULL));
      break;
    case 1:
      plain = ist_cx_expand (exact, size - 3, plain_bytes, NULL);
      break;
    default:
      plain = ist_huffman_expand (exact, size - 3, plain_bytes, NULL);
    }
  if (plain != NULL)
    g_assert_cmpuint (g_bytes_get_size (plain), ==, plain_bytes);
  return 0;
}
