#include "convert/format/rtf-lzfu.h"

#include "base/error.h"

#include <string.h>

#define HEADER_BYTES 16
#define MAGIC_LZFU 0x75465A4Cu
#define MAGIC_MELA 0x414C454Du
#define WINDOW 4096

/* The window begins with what nearly every RTF has ([MS-OXRTFCP] 2.1.2.1); 207 bytes. */
static const char preload[]
    = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss "
      "\\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier"
      "{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
#define PRELOAD_BYTES (sizeof preload - 1)

static guint32
u32 (const guint8 *p)
{
  return p[0] | (guint32) p[1] << 8 | (guint32) p[2] << 16 | (guint32) p[3] << 24;
}

/* The table's polynomial of [MS-OXRTFCP] 2.1.3.2: CRC-32 that begins with 0 and is not inverted. */
static guint32
checksum (const guint8 *p, gsize size)
{
  guint32 table[256];
  guint32 crc = 0;

  for (guint32 i = 0; i < 256; i++)
    {
      table[i] = i;
      for (guint bit = 0; bit < 8; bit++)
        table[i] = (table[i] & 1) != 0 ? (table[i] >> 1) ^ 0xEDB88320u : table[i] >> 1;
    }
  for (gsize i = 0; i < size; i++)
    crc = table[(crc ^ p[i]) & 0xFF] ^ (crc >> 8);
  return crc;
}

/* The window stands before the output in one block: what lies `distance` before a byte was its window. */
typedef struct
{
  guint8 *block;
  gsize made; /* behind the window */
} Expander;

static void
copy_match (Expander *e, guint from, guint n)
{
  guint at = (guint) ((PRELOAD_BYTES + e->made) % WINDOW);
  gsize distance = (at - from) % WINDOW;
  guint8 *to = e->block + WINDOW + e->made;

  e->made += n;
  if (distance >= n)
    memcpy (to, to - distance, n);
  else
    for (guint i = 0; i < n; i++)
      to[i] = to[i - distance];
}

/* TRUE: the end mark was met. Stops at `max` bytes. */
static gboolean
expand (Expander *e, const guint8 *p, gsize size, gsize max)
{
  gsize at = 0;

  while (at < size && e->made < max)
    {
      guint control = p[at++];

      for (guint bit = 0; bit < 8 && e->made < max; bit++, control >>= 1)
        {
          guint from;

          if (at >= size)
            return FALSE;
          if ((control & 1) == 0)
            {
              e->block[WINDOW + e->made++] = p[at++];
              continue;
            }
          if (size - at < 2)
            return FALSE;
          from = (guint) p[at] << 4 | p[at + 1] >> 4;
          if (from == (PRELOAD_BYTES + e->made) % WINDOW)
            return TRUE;
          copy_match (e, from, (guint) MIN ((gsize) (p[at + 1] & 15) + 2, max - e->made));
          at += 2;
        }
    }
  return FALSE;
}

static GBytes *
expand_all (const guint8 *p, gsize size, gsize raw, gboolean *ended)
{
  gsize room = MIN (raw, size * 9 + 1);
  Expander e = { g_malloc0 (WINDOW), 0 };
  g_autoptr (GBytes) all = NULL;

  /* The window's first byte is the one behind the preload, which was never written. */
  memcpy (e.block + WINDOW - PRELOAD_BYTES, preload, PRELOAD_BYTES);
  e.block = g_realloc (e.block, WINDOW + room);
  *ended = expand (&e, p, size, raw);
  all = g_bytes_new_take (e.block, WINDOW + e.made);
  return g_bytes_new_from_bytes (all, WINDOW, e.made);
}

GBytes *
ist_rtf_lzfu_expand (const char *data, gsize size_bytes, gsize max_bytes, gboolean *whole,
                     GError **error)
{
  const guint8 *p = (const guint8 *) data;
  GBytes *out;
  gsize size, raw;
  gboolean ended;

  if (size_bytes < HEADER_BYTES || (u32 (p + 8) != MAGIC_LZFU && u32 (p + 8) != MAGIC_MELA))
    return g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "compressed RTF: unknown form"), NULL;
  raw = u32 (p + 4);
  if (raw > max_bytes)
    return g_set_error (error, IST_ERROR, IST_ERROR_REFUSED,
                        "compressed RTF: %" G_GSIZE_FORMAT " bytes are too many", raw),
           NULL;
  /* The compressed size counts from behind itself. */
  size = MIN ((gsize) u32 (p), size_bytes - 4);
  size = size > HEADER_BYTES - 4 ? size - (HEADER_BYTES - 4) : 0;
  if (u32 (p + 8) == MAGIC_MELA)
    {
      if (whole != NULL)
        *whole = raw <= size_bytes - HEADER_BYTES;
      return g_bytes_new (p + HEADER_BYTES, MIN (raw, size_bytes - HEADER_BYTES));
    }
  out = expand_all (p + HEADER_BYTES, size, raw, &ended);
  if (whole != NULL)
    *whole = (ended || g_bytes_get_size (out) == raw) && g_bytes_get_size (out) >= raw
             && checksum (p + HEADER_BYTES, size) == u32 (p + 12);
  return out;
}
