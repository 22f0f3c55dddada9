/*
 * tests/convert/test-smime.c - a signature made with OpenSSL still verifies after all transforms of either direction
 * had the message, alone and beside parts that were taken out.
 */
#include "convert/pipeline.h"

#include "base/mime-tree.h"
#include "tests/convert/smime-make.h"
#include "tests/harness/harness.h"

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

int
main (void)
{
  static const IstTest tests[] = {
    { "signatures verify", test_signature },
    { "a changed one does not", test_control },
    { NULL, NULL },
  };

  return ist_test_main ("smime", tests);
}
