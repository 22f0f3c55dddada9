/*
 * The readers of directory files, and the form in which names are looked up.
 */
#include "base/error.h"
#include "dirsync/object.h"
#include "tests/harness/harness.h"

#include <string.h>

/* "primary|display|notes|forward|group?|keys…|groups…;" of each object. */
static gboolean
describe (gpointer user, IstObject *taken, GError **error)
{
  GString *out = user;
  g_autoptr (IstObject) o = taken;

  g_string_append_printf (out, "%s|%s|%s|%s|%s", o->primary, o->display_name != NULL ? o->display_name : "-",
                          o->notes_name != NULL ? o->notes_name : "-", o->forward != NULL ? o->forward : "-",
                          o->is_group ? "group" : "person");
  if (o->language != NULL)
    g_string_append_printf (out, "|in %s", o->language);
  for (guint i = 0; i < o->keys->len; i++)
    g_string_append_printf (out, "%s%s", i == 0 ? "|" : ",", (char *) g_ptr_array_index (o->keys, i));
  for (guint i = 0; i < o->groups->len; i++)
    g_string_append_printf (out, "%s%s", i == 0 ? "|+" : ",", (char *) g_ptr_array_index (o->groups, i));
  g_string_append_c (out, '\n');
  return TRUE;
}

typedef gboolean (*ReadFunc) (const char *file, const char *text, IstObjectSink each, gpointer user, GError **error);

/* `want` begins with "!": the error's text without the "!". */
static void
check_read (ReadFunc read, const char *text, const char *want)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gboolean ok = read ("f", text, describe, out, &error);

  if (want[0] != '!')
    {
      IST_ASSERT_NO_ERROR (error);
      IST_ASSERT (ok);
      IST_ASSERT_STR (out->str, want);
      return;
    }
  IST_ASSERT (!ok);
  IST_ASSERT_ERROR (error, IST_ERROR_CONFIG);
  if (error != NULL && !g_str_has_prefix (error->message, want + 1))
    IST_ASSERT_STR (error->message, want + 1);
}

static void
test_csv (void)
{
  static const struct
  {
    const char *name, *text, *want;
  } rows[] = {
    { "one column", "address\na@b.example\n", "a@b.example|-|-|-|person\n" },
    { "all columns",
      "kind,groups,legacy-dn,forward,notes-name,display-name,aliases,address\n"
      "group,Pilot; Sales,/o=A/cn=a,a@d.b.example,CN=A B/O=C,A B,a2@b.example;A3@b.example,a@b.example\n",
      "a@b.example|A B|CN=A B/O=C|a@d.b.example|group|/o=A/cn=a,a2@b.example,A3@b.example|+Pilot,Sales\n" },
    { "a language", "address,language\na@b.example,pt-BR\nb@b.example,\n",
      "a@b.example|-|-|-|person|in pt-BR\nb@b.example|-|-|-|person\n" },
    { "CRLF and a byte order mark", "\xEF\xBB\xBF" "address,kind\r\na@b.example,person\r\n",
      "a@b.example|-|-|-|person\n" },
    { "no line end at the end", "address\na@b.example", "a@b.example|-|-|-|person\n" },
    { "quotes", "address,display-name\na@b.example,\"Berg, \"\"Anna\"\" \r\nB.\"\n",
      "a@b.example|Berg, \"Anna\" \r\nB.|-|-|person\n" },
    { "empty quotes", "address,display-name\na@b.example,\"\"\n", "a@b.example|-|-|-|person\n" },
    { "values missing at the end", "address,display-name,kind\na@b.example\n", "a@b.example|-|-|-|person\n" },
    { "empty lines", "address\n\na@b.example\n\r\n\nc@d.example\n",
      "a@b.example|-|-|-|person\nc@d.example|-|-|-|person\n" },
    { "blanks around", " address , display-name \n a@b.example , A B \n", "a@b.example|A B|-|-|person\n" },
    { "kinds of proxy addresses", "address,aliases\na@b.example,smtp:x@b.example;X500:/o=A/cn=x;NOTES:A B/C\n",
      "a@b.example|-|-|-|person|x@b.example,/o=A/cn=x,A B/C\n" },
    { "empty file", "", "!f:1: the file is empty" },
    { "no address column", "display-name\nA\n", "!f:1: the column \"address\" is missing" },
    { "unknown column", "address,phone\na@b.example,1\n", "!f:1: \"phone\" is no column; known are address" },
    { "semicolons between the columns", "address;kind\na@b.example;person\n", "!f:1: \"address;kind\" is no column" },
    { "column twice", "address,kind,address\n", "!f:1: the column \"address\" is there twice" },
    { "too many values", "address,display-name\nx@b.example,X\na@b.example,Berg, Anna\n",
      "!f:3: 3 values for 2 columns" },
    { "no address", "address\na@b.example\nnobody\n", "!f:3: \"nobody\" is no mail address" },
    { "empty address", "address,kind\n,person\n", "!f:2: \"\" is no mail address" },
    { "line number behind a value of two lines", "address,display-name\na@b.example,\"A\nB\"\nx\n",
      "!f:4: \"x\" is no mail address" },
    { "quote not closed", "address,display-name\na@b.example,\"A\nb\n", "!f:2: a quote is not closed" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ist_row ("%s", rows[i].name);
      check_read (ist_csv_read, rows[i].text, rows[i].want);
    }
}

static void
test_ldif (void)
{
  static const struct
  {
    const char *name, *text, *want;
  } rows[] = {
    { "Active Directory",
      "version: 1\n\ndn: CN=Bob Miller,OU=Users,DC=acme,DC=example\nobjectClass: top\nobjectClass: user\n"
      "cn: Bob\ndisplayName: Bob Miller\nmail: bob@acme.example\nproxyAddresses: SMTP:bob@acme.example\n"
      "proxyAddresses: smtp:robert@acme.example\nproxyAddresses: x500:/o=Old/cn=bob\nproxyAddresses: SIP:bob\n"
      "legacyExchangeDN: /o=Acme/cn=Recipients/cn=bob\nmemberOf: CN=Pilot\\, Group,OU=Groups,DC=acme,DC=example\n"
      "thumbnailPhoto:: /9j/4AAQ\n",
      "bob@acme.example|Bob Miller|-|-|person|bob@acme.example,robert@acme.example,/o=Old/cn=bob,"
      "/o=Acme/cn=Recipients/cn=bob|+Pilot, Group\n" },
    { "primary address among the proxies", "dn: cn=x,dc=a\nmail: old@a.example\nproxyAddresses: SMTP:new@a.example\n",
      "new@a.example|-|-|-|person|old@a.example\n" },
    { "Domino",
      "dn: CN=Anna Berg,OU=Research,O=Acme\r\nobjectclass: dominoPerson\r\ncn: Anna Berg\r\nmail: anna@acme.example\r\n"
      "uid: aberg\r\nmailaddress: anna@d.acme.example\r\n",
      "anna@acme.example|Anna Berg|CN=Anna Berg/OU=Research/O=Acme|anna@d.acme.example|person|"
      "anna@acme.example,aberg\n" },
    { "a language", "dn: cn=x,dc=a\nmail: a@b.example\npreferredLanguage: de-AT, en;q=0.8\n",
      "a@b.example|-|-|-|person|in de-AT|a@b.example\n" },
    { "comma in a Domino name", "dn: CN=Berg\\, Anna, O=Acme\nmail: a@b.example\n",
      "a@b.example|-|CN=Berg, Anna/O=Acme|-|person|a@b.example\n" },
    { "group", "dn: CN=All,O=Acme\nobjectclass: dominoGroup\nmail: all@b.example\n",
      "all@b.example|-|CN=All/O=Acme|-|group|all@b.example\n" },
    { "base64 and options", "dn:: Q049SsO2cmcsTz1BY21l\ncn;lang-de:: SsO2cmc=\nmail: j@b.example\n",
      "j@b.example|J\xc3\xb6rg|CN=J\xc3\xb6rg/O=Acme|-|person|j@b.example\n" },
    { "folding", "dn: CN=A\n nna,O\n =Acme\nmail: a@b.ex\r\n ample\n", "a@b.example|-|CN=Anna/O=Acme|-|person|a@b.example\n" },
    { "folded comment", "# a comment\n mail: x@y.example\ndn: CN=A,O=B\nmail: a@b.example\n",
      "a@b.example|-|CN=A/O=B|-|person|a@b.example\n" },
    { "who has no address", "dn: CN=Printer,O=B\ncn: Printer\n\ndn: CN=A,O=B\nmail: a@b.example\n",
      "a@b.example|-|CN=A/O=B|-|person|a@b.example\n" },
    { "a contact lives elsewhere",
      "dn: CN=Anna,DC=a\nobjectClass: contact\nmail: anna@b.example\ntargetAddress: SMTP:anna@d.b.example\n\n"
      "dn: CN=B,DC=a\nmail: b@b.example\n",
      "b@b.example|-|-|-|person|b@b.example\n" },
    { "forwarding address", "dn: CN=A,DC=b\nmail: a@b.example\ntargetAddress: SMTP:a@b.mail.example\n",
      "a@b.example|-|-|a@b.mail.example|person|a@b.example\n" },
    { "whole entries as additions", "dn: CN=A,DC=b\nchangetype: add\nmail: a@b.example\n",
      "a@b.example|-|-|-|person|a@b.example\n" },
    { "nothing", "", "" },
    { "changes", "dn: CN=A,DC=b\nchangetype: modify\nadd: mail\nmail: a@b.example\n-\n",
      "!f:2: only content is read, not changes to it" },
    { "value from a file", "dn: CN=A,DC=b\nmail:< file:///etc/passwd\n", "!f:2: values from a URL are not read (mail)" },
    { "unwanted value from a file is not read either", "dn: CN=A,DC=b\njpegphoto:< file:///x\nmail: a@b.example\n",
      "a@b.example|-|-|-|person|a@b.example\n" },
    { "bad base64", "dn: CN=A,DC=b\n\ndn: x\nmail:: !!\n", "!f:4: the value is no base64 (mail)" },
    { "base64 of other bytes", "dn: CN=A,DC=b\nmail:: /////w==\n", "!f:2: the value is no UTF-8 text (mail)" },
    { "no colon", "dn: CN=A,DC=b\nmail a@b.example\n", "!f:2: \"mail a@b.example\" is no \"name: value\"" },
    { "line number behind folded lines", "dn: CN=A\n ,DC=b\nmail:\n  a@b.example\nx\n", "!f:5: \"x\" is no" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ist_row ("%s", rows[i].name);
      check_read (ist_ldif_read, rows[i].text, rows[i].want);
    }
}

static void
test_key (void)
{
  static const struct
  {
    const char *name, *text, *want;
  } rows[] = {
    { "address", " Anna@Acme.Example ", "anna@acme.example" },
    { "quoted address", "\"anna\"@acme.example", "anna@acme.example" },
    { "slash in the local part", "A/B@one.example", "a/b@one.example" },
    { "abbreviated name", "Anna Berg/Research/Acme", "anna berg/research/acme" },
    { "canonical name", "CN=Anna Berg/OU=Research/O=Acme", "anna berg/research/acme" },
    { "name with Notes domain", "Anna Berg/Research/Acme@ACME", "anna berg/research/acme" },
    { "name with blanks", "CN=Anna Berg / OU=Research/O=Acme", "anna berg/research/acme" },
    { "LDAP name of Domino", "cn=Anna Berg,ou=Research,o=Acme", "anna berg/research/acme" },
    { "LDAP name of Active Directory", "CN=Anna,DC=acme,DC=example", "cn=anna,dc=acme,dc=example" },
    { "legacy DN", "/O=ACME/CN=Bob", "/o=acme/cn=bob" },
    { "short name", "ABerg", "aberg" },
    { "umlauts", "J\xc3\x96RG", "j\xc3\xb6rg" },
    { "not UTF-8", "J\xd6RG", NULL },
    { "blank", "  ", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = ist_object_key (rows[i].text);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (got, rows[i].want);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "csv", test_csv },
    { "ldif", test_ldif },
    { "key", test_key },
    { NULL, NULL },
  };

  return ist_test_main ("readers", tests);
}
