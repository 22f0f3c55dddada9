/*
 * Addresses and header fields from one side to another: what changes, and that nothing else does.
 */
#include "base/address.h"
#include "base/imcea.h"
#include "tests/harness/harness.h"
#include "tests/routing/rewrite-harness.h"

#include <string.h>

#define D IST_SIDE_DOMINO
#define X IST_SIDE_EXCHANGE
#define I IST_SIDE_INTERNET

static void
test_address (void)
{
  static const struct
  {
    const char *name;
    IstSide from, to;
    const char *address, *want;
  } rows[] = {
    { "nothing to do", D, X, "anna@acme.example", "anna@acme.example" },
    { "null sender", D, X, "", "" },
    { "sub-domain", D, X, "anna@d.acme.example", "anna@acme.example" },
    { "sub-domain, other case", D, X, "Anna@D.Acme.Example", "Anna@acme.example" },
    { "sub-domain of the other side", D, X, "bob@x.acme.example", "bob@acme.example" },
    { "sub-domain, towards the Internet", X, I, "bob@x.acme.example", "bob@acme.example" },
    { "a host below the sub-domain is no mail domain", D, X, "a@mail.d.acme.example", "a@mail.d.acme.example" },
    { "Notes domain", D, X, "anna@acme.example@ACME", "anna@acme.example" },
    { "sub-domain and Notes domain", D, X, "anna@d.acme.example@ACME", "anna@acme.example" },
    { "Notes domain twice", D, X, "x@elsewhere.example@ACME@ACME", "x@elsewhere.example" },
    { "short name at the Notes domain", D, X, "aberg@ACME", "anna@acme.example" },
    { "unknown short name at the Notes domain", D, X, "nobody@ACME", "nobody@ACME" },
    { "foreign Notes domain stays", D, X, "x@elsewhere.example@OTHER", "x@elsewhere.example@OTHER" },
    { "abbreviated name", D, X, "Anna Berg/Research/Acme", "anna@acme.example" },
    { "abbreviated name with Notes domain", D, X, "Anna Berg/Research/Acme@ACME", "anna@acme.example" },
    { "canonical name", D, X, "CN=Anna Berg/OU=Research/O=Acme", "anna@acme.example" },
    { "canonical name with Notes domain", D, X, "CN=Anna Berg/OU=Research/O=Acme@ACME", "anna@acme.example" },
    { "name as local part", D, X, "Anna_Berg/Research/Acme@acme.example", "anna@acme.example" },
    { "name as quoted local part", D, X, "\"Anna Berg/Research/Acme\"@acme.example", "anna@acme.example" },
    { "name at a routing sub-domain", D, X, "Anna_Berg/Research/Acme@d.acme.example", "anna@acme.example" },
    { "unknown name", D, X, "John Doe/Sales/Acme@ACME", "John_Doe/Sales/Acme@acme.example" },
    { "unknown canonical name", D, X, "CN=John Doe/OU=Sales/O=Acme", "John_Doe/Sales/Acme@acme.example" },
    { "unknown name at an unknown Notes domain", D, X, "Jeff K Skill/HOU/ECT@ECT",
      "Jeff_K_Skill/HOU/ECT@acme.example" },
    { "unknown name as local part", D, X, "John_Doe/Sales/Acme@acme.example", "John_Doe/Sales/Acme@acme.example" },
    { "unknown name from elsewhere is text", X, D, "Sales/Marketing", "Sales/Marketing" },
    { "slash in a foreign local part", D, X, "a/b@elsewhere.example", "a/b@elsewhere.example" },
    { "alias stays what its owner chose", X, D, "robert@acme.example", "robert@acme.example" },
    { "IMCEANOTES of a name", X, D, "IMCEANOTES-Anna+20Berg_Research_Acme+40ACME@acme.example",
      "anna@acme.example" },
    { "IMCEANOTES of an address", X, D, "IMCEANOTES-feedback+40intcx+2Eexample+40ACME@acme.example",
      "feedback@intcx.example" },
    { "IMCEANOTES of an address, another Notes domain", X, D,
      "IMCEANOTES-feedback+40intcx+2Eexample+40ENRON@acme.example", "feedback@intcx.example" },
    { "IMCEANOTES of an address, several Notes domains", X, D,
      "IMCEANOTES-feedback+40intcx+2Eexample+40ECT+40ENRON@acme.example", "feedback@intcx.example" },
    { "IMCEANOTES of a group", X, D, "IMCEANOTES-All+20Acme+20Worldwide+40ACME@acme.example",
      "all@acme.example" },
    { "IMCEANOTES of a whole mailbox", X, D,
      "IMCEANOTES-+22Mar+2C+20Patricia+20S+2E+22+20+3CPMar+40mofo+2Eexample+3E+40ENRON@acme.example",
      "PMar@mofo.example" },
    { "imceanotes in lower case", X, D, "imceanotes-all+20acme+20worldwide+40acme@acme.example",
      "all@acme.example" },
    { "IMCEANOTES at a routing sub-domain", X, D, "IMCEANOTES-anna+40d+2Eacme+2Eexample@x.acme.example",
      "anna@acme.example" },
    { "IMCEANOTES at a foreign domain", X, D, "IMCEANOTES-anna+40acme+2Eexample@elsewhere.example",
      "IMCEANOTES-anna+40acme+2Eexample@elsewhere.example" },
    { "IMCEANOTES of nobody", X, D, "IMCEANOTES-Nobody_Acme+40ACME@acme.example",
      "IMCEANOTES-Nobody_Acme+40ACME@acme.example" },
    { "IMCEAEX", X, D, "IMCEAEX-_o=Acme_ou=First_cn=Recipients_cn=bob@acme.example", "bob@acme.example" },
    { "IMCEAEX of nobody", X, D, "IMCEAEX-_o=Acme_cn=gone@acme.example",
      "IMCEAEX-_o=Acme_cn=gone@acme.example" },
    { "X.500", X, D, "/O=ACME/OU=FIRST/CN=RECIPIENTS/CN=BOB", "bob@acme.example" },
    { "X.500 of nobody", X, D, "/O=ACME/CN=GONE", "/O=ACME/CN=GONE" },
    { "no address at all", D, X, "undisclosed-recipients", "undisclosed-recipients" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstRewriter) rewriter = ist_test_rewriter (rows[i].from, rows[i].to, "");
      gboolean changed;
      g_autofree char *got = NULL;
      g_autofree char *again = NULL;

      ist_row ("%s", rows[i].name);
      if (rewriter == NULL)
        return;
      got = ist_rewriter_address (rewriter, rows[i].address, &changed);
      again = ist_rewriter_address (rewriter, got, NULL);
      IST_ASSERT_STR (got, rows[i].want);
      IST_ASSERT_STR (again, rows[i].want);
      IST_ASSERT_INT (changed, strcmp (rows[i].address, rows[i].want) != 0);
    }
}

static void
test_steps_off (void)
{
  static const struct
  {
    const char *name, *setting, *address, *want;
  } rows[] = {
    { "all", "enabled = no", "anna@d.acme.example@ACME", "anna@d.acme.example@ACME" },
    { "sub-domain", "subdomain-to-primary = no", "anna@d.acme.example", "anna@d.acme.example" },
    { "Notes names", "notes-names = no", "Anna Berg/Research/Acme", "Anna Berg/Research/Acme" },
    { "Notes domain", "strip-notes-domain = no", "anna@acme.example@ACME", "anna@acme.example@ACME" },
    { "IMCEA", "imcea = no", "IMCEANOTES-aberg+40ACME@acme.example", "IMCEANOTES-aberg+40ACME@acme.example" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *more = g_strdup_printf ("[rewrite domino-to-exchange]\n%s\n", rows[i].setting);
      g_autoptr (IstRewriter) rewriter = ist_test_rewriter (D, X, more);
      g_autofree char *got = ist_rewriter_address (rewriter, rows[i].address, NULL);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (got, rows[i].want);
    }
}

/* MAIL-15. */
static void
test_mail_15_imcea (void)
{
  g_autofree char *encoded = ist_imcea_encode ("NOTES", "Anna Berg/Research/Acme_+@ACME");
  g_autofree char *type = NULL;
  g_autofree char *decoded = NULL;
  g_autofree char *letters = g_strnfill (315 - strlen ("IMCEANOTES-"), 'a');
  g_autofree char *longer = g_strconcat (letters, "a", NULL);
  g_autofree char *longest = ist_imcea_encode ("NOTES", letters);
  g_autofree char *too_long = ist_imcea_encode ("NOTES", longer);
  static const char *const bad[]
      = { "IMCEA-x", "IMCEANOTES", "IMCEANOTES-", "IMCEANOTES-+4", "IMCEANOTES-+4G", "IMCEANOTES-a+00b",
          "IMCEANOTES-a+0D+0Ab", "IMCEANOTES-+FF", "IMCEATHISISNOTATYPEATALL-x", "xIMCEANOTES-a" };

  IST_ASSERT_STR (encoded, "IMCEANOTES-Anna+20Berg_Research_Acme+5F+2B+40ACME");
  IST_ASSERT (ist_imcea_decode (encoded, &type, &decoded));
  IST_ASSERT_STR (type, "NOTES");
  IST_ASSERT_STR (decoded, "Anna Berg/Research/Acme_+@ACME");
  IST_ASSERT_INT (longest != NULL ? strlen (longest) : 0, 315);
  IST_ASSERT (too_long == NULL);
  /* 315 + "@" + 255 is 571, the longest address Exchange takes; we take that much. */
  IST_ASSERT (IST_ADDRESS_MAX >= 571);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      char *t = NULL;
      char *a = NULL;

      ist_row ("%s", bad[i]);
      IST_ASSERT (!ist_imcea_decode (bad[i], &t, &a));
      IST_ASSERT (t == NULL && a == NULL);
    }
}

static void
test_header (void)
{
  static const struct
  {
    const char *name;
    IstSide from, to;
    const char *header, *want;
  } rows[] = {
    { "untouched bytes", D, X,
      "from:  Anna   Berg\t<anna@acme.example>\r\nTO: bob@acme.example ,\r\n\tx@y.example\r\nX: y\r\n\r\nbody\r\n",
      "from:  Anna   Berg\t<anna@acme.example>\r\nTO: bob@acme.example ,\r\n\tx@y.example\r\nX: y\r\n\r\nbody\r\n" },
    { "one address of many", D, X,
      "To: \"Berg,  Anna\" <anna@d.acme.example>,\r\n  bob@acme.example (Bob \"x\")\r\n\r\n",
      "To: \"Berg,  Anna\" <anna@acme.example>,\r\n  bob@acme.example (Bob \"x\")\r\n\r\n" },
    { "body is not looked at", D, X, "To: a@b.example\r\n\r\nTo: anna@d.acme.example\r\n",
      "To: a@b.example\r\n\r\nTo: anna@d.acme.example\r\n" },
    { "comment before the address", D, X, "To: (Anna) anna@d.acme.example\r\n\r\n",
      "To: (Anna) anna@acme.example\r\n\r\n" },
    { "comment behind the address", D, X, "To: anna@d.acme.example (Anna, 1)\r\n\r\n",
      "To: anna@acme.example (Anna, 1)\r\n\r\n" },
    { "group", D, X, "To: Team: anna@d.acme.example, b@c.example;\r\n\r\n",
      "To: Team: anna@acme.example, b@c.example;\r\n\r\n" },
    { "empty group", D, X, "To: undisclosed-recipients:;\r\n\r\n", "To: undisclosed-recipients:;\r\n\r\n" },
    { "leading colon and comma", D, X, "To: :, anna@d.acme.example\r\n\r\n", "To: :, anna@acme.example\r\n\r\n" },
    { "semicolons of Outlook", D, X, "To: anna@d.acme.example; bob@x.acme.example\r\n\r\n",
      "To: anna@acme.example; bob@acme.example\r\n\r\n" },
    { "bracket not closed", D, X, "To: Anna <anna@d.acme.example, bob@x.acme.example\r\n\r\n",
      "To: Anna <anna@acme.example, bob@acme.example\r\n\r\n" },
    { "quote not closed: the guard still sees it", D, X, "To: \"Anna <anna@d.acme.example>\r\n\r\n",
      "To: \"Anna <anna@acme.example>\r\n\r\n" },
    { "obsolete route", D, X, "To: <@h.example:anna@d.acme.example>\r\n\r\n",
      "To: <@h.example:anna@acme.example>\r\n\r\n" },
    { "bare Notes name", D, X, "From: CN=Anna Berg/OU=Research/O=Acme@ACME\r\n\r\n",
      "From: \"Anna Berg\" <anna@acme.example>\r\n\r\n" },
    { "bare Notes name, folded", D, X, "To: Anna Berg/Research/\r\n Acme@ACME, bob@acme.example\r\n\r\n",
      "To: \"Anna Berg\" <anna@acme.example>, bob@acme.example\r\n\r\n" },
    { "bare Notes name as local part", D, X, "To: Anna_Berg/Research/Acme@acme.example\r\n\r\n",
      "To: \"Anna Berg\" <anna@acme.example>\r\n\r\n" },
    { "unknown bare Notes name", D, X, "To: John Doe/Sales/Acme@ACME\r\n\r\n",
      "To: \"John Doe\" <John_Doe/Sales/Acme@acme.example>\r\n\r\n" },
    { "Notes name in brackets", D, X, "To: Anna <Anna Berg/Research/Acme@ACME>\r\n\r\n",
      "To: Anna <anna@acme.example>\r\n\r\n" },
    { "bare X.500 name", X, D, "To: /o=Acme/ou=First/cn=Recipients/cn=bob\r\n\r\n",
      "To: bob@acme.example\r\n\r\n" },
    { "X.500 name in brackets", X, D, "Cc: Bob </O=ACME/OU=FIRST/CN=RECIPIENTS/CN=BOB>\r\n\r\n",
      "Cc: Bob <bob@acme.example>\r\n\r\n" },
    { "canonical name as phrase", D, X, "From: \"CN=John Doe/OU=Sales/O=Acme\" <jd@acme.example>\r\n\r\n",
      "From: \"John Doe\" <jd@acme.example>\r\n\r\n" },
    { "known name as phrase", D, X, "From: Anna Berg/Acme <anna@acme.example>\r\n\r\n",
      "From: Anna Berg <anna@acme.example>\r\n\r\n" },
    { "three parts before an address of ours", D, X, "From: \"John Doe/Sales/Acme\" <jd@d.acme.example>\r\n\r\n",
      "From: \"John Doe\" <jd@acme.example>\r\n\r\n" },
    { "three parts before a foreign address", D, X, "To: \"Gas/Water/Power\" <gwp@elsewhere.example>\r\n\r\n",
      "To: \"Gas/Water/Power\" <gwp@elsewhere.example>\r\n\r\n" },
    { "two unknown parts may be a department", D, X, "From: \"Sales/Marketing\" <s@acme.example>\r\n\r\n",
      "From: \"Sales/Marketing\" <s@acme.example>\r\n\r\n" },
    { "a slash inside ISO-2022 text divides nothing", D, X,
      "From: CN=\x1b$B/3/E\x1b(B/O=Acme <s@acme.example>\r\n\r\n",
      "From: CN=\x1b$B/3/E\x1b(B/O=Acme <s@acme.example>\r\n\r\n" },
    { "phrase from Exchange stays", X, D, "From: \"John Doe/Sales/Acme\" <jd@acme.example>\r\n\r\n",
      "From: \"John Doe/Sales/Acme\" <jd@acme.example>\r\n\r\n" },
    { "receipt fields", D, X,
      "Return-Receipt-To: <anna@d.acme.example>\r\nDisposition-Notification-To: Anna/Berg <anna@d.acme.example>\r\n"
      "Apparently-To: Anna Berg/Research/Acme\r\n\r\n",
      "Return-Receipt-To: <anna@acme.example>\r\nDisposition-Notification-To: Anna/Berg <anna@acme.example>\r\n"
      "Apparently-To: \"Anna Berg\" <anna@acme.example>\r\n\r\n" },
    { "a field that only looks like one", D, X, "X-To: Anna Berg/Research/Acme\r\n\r\n",
      "X-To: Anna Berg/Research/Acme\r\n\r\n" },
    { "header without an end", D, X, "To: anna@d.acme.example", "To: anna@d.acme.example" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstRewriter) rewriter = ist_test_rewriter (rows[i].from, rows[i].to, "");
      g_autofree char *got = ist_test_rewrite (rewriter, rows[i].header);
      g_autofree char *again = ist_test_rewrite (rewriter, got);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (got, rows[i].want);
      IST_ASSERT_STR (again, rows[i].want);
    }
}

static void
test_friendly_names (void)
{
  static const struct
  {
    const char *name, *header, *want;
  } rows[] = {
    { "quoted, comma and at", "To: \"Berg, Anna @ Acme\" <anna@acme.example>, b@c.example\r\n\r\n",
      "To: anna@acme.example, b@c.example\r\n\r\n" },
    { "blank before the bracket", "To: Anna < anna@x.acme.example > , b@c.example\r\n\r\n",
      "To: anna@acme.example , b@c.example\r\n\r\n" },
    { "encoded word", "To: =?utf-8?Q?J=C3=B6rg?= <j@c.example>\r\n\r\n", "To: j@c.example\r\n\r\n" },
    { "no address: the name is all there is", "To: Anna <nobody>\r\n\r\n", "To: Anna <nobody>\r\n\r\n" },
    { "no phrase", "To: <a@b.example>\r\n\r\n", "To: <a@b.example>\r\n\r\n" },
  };
  g_autoptr (IstRewriter) rewriter
      = ist_test_rewriter (X, D, "[rewrite exchange-to-domino]\nfriendly-names = yes\n");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = ist_test_rewrite (rewriter, rows[i].header);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (got, rows[i].want);
    }
}

/* MAIL-14: whatever a display name holds, three hops leave its bytes alone. */
static void
test_mail_14_phrases (void)
{
  static const struct
  {
    const char *name, *phrase;
  } rows[] = {
    { "at", "\"Anna @ Home\"" },
    { "comma", "\"Berg, Anna\"" },
    { "escaped quote", "\"Anna \\\"Ann\\\" Berg\"" },
    { "apostrophe", "Anna O'Hara" },
    { "typographic apostrophe", "Anna O\xe2\x80\x99Hara" },
    { "double blanks", "Anna   Berg " },
    { "double blanks in quotes", "\"Anna   Berg \"" },
    { "angle brackets in quotes", "\"Anna <d.acme> Berg\"" },
    { "semicolon and colon in quotes", "\"Team: Anna; Berg\"" },
    { "encoded word", "=?iso-2022-jp?B?GyRCOzNFRBsoQg==?=" },
    { "two encoded words", "=?utf-8?Q?Berg=2C?=\r\n =?utf-8?Q?_Anna?=" },
    { "ISO-2022-JP, raw, with bytes that look like specials", "\x1b$B;3E<\",>\x1b(B" },
    { "ISO-2022-KR shift in quotes", "\"\x1b$)C\x0e" "1h\x0f\"" },
    { "Shift-JIS whose last byte is a backslash", "\"\x95\x5c\"" },
    { "Big5 with a backslash", "\"\xa5\x5c\xb3\x5c\"" },
    { "GBK", "\xd0\xbb\xd0\xbb" },
    { "Latin-1 before the quote's end", "\"Ren\xe9\"" },
    { "UTF-8", "\"J\xc3\xb6rg M\xc3\xbcller\"" },
    { "parentheses", "Anna (Home, 2nd <x>)" },
    { "fold", "Anna\r\n\tBerg" },
    { "empty quotes", "\"\"" },
  };
  g_autoptr (IstRewriter) there = ist_test_rewriter (D, X, "");
  g_autoptr (IstRewriter) back = ist_test_rewriter (X, D, "");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf (
          "From: %s <anna@d.acme.example>\r\nTo: b@c.example, %s <bob@x.acme.example>\r\n\r\n", rows[i].phrase,
          rows[i].phrase);
      g_autofree char *want = g_strdup_printf (
          "From: %s <anna@acme.example>\r\nTo: b@c.example, %s <bob@acme.example>\r\n\r\n", rows[i].phrase,
          rows[i].phrase);
      g_autofree char *one = ist_test_rewrite (there, text);
      g_autofree char *two = ist_test_rewrite (back, one);
      g_autofree char *three = ist_test_rewrite (there, two);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (one, want);
      IST_ASSERT_STR (two, want);
      IST_ASSERT_STR (three, want);
    }
}

static void
test_mail_14_addresses (void)
{
  g_autofree char *local = g_strnfill (300, 'n');
  g_autofree char *text = g_strdup_printf ("To: %s@d.acme.example, user.o'hara@d.acme.example\r\n\r\n", local);
  g_autofree char *want = g_strdup_printf ("To: %s@acme.example, user.o'hara@acme.example\r\n\r\n", local);
  g_autoptr (IstRewriter) there = ist_test_rewriter (D, X, "");
  g_autofree char *got = ist_test_rewrite (there, text);

  IST_ASSERT_STR (got, want);
}

/* MAIL-17: a message without To stays one; what it has is written right. */
static void
test_mail_17_no_to (void)
{
  g_autoptr (IstRewriter) rewriter = ist_test_rewriter (D, X, "");
  g_autofree char *none = ist_test_rewrite (rewriter, "From: anna@acme.example\r\nSubject: x\r\n\r\nhello\r\n");
  g_autofree char *bcc
      = ist_test_rewrite (rewriter, "Bcc:\r\nApparently-To: <bob@x.acme.example>\r\n\r\nhello\r\n");

  IST_ASSERT_STR (none, "From: anna@acme.example\r\nSubject: x\r\n\r\nhello\r\n");
  IST_ASSERT_STR (bcc, "Bcc:\r\nApparently-To: <bob@acme.example>\r\n\r\nhello\r\n");
}

/* MAIL-19: no routing sub-domain leaves, in whatever field, in whatever direction. */
static void
test_mail_19_no_leak (void)
{
  static const struct
  {
    const char *name, *field, *want;
  } rows[] = {
    { "From", "From: Anna <anna@d.acme.example>", "From: Anna <anna@acme.example>" },
    { "Sender", "Sender: anna@D.ACME.EXAMPLE", "Sender: anna@acme.example" },
    { "phrase that is the address", "From: \"anna@d.acme.example\" <anna@d.acme.example>",
      "From: \"anna@acme.example\" <anna@acme.example>" },
    { "phrase as encoded word", "From: =?utf-8?Q?anna=40d.acme.example?= <anna@d.acme.example>",
      "From: =?utf-8?Q?anna=40acme.example?= <anna@acme.example>" },
    { "Resent-From", "Resent-From: anna@d.acme.example", "Resent-From: anna@acme.example" },
    { "Message-ID", "Message-ID: <OF1.2-ON3@d.acme.example>", "Message-ID: <OF1.2-ON3@acme.example>" },
    { "Resent-Message-ID", "Resent-Message-ID: <1@d.acme.example>", "Resent-Message-ID: <1@acme.example>" },
    { "References", "References: <1@d.acme.example>\r\n\t<2@x.acme.example> <3@other.example>",
      "References: <1@acme.example>\r\n\t<2@acme.example> <3@other.example>" },
    { "In-Reply-To with words", "In-Reply-To: Anna's message (anna@d.acme.example) of today",
      "In-Reply-To: Anna's message (anna@acme.example) of today" },
    { "List-Unsubscribe", "List-Unsubscribe: <mailto:l-off@d.acme.example?subject=x>, <https://h.d.acme.example/>",
      "List-Unsubscribe: <mailto:l-off@acme.example?subject=x>, <https://h.d.acme.example/>" },
    { "List-Post in URL form", "List-Post: <mailto:l%40d.acme.example>", "List-Post: <mailto:l%40acme.example>" },
    { "Return-Path", "Return-Path: <anna@d.acme.example>", "Return-Path: <anna@acme.example>" },
    { "X-Sender", "X-Sender: anna@d.acme.example", "X-Sender: anna@acme.example" },
    { "Subject", "Subject: write to anna@d.acme.example.", "Subject: write to anna@acme.example." },
    { "sub-domain in full-width letters", "X-A: a@\xef\xbd\x84.acme.example", "X-A: a@acme.example" },
    { "end of a folded line", "Comments: anna@d.acme.example\r\n and more", "Comments: anna@acme.example\r\n and more" },
    { "another domain that ends alike", "X-A: a@bad.acme.example, a@d.acme.example.org",
      "X-A: a@bad.acme.example, a@d.acme.example.org" },
    { "=40 outside encoded words", "X-A: bounce=40d.acme.example", "X-A: bounce=40d.acme.example" },
    { "Received is trace", "Received: from d.acme.example by x for <anna@d.acme.example>",
      "Received: from d.acme.example by x for <anna@d.acme.example>" },
    { "Authentication-Results is trace", "Authentication-Results: mx; spf=pass smtp.mailfrom=anna@d.acme.example",
      "Authentication-Results: mx; spf=pass smtp.mailfrom=anna@d.acme.example" },
    { "a signature is trace", "DKIM-Signature: v=1; i=@d.acme.example; d=d.acme.example; h=from; b=x",
      "DKIM-Signature: v=1; i=@d.acme.example; d=d.acme.example; h=from; b=x" },
  };
  static const struct
  {
    IstSide from, to;
  } ways[] = { { D, X }, { X, D }, { D, I }, { X, I }, { I, D }, { I, X } };

  for (gsize w = 0; w < G_N_ELEMENTS (ways); w++)
    {
      g_autoptr (IstRewriter) rewriter = ist_test_rewriter (ways[w].from, ways[w].to, "");

      for (gsize i = 0; rewriter != NULL && i < G_N_ELEMENTS (rows); i++)
        {
          g_autofree char *text = g_strconcat (rows[i].field, "\r\n\r\n", NULL);
          g_autofree char *want = g_strconcat (rows[i].want, "\r\n\r\n", NULL);
          g_autofree char *got = ist_test_rewrite (rewriter, text);

          ist_row ("%s, %s to %s", rows[i].name, ist_side_name (ways[w].from), ist_side_name (ways[w].to));
          IST_ASSERT_STR (got, want);
        }
    }
}

/* What the log gets: one line a change, bounded. */
static void
test_notes (void)
{
  g_autoptr (IstRewriter) rewriter = ist_test_rewriter (D, X, "");
  g_autoptr (GString) text = g_string_new ("To: anna@d.acme.example\r\nCc: x@y.example");
  g_autoptr (IstMessage) message = NULL;
  const GPtrArray *changes;

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (text, ",\r\n\tu%u@d.acme.example", i);
  g_string_append (text, "\r\n\r\n");
  message = ist_test_message (text->str);
  ist_rewriter_header (rewriter, message);
  changes = ist_message_changes (message);
  IST_ASSERT_INT (changes->len, 51);
  IST_ASSERT_STR (((IstChange *) g_ptr_array_index (changes, 0))->what,
                  "To: anna@d.acme.example became anna@acme.example");
  IST_ASSERT_STR (((IstChange *) g_ptr_array_index (changes, 50))->what, "and 151 more changes of this kind");
}

int
main (void)
{
  static const IstTest tests[] = {
    { "address", test_address },
    { "steps-off", test_steps_off },
    { "MAIL-15-imcea", test_mail_15_imcea },
    { "header", test_header },
    { "friendly-names", test_friendly_names },
    { "MAIL-14-phrases", test_mail_14_phrases },
    { "MAIL-14-addresses", test_mail_14_addresses },
    { "MAIL-17-no-to", test_mail_17_no_to },
    { "MAIL-19-no-leak", test_mail_19_no_leak },
    { "notes", test_notes },
    { NULL, NULL },
  };

  return ist_test_main ("rewrite", tests);
}
