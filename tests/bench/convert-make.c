/*
 * tests/bench/convert-make.c - words and noise.
 */
#include "tests/bench/convert-bench.h"

#include <string.h>

static guint32
next (guint32 *seed)
{
  *seed = *seed * 1664525u + 1013904223u;
  return *seed;
}

void
bench_convert_words (GString *out, gsize size_bytes, const char *end)
{
  static const char *const stems[]
      = { "bridge", "harbour", "north", "friend", "town", "open", "meet", "plan", "review", "contract", "budget", "invoice",
          "deliver", "project", "manage", "sign", "travel", "order", "custom", "product", "price", "quarter", "report",
          "attach", "forward", "confirm", "schedule", "room", "office", "question", "answer", "detail", "number", "page",
          "chapter", "draft", "version", "change", "request", "approve", "reject", "ship", "truck", "steel", "glass",
          "garden", "window", "letter", "post", "paper", "copy", "print", "colour", "green", "yellow", "market", "value",
          "amount", "tax", "rate", "bank", "account", "transfer", "date", "month", "week", "morning", "evening", "lunch" };
  static const char *const small[] = { "the", "of", "and", "to", "in", "a", "is", "for", "on", "we", "with", "by", "at" };
  static const char *const ends[] = { "", "", "", "s", "ed", "ing", "er", "ly", ",", "." };
  gsize until = out->len + size_bytes;
  guint32 seed = 7;
  guint column = 0;

  while (out->len < until)
    {
      gsize before = out->len;

      if (next (&seed) >> 30 == 0)
        g_string_append (out, small[(next (&seed) >> 16) % G_N_ELEMENTS (small)]);
      else
        {
          g_string_append (out, stems[(next (&seed) >> 16) % G_N_ELEMENTS (stems)]);
          g_string_append (out, ends[(next (&seed) >> 16) % G_N_ELEMENTS (ends)]);
        }
      column += (guint) (out->len - before) + 1;
      g_string_append (out, column > 68 ? end : " ");
      column = column > 68 ? 0 : column;
    }
  g_string_append (out, end);
}

GBytes *
bench_convert_noise (gsize size_bytes, guint32 seed)
{
  guint8 *raw = g_malloc (size_bytes);

  for (gsize i = 0; i < size_bytes; i++)
    raw[i] = (guint8) (next (&seed) >> 24);
  return g_bytes_new_take (raw, size_bytes);
}

void
bench_convert_base64 (GString *out, GBytes *bytes)
{
  gsize size;
  const guint8 *raw = g_bytes_get_data (bytes, &size);
  g_autofree char *coded = g_base64_encode (raw, size);
  gsize length = strlen (coded);

  for (gsize at = 0; at < length; at += 76)
    {
      g_string_append_len (out, coded + at, (gssize) MIN (76, length - at));
      g_string_append (out, "\r\n");
    }
}
