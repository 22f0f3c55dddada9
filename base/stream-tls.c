#include "base/stream-private.h"

#include "base/error.h"
#include "base/tls-private.h"

#include <openssl/err.h>
#include <string.h>

/* A BIO over the GSocket, not over its descriptor: no SIGPIPE, and on Windows GSocket keeps an event
 * mask that only its own calls re-arm. */

static int
bio_read (BIO *bio, char *data, int size)
{
  GSocket *socket = BIO_get_data (bio);
  g_autoptr (GError) error = NULL;
  gssize got;

  BIO_clear_retry_flags (bio);
  got = g_socket_receive_with_blocking (socket, data, (gsize) size, FALSE, NULL, &error);
  if (got < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    BIO_set_retry_read (bio);
  return (int) got;
}

static int
bio_write (BIO *bio, const char *data, int size)
{
  GSocket *socket = BIO_get_data (bio);
  g_autoptr (GError) error = NULL;
  gssize sent;

  BIO_clear_retry_flags (bio);
  sent = g_socket_send_with_blocking (socket, data, (gsize) size, FALSE, NULL, &error);
  if (sent < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    BIO_set_retry_write (bio);
  return (int) sent;
}

static long
bio_ctrl (BIO *bio, int command, long number, void *pointer)
{
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static int
bio_create (BIO *bio)
{
  BIO_set_init (bio, 1);
  return 1;
}

static gsize method_once;
static BIO_METHOD *method;

static BIO *
bio_new (GSocket *socket)
{
  BIO *bio;

  if (g_once_init_enter (&method_once))
    {
      method = BIO_meth_new (BIO_get_new_index () | BIO_TYPE_SOURCE_SINK, "gsocket");
      BIO_meth_set_read (method, bio_read);
      BIO_meth_set_write (method, bio_write);
      BIO_meth_set_ctrl (method, bio_ctrl);
      BIO_meth_set_create (method, bio_create);
      g_once_init_leave (&method_once, 1);
    }
  bio = BIO_new (method);
  BIO_set_data (bio, socket);
  return bio;
}

static void
expect_name (SSL *ssl, const char *server_name)
{
  if (g_hostname_is_ip_address (server_name))
    {
      X509_VERIFY_PARAM_set1_ip_asc (SSL_get0_param (ssl), server_name);
      return;
    }
  SSL_set_tlsext_host_name (ssl, server_name);
  SSL_set1_host (ssl, server_name);
}

static gboolean
handshake (IstStream *self, GError **error)
{
  for (;;)
    {
      int done;

      ERR_clear_error ();
      done = SSL_do_handshake (self->ssl);
      if (done == 1)
        return TRUE;
      if (!ist_stream_tls_step (self, done, error))
        return FALSE;
    }
}

gboolean
ist_stream_start_tls (IstStream *self, IstTlsContext *context, const char *server_name,
                      GError **error)
{
  BIO *bio;
  gboolean is_client;

  g_return_val_if_fail (self->ssl == NULL, FALSE);
  self->in_start = self->in_end = 0;
  self->ssl = SSL_new (ist_tls_context_ssl (context));
  if (self->ssl == NULL)
    return ist_stream_fail (self, IST_FAULT_TLS, error, "TLS: out of memory");
  self->context = ist_tls_context_ref (context);
  bio = bio_new (self->socket);
  SSL_set_bio (self->ssl, bio, bio);
  is_client = SSL_is_server (self->ssl) == 0;
  if (is_client)
    {
      if (server_name != NULL)
        expect_name (self->ssl, server_name);
      self->server = g_strdup_printf ("%s:%u", server_name != NULL ? server_name : self->peer, self->peer_port);
      ist_tls_context_resume (context, self->ssl, self->server);
      SSL_set_connect_state (self->ssl);
    }
  else
    SSL_set_accept_state (self->ssl);
  if (!handshake (self, error))
    {
      g_prefix_error (error, "TLS handshake: ");
      if (self->fault == IST_FAULT_CLOSED)
        self->fault = IST_FAULT_TLS;
      return FALSE;
    }
  self->info = ist_tls_info_new (self->ssl, server_name, is_client);
  if (is_client && !ist_tls_info_check (self->info, context, server_name, error))
    {
      g_prefix_error (error, "TLS: ");
      self->fault = IST_FAULT_TLS;
      return FALSE;
    }
  return TRUE;
}
