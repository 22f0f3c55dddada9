/*
 * receipts - Notes asks for a read receipt with Return-Receipt-To or Disposition-Notification-To, as its server is
 * set; for Exchange the first asks for a delivery report. Notes and old Exchange answer in plain text.
 *
 * Predicate: a request that the other side reads otherwise or not at all; or a text that is nothing but such an
 * answer (docs/transforms.md has the wordings).
 * Repair: the request gets the other field too; towards Exchange Return-Receipt-To becomes
 * Disposition-Notification-To. An answer becomes multipart/report; report-type=disposition-notification (RFC 8098),
 * its text kept.
 */
#include "convert/transforms.h"

#include "convert/field.h"
#include "convert/report-parts.h"

#include <string.h>

#define NAME "receipts"

static void
request_to_exchange (IstMessage *message)
{
  static const char *const asking[] = { "Return-Receipt-To", "X-Confirm-Reading-To" };

  for (gsize i = 0; i < G_N_ELEMENTS (asking); i++)
    {
      g_autofree char *address = ist_field_get (message, asking[i]);
      g_autofree char *clean = NULL;

      if (address == NULL)
        continue;
      clean = ist_report_parts_line (address);
      ist_field_drop (message, asking[i]);
      ist_message_note (message, NAME,
                        "%s, which Exchange takes otherwise, made Disposition-Notification-To",
                        asking[i]);
      if (*clean != '\0' && !ist_field_exists (message, "Disposition-Notification-To"))
        ist_field_put (message, "Disposition-Notification-To", clean);
    }
}

static void
request_to_domino (IstMessage *message)
{
  g_autofree char *address = ist_field_get (message, "Disposition-Notification-To");
  g_autofree char *clean = NULL;

  if (address == NULL || ist_field_exists (message, "Return-Receipt-To"))
    return;
  clean = ist_report_parts_line (address);
  if (*clean == '\0')
    return;
  ist_field_put (message, "Return-Receipt-To", clean);
  ist_message_note (message, NAME, "Return-Receipt-To added beside Disposition-Notification-To");
}

/* In one line, blanks collapsed, at most some hundred characters. */
static char *
first_words (const char *text)
{
  g_autofree char *start = g_strndup (text, 2000);

  return ist_report_parts_line (start);
}

/* "Return Receipt / Your document: … / was received by: … / at: …", in columns that wrap. */
static const char *
notes_disposition (const char *words)
{
  const char *document, *by;

  if (!g_str_has_prefix (words, "Return Receipt Your "))
    return NULL;
  document = strstr (words, "document:");
  by = document != NULL ? strstr (document, "by:") : NULL;
  return by != NULL && strstr (by, "at:") != NULL && strstr (document, "was ") != NULL
                 && strstr (document, "received") != NULL
             ? "displayed"
             : NULL;
}

/* "Your message / To: … / Subject: … / Sent: … / was read on …". */
static const char *
exchange_disposition (const char *words)
{
  if (!g_str_has_prefix (words, "Your message") || strstr (words, "Subject:") == NULL)
    return NULL;
  if (strstr (words, "was deleted without being read on") != NULL)
    return "deleted";
  return strstr (words, "was read on") != NULL ? "displayed" : NULL;
}

static void
build (IstMessage *message, const char *disposition)
{
  g_autofree char *from = ist_field_get (message, "From");
  const char *type = NULL;
  g_autofree char *address = from != NULL ? ist_report_parts_find_address (from, &type) : NULL;
  g_autofree char *line = address != NULL ? ist_report_parts_line (address) : NULL;
  g_autofree char *original = ist_field_get (message, "In-Reply-To");
  g_autofree char *id = original != NULL ? ist_report_parts_line (original) : NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  if (line == NULL)
    return;
  g_string_printf (out, "Final-Recipient: %s; %s\r\n", type, line);
  if (id != NULL && *id == '<' && strchr (id, ' ') == NULL)
    g_string_append_printf (out, "Original-Message-ID: %s\r\n", id);
  g_string_append_printf (out, "Disposition: automatic-action/MDN-sent-automatically; %s\r\n",
                          disposition);
  ist_report_parts_add (ist_report_parts_wrap (message, "disposition-notification"),
                        "message/disposition-notification", out->str);
  ist_message_note (message, NAME,
                    "read receipt in plain text made one that programs can read (%s)", disposition);
}

static void
answer (IstMessage *message, const char *(*reader) (const char *words))
{
  IstMimeNode *root = ist_mime_tree (message);
  g_autofree char *text = NULL;
  g_autofree char *words = NULL;
  const char *disposition;

  if (root->sealed || ist_mime_node_find (root, "message/disposition-notification") != NULL)
    return;
  text = ist_report_parts_text (root);
  words = text != NULL ? first_words (text) : NULL;
  disposition = words != NULL ? reader (words) : NULL;
  if (disposition != NULL)
    build (message, disposition);
}

/* A look at the first bytes, so that other mail makes no tree. */
static gboolean
body_begins (const IstMessage *message, const char *words)
{
  gsize size;
  const char *data = ist_body_data (ist_message_original (message), &size);
  gsize offset = MIN (ist_message_body_offset (message), size);

  return g_strstr_len (data + offset, (gssize) MIN (size - offset, 2000), words) != NULL;
}

gboolean
ist_receipts (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autofree char *type = ist_field_get (message, "Content-Type");

  if (context->from == IST_SIDE_DOMINO && context->to == IST_SIDE_EXCHANGE)
    request_to_exchange (message);
  else if (context->to == IST_SIDE_DOMINO)
    request_to_domino (message);
  if (type != NULL && g_ascii_strncasecmp (type, "multipart/report", 16) == 0)
    return TRUE;
  if (context->from == IST_SIDE_DOMINO && ist_field_is_notes_made (message)
      && body_begins (message, "Return Receipt"))
    answer (message, notes_disposition);
  else if (context->from == IST_SIDE_EXCHANGE
           && (ist_field_begins (message, "Subject", "Read:")
               || ist_field_begins (message, "Subject", "Not read:"))
           && body_begins (message, "Your message"))
    answer (message, exchange_disposition);
  return TRUE;
}
