#include "tests/convert/nsf-make.h"

#define MAX_MATCH 0x101
#define MAX_DISTANCE 1024
#define END_SYMBOL 256

typedef struct
{
  GByteArray *out;
  guint n_bits;
} Writer;

static void
put_bit (Writer *writer, guint bit, gboolean high_first)
{
  guint8 zero = 0;
  guint shift = writer->n_bits % 8;

  if (shift == 0)
    g_byte_array_append (writer->out, &zero, 1);
  writer->out->data[writer->out->len - 1] |= (guint8) (bit << (high_first ? 7 - shift : shift));
  writer->n_bits++;
}

static void
put_low_first (Writer *writer, guint32 value, guint n)
{
  for (guint i = 0; i < n; i++)
    put_bit (writer, value >> i & 1, FALSE);
}

static void
put_number (Writer *writer, guint32 value)
{
  guint k = 1;

  while (value > ((guint32) 1 << (k + 1)) - 2)
    k++;
  put_low_first (writer, 0, k - 1);
  put_low_first (writer, 1, 1);
  put_low_first (writer, value - (((guint32) 1 << k) - 1), k);
}

static gsize
find_match (const guint8 *data, gsize size, gsize at, gsize *distance)
{
  gsize best = 0;

  for (gsize d = 1; d <= MIN (at, MAX_DISTANCE) && best < MAX_MATCH; d++)
    {
      gsize n = 0;

      while (n < MAX_MATCH && at + n < size && data[at + n] == data[at + n - d])
        n++;
      if (n > best && (n > 2 || (n == 2 && d < 256)))
        {
          best = n;
          *distance = d;
        }
    }
  return best;
}

GByteArray *
nsf_make_cx (const guint8 *data, gsize size)
{
  Writer writer = { g_byte_array_new (), 0 };

  put_low_first (&writer, 4, 3);
  for (gsize at = 0; at < size;)
    {
      gsize distance = 0;
      gsize length = find_match (data, size, at, &distance);

      if (length < 2)
        {
          put_low_first (&writer, (guint32) data[at++] << 1, 9);
          continue;
        }
      put_low_first (&writer, length == 2 ? 3 : 1, 2);
      if (length > 2)
        {
          put_number (&writer, (guint32) length - 2);
          put_low_first (&writer, distance < 256, 1);
          if (distance >= 256)
            put_number (&writer, (guint32) (distance >> 8));
        }
      put_low_first (&writer, distance & 0xFF, 8);
      at += length;
    }
  put_low_first (&writer, 1, 2);
  put_number (&writer, 0x100);
  return writer.out;
}

static void
put_u16 (GByteArray *out, guint value)
{
  guint8 bytes[2] = { (guint8) value, (guint8) (value >> 8) };

  g_byte_array_append (out, bytes, 2);
}

/* Nodes for the symbols low to high, their own number first; bits of each symbol go to `codes`. */
static gint16
make_nodes (gint16 (*nodes)[2], gint16 *n_nodes, GString **codes, guint low, guint high, gboolean chain)
{
  gint16 own;
  guint middle = chain ? low : low + (high - low) / 2;

  if (low == high)
    return (gint16) low;
  own = (*n_nodes)++;
  for (guint i = low; i <= high; i++)
    g_string_append_c (codes[i], i <= middle ? '1' : '0');
  nodes[own][0] = make_nodes (nodes, n_nodes, codes, low, middle, chain);
  nodes[own][1] = make_nodes (nodes, n_nodes, codes, middle + 1, high, chain);
  return (gint16) (own == 0 ? 0 : -own);
}

GByteArray *
nsf_make_huffman (const guint8 *data, gsize size, gboolean chain)
{
  gint16 nodes[END_SYMBOL][2];
  GString *codes[END_SYMBOL + 1];
  gint16 n_nodes = 0;
  guint32 sum = 0;
  Writer writer = { g_byte_array_new (), 0 };

  for (guint i = 0; i <= END_SYMBOL; i++)
    codes[i] = g_string_new (NULL);
  make_nodes (nodes, &n_nodes, codes, 0, END_SYMBOL, chain);
  for (gsize i = 0; i < size; i++)
    sum += data[i];
  put_u16 (writer.out, sum & 0xFFFF);
  put_u16 (writer.out, sum >> 16);
  put_u16 (writer.out, (guint) n_nodes * 4);
  for (gint16 i = 0; i < n_nodes; i++)
    {
      put_u16 (writer.out, (guint16) nodes[i][0]);
      put_u16 (writer.out, (guint16) nodes[i][1]);
    }
  for (gsize i = 0; i <= size; i++)
    for (const char *bit = codes[i < size ? data[i] : END_SYMBOL]->str; *bit != 0; bit++)
      put_bit (&writer, *bit == '1', TRUE);
  for (guint i = 0; i <= END_SYMBOL; i++)
    g_string_free (codes[i], TRUE);
  return writer.out;
}
