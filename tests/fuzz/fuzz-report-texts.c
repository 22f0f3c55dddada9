/*
 * The texts of failure reports and receipts: what is read out of them fits one header line, and a text that became a
 * report is one for good.
 */
#include "tests/fuzz/fuzz.h"

#include "base/mime-tree.h"
#include "convert/report-parts.h"
#include "convert/transforms.h"

typedef gboolean (*Run) (const IstConvertContext *context, IstMessage *message, GError **error);

static void
check_words (const char *text)
{
  const char *type = NULL;
  g_autofree char *line = ist_report_parts_line (text);
  g_autofree char *status = ist_report_parts_find_status (text);
  g_autofree char *address = ist_report_parts_find_address (text, &type);

  g_assert_true (strlen (line) <= 900 && strpbrk (line, "\r\n") == NULL);
  g_assert_true (status == NULL || (strlen (status) >= 5 && strlen (status) <= 9));
  g_assert_true ((address == NULL) == (type == NULL) || address == NULL);
}

static guint
run (Run transform, IstSide from, IstSide to, const guint8 *data, gsize size, GBytes **out)
{
  g_autoptr (IstMessage) message = fuzz_message (data, size);
  IstConvertContext context = { .from = from, .to = to };

  g_assert_true (transform (&context, message, NULL));
  ist_mime_tree_flush (message);
  *out = ist_message_to_bytes (message);
  return ist_message_changes (message)->len;
}

static void
check (Run transform, IstSide from, IstSide to, const char *subject, const guint8 *data, gsize size)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) once = NULL;
  g_autoptr (GBytes) twice = NULL;

  g_string_printf (text, "From: <postmaster@acme.example>\r\nX-MIMETrack: x\r\nSubject: %s\r\n\r\n",
                   subject);
  g_string_append_len (text, (const char *) data, (gssize) size);
  run (transform, from, to, (const guint8 *) text->str, text->len, &once);
  g_assert_cmpuint (
      run (transform, from, to, g_bytes_get_data (once, NULL), g_bytes_get_size (once), &twice), ==,
      0);
  g_assert_true (g_bytes_equal (once, twice));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = fuzz_text (data, size);

  check_words (text);
  check (ist_notes_ndr, IST_SIDE_DOMINO, IST_SIDE_EXCHANGE, "DELIVERY FAILURE: x", data, size);
  check (ist_exchange_ndr, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO, "Undeliverable: x", data, size);
  check (ist_receipts, IST_SIDE_DOMINO, IST_SIDE_EXCHANGE, "Return receipt", data, size);
  check (ist_receipts, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO, "Read: x", data, size);
  return 0;
}
