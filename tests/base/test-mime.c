#include "base/clock.h"
#include "base/mime.h"
#include "tests/harness/harness.h"

#include <string.h>

static IstBody *
body_new (const char *text)
{
  gsize size;
  char *exact = ist_test_exact (text, &size);
  g_autoptr (GBytes) bytes = g_bytes_new_take (exact, size);

  return ist_body_new_bytes (bytes);
}

/* "multipart/mixed(text/plain text/html)" */
static void
describe (const IstMimePart *part, GString *out)
{
  g_string_append (out, part->type);
  if (part->sealed)
    g_string_append_c (out, '!');
  for (guint i = 0; part->children != NULL && i < part->children->len; i++)
    {
      g_string_append_c (out, i == 0 ? '(' : ' ');
      describe (g_ptr_array_index (part->children, i), out);
    }
  if (part->children != NULL && part->children->len > 0)
    g_string_append_c (out, ')');
}

static void
test_tree (void)
{
  static const struct
  {
    const char *name, *text, *want;
  } rows[] = {
    { "plain", "Subject: x\r\n\r\nhello\r\n", "text/plain" },
    { "alternative",
      "Content-Type: multipart/alternative; boundary=b\r\n\r\npre\r\n--b\r\n\r\nx\r\n--b\r\n"
      "Content-Type: text/html\r\n\r\ny\r\n--b--\r\npost\r\n",
      "multipart/alternative(text/plain text/html)" },
    { "Notes boundary with blank and =",
      "Content-type: multipart/mixed; \r\n\tBoundary=\"=_mixed 005EF6FB85256DB9_=\"\r\n\r\n"
      "--=_mixed 005EF6FB85256DB9_=\r\n\r\nx\r\n--=_mixed 005EF6FB85256DB9_=--\r\n",
      "multipart/mixed(text/plain)" },
    { "blanks behind the delimiter",
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b  \r\n\r\nx\r\n--b-- \r\n",
      "multipart/mixed(text/plain)" },
    { "no end", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx",
      "multipart/mixed(text/plain)" },
    { "inner boundary is a prefix",
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
      "Content-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\nx\r\n--bb--\r\n--b--\r\n",
      "multipart/mixed(multipart/mixed(text/plain))" },
    { "attached message",
      "Content-Type: message/rfc822\r\n\r\nContent-Type: text/html\r\n\r\nx",
      "message/rfc822(text/html)" },
    { "attached message with UTF-8 header",
      "Content-Type: message/global\r\n\r\nContent-Type: text/html\r\n\r\nx",
      "message/global(text/html)" },
    { "attached message in transfer encoding is not looked into",
      "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nQ29udGVudA==\r\n",
      "message/rfc822" },
    { "outer delimiter ends an unclosed inner multipart",
      "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n"
      "--i\r\n\r\nx\r\n--o\r\nContent-Type: text/html\r\n\r\ny\r\n--o--\r\n",
      "multipart/mixed(multipart/mixed(text/plain) text/html)" },
    { "boundary of a multipart is none of an attached message's",
      "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n"
      "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\r\nx\r\n--o--\r\n",
      "multipart/mixed(message/rfc822(multipart/mixed) text/plain)" },
    { "encrypted",
      "Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
      "multipart/encrypted!(text/plain!)" },
    { "opaque S/MIME", "Content-Type: application/PKCS7-mime; name=smime.p7m\r\n\r\nx\r\n",
      "application/pkcs7-mime!" },
    { "line of the boundary with a tail is text",
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--bx\r\n--b-\r\n--b--\r\n",
      "multipart/mixed(text/plain)" },
    { "type that cannot be read is no text", "Content-Type: ;;;\r\n\r\nx", "application/octet-stream" },
    { "empty message", "", "text/plain" },
    { "signed",
      "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
      "multipart/signed!(text/plain!)" },
    { "no boundary parameter", "Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx\r\n",
      "multipart/mixed" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstBody) body = body_new (rows[i].text);
      g_autoptr (IstMimePart) part = ist_mime_parse (body);
      g_autoptr (GString) out = g_string_new (NULL);

      ist_row ("%s", rows[i].name);
      describe (part, out);
      IST_ASSERT_STR (out->str, rows[i].want);
    }
}

static void
test_decode (void)
{
  static const struct
  {
    const char *name, *text;
    gsize max;
    const char *want;
  } rows[] = {
    { "base64", "Content-Transfer-Encoding: base64\r\n\r\naGVsbG8gd29ybGQ=\r\n", 1000, "hello world" },
    { "base64, its head", "Content-Transfer-Encoding: Base64 \r\n\r\naGVsbG8gd29ybGQ=\r\n", 5, "hello" },
    { "base64 in short lines", "Content-Transfer-Encoding: base64\r\n\r\naGVs\r\nbG8g\r\nd29y\r\nbGQ=\r\n", 11,
      "hello world" },
    { "base64 with an empty line first", "Content-Transfer-Encoding: base64\r\n\r\n\r\naGVsbG8=\r\n", 5, "hello" },
    { "quoted-printable", "Content-Transfer-Encoding: quoted-printable\r\n\r\n=68ello=\r\n world", 1000,
      "hello world" },
    { "uuencode", "Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a.txt\r\n%:&5L;&\\\r\n`\r\nend\r\n", 1000,
      "hello" },
    { "uuencode by its other name",
      "Content-Transfer-Encoding: uuencode\r\n\r\nbegin 644 a.txt\r\n%:&5L;&\\\r\n`\r\nend\r\n", 1000, "hello" },
    { "8bit", "Content-Transfer-Encoding: 8bit\r\n\r\nhello", 1000, "hello" },
    { "binary", "Content-Transfer-Encoding: binary\r\n\r\nhello", 3, "hel" },
    { "none", "\r\nhello", 1000, "hello" },
    { "one nobody knows", "Content-Transfer-Encoding: x-own\r\n\r\nhello", 1000, "hello" },
    { "nothing", "Content-Transfer-Encoding: base64\r\n\r\n", 1000, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstBody) body = body_new (rows[i].text);
      g_autoptr (IstMimePart) part = ist_mime_parse (body);
      g_autoptr (GBytes) bytes = ist_mime_decode (part, body, rows[i].max);
      g_autofree char *got = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (got, rows[i].want);
    }
}

/* Names come as RFC 2231, as encoded words in quotes, or plain. */
static void
test_name (void)
{
  static const struct
  {
    const char *name, *header, *want;
  } rows[] = {
    { "type", "Content-Type: a/b; name=\"x.ond\"\r\n\r\n", "x.ond" },
    { "disposition wins", "Content-Type: a/b; name=x\r\nContent-Disposition: attachment; filename=y\r\n\r\n", "y" },
    { "RFC 2231", "Content-Disposition: attachment; filename*=utf-8''%C3%A4.ond\r\n\r\n", "\xc3\xa4.ond" },
    { "RFC 2231 in pieces",
      "Content-Disposition: attachment; filename*0=\"enc\";\r\n filename*1=\"ap.ond\"\r\n\r\n", "encap.ond" },
    { "encoded word", "Content-Type: a/b; name=\"=?utf-8?Q?=C3=A4.ond?=\"\r\n\r\n", "\xc3\xa4.ond" },
    { "none", "Content-Type: a/b\r\n\r\n", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstBody) body = body_new (rows[i].header);
      g_autoptr (IstMimePart) part = ist_mime_parse (body);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (part->name, rows[i].want);
    }
}

/* A nest that is deeper than we go must end, not crash. */
static void
test_deep (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (IstBody) body = NULL;
  g_autoptr (IstMimePart) root = NULL;
  const IstMimePart *part;
  guint depth = 0;

  for (guint i = 0; i < 5000; i++)
    g_string_append (text, "Content-Type: message/rfc822\r\n\r\n");
  body = body_new (text->str);
  root = ist_mime_parse (body);
  for (part = root; part->children != NULL; part = g_ptr_array_index (part->children, 0))
    depth++;
  IST_ASSERT_INT (depth, 64);
}

#define MEGABYTE (1024 * 1024)

static char *
repeat (const char *head, const char *unit, gsize size)
{
  GString *out = g_string_new (head);

  while (out->len < size)
    g_string_append (out, unit);
  return g_string_free (out, FALSE);
}

static guint
count_parts (const IstMimePart *part)
{
  guint n = 1;

  for (guint i = 0; part->children != NULL && i < part->children->len; i++)
    n += count_parts (g_ptr_array_index (part->children, i));
  return n;
}

/* Messages made to cost time: the size bounds it, not its square. */
static void
test_hostile (void)
{
#define MULTIPART "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
  static const struct
  {
    const char *name, *head, *unit;
  } rows[] = {
    { "delimiters", MULTIPART, "--b\r\n" },
    { "almost delimiters", MULTIPART, "--\r\n" },
    { "dashes", MULTIPART, "-" },
    { "empty parts", MULTIPART, "--b\r\n\r\n" },
    { "multiparts of the same boundary", "", "--b\r\n" MULTIPART },
    { "multiparts in multiparts", MULTIPART, "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" },
    { "messages in messages", "", "Content-Type: message/rfc822\r\n\r\n" },
    { "header fields without end", MULTIPART "--b\r\n", "a:\r\n" },
    { "content types", MULTIPART "--b\r\n", "Content-Type: a/b\r\n" },
    { "parameters", "Content-Type: multipart/mixed; boundary=b", ";a=b" },
    { "continued parameters", "Content-Type: multipart/mixed; boundary=b", ";a*1*=b" },
    { "comments", "Content-Type: ", "(" },
    { "quotes", "Content-Type: multipart/mixed; boundary=\"", "\\\"" },
    { "encoded words", "Content-Type: a/b; name=\"", "=?utf-8?Q?a?= " },
    { "line ends", "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "\r\n" },
    { "disposition", "Content-Disposition: attachment; filename=\"", "a\r\n b" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = repeat (rows[i].head, rows[i].unit, 10 * MEGABYTE);
      g_autoptr (IstBody) body = body_new (text);
      gint64 start = ist_clock_mono_usecs ();
      g_autoptr (IstMimePart) part = ist_mime_parse (body);

      ist_row ("%s", rows[i].name);
      IST_ASSERT (ist_clock_mono_usecs () - start < 20 * G_USEC_PER_SEC);
      IST_ASSERT (count_parts (part) <= 10000 + 64);
    }
}

/* However deep multiparts nest, their common content is read once and not once a level. */
static void
test_hostile_nest (void)
{
  static const char *const units[] = { "\r\n", "--\r\n", "--b\r\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    {
      g_autoptr (GString) head = g_string_new ("Content-Type: multipart/mixed; boundary=b0\r\n\r\n");
      g_autofree char *text = NULL;
      g_autoptr (IstBody) body = NULL;
      g_autoptr (IstMimePart) part = NULL;
      gint64 start;

      for (guint k = 0; k < 100; k++)
        g_string_append_printf (head, "--b%u\r\nContent-Type: multipart/mixed; boundary=b%u\r\n\r\n", k, k + 1);
      text = repeat (head->str, units[i], 10 * MEGABYTE);
      body = body_new (text);
      start = ist_clock_mono_usecs ();
      part = ist_mime_parse (body);
      ist_row ("%s", units[i]);
      IST_ASSERT (ist_clock_mono_usecs () - start < 20 * G_USEC_PER_SEC);
      IST_ASSERT_INT (count_parts (part), 65);
      ist_note ("%" G_GINT64_FORMAT " ms", (ist_clock_mono_usecs () - start) / 1000);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "tree", test_tree },
    { "decode", test_decode },
    { "name", test_name },
    { "deep", test_deep },
    { "hostile", test_hostile },
    { "hostile-nest", test_hostile_nest },
    { NULL, NULL },
  };

  return ist_test_main ("mime", tests);
}
