/*
 * tests/bench/convert-pass.c - what the transforms cost mail that has nothing to convert, against the plainest thing that
 * reads such a message: GMime parsing the same bytes in the same program.
 *
 * Each row is run in turns, GMime and the pipeline; the median of the turns counts. The output side is included: the
 * message is written to a sink that only counts.
 */
#include "convert/pipeline.h"
#include "tests/bench/convert-bench.h"

#include <gmime/gmime.h>
#include <stdio.h>

#define MAX_GMIME_RATIO 1.3

typedef struct
{
  const char *name;
  GString *(*make) (gsize size_bytes);
  gsize size_bytes;
} Row;

/* ---- messages ---- */

static void
append_head (GString *out, const char *content_type)
{
  g_string_append_printf (
      out,
      "Received: from mail.a.example (mail.a.example [192.0.2.1]) by hub.b.example with ESMTP id 4X;\r\n"
      " Mon, 23 Nov 2026 10:00:00 +0000\r\n"
      "From: Anna Berg <anna@a.example>\r\nTo: Bob Miller <bob@b.example>,\r\n \"Wood, Carl\" <carl@b.example>\r\n"
      "Subject: Measurement of mail that passes\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n"
      "Message-ID: <1.bench@a.example>\r\nMIME-Version: 1.0\r\n"
      "Content-Type: %s\r\n",
      content_type);
}

static GString *
make_text (gsize size_bytes)
{
  GString *out = g_string_new (NULL);

  append_head (out, "text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit");
  g_string_append (out, "\r\n");
  bench_convert_words (out, size_bytes, "\r\n");
  return out;
}

static GString *
make_multipart (gsize size_bytes)
{
  GString *out = g_string_new (NULL);

  append_head (out, "multipart/mixed; boundary=\"=_mixed_1\"");
  g_string_append (out, "\r\n--=_mixed_1\r\nContent-Type: multipart/alternative; boundary=\"=_alt_1\"\r\n\r\n"
                        "--=_alt_1\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n");
  bench_convert_words (out, 1500, "\r\n");
  g_string_append (out, "\r\n--=_alt_1\r\nContent-Type: text/html; charset=us-ascii\r\n\r\n<html><body><p>\r\n");
  bench_convert_words (out, 2000, "\r\n");
  g_string_append (out, "</p></body></html>\r\n\r\n--=_alt_1--\r\n");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GBytes) bytes = bench_convert_noise (size_bytes / 2 / 78 * 57, 3);

      g_string_append_printf (out,
                              "\r\n--=_mixed_1\r\nContent-Type: application/pdf; name=\"plan %u.pdf\"\r\n"
                              "Content-Disposition: attachment; filename=\"plan %u.pdf\"\r\n"
                              "Content-Transfer-Encoding: base64\r\n\r\n",
                              i, i);
      bench_convert_base64 (out, bytes);
    }
  g_string_append (out, "\r\n--=_mixed_1--\r\n");
  return out;
}

/* ---- the two ---- */

static void
pass_gmime (gpointer bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  GMimeStream *stream = g_mime_stream_mem_new_with_buffer (data, size);
  GMimeParser *parser = g_mime_parser_new_with_stream (stream);
  GMimeMessage *message = g_mime_parser_construct_message (parser, NULL);

  g_object_unref (message);
  g_object_unref (parser);
  g_object_unref (stream);
}

static gboolean
count_bytes (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  *(gsize *) user += size_bytes;
  return TRUE;
}

/* Both directions have about the same number of transforms; they take turns. */
static void
pass_pipeline (gpointer bytes)
{
  static guint turn;
  gboolean to_exchange = turn++ % 2 == 0;
  IstConvertContext context = { .from = to_exchange ? IST_SIDE_DOMINO : IST_SIDE_EXCHANGE,
                                .to = to_exchange ? IST_SIDE_EXCHANGE : IST_SIDE_DOMINO };
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  g_autoptr (GError) error = NULL;
  gsize written = 0;

  if (!ist_pipeline_run (&context, message, parts, &error)
      || !ist_message_write (message, count_bytes, &written, &error))
    g_error ("%s", error->message);
  if (parts->len > 0 || ist_message_changes (message)->len > 0 || written != g_bytes_get_size (bytes))
    g_error ("the message was changed: this row measures nothing");
}

static gboolean
run_row (const Row *row)
{
  g_autoptr (GBytes) bytes = g_string_free_to_bytes (row->make (row->size_bytes));
  const BenchTimed timed[] = { { pass_gmime, bytes, FALSE }, { pass_pipeline, bytes, FALSE } };
  double secs[2], ratio, mb;
  gboolean good;

  bench_convert_time (timed, 2, secs);
  ratio = secs[1] / secs[0];
  mb = (double) g_bytes_get_size (bytes) / secs[1] / 1e6;
  good = ratio <= MAX_GMIME_RATIO && (row->size_bytes < 1024 * 1024 || mb >= BENCH_CONVERT_MIN_MB);
  printf ("| %s | %.4f ms | %.4f ms | %.2f × | %.0f MB/s | ≤ %.1f ×%s | %s |\n", row->name, secs[1] * 1e3,
          secs[0] * 1e3, ratio, mb, MAX_GMIME_RATIO, row->size_bytes < 1024 * 1024 ? "" : ", ≥ 100 MB/s",
          good ? "ok" : "**below**");
  fflush (stdout);
  return good;
}

gboolean
bench_convert_pass (void)
{
  static const Row rows[] = {
    { "text, 4 KiB", make_text, 4 * 1024 },
    { "text, 64 KiB", make_text, 64 * 1024 },
    { "multipart with base64 attachments, 64 KiB", make_multipart, 64 * 1024 },
    { "multipart with base64 attachments, 1 MiB", make_multipart, 1024 * 1024 },
  };
  gboolean good = TRUE;

  printf ("| nothing to convert | Isthmus | GMime parse | ratio | speed | must | |\n|---|---|---|---|---|---|---|\n");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    good &= run_row (&rows[i]);
  return good;
}
