#include "routing/report.h"

#include "base/address.h"
#include "base/message.h"

#include <string.h>

/* RET=FULL is honoured up to here: a report is no way to send somebody 50 MB. */
#define MAX_RETURNED (256 * 1024)
#define MAX_RETURNED_HEADER (64 * 1024)

static void
rcpt_free (IstReportRcpt *rcpt)
{
  g_free (rcpt->address);
  g_free (rcpt->original);
  g_free (rcpt->host);
  g_free (rcpt->words);
  ist_reply_clear (&rcpt->reply);
  g_free (rcpt);
}

GPtrArray *
ist_report_rcpts_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) rcpt_free);
}

static char *
date_text (gint64 wall_usecs)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (wall_usecs / G_USEC_PER_SEC);
  static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

  return g_strdup_printf ("%s, %02d %s %04d %02d:%02d:%02d +0000",
                          days[g_date_time_get_day_of_week (time) - 1],
                          g_date_time_get_day_of_month (time),
                          months[g_date_time_get_month (time) - 1], g_date_time_get_year (time),
                          g_date_time_get_hour (time), g_date_time_get_minute (time),
                          g_date_time_get_second (time));
}

/* ---- for people ---- */

static const char *
subject (IstReportKind kind)
{
  switch (kind)
    {
    case IST_REPORT_FAILURE:
      return "Undelivered mail returned to sender";
    case IST_REPORT_DELAY:
      return "Delayed mail (still being retried)";
    default:
      return "Mail relayed to a system that sends no confirmations";
    }
}

static const char *
introduction (IstReportKind kind)
{
  switch (kind)
    {
    case IST_REPORT_FAILURE:
      return "Your message could not be delivered to the recipients below. It is not tried any more.\r\n"
             "If the reason is one you can mend (a mistyped address, a message too large), mend it and\r\n"
             "send the message again; otherwise show this report to your postmaster.\r\n";
    case IST_REPORT_DELAY:
      return "Your message has not been delivered to the recipients below yet. You need not do anything:\r\n"
             "it is tried again, and you are told if it is given up.\r\n";
    default:
      return "Your message was handed to the next system for the recipients below. That system sends no\r\n"
             "confirmation of delivery.\r\n";
    }
}

static char *
one_line (const char *text)
{
  return g_strdelimit (g_strdup (text != NULL ? text : ""), "\r\n", ' ');
}

static void
append_people (GString *out, const IstReportRequest *r)
{
  g_string_append (out, introduction (r->kind));
  for (guint i = 0; i < r->rcpts->len; i++)
    {
      const IstReportRcpt *rcpt = g_ptr_array_index (r->rcpts, i);
      g_autofree char *words = one_line (rcpt->words);

      g_string_append_printf (out, "\r\n<%s>\r\n", rcpt->address);
      if (rcpt->host != NULL && rcpt->reply.code != 0)
        g_string_append_printf (out, "    %s said: %s\r\n", rcpt->host, words);
      else if (words[0] != '\0')
        g_string_append_printf (out, "    %s\r\n", words);
    }
}

/* ---- for machines ---- */

/* RFC 3463: from the peer's enhanced code, else from the reply's first digit, else expired (4.4.7). */
static char *
status_code (const IstReportRequest *r, const IstReportRcpt *rcpt)
{
  char class = r->kind == IST_REPORT_FAILURE ? '5' : r->kind == IST_REPORT_DELAY ? '4' : '2';

  if (rcpt->reply.enhanced != NULL && rcpt->reply.enhanced[0] == class)
    return g_strdup (rcpt->reply.enhanced);
  if (r->kind == IST_REPORT_FAILURE && !ist_reply_is_final (&rcpt->reply))
    return g_strdup ("5.4.7");
  return g_strdup_printf ("%c.0.0", class);
}

static const char *
action (IstReportKind kind)
{
  static const char *const names[] = { "failed", "delayed", "relayed" };

  return names[kind];
}

static void
append_rcpt (GString *out, const IstReportRequest *r, const IstReportRcpt *rcpt)
{
  g_autofree char *status = status_code (r, rcpt);
  g_autofree char *words = one_line (rcpt->words);
  const char *type = ist_is_ascii (rcpt->address) ? "rfc822" : "utf-8";

  g_string_append (out, "\r\n");
  if (rcpt->original != NULL)
    g_string_append_printf (out, "Original-Recipient: %s\r\n", rcpt->original);
  g_string_append_printf (out, "Final-Recipient: %s;%s\r\nAction: %s\r\nStatus: %s\r\n", type,
                          rcpt->address, action (r->kind), status);
  if (rcpt->host != NULL)
    g_string_append_printf (out, "Remote-MTA: dns;%s\r\n", rcpt->host);
  if (rcpt->reply.code != 0)
    g_string_append_printf (out, "Diagnostic-Code: smtp;%s\r\n", words);
  if (r->kind == IST_REPORT_DELAY)
    {
      g_autofree char *until = date_text (r->original->expires);

      g_string_append_printf (out, "Will-Retry-Until: %s\r\n", until);
    }
}

static void
append_machines (GString *out, const IstReportRequest *r)
{
  g_autofree char *arrival = date_text (r->original->received);

  g_string_append_printf (out, "Reporting-MTA: dns;%s\r\n", r->hostname);
  if (r->original->envid != NULL)
    {
      g_autofree char *envid = one_line (r->original->envid);

      g_string_append_printf (out, "Original-Envelope-Id: %s\r\n", envid);
    }
  g_string_append_printf (out, "X-Isthmus-Queue-Id: %s\r\nArrival-Date: %s\r\n", r->original->queue_id,
                          arrival);
  for (guint i = 0; i < r->rcpts->len; i++)
    append_rcpt (out, r, g_ptr_array_index (r->rcpts, i));
}

/* ---- the original ---- */

static void
append_original (GString *out, const IstReportRequest *r)
{
  gsize size;
  const char *data = ist_body_data (r->original->body, &size);
  gboolean full = r->original->ret == IST_RET_FULL && r->kind == IST_REPORT_FAILURE
                  && size <= MAX_RETURNED;
  g_autoptr (IstMessage) message = ist_message_new (r->original->body);
  gsize end = full ? size : MIN (ist_message_body_offset (message), MAX_RETURNED_HEADER);
  gboolean utf8 = FALSE;

  for (gsize i = 0; i < end && !utf8; i++)
    utf8 = (guchar) data[i] >= 128;
  g_string_append_printf (out, "Content-Type: %s\r\n%s\r\n",
                          full ? "message/rfc822" : "text/rfc822-headers",
                          utf8 ? "Content-Transfer-Encoding: 8bit\r\n" : "");
  g_string_append_len (out, data, (gssize) end);
  if (end == 0 || data[end - 1] != '\n')
    g_string_append (out, "\r\n");
}

GBytes *
ist_report_build (const IstReportRequest *r)
{
  GString *out = g_string_new (NULL);
  g_autofree char *date = date_text (r->now_wall_usecs);
  g_autofree char *boundary = g_strdup_printf ("isthmus-%s-report", r->queue_id);
  gboolean utf8 = FALSE;

  for (guint i = 0; i < r->rcpts->len; i++)
    utf8 |= !ist_is_ascii (((const IstReportRcpt *) g_ptr_array_index (r->rcpts, i))->address);
  g_string_append_printf (
      out,
      "From: Mail Delivery System <postmaster@%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\n"
      "Message-ID: <%s@%s>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/report; report-type=%s;\r\n\tboundary=\"%s\"\r\n",
      r->hostname, r->original->sender, subject (r->kind), date, r->queue_id, r->hostname,
      utf8 ? "global-delivery-status" : "delivery-status", boundary);
  if (r->original->message_id != NULL && strpbrk (r->original->message_id, "\r\n") == NULL)
    g_string_append_printf (out, "References: %s\r\n", r->original->message_id);
  g_string_append_printf (out,
                          "\r\n--%s\r\nContent-Type: text/plain; charset=utf-8\r\n"
                          "Content-Transfer-Encoding: 8bit\r\n\r\n",
                          boundary);
  append_people (out, r);
  g_string_append_printf (out, "\r\n--%s\r\nContent-Type: message/%sdelivery-status\r\n%s\r\n", boundary,
                          utf8 ? "global-" : "",
                          utf8 ? "Content-Transfer-Encoding: 8bit\r\n" : "");
  append_machines (out, r);
  g_string_append_printf (out, "\r\n--%s\r\n", boundary);
  append_original (out, r);
  g_string_append_printf (out, "\r\n--%s--\r\n", boundary);
  return g_string_free_to_bytes (out);
}
