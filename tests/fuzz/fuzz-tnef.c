/*
 * A TNEF stream, alone and as a message of its own: ranges lie in the stream, texts are UTF-8, the decoded message has
 * no stream left that a second run would decode.
 */
#include "tests/fuzz/fuzz.h"

#include "convert/format/tnef.h"
#include "convert/tnef-place.h"

#define LIMIT 100000

static void
check_text (const char *text)
{
  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
}

static void
check (const IstTnef *tnef, gsize size, guint depth)
{
  g_autofree char *text = ist_tnef_text (tnef, LIMIT, NULL);
  g_autofree char *html = ist_tnef_html (tnef, LIMIT, NULL);
  g_autoptr (GBytes) rtf = ist_tnef_rtf (tnef, LIMIT, NULL, NULL);

  g_assert_cmpuint (depth, <, IST_TNEF_MAX_DEPTH);
  check_text (text);
  check_text (html);
  check_text (tnef->subject);
  check_text (tnef->message_class);
  g_assert_true (rtf == NULL || g_bytes_get_size (rtf) <= LIMIT);
  for (guint i = 0; i < tnef->attachments->len; i++)
    {
      const IstTnefAttachment *a = g_ptr_array_index (tnef->attachments, i);

      g_assert_true (a->offset <= size && a->size_bytes <= size - a->offset);
      check_text (ist_tnef_attachment_name (a));
      if (a->message != NULL)
        check (a->message, size, depth + 1);
    }
}

static void
check_message (const guint8 *data, gsize size)
{
  static const char head[] = "From: <a@b.example>\r\nContent-Type: application/ms-tnef\r\n"
                             "Content-Transfer-Encoding: base64\r\n\r\n";
  IstConvertContext context = { .from = IST_SIDE_EXCHANGE, .to = IST_SIDE_DOMINO };
  g_autofree char *base64 = g_base64_encode (data, size);
  g_autofree char *text = g_strconcat (head, base64, "\r\n", NULL);
  g_autoptr (IstMessage) message = fuzz_message ((const guint8 *) text, strlen (text));
  g_autoptr (GBytes) out = NULL;
  IstTnefRun run = { &context, 0 };

  ist_tnef_place_all (message, &run);
  ist_mime_tree_flush (message);
  out = ist_message_to_bytes (message);
  g_assert_cmpuint (g_bytes_get_size (out), ==, ist_message_size (message));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstTnef) tnef = ist_tnef_read (body, 0, size, NULL);

  if (tnef == NULL)
    return 0;
  check (tnef, size, 0);
  check_message (data, size);
  return 0;
}
