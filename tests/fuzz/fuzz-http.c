/*
 * The guard before the HTTP parser: a block that it lets through can be read in one way only.
 */
#include "tests/fuzz/fuzz.h"

#include "base/http-guard.h"

#define MAX_BODY 1000

static guint
count_field (const char *block, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (block, "\r\n", -1);
  guint n = 0;

  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    n += g_ascii_strncasecmp (lines[i], name, strlen (name)) == 0;
  return n;
}

static void
check_good (const char *data, gsize size)
{
  g_autofree char *block = g_strndup (data, size);

  g_assert_cmpuint (strlen (block), ==, size);
  g_assert_false (fuzz_has_bare_newline (block, size));
  g_assert_true (g_str_has_suffix (block, "\r\n\r\n"));
  g_assert_null (strstr (block, "\r\n "));
  g_assert_null (strstr (block, "\r\n\t"));
  g_assert_cmpuint (count_field (block, "Content-Length:"), <=, 1);
  g_assert_cmpuint (count_field (block, "Content-Length:") + count_field (block, "Transfer-Encoding:"), <=, 1);
  g_assert_cmpuint (count_field (block, "Host:"), <=, 1);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data;
  gsize end = ist_http_guard_end (text, size);
  guint status = 0;

  g_assert_cmpuint (end, <=, size);
  if (end == 0)
    return 0;
  if (ist_http_guard_check (text, end, MAX_BODY, &status) == NULL)
    check_good (text, end);
  else
    g_assert_true (status == 400 || status == 413 || status == 501 || status == 505);
  return 0;
}
