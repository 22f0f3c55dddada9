#include "config.h"

#include "tests/bench/text.h"

#include <string.h>

#define HEAD_BYTES 500
#define LINE 76
#define MARK "\r\nX-Bench-Number: "

BenchText *
bench_text_new (gsize size_bytes)
{
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  BenchText *text = g_new0 (BenchText, 1);
  GString *body = g_string_sized_new (size_bytes);
  guint32 seed = 12345;

  while (body->len + HEAD_BYTES < size_bytes)
    {
      for (guint i = 0; i < LINE; i++)
        {
          seed = seed * 1664525u + 1013904223u;
          g_string_append_c (body, letters[seed >> 26]);
        }
      g_string_append (body, "\r\n");
    }
  text->size = body->len;
  text->body = g_string_free (body, FALSE);
  return text;
}

void
bench_text_free (BenchText *text)
{
  if (text == NULL)
    return;
  if (text->pieces != NULL)
    g_ptr_array_unref (text->pieces);
  g_free (text->body);
  g_free (text);
}

void
bench_text_head (GString *out, const BenchText *text, guint64 number)
{
  static const char plain[] = "Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n";

  g_string_append_printf (out,
                          "From: Anna Berg <anna@a.example>\r\nTo: Bob Miller <bob@b.example>\r\n"
                          "Subject: Measurement\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n"
                          "Message-ID: <%" G_GUINT64_FORMAT ".bench@a.example>\r\nMIME-Version: 1.0\r\n"
                          "%sX-Bench-Number: %" G_GUINT64_FORMAT "\r\n\r\n",
                          number, text->fields != NULL ? text->fields : plain, number);
}

void
bench_text_tail (GString *out, guint64 number)
{
  g_string_append_printf (out, "end of %" G_GUINT64_FORMAT "\r\n", number);
}

static gboolean
has_piece (const char *data, gsize size_bytes, GBytes *piece)
{
  gsize size;
  const char *bytes = g_bytes_get_data (piece, &size);
  const char *found = memmem (data, size_bytes, bytes, MIN (size, LINE));

  return found != NULL && size_bytes - (gsize) (found - data) >= size && memcmp (found, bytes, size) == 0;
}

static gboolean
has_pieces (const BenchText *text, const char *data, gsize size_bytes)
{
  for (guint i = 0; i < text->pieces->len; i++)
    if (!has_piece (data, size_bytes, g_ptr_array_index (text->pieces, i)))
      return FALSE;
  return TRUE;
}

BenchArrival
bench_text_check (const BenchText *text, const char *data, gsize size_bytes, guint64 *number)
{
  g_autoptr (GString) tail = g_string_new (NULL);
  const char *mark = g_strstr_len (data, (gssize) MIN (size_bytes, 8192), MARK);
  const char *body;

  if (mark == NULL)
    return BENCH_DAMAGED;
  *number = g_ascii_strtoull (mark + strlen (MARK), NULL, 10);
  body = g_strstr_len (mark + 2, (gssize) (size_bytes - (gsize) (mark + 2 - data)), "\r\n\r\n");
  if (body == NULL)
    return BENCH_DAMAGED;
  body += 4;
  bench_text_tail (tail, *number);
  if (size_bytes - (gsize) (body - data) == text->size + tail->len && memcmp (body, text->body, text->size) == 0
      && memcmp (body + text->size, tail->str, tail->len) == 0)
    return BENCH_AS_SENT;
  return text->pieces != NULL && has_pieces (text, body, size_bytes - (gsize) (body - data)) ? BENCH_CONVERTED
                                                                                           : BENCH_DAMAGED;
}
