/*
 * tests/convert/test-order.c - what one transform makes, a later one finds.
 */
#include "base/mime-tree.h"
#include "convert/pipeline.h"
#include "tests/convert/tnef-builder.h"
#include "tests/harness/harness.h"

#include <string.h>

static IstMessage *
message_of (GBytes *bytes)
{
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  return ist_message_new (body);
}

/* A mail that is nothing but a winmail.dat with this HTML. */
static IstMessage *
mail_with_html (const char *html)
{
  g_autoptr (GByteArray) tnef = tnef_begin (1252);
  g_autoptr (GByteArray) properties = g_byte_array_new ();
  g_autofree char *base64 = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;

  tnef_u32 (properties, 1);
  tnef_property (properties, 0x10130102, html, strlen (html));
  tnef_attribute (tnef, 1, 0x00069003, properties->data, properties->len);
  base64 = g_base64_encode (tnef->data, tnef->len);
  text = g_strdup_printf ("From: carl@b.example\r\nMIME-Version: 1.0\r\n"
                          "Content-Type: application/ms-tnef; name=winmail.dat\r\n"
                          "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n",
                          base64);
  bytes = g_bytes_new (text, strlen (text));
  return message_of (bytes);
}

static void
test_html_of_tnef (void)
{
  g_autoptr (IstMessage) message = mail_with_html ("<html><body><!--[if mso]>no<![endif]--><p>Hello<o:p></o:p></p>"
                                                   "</body></html>");
  IstConvertContext context = { .from = IST_SIDE_EXCHANGE, .to = IST_SIDE_DOMINO };
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  g_autoptr (IstMessage) twice = NULL;
  g_autoptr (GBytes) once = NULL;
  g_autoptr (GBytes) again = NULL;
  IstMimeNode *node;
  g_autofree char *html = NULL;

  IST_ASSERT (ist_pipeline_run (&context, message, parts, NULL));
  once = ist_message_to_bytes (message);
  twice = message_of (once);
  node = ist_mime_node_find (ist_mime_tree (twice), "text/html");
  if (!IST_ASSERT (node != NULL))
    return;
  html = ist_mime_node_text (node, 10000, NULL);
  IST_ASSERT (strstr (html, "<p>Hello</p>") != NULL);
  IST_ASSERT (ist_pipeline_run (&context, twice, parts, NULL));
  again = ist_message_to_bytes (twice);
  IST_ASSERT (g_bytes_equal (once, again));
}

int
main (void)
{
  static const IstTest tests[] = { { "HTML of a winmail.dat is made plain", test_html_of_tnef }, { NULL, NULL } };

  return ist_test_main ("order", tests);
}
