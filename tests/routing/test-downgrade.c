/* What is encoded anew, folded, and left alone. */
#include "base/error.h"
#include "routing/smtp/downgrade.h"
#include "tests/harness/harness.h"

#include <string.h>

#define U "\xc3\xa4"
#define TEXT IST_DOWNGRADE_TEXT
#define HEADER IST_DOWNGRADE_HEADER
#define PLAIN "Content-Type: text/plain; charset=utf-8\r\nMIME-Version: 1.0\r\n"
#define A20 "aaaaaaaaaaaaaaaaaaaa"
#define A80 A20 A20 A20 A20

static const struct
{
  const char *name;
  guint what;
  gsize max_line;
  const char *in, *want; /* want NULL: refused */
} rows[] = {
  { "nothing to do", TEXT | HEADER, 998, "A: b\r\n\r\nc\r\n", "A: b\r\n\r\nc\r\n" },
  { "header alone, body stays", HEADER, 0, "Subject: " U "\r\n\r\n" U "\r\n",
    "Subject: =?UTF-8?b?w6Q=?=\r\n\r\n" U "\r\n" },
  { "latin-1 in a header", HEADER, 0, "Subject: a\xe4\r\n\r\nx\r\n",
    "Subject: =?unknown-8bit?B?YeQ=?=\r\n\r\nx\r\n" },
  { "a parameter", TEXT, 0,
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n"
    "Content-Disposition: attachment; filename=\"" U ".txt\"\r\n\r\nx\r\n--b--\r\n",
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n"
    "Content-Disposition: attachment; filename*=iso-8859-1''%E4.txt\r\n\r\nx\r\n--b--\r\n" },
  { "a group of addresses", HEADER, 0, "To: " U ": a@b.example, c@" U ".example;\r\n\r\nx\r\n",
    "To: =?iso-8859-1?b?5A==?=: a@b.example, c@xn--4ca.example;\r\n\r\nx\r\n" },
  { "an address without ASCII form", HEADER, 0, "To: " U "@b.example\r\n\r\nx\r\n", NULL },
  { "a message identifier", HEADER, 0, "Message-ID: <" U "@b.example>\r\n\r\nx\r\n", NULL },
  { "soft line ends", TEXT, 0, PLAIN "\r\n" U A80 "\r\n",
    PLAIN "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A4" A20 A20 A20
          "aaaaaaaaa=\r\naaaaaaaaaaa\r\n" },
  { "blanks at the end of lines", TEXT, 0, PLAIN "\r\n" U " \t\r\n\r\n .\r\n",
    PLAIN "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A4 =09\r\n\r\n .\r\n" },
  { "stray bytes in quoted-printable", TEXT, 0,
    PLAIN "Content-Transfer-Encoding: quoted-printable\r\n\r\n=E4" U "=\r\nb\r\n",
    PLAIN "Content-Transfer-Encoding: quoted-printable\r\n\r\n=E4=C3=A4=\r\nb\r\n" },
  { "stray bytes in base64", TEXT, 0, PLAIN "Content-Transfer-Encoding: base64\r\n\r\n" U "\r\n", NULL },
  { "signed", TEXT, 0,
    "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n" U "\r\n--b--\r\n", NULL },
  { "signed, only the header above", HEADER, 0,
    "Subject: " U "\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
    "Subject: =?UTF-8?b?w6Q=?=\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n"
    "--b--\r\n" },
  { "beside a signed part", TEXT, 0,
    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"
    "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\ns\r\n--b--\r\n--a\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n" U "\r\n--a--\r\n",
    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"
    "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\ns\r\n--b--\r\n--a\r\n"
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    "=C3=A4\r\n--a--\r\n" },
  { "an attached message", TEXT, 0,
    "MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    "Subject: " U "\r\n" PLAIN "\r\n" U "\r\n",
    "MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
    "Subject: =?UTF-8?b?w6Q=?=\r\n" PLAIN
    "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A4\r\n" },
  { "between the parts", TEXT, 0,
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n" U "\r\n--b\r\n\r\nx\r\n--b--\r\n", NULL },
  { "a long line of text", 0, 40, PLAIN "\r\n" A80 "\r\nb\r\n",
    PLAIN "Content-Transfer-Encoding: quoted-printable\r\n\r\n" A20 A20 A20 "aaaaaaaaaaaaaaa=\r\naaaaa\r\n"
          "b\r\n" },
  { "a long header field", 0, 40, "X: " A20 " " A20 "  " A20 "\r\n\r\nx\r\n",
    "X: " A20 "\r\n " A20 " \r\n " A20 "\r\n\r\nx\r\n" },
  { "a long word stays", 0, 40, "X: " A80 "\r\n\r\nx\r\n", "X: " A80 "\r\n\r\nx\r\n" },
  { "a long line in a signed part stays", 0, 60,
    "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n" A80 "\r\n--b--\r\n",
    "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n" A80 "\r\n--b--\r\n" },
};

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (rows[i].in, strlen (rows[i].in));
      g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
      g_autoptr (IstMessage) message = ist_message_new (body);
      g_autoptr (GError) error = NULL;
      g_autoptr (IstMessage) out = ist_downgrade (message, rows[i].what, rows[i].max_line, &error);
      g_autoptr (GBytes) got = out != NULL ? ist_message_to_bytes (out) : NULL;
      g_autofree char *text
          = got != NULL ? g_strndup (g_bytes_get_data (got, NULL), g_bytes_get_size (got)) : NULL;

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (text, rows[i].want);
      if (rows[i].want == NULL)
        IST_ASSERT_ERROR (error, IST_ERROR_REFUSED);
    }
}

static void
test_addresses (void)
{
  static const struct
  {
    const char *address, *want;
  } addresses[] = {
    { "a@b.example", "a@b.example" },
    { "", "" },
    { "a@" U ".example", "a@xn--4ca.example" },
    { U "@b.example", NULL },
    { "postmaster", "postmaster" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autofree char *got = ist_downgrade_address (addresses[i].address);

      ist_row ("%s", addresses[i].address);
      IST_ASSERT_STR (got, addresses[i].want);
    }
}

static void
test_long_lines (void)
{
  static const struct
  {
    const char *text;
    gboolean want;
  } texts[] = {
    { "aaaa\r\naaaa\r\n", FALSE }, { "aaaaa\r\n", TRUE }, { "aaaa", FALSE }, { "a\r\naaaaa", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (texts[i].text, strlen (texts[i].text));
      g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
      g_autoptr (IstMessage) message = ist_message_new (body);

      ist_row ("%s", texts[i].text);
      IST_ASSERT_INT (ist_downgrade_has_long_line (message, 4), texts[i].want);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "rows", test_rows }, { "addresses", test_addresses }, { "long-lines", test_long_lines },
    { NULL, NULL },
  };

  return ist_test_main ("downgrade", tests);
}
