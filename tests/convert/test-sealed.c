/*
 * What is signed or encrypted stays the very bytes, and a note of "sealed" says so: of each part that MIME marks, and
 * of a text that PGP signed or encrypted in itself.
 */
#include "convert/pipeline.h"
#include "convert/sealed.h"
#include "tests/harness/harness.h"

#include <string.h>

#define HEAD "From: anna@acme.example\r\nTo: bob@b.example\r\nMIME-Version: 1.0\r\n"
#define SIGNED "Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\nContent-Type: text/plain; format=flowed\r\n\r\n" \
               "caf\351 \r\nau lait\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--s--\r\n"
#define ARMOUR "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\ncaf\351 \r\nau lait\r\n- -- \r\n" \
               "begin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\niQ==\r\n" \
               "-----END PGP SIGNATURE-----\r\n"
#define FLOWED "Content-Type: text/plain; charset=us-ascii; format=flowed\r\n"

static char *
run (const char *text, IstSide from, IstSide to, guint *n_sealed, guint *n_others)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  IstConvertContext context = { .from = from, .to = to, .sender = "anna@acme.example" };
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  g_autoptr (GBytes) out = NULL;

  IST_ASSERT (ist_pipeline_run (&context, message, parts, NULL));
  *n_sealed = *n_others = 0;
  for (guint i = 0; i < ist_message_changes (message)->len; i++)
    {
      const IstChange *change = g_ptr_array_index (ist_message_changes (message), i);

      (*(strcmp (change->transform, IST_SEALED_NOTE) == 0 ? n_sealed : n_others))++;
    }
  out = ist_message_to_bytes (message);
  return g_strndup (g_bytes_get_data (out, NULL), g_bytes_get_size (out));
}

static void
test_stays (void)
{
  static const struct
  {
    const char *name, *text;
    guint n_sealed;
  } rows[] = {
    { "nothing sealed", HEAD "Content-Type: text/plain\r\n\r\nhello\r\n", 0 },
    { "words in a text", HEAD "Content-Type: text/plain\r\n\r\nmultipart/signed\r\n", 0 },
    { "the message", HEAD SIGNED, 1 },
    { "two parts of a mixed",
      HEAD "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n" SIGNED "--m\r\n" SIGNED "--m--\r\n", 2 },
    { "in an attached message",
      HEAD "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
           "--m\r\nContent-Type: message/rfc822\r\n\r\n" HEAD SIGNED "--m--\r\n", 1 },
    { "encrypted with a signed part in it",
      HEAD "Content-Type: multipart/encrypted; boundary=m\r\n\r\n--m\r\n" SIGNED "--m--\r\n", 1 },
    { "opaque", HEAD "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
                     "Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n", 1 },
    { "opaque by the old name", HEAD "Content-Type: APPLICATION/X-PKCS7-MIME; name=smime.p7m\r\n"
                     "Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n", 1 },
  };
  static const IstSide ways[][2] = { { IST_SIDE_DOMINO, IST_SIDE_EXCHANGE }, { IST_SIDE_EXCHANGE, IST_SIDE_DOMINO } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize way = 0; way < G_N_ELEMENTS (ways); way++)
      {
        guint n_sealed, n_others;
        g_autofree char *out = run (rows[i].text, ways[way][0], ways[way][1], &n_sealed, &n_others);

        ist_row ("%s, from %s", rows[i].name, ist_side_name (ways[way][0]));
        IST_ASSERT_STR (out, rows[i].text);
        IST_ASSERT_INT (n_sealed, rows[i].n_sealed);
        IST_ASSERT_INT (n_others, 0);
      }
}

/* Each of these texts would be changed by a transform but for the armour. */
static void
test_armour (void)
{
  static const struct
  {
    const char *name, *head, *text;
    gboolean stays;
  } rows[] = {
    { "signed", FLOWED "\r\n", ARMOUR, TRUE },
    { "below other text", FLOWED "\r\nhello \r\nthere\r\n", ARMOUR, TRUE },
    { "encrypted", FLOWED "\r\ncaf\351 \r\nau lait\r\n", "-----BEGIN PGP MESSAGE-----\r\n\r\nhQ\r\n"
      "-----END PGP MESSAGE-----\r\n", TRUE },
    { "first dash encoded", FLOWED "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
      "=2D----BEGIN PGP SIGNED MESSAGE-----\r\n\r\ncaf=E9=20\r\nau lait\r\n", TRUE },
    { "no line of its own", FLOWED "\r\n", "caf\351 \r\nsee -----BEGIN PGP SIGNED MESSAGE-----\r\n", FALSE },
    { "a public key", FLOWED "\r\n", "caf\351 \r\nau lait\r\n-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\nmQ\r\n", FALSE },
  };
  static const IstSide ways[][2] = { { IST_SIDE_DOMINO, IST_SIDE_EXCHANGE }, { IST_SIDE_EXCHANGE, IST_SIDE_DOMINO } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize way = 0; way < G_N_ELEMENTS (ways); way++)
      {
        g_autofree char *text = g_strconcat (HEAD, rows[i].head, rows[i].text, NULL);
        guint n_sealed, n_others;
        g_autofree char *out = run (text, ways[way][0], ways[way][1], &n_sealed, &n_others);

        ist_row ("%s, from %s", rows[i].name, ist_side_name (ways[way][0]));
        IST_ASSERT (strcmp (out, text) == 0 ? rows[i].stays : !rows[i].stays);
        IST_ASSERT_INT (n_sealed, rows[i].stays);
        IST_ASSERT (rows[i].stays ? n_others == 0 : n_others > 0);
      }
}

static void
test_many (void)
{
  g_autoptr (GString) text = g_string_new (HEAD "Content-Type: multipart/mixed; boundary=m\r\n\r\n");
  guint n_sealed, n_others;
  g_autofree char *out = NULL;

  for (guint i = 0; i < 30; i++)
    g_string_append (text, "--m\r\n" SIGNED);
  g_string_append (text, "--m--\r\n");
  out = run (text->str, IST_SIDE_DOMINO, IST_SIDE_EXCHANGE, &n_sealed, &n_others);
  IST_ASSERT_STR (out, text->str);
  IST_ASSERT_INT (n_sealed, 21);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "stays", test_stays },
    { "armour", test_armour },
    { "many", test_many },
    { NULL, NULL },
  };

  return ist_test_main ("sealed", tests);
}
