#include "routing/smtp/downgrade-private.h"

#include "base/address.h"
#include "base/error.h"
#include "base/gmime-auto.h"

#include <string.h>

/* RFC 2047 2: an encoded word has at most 75 characters; 42 bytes are 56 of base64. */
#define WORD_BYTES 42
#define FOLD_AT 76

G_DEFINE_AUTOPTR_CLEANUP_FUNC (InternetAddressList, g_object_unref)

/* ---- folding ---- */

/* `value` behind "name:", broken before blanks so that lines have at most `max` bytes where blanks allow it;
 * unfolded it is the same value. */
static char *
fold (const char *name, const char *value, gsize max)
{
  g_autoptr (GString) out = g_string_new (name);
  g_auto (GStrv) words = NULL;
  g_autofree char *plain = g_strdup (value);
  gsize column;

  g_strdelimit (plain, "\r\n", ' ');
  words = g_strsplit (g_strstrip (plain), " ", -1);
  g_string_append_c (out, ':');
  column = out->len;
  for (guint i = 0; words[i] != NULL; i++)
    {
      gsize length = strlen (words[i]);

      if (length > 0 && column + 1 + length > max && column > strlen (name) + 1)
        {
          g_string_append (out, "\r\n");
          column = 0;
        }
      g_string_append_printf (out, " %s", words[i]);
      column += 1 + length;
    }
  g_string_append (out, "\r\n");
  return g_string_free (g_steal_pointer (&out), FALSE);
}

void
ist_downgrade_fold (IstMessage *header, gsize max_line)
{
  for (guint i = 0; i < ist_message_n_fields (header); i++)
    {
      gsize size;
      const char *raw = ist_message_field_raw (header, i, &size);
      g_autofree char *name = g_strdup (ist_message_field_name (header, i));
      g_autofree char *value = NULL;
      g_autofree char *folded = NULL;

      if (name[0] == '\0' || !ist_downgrade_has_long (raw, size, max_line))
        continue;
      value = ist_message_field_value (header, i);
      folded = fold (name, value, MIN (max_line, FOLD_AT));
      ist_message_set_field (header, i, folded);
    }
}

/* ---- the kinds of fields ---- */

static gboolean
is_one_of (const char *name, const char *const *names)
{
  for (; *names != NULL; names++)
    if (g_ascii_strcasecmp (name, *names) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
plain_mailboxes (InternetAddressList *list)
{
  for (int i = 0; i < internet_address_list_length (list); i++)
    {
      InternetAddress *one = internet_address_list_get_address (list, i);
      g_autofree char *ascii = NULL;
      const char *address;

      if (INTERNET_ADDRESS_IS_GROUP (one))
        {
          if (!plain_mailboxes (internet_address_group_get_members (INTERNET_ADDRESS_GROUP (one))))
            return FALSE;
          continue;
        }
      address = internet_address_mailbox_get_addr (INTERNET_ADDRESS_MAILBOX (one));
      if (address == NULL || ist_is_ascii (address))
        continue;
      ascii = ist_downgrade_address (address);
      if (ascii == NULL)
        return FALSE;
      internet_address_mailbox_set_addr (INTERNET_ADDRESS_MAILBOX (one), ascii);
    }
  return TRUE;
}

static char *
plain_addresses (const char *value)
{
  g_autoptr (InternetAddressList) list = internet_address_list_parse (NULL, value);

  if (list == NULL || !plain_mailboxes (list))
    return NULL;
  return internet_address_list_to_string (list, NULL, TRUE);
}

/* Text of a charset nobody named stays what it is: unknown (RFC 1428 3). */
static char *
unknown_words (const char *value)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gsize size = strlen (value);

  for (gsize at = 0; at < size; at += WORD_BYTES)
    {
      g_autofree char *coded
          = g_base64_encode ((const guchar *) value + at, MIN (WORD_BYTES, size - at));

      g_string_append_printf (out, "%s=?unknown-8bit?B?%s?=", at > 0 ? " " : "", coded);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static char *
plain_text (const char *value)
{
  return g_utf8_validate (value, -1, NULL) ? g_mime_utils_header_encode_text (NULL, value, "utf-8")
                                           : unknown_words (value);
}

static char *
plain_parameters (const char *name, const char *value)
{
  if (g_ascii_strcasecmp (name, "Content-Type") == 0)
    {
      g_autoptr (GMimeContentType) type = g_mime_content_type_parse (NULL, value);

      return type != NULL ? g_mime_content_type_encode (type, NULL) : NULL;
    }
  else
    {
      g_autoptr (GMimeContentDisposition) disposition
          = g_mime_content_disposition_parse (NULL, value);

      return disposition != NULL ? g_mime_content_disposition_encode (disposition, NULL) : NULL;
    }
}

/* The clause "for <address>" may be left out (RFC 5321 4.4); the rest of a trace field is ASCII. */
static char *
plain_trace (const char *value)
{
  const char *clause = strstr (value, "for <");
  const char *end = clause != NULL ? strchr (clause, '>') : NULL;

  return end != NULL ? g_strdup_printf ("%.*s%s", (int) (clause - value), value, end + 1) : NULL;
}

static char *
plain_value (const char *name, const char *value)
{
  static const char *const addresses[]
      = { "From",        "Sender",      "Reply-To",  "To",         "Cc",
          "Bcc",         "Resent-From", "Resent-To", "Resent-Cc",  "Resent-Bcc",
          "Resent-Sender", "Resent-Reply-To", "Disposition-Notification-To", "Return-Receipt-To",
          NULL };
  static const char *const exact[]
      = { "Message-ID", "In-Reply-To", "References",     "Content-ID", "Resent-Message-ID",
          "Date",       "Return-Path", "DKIM-Signature", "Content-Transfer-Encoding", NULL };

  if (is_one_of (name, addresses))
    return plain_addresses (value);
  if (is_one_of (name, exact))
    return NULL;
  if (g_ascii_strcasecmp (name, "Received") == 0)
    return plain_trace (value);
  if (g_ascii_strcasecmp (name, "Content-Type") == 0
      || g_ascii_strcasecmp (name, "Content-Disposition") == 0)
    return plain_parameters (name, value);
  return plain_text (value);
}

gboolean
ist_downgrade_header (IstMessage *header, gsize max_line, GError **error)
{
  for (guint i = 0; i < ist_message_n_fields (header); i++)
    {
      gsize size;
      const char *raw = ist_message_field_raw (header, i, &size);
      g_autofree char *name = g_strdup (ist_message_field_name (header, i));
      g_autofree char *value = NULL;
      g_autofree char *plain = NULL;
      g_autofree char *folded = NULL;

      if (ist_downgrade_is_seven_bit (raw, size))
        continue;
      value = ist_message_field_value (header, i);
      plain = name[0] != '\0' ? plain_value (name, value) : NULL;
      folded = plain != NULL ? fold (name, plain, FOLD_AT) : NULL;
      if (folded == NULL || !ist_is_ascii (folded))
        {
          g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "the header field %s has no ASCII form",
                       name[0] != '\0' ? name : "(without a name)");
          return FALSE;
        }
      ist_message_set_field (header, i, folded);
    }
  if (max_line > 0)
    ist_downgrade_fold (header, max_line);
  return TRUE;
}
