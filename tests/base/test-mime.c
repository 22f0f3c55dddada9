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
  g_autoptr (IstBody) body = body_new ("Content-Transfer-Encoding: base64\r\n\r\naGVsbG8gd29ybGQ=\r\n");
  g_autoptr (IstMimePart) part = ist_mime_parse (body);
  g_autoptr (GBytes) all = ist_mime_decode (part, body, 1000);
  g_autoptr (GBytes) some = ist_mime_decode (part, body, 5);

  IST_ASSERT_INT (g_bytes_get_size (all), 11);
  IST_ASSERT (memcmp (g_bytes_get_data (all, NULL), "hello world", 11) == 0);
  IST_ASSERT_INT (g_bytes_get_size (some), 5);
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

int
main (void)
{
  static const IstTest tests[] = {
    { "tree", test_tree },
    { "decode", test_decode },
    { "deep", test_deep },
    { NULL, NULL },
  };

  return ist_test_main ("mime", tests);
}
