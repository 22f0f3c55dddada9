#include "base/http-guard.h"
#include "tests/harness/harness.h"

#define MAX_BODY 1000

static const struct
{
  const char *name, *block;
  guint status; /* 0: good */
} rows[] = {
  { "plain", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0 },
  { "old version needs no host", "GET /x?y=%20 HTTP/1.0\r\n\r\n", 0 },
  { "body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", 0 },
  { "chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked \r\n\r\n", 0 },
  { "empty value", "GET / HTTP/1.1\r\nHost:\r\nX:\r\n\r\n", 0 },
  { "tab and high bytes in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \t\xc3\xa4\tb\r\n\r\n", 0 },
  { "body above the limit", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413 },
  { "length and coding",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
  { "two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", 400 },
  { "list of lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\n", 400 },
  { "signed length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", 400 },
  { "negative length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400 },
  { "hexadecimal length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", 400 },
  { "empty length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400 },
  { "length that overflows",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551617\r\n\r\n", 400 },
  { "gzip, chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501 },
  { "unknown coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 501 },
  { "two codings",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
  { "chunked in the old version", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
  { "blank before the colon", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n", 400 },
  { "folded line", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", 400 },
  { "line without a colon", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", 400 },
  { "name missing", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400 },
  { "bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400 },
  { "bare LF within", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400 },
  { "bare CR", "GET / HTTP/1.1\r\nHost: a\r\nX: b\rTransfer-Encoding: chunked\r\n\r\n", 400 },
  { "control character", "GET / HTTP/1.1\r\nHost: a\r\nX: \001\r\n\r\n", 400 },
  { "no host", "GET / HTTP/1.1\r\n\r\n", 400 },
  { "two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400 },
  { "absolute target", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
  { "two blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
  { "blank in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
  { "lower-case method", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
  { "HTTP/0.9", "GET /\r\n\r\n", 400 },
  { "HTTP/2.0", "PRI / HTTP/2.0\r\n\r\n", 505 },
  { "empty first line", "\r\n\r\n", 400 },
  { "SSH", "SSH-2.0-OpenSSH\r\n\r\n", 400 },
};

static void
test_guard (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint status = 0;
      gsize size;
      g_autofree char *exact = ist_test_exact (rows[i].block, &size);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_INT (ist_http_guard_end (exact, size), size);
      for (gsize n = 0; n < size; n++)
        if (ist_http_guard_end (exact, n) != 0)
          IST_ASSERT_INT (n, size);
      ist_http_guard_check (exact, size, MAX_BODY, &status);
      IST_ASSERT_INT (status, rows[i].status);
    }
}

static void
test_guard_nul (void)
{
  static const char block[] = "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\0\r\n\r\n";
  guint status = 0;

  IST_ASSERT (ist_http_guard_check (block, sizeof block - 1, MAX_BODY, &status) != NULL);
  IST_ASSERT_INT (status, 400);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "guard", test_guard },
    { "guard-nul", test_guard_nul },
    { NULL, NULL },
  };

  return ist_test_main ("http-guard", tests);
}
