/*
 * base/tls-private.h - between base/tls*.c and base/stream*.c only.
 */
#ifndef IST_BASE_TLS_PRIVATE_H
#define IST_BASE_TLS_PRIVATE_H

#include "base/tls.h"

#include <openssl/ssl.h>

G_BEGIN_DECLS

/* OpenSSL's last reason in words, the queue emptied; g_free(). */
char *ist_tls_error_words (void);

/* Offers the remembered session of `server` ("name:port"), if there is one, and remembers the next under that
 * name; borrowed for the life of `ssl`. */
void ist_tls_context_resume (IstTlsContext *context, SSL *ssl, char *server);

/* `fingerprint`: 64 lower-case hexadecimal digits. */
gboolean ist_tls_context_has_pin (IstTlsContext *context, const char *fingerprint);

/* After the handshake: what was agreed on. Never NULL. */
IstTlsInfo *ist_tls_info_new (SSL *ssl, const char *server_name, gboolean is_client);
void ist_tls_info_free (IstTlsInfo *info);

/* Does what was agreed on satisfy the level? IST_ERROR_RETRY with the cause in words. */
gboolean ist_tls_info_check (const IstTlsInfo *info, IstTlsContext *context, const char *server_name,
                             GError **error);

G_END_DECLS

#endif
