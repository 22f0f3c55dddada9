/*
 * Delivery reports about any message: the first line is what a server answered, the second the recipient, the rest
 * the message. The report is a multipart/report of three parts, with the header lines that are ours and no others.
 */
#include "tests/fuzz/fuzz.h"

#include "base/mime.h"
#include "routing/report.h"

static GPtrArray *
make_rcpts (const char *words, const char *address)
{
  GPtrArray *list = ist_report_rcpts_new ();
  IstReportRcpt *rcpt = g_new0 (IstReportRcpt, 1);

  rcpt->address = g_strdup (address);
  rcpt->original = g_strdup_printf ("rfc822;%s", address);
  rcpt->host = g_strdup ("mx.peer.example");
  rcpt->words = g_strdup (words);
  ist_reply_set (&rcpt->reply, 550, "5.1.1", "%s", words);
  g_ptr_array_add (list, rcpt);
  return list;
}

static void
check_report (GBytes *report, guint fields)
{
  g_autoptr (IstBody) body = ist_body_new_bytes (report);
  g_autoptr (IstMimePart) root = ist_mime_parse (body);
  g_autoptr (IstMessage) message = ist_message_new (body);

  g_assert_cmpstr (root->type, ==, "multipart/report");
  g_assert_cmpuint (root->children->len, ==, 3);
  g_assert_cmpuint (ist_message_n_fields (message), ==, fields);
}

static guint
n_fields (GBytes *report)
{
  g_autoptr (IstBody) body = ist_body_new_bytes (report);
  g_autoptr (IstMessage) message = ist_message_new (body);

  return ist_message_n_fields (message);
}

static GBytes *
build (IstReportKind kind, IstRet ret, const char *words, const char *address, GBytes *text)
{
  g_autoptr (IstBody) body = ist_body_new_bytes (text);
  g_autoptr (GPtrArray) rcpts = make_rcpts (words, address);
  g_autoptr (IstQueueMessage) original = ist_queue_message_new ();
  IstReportRequest request = { .kind = kind,
                               .hostname = "mx.acme.example",
                               .queue_id = "02JE6WFS98n1",
                               .original = original,
                               .rcpts = rcpts };

  original->queue_id = g_strdup ("02JE6WFS97n1");
  original->sender = g_strdup ("anna@acme.example");
  original->envid = g_strdup (words);
  original->ret = ret;
  original->body = ist_body_ref (body);
  return ist_report_build (&request);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *all = fuzz_text (data, size);
  g_auto (GStrv) lines = g_strsplit (all, "\n", 3);
  guint n = g_strv_length (lines);
  const char *words = n > 0 ? lines[0] : "";
  const char *address = n > 1 && lines[1][0] != '\0' && strchr (lines[1], '\r') == NULL ? lines[1] : "a@b.example";
  g_autoptr (GBytes) text = g_bytes_new (n > 2 ? lines[2] : "", n > 2 ? strlen (lines[2]) : 0);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);

  for (int kind = IST_REPORT_FAILURE; kind <= IST_REPORT_RELAYED; kind++)
    {
      g_autoptr (GBytes) plain = build ((IstReportKind) kind, IST_RET_HDRS, "no", address, nothing);
      g_autoptr (GBytes) full = build ((IstReportKind) kind, IST_RET_FULL, words, address, text);
      g_autoptr (GBytes) head = build ((IstReportKind) kind, IST_RET_HDRS, words, address, text);

      check_report (full, n_fields (plain));
      check_report (head, n_fields (plain));
    }
  return 0;
}
