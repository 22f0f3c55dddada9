#include "convert/format/rtf-lzfu.h"

#include "base/error.h"

#include <string.h>

#define HEADER_BYTES 16
#define MAGIC_LZFU 0x75465A4Cu
#define MAGIC_MELA 0x414C454Du
#define WINDOW 4096
#define MAX_MATCH 17

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

/* The table's polynomial of [MS-OXRTFCP] 2.1.3.2: CRC-32 that begins with 0 and is not inverted. Eight bytes at a time:
 * tables[n] is what a byte does that n others follow. */
static guint32
checksum (const guint8 *p, gsize size)
{
  guint32 tables[8][256];
  guint32 crc = 0;

  for (guint32 i = 0; i < 256; i++)
    {
      guint32 sum = i;

      for (guint bit = 0; bit < 8; bit++)
        sum = (sum & 1) != 0 ? (sum >> 1) ^ 0xEDB88320u : sum >> 1;
      tables[0][i] = sum;
    }
  for (guint n = 1; n < G_N_ELEMENTS (tables); n++)
    for (guint i = 0; i < 256; i++)
      tables[n][i] = tables[0][tables[n - 1][i] & 0xFF] ^ (tables[n - 1][i] >> 8);
  for (; size >= 8; p += 8, size -= 8)
    {
      guint32 first = crc ^ u32 (p), second = u32 (p + 4);

      crc = tables[7][first & 0xFF] ^ tables[6][first >> 8 & 0xFF] ^ tables[5][first >> 16 & 0xFF]
            ^ tables[4][first >> 24] ^ tables[3][second & 0xFF] ^ tables[2][second >> 8 & 0xFF]
            ^ tables[1][second >> 16 & 0xFF] ^ tables[0][second >> 24];
    }
  for (; size > 0; p++, size--)
    crc = tables[0][(crc ^ *p) & 0xFF] ^ (crc >> 8);
  return crc;
}

/* There is room for MAX_MATCH bytes: copying as many whatever `n` is costs less than a call. */
static void
copy_match (guint8 *to, gsize distance, gsize n)
{
  const guint8 *from = to - distance;

  if (distance >= MAX_MATCH)
    memcpy (to, from, MAX_MATCH);
  else
    for (gsize i = 0; i < n; i++)
      to[i] = from[i];
}

/* How far before byte `n` the match at `p` lies; 0: it is the end mark. */
static gsize
match_distance (const guint8 *p, gsize n)
{
  return (PRELOAD_BYTES + n - ((gsize) p[0] << 4 | p[1] >> 4)) % WINDOW;
}

static gsize
match_bytes (const guint8 *p)
{
  return (p[1] & 15) + 2;
}

/* The eight tokens of a control byte where none of them can reach the end of what comes or of what is made. Gives how
 * many bytes of `p` they are; *ended: the end mark was met. */
static gsize
expand_eight (guint8 *out, const guint8 *p, guint control, gsize *made, gboolean *ended)
{
  const guint8 *from = p;
  gsize n = *made;

  for (guint bit = 0; bit < 8; bit++, control >>= 1)
    {
      gsize distance;

      if ((control & 1) == 0)
        {
          out[n++] = *from++;
          continue;
        }
      distance = match_distance (from, n);
      if ((*ended = distance == 0))
        break;
      copy_match (out + n, distance, match_bytes (from));
      n += match_bytes (from);
      from += 2;
    }
  *made = n;
  return (gsize) (from - p);
}

/* Writes at most `max` bytes to `out`, *made in all. The window stands before them: what lies `distance` before a byte
 * was its window. TRUE: the end mark was met. */
static gboolean
expand (guint8 *out, const guint8 *p, gsize size, gsize max, gsize *made)
{
  gsize at = 0, n = 0;
  gboolean ended = FALSE;

  while (!ended && at < size && n < max)
    {
      guint control = p[at++];

      if (size - at >= 8 * 2 && max - n >= 8 * MAX_MATCH)
        {
          at += expand_eight (out, p + at, control, &n, &ended);
          continue;
        }
      for (guint bit = 0; bit < 8 && n < max; bit++, control >>= 1)
        {
          gsize distance;

          if (size - at < ((control & 1) != 0 ? 2 : 1))
            {
              at = size;
              break;
            }
          if ((control & 1) == 0)
            {
              out[n++] = p[at++];
              continue;
            }
          distance = match_distance (p + at, n);
          if ((ended = distance == 0))
            break;
          copy_match (out + n, distance, match_bytes (p + at));
          n = MIN (n + match_bytes (p + at), max);
          at += 2;
        }
    }
  *made = n;
  return ended;
}

static GBytes *
expand_all (const guint8 *p, gsize size, gsize raw, gboolean *ended)
{
  gsize room = MIN (raw, size * 9 + 1);
  guint8 *block = g_malloc0 (WINDOW);
  gsize made;
  g_autoptr (GBytes) all = NULL;

  /* The window's first byte is the one behind the preload, which was never written. */
  memcpy (block + WINDOW - PRELOAD_BYTES, preload, PRELOAD_BYTES);
  block = g_realloc (block, WINDOW + room + MAX_MATCH);
  *ended = expand (block + WINDOW, p, size, raw, &made);
  all = g_bytes_new_take (block, WINDOW + made);
  return g_bytes_new_from_bytes (all, WINDOW, made);
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
