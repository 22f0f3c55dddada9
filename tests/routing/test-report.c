/* Delivery reports: one whole, then what each case changes. */
#include "base/mime.h"
#include "routing/report.h"
#include "tests/harness/harness.h"

#include <string.h>

#define ORIGINAL "Received: from x\r\nSubject: hello\r\n\r\nbody\r\n"

typedef struct
{
  const char *name;
  IstReportKind kind;
  guint code;
  const char *enhanced, *words; /* of the answer; code 0: our own words */
  const char *orcpt, *address;
  IstRet ret;
  const char *has[6], *has_not[4];
} Row;

static char *
build (const Row *row, const char *text)
{
  g_autoptr (GPtrArray) rcpts = ist_report_rcpts_new ();
  IstReportRcpt *rcpt = g_new0 (IstReportRcpt, 1);
  g_autoptr (IstQueueMessage) original = ist_queue_message_new ();
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  g_autoptr (GBytes) report = NULL;
  IstReportRequest request = { .kind = row->kind, .hostname = "mx.example", .queue_id = "R1",
                               .now_wall_usecs = G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC,
                               .original = original, .rcpts = rcpts };
  gsize size;
  const char *data;

  rcpt->address = g_strdup (row->address);
  rcpt->original = g_strdup (row->orcpt);
  if (row->code != 0)
    {
      rcpt->host = g_strdup ("hub.example");
      ist_reply_set (&rcpt->reply, row->code, row->enhanced, "%s", row->words);
      rcpt->words = ist_reply_to_string (&rcpt->reply);
    }
  else
    rcpt->words = g_strdup (row->words);
  g_ptr_array_add (rcpts, rcpt);
  original->queue_id = g_strdup ("Q1");
  original->sender = g_strdup ("s@a.example");
  original->envid = g_strdup ("env 7");
  original->message_id = g_strdup ("<m@a.example>");
  original->ret = row->ret;
  original->received = G_GINT64_CONSTANT (1699990000) * G_USEC_PER_SEC;
  original->expires = G_GINT64_CONSTANT (1700422000) * G_USEC_PER_SEC;
  original->body = ist_body_new_bytes (body);
  report = ist_report_build (&request);
  data = g_bytes_get_data (report, &size);
  return g_strndup (data, size);
}

static void
test_whole (void)
{
  static const Row row = { "", IST_REPORT_FAILURE, 550, "5.1.1", "no such user", "rfc822;o@b.example",
                           "r@b.example", IST_RET_DEFAULT, { NULL }, { NULL } };
  g_autofree char *got = build (&row, ORIGINAL);

  IST_ASSERT_STR (
      got,
      "From: Mail Delivery System <postmaster@mx.example>\r\nTo: <s@a.example>\r\n"
      "Subject: Undelivered mail returned to sender\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
      "Message-ID: <R1@mx.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/report; report-type=delivery-status;\r\n"
      "\tboundary=\"isthmus-R1-report\"\r\nContent-Transfer-Encoding: 8bit\r\n"
      "References: <m@a.example>\r\n\r\n"
      "--isthmus-R1-report\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: 8bit\r\n\r\n"
      "Your message could not be delivered to the recipients below. It is not tried any more.\r\n\r\n"
      "<r@b.example>\r\n    hub.example said: 550 5.1.1 no such user\r\n"
      "    There is no such address. Check how it is written, and send the message again.\r\n\r\n"
      "Your postmaster finds the message under its number Q1 at mx.example.\r\n\r\n"
      "--isthmus-R1-report\r\nContent-Type: message/delivery-status\r\n\r\n"
      "Reporting-MTA: dns;mx.example\r\nOriginal-Envelope-Id: env 7\r\nX-Isthmus-Queue-Id: Q1\r\n"
      "Arrival-Date: Tue, 14 Nov 2023 19:26:40 +0000\r\n\r\n"
      "Original-Recipient: rfc822;o@b.example\r\nFinal-Recipient: rfc822;r@b.example\r\n"
      "Action: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns;hub.example\r\n"
      "Diagnostic-Code: smtp;550 5.1.1 no such user\r\n\r\n"
      "--isthmus-R1-report\r\nContent-Type: text/rfc822-headers\r\n\r\n"
      "Received: from x\r\nSubject: hello\r\n\r\n\r\n--isthmus-R1-report--\r\n");
}

static const Row rows[] = {
  { "expired", IST_REPORT_FAILURE, 451, "4.3.2", "later", NULL, "r@b.example", IST_RET_DEFAULT,
    { "Action: failed\r\nStatus: 5.4.7\r\n",
      "It was tried since Tue, 14 Nov 2023 19:26:40 +0000 without success.",
      "hub.example said: 451 4.3.2 later", "Diagnostic-Code: smtp;451 4.3.2 later\r\n" },
    { "Original-Recipient" } },
  { "nobody answered", IST_REPORT_FAILURE, 0, NULL, "relay r: no host answers", NULL, "r@b.example",
    IST_RET_DEFAULT, { "    relay r: no host answers\r\n", "Status: 5.4.7\r\n" },
    { "Diagnostic-Code", "Remote-MTA" } },
  { "delayed", IST_REPORT_DELAY, 450, "4.2.1", "later", NULL, "r@b.example", IST_RET_FULL,
    { "Subject: Delayed mail", "You need not do anything", "Action: delayed\r\nStatus: 4.2.1\r\n",
      "Will-Retry-Until: Sun, 19 Nov 2023 19:26:40 +0000\r\n", "text/rfc822-headers" },
    { "message/rfc822\r\n" } },
  { "relayed", IST_REPORT_RELAYED, 250, "2.0.0", "ok", NULL, "r@b.example", IST_RET_DEFAULT,
    { "Action: relayed\r\nStatus: 2.0.0\r\n", "confirmation of delivery" }, { "postmaster." } },
  { "the whole message returned", IST_REPORT_FAILURE, 554, NULL, "no", NULL, "r@b.example", IST_RET_FULL,
    { "Content-Type: message/rfc822\r\n\r\n" ORIGINAL, "Status: 5.0.0\r\n" }, { "rfc822-headers" } },
  { "only its header", IST_REPORT_FAILURE, 554, NULL, "no", NULL, "r@b.example", IST_RET_HDRS,
    { "Content-Type: text/rfc822-headers\r\n\r\nReceived: from x\r\n" }, { "body\r\n" } },
  { "words of other letters", IST_REPORT_FAILURE, 550, "5.7.1", "nicht f\xc3\xbcr dich", NULL, "r@b.example",
    IST_RET_DEFAULT, { "said: 550 5.7.1 nicht f\xc3\xbcr dich\r\n", "smtp;550 5.7.1 nicht f??r dich\r\n" },
    { NULL } },
  { "several lines", IST_REPORT_FAILURE, 550, "5.7.1", "one\ntwo\r\nBcc: x", NULL, "r@b.example",
    IST_RET_DEFAULT, { "said: 550 5.7.1 one two" }, { "\nBcc", "\ntwo" } },
  { "an address in UTF-8", IST_REPORT_FAILURE, 550, "5.1.1", "no", "utf-8;\xc3\xa4@b.example",
    "\xc3\xa4@b.example", IST_RET_DEFAULT,
    { "report-type=global-delivery-status", "Content-Type: message/global-delivery-status\r\n",
      "Final-Recipient: utf-8;\xc3\xa4@b.example\r\n", "Original-Recipient: utf-8;\xc3\xa4@b.example\r\n" },
    { NULL } },
  { "a line end in ORCPT", IST_REPORT_FAILURE, 550, "5.1.1", "no", "rfc822;a\r\nAction: delivered",
    "r@b.example", IST_RET_DEFAULT, { "Original-Recipient: rfc822;a  Action: delivered\r\n" },
    { "\nAction: delivered" } },
  { "too large", IST_REPORT_FAILURE, 552, "5.3.4", "too large", NULL, "r@b.example", IST_RET_DEFAULT,
    { "without its largest attachments" }, { NULL } },
};

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = build (&rows[i], ORIGINAL);

      for (gsize k = 0; k < G_N_ELEMENTS (rows[i].has) && rows[i].has[k] != NULL; k++)
        {
          ist_row ("%s: has %s", rows[i].name, rows[i].has[k]);
          IST_ASSERT (strstr (got, rows[i].has[k]) != NULL);
        }
      for (gsize k = 0; k < G_N_ELEMENTS (rows[i].has_not) && rows[i].has_not[k] != NULL; k++)
        {
          ist_row ("%s: has not %s", rows[i].name, rows[i].has_not[k]);
          IST_ASSERT (strstr (got, rows[i].has_not[k]) == NULL);
        }
    }
}

/* Whatever a host answers and the original holds, the report has three parts and no long lines. */
static void
test_bounds (void)
{
  g_autofree char *long_words = g_strnfill (100000, 'w');
  Row row = { "", IST_REPORT_FAILURE, 550, "5.1.1", long_words, NULL, "r@b.example", IST_RET_FULL,
              { NULL }, { NULL } };
  g_autofree char *long_body = g_strnfill (300000, 'b');
  g_autofree char *original = g_strdup_printf ("Subject: x\r\n\r\n%s\r\n", long_body);
  g_autofree char *got = build (&row, original);
  g_autoptr (GBytes) bytes = g_bytes_new (got, strlen (got));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMimePart) root = ist_mime_parse (body);
  g_auto (GStrv) lines = g_strsplit (got, "\r\n", -1);

  IST_ASSERT_INT (root->children->len, 3);
  IST_ASSERT (strlen (got) < 10000);
  for (guint i = 0; lines[i] != NULL; i++)
    IST_ASSERT (strlen (lines[i]) <= 998 && strchr (lines[i], '\n') == NULL);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "whole", test_whole }, { "rows", test_rows }, { "bounds", test_bounds }, { NULL, NULL }
  };

  return ist_test_main ("report", tests);
}
