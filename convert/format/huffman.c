#include "convert/format/huffman.h"

#include "base/error.h"
#include "base/scratch.h"

#include <string.h>

#define HEAD_BYTES 6
#define END_SYMBOL 256
/* A tree of 257 leaves has 256 nodes; some more are let pass. */
#define MAX_NODES 1024
#define LOOK_BITS 11
#define LONGER 0xFFFF

/* What LOOK_BITS bits lead to: a symbol after `bits` of them (node is 0), or a node after all (symbol is LONGER). */
typedef struct
{
  gint16 node;
  guint16 symbol;
  guint16 bits;
} Step;

typedef struct
{
  gint16 child[MAX_NODES][2]; /* of bit 0, of bit 1: < 0 a node, else a symbol */
  guint n_nodes;
  Step steps[1 << LOOK_BITS];
} Tree;

typedef struct
{
  const guint8 *next, *end;
  guint64 bits; /* most significant first */
  guint count;
} Reader;

static gint16
read_i16 (const guint8 *p)
{
  return (gint16) (p[0] | p[1] << 8);
}

static gboolean
read_tree (Tree *tree, const guint8 *data, guint n_nodes)
{
  tree->n_nodes = n_nodes;
  for (guint i = 0; i < n_nodes; i++)
    for (guint side = 0; side < 2; side++)
      {
        gint16 value = read_i16 (data + 4 * i + 2 * side);

        if (value > END_SYMBOL || -(gint) value >= (gint) n_nodes)
          return FALSE;
        /* A bit of 1 takes the first of the pair. */
        tree->child[i][1 - side] = value;
      }
  for (guint prefix = 0; prefix < G_N_ELEMENTS (tree->steps); prefix++)
    {
      gint16 value = 0;
      guint n = 0;

      do
        value = tree->child[-value][prefix >> (LOOK_BITS - 1 - n) & 1];
      while (++n < LOOK_BITS && value < 0);
      tree->steps[prefix] = (Step) { value < 0 ? value : 0, value < 0 ? LONGER : (guint16) value, (guint16) n };
    }
  return TRUE;
}

static inline void
refill (Reader *reader)
{
  if (G_LIKELY (reader->end - reader->next >= 8))
    {
      guint64 word;

      memcpy (&word, reader->next, sizeof word);
      reader->bits |= GUINT64_FROM_BE (word) >> reader->count;
      reader->next += (63 - reader->count) >> 3;
      reader->count |= 56;
      return;
    }
  while (reader->count <= 56 && reader->next < reader->end)
    {
      reader->bits |= (guint64) *reader->next++ << (56 - reader->count);
      reader->count += 8;
    }
}

/* The next symbol, or -1 where the bits end. */
static gint
take_symbol (const Tree *tree, Reader *reader)
{
  const Step *step = &tree->steps[reader->bits >> (64 - LOOK_BITS)];
  gint value = step->node;

  if (step->bits > reader->count)
    return -1;
  reader->bits <<= step->bits;
  reader->count -= step->bits;
  if (value == 0)
    return step->symbol;
  while (value < 0)
    {
      if (reader->count == 0)
        refill (reader);
      if (reader->count == 0)
        return -1;
      value = tree->child[-value][reader->bits >> 63];
      reader->bits <<= 1;
      reader->count--;
    }
  return value;
}

/* As long as there is room for four symbols and bits for them: four at a time, each of at most LOOK_BITS bits. Stops
 * before a longer one and before the end symbol. Returns the bytes made. */
static gsize
expand_fast (const Tree *tree, Reader *outer, guint8 *out, gsize plain_bytes)
{
  Reader reader = *outer;
  gsize made = 0;

  while (plain_bytes - made >= 4 && reader.end - reader.next >= 8)
    {
      refill (&reader);
      for (guint i = 0; i < 4; i++)
        {
          const Step step = tree->steps[reader.bits >> (64 - LOOK_BITS)];

          if (G_UNLIKELY (step.symbol > 0xFF))
            {
              *outer = reader;
              return made;
            }
          out[made++] = (guint8) step.symbol;
          reader.bits <<= step.bits;
          reader.count -= step.bits;
        }
    }
  *outer = reader;
  return made;
}

/* True when the stream gives exactly `plain_bytes` before its end symbol. */
static gboolean
expand (const Tree *tree, Reader *reader, guint8 *out, gsize plain_bytes)
{
  gsize made = 0;
  gint symbol;

  for (;;)
    {
      made += expand_fast (tree, reader, out + made, plain_bytes - made);
      refill (reader);
      symbol = take_symbol (tree, reader);
      if (made == plain_bytes)
        return symbol == END_SYMBOL;
      if (symbol < 0 || symbol == END_SYMBOL)
        return FALSE;
      out[made++] = (guint8) symbol;
    }
}

static guint32
sum_bytes (const guint8 *data, gsize size)
{
  guint32 sum = 0;

  for (gsize i = 0; i < size; i++)
    sum += data[i];
  return sum;
}

GBytes *
ist_huffman_expand (const guint8 *data, gsize size_bytes, gsize plain_bytes, GError **error)
{
  g_autofree Tree *tree = g_new (Tree, 1);
  g_autoptr (GBytes) out = NULL;
  guint8 *plain;
  Reader reader = { 0 };
  guint32 want;
  gsize tree_bytes;

  if (size_bytes < HEAD_BYTES || plain_bytes / 8 > size_bytes)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED,
                   "Huffman data: %" G_GSIZE_FORMAT " bytes cannot become %" G_GSIZE_FORMAT, size_bytes, plain_bytes);
      return NULL;
    }
  want = data[0] | data[1] << 8 | data[2] << 16 | (guint32) data[3] << 24;
  tree_bytes = data[4] | (gsize) data[5] << 8;
  if (tree_bytes < 4 || tree_bytes / 4 > MAX_NODES || tree_bytes > size_bytes - HEAD_BYTES
      || !read_tree (tree, data + HEAD_BYTES, (guint) (tree_bytes / 4)))
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "Huffman data: no tree");
      return NULL;
    }
  out = ist_scratch_room (plain_bytes, &plain, error);
  reader.next = data + HEAD_BYTES + tree_bytes;
  reader.end = data + size_bytes;
  if (out == NULL)
    {
      g_prefix_error (error, "Huffman data: ");
      return NULL;
    }
  if (!expand (tree, &reader, plain, plain_bytes) || sum_bytes (plain, plain_bytes) != want)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "Huffman data: damaged, or not of %" G_GSIZE_FORMAT " bytes",
                   plain_bytes);
      return NULL;
    }
  return g_steal_pointer (&out);
}
