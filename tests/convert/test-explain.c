/*
 * tests/convert/test-explain.c - the drawing of a message's parts.
 */
#include "convert/explain.h"

#include "tests/harness/harness.h"

#include <string.h>

static void
test_tree (void)
{
  static const struct
  {
    const char *name, *message;
    gboolean with_names;
    const char *want;
  } rows[] = {
    { "a text", "Subject: x\r\n\r\nhello\r\n", TRUE, "text/plain, 7 bytes\n" },
    { "nested",
      "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
      "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\none\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>\r\n--b--\r\n"
      "--a\r\nContent-Type: application/pdf; name=\"the plan.pdf\"\r\nContent-Disposition: attachment\r\n\r\nxx\r\n"
      "--a--\r\n",
      TRUE,
      "multipart/mixed\n├─ multipart/alternative\n│  ├─ text/plain, charset utf-8, 3 bytes\n│  └─ text/html, 3 bytes\n"
      "└─ application/pdf, \"the plan.pdf\", attachment, 2 bytes\n" },
    { "without names", "Content-Type: application/pdf; name=\"the plan.pdf\"\r\n\r\nxx\r\n", FALSE,
      "application/pdf, \"….pdf\", 4 bytes\n" },
    { "a secret after a dot", "Content-Type: application/pdf; name=\"x.the plan of all\"\r\n\r\nxx\r\n", FALSE,
      "application/pdf, \"…\", 4 bytes\n" },
    { "what is no type and no character set",
      "Content-Type: text/plain; charset=\"the plan of all\"\r\n\r\nx\r\n", FALSE, "text/plain, charset …, 3 bytes\n" },
    { "a surname after a dot", "Content-Type: application/pdf; name=\"offer.m\303\274ller\"\r\n\r\nxx\r\n", FALSE,
      "application/pdf, \"…\", 4 bytes\n" },
    { "an attached message", "Content-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\nz\r\n", TRUE,
      "message/rfc822\n└─ text/plain, 3 bytes\n" },
    { "signed",
      "Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\n\r\na\r\n--s--\r\n", TRUE,
      "multipart/signed, sealed\n└─ text/plain, sealed, 1 byte\n" },
    { "terminal sequences", "Content-Type: text/plain; charset=\"a\033[2Jb\"; name=\"\033c\"\r\n\r\n\r\n", TRUE,
      "text/plain, charset a?[2Jb, \"?c\", 2 bytes\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (rows[i].message, strlen (rows[i].message));
      g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
      g_autoptr (IstMessage) message = ist_message_new (body);
      g_autofree char *got = ist_explain_tree (ist_mime_tree (message), rows[i].with_names);
      /* g_format_size() puts a no-break space. */
      g_auto (GStrv) pieces = g_strsplit (got, "\302\240", -1);
      g_autofree char *plain = g_strjoinv (" ", pieces);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (plain, rows[i].want);
    }
}

int
main (void)
{
  static const IstTest tests[] = { { "tree", test_tree }, { NULL, NULL } };

  return ist_test_main ("explain", tests);
}
