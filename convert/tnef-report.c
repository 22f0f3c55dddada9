/* The machine's half of receipts and delivery reports ([MS-OXOMSG] 2.2.2.1, RFC 8098, RFC 3464). */
#include "convert/tnef-items.h"

#include "convert/catalog.h"

#include <string.h>

static gboolean
ends_with (const char *text, const char *end)
{
  gsize n = strlen (text), m = strlen (end);

  return n >= m && g_ascii_strcasecmp (text + n - m, end) == 0;
}

static gboolean
is_report (const char *class)
{
  return g_ascii_strncasecmp (class, "REPORT.", 7) == 0;
}

/* An id as it can stand in a field, with its brackets. */
static char *
original_id (const IstTnef *tnef, const IstMessage *head)
{
  guint i = ist_message_find_field (head, "In-Reply-To", 0);
  g_autofree char *id = ist_mapi_props_text (tnef->props, 0x1042);

  if (id == NULL && i != IST_MESSAGE_NOT_FOUND)
    id = ist_message_field_value (head, i);
  if (id == NULL || *id != '<' || !g_str_has_suffix (id, ">") || strlen (id) > 900)
    return NULL;
  for (const char *p = id; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return NULL;
  return g_steal_pointer (&id);
}

static IstMimeNode *
make_node (const char *type, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  IstMimeNode *node = ist_mime_node_new (type, NULL, NULL);

  ist_mime_node_set_raw (node, body, 0, ist_body_size (body));
  return node;
}

static IstMimeNode *
make_receipt (const IstTnef *tnef, const IstMessage *head, gboolean was_read)
{
  g_autofree char *reader = ist_tnef_items_address (head, "From");
  g_autofree char *id = original_id (tnef, head);
  g_autoptr (GString) out = g_string_new ("Reporting-UA: Microsoft Outlook\r\n");

  if (reader == NULL)
    return NULL;
  g_string_append_printf (out, "Final-Recipient: rfc822;%s\r\n", reader);
  if (id != NULL)
    g_string_append_printf (out, "Original-Message-ID: %s\r\n", id);
  g_string_append_printf (out, "Disposition: manual-action/MDN-sent-manually; %s\r\n",
                          was_read ? "displayed" : "deleted");
  return make_node ("message/disposition-notification", out->str);
}

static IstMimeNode *
make_delivery (const IstTnef *tnef, const IstMessage *head, gboolean delivered)
{
  g_autofree char *from = ist_tnef_items_address (head, "From");
  const char *domain = from != NULL ? strchr (from, '@') + 1 : "unknown.invalid";
  g_autoptr (GString) out = g_string_new (NULL);
  guint n = 0;

  g_string_append_printf (out, "Reporting-MTA: dns;%s\r\n", domain);
  for (guint i = 0; i < tnef->recipients->len && n < 1000; i++)
    {
      const IstTnefPerson *person = g_ptr_array_index (tnef->recipients, i);

      if (person->address == NULL || !g_str_is_ascii (person->address)
          || strlen (person->address) > 320 || strpbrk (person->address, "\r\n <>") != NULL)
        continue;
      n++;
      g_string_append_printf (out, "\r\nFinal-Recipient: rfc822;%s\r\nAction: %s\r\nStatus: %s\r\n",
                              person->address, delivered ? "delivered" : "failed",
                              delivered ? "2.0.0" : "5.0.0");
    }
  return n > 0 ? make_node ("message/delivery-status", out->str) : NULL;
}

/* That of the message that the report is about; the report's own begins with "Read: " or the like. */
static char *
original_subject (const IstTnef *tnef)
{
  char *subject = ist_mapi_props_text (tnef->props, 0x0049);
  const char *colon = tnef->subject != NULL ? strstr (tnef->subject, ": ") : NULL;

  if (subject != NULL)
    return subject;
  return g_strdup (colon != NULL ? colon + 2 : tnef->subject != NULL ? tnef->subject : "");
}

char *
ist_tnef_report_text (const IstTnef *tnef, const IstMimeNode *report, const IstMessage *head,
                      const char *language)
{
  gboolean is_receipt = strcmp (report->type, "message/disposition-notification") == 0;
  gboolean was_read = !ends_with (tnef->message_class, ".IPNNRN");
  g_autofree char *reader = ist_tnef_items_address (head, "From");
  g_autofree char *subject = original_subject (tnef);
  g_autofree char *line = NULL;

  if (is_receipt)
    line = ist_catalog_text (language, was_read ? IST_TEXT_RECEIPT_READ : IST_TEXT_RECEIPT_DELETED,
                             "subject", subject, "recipient", reader, NULL);
  else
    line = ist_catalog_text (language, IST_TEXT_DELIVERY_REPORT, NULL);
  return g_strconcat (line, "\n", NULL);
}

IstMimeNode *
ist_tnef_report_new (const IstTnef *tnef, const IstMessage *head)
{
  const char *class = tnef->message_class;

  if (g_ascii_strcasecmp (class, "IPM.Microsoft Mail.Read Receipt") == 0
      || (is_report (class) && ends_with (class, ".IPNRN")))
    return make_receipt (tnef, head, TRUE);
  if (is_report (class) && ends_with (class, ".IPNNRN"))
    return make_receipt (tnef, head, FALSE);
  if (g_ascii_strcasecmp (class, "IPM.Microsoft Mail.Non-Delivery") == 0
      || (is_report (class) && ends_with (class, ".NDR")))
    return make_delivery (tnef, head, FALSE);
  if (is_report (class) && ends_with (class, ".DR"))
    return make_delivery (tnef, head, TRUE);
  return NULL;
}
