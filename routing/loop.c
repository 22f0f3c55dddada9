#include "routing/loop.h"

#include "base/address.h"

#include <string.h>

#define HASH_LETTERS 12
#define PASSES 2

guint
ist_loop_count_received (const IstMessage *message)
{
  guint n = 0;

  for (guint i = ist_message_find_field (message, "Received", 0); i != IST_MESSAGE_NOT_FOUND;
       i = ist_message_find_field (message, "Received", i + 1))
    n++;
  return n;
}

static char *
hash (const char *key, const char *recipient)
{
  g_autofree char *address = ist_address_key (recipient);
  g_autofree char *full
      = g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) key, strlen (key),
                                   address != NULL ? address : recipient, -1);

  return g_strndup (full, HASH_LETTERS);
}

char *
ist_loop_trace_field (const char *hostname, const char *key, const char *const *recipients)
{
  GString *out = g_string_new (IST_TRACE_FIELD ": ");

  g_string_append_printf (out, "%s; to=", hostname);
  for (guint i = 0; recipients[i] != NULL; i++)
    {
      g_autofree char *one = hash (key, recipients[i]);

      g_string_append_printf (out, "%s%s", i == 0 ? "" : i % 5 == 0 ? "\r\n\t" : " ", one);
    }
  g_string_append (out, "\r\n");
  return g_string_free (out, FALSE);
}

gboolean
ist_loop_has_passed (const IstMessage *message, const char *hostname, const char *key,
                     const char *recipient)
{
  g_autofree char *wanted = NULL;
  guint n = 0;

  for (guint i = ist_message_find_field (message, IST_TRACE_FIELD, 0); i != IST_MESSAGE_NOT_FOUND;
       i = ist_message_find_field (message, IST_TRACE_FIELD, i + 1))
    {
      g_autofree char *value = ist_message_field_value (message, i);
      const char *to = strstr (value, "; to=");

      if (to == NULL || (gsize) (to - value) != strlen (hostname)
          || g_ascii_strncasecmp (value, hostname, strlen (hostname)) != 0)
        continue;
      if (wanted == NULL)
        wanted = hash (key, recipient);
      n += strstr (to, wanted) != NULL;
    }
  return n >= PASSES;
}
