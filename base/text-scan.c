#include "base/text-scan.h"

/* Fixed, so that the compiler turns the loops over one block into vector instructions. */
#define BLOCK 128
#define HIGH_BLOCK 1024

/* CR and LF may only stand side by side; a dot may not follow a LF. */
static gboolean
needs_care (guchar before, guchar c, guchar dot)
{
  return ((before == '\r') != (c == '\n')) || (before == '\n' && c == dot && dot != '\0');
}

/* `block[-1]` can be read. */
static gboolean
block_needs_care (const guchar *block, gboolean dots)
{
  guchar any = 0;

  if (!dots)
    {
      for (gint i = 0; i < BLOCK; i++)
        any |= (guchar) ((block[i - 1] == '\r') ^ (block[i] == '\n'));
      return any != 0;
    }
  for (gint i = 0; i < BLOCK; i++)
    any |= (guchar) (((block[i - 1] == '\r') ^ (block[i] == '\n'))
                     | ((block[i - 1] == '\n') & (block[i] == '.')));
  return any != 0;
}

gsize
ist_text_clean_run (const char *data, gsize size, char before, gboolean dots)
{
  const guchar *p = (const guchar *) data;
  guchar dot = dots ? '.' : '\0';
  gsize i = 0;

  if (size == 0 || needs_care ((guchar) before, p[0], dot))
    return 0;
  i = 1;
  for (;;)
    {
      gsize end;

      while (size - i >= BLOCK && !block_needs_care (p + i, dots))
        i += BLOCK;
      end = MIN (size, i + BLOCK);
      for (; i < end; i++)
        if (needs_care (p[i - 1], p[i], dot))
          return p[i - 1] == '\r' && p[i] != '\n' ? i - 1 : i;
      if (i == size)
        return p[size - 1] == '\r' ? size - 1 : size;
    }
}

static gboolean
any_high (const guchar *p, gsize size)
{
  guchar any = 0;

  for (gsize i = 0; i < size; i++)
    any |= p[i];
  return (any & 0x80) != 0;
}

static gboolean
block_any_high (const guchar *p)
{
  guchar any = 0;

  for (gint i = 0; i < HIGH_BLOCK; i++)
    any |= p[i];
  return (any & 0x80) != 0;
}

gboolean
ist_text_has_high_bit (const char *data, gsize size)
{
  const guchar *p = (const guchar *) data;

  for (; size >= HIGH_BLOCK; size -= HIGH_BLOCK, p += HIGH_BLOCK)
    if (block_any_high (p))
      return TRUE;
  return any_high (p, size);
}
