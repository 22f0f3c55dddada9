/*
 * tests/convert/test-attached.c - attached messages are converted to the depth of the settings (MAIL-06), and what is
 * beyond a limit passes unchanged with a note. Also what attachment-names does with equal names (MAIL-05).
 */
#include "convert/limits.h"
#include "convert/sealed.h"
#include "convert/pipeline.h"
#include "convert/settings.h"
#include "tests/harness/harness.h"

#include <string.h>

static IstSettings *
settings_of (const char *lines)
{
  g_autofree char *text = g_strconcat ("[convert]\n", lines, NULL);
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);

  return ist_settings_parse (text, "test.conf", ".", ist_convert_setting_groups, errors);
}

static char *
run_between (IstSide from, IstSide to, const char *text, const char *lines, guint *n_changes, guint *n_limits)
{
  g_autoptr (IstSettings) settings = settings_of (lines);
  IstConvertContext context = { .from = from, .to = to, .settings = ist_convert_settings (settings, NULL) };
  gsize size;
  char *exact = ist_test_exact (text, &size);
  g_autoptr (GBytes) bytes = g_bytes_new_take (exact, size);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  g_autoptr (GBytes) out = NULL;
  const GPtrArray *changes;

  IST_ASSERT (settings != NULL);
  IST_ASSERT (ist_pipeline_run (&context, message, parts, NULL));
  changes = ist_message_changes (message);
  *n_changes = *n_limits = 0;
  for (guint i = 0; i < changes->len; i++)
    if (strcmp (((const IstChange *) g_ptr_array_index (changes, i))->transform, IST_LIMITS_NOTE) == 0)
      (*n_limits)++;
    else if (strcmp (((const IstChange *) g_ptr_array_index (changes, i))->transform, IST_SEALED_NOTE) != 0)
      (*n_changes)++;
  out = ist_message_to_bytes (message);
  IST_ASSERT_INT (g_bytes_get_size (out), ist_message_size (message));
  return g_strndup (g_bytes_get_data (out, NULL), g_bytes_get_size (out));
}

static char *
run (const char *text, const char *lines, guint *n_changes, guint *n_limits)
{
  return run_between (IST_SIDE_DOMINO, IST_SIDE_EXCHANGE, text, lines, n_changes, n_limits);
}

/* A message with a message with a message ... `depth` deep; each has a text and an 8-bit subject of its own. */
static char *
nested (guint depth)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i <= depth; i++)
    g_string_append_printf (out,
                            "Subject: caf\351 %u\r\nMIME-Version: 1.0\r\n"
                            "Content-Type: multipart/mixed; boundary=b%u\r\n\r\n"
                            "--b%u\r\nContent-Type: text/plain\r\n\r\ntext %u\r\n--b%u\r\n%s",
                            i, i, i, i, i,
                            i < depth ? "Content-Type: message/rfc822\r\n\r\n"
                                      : "Content-Type: application/pdf; name=a.pdf\r\n"
                                        "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n");
  for (guint i = depth + 1; i > 0; i--)
    g_string_append_printf (out, "--b%u--\r\n", i - 1);
  return g_string_free (out, FALSE);
}

static guint
count (const char *text, const char *what)
{
  guint n = 0;

  for (const char *p = strstr (text, what); p != NULL; p = strstr (p + 1, what))
    n++;
  return n;
}

static void
test_depth (void)
{
  for (guint limit = 0; limit <= 30; limit += 10)
    for (guint depth = 0; depth <= 25; depth++)
      {
        g_autofree char *lines = g_strdup_printf ("max-depth = %u\n", limit);
        g_autofree char *in = nested (depth);
        guint n_changes, n_limits, n_again, n_limits_again;
        g_autofree char *out = run (in, lines, &n_changes, &n_limits);
        g_autofree char *again = run (out, lines, &n_again, &n_limits_again);
        guint converted = MIN (depth, limit) + 1;

        ist_row ("depth %u, limit %u", depth, limit);
        IST_ASSERT_INT (count (out, "=?utf-8?B?"), converted);
        IST_ASSERT_INT (count (out, "caf\351"), depth + 1 - converted);
        IST_ASSERT_INT (n_changes, converted);
        IST_ASSERT_INT (n_limits, depth > limit);
        IST_ASSERT_INT (count (out, "JVBERi0xLjQK"), 1);
        IST_ASSERT_INT (count (out, "\r\ntext "), depth + 1);
        IST_ASSERT_STR (again, out);
        IST_ASSERT_INT (n_again, 0);
        IST_ASSERT_INT (n_limits_again, n_limits);
      }
}

/* The attached message stays the very bytes when nothing in it changes, and where it must. */
static void
test_left_alone (void)
{
  static const struct
  {
    const char *name, *text;
  } rows[] = {
    { "nothing to do", "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ntext\r\n" },
    { "the message a report returns",
      "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nsorry\r\n"
      "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: caf\351\r\n\r\ntext\r\n--b--\r\n" },
    { "signed",
      "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
      "Subject: caf\351\r\n\r\ntext\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--b--\r\n" },
    { "encoded, which RFC 2046 5.2.1 forbids",
      "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDog6Q0KDQo=\r\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint n_changes, n_limits;
      g_autofree char *out = run (rows[i].text, "", &n_changes, &n_limits);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (out, rows[i].text);
      IST_ASSERT_INT (n_changes + n_limits, 0);
    }
}

static char *
with_parts (guint n)
{
  GString *out = g_string_new ("Subject: caf\351\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n");

  for (guint i = 0; i < n; i++)
    g_string_append (out, "--b\r\n\r\nx\r\n");
  g_string_append (out, "--b--\r\n");
  return g_string_free (out, FALSE);
}

/* The text stands this many multiparts deep. */
static char *
with_levels (guint n)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (out, "Content-Type: multipart/mixed; boundary=b%u\r\n\r\n--b%u\r\n", i, i);
  g_string_append (out, "Content-Type: text/plain\r\n\r\ncaf\351\r\n");
  return g_string_free (out, FALSE);
}

static char *
with_text (gsize size)
{
  g_autofree char *text = g_strnfill (size - 1, 'x');

  return g_strconcat ("Content-Type: text/plain\r\n\r\n\351", text, NULL);
}

static char *
with_header (gsize size)
{
  g_autofree char *text = g_strnfill (size, 'x');

  return g_strconcat ("Subject: caf\351\r\nX-Long: ", text, "\r\n\r\ntext\r\n", NULL);
}

static void
test_limits (void)
{
  const struct
  {
    const char *name, *lines;
    char *text;
    guint n_changes, n_limits;
  } rows[] = {
    { "few parts", "max-parts = 10\n", with_parts (9), 1, 0 },
    { "too many parts", "max-parts = 10\n", with_parts (10), 0, 1 },
    { "more parts than the tree has", "", with_parts (20000), 0, 1 },
    { "more parts than the tree has, and all allowed", "max-parts = 10000\n", with_parts (20000), 1, 1 },
    { "as deep as the tree is", "", with_levels (64), 1, 0 },
    { "deeper than the tree is", "", with_levels (65), 0, 1 },
    { "a text", "max-text = 1K\n", with_text (900), 1, 0 },
    { "too large a text", "max-text = 1K\n", with_text (1025), 0, 1 },
    { "a header", "max-header = 4K\n", with_header (4000), 1, 0 },
    { "too large a header", "max-header = 4K\n", with_header (4096), 0, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = rows[i].text;
      guint n_changes, n_limits;
      g_autofree char *out = run (text, rows[i].lines, &n_changes, &n_limits);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_INT (n_changes, rows[i].n_changes);
      IST_ASSERT_INT (n_limits, rows[i].n_limits);
      IST_ASSERT_INT (strcmp (out, text) != 0, rows[i].n_changes);
    }
}

/* What one message may hold of what a transform takes out, and one more. */
static char *
with_many (guint n, const char *piece)
{
  GString *out = g_string_new ("Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                               "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n");

  for (guint i = 0; i < n; i++)
    g_string_append (out, piece);
  if (piece[0] == '-')
    g_string_append (out, "--b--\r\n");
  return g_string_free (out, FALSE);
}

static void
test_bounds (void)
{
  static const char link[] = "Content-Type: text/html; charset=us-ascii\r\n\r\n<p class=MsoNormal><o:p></o:p>"
                             "<a href=\"notes://85255E18006C664A/0/B5A0D53EF00DD17685255F2A006C8220\">x</a>";
  g_autofree char *blanks = g_strnfill (1024, ' ');
  const struct
  {
    const char *name;
    IstSide from;
    const char *lines;
    char *text;
    guint n_limits;
  } rows[] = {
    { "HTML to Exchange", IST_SIDE_DOMINO, "max-text = 1K\n", g_strconcat (link, blanks, NULL), 1 },
    { "HTML to Domino", IST_SIDE_EXCHANGE, "max-text = 1K\n", g_strconcat (link, blanks, NULL), 1 },
    { "Notes copies", IST_SIDE_DOMINO, "notes-active-mail = no\n",
      with_many (60, "--b\r\nContent-Type: application/x-lotus-encap2; name=encap2.ond\r\n\r\nx\r\n"), 1 },
    { "Notes copies to look into", IST_SIDE_DOMINO, "notes-encap-strip = no\n",
      with_many (30, "--b\r\nContent-Type: application/x-lotus-encap2; name=encap2.ond\r\n\r\nx\r\n"), 1 },
    { "TNEF streams", IST_SIDE_EXCHANGE, "",
      with_many (70, "--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx\r\n"), 1 },
    { "uuencoded files", IST_SIDE_DOMINO, "", with_many (110, "begin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n"), 1 },
    { "few of them", IST_SIDE_DOMINO, "", with_many (3, "begin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n"), 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = rows[i].text;
      guint n_changes, n_limits;
      g_autofree char *out
          = run_between (rows[i].from, rows[i].from == IST_SIDE_DOMINO ? IST_SIDE_EXCHANGE : IST_SIDE_DOMINO, text,
                         rows[i].lines, &n_changes, &n_limits);

      ist_row ("%s", rows[i].name);
      IST_ASSERT (out != NULL);
      IST_ASSERT_INT (n_limits, rows[i].n_limits);
    }
}

#define ITEM "X-Notes-Item: 1; name=$KeepPrivate\r\n"
#define JOURNAL "To: a@acme.example\r\nX-MS-Journal-Report: \r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" \
                "--b\r\n\r\nSender: caf\351\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" \
                "Subject: caf\351\r\n\r\ntext\r\n--b--\r\n"

/* A journal report, and what is beyond a limit, stay but for the items that a stranger could set with them. */
static void
test_guarded (void)
{
  const struct
  {
    const char *name;
    IstSide from, to;
    const char *text, *lines, *want;
  } rows[] = {
    { "a journal report", IST_SIDE_EXCHANGE, IST_SIDE_DOMINO, JOURNAL, "", JOURNAL },
    { "to the Internet", IST_SIDE_EXCHANGE, IST_SIDE_INTERNET, JOURNAL, "", JOURNAL },
    { "with an item of Notes", IST_SIDE_EXCHANGE, IST_SIDE_DOMINO, ITEM JOURNAL, "", JOURNAL },
    { "too many parts", IST_SIDE_INTERNET, IST_SIDE_DOMINO, ITEM JOURNAL, "max-parts = 1\n", JOURNAL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint n_changes, n_limits;
      g_autofree char *out
          = run_between (rows[i].from, rows[i].to, rows[i].text, rows[i].lines, &n_changes, &n_limits);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (out, rows[i].want);
    }
}

static void
test_equal_names (void)
{
  static const char part[] = "--b\r\nContent-Type: text/plain; name=\"A.txt\"\r\nContent-Disposition: attachment; "
                             "filename=\"a.txt\"\r\n\r\nx\r\n";
  g_autofree char *text = g_strconcat ("Content-Type: multipart/mixed; boundary=b\r\n\r\n", part, part, part,
                                       "--b--\r\n", NULL);
  guint n_changes, n_limits;
  g_autofree char *off = run (text, "", &n_changes, &n_limits);
  g_autofree char *on = NULL;
  g_autofree char *again = NULL;

  IST_ASSERT_STR (off, text);
  on = run (text, "attachment-names-distinct = yes\n", &n_changes, &n_limits);
  IST_ASSERT_INT (n_changes, 2);
  IST_ASSERT_INT (count (on, "filename=\"a.txt\""), 1);
  IST_ASSERT_INT (count (on, "filename=\"a (2).txt\""), 1);
  IST_ASSERT_INT (count (on, "filename=\"a (3).txt\""), 1);
  again = run (on, "attachment-names-distinct = yes\n", &n_changes, &n_limits);
  IST_ASSERT_STR (again, on);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "depth", test_depth },
    { "left-alone", test_left_alone },
    { "limits", test_limits },
    { "bounds", test_bounds },
    { "guarded", test_guarded },
    { "equal-names", test_equal_names },
    { NULL, NULL },
  };

  return ist_test_main ("attached", tests);
}
