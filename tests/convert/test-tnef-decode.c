/*
 * exchange-tnef-decode beyond its fixtures: real messages, streams that cannot be read, many streams, speed.
 */
#include "base/mime-tree.h"
#include "convert/pipeline.h"
#include "tests/convert/tnef-builder.h"
#include "tests/harness/harness.h"

static GBytes *
run (GBytes *in, IstSide from, IstSide to, guint *n_notes)
{
  g_autoptr (IstBody) body = ist_body_new_bytes (in);
  g_autoptr (IstMessage) message = ist_message_new (body);
  IstConvertContext context = { .from = from, .to = to };
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  g_autoptr (GError) error = NULL;

  IST_ASSERT (ist_pipeline_run (&context, message, parts, &error));
  IST_ASSERT_NO_ERROR (error);
  if (n_notes != NULL)
    *n_notes = ist_message_changes (message)->len;
  return ist_message_to_bytes (message);
}

static GBytes *
message_of (const char *head, const guint8 *data, gsize size)
{
  g_autofree char *base64 = g_base64_encode (data, size);
  g_autoptr (GString) text = g_string_new (head);

  g_string_append (text, "Content-Transfer-Encoding: base64\r\n\r\n");
  for (const char *p = base64; *p != '\0'; p += strnlen (p, 76))
    g_string_append_printf (text, "%.76s\r\n", p);
  return g_string_free_to_bytes (g_steal_pointer (&text));
}

static gboolean
holds (GBytes *bytes, const char *text)
{
  return g_strstr_len (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), text)
         != NULL;
}

/* It stays, byte for byte, and a note says why. */
static void
test_undecodable (void)
{
  static const struct
  {
    const char *name;
    const char *bytes;
    gsize size;
  } rows[] = { { "no signature", "no TNEF", 7 },
               { "nothing behind it", "\x78\x9F\x3E\x22\1\0", 6 },
               { "empty", "", 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) in = message_of ("Content-Type: application/ms-tnef\r\n",
                                          (const guint8 *) rows[i].bytes, rows[i].size);
      guint n;
      g_autoptr (GBytes) outside = run (in, IST_SIDE_EXCHANGE, IST_SIDE_INTERNET, &n);
      g_autoptr (GBytes) out = NULL;
      g_autoptr (IstBody) body = NULL;
      g_autoptr (IstMessage) message = NULL;
      g_autoptr (GBytes) content = NULL;

      ist_row ("%s", rows[i].name);
      IST_ASSERT (g_bytes_equal (in, outside));
      IST_ASSERT_INT (n, 1);
      /* Notes has a name for it, and the bytes. */
      out = run (in, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO, &n);
      IST_ASSERT_INT (n, 2);
      body = ist_body_new_bytes (out);
      message = ist_message_new (body);
      IST_ASSERT_STR (ist_mime_tree (message)->type, "application/octet-stream");
      IST_ASSERT_STR (ist_mime_tree (message)->name, "attachment-1.bin");
      content = ist_mime_node_decode (ist_mime_tree (message), 100);
      IST_ASSERT_INT (g_bytes_get_size (content), rows[i].size);
      IST_ASSERT (rows[i].size == 0 || memcmp (g_bytes_get_data (content, NULL), rows[i].bytes, rows[i].size) == 0);
    }
}

static void
test_directions (void)
{
  GByteArray *stream = tnef_begin (1252);
  static const struct
  {
    IstSide from, to;
    gboolean decodes;
  } rows[] = {
    { IST_SIDE_EXCHANGE, IST_SIDE_DOMINO, TRUE },    { IST_SIDE_EXCHANGE, IST_SIDE_INTERNET, TRUE },
    { IST_SIDE_INTERNET, IST_SIDE_DOMINO, TRUE },    { IST_SIDE_DOMINO, IST_SIDE_EXCHANGE, FALSE },
    { IST_SIDE_INTERNET, IST_SIDE_EXCHANGE, FALSE },
  };
  g_autoptr (GBytes) in = NULL;

  tnef_attribute (stream, 1, 0x0002800C, "text", 5);
  in = message_of ("Content-Type: application/ms-tnef\r\n", stream->data, stream->len);
  g_byte_array_unref (stream);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) out = run (in, rows[i].from, rows[i].to, NULL);

      ist_row ("%s to %s", ist_side_name (rows[i].from), ist_side_name (rows[i].to));
      IST_ASSERT_INT (!holds (out, "ms-tnef"), rows[i].decodes);
    }
}

/* A stream with a text and an attachment of this name. */
static GByteArray *
stream_with (const char *name)
{
  GByteArray *stream = tnef_begin (1252);

  tnef_attribute (stream, 1, 0x0002800C, "the text", 9);
  tnef_attribute (stream, 2, 0x00069002, "\1\0\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0", 14);
  tnef_attribute (stream, 2, 0x00018010, name, strlen (name) + 1);
  tnef_attribute (stream, 2, 0x0006800F, "%PDF-the bytes", 14);
  return stream;
}

static char *
base64_of (GByteArray *taken)
{
  char *text = g_base64_encode (taken->data, taken->len);

  g_byte_array_unref (taken);
  return text;
}

static char *
uuencoded (GByteArray *taken)
{
  g_autoptr (GString) out = g_string_new ("begin 600 WINMAIL.DAT\r\n");

  for (guint at = 0; at < taken->len; at += 45)
    {
      guint n = MIN (45, taken->len - at);

      g_string_append_c (out, (char) (' ' + n));
      for (guint i = 0; i < n; i += 3)
        for (guint digit = 0; digit < 4; digit++)
          {
            guint32 bits = 0;

            for (guint byte = 0; byte < 3; byte++)
              bits = bits << 8 | (i + byte < n ? taken->data[at + i + byte] : 0);
            g_string_append_c (out, (char) (' ' + (bits >> (18 - 6 * digit) & 63)));
          }
      g_string_append (out, "\r\n");
    }
  g_string_append (out, "`\r\nend\r\n");
  g_byte_array_unref (taken);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

#define STREAM "application/octet-stream; name=\"winmail.dat\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
#define MIXED "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b\r\n"
#define ATTACHED MIXED "Content-Type: message/rfc822\r\n\r\nFrom: <a@b.example>\r\nMIME-Version: 1.0\r\n"

#define N_LEFTOVERS 900

/* Each has a name of its own, none that another part has. */
static void
test_many_leftovers (void)
{
  g_autoptr (GString) mail = g_string_new ("Content-Type: multipart/mixed; boundary=b\r\n\r\n");
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GBytes) in = NULL, out = NULL;
  g_autoptr (IstBody) body = NULL;
  g_autoptr (IstMessage) message = NULL;
  const GPtrArray *parts;
  guint n;

  for (guint i = 0; i < N_LEFTOVERS; i++)
    g_string_append_printf (mail, "--b\r\nContent-Type: application/octet-stream; name=%s\r\n\r\nx\r\n",
                            i == 700 ? "attachment-5.bin" : "C.dtf");
  g_string_append (mail, "--b--\r\n");
  in = g_bytes_new (mail->str, mail->len);
  out = run (in, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO, &n);
  body = ist_body_new_bytes (out);
  message = ist_message_new (body);
  parts = ist_mime_tree (message)->children;
  if (!IST_ASSERT (parts != NULL) || !IST_ASSERT_INT (parts->len, N_LEFTOVERS))
    return;
  for (guint i = 0; i < parts->len; i++)
    g_hash_table_add (names, g_strdup (((const IstMimeNode *) g_ptr_array_index (parts, i))->name));
  IST_ASSERT_INT (g_hash_table_size (names), N_LEFTOVERS);
  IST_ASSERT (g_hash_table_contains (names, "attachment-1.bin"));
  IST_ASSERT (g_hash_table_contains (names, "attachment-900.bin"));
}

/* Wherever it stands and whatever it is called there: its content comes out, and no name of a stream is left. */
static void
test_hiding_places (void)
{
  static const struct
  {
    const char *name, *before, *after;
  } rows[] = {
    { "the whole message", "Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n", "" },
    { "in a mixed", MIXED "Content-Type: " STREAM, "\r\n--b--\r\n" },
    { "as C.dtf", MIXED "Content-Type: application/octet-stream; name=C.dtf\r\nContent-Transfer-Encoding: base64\r\n\r\n",
      "\r\n--b--\r\n" },
    { "as an unknown file",
      MIXED "Content-Type: application/x-unknown; name=ATT00001.unk\r\nContent-Transfer-Encoding: base64\r\n\r\n",
      "\r\n--b--\r\n" },
    { "as a text", MIXED "Content-Type: text/plain; name=ATT00001.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n",
      "\r\n--b--\r\n" },
    { "as a picture", MIXED "Content-Type: image/x; name=win.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n", "\r\n--b--\r\n" },
    { "in an attached message", ATTACHED MIXED "Content-Type: " STREAM, "\r\n--b--\r\n--b--\r\n" },
    { "as the whole of an attached message", ATTACHED "Content-Type: " STREAM, "\r\n--b--\r\n" },
    { "as the second text", MIXED "Content-Type: text/plain\r\n\r\n", "\r\n--b--\r\n" },
    { "in base64 that begins with a blank line and blanks",
      MIXED "Content-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n\r\n  ",
      "\r\n--b--\r\n" },
    { "in base64 with a short first line",
      MIXED "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8\r\n", "\r\n--b--\r\n" },
    { "uuencoded in a text in base64",
      MIXED "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n", "\r\n--b--\r\n" },
    { "uuencoded in a flowed text", "Content-Type: text/plain; format=flowed\r\n\r\nA flowed \r\nline\r\n\r\n", "\r\nBye\r\n" },
    { "in uuencode as transfer encoding",
      MIXED "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\n", "\r\n--b--\r\n" },
    { "in a message attached to an attached one",
      ATTACHED "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: message/rfc822\r\n\r\n"
               "From: <a@b.example>\r\nContent-Type: " STREAM,
      "\r\n--c--\r\n--b--\r\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      static const char *const forbidden[] = { "winmail.dat", "C.dtf", ".unk", "ATT0", "win.dat", "ms-tnef", "eJ8+I" };
      gboolean is_twice = strstr (rows[i].name, "in a text in base64") != NULL;
      gboolean is_uu = strstr (rows[i].name, "uuencode") != NULL || strcmp (rows[i].name, "as the second text") == 0;
      g_autofree char *once = (is_uu ? uuencoded : base64_of) (stream_with ("a.pdf"));
      g_autofree char *coded = is_twice ? g_base64_encode ((const guchar *) once, strlen (once)) : g_strdup (once);
      gsize is_begun = g_str_has_suffix (rows[i].before, "eJ8\r\n") ? 3 : 0;
      g_autofree char *mail = g_strconcat ("From: <x@y.example>\r\nMIME-Version: 1.0\r\n", rows[i].before,
                                           coded + is_begun, rows[i].after, NULL);
      g_autoptr (GBytes) in = g_bytes_new (mail, strlen (mail));
      g_autoptr (GBytes) out = run (in, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO, NULL);

      ist_row ("%s", rows[i].name);
      IST_ASSERT (holds (out, "the text"));
      IST_ASSERT (holds (out, "a.pdf") && holds (out, "JVBERi10aGUgYnl0ZXM="));
      for (gsize name = 0; name < G_N_ELEMENTS (forbidden); name++)
        IST_ASSERT (!holds (out, forbidden[name]));
    }
}

/* Names that a gateway gave to what has none say nothing: the bytes do. */
static void
test_leftover_names (void)
{
  static const char *const names[] = { "winmail.dat", "WINMAIL.DAT", "ATT00001.dat", "ATT00012.unk", "c.dtf", "noname" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *base64 = base64_of (stream_with (names[i]));
      g_autofree char *mail = g_strconcat ("From: <x@y.example>\r\nContent-Type: " STREAM, base64, "\r\n", NULL);
      g_autoptr (GBytes) in = g_bytes_new (mail, strlen (mail));
      g_autoptr (GBytes) out = run (in, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO, NULL);

      ist_row ("%s", names[i]);
      IST_ASSERT (holds (out, "attachment-1.pdf") && holds (out, "application/pdf"));
      IST_ASSERT (!holds (out, names[i]));
    }
}

/* RTF, stored and not compressed ("MELA"), whose text is beyond the bound: it comes as a file. */
static void
test_long_rtf (void)
{
  GByteArray *stream = tnef_begin (1252);
  g_autoptr (GByteArray) rtf = g_byte_array_new ();
  g_autoptr (GByteArray) props = g_byte_array_new ();
  g_autofree char *text = g_strnfill (9 << 20, 'x');
  g_autofree char *whole = g_strconcat ("{\\rtf1 ", text, "}", NULL);
  g_autoptr (GBytes) in = NULL, out = NULL;
  gsize size = strlen (whole);

  tnef_u32 (rtf, (guint32) size + 12);
  tnef_u32 (rtf, (guint32) size);
  g_byte_array_append (rtf, (const guint8 *) "MELA\0\0\0\0", 8);
  g_byte_array_append (rtf, (const guint8 *) whole, (guint) size);
  tnef_u32 (props, 2);
  tnef_property (props, 0x1000001E, "short", 6);
  tnef_property (props, 0x10090102, rtf->data, rtf->len);
  tnef_attribute (stream, 1, 0x00069003, props->data, props->len);
  in = message_of ("From: <x@y.example>\r\nContent-Type: application/ms-tnef\r\n", stream->data, stream->len);
  g_byte_array_unref (stream);
  out = run (in, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO, NULL);
  IST_ASSERT (holds (out, "message.rtf") && holds (out, "application/rtf"));
  IST_ASSERT (g_bytes_get_size (out) > size);
  IST_ASSERT (holds (out, "short"));
}

static void
test_speed (void)
{
  GByteArray *stream = tnef_begin (1252);
  g_autofree char *block = g_malloc0 (1 << 20);
  g_autoptr (GBytes) in = NULL, out = NULL;
  gint64 start;

  for (guint i = 0; i < 48; i++)
    tnef_attribute (stream, 2, 0x0006800F, block, 1 << 20);
  in = message_of ("Content-Type: application/ms-tnef\r\n", stream->data, stream->len);
  g_byte_array_unref (stream);
  start = g_get_monotonic_time ();
  out = run (in, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO, NULL);
  start = MAX (g_get_monotonic_time () - start, 1);
  ist_note ("%.0f MB/s of message, base64 read and written",
            (double) g_bytes_get_size (in) / (double) start);
  IST_ASSERT (!holds (out, "ms-tnef"));
}

static GBytes *
read_mail (const char *path)
{
  g_autofree char *text = ist_test_read (path, NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  char *joined;

  for (guint i = 0; lines[i] != NULL; i++)
    g_strchomp (lines[i]);
  joined = g_strjoinv ("\r\n", lines);
  return g_bytes_new_take (joined, strlen (joined));
}

static void
test_corpus (void)
{
  g_autofree char *folder = ist_test_corpus ("corpus/tnef");
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;
  guint n = 0;

  if (dir == NULL)
    {
      ist_skip ("no collection of real messages");
      return;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GBytes) in = NULL, once = NULL, twice = NULL;

      if (!g_str_has_suffix (name, ".eml") && !g_str_has_suffix (name, ".mbox"))
        continue;
      n++;
      ist_row ("%s", name);
      in = read_mail (path);
      once = run (in, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO, NULL);
      twice = run (once, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO, NULL);
      IST_ASSERT (holds (in, "application/ms-tnef"));
      IST_ASSERT (!holds (once, "application/ms-tnef"));
      IST_ASSERT (!holds (once, "winmail.dat"));
      IST_ASSERT (g_bytes_equal (once, twice));
    }
  IST_ASSERT (n >= 15);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "undecodable", test_undecodable },
    { "directions", test_directions },
    { "hiding places", test_hiding_places },
    { "leftover names", test_leftover_names },
    { "many leftovers", test_many_leftovers },
    { "long RTF", test_long_rtf },
    { "speed", test_speed },
    { "corpus", test_corpus },
    { NULL, NULL },
  };

  return ist_test_main ("tnef-decode", tests);
}
