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

typedef struct
{
  guint8 window[WINDOW];
  guint at;
  GByteArray *out;
} Expander;

static void
put (Expander *e, guint8 byte)
{
  e->window[e->at] = byte;
  e->at = (e->at + 1) % WINDOW;
  g_byte_array_append (e->out, &byte, 1);
}

/* TRUE: the end mark was met. Stops at `max` bytes. */
static gboolean
expand (Expander *e, const guint8 *p, gsize size, gsize max)
{
  gsize at = 0;

  while (at < size && e->out->len < max)
    {
      guint control = p[at++];

      for (guint bit = 0; bit < 8 && e->out->len < max; bit++, control >>= 1)
        {
          guint from, n;

          if (at >= size)
            return FALSE;
          if ((control & 1) == 0)
            {
              put (e, p[at++]);
              continue;
            }
          if (size - at < 2)
            return FALSE;
          from = (guint) p[at] << 4 | p[at + 1] >> 4;
          n = (p[at + 1] & 15) + 2;
          at += 2;
          if (from == e->at)
            return TRUE;
          while (n-- > 0 && e->out->len < max)
            put (e, e->window[from++ % WINDOW]);
        }
    }
  return FALSE;
}

GBytes *
ist_rtf_lzfu_expand (const char *data, gsize size_bytes, gsize max_bytes, gboolean *whole,
                     GError **error)
{
  const guint8 *p = (const guint8 *) data;
  g_autofree Expander *e = NULL;
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
  e = g_new0 (Expander, 1);
  memcpy (e->window, preload, sizeof preload - 1);
  e->at = sizeof preload - 1;
  e->out = g_byte_array_sized_new ((guint) MIN (raw, size * 9 + 1));
  ended = expand (e, p + HEADER_BYTES, size, raw);
  if (whole != NULL)
    *whole = (ended || e->out->len == raw) && e->out->len >= raw
             && checksum (p + HEADER_BYTES, size) == u32 (p + 12);
  return g_byte_array_free_to_bytes (e->out);
}
