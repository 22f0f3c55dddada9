/*
 * tests/convert/test-smime.c - a signature made with OpenSSL still verifies after all transforms of either direction
 * had the message, alone and beside parts that were taken out.
 */
#include "convert/pipeline.h"

#include "base/mime-tree.h"
#include "tests/convert/smime-make.h"
#include "tests/convert/tnef-builder.h"
#include "tests/harness/harness.h"

#include <openssl/cms.h>
#include <string.h>

static char *
converted (const char *text, IstSide from, IstSide to)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  IstConvertContext context = { .from = from, .to = to, .sender = "anna@a.example" };
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  g_autoptr (GBytes) out = NULL;

  IST_ASSERT (ist_pipeline_run (&context, message, parts, NULL));
  IST_ASSERT_INT (parts->len, 0);
  out = ist_message_to_bytes (message);
  return g_strndup (g_bytes_get_data (out, NULL), g_bytes_get_size (out));
}

/* What the signature covers holds all that transforms like to repair. */
static const char inner[]
    = "Content-Type: multipart/alternative; boundary=\"in ner\"\r\n\r\n"
      "--in ner\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
      "<p>=97<a href=3D\"notes:///85255E1A0053F5F8/0/1234\">x</a><o:p></o:p>=20\r\n\r\n"
      "--in ner\r\nContent-Type: text/plain; format=flowed\r\n\r\nbegin 644 a.txt\r\n#86)C\r\n`\r\nend \r\n\r\n"
      "--in ner\r\nContent-Type: application/x-lotus-encap2; name=encap2.ond\r\n\r\nx\r\n\r\n--in ner--\r\n";

#define HEAD "From: anna@a.example\r\nTo: bob@b.example\r\nSubject: signed\r\nImportance: \r\nMIME-Version: 1.0\r\n"

static void
test_signature (void)
{
  static const struct
  {
    const char *name, *before, *after; /* around the signed entity */
  } rows[] = {
    { "the message", HEAD, "" },
    { "beside a Notes copy and TNEF",
      HEAD "Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
           "--out\r\nContent-Type: application/x-lotus-encap2; name=encap2.ond\r\n\r\nx\r\n--out\r\n",
      "\r\n--out\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx\r\n--out--\r\n" },
    { "in an attached message",
      HEAD "Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
           "--out\r\nContent-Type: message/rfc822\r\n\r\n" HEAD,
      "\r\n--out--\r\n" },
  };
  static const IstSide ways[][2] = { { IST_SIDE_DOMINO, IST_SIDE_EXCHANGE }, { IST_SIDE_EXCHANGE, IST_SIDE_DOMINO } };
  g_auto (SmimeSigner) signer = { 0 };
  g_autofree char *entity = NULL;

  if (!smime_signer_init (&signer))
    return;
  entity = smime_sign (&signer, inner);
  IST_ASSERT (smime_verifies (entity));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize way = 0; way < G_N_ELEMENTS (ways); way++)
      {
        g_autofree char *mail = g_strconcat (rows[i].before, entity, rows[i].after, NULL);
        g_autofree char *out = converted (mail, ways[way][0], ways[way][1]);
        const char *found = strstr (out, "multipart/signed");
        g_autofree char *got = NULL;

        ist_row ("%s, %s to %s", rows[i].name, ist_side_name (ways[way][0]), ist_side_name (ways[way][1]));
        if (!IST_ASSERT (found != NULL))
          continue;
        got = g_strdup_printf ("MIME-Version: 1.0\r\nContent-Type: %s", found);
        IST_ASSERT (smime_verifies (got));
      }
}

/* One letter more, and it does not verify: so the test can fail. */
static void
test_control (void)
{
  g_auto (SmimeSigner) signer = { 0 };
  g_autofree char *entity = NULL;
  g_autofree char *changed = NULL;
  g_auto (GStrv) pieces = NULL;

  if (!smime_signer_init (&signer))
    return;
  entity = smime_sign (&signer, inner);
  pieces = g_strsplit (entity, "format=flowed", -1);
  changed = g_strjoinv ("format=flowed; x=y", pieces);
  IST_ASSERT (strcmp (entity, changed) != 0);
  IST_ASSERT (!smime_verifies (changed));
}

/* A message of this class whose only attachment has these bytes, as Exchange keeps it; in a mail of its own, or beside
 * a text that is the signed one again. */
static char *
as_tnef (const char *class, const char *name, const char *type, const char *data, gsize size, gboolean beside)
{
  g_autoptr (GByteArray) stream = tnef_begin (1252);
  g_autoptr (GByteArray) props = g_byte_array_new ();
  g_autofree char *base64 = NULL;

  tnef_attribute (stream, 1, 0x00078008, class, strlen (class) + 1);
  tnef_u32 (props, 1);
  tnef_property (props, 0x1000001E, "begin 644 a.txt and a text", 27);
  tnef_attribute (stream, 1, 0x00069003, props->data, props->len);
  g_byte_array_set_size (props, 0);
  tnef_u32 (props, 2);
  tnef_property (props, 0x3707001E, name, strlen (name) + 1);
  tnef_property (props, 0x370E001E, type, strlen (type) + 1);
  tnef_attribute (stream, 2, 0x00069002, "\1\0\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0", 14);
  tnef_attribute (stream, 2, 0x0006800F, data, size);
  tnef_attribute (stream, 2, 0x00069005, props->data, props->len);
  base64 = g_base64_encode (stream->data, stream->len);
  if (!beside)
    return g_strconcat (HEAD "Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n", base64,
                        "\r\n", NULL);
  return g_strconcat (HEAD "Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\nContent-Type: text/plain\r\n\r\n"
                           "begin 644 a.txt and a text\r\n--out\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n"
                           "Content-Transfer-Encoding: base64\r\n\r\n",
                      base64, "\r\n--out--\r\n", NULL);
}

/* The signature covers every byte of what was signed, so one that verifies says that all came through. */
static void
test_signed_in_tnef (void)
{
  static const struct
  {
    const char *name, *class;
    gboolean beside, with_lf;
  } rows[] = {
    { "alone", "IPM.Note.SMIME.MultipartSigned", FALSE, FALSE },
    { "beside the same text", "IPM.Note.SMIME.MultipartSigned", TRUE, FALSE },
    { "of the other class", "IPM.Note.SMIME", FALSE, FALSE },
    { "with bare line feeds", "IPM.Note.SMIME.MultipartSigned", FALSE, TRUE },
  };
  g_auto (SmimeSigner) signer = { 0 };
  g_autofree char *entity = NULL;

  if (!smime_signer_init (&signer))
    return;
  entity = smime_sign (&signer, inner);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) lines = g_strsplit (entity, rows[i].with_lf ? "\r\n" : "\r\n\r\n\r\n\r\n", -1);
      g_autofree char *kept = g_strjoinv (rows[i].with_lf ? "\n" : "", lines);
      g_autofree char *mail = as_tnef (rows[i].class, "smime.p7m", "multipart/signed", kept, strlen (kept),
                                       rows[i].beside);
      g_autofree char *out = converted (mail, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO);
      const char *found = strstr (out, "\r\nContent-Type: multipart/signed");
      const char *body = strstr (out, "\r\n\r\n");
      g_autofree char *got = NULL;

      ist_row ("%s", rows[i].name);
      /* It is the message, not a part of it. */
      if (!IST_ASSERT (found != NULL && body != NULL && found < body))
        continue;
      got = g_strconcat ("MIME-Version: 1.0", found, NULL);
      IST_ASSERT (smime_verifies (got));
      IST_ASSERT (strstr (out, "winmail") == NULL && strstr (out, "ms-tnef") == NULL);
    }
}

/* DER of a signed object with its content, or of an encrypted one. */
static GBytes *
make_object (const SmimeSigner *self, gboolean encrypted)
{
  BIO *in = BIO_new_mem_buf (inner, -1);
  STACK_OF (X509) *to = sk_X509_new_null ();
  CMS_ContentInfo *cms = NULL;
  guint8 *der = NULL;
  GBytes *bytes;
  int size;

  sk_X509_push (to, self->certificate);
  cms = encrypted ? CMS_encrypt (to, in, EVP_aes_128_cbc (), CMS_BINARY)
                  : CMS_sign (self->certificate, self->key, NULL, in, CMS_BINARY);
  size = cms != NULL ? i2d_CMS_ContentInfo (cms, &der) : 0;
  bytes = g_bytes_new (der, (gsize) MAX (size, 0));
  OPENSSL_free (der);
  CMS_ContentInfo_free (cms);
  sk_X509_free (to);
  BIO_free (in);
  return bytes;
}

static gboolean
opens (const SmimeSigner *self, const guint8 *der, gsize size, gboolean encrypted)
{
  const guint8 *at = der;
  CMS_ContentInfo *cms = d2i_CMS_ContentInfo (NULL, &at, (long) size);
  BIO *out = BIO_new (BIO_s_mem ());
  char *data;
  long n;
  gboolean ok;

  ok = cms != NULL
       && (encrypted ? CMS_decrypt (cms, self->key, self->certificate, NULL, out, CMS_BINARY) == 1
                     : CMS_verify (cms, NULL, NULL, NULL, out, CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1);
  n = BIO_get_mem_data (out, &data);
  ok = ok && (gsize) n == strlen (inner) && memcmp (data, inner, (gsize) n) == 0;
  CMS_ContentInfo_free (cms);
  BIO_free (out);
  return ok;
}

static void
test_opaque_in_tnef (void)
{
  static const struct
  {
    const char *name, *file, *type, *want;
    gboolean encrypted, beside;
  } rows[] = {
    { "signed", "smime.p7m", "application/pkcs7-mime", "smime-type=signed-data", FALSE, FALSE },
    { "encrypted", "smime.p7m", "application/x-pkcs7-mime", "smime-type=enveloped-data", TRUE, FALSE },
    { "encrypted, without a name", "x", "application/octet-stream", "smime-type=enveloped-data", TRUE, TRUE },
  };
  g_auto (SmimeSigner) signer = { 0 };

  if (!smime_signer_init (&signer))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) object = make_object (&signer, rows[i].encrypted);
      gsize size, n = 0;
      const char *data = g_bytes_get_data (object, &size);
      g_autofree char *mail = as_tnef ("IPM.Note.SMIME", rows[i].file, rows[i].type, data, size, rows[i].beside);
      g_autofree char *out = converted (mail, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO);
      const char *body = strstr (out, "\r\n\r\n");
      g_autofree guint8 *der = NULL;

      ist_row ("%s", rows[i].name);
      if (!IST_ASSERT (body != NULL && strstr (out, "\r\nContent-Type: application/pkcs7-mime;") != NULL
                       && strstr (out, "\r\nContent-Type: application/pkcs7-mime;") < body))
        continue;
      IST_ASSERT (strstr (out, rows[i].want) != NULL && strstr (out, "smime.p7m") != NULL);
      der = g_base64_decode (body, &n);
      IST_ASSERT (n == size && memcmp (der, data, size) == 0);
      IST_ASSERT (opens (&signer, der, n, rows[i].encrypted));
    }
}

/* What is no such object stays an attachment with its bytes. */
static void
test_no_object (void)
{
  g_autofree char *mail = as_tnef ("IPM.Note.SMIME", "a.txt", "text/plain", "no object", 9, FALSE);
  g_autofree char *out = converted (mail, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO);

  IST_ASSERT (strstr (out, "a.txt") != NULL && strstr (out, "bm8gb2JqZWN0") != NULL);
  IST_ASSERT (strstr (out, "pkcs7") == NULL);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "signatures verify", test_signature },
    { "a changed one does not", test_control },
    { "signed in TNEF", test_signed_in_tnef },
    { "opaque in TNEF", test_opaque_in_tnef },
    { "no object in TNEF", test_no_object },
    { NULL, NULL },
  };

  return ist_test_main ("smime", tests);
}
