/* Every form of smuggled end of data, whole and byte by byte, with the bytes behind it. */
#include "routing/smtp/session-private.h"
#include "tests/harness/harness.h"

#include <string.h>

static const struct
{
  const char *name, *input, *want;
  gsize used; /* 0: all, and no end of data */
  gboolean bare;
} rows[] = {
  { "empty text", ".\r\n", "", 3, FALSE },
  { "one line", "a\r\n.\r\nQUIT\r\n", "a\r\n", 6, FALSE },
  { "stuffed dot", "..a\r\n...\r\n.\r\n", ".a\r\n..\r\n", 13, FALSE },
  { "dot in a line", "a.\r\n.\r\n", "a.\r\n", 7, FALSE },
  { "LF.LF", "a\n.\nb", "a\r\n.\r\nb", 0, TRUE },
  { "LF.CRLF", "a\n.\r\nb", "a\r\n.\r\nb", 0, TRUE },
  { "CRLF.LF", "a\r\n.\nb", "a\r\n.\r\nb", 0, TRUE },
  { "CR.CRLF", "a\r.\r\nb", "a\r\n.\r\nb", 0, TRUE },
  { "CR.LF", "a\r.\nb", "a\r\n.\r\nb", 0, TRUE },
  { "CR.CR", "a\r.\rb", "a\r\n.\r\nb", 0, TRUE },
  { "LF.CR", "a\n.\rb", "a\r\n.\r\nb", 0, TRUE },
  { "CRLF.CR", "a\r\n.\rb", "a\r\n.\r\nb", 0, TRUE },
  { "CRLF.CRCRLF", "a\r\n.\r\r\nb", "a\r\n.\r\n\r\nb", 0, TRUE },
  { "CRLF.CR.CRLF", "a\r\n.\r.\r\nb", "a\r\n.\r\n.\r\nb", 0, TRUE },
  { "LFCR.LF", "a\n\r.\nb", "a\r\n\r\n.\r\nb", 0, TRUE },
  { "CRCRLF.CRLF is a real end", "a\r\r\n.\r\nb", "a\r\n\r\n", 7, TRUE },
  { "dots behind LF stay", "a\n..b\r\n.\r\n", "a\r\n..b\r\n", 10, TRUE },
  { "8 bit", "\xc3\xa4\xff\r\n.\r\n", "\xc3\xa4\xff\r\n", 8, FALSE },
};

static gboolean
take (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  g_string_append_len (user, data, (gssize) size_bytes);
  return TRUE;
}

static void
run (gsize i, gsize step)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (IstTextReader) reader
      = ist_text_reader_new (IST_BARE_NEWLINE_NORMALIZE, 0, 0, TRUE, take, out);
  gsize size = strlen (rows[i].input);
  gsize at = 0;
  IstTextState state = IST_TEXT_MORE;

  ist_row ("%s by %" G_GSIZE_FORMAT, rows[i].name, step);
  while (at < size && state == IST_TEXT_MORE)
    {
      gsize used;

      state = ist_text_reader_feed (reader, rows[i].input + at, MIN (step, size - at), &used);
      at += used;
    }
  IST_ASSERT_STR (out->str, rows[i].want);
  IST_ASSERT_INT (at, rows[i].used > 0 ? rows[i].used : size);
  IST_ASSERT_INT (state == IST_TEXT_END, rows[i].used > 0);
}

static void
test_normalize (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize step = 1; step <= 16; step++)
      run (i, step);
}

/* The same texts where bare newlines are refused: exactly those that hold one are. */
static void
test_refuse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize step = 1; step <= 16; step++)
      {
        g_autoptr (GString) out = g_string_new (NULL);
        g_autoptr (IstTextReader) reader
            = ist_text_reader_new (IST_BARE_NEWLINE_REFUSE, 0, 0, TRUE, take, out);
        gsize size = strlen (rows[i].input);
        IstTextState state = IST_TEXT_MORE;
        gsize used;

        ist_row ("%s by %" G_GSIZE_FORMAT, rows[i].name, step);
        for (gsize at = 0; at < size && state == IST_TEXT_MORE; at += used)
          state = ist_text_reader_feed (reader, rows[i].input + at, MIN (step, size - at), &used);
        IST_ASSERT_INT (state == IST_TEXT_BARE, rows[i].bare);
      }
}

/* Behind 0 to 200 clean bytes every row meets every place in and between the blocks of the scan. */
static void
test_blocks (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize before = 0; before <= 200; before++)
      {
        g_autofree char *filler = g_strnfill (before, 'f');
        g_autofree char *input = g_strconcat (filler, "\r\n", rows[i].input, NULL);
        g_autofree char *want = g_strconcat (filler, "\r\n", rows[i].want, NULL);
        g_autoptr (GString) out = g_string_new (NULL);
        g_autoptr (IstTextReader) reader
            = ist_text_reader_new (IST_BARE_NEWLINE_NORMALIZE, 0, 0, TRUE, take, out);
        gsize size = strlen (input);
        gsize used;
        IstTextState state = ist_text_reader_feed (reader, input, size, &used);

        ist_row ("%s behind %" G_GSIZE_FORMAT, rows[i].name, before);
        IST_ASSERT_STR (out->str, want);
        IST_ASSERT_INT (used, rows[i].used > 0 ? before + 2 + rows[i].used : size);
        IST_ASSERT_INT (state == IST_TEXT_END, rows[i].used > 0);
      }
}

static void
feed_in_steps (const GString *text, gsize step, GString *out)
{
  g_autoptr (IstTextReader) reader
      = ist_text_reader_new (IST_BARE_NEWLINE_NORMALIZE, 0, 0, TRUE, take, out);
  IstTextState state = IST_TEXT_MORE;
  gsize used;

  for (gsize at = 0; at < text->len && state == IST_TEXT_MORE; at += used)
    state = ist_text_reader_feed (reader, text->str + at, MIN (step, text->len - at), &used);
  g_string_append (out, state == IST_TEXT_END ? "|end" : "|more");
}

/* A long text with every kind of line, in blocks of all sorts of sizes: the same as byte by byte. */
static void
test_long (void)
{
  static const char *const lines[]
      = { "plain line of text\r\n", "\r\n", "..stuffed\r\n", "bare\nnewline\r\n", "bare\rreturn\r\n",
          "\n.\r\n", "\r.\r\n", "dot.\r\n" };
  static const gsize steps[] = { 2, 3, 63, 64, 65, 127, 128, 129, 1000, 16384, 100000 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) want = g_string_new (NULL);

  while (text->len < 90000)
    g_string_append (text, lines[g_rand_int_range (rand, 0, G_N_ELEMENTS (lines))]);
  g_string_append (text, "\r\n.\r\nQUIT\r\n");
  feed_in_steps (text, 1, want);
  IST_ASSERT (g_str_has_suffix (want->str, "|end"));
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      ist_row ("steps of %" G_GSIZE_FORMAT, steps[i]);
      feed_in_steps (text, steps[i], out);
      IST_ASSERT (g_string_equal (out, want));
    }
}

/* The limit counts up to and with the empty line, however the text comes in. */
static void
test_header_limit (void)
{
  static const char text[] = "A: b\r\nC: d\r\n e\r\n\r\nbody that is longer\r\n\r\n.\r\n";
  const gsize header = 18;

  for (gsize limit = header - 3; limit <= header + 3; limit++)
    for (gsize step = 1; step <= sizeof text; step++)
      {
        g_autoptr (GString) out = g_string_new (NULL);
        g_autoptr (IstTextReader) reader
            = ist_text_reader_new (IST_BARE_NEWLINE_REFUSE, 0, limit, TRUE, take, out);
        g_auto (IstReply) reply = { 0 };
        gsize used;

        ist_row ("limit %" G_GSIZE_FORMAT " by %" G_GSIZE_FORMAT, limit, step);
        for (gsize at = 0; at < sizeof text - 1; at += used)
          ist_text_reader_feed (reader, text + at, MIN (step, sizeof text - 1 - at), &used);
        IST_ASSERT_INT (ist_text_reader_failed (reader, &reply), limit < header);
      }
}

static void
test_chunk (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (IstTextReader) reader
      = ist_text_reader_new (IST_BARE_NEWLINE_NORMALIZE, 0, 0, FALSE, take, out);
  gsize used;

  IST_ASSERT_INT (ist_text_reader_feed (reader, "A: b\r\n\r\n..\r\n.\r\nx\r", 17, &used), IST_TEXT_MORE);
  IST_ASSERT_INT (used, 17);
  IST_ASSERT_INT (ist_text_reader_finish (reader), IST_TEXT_END);
  IST_ASSERT_STR (out->str, "A: b\r\n\r\n..\r\n.\r\nx\r\n");
}

int
main (void)
{
  static const IstTest tests[] = {
    { "bare newlines made CRLF", test_normalize },
    { "bare newlines refused", test_refuse },
    { "blocks", test_blocks },
    { "long text", test_long },
    { "header limit", test_header_limit },
    { "chunk", test_chunk },
    { NULL, NULL },
  };

  return ist_test_main ("smtp-text", tests);
}
