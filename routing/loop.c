#include "routing/loop.h"

#include "base/address.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

#define HASH_BYTES 6
#define SHA256_BYTES 32
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

/* HMAC-SHA-256 (RFC 2104), set up once for all recipients of a field: that is most of its work. */
static EVP_MAC_CTX *
keyed (const char *key)
{
  OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string (OSSL_MAC_PARAM_DIGEST, (char *) "SHA256", 0),
                          OSSL_PARAM_construct_end () };
  EVP_MAC *mac = EVP_MAC_fetch (NULL, "HMAC", NULL);
  EVP_MAC_CTX *context = EVP_MAC_CTX_new (mac);

  EVP_MAC_free (mac);
  if (EVP_MAC_init (context, (const guchar *) key, strlen (key), params) != 1)
    g_error ("OpenSSL offers no HMAC with SHA-256");
  return context;
}

static void
append_hash (GString *out, EVP_MAC_CTX *context, const char *recipient)
{
  g_autofree char *address = ist_address_key (recipient);
  const char *text = address != NULL ? address : recipient;
  guchar full[SHA256_BYTES];
  gsize size;

  EVP_MAC_init (context, NULL, 0, NULL);
  EVP_MAC_update (context, (const guchar *) text, strlen (text));
  EVP_MAC_final (context, full, &size, sizeof full);
  for (guint i = 0; i < HASH_BYTES; i++)
    {
      g_string_append_c (out, "0123456789abcdef"[full[i] >> 4]);
      g_string_append_c (out, "0123456789abcdef"[full[i] & 15]);
    }
}

char *
ist_loop_trace_field (const char *hostname, const char *key, const char *const *recipients)
{
  GString *out = g_string_new (IST_TRACE_FIELD ": ");
  EVP_MAC_CTX *context = keyed (key);

  g_string_append_printf (out, "%s; to=", hostname);
  for (guint i = 0; recipients[i] != NULL; i++)
    {
      g_string_append (out, i == 0 ? "" : i % 5 == 0 ? "\r\n\t" : " ");
      append_hash (out, context, recipients[i]);
    }
  EVP_MAC_CTX_free (context);
  g_string_append (out, "\r\n");
  return g_string_free (out, FALSE);
}

gboolean
ist_loop_has_passed (const IstMessage *message, const char *hostname, const char *key,
                     const char *recipient)
{
  g_autoptr (GString) wanted = g_string_new (NULL);
  guint n = 0;

  for (guint i = ist_message_find_field (message, IST_TRACE_FIELD, 0); i != IST_MESSAGE_NOT_FOUND;
       i = ist_message_find_field (message, IST_TRACE_FIELD, i + 1))
    {
      g_autofree char *value = ist_message_field_value (message, i);
      const char *to = strstr (value, "; to=");

      if (to == NULL || (gsize) (to - value) != strlen (hostname)
          || g_ascii_strncasecmp (value, hostname, strlen (hostname)) != 0)
        continue;
      if (wanted->len == 0)
        {
          EVP_MAC_CTX *context = keyed (key);

          append_hash (wanted, context, recipient);
          EVP_MAC_CTX_free (context);
        }
      n += strstr (to, wanted->str) != NULL;
    }
  return n >= PASSES;
}
