/*
 * tests/convert/smime-make.h - signed and encrypted mail, made and checked with OpenSSL.
 *
 *   g_auto (SmimeSigner) signer = { 0 };
 *   if (!smime_signer_init (&signer)) return;
 *   g_autofree char *entity = smime_sign (&signer, "Content-Type: text/plain\r\n\r\nhello\r\n");
 *   IST_ASSERT (smime_verifies (entity));
 *
 * Threads: one.
 */
#ifndef IST_TESTS_CONVERT_SMIME_MAKE_H
#define IST_TESTS_CONVERT_SMIME_MAKE_H

#include <glib.h>
#include <openssl/x509.h>

typedef struct
{
  X509 *certificate;
  EVP_PKEY *key;
} SmimeSigner;

/* A key and certificate of its own. FALSE: the test has failed. */
gboolean smime_signer_init (SmimeSigner *self);
void smime_signer_clear (SmimeSigner *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SmimeSigner, smime_signer_clear)

/* The signed entity: "Content-Type: multipart/signed; …" to its end, with CRLF. g_free(). */
char *smime_sign (const SmimeSigner *self, const char *entity);
/* The same as one part, application/pkcs7-mime; smime-type=signed-data. g_free(). */
char *smime_sign_opaque (const SmimeSigner *self, const char *entity);
/* application/pkcs7-mime; smime-type=enveloped-data. g_free(). */
char *smime_encrypt (const SmimeSigner *self, const char *entity);

/* Does the signature of an entity (its header first) fit its content? */
gboolean smime_verifies (const char *entity);
/* What was encrypted; NULL: it cannot be read. g_free(). */
char *smime_decrypt (const SmimeSigner *self, const char *entity);

#endif
