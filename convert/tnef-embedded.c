#include "convert/tnef-embedded.h"

#include "base/scratch.h"
#include "convert/tnef-parts.h"
#include "convert/tnef-place.h"

#include <string.h>

#define MAX_RECIPIENTS 1000
#define CHUNK_BYTES 42

/* One encoded word is at most 75 characters (RFC 2047 2), so the text is cut where characters end. */
static void
append_words (GString *out, const char *text)
{
  gboolean plain = strlen (text) <= 900;

  for (const char *p = text; plain && *p != '\0'; p++)
    plain = *p >= 0x20 && *p < 0x7F && strncmp (p, "=?", 2) != 0;
  if (plain)
    {
      g_string_append (out, text);
      return;
    }
  while (*text != '\0')
    {
      gsize n = MIN (strlen (text), CHUNK_BYTES);
      g_autofree char *encoded = NULL;

      while (n > 0 && ((guchar) text[n] & 0xC0) == 0x80)
        n--;
      if (n == 0)
        return;
      encoded = g_base64_encode ((const guchar *) text, n);
      g_string_append_printf (out, "=?utf-8?B?%s?=", encoded);
      text += n;
      if (*text != '\0')
        g_string_append (out, "\r\n ");
    }
}

char *
ist_tnef_embedded_field (const char *name, const char *text)
{
  GString *out = g_string_new (name);

  g_string_append (out, ": ");
  append_words (out, text);
  g_string_append (out, "\r\n");
  return g_string_free (out, FALSE);
}

static gboolean
is_usable_address (const char *address)
{
  if (address == NULL || strchr (address, '@') == NULL || strlen (address) > 320)
    return FALSE;
  for (const char *p = address; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p) || strchr ("<>,;:\"()\\", *p) != NULL)
      return FALSE;
  return TRUE;
}

static void
append_person (GString *out, const IstTnefPerson *person)
{
  gboolean has_address = is_usable_address (person->address);
  const char *name = person->name != NULL ? person->name
                     : has_address        ? person->address
                                          : "unknown";
  g_autoptr (GString) quoted = g_string_new (NULL);
  gboolean is_ascii = g_str_is_ascii (name);

  for (const char *p = name; *p != '\0'; p++)
    {
      if (is_ascii && (*p == '"' || *p == '\\'))
        g_string_append_c (quoted, '\\');
      g_string_append_c (quoted, g_ascii_iscntrl (*p) ? ' ' : *p);
    }
  if (is_ascii && quoted->len < 900)
    g_string_append_printf (out, "\"%s\"", quoted->str);
  else
    append_words (out, quoted->str);
  /* Who has no address that means anything here gets one that cannot be answered (RFC 6761 6.4). */
  g_string_append_printf (out, " <%s>", has_address ? person->address : "unknown@unknown.invalid");
}

static void
append_people (GString *head, const char *field, const IstTnef *tnef, gint32 kind)
{
  guint n = 0;

  for (guint i = 0; i < tnef->recipients->len && n < MAX_RECIPIENTS; i++)
    {
      const IstTnefPerson *person = g_ptr_array_index (tnef->recipients, i);

      if (person->kind != kind)
        continue;
      if (n++ == 0)
        g_string_append_printf (head, "%s: ", field);
      else
        g_string_append (head, ",\r\n ");
      append_person (head, person);
    }
  if (n > 0)
    g_string_append (head, "\r\n");
}

static char *
make_head (const IstTnef *tnef)
{
  GString *head = g_string_new (NULL);
  g_autofree char *subject
      = ist_tnef_embedded_field ("Subject", tnef->subject != NULL ? tnef->subject : "");
  g_autofree char *id = ist_mapi_props_text (tnef->props, 0x1035);

  if (tnef->sender.name != NULL || tnef->sender.address != NULL)
    {
      g_string_append (head, "From: ");
      append_person (head, &tnef->sender);
      g_string_append (head, "\r\n");
    }
  append_people (head, "To", tnef, 1);
  append_people (head, "Cc", tnef, 2);
  g_string_append (head, subject);
  if (tnef->sent_utc != 0 || tnef->received_utc != 0)
    {
      g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (
          tnef->sent_utc != 0 ? tnef->sent_utc : tnef->received_utc);
      static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
      static const char *const months[]
          = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

      if (date != NULL)
        g_string_append_printf (head, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n",
                                days[g_date_time_get_day_of_week (date) - 1],
                                g_date_time_get_day_of_month (date),
                                months[g_date_time_get_month (date) - 1],
                                g_date_time_get_year (date), g_date_time_get_hour (date),
                                g_date_time_get_minute (date), g_date_time_get_second (date));
    }
  if (id != NULL && id[0] == '<' && g_str_has_suffix (id, ">")
      && is_usable_address (id + 1) == FALSE && strlen (id) < 900 && g_str_is_ascii (id)
      && strpbrk (id, "\r\n ") == NULL)
    g_string_append_printf (head, "Message-ID: %s\r\n", id);
  g_string_append (head, "MIME-Version: 1.0\r\nContent-Type: application/ms-tnef\r\n\r\n");
  return g_string_free (head, FALSE);
}

IstMimeNode *
ist_tnef_embedded_new (const IstTnef *tnef, IstBody *body, const char *name, const IstTnefRun *run)
{
  g_autofree char *head = make_head (tnef);
  g_autoptr (GBytes) bytes = g_bytes_new (head, strlen (head));
  g_autoptr (IstBody) empty = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (empty);
  IstMimeNode *node = ist_mime_node_new ("message/rfc822", name, "attachment");
  g_autoptr (IstScratch) scratch = ist_scratch_new ();
  g_autoptr (IstBody) written = NULL;
  IstTnefRun inner = { run->convert, run->depth + 1 };

  g_free (ist_tnef_place_parts (ist_mime_tree (message), tnef, body, &inner));
  ist_tnef_place_all (message, &inner);
  ist_mime_tree_flush (message);
  if (ist_message_write (message, ist_scratch_write, scratch, NULL))
    written = ist_scratch_finish (scratch, NULL);
  if (written != NULL)
    ist_mime_node_set_raw (node, written, 0, ist_body_size (written));
  else
    {
      /* No room to write it down, where later transforms would find it; it is put together while it is sent. */
      ist_mime_node_set_field (node, "Content-Transfer-Encoding", "Content-Transfer-Encoding: 7bit\r\n");
      ist_mime_node_set_attached (node, message);
    }
  return node;
}
