/* The block scan against the same rule written byte by byte, over all positions in and between blocks. */
#include "base/text-scan.h"
#include "tests/harness/harness.h"

#include <string.h>

#define MAX_SIZE 600

static gsize
slow_run (const char *data, gsize size, char before, gboolean dots)
{
  for (gsize i = 0; i < size; i++)
    {
      char prev = i > 0 ? data[i - 1] : before;

      if (prev == '\r' && data[i] != '\n')
        return i - 1;
      if ((prev != '\r' && data[i] == '\n') || (dots && prev == '\n' && data[i] == '.'))
        return i;
    }
  return size > 0 && data[size - 1] == '\r' ? size - 1 : size;
}

static gboolean
same (const char *data, gsize size)
{
  static const char befores[] = { '\n', 'x' };
  gboolean ok = TRUE;

  for (gsize b = 0; b < G_N_ELEMENTS (befores); b++)
    for (gint dots = 0; dots < 2; dots++)
      ok &= IST_ASSERT_INT (ist_text_clean_run (data, size, befores[b], dots),
                            slow_run (data, size, befores[b], dots));
  return ok;
}

static void
test_every_place (void)
{
  static const char *const needles[]
      = { "\r", "\n", "\r\n", "\r\n.", ".", "\r\n\r\n", "\n\r", "\r\r\n", "\r\n..", "\n.", "\r." };

  for (gsize n = 0; n < G_N_ELEMENTS (needles); n++)
    for (gsize size = strlen (needles[n]); size < MAX_SIZE; size += 1 + size / 32)
      for (gsize at = 0; at + strlen (needles[n]) <= size; at++)
        {
          g_autofree char *data = g_malloc (size);

          ist_row ("needle %" G_GSIZE_FORMAT " at %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT, n, at, size);
          memset (data, 'a', size);
          memcpy (data + at, needles[n], strlen (needles[n]));
          if (!same (data, size))
            return;
        }
}

/* Mostly clean lines, so that the scan gets deep, with an accident now and then. */
static void
test_mixed (void)
{
  static const char *const pieces[]
      = { "word ", "\r\n", "\r\n", "a longer piece of text in a line", ".", "\xc3\xa4", "\r\n\r\n" };
  static const char *const accidents[] = { "\r", "\n", "\r\n." };
  g_autoptr (GRand) rand = g_rand_new_with_seed (20);

  for (guint round = 0; round < 2000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      ist_row ("round %u", round);
      while (text->len < 700)
        g_string_append (text, g_rand_int_range (rand, 0, 40) == 0
                                   ? accidents[g_rand_int_range (rand, 0, G_N_ELEMENTS (accidents))]
                                   : pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
      if (!same (text->str, text->len))
        return;
    }
}

static void
test_high_bit (void)
{
  for (gsize size = 0; size < 3000; size += 1 + size / 16)
    {
      g_autofree char *data = g_malloc (size + 1);

      memset (data, 127, size);
      ist_row ("none in %" G_GSIZE_FORMAT, size);
      IST_ASSERT (!ist_text_has_high_bit (data, size));
      for (gsize at = 0; at < size; at += 1 + size / 16)
        {
          ist_row ("at %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT, at, size);
          data[at] = (char) 0x80;
          IST_ASSERT (ist_text_has_high_bit (data, size));
          data[at] = 127;
        }
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "one thing at every place", test_every_place },
    { "mixed text", test_mixed },
    { "high bit", test_high_bit },
    { NULL, NULL },
  };

  return ist_test_main ("text-scan", tests);
}
