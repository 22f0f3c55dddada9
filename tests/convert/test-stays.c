/*
 * tests/convert/test-stays.c - what no transform can mend: all of them on, the message leaves as it came, and a note says
 * why.
 */
#include "convert/pipeline.h"
#include "tests/harness/harness.h"

#include <string.h>

#define HEAD "From: anna@acme.example\r\nTo: bob@acme.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
#define MIXED                                                                                                           \
  HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nHello\r\n" \
       "--b\r\n"
#define UU "Content-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\n"
#define MARTIAN "; charset=x-martian\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
#define TNEF "Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n"

static char *
run (IstSide from, IstSide to, const char *text, char **notes)
{
  IstConvertContext context = { .from = from, .to = to };
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  g_autoptr (GBytes) out = NULL;
  GString *all = g_string_new (NULL);

  IST_ASSERT (ist_pipeline_run (&context, message, parts, NULL));
  IST_ASSERT_INT (parts->len, 0);
  for (guint i = 0; i < ist_message_changes (message)->len; i++)
    {
      const IstChange *change = g_ptr_array_index (ist_message_changes (message), i);

      /* To group the mails of a conversation says nothing about its content. */
      if (strcmp (change->transform, "thread-index") != 0)
        g_string_append_printf (all, "%s: %s\n", change->transform, change->what);
    }
  *notes = g_string_free (all, FALSE);
  out = ist_message_to_bytes (message);
  return g_strndup (g_bytes_get_data (out, NULL), g_bytes_get_size (out));
}

/* From the end of the header on. */
static const char *
content_of (const char *message)
{
  const char *end = strstr (message, "\r\n\r\n");

  return end != NULL ? end : message;
}

static void
test_stays (void)
{
  static const struct
  {
    const char *name;
    IstSide from;
    const char *mail;
    const char *note;
  } rows[] = {
    { "uuencode cut short", IST_SIDE_DOMINO, MIXED UU "begin 644 a.bin\r\n#86)C\r\n\r\n--b--\r\n", "uuencoded-parts: a.bin" },
    { "uuencode with a wrong line", IST_SIDE_EXCHANGE, MIXED UU "begin 644 a.bin\r\n#abc\r\n`\r\nend\r\n--b--\r\n",
      "uuencoded-parts: a.bin" },
    { "uuencode without begin", IST_SIDE_DOMINO, MIXED UU "#86)C\r\n`\r\nend\r\n--b--\r\n", "uuencoded-parts: a.bin" },
    { "text around uuencode", IST_SIDE_DOMINO, MIXED UU "see:\r\nbegin 644 a.bin\r\n#86)C\r\n`\r\nend\r\n--b--\r\n",
      "uuencoded-parts: a.bin" },
    { "two files in one uuencode", IST_SIDE_DOMINO,
      MIXED UU "begin 644 a\r\n#86)C\r\n`\r\nend\r\nbegin 644 b\r\n#86)C\r\n`\r\nend\r\n--b--\r\n", "uuencoded-parts: a.bin" },
    { "a character set nobody knows", IST_SIDE_DOMINO, HEAD "Content-Type: text/plain" MARTIAN "\xF9\xEC\xE5\xED\r\n",
      "charset-repair: a text (text/plain) stays: nobody knows the character set x-martian" },
    { "the same to Notes", IST_SIDE_EXCHANGE, HEAD "Content-Type: text/plain" MARTIAN "\xF9\xEC\xE5\xED\r\n",
      "charset-repair: " },
    { "also as base64", IST_SIDE_DOMINO,
      HEAD "Content-Type: text/plain; charset=x-martian\r\nContent-Transfer-Encoding: base64\r\n\r\n+ezl7Q0K\r\n",
      "charset-repair: " },
    { "its lines are not joined", IST_SIDE_EXCHANGE,
      HEAD "Content-Type: text/plain; format=flowed" MARTIAN "\xF9\xEC \r\n\xE5\xED\r\n", "charset-repair: " },
    { "nor is its HTML made plain", IST_SIDE_EXCHANGE,
      HEAD "Content-Type: text/html" MARTIAN "<p>\xF9\xEC<o:p></o:p> <!--[if mso]>x<![endif]--></p>\r\n", "charset-repair: " },
    { "nor its links", IST_SIDE_DOMINO,
      HEAD "Content-Type: text/html" MARTIAN "<p>\xF9<a href=\"notes://a/85255E18006C664A/x?OpenDocument\">x</a>\r\n",
      "charset-repair: " },
    { "nor files taken out of it", IST_SIDE_DOMINO,
      HEAD "Content-Type: text/plain" MARTIAN "\xF9\r\nbegin 644 a.bin\r\n#86)C\r\n`\r\nend\r\n", "charset-repair: " },
    { "winmail.dat from Domino", IST_SIDE_DOMINO, MIXED TNEF "--b--\r\n", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *notes = NULL;
      g_autofree char *got = run (rows[i].from, rows[i].from == IST_SIDE_DOMINO ? IST_SIDE_EXCHANGE : IST_SIDE_DOMINO,
                                  rows[i].mail, &notes);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (content_of (got), content_of (rows[i].mail));
      IST_ASSERT (strstr (got, rows[i].from == IST_SIDE_DOMINO ? "Subject" : "Content-Type") != NULL);
      if (rows[i].note == NULL)
        IST_ASSERT_STR (notes, "");
      else
        IST_ASSERT (g_str_has_prefix (notes, rows[i].note) && strchr (notes, '\n')[1] == '\0');
      ist_note ("%s", notes);
    }
}

int
main (void)
{
  static const IstTest tests[] = { { "stays", test_stays }, { NULL, NULL } };

  return ist_test_main ("stays", tests);
}
