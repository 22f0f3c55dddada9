/*
 * A signature that a needed change breaks is told, and renamed if wanted; one that still holds is left alone.
 */
#include "tests/harness/harness.h"
#include "tests/routing/rewrite-harness.h"

#include <string.h>

#define SIGNATURE "DKIM-Signature: v=1; a=rsa-sha256; d=acme.example; s=k;\r\n\th=From:To:\r\n\t Subject; bh=x; b=y\r\n"

typedef enum
{
  REWRITE,
  REMOVE_SUBJECT,
  ADD_SUBJECT,
  CUT_BODY
} Change;

static void
make_change (IstMessage *message, Change change)
{
  g_autoptr (IstRewriter) rewriter = ist_test_rewriter (IST_SIDE_DOMINO, IST_SIDE_EXCHANGE, "");

  if (change == REWRITE)
    ist_rewriter_header (rewriter, message);
  else if (change == REMOVE_SUBJECT)
    ist_message_remove_field (message, ist_message_find_field (message, "Subject", 0));
  else if (change == ADD_SUBJECT)
    ist_message_insert_field (message, 0, "subject: second\r\n");
  else
    ist_message_replace (message, ist_message_body_offset (message), 1, NULL, NULL);
}

static void
test_broken (void)
{
  static const struct
  {
    const char *name, *header;
    Change change;
    gboolean broken;
  } rows[] = {
    { "nothing changed", SIGNATURE "From: anna@acme.example\r\n", REWRITE, FALSE },
    { "signed field changed", SIGNATURE "From: anna@d.acme.example\r\n", REWRITE, TRUE },
    { "unsigned field changed", SIGNATURE "From: a@b.example\r\nCc: anna@d.acme.example\r\n", REWRITE, FALSE },
    { "field name that only contains a signed one", SIGNATURE "X-To: anna@d.acme.example\r\n", REWRITE, FALSE },
    { "signed field removed", SIGNATURE "Subject: x\r\n", REMOVE_SUBJECT, TRUE },
    { "signed field added", SIGNATURE "Subject: x\r\n", ADD_SUBJECT, TRUE },
    { "body changed", SIGNATURE "From: a@b.example\r\n", CUT_BODY, TRUE },
    { "no signature", "From: anna@d.acme.example\r\n", REWRITE, FALSE },
    { "no h= tag", "DKIM-Signature: v=1; bh=x; hx=from\r\nFrom: anna@d.acme.example\r\n", REWRITE, FALSE },
    { "blanks around h", "DKIM-Signature: v=1;h\t= from ;\r\nFrom: anna@d.acme.example\r\n", REWRITE, TRUE },
    { "second signature",
      "DKIM-Signature: v=1; h=Subject; b=x\r\n" SIGNATURE "From: anna@d.acme.example\r\nSubject: s\r\n", REWRITE,
      TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strconcat (rows[i].header, "\r\nbody\r\n", NULL);
      g_autoptr (IstMessage) message = ist_test_message (text);
      const GPtrArray *changes;
      gboolean told = FALSE;

      ist_row ("%s", rows[i].name);
      make_change (message, rows[i].change);
      IST_ASSERT_INT (ist_rewriter_dkim (message, FALSE), rows[i].broken);
      changes = ist_message_changes (message);
      for (guint k = 0; k < changes->len; k++)
        told |= strcmp (((IstChange *) g_ptr_array_index (changes, k))->transform, "signature-broken") == 0;
      IST_ASSERT_INT (told, rows[i].broken);
    }
}

/* broken-dkim = rename: only the broken one, byte for byte; what the trusted origin said about the sender stays. */
static void
test_rename (void)
{
  g_autoptr (IstMessage) message = ist_test_message (
      "Authentication-Results: mx.d.acme.example; dkim=pass\r\n"
      "DKIM-Signature: v=1; h=Subject; b=good\r\n" SIGNATURE
      "From: anna@d.acme.example\r\nSubject: s\r\n\r\nbody\r\n");
  g_autoptr (IstRewriter) rewriter = ist_test_rewriter (IST_SIDE_DOMINO, IST_SIDE_EXCHANGE, "");
  g_autofree char *got = NULL;

  ist_rewriter_header (rewriter, message);
  IST_ASSERT (ist_rewriter_dkim (message, TRUE));
  got = ist_test_message_text (message);
  IST_ASSERT_STR (got, "Authentication-Results: mx.d.acme.example; dkim=pass\r\n"
                       "DKIM-Signature: v=1; h=Subject; b=good\r\nX-Isthmus-Broken-" SIGNATURE
                       "From: anna@acme.example\r\nSubject: s\r\n\r\nbody\r\n");
}

/* The header of a signed message may change, its parts never do. */
static void
test_signed_parts (void)
{
  static const char body[]
      = "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n"
        "To: anna@d.acme.example\r\n\r\nanna@d.acme.example\r\n--b\r\n\r\nsignature\r\n--b--\r\n";
  g_autofree char *text = g_strconcat ("To: anna@d.acme.example\r\n", body, NULL);
  g_autofree char *want = g_strconcat ("To: anna@acme.example\r\n", body, NULL);
  g_autoptr (IstRewriter) rewriter = ist_test_rewriter (IST_SIDE_DOMINO, IST_SIDE_EXCHANGE, "");
  g_autofree char *got = ist_test_rewrite (rewriter, text);

  IST_ASSERT_STR (got, want);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "broken", test_broken },
    { "rename", test_rename },
    { "signed-parts", test_signed_parts },
    { NULL, NULL },
  };

  return ist_test_main ("dkim", tests);
}
