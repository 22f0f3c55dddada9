#include "tests/convert/smime-make.h"

#include "tests/harness/harness.h"

#include <openssl/cms.h>
#include <openssl/pem.h>
#include <string.h>

void
smime_signer_clear (SmimeSigner *self)
{
  X509_free (self->certificate);
  EVP_PKEY_free (self->key);
}

static BIO *
open_file (const char *dir, const char *ending)
{
  g_autofree char *path = g_strdup_printf ("%s/anna.example.%s", dir, ending);

  return BIO_new_file (path, "r");
}

gboolean
smime_signer_init (SmimeSigner *self)
{
  static const char *const names[] = { "anna.example", NULL };
  g_autofree char *dir = ist_test_dir ();
  BIO *file;

  ist_test_certificate (dir, names);
  file = open_file (dir, "crt");
  self->certificate = PEM_read_bio_X509 (file, NULL, NULL, NULL);
  BIO_free (file);
  file = open_file (dir, "key");
  self->key = PEM_read_bio_PrivateKey (file, NULL, NULL, NULL);
  BIO_free (file);
  return IST_ASSERT (self->certificate != NULL && self->key != NULL);
}

/* Takes `cms`. Its own header begins with MIME-Version, which the message has already. */
static char *
written (CMS_ContentInfo *cms, BIO *in, int flags)
{
  BIO *out = BIO_new (BIO_s_mem ());
  g_autofree char *made = NULL;
  g_auto (GStrv) lines = NULL;
  char *data;
  long size;

  IST_ASSERT (cms != NULL && SMIME_write_CMS (out, cms, in, flags | CMS_CRLFEOL) == 1);
  size = BIO_get_mem_data (out, &data);
  made = g_strndup (data, (gsize) size);
  CMS_ContentInfo_free (cms);
  BIO_free (in);
  BIO_free (out);
  lines = g_strsplit (made, "\r\n", 2);
  return g_strdup (lines[1] != NULL && g_str_has_prefix (lines[0], "MIME-Version") ? lines[1] : made);
}

char *
smime_sign (const SmimeSigner *self, const char *entity)
{
  const guint flags = CMS_DETACHED | CMS_STREAM | CMS_BINARY;
  BIO *in = BIO_new_mem_buf (entity, -1);

  return written (CMS_sign (self->certificate, self->key, NULL, in, flags), in, (int) flags);
}

char *
smime_sign_opaque (const SmimeSigner *self, const char *entity)
{
  const guint flags = CMS_STREAM | CMS_BINARY;
  BIO *in = BIO_new_mem_buf (entity, -1);

  return written (CMS_sign (self->certificate, self->key, NULL, in, flags), in, (int) flags);
}

char *
smime_encrypt (const SmimeSigner *self, const char *entity)
{
  const guint flags = CMS_STREAM | CMS_BINARY;
  BIO *in = BIO_new_mem_buf (entity, -1);
  STACK_OF (X509) *readers = sk_X509_new_null ();
  CMS_ContentInfo *cms;

  sk_X509_push (readers, self->certificate);
  cms = CMS_encrypt (readers, in, EVP_aes_256_cbc (), flags);
  sk_X509_free (readers);
  return written (cms, in, (int) flags);
}

gboolean
smime_verifies (const char *entity)
{
  BIO *in = BIO_new_mem_buf (entity, -1);
  BIO *content = NULL;
  CMS_ContentInfo *cms = SMIME_read_CMS (in, &content);
  gboolean ok = cms != NULL
                && CMS_verify (cms, NULL, NULL, content, NULL, CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1;

  CMS_ContentInfo_free (cms);
  BIO_free (content);
  BIO_free (in);
  return ok;
}

char *
smime_decrypt (const SmimeSigner *self, const char *entity)
{
  BIO *in = BIO_new_mem_buf (entity, -1);
  BIO *out = BIO_new (BIO_s_mem ());
  CMS_ContentInfo *cms = SMIME_read_CMS (in, NULL);
  char *text = NULL;
  char *data;

  if (cms != NULL && CMS_decrypt (cms, self->key, self->certificate, NULL, out, CMS_BINARY) == 1)
    {
      long size = BIO_get_mem_data (out, &data);

      text = g_strndup (data, (gsize) size);
    }
  CMS_ContentInfo_free (cms);
  BIO_free (out);
  BIO_free (in);
  return text;
}
