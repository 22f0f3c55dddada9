#include "routing/report.h"

#include "base/address.h"
#include "base/message.h"

#include <string.h>

/* RET=FULL is honoured up to here: a report is no way to send somebody 50 MB. */
#define MAX_RETURNED (256 * 1024)
#define MAX_RETURNED_HEADER (64 * 1024)
#define MAX_WORDS 800

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

/* ---- words ---- */

/* A host's answer on one line of bounded length: RFC 5322 allows 998 bytes, and nobody reads more. */
static char *
one_line (const char *text)
{
  g_autofree char *copy = g_strdelimit (g_strdup (text != NULL ? text : ""), "\r\n\t", ' ');
  gsize end = strlen (copy);

  if (end <= MAX_WORDS)
    return g_steal_pointer (&copy);
  for (end = MAX_WORDS; end > 0 && ((guchar) copy[end] & 0xc0) == 0x80; end--)
    ;
  return g_strdup_printf ("%.*s ...", (int) end, copy);
}

/* message/delivery-status is ASCII (RFC 3464 2.1.1). */
static char *
ascii_line (const char *text)
{
  char *line = one_line (text);

  for (char *p = line; *p != '\0'; p++)
    if ((guchar) *p >= 128 || (guchar) *p < 32 || *p == 127)
      *p = '?';
  return line;
}

static gboolean
is_expired (const IstReportRequest *r, const IstReportRcpt *rcpt)
{
  return r->kind == IST_REPORT_FAILURE && !ist_reply_is_final (&rcpt->reply);
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
      return "Your message could not be delivered to the recipients below. It is not tried any more.\r\n";
    case IST_REPORT_DELAY:
      return "Your message has not been delivered to the recipients below yet. You need not do anything:\r\n"
             "it is tried again, and you are told if it is given up.\r\n";
    default:
      return "Your message was handed to the next system for the recipients below. That system sends no\r\n"
             "confirmation of delivery.\r\n";
    }
}

/* What a person can do, by the status of RFC 3463; the first match counts. */
static const char *
advice (const char *status)
{
  static const struct
  {
    const char *start, *words;
  } rows[] = {
    { "5.1.1", "There is no such address. Check how it is written, and send the message again." },
    { "5.1.", "The address is not usable. Check how it is written, and send the message again." },
    { "5.2.2", "The mailbox is full. Tell the recipient another way, and send the message again later." },
    { "5.3.4", "The message is too large. Send it again without its largest attachments." },
    { "5.2.3", "The message is too large. Send it again without its largest attachments." },
    { "5.4.6", "The mail systems send this message in circles. Show this report to your postmaster." },
    { "5.4.7", "Nobody could take it in all that time. Send it again if it still matters, and show this\r\n"
               "    report to your postmaster." },
    { "5.6.", "The receiving system cannot take this kind of message. Show this report to your postmaster." },
    { "5.7.", "The receiving system does not allow it. Ask the recipient or your postmaster." },
    { "5.", "Show this report to your postmaster." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_has_prefix (status, rows[i].start))
      return rows[i].words;
  return NULL;
}

/* RFC 3463: from the peer's enhanced code, else from the reply's first digit, else expired (4.4.7). */
static char *
status_code (const IstReportRequest *r, const IstReportRcpt *rcpt)
{
  char class = r->kind == IST_REPORT_FAILURE ? '5' : r->kind == IST_REPORT_DELAY ? '4' : '2';

  if (rcpt->reply.enhanced != NULL && rcpt->reply.enhanced[0] == class)
    return g_strdup (rcpt->reply.enhanced);
  if (is_expired (r, rcpt))
    return g_strdup ("5.4.7");
  return g_strdup_printf ("%c.0.0", class);
}

static void
append_person (GString *out, const IstReportRequest *r, const IstReportRcpt *rcpt)
{
  g_autofree char *words = one_line (rcpt->words);
  g_autofree char *status = status_code (r, rcpt);
  const char *what_to_do = advice (status);

  g_string_append_printf (out, "\r\n<%s>\r\n", rcpt->address);
  if (is_expired (r, rcpt))
    {
      g_autofree char *since = date_text (r->original->received);

      g_string_append_printf (out, "    It was tried since %s without success. The last try said:\r\n",
                              since);
    }
  if (rcpt->host != NULL && rcpt->reply.code != 0)
    g_string_append_printf (out, "    %s said: %s\r\n", rcpt->host, words);
  else if (words[0] != '\0')
    g_string_append_printf (out, "    %s\r\n", words);
  if (what_to_do != NULL)
    g_string_append_printf (out, "    %s\r\n", what_to_do);
}

static void
append_people (GString *out, const IstReportRequest *r)
{
  g_string_append (out, introduction (r->kind));
  for (guint i = 0; i < r->rcpts->len; i++)
    append_person (out, r, g_ptr_array_index (r->rcpts, i));
  g_string_append_printf (out, "\r\nYour postmaster finds the message under its number %s at %s.\r\n",
                          r->original->queue_id, r->hostname);
}

/* ---- for machines ---- */

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
  g_autofree char *words = ascii_line (rcpt->words);
  g_autofree char *original = one_line (rcpt->original);
  const char *type = ist_is_ascii (rcpt->address) ? "rfc822" : "utf-8";

  g_string_append (out, "\r\n");
  if (rcpt->original != NULL)
    g_string_append_printf (out, "Original-Recipient: %s\r\n", original);
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
      g_autofree char *envid = ascii_line (r->original->envid);

      g_string_append_printf (out, "Original-Envelope-Id: %s\r\n", envid);
    }
  g_string_append_printf (out, "X-Isthmus-Queue-Id: %s\r\nArrival-Date: %s\r\n", r->original->queue_id,
                          arrival);
  for (guint i = 0; i < r->rcpts->len; i++)
    append_rcpt (out, r, g_ptr_array_index (r->rcpts, i));
}

/* ---- the original ---- */

/* Where the original's own bytes go; *utf8 when they are not ASCII. */
static const char *
original_text (const IstReportRequest *r, gsize *size, gboolean *full, gboolean *eight_bit)
{
  const char *data = ist_body_data (r->original->body, size);
  g_autoptr (IstMessage) message = ist_message_new (r->original->body);

  *full = r->original->ret == IST_RET_FULL && r->kind == IST_REPORT_FAILURE && *size <= MAX_RETURNED;
  if (!*full)
    *size = MIN (ist_message_body_offset (message), MAX_RETURNED_HEADER);
  *eight_bit = FALSE;
  for (gsize i = 0; i < *size && !*eight_bit; i++)
    *eight_bit = (guchar) data[i] >= 128;
  return data;
}

static void
append_original (GString *out, const char *data, gsize size, gboolean full, gboolean eight_bit)
{
  g_string_append_printf (out, "Content-Type: %s\r\n%s\r\n",
                          full ? "message/rfc822" : "text/rfc822-headers",
                          eight_bit ? "Content-Transfer-Encoding: 8bit\r\n" : "");
  g_string_append_len (out, data, (gssize) size);
  if (size == 0 || data[size - 1] != '\n')
    g_string_append (out, "\r\n");
}

static gboolean
needs_utf8 (const IstReportRequest *r)
{
  for (guint i = 0; i < r->rcpts->len; i++)
    {
      const IstReportRcpt *rcpt = g_ptr_array_index (r->rcpts, i);

      if (!ist_is_ascii (rcpt->address)
          || (rcpt->original != NULL && !ist_is_ascii (rcpt->original)))
        return TRUE;
    }
  return FALSE;
}

static gboolean
holds (IstBody *body, const char *text)
{
  gsize size, length = strlen (text);
  const char *p = ist_body_data (body, &size);

  for (gsize i = 0; i + length <= size; i++)
    if (p[i] == text[0] && memcmp (p + i, text, length) == 0)
      return TRUE;
  return FALSE;
}

/* Queue ids can be guessed: a message made for it must not end its part of the report (RFC 2046 5.1.1). */
static char *
free_boundary (const IstReportRequest *r)
{
  char *boundary = g_strdup_printf ("isthmus-%s-report", r->queue_id);

  for (guint i = 1; holds (r->original->body, boundary); i++)
    {
      g_free (boundary);
      boundary = g_strdup_printf ("isthmus-%s-report.%u", r->queue_id, i);
    }
  return boundary;
}

GBytes *
ist_report_build (const IstReportRequest *r)
{
  GString *out = g_string_new (NULL);
  g_autofree char *date = date_text (r->now_wall_usecs);
  g_autofree char *boundary = free_boundary (r);
  g_autofree char *message_id = NULL;
  gboolean utf8 = needs_utf8 (r);
  gboolean full, eight_bit;
  gsize size;
  const char *original = original_text (r, &size, &full, &eight_bit);

  g_string_append_printf (
      out,
      "From: Mail Delivery System <postmaster@%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\n"
      "Message-ID: <%s@%s>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/report; report-type=%s;\r\n\tboundary=\"%s\"\r\n"
      "Content-Transfer-Encoding: 8bit\r\n",
      r->hostname, r->original->sender, subject (r->kind), date, r->queue_id, r->hostname,
      utf8 ? "global-delivery-status" : "delivery-status", boundary);
  if (r->original->message_id != NULL && ist_is_ascii (r->original->message_id))
    {
      message_id = one_line (r->original->message_id);
      g_string_append_printf (out, "References: %s\r\n", message_id);
    }
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
  append_original (out, original, size, full, eight_bit);
  g_string_append_printf (out, "\r\n--%s--\r\n", boundary);
  return g_string_free_to_bytes (out);
}
