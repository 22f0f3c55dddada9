#include "base/tls-private.h"

#include "base/error.h"

#include <openssl/x509v3.h>
#include <string.h>

static char *
fingerprint (X509 *certificate)
{
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  GString *out = g_string_new (NULL);

  X509_digest (certificate, EVP_sha256 (), digest, &size);
  for (unsigned int i = 0; i < size; i++)
    g_string_append_printf (out, "%02x", digest[i]);
  return g_string_free (out, FALSE);
}

static char *
subject (X509 *certificate)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  char *data;
  char *out;
  long size;

  X509_NAME_print_ex (bio, X509_get_subject_name (certificate), 0, XN_FLAG_RFC2253);
  size = BIO_get_mem_data (bio, &data);
  out = g_strndup (data, (gsize) size);
  BIO_free (bio);
  return out;
}

static char **
dns_names (X509 *certificate)
{
  GENERAL_NAMES *names = X509_get_ext_d2i (certificate, NID_subject_alt_name, NULL, NULL);
  g_autoptr (GPtrArray) out = g_ptr_array_new ();

  for (int i = 0; i < sk_GENERAL_NAME_num (names); i++)
    {
      const GENERAL_NAME *name = sk_GENERAL_NAME_value (names, i);
      const char *text;

      if (name->type != GEN_DNS)
        continue;
      text = (const char *) ASN1_STRING_get0_data (name->d.dNSName);
      /* A name with a NUL inside is an old trick to look like another. */
      if (strlen (text) == (gsize) ASN1_STRING_length (name->d.dNSName))
        g_ptr_array_add (out, g_strdup (text));
    }
  GENERAL_NAMES_free (names);
  g_ptr_array_add (out, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&out), FALSE);
}

/* The causes an administrator meets, in his words. */
static const char *
verify_words (long result)
{
  switch (result)
    {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "certificate expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "certificate not yet valid";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "self-signed certificate that is not trusted";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "untrusted issuer";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "name mismatch";
    default:
      return X509_verify_cert_error_string (result);
    }
}

IstTlsInfo *
ist_tls_info_new (SSL *ssl, const char *server_name, gboolean is_client)
{
  IstTlsInfo *info = g_new0 (IstTlsInfo, 1);
  X509 *certificate = SSL_get1_peer_certificate (ssl);
  long result = SSL_get_verify_result (ssl);
  int bits = 0;

  info->version = g_strdup (SSL_get_version (ssl));
  info->cipher = g_strdup (SSL_CIPHER_get_name (SSL_get_current_cipher (ssl)));
  SSL_CIPHER_get_bits (SSL_get_current_cipher (ssl), &bits);
  info->bits = (guint) bits;
  info->server_name = g_strdup (
      is_client ? server_name : SSL_get_servername (ssl, TLSEXT_NAMETYPE_host_name));
  if (certificate == NULL)
    return info;
  info->verified = result == X509_V_OK;
  if (!info->verified)
    info->verify_error = g_strdup (verify_words (result));
  info->peer_subject = subject (certificate);
  info->peer_fingerprint = fingerprint (certificate);
  info->peer_names = dns_names (certificate);
  X509_free (certificate);
  return info;
}

void
ist_tls_info_free (IstTlsInfo *info)
{
  if (info == NULL)
    return;
  g_free (info->version);
  g_free (info->cipher);
  g_free (info->server_name);
  g_free (info->verify_error);
  g_free (info->peer_subject);
  g_free (info->peer_fingerprint);
  g_strfreev (info->peer_names);
  g_free (info);
}

gboolean
ist_tls_info_check (const IstTlsInfo *info, IstTlsContext *context, const char *server_name,
                    GError **error)
{
  g_autofree char *names = NULL;

  switch (ist_tls_context_options (context)->level)
    {
    case IST_TLS_VERIFY:
      if (info->verified)
        return TRUE;
      names = info->peer_names != NULL ? g_strjoinv (", ", info->peer_names) : g_strdup ("");
      g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "%s (wanted %s, the certificate names %s)",
                   info->verify_error != NULL ? info->verify_error : "no certificate",
                   server_name != NULL ? server_name : "?", names[0] != '\0' ? names : "nobody");
      return FALSE;
    case IST_TLS_PINNED:
      if (info->peer_fingerprint != NULL && ist_tls_context_has_pin (context, info->peer_fingerprint))
        return TRUE;
      g_set_error (error, IST_ERROR, IST_ERROR_RETRY,
                   "certificate is none of the pinned ones; its SHA-256 fingerprint is %s",
                   info->peer_fingerprint != NULL ? info->peer_fingerprint : "(no certificate)");
      return FALSE;
    default:
      return TRUE;
    }
}
