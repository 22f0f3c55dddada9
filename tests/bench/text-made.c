#include "tests/bench/text-made.h"

#include "tests/bench/convert-bench.h"
#include "tests/convert/cd-make.h"
#include "tests/convert/nsf-make.h"

#include <string.h>

#define UU_LINE 45
#define BOUNDARY "=_bench_1"
#define MIXED "Content-Type: multipart/mixed; boundary=\"" BOUNDARY "\"\r\n"
#define FIRST "--" BOUNDARY "\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nThe plan is attached.\r\n"

static BenchText *
text_of (GString *body, const char *fields)
{
  BenchText *text = g_new0 (BenchText, 1);

  text->size = body->len;
  text->body = g_string_free (body, FALSE);
  text->fields = fields;
  return text;
}

/* How the file must arrive: in base64, whole. */
static void
expect (BenchText *text, GBytes *file)
{
  GString *coded = g_string_new (NULL);

  bench_convert_base64 (coded, file);
  if (text->pieces == NULL)
    text->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_ptr_array_add (text->pieces, g_string_free_to_bytes (coded));
}

/* ---- uuencoded ---- */

static void
append_uu_line (GString *out, const guint8 *data, gsize n)
{
  g_string_append_c (out, (char) (' ' + n));
  for (gsize i = 0; i < n; i += 3)
    {
      guint32 word = (guint32) data[i] << 16 | (i + 1 < n ? (guint32) data[i + 1] << 8 : 0) | (i + 2 < n ? data[i + 2] : 0);

      for (int shift = 18; shift >= 0; shift -= 6)
        g_string_append_c (out, (word >> shift & 63) != 0 ? (char) (' ' + (word >> shift & 63)) : '`');
    }
  g_string_append (out, "\r\n");
}

static void
append_uu (GString *out, const char *name, GBytes *file)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (file, &size);

  g_string_append_printf (out, "begin 644 %s\r\n", name);
  for (gsize at = 0; at < size; at += UU_LINE)
    append_uu_line (out, data + at, MIN (UU_LINE, size - at));
  g_string_append (out, "`\r\nend\r\n");
}

BenchText *
bench_text_new_uuencoded (gsize size_bytes)
{
  gsize file_bytes = size_bytes / 2 / 63 * UU_LINE - 1024;
  GString *body = g_string_new ("The plans are below.\r\n\r\n");
  g_autoptr (GBytes) one = bench_convert_noise (file_bytes, 1);
  g_autoptr (GBytes) two = bench_convert_noise (file_bytes, 2);
  BenchText *text;

  append_uu (body, "plan1.pdf", one);
  append_uu (body, "plan2.pdf", two);
  text = text_of (body, NULL);
  expect (text, one);
  expect (text, two);
  return text;
}

BenchText *
bench_text_new_uuencoded_large (gsize file_bytes)
{
  GString *body = g_string_new ("The plan is below.\r\n\r\n");
  g_autoptr (GBytes) file = bench_convert_noise (file_bytes, 1);

  append_uu (body, "plan.pdf", file);
  return text_of (body, NULL);
}

/* ---- in parts ---- */

/* A text and one part with the bytes in base64; what passes has no pieces. */
static BenchText *
in_mixed (const char *type, const char *name, GBytes *bytes)
{
  GString *body = g_string_new (FIRST "\r\n");

  g_string_append_printf (body,
                          "--" BOUNDARY "\r\nContent-Type: %s; name=\"%s\"\r\n"
                          "Content-Disposition: attachment; filename=\"%s\"\r\n"
                          "Content-Transfer-Encoding: base64\r\n\r\n",
                          type, name, name);
  bench_convert_base64 (body, bytes);
  g_string_append (body, "\r\n--" BOUNDARY "--\r\n");
  return text_of (body, MIXED);
}

BenchText *
bench_text_new_attached (gsize file_bytes)
{
  g_autoptr (GBytes) file = bench_convert_noise (file_bytes, 1);

  return in_mixed ("application/pdf", "plan.pdf", file);
}

BenchText *
bench_text_new_tnef (gsize file_bytes)
{
  const BenchTnef what = { 4096, TRUE, 2, 1, file_bytes };
  g_autoptr (GBytes) stream = bench_convert_tnef (&what);
  g_autoptr (GBytes) file = bench_convert_noise (file_bytes, 1);
  BenchText *text = in_mixed ("application/ms-tnef", "winmail.dat", stream);

  expect (text, file);
  return text;
}

static BenchText *
note_of (gsize file_bytes, guint16 compression, gboolean is_kept)
{
  g_autoptr (NsfMake) make = nsf_make_new ("Mail");
  g_autoptr (GByteArray) cd = g_byte_array_new ();
  g_autoptr (GBytes) file = bench_convert_noise (file_bytes, 1);
  g_autoptr (GBytes) database = NULL;
  BenchText *text;

  cd_make (cd, "B129; W133 b1 b0 b0 b10 sHello_from_Notes");
  nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
  nsf_make_text (make, "Form", "Memo");
  nsf_make_text (make, "Subject", "Measurement");
  nsf_make_item (make, "Body", 0x0001, 0, cd->data, cd->len);
  nsf_make_file (make, "plan.pdf", compression, g_bytes_get_data (file, NULL), file_bytes);
  database = nsf_make_finish (make);
  text = in_mixed ("application/X-Lotus-Encap2", "encap2.ond", database);
  expect (text, is_kept ? database : file);
  return text;
}

BenchText *
bench_text_new_note (gsize file_bytes)
{
  return note_of (file_bytes, 0, FALSE);
}

BenchText *
bench_text_new_note_packed (gsize file_bytes)
{
  return note_of (file_bytes, 1, FALSE);
}

BenchText *
bench_text_new_note_kept (gsize file_bytes)
{
  return note_of (file_bytes, 0, TRUE);
}
