/*
 * tests/convert/test-converted-header.c - X-Isthmus-Converted names the transforms that changed a message, and no
 * others.
 */
#include "convert/converted-header.h"
#include "convert/settings.h"
#include "tests/harness/harness.h"

#include <string.h>

#define ON "converted-header = yes\n"
#define FIELD "\r\n" IST_CONVERTED_FIELD ": "

static char *
run (const char *text, const char *lines, IstSide from, IstSide to)
{
  g_autofree char *conf = g_strconcat ("[convert]\n", lines, NULL);
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (IstSettings) settings = ist_settings_parse (conf, "test.conf", ".", ist_convert_setting_groups, errors);
  IstConvertContext context = { .from = from, .to = to, .settings = ist_convert_settings (settings, NULL) };
  gsize size;
  char *exact = ist_test_exact (text, &size);
  g_autoptr (GBytes) bytes = g_bytes_new_take (exact, size);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  g_autoptr (GBytes) out = NULL;

  IST_ASSERT (settings != NULL);
  IST_ASSERT (ist_pipeline_run (&context, message, parts, NULL));
  out = ist_message_to_bytes (message);
  return g_strndup (g_bytes_get_data (out, NULL), g_bytes_get_size (out));
}

/* All fields of the name with what is in them, "|" between; "" when there is none. */
static char *
fields_of (const char *message)
{
  g_autoptr (GString) got = g_string_new (NULL);

  for (const char *p = strstr (message, FIELD); p != NULL; p = strstr (p + 1, FIELD))
    {
      const char *value = p + strlen (FIELD);
      const char *end = strstr (value, "\r\n");

      while (end[2] == ' ')
        end = strstr (end + 2, "\r\n");
      g_string_append_printf (got, "%s%.*s", got->len > 0 ? "|" : "", (int) (end - value), value);
    }
  return g_strdup (got->str);
}

#define HEAD "From: <a@acme.example>\r\nTo: <b@acme.example>\r\nMIME-Version: 1.0\r\n"
#define COPY "--b\r\nContent-Type: application/x-lotus-encap2; name=x.ond\r\n\r\nno database\r\n"
#define MIXED "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n"
#define HIGH "Subject: caf\351\r\n"
#define OLD IST_CONVERTED_FIELD ": forged\r\n"

static const struct
{
  const char *name, *lines;
  IstSide from;
  const char *message, *want;
} rows[] = {
  { "off by default", "", IST_SIDE_DOMINO, HEAD HIGH "\r\nx\r\n", "" },
  { "nothing changed", ON, IST_SIDE_DOMINO, HEAD "Subject: x\r\n\r\nx\r\n", "" },
  { "one transform", ON, IST_SIDE_DOMINO, HEAD HIGH "\r\nx\r\n", "charset-repair" },
  { "two, in the order of the table", ON, IST_SIDE_DOMINO, HEAD HIGH "Importance: high\r\n\r\nx\r\n",
    "notes-priority; charset-repair" },
  { "header and parts", ON, IST_SIDE_DOMINO, HEAD HIGH MIXED COPY "--b--\r\n", "notes-encap-strip; charset-repair" },
  { "two in the tree", ON, IST_SIDE_DOMINO,
    HEAD MIXED "--b\r\nContent-Disposition: attachment\r\n\r\nx\r\n" COPY "--b--\r\n",
    "notes-encap-strip; attachment-names" },
  { "one that only has a note", ON "notes-encap-strip = no\n", IST_SIDE_DOMINO, HEAD HIGH MIXED COPY "--b--\r\n",
    "charset-repair" },
  { "switched off", ON "charset-repair = no\n", IST_SIDE_DOMINO, HEAD HIGH "\r\nx\r\n", "" },
  { "from outside, replaced", ON, IST_SIDE_DOMINO, OLD HEAD OLD HIGH "\r\nx\r\n", "charset-repair" },
  { "from outside, nothing to tell", ON, IST_SIDE_DOMINO, HEAD OLD "\r\nx\r\n", "forged" },
  { "only an attached message changed", ON, IST_SIDE_DOMINO,
    HEAD MIXED "--b\r\nContent-Type: message/rfc822\r\n\r\n" HEAD HIGH "\r\nx\r\n--b--\r\n", "charset-repair" },
  { "an attached message has its own", ON, IST_SIDE_DOMINO,
    HEAD MIXED "--b\r\nContent-Type: message/rfc822\r\n\r\n" HEAD OLD HIGH "\r\nx\r\n--b--\r\n",
    "charset-repair|forged" },
  { "beyond a limit", ON "max-parts = 1\n", IST_SIDE_DOMINO, HEAD HIGH MIXED COPY "--b--\r\n", "" },
  { "folded", ON "headers-trim = yes\n", IST_SIDE_DOMINO,
    HEAD HIGH "Importance: high\r\nX-MIMETrack: x\r\nReferences: <1@a>,<2@a>\r\n"
              "Return-Receipt-To: <a@acme.example>\r\n" MIXED COPY
              "--b\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n",
    "notes-encap-strip; thread-index; notes-priority;\r\n receipts; headers-trim; charset-repair; attachment-names" },
};

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      IstSide to = rows[i].from == IST_SIDE_DOMINO ? IST_SIDE_EXCHANGE : IST_SIDE_DOMINO;
      g_autofree char *out = run (rows[i].message, rows[i].lines, rows[i].from, to);
      g_autofree char *got = fields_of (out);
      g_autofree char *again = run (out, rows[i].lines, rows[i].from, to);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (got, rows[i].want);
      IST_ASSERT_STR (again, out);
      for (const char *p = out; p != NULL; p = strstr (p, "\r\n") != NULL ? strstr (p, "\r\n") + 2 : NULL)
        IST_ASSERT (strcspn (p, "\r") <= 78);
    }
}

static void
test_signed (void)
{
  static const char sealed[] = "Content-Type: multipart/signed; boundary=s; protocol=\"application/pkcs7-signature\"; "
                               "micalg=sha-256\r\n\r\n--s\r\n" IST_CONVERTED_FIELD ": forged\r\n\r\nhello caf\351\r\n"
                               "--s\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--s--\r\n";
  g_autofree char *in = g_strconcat (HEAD, "Importance: high\r\n", sealed, NULL);
  g_autofree char *out = run (in, ON, IST_SIDE_DOMINO, IST_SIDE_EXCHANGE);
  const char *body = strstr (out, "\r\n\r\n");
  g_autofree char *head = body != NULL ? g_strndup (out, (gsize) (body + 2 - out)) : g_strdup ("");
  g_autofree char *got = fields_of (head);

  IST_ASSERT_STR (got, "notes-priority");
  IST_ASSERT_STR (body, strstr (sealed, "\r\n\r\n"));
}

int
main (void)
{
  static const IstTest tests[] = { { "rows", test_rows }, { "signed", test_signed }, { NULL } };

  return ist_test_main ("converted-header", tests);
}
