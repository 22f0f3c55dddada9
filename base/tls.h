/*
 * base/tls.h - OpenSSL contexts: one per policy, shared by SMTP and HTTPS.
 *
 * TLS 1.2 is the lowest version unless `min_version` says otherwise; the server side has a session
 * id context, no renegotiation, and never asks OpenSSL's system configuration.
 *
 * Threads: a context is immutable and reference-counted; the client side keeps a small cache of
 * sessions per server name inside it, under a lock.
 */
#ifndef IST_BASE_TLS_H
#define IST_BASE_TLS_H

#include <glib.h>

typedef struct ssl_ctx_st SSL_CTX;

G_BEGIN_DECLS

typedef struct _IstTlsContext IstTlsContext;

/* RFC 3207 / RFC 7672 words. DANE belongs to the finer TLS policy and is not offered here. */
typedef enum
{
  IST_TLS_NONE,    /* never */
  IST_TLS_MAY,     /* opportunistic: clear text when TLS cannot be had */
  IST_TLS_ENCRYPT, /* TLS or nothing, any certificate */
  IST_TLS_VERIFY,  /* TLS with a chain to a trusted root and a matching name */
  IST_TLS_PINNED   /* TLS with one of the listed certificate fingerprints */
} IstTlsLevel;

const char *ist_tls_level_name (IstTlsLevel level); /* "none", "may", … static */

typedef enum
{
  IST_TLS_1_0 = 0x0301,
  IST_TLS_1_1 = 0x0302,
  IST_TLS_1_2 = 0x0303,
  IST_TLS_1_3 = 0x0304
} IstTlsVersion;

typedef struct
{
  const char *certificate_file; /* PEM chain; required on the server side */
  const char *key_file;         /* PEM, no pass phrase; refused when others may read it */
  const char *ca_file;          /* PEM roots, NULL: the system's */
  const char *ciphers;          /* OpenSSL list for TLS <= 1.2, NULL: default */
  const char *const *pins;      /* SHA-256 of the certificate (DER), hex, ':' allowed; NULL-ended */
  IstTlsVersion min_version;    /* 0: TLS 1.2 */
  IstTlsLevel level;            /* client side: what the peer's certificate must satisfy */
  gboolean ask_client_certificate; /* server side: request one, verify against ca_file, never require */
} IstTlsOptions;

/* What a finished handshake agreed on. */
typedef struct
{
  char *version;            /* "TLSv1.3" */
  char *cipher;             /* "TLS_AES_256_GCM_SHA384" */
  guint bits;
  char *server_name;        /* SNI, NULL when none was sent */
  gboolean verified;        /* chain and (client side) name are good */
  char *verify_error;       /* words why not; NULL when verified or no certificate came */
  char *peer_subject;       /* RFC 2253 name, NULL without certificate */
  char *peer_fingerprint;   /* SHA-256, lower-case hex, NULL without certificate */
  char **peer_names;        /* DNS subjectAltNames; for peers recognised by certificate; may be NULL */
} IstTlsInfo;

/* Errors: IST_ERROR_CONFIG with file name and what is wrong with it. */
IstTlsContext *ist_tls_context_new_server (const IstTlsOptions *options, GError **error);
IstTlsContext *ist_tls_context_new_client (const IstTlsOptions *options, GError **error);

IstTlsContext *ist_tls_context_ref (IstTlsContext *context);
void ist_tls_context_unref (IstTlsContext *context); /* NULL is allowed */

SSL_CTX *ist_tls_context_ssl (IstTlsContext *context); /* borrowed */
const IstTlsOptions *ist_tls_context_options (IstTlsContext *context); /* borrowed copy */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstTlsContext, ist_tls_context_unref)

G_END_DECLS

#endif
