#include "base/tls.h"

#include "base/error.h"
#include "base/secrets.h"
#include "base/tls-private.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

#define SESSION_CACHE_MAX 64

struct _IstTlsContext
{
  gatomicrefcount refs;
  SSL_CTX *ssl;
  IstTlsOptions options;
  char **pins; /* normalised */
  GMutex mutex;
  GHashTable *sessions; /* server name → SSL_SESSION */
};

const char *
ist_tls_level_name (IstTlsLevel level)
{
  static const char *const names[] = { "none", "may", "encrypt", "verify", "pinned" };

  g_return_val_if_fail ((gsize) level < G_N_ELEMENTS (names), "none");
  return names[level];
}

char *
ist_tls_error_words (void)
{
  unsigned long code = ERR_peek_last_error ();
  const char *reason = code != 0 ? ERR_reason_error_string (code) : NULL;

  ERR_clear_error ();
  return g_strdup (reason != NULL ? reason : "no reason given");
}

static gboolean
fail (GError **error, const char *what, const char *file)
{
  g_autofree char *words = ist_tls_error_words ();

  g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "%s %s: %s", what, file, words);
  return FALSE;
}

/* The key is read by ourselves, so that the check of its permissions and the reading see one file. */
static gboolean
load_identity (SSL_CTX *ssl, const IstTlsOptions *options, GError **error)
{
  g_autofree char *pem = NULL;
  EVP_PKEY *key;
  BIO *bio;
  gboolean ok;

  if (options->certificate_file == NULL)
    return TRUE;
  if (SSL_CTX_use_certificate_chain_file (ssl, options->certificate_file) != 1)
    return fail (error, "certificate", options->certificate_file);
  pem = ist_secret_read (options->key_file != NULL ? options->key_file : options->certificate_file,
                         error);
  if (pem == NULL)
    return FALSE;
  bio = BIO_new_mem_buf (pem, -1);
  key = PEM_read_bio_PrivateKey (bio, NULL, NULL, (char *) "");
  BIO_free (bio);
  ok = key != NULL && SSL_CTX_use_PrivateKey (ssl, key) == 1 && SSL_CTX_check_private_key (ssl) == 1;
  EVP_PKEY_free (key);
  OPENSSL_cleanse (pem, strlen (pem));
  return ok || fail (error, "private key", options->key_file != NULL ? options->key_file
                                                                      : options->certificate_file);
}

static gboolean
load_roots (SSL_CTX *ssl, const IstTlsOptions *options, GError **error)
{
  if (options->ca_file == NULL)
    return SSL_CTX_set_default_verify_paths (ssl) == 1
           || fail (error, "system certificates", "(default place)");
  return SSL_CTX_load_verify_locations (ssl, options->ca_file, NULL) == 1
         || fail (error, "ca-file", options->ca_file);
}

/* Versions before 1.2 need SHA-1 signatures, which OpenSSL 3 allows at security level 0 only: such a
 * context is for one named old host. */
static gboolean
set_versions (SSL_CTX *ssl, const IstTlsOptions *options, GError **error)
{
  int min = options->min_version != 0 ? (int) options->min_version : (int) IST_TLS_1_2;

  if (min < (int) IST_TLS_1_2)
    SSL_CTX_set_security_level (ssl, 0);
  if (SSL_CTX_set_min_proto_version (ssl, min) != 1)
    return fail (error, "min-version", "");
  if (options->ciphers != NULL && SSL_CTX_set_cipher_list (ssl, options->ciphers) != 1)
    return fail (error, "ciphers", options->ciphers);
  return TRUE;
}

static char *
normal_pin (const char *pin)
{
  GString *out = g_string_new (NULL);

  for (; *pin != '\0'; pin++)
    if (g_ascii_isxdigit (*pin))
      g_string_append_c (out, g_ascii_tolower (*pin));
  return g_string_free (out, FALSE);
}

static gboolean
set_pins (IstTlsContext *self, GError **error)
{
  const char *const *pins = self->options.pins;
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; pins != NULL && pins[i] != NULL; i++)
    {
      g_ptr_array_add (out, normal_pin (pins[i]));
      if (strlen (g_ptr_array_index (out, i)) == 64)
        continue;
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG,
                   "pin \"%s\" is no SHA-256 fingerprint (64 hexadecimal digits)", pins[i]);
      return FALSE;
    }
  if (self->options.level == IST_TLS_PINNED && out->len == 0)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG,
                   "tls-level pinned needs \"pins\" in its [tls] group");
      return FALSE;
    }
  g_ptr_array_add (out, NULL);
  self->pins = (char **) g_ptr_array_free (g_steal_pointer (&out), FALSE);
  return TRUE;
}

/* Whatever the chain says the handshake goes on: the level decides afterwards, with words. */
static int
verify_later (int ok, X509_STORE_CTX *store)
{
  return 1;
}

/* OpenSSL gives a session whenever a ticket arrives, in TLS 1.3 after the handshake. Returning 1 keeps
 * the reference. */
static int
session_new (SSL *ssl, SSL_SESSION *session)
{
  IstTlsContext *self = SSL_CTX_get_app_data (SSL_get_SSL_CTX (ssl));
  const char *name = SSL_get_app_data (ssl);
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  if (name == NULL)
    return 0;
  if (g_hash_table_size (self->sessions) >= SESSION_CACHE_MAX)
    g_hash_table_remove_all (self->sessions);
  g_hash_table_insert (self->sessions, g_strdup (name), session);
  return 1;
}

static IstTlsContext *
context_new (const IstTlsOptions *options, const SSL_METHOD *method)
{
  IstTlsContext *self = g_new0 (IstTlsContext, 1);

  OPENSSL_init_ssl (OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
  ERR_clear_error ();
  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->mutex);
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify) SSL_SESSION_free);
  self->options = *options;
  self->ssl = SSL_CTX_new (method);
  SSL_CTX_set_mode (self->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                                   | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options (self->ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION
                                      | SSL_OP_IGNORE_UNEXPECTED_EOF);
  return self;
}

IstTlsContext *
ist_tls_context_new_server (const IstTlsOptions *options, GError **error)
{
  g_autoptr (IstTlsContext) self = context_new (options, TLS_server_method ());

  if (options->certificate_file == NULL)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG,
                   "a listener's [tls] group needs certificate-file and key-file");
      return NULL;
    }
  if (!set_versions (self->ssl, options, error) || !load_identity (self->ssl, options, error)
      || !set_pins (self, error))
    return NULL;
  SSL_CTX_set_session_id_context (self->ssl, (const unsigned char *) "isthmus", 7);
  SSL_CTX_set_options (self->ssl, SSL_OP_CIPHER_SERVER_PREFERENCE);
  if (!options->ask_client_certificate)
    return g_steal_pointer (&self);
  if (!load_roots (self->ssl, options, error))
    return NULL;
  SSL_CTX_set_verify (self->ssl, SSL_VERIFY_PEER, verify_later);
  return g_steal_pointer (&self);
}

IstTlsContext *
ist_tls_context_new_client (const IstTlsOptions *options, GError **error)
{
  g_autoptr (IstTlsContext) self = context_new (options, TLS_client_method ());

  if (!set_versions (self->ssl, options, error) || !load_identity (self->ssl, options, error)
      || !load_roots (self->ssl, options, error) || !set_pins (self, error))
    return NULL;
  SSL_CTX_set_verify (self->ssl, SSL_VERIFY_PEER, verify_later);
  SSL_CTX_set_session_cache_mode (self->ssl, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_app_data (self->ssl, self);
  SSL_CTX_sess_set_new_cb (self->ssl, session_new);
  return g_steal_pointer (&self);
}

IstTlsContext *
ist_tls_context_ref (IstTlsContext *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
ist_tls_context_unref (IstTlsContext *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->sessions);
  SSL_CTX_free (self->ssl);
  g_strfreev (self->pins);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

SSL_CTX *
ist_tls_context_ssl (IstTlsContext *self)
{
  return self->ssl;
}

const IstTlsOptions *
ist_tls_context_options (IstTlsContext *self)
{
  return &self->options;
}

void
ist_tls_context_resume (IstTlsContext *self, SSL *ssl, char *server)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  SSL_SESSION *session = g_hash_table_lookup (self->sessions, server);

  SSL_set_app_data (ssl, server);
  if (session != NULL)
    SSL_set_session (ssl, session);
}

gboolean
ist_tls_context_has_pin (IstTlsContext *self, const char *fingerprint)
{
  for (guint i = 0; self->pins != NULL && self->pins[i] != NULL; i++)
    if (CRYPTO_memcmp (self->pins[i], fingerprint, 64) == 0)
      return TRUE;
  return FALSE;
}
