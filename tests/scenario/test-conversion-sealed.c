/* MAIL-10: what is signed verifies on the other side, what is encrypted arrives as it was, nothing pretends to be read. */
#include "base/mime.h"
#include "tests/convert/cd-make.h"
#include "tests/convert/nsf-make.h"
#include "tests/convert/smime-make.h"
#include "tests/scenario/conversion.h"
#include "tests/scenario/reader.h"

#include <string.h>

static const char *const sides[] = { "domino", "exchange" };

/* All that transforms like to repair. */
static const char inner[]
    = "Content-Type: multipart/mixed; boundary=\"in ner\"\r\n\r\n"
      "--in ner\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
      "<p>=97<a href=3D\"notes:///85255E1A0053F5F8/0/1234\">x</a><o:p></o:p>=20\r\n\r\n"
      "--in ner\r\nContent-Type: text/plain; format=flowed\r\n\r\nbegin 644 a.txt\r\n#86)C\r\n`\r\nend \r\nflowed \r\n"
      "text\r\n\r\n"
      "--in ner\r\nContent-Type: application/x-lotus-encap2; name=encap2.ond\r\n\r\nx\r\n\r\n"
      "--in ner\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx\r\n\r\n"
      "--in ner\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"a:b?.doc\"\r\n\r\n"
      "x\r\n\r\n--in ner--\r\n";

#define HEAD                                                                                                           \
  "From: <somebody@acme.example>\r\nTo: <other@acme.example>\r\nSubject: sealed\r\nImportance: \r\n"                   \
  "Sensitivity: Company-Confidential\r\nReturn-Receipt-To: <somebody@acme.example>\r\nMIME-Version: 1.0\r\n"

/* The entity as the reader's program gives it to OpenSSL: from its type to the end of the message. */
static char *
entity_of (IstReader *reader, const char *type)
{
  const char *found = strstr (reader->raw, type);

  return found != NULL ? g_strdup_printf ("MIME-Version: 1.0\r\nContent-Type: %s", found) : g_strdup ("");
}

static void
test_signed (void)
{
  static const struct
  {
    const char *name, *before, *after;
  } rows[] = {
    { "the message", HEAD, "" },
    { "beside a Notes copy and winmail.dat",
      HEAD "Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
           "--out\r\nContent-Type: application/x-lotus-encap2; name=encap2.ond\r\n\r\nx\r\n--out\r\n",
      "\r\n--out\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx\r\n--out--\r\n" },
    { "in an attached message",
      HEAD "Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
           "--out\r\nContent-Type: message/rfc822\r\n\r\n" HEAD,
      "\r\n--out--\r\n" },
  };
  g_auto (SmimeSigner) signer = { 0 };
  g_autofree char *entity = NULL;
  IstScenario *s;

  if (!smime_signer_init (&signer))
    return;
  entity = smime_sign (&signer, inner);
  s = ist_scenario_new ();
  if (ist_scenario_start (s))
    for (gsize i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
      {
        g_autofree char *mail = g_strconcat (rows[i / 2].before, entity, rows[i / 2].after, NULL);
        g_autoptr (IstReader) reader = NULL;
        g_autofree char *got = NULL;
        g_auto (GStrv) pieces = NULL;
        g_autofree char *forged = NULL;

        ist_row ("%s from %s", rows[i / 2].name, sides[i % 2]);
        reader = ist_reader_deliver (s, sides[i % 2], mail);
        got = entity_of (reader, "multipart/signed");
        IST_ASSERT (smime_verifies (got));
        /* One letter in what it covers, and it does not. */
        pieces = g_strsplit (got, "name=encap2.ond", 2);
        forged = g_strjoinv ("name=encap3.ond", pieces);
        IST_ASSERT (g_strv_length (pieces) == 2 && !smime_verifies (forged));
        if (i / 2 == 0)
          IST_ASSERT (strstr (ist_reader_shape (reader), "multipart/signed(multipart/mixed(text/html text/plain "
                                                         "application/x-lotus-encap2 application/ms-tnef ")
                      != NULL);
      }
  ist_scenario_free (s);
}

/* Signed or encrypted as one part. */
static void
test_opaque (void)
{
  g_auto (SmimeSigner) signer = { 0 };
  g_autofree char *encrypted = NULL, *opaque = NULL;
  IstScenario *s;

  if (!smime_signer_init (&signer))
    return;
  encrypted = smime_encrypt (&signer, inner);
  opaque = smime_sign_opaque (&signer, inner);
  s = ist_scenario_new ();
  if (ist_scenario_start (s))
    for (gsize i = 0; i < 4; i++)
      {
        gboolean is_signed = i / 2 == 1;
        g_autofree char *mail = g_strconcat (HEAD, is_signed ? opaque : encrypted, NULL);
        g_autoptr (IstReader) reader = NULL;
        g_autofree char *got = NULL;
        g_autofree char *text = NULL;

        ist_row ("%s from %s", is_signed ? "signed" : "encrypted", sides[i % 2]);
        reader = ist_reader_deliver (s, sides[i % 2], mail);
        got = entity_of (reader, "application/pkcs7-mime");
        IST_ASSERT_STR (ist_reader_files (reader), "smime.p7m");
        text = is_signed ? NULL : smime_decrypt (&signer, got);
        if (is_signed)
          IST_ASSERT (smime_verifies (got));
        else
          IST_ASSERT_STR (text, inner);
      }
  ist_scenario_free (s);
}

static const IstMimePart *
signed_part (const IstMimePart *part)
{
  const IstMimePart *found = strcmp (part->type, "multipart/signed") == 0 ? part : NULL;

  for (guint i = 0; found == NULL && part->children != NULL && i < part->children->len; i++)
    found = signed_part (g_ptr_array_index (part->children, i));
  return found;
}

/* What is between the delimiters of its multipart/signed; NULL: it has none. g_free(). */
static char *
signed_bytes (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMimePart) root = ist_mime_parse (body);
  const IstMimePart *part = signed_part (root);

  return part != NULL ? g_strndup (text + part->content, part->content_end - part->content) : NULL;
}

/* Real signed mail: the bytes that the signature is about, and the signature, are the sent ones. */
static void
test_signed_corpus (void)
{
  g_autofree char *folder = ist_test_corpus ("corpus/exchange-mail");
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  IstScenario *s;
  const char *name;
  guint n = 0;

  if (dir == NULL)
    {
      ist_skip ("the collection of real messages is not there");
      return;
    }
  s = ist_scenario_new ();
  if (ist_scenario_start (s))
    while ((name = g_dir_read_name (dir)) != NULL)
      for (guint i = 0; i < 2 && strstr (name, "smime") != NULL; i++)
        {
          g_autofree char *path = g_build_filename (folder, name, NULL);
          g_autofree char *text = ist_test_read (path, NULL);
          g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
          g_autofree char *mail = NULL;
          g_autofree char *want = NULL;
          g_autoptr (IstReader) reader = NULL;

          for (guint k = 0; lines[k] != NULL; k++)
            if (g_str_has_suffix (lines[k], "\r"))
              lines[k][strlen (lines[k]) - 1] = '\0';
          mail = g_strjoinv ("\r\n", lines);
          want = signed_bytes (mail);
          if (want == NULL)
            continue;
          ist_row ("%s from %s", name, sides[i]);
          reader = ist_reader_deliver (s, sides[i], mail);
          IST_ASSERT (strlen (want) > 500 && strstr (reader->raw, want) != NULL);
          n++;
        }
  IST_ASSERT (n >= 20);
  ist_note ("%u passages of signed mail", n);
  ist_scenario_free (s);
}

#define ARMOUR                                                                                                         \
  "-----BEGIN PGP MESSAGE-----\r\nVersion: 1\r\n\r\nhQEMA0=3D  \r\n=AbCd\r\n-----END PGP MESSAGE-----\r\n"

/* PGP in its three forms (RFC 3156; armour in a plain text): the bytes that the reader's PGP sees are those sent. */
static void
test_pgp (void)
{
  static const struct
  {
    const char *name, *entity;
  } rows[] = {
    { "encrypted",
      "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=p\r\n\r\n--p\r\n"
      "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--p\r\n"
      "Content-Type: application/octet-stream; name=\"encrypted:.asc\"\r\n\r\n" ARMOUR "--p--\r\n" },
    { "signed",
      "Content-Type: multipart/signed; micalg=pgp-sha256; protocol=\"application/pgp-signature\"; boundary=p\r\n\r\n"
      "--p\r\nContent-Type: text/plain; charset=us-ascii; format=flowed\r\n\r\n- one \r\ntwo\r\n\r\n--p\r\n"
      "Content-Type: application/pgp-signature\r\n\r\n" ARMOUR "--p--\r\n" },
    { "armour in the text", "Content-Type: text/plain; charset=us-ascii\r\n\r\n" ARMOUR },
  };
  IstScenario *s = ist_scenario_new ();

  if (ist_scenario_start (s))
    for (gsize i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
      {
        g_autofree char *mail = g_strconcat (HEAD, rows[i / 2].entity, NULL);
        g_autoptr (IstReader) reader = NULL;

        ist_row ("%s from %s", rows[i / 2].name, sides[i % 2]);
        reader = ist_reader_deliver (s, sides[i % 2], mail);
        if (!IST_ASSERT (g_str_has_suffix (reader->raw, strstr (rows[i / 2].entity, "\r\n\r\n"))))
          ist_note ("%s", reader->raw);
      }
  ist_scenario_free (s);
}

/* Encrypted for Notes: Bob gets the document, which a Notes client with the key opens, and is told so; no text is made up
 * of bytes that nobody can read. What Domino wrote in its place stays. */
static void
test_encrypted_memo (void)
{
  static const char *const texts[]
      = { "", "--b\nContent-Type: text/plain\n\nThis message is encrypted.\n\n" };
  g_autoptr (NsfMake) make = nsf_make_new ("Mail");
  g_autoptr (GByteArray) cd = g_byte_array_new ();
  g_autoptr (GBytes) memo = NULL;
  IstScenario *s = ist_scenario_new ();

  cd_make (cd, "B129;W133 b1 b0 b0 b10 sciphertext");
  nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
  nsf_make_text (make, "Form", "Memo");
  nsf_make_text (make, "Subject", "sealed");
  nsf_make_item (make, "Body", 0x0001, 2, cd->data, cd->len);
  nsf_make_item (make, "$Seal", 0x0009, 0, "xxxx", 4);
  memo = nsf_make_finish (make);
  if (ist_scenario_start (s))
    for (gsize i = 0; i < 2 * G_N_ELEMENTS (texts); i++)
      {
        static const char *const policies[] = { "auto", "rebuild" };
        g_autofree char *mail = conversion_memo_mail ("Subject: sealed\n", memo, texts[i / 2]);
        g_autoptr (IstReader) bob = NULL;
        gsize size;
        const char *data = g_bytes_get_data (memo, &size);

        ist_row ("%s, %s", policies[i % 2], *texts[i / 2] != '\0' ? "with a text" : "the copy alone");
        ist_scenario_configure (s, "[convert]\nactive-mail = %s\n", policies[i % 2]);
        IST_ASSERT (ist_scenario_reload (s));
        bob = ist_reader_deliver (s, "domino", mail);
        if (*texts[i / 2] != '\0')
          ist_reader_shows (bob, "text/plain", "This message is encrypted.");
        IST_ASSERT (strstr (ist_reader_text (bob, "text/plain"), "ciphertext") == NULL);
        IST_ASSERT (strstr (ist_reader_text (bob, "text/html"), "ciphertext") == NULL);
        if (i % 2 == 1 && *texts[i / 2] != '\0')
          continue; /* "rebuild" keeps the text and lets the copy go where it cannot be read */
        ist_reader_shows (bob, "text/plain", "encrypted for HCL Notes");
        IST_ASSERT (ist_reader_holds (ist_reader_named (bob, "message.nsf"), data, size));
      }
  ist_scenario_free (s);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "MAIL-10 S/MIME signatures verify", test_signed },
    { "MAIL-10 real signed mail", test_signed_corpus },
    { "MAIL-10 S/MIME in one part", test_opaque },
    { "MAIL-10 PGP", test_pgp },
    { "MAIL-10 memos encrypted for Notes", test_encrypted_memo },
    { NULL },
  };

  return ist_test_main ("conversion-sealed", tests);
}
