/*
 * tests/convert/test-ndl.c - Notes links as .ndl text and as addresses.
 */
#include "convert/format/ndl.h"

#include "base/error.h"
#include "tests/harness/harness.h"

#include <string.h>

#define REPLICA "85255E18006C664A"
#define VIEW "0A1B2C3D4E5F60718293A4B5C6D7E8F9"
#define FIFTY "12345678901234567890123456789012345678901234567890"
#define TITLE_255 FIFTY FIFTY FIFTY FIFTY FIFTY "12345"
#define NOTE "B5A0D53EF00DD17685255F2A006C8220"

static void
test_parse (void)
{
  static const struct
  {
    const char *name, *text, *replica, *view, *note, *hint, *title;
  } rows[] = {
    { "whole",
      "Budget\r\n<NDL>\r\n<REPLICA 85255E18:006C664A>\r\n<VIEW "
      "OF0A1B2C3D:4E5F6071-ON8293A4B5:C6D7E8F9>\r\n"
      "<NOTE "
      "OFB5A0D53E:F00DD176-ON85255F2A:006C8220>\r\n<HINT>CN=Srv/O=Org</HINT>\r\n<REM>Database "
      "'x'</REM>\r\n"
      "<FLAGS ADDTEMPORARY=1>\r\n</NDL>",
      REPLICA, VIEW, NOTE, "CN=Srv/O=Org", "Budget" },
    { "values between tags, lower case",
      "<ndl><replica>85255e18:006c664a</replica><note>OFB5A0D53E:F00DD176-ON85255F2A:006C8220</"
      "note>"
      "<rem>Database 'x'</rem></ndl>",
      REPLICA, NULL, NOTE, NULL, "Database 'x'" },
    { "more than a line of text",
      "<NDL>\r\n<REPLICA " REPLICA ">\r\n<REM>Database 'x',\r\n\tView \x1B'y'</REM>\r\n</NDL>", REPLICA, NULL, NULL,
      NULL, "Database 'x', View 'y'" },
    { "a title of the longest", TITLE_255 "\n<NDL><REPLICA " REPLICA "></NDL>", REPLICA, NULL, NULL, NULL, TITLE_255 },
    { "and longer", TITLE_255 "\xC3\xBC" "\n<NDL><REPLICA " REPLICA "></NDL>", REPLICA, NULL, NULL, NULL, TITLE_255 },
    { "a name that no server has", "<NDL><REPLICA " REPLICA "><HINT>" TITLE_255 "ab</HINT></NDL>", REPLICA, NULL, NULL,
      NULL, NULL },
    { "no id", "<NDL><REPLICA 1234></NDL>", NULL, NULL, NULL, NULL, NULL },
    { "zeros", "<NDL><REPLICA 00000000:00000000></NDL>", NULL, NULL, NULL, NULL, NULL },
    { "other text", "Hello", NULL, NULL, NULL, NULL, NULL },
    { "empty", "", NULL, NULL, NULL, NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gsize size;
      g_autofree char *text = ist_test_exact (rows[i].text, &size);
      g_autoptr (GError) error = NULL;
      g_autoptr (IstDocLink) link = ist_ndl_parse (text, size, &error);

      ist_row ("%s", rows[i].name);
      if (rows[i].replica == NULL)
        {
          IST_ASSERT (link == NULL);
          IST_ASSERT_ERROR (error, IST_ERROR_REFUSED);
          continue;
        }
      if (!IST_ASSERT (link != NULL))
        continue;
      IST_ASSERT_STR (link->replica, rows[i].replica);
      IST_ASSERT_STR (link->view, rows[i].view);
      IST_ASSERT_STR (link->note, rows[i].note);
      IST_ASSERT_STR (link->hint, rows[i].hint);
      IST_ASSERT_STR (link->title, rows[i].title);
    }
}

static void
test_format (void)
{
  IstDocLink link = { (char *) REPLICA,        (char *) VIEW,      (char *) NOTE,
                      (char *) "CN=Srv/O=Org", (char *) "a<b>\nc", NULL };
  IstDocLink none = { 0 };
  g_autofree char *text = ist_ndl_format (&link, NULL);
  g_autoptr (IstDocLink) again = ist_ndl_parse (text, strlen (text), NULL);
  g_autoptr (GError) error = NULL;

  IST_ASSERT_STR (
      text,
      "a'b' c\r\n<NDL>\r\n<REPLICA 85255E18:006C664A>\r\n"
      "<VIEW OF0A1B2C3D:4E5F6071-ON8293A4B5:C6D7E8F9>\r\n"
      "<NOTE OFB5A0D53E:F00DD176-ON85255F2A:006C8220>\r\n<HINT>CN=Srv/O=Org</HINT>\r\n</NDL>\r\n");
  if (IST_ASSERT (again != NULL))
    IST_ASSERT_STR (again->note, NOTE);
  IST_ASSERT (ist_ndl_format (&none, &error) == NULL);
  IST_ASSERT_ERROR (error, IST_ERROR_REFUSED);
}

static void
test_url_parse (void)
{
  static const struct
  {
    const char *name, *url, *view, *note, *hint;
  } rows[] = {
    { "three slashes", "notes:///" REPLICA "/" VIEW "/" NOTE, VIEW, NOTE, NULL },
    { "two slashes", "Notes://" REPLICA "/0/" NOTE "?OpenDocument", NULL, NOTE, NULL },
    { "with server", "notes://Srv/__" REPLICA ".nsf/" VIEW "/" NOTE "?EditDocument&x=1#a", VIEW,
      NOTE, "Srv" },
    { "colon, lower case", "notes:///85255e18:006c664a/0/" NOTE, NULL, NOTE, NULL },
    { "database", "notes:///" REPLICA "?OpenDatabase", NULL, NULL, NULL },
    { "web", "https://h.example/a/__" REPLICA ".nsf/0/" NOTE "?OpenDocument", NULL, NOTE,
      "h.example" },
    { "web, note alone", "https://h.example/__" REPLICA ".nsf/" NOTE "?OpenDocument", NULL, NOTE,
      "h.example" },
    { "server like a replica id", "notes://0123456789ABCDEF/" REPLICA "/0/" NOTE, NULL, NOTE, "0123456789ABCDEF" },
    { "view by name", "notes:///" REPLICA "/By%20date/" NOTE, NULL, NOTE, NULL },
  };
  static const char *const refused[] = { "notes:", "notes:///mail/x.nsf/0/" NOTE,
                                         "https://" REPLICA "/0/" NOTE, "mailto:a@b", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstDocLink) link = ist_doc_url_parse (rows[i].url, NULL);

      ist_row ("%s", rows[i].name);
      if (!IST_ASSERT (link != NULL))
        continue;
      IST_ASSERT_STR (link->replica, REPLICA);
      IST_ASSERT_STR (link->view, rows[i].view);
      IST_ASSERT_STR (link->note, rows[i].note);
      IST_ASSERT_STR (link->hint, rows[i].hint);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      ist_row ("refused %s", refused[i]);
      IST_ASSERT (ist_doc_url_parse (refused[i], &error) == NULL);
      IST_ASSERT_ERROR (error, IST_ERROR_REFUSED);
    }
}

static void
test_url_write (void)
{
  IstDocLink link
      = { (char *) REPLICA, NULL, (char *) NOTE, (char *) "CN=Srv/O=Org", (char *) "a b&c", NULL };
  IstDocLink database = { .replica = (char *) REPLICA };
  g_autofree char *web = ist_doc_url_web (&link, "h.example:8080/x/", TRUE);
  g_autofree char *notes = ist_doc_url_notes (&link);
  g_autofree char *base = ist_doc_url_notes (&database);
  g_autofree char *own
      = ist_doc_url_template (&link, "https://s/{replica}/{view}/{note}?h={hint}&t={title}", NULL);
  static const char *const wrong[] = { "{", "}", "{x}", "{replica", "{{replica}}" };

  IST_ASSERT_STR (web, "https://h.example:8080/x/__" REPLICA ".nsf/0/" NOTE "?OpenDocument");
  IST_ASSERT_STR (notes, "notes://Srv/" REPLICA "/0/" NOTE "?OpenDocument");
  IST_ASSERT_STR (base, "notes:///" REPLICA "?OpenDatabase");
  IST_ASSERT_STR (own, "https://s/" REPLICA "/0/" NOTE "?h=CN%3DSrv%2FO%3DOrg&t=a%20b%26c");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      ist_row ("%s", wrong[i]);
      IST_ASSERT (ist_doc_url_template (&link, wrong[i], &error) == NULL);
      IST_ASSERT_ERROR (error, IST_ERROR_CONFIG);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "NDL is read", test_parse },
    { "NDL is written", test_format },
    { "addresses are read", test_url_parse },
    { "addresses are written", test_url_write },
    { NULL, NULL },
  };

  return ist_test_main ("ndl", tests);
}
