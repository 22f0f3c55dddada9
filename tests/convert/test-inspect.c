/*
 * tests/convert/test-inspect.c - what a file is made of: the facts are there, what it says is not.
 *
 * Files are made with the word "zqxj" wherever something personal stands; it may be nowhere in the answer.
 */
#include "convert/inspect.h"

#include "base/error.h"
#include "tests/convert/nsf-make.h"
#include "tests/convert/tnef-builder.h"
#include "tests/harness/harness.h"

#include <string.h>

#define SECRET "zqxj"

static IstBody *
body_of (const void *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);

  return ist_body_new_bytes (bytes);
}

static char *
dump (const json_t *answer)
{
  char *text = json_dumps (answer, JSON_COMPACT | JSON_SORT_KEYS);
  char *copy = g_strdup (text);

  free (text);
  return copy;
}

/* The answer as text; NULL with an error. */
static char *
inspect (IstBody *body, GError **error)
{
  json_t *answer = ist_inspect (body, NULL, error);
  char *text = answer != NULL ? dump (answer) : NULL;

  json_decref (answer);
  return text;
}

static gboolean
holds_nocase (const char *text, const char *what)
{
  g_autofree char *lower = g_utf8_strdown (text, -1);
  g_autofree char *lower_what = g_utf8_strdown (what, -1);

  return strstr (lower, lower_what) != NULL;
}

static void
check_facts (const char *text, const char *const *facts)
{
  for (gsize i = 0; facts[i] != NULL; i++)
    if (strstr (text, facts[i]) == NULL)
      IST_ASSERT_STR (text, facts[i]);
}

/* ---- made files ---- */

static GBytes *
make_database (void)
{
  static const guint8 cd[] = { 129, 2, 133, 0xFF, 12, 0, 1, 0, 0, 0x0C, 'z', 'q', 'x', 'j', 77, 4, 0, 0 };
  g_autoptr (NsfMake) make = nsf_make_new ("The title " SECRET);

  nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
  nsf_make_text (make, "Subject", "About " SECRET);
  nsf_make_text (make, "From", "CN=" SECRET "/O=Acme");
  nsf_make_item (make, "Body", 0x0001, 0, cd, sizeof cd);
  nsf_make_file (make, "report of " SECRET ".pdf", 1, "secret zqxj", 11);
  nsf_make_file (make, "plan." SECRET SECRET, 0, "x", 1);
  nsf_make_note (make, 0x0004, NSF_MAKE_INLINE);
  nsf_make_text (make, "$TITLE", SECRET);
  return nsf_make_finish (make);
}

static void
test_database (void)
{
  static const char *const facts[] = {
    "\"kind\":\"Notes database\"", "\"readable\":true", "\"ods\":43", "\"note_count\":2",
    "\"notes_by_class\":{\"document\":1,\"form\":1}",
    "\"name\":\"Subject\",\"size_bytes\":10,\"type\":\"text\"",
    "\"count\":1,\"header\":\"word\",\"number\":133,\"record\":\"text\"",
    "\"count\":1,\"header\":\"byte\",\"number\":77,\"record\":\"unknown\"", "\"unknown_records\":1",
    "\"compression\":\"Huffman\",\"ending\":\".pdf\"", "\"size_bytes\":11", "\"whole\":true", "\"compression\":\"CX\"",
    NULL,
  };
  g_autoptr (GBytes) bytes = make_database ();
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autofree char *text = inspect (body, NULL);

  check_facts (text, facts);
  IST_ASSERT (!holds_nocase (text, SECRET));
}

/* Each byte in turn is another one: notes that are damaged by that are named, and nothing is told. */
static void
test_changed_bytes (void)
{
  g_autoptr (GBytes) bytes = make_database ();
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint readable = 0, named = 0, without_items = 0;

  for (gsize i = 8; i < size; i += i < 1024 ? 1 : 3)
    {
      g_autofree guint8 *copy = g_memdup2 (data, size);
      g_autoptr (IstBody) body = NULL;
      g_autofree char *text = NULL;

      copy[i] ^= 0x15;
      body = body_of (copy, size);
      text = inspect (body, NULL);
      if (text == NULL)
        continue;
      readable += strstr (text, "\"readable\":true") != NULL;
      named += strstr (text, "\"what\":\"note\"") != NULL;
      without_items += strstr (text, " is damaged\"") != NULL;
      if (holds_nocase (text, SECRET))
        IST_ASSERT_STR (text, "nothing told");
    }
  ist_note ("%u readable, %u with a note that is missing, %u with one whose items are damaged", readable, named,
            without_items);
  IST_ASSERT (readable > 0 && named > 0 && without_items > 0);
}

static void
add_props (GByteArray *out, guint32 n)
{
  static const char unicode[] = "z\0q\0x\0j\0\0";

  tnef_u32 (out, n + 2);
  for (guint32 i = 0; i < n; i++)
    tnef_property (out, 0x0037001E, SECRET, sizeof SECRET);
  tnef_property (out, 0x0E1D001F, unicode, sizeof unicode);
  /* A named one: set, kind, number, then as the others. */
  tnef_u32 (out, 0x80010003);
  g_byte_array_append (out, (const guint8 *) "\x08\x20\x06\0\0\0\0\0\xC0\0\0\0\0\0\0\x46", 16);
  tnef_u32 (out, 0);
  tnef_u32 (out, 0x8516);
  tnef_u32 (out, 1);
}

static IstBody *
make_stream (gboolean with_message)
{
  static const guint8 message_iid[16] = { 7, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46 };
  GByteArray *out = tnef_begin (1252);
  g_autoptr (GByteArray) props = g_byte_array_new ();

  tnef_attribute (out, 1, 0x00078008, "IPM.Microsoft Mail.Note", 24);
  tnef_attribute (out, 1, 0x00018004, SECRET, sizeof SECRET);
  tnef_attribute (out, 1, 0x0002800C, "text of " SECRET, 12);
  add_props (props, 3);
  tnef_attribute (out, 1, 0x00069003, props->data, props->len);
  tnef_attribute (out, 2, 0x00069002, "\1\0\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0", 14);
  tnef_attribute (out, 2, 0x00018010, "my " SECRET ".docx", 13);
  tnef_attribute (out, 2, 0x0006800F, SECRET, 4);
  if (with_message)
    {
      g_autoptr (IstBody) inner = make_stream (FALSE);
      g_autoptr (GByteArray) object = g_byte_array_new ();
      gsize size;
      const char *data = ist_body_data (inner, &size);

      g_byte_array_append (object, message_iid, 16);
      g_byte_array_append (object, (const guint8 *) data, (guint) size);
      g_byte_array_set_size (props, 0);
      tnef_u32 (props, 1);
      tnef_property (props, 0x3701000D, object->data, object->len);
      tnef_attribute (out, 2, 0x00069002, "\1\0\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0", 14);
      tnef_attribute (out, 2, 0x00069005, props->data, props->len);
    }
  return tnef_body (out);
}

static void
test_stream (void)
{
  static const char *const facts[] = {
    "\"kind\":\"TNEF stream\"", "\"code_page\":1252", "\"message_class\":\"IPM.Microsoft Mail.Note\"",
    "\"checksum\":\"wrong\",\"id\":\"0x8004\",\"level\":\"message\",\"name\":\"attSubject\"",
    "\"number\":\"0x00008516\",\"set\":\"00062008-0000-0000-C000-000000000046\"",
    "\"id\":\"0x0E1D\",\"size_bytes\":10,\"type\":\"unicode\"", "\"ending\":\".docx\"", "\"kind\":\"embedded message\"",
    "\"message\":{", NULL,
  };
  g_autoptr (IstBody) body = make_stream (TRUE);
  g_autofree char *text = inspect (body, NULL);

  check_facts (text, facts);
  IST_ASSERT (!holds_nocase (text, SECRET));
}

static void
test_checksums (void)
{
  static const struct
  {
    const char *name;
    guint8 sum; /* of the bytes 1, 2, 3 */
    gsize cut;
    const char *holds;
  } rows[] = {
    { "right", 6, 0, "\"checksum\":\"good\",\"id\":\"0x9006\"" },
    { "wrong", 7, 0, "\"checksum\":\"wrong\",\"id\":\"0x9006\"" },
    { "half of it", 6, 1, "\"checksum\":\"missing\",\"id\":\"0x9006\"" },
    { "counted", 7, 0, "\"checksums_not_good\":2" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GByteArray *out = tnef_begin (1252);
      g_autoptr (IstBody) body = NULL;
      g_autofree char *text = NULL;

      tnef_attribute (out, 1, 0x00089006, "\1\2\3", 3);
      out->data[out->len - 2] = rows[i].sum;
      g_byte_array_set_size (out, out->len - (guint) rows[i].cut);
      body = tnef_body (out);
      text = inspect (body, NULL);
      ist_row ("%s", rows[i].name);
      if (strstr (text, rows[i].holds) == NULL)
        IST_ASSERT_STR (text, rows[i].holds);
    }
}

static void
append_base64 (GString *out, const char *head, const void *data, gsize size)
{
  g_autofree char *base64 = g_base64_encode (data, size);

  g_string_append_printf (out, "--b\r\n%sContent-Transfer-Encoding: base64\r\n\r\n%s\r\n", head, base64);
}

static void
test_message (void)
{
  static const char *const facts[] = {
    "\"kind\":\"message\"", "\"name\":\"Subject\",\"size_bytes\":", "\"encoded_words\":1",
    "└─ application/octet-stream, \\\"….ond\\\"", "\"part\":\"1\"", "\"part\":\"4\"", "\"kind\":\"TNEF stream\"",
    "\"kind\":\"Notes database\"", "\"lf_alone\":2", "\"does\":\"change\",\"notes\":1,\"transform\":\"charset-repair\"",
    "\"name\":\"X-Inner\"", NULL,
  };
  g_autoptr (GString) out
      = g_string_new ("From: " SECRET " <" SECRET "@acme.example>\r\nTo: b@" SECRET ".example\n"
                      "Subject: =?utf-8?Q?" SECRET "?=\nX-Raw: caf\351\r\nMIME-Version: 1.0\r\n"
                      "Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble " SECRET "\r\n"
                      "--b\r\nContent-Type: text/html; charset=\"the " SECRET "\"\r\n"
                      "Content-Transfer-Encoding: as " SECRET " says\r\n\r\n<p>" SECRET "</p>\r\n"
                      "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: " SECRET "\r\nX-Inner: " SECRET "\r\n\r\n"
                      SECRET "\r\n");
  g_autoptr (GBytes) database = make_database ();
  g_autoptr (IstBody) stream = make_stream (FALSE);
  g_autoptr (IstBody) body = NULL;
  g_autofree char *text = NULL;
  gsize size;
  const char *data = ist_body_data (stream, &size);

  append_base64 (out, "Content-Type: application/ms-tnef; name=" SECRET ".dat\r\n", data, size);
  append_base64 (out, "Content-Type: application/octet-stream; name=" SECRET ".ond\r\n",
                 g_bytes_get_data (database, NULL), g_bytes_get_size (database));
  g_string_append (out, "--b--\r\n");
  body = body_of (out->str, out->len);
  text = inspect (body, NULL);
  check_facts (text, facts);
  IST_ASSERT (!holds_nocase (text, SECRET));
}

/* ---- kinds and damage ---- */

static void
test_kinds (void)
{
  static const struct
  {
    const char *name, *file, *holds; /* holds NULL: refused */
  } rows[] = {
    { "empty", "", NULL },
    { "a text", "Hello Anna,\n\nsee you.\n", NULL },
    { "a PDF", "%PDF-1.4\n", NULL },
    { "fields of something else", "Name: x\nValue: y\n", NULL },
    { "a message of one field", "Subject: x\n\n", "\"kind\":\"message\"" },
    { "a byte order mark", "\xEF\xBB\xBFSubject: x\n\n", "\"before_header_bytes\":3" },
    { "empty lines first", "\r\n  \n\nSubject: x\n\n", "\"before_header_bytes\":6" },
    { "nothing but empty lines", "\n\n\n", NULL },
    { "an mbox", "From anna@acme.example Mon Jan  1 00:00:00 2024\nSubject: x\n\nx\n", "\"name\":\"no field\"" },
    { "a stream without attributes", "\x78\x9F\x3E\x22\1\1", "\"readable\":false" },
    { "a stream that ends in garbage", "\x78\x9F\x3E\x22\1\1\1\4\x80\1\1\2\1\1\1xx", "\"declared_bytes\":16843010" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstBody) body = body_of (rows[i].file, strlen (rows[i].file));
      g_autoptr (GError) error = NULL;
      g_autofree char *text = inspect (body, &error);

      ist_row ("%s", rows[i].name);
      if (rows[i].holds == NULL)
        IST_ASSERT_ERROR (error, IST_ERROR_REFUSED);
      else if (IST_ASSERT (text != NULL) && strstr (text, rows[i].holds) == NULL)
        IST_ASSERT_STR (text, rows[i].holds);
    }
}

/* A database that cannot be opened still says what its head says. */
static void
test_damaged_database (void)
{
  static const struct
  {
    const char *name;
    gsize at;      /* a byte that is changed, then the file is cut there; 0: cut only */
    gsize keep;    /* bytes; 0: all */
    const char *holds;
  } rows[] = {
    { "Release 4", 6, 0, "\"why\":\"Notes database: on-disk structure 20 (Release 4); 41 to 55 can be read\"" },
    { "only the header", 0, 1024, "\"why\":\"Notes database: no superblock is whole\"" },
    { "nothing but the start", 0, 16, "\"why\":\"Notes database: the header is cut off\"" },
  };
  g_autoptr (GBytes) bytes = make_database ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gsize size;
      const void *data = g_bytes_get_data (bytes, &size);
      gsize keep = rows[i].keep != 0 ? rows[i].keep : size;
      g_autofree guint8 *copy = g_memdup2 (data, keep);
      g_autoptr (IstBody) body = NULL;
      g_autofree char *text = NULL;

      if (rows[i].at != 0)
        copy[rows[i].at] = 20;
      body = body_of (copy, keep);
      text = inspect (body, NULL);
      ist_row ("%s", rows[i].name);
      if (!IST_ASSERT (text != NULL))
        continue;
      IST_ASSERT (strstr (text, "\"readable\":false") != NULL && strstr (text, "\"ods\":") != NULL);
      if (strstr (text, rows[i].holds) == NULL)
        IST_ASSERT_STR (text, rows[i].holds);
    }
}

/* ---- bounds ---- */

static void
test_many_entries (void)
{
  g_autoptr (GString) out = g_string_new ("Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n");
  g_autoptr (IstBody) body = NULL;
  json_t *answer;

  for (guint i = 0; i < 4; i++)
    {
      g_string_append (out, "--b\r\nContent-Type: message/rfc822\r\n\r\n");
      for (guint k = 0; k < 8000; k++)
        g_string_append (out, "X-Many: x\r\n");
      g_string_append (out, "\r\nx\r\n");
    }
  g_string_append (out, "--b--\r\n");
  body = body_of (out->str, out->len);
  answer = ist_inspect (body, NULL, NULL);
  /* 32,000 fields and the field, parts and lines around them. */
  IST_ASSERT (json_integer_value (json_object_get (answer, "not_shown")) > 12000);
  IST_ASSERT (json_integer_value (json_object_get (answer, "not_shown")) < 12100);
  json_decref (answer);
}

static guint
count (const char *text, const char *what)
{
  guint n = 0;

  for (const char *p = strstr (text, what); p != NULL; p = strstr (p + 1, what))
    n++;
  return n;
}

/* A stream attached to a stream attached to a stream… */
static void
test_depth (void)
{
  g_autoptr (IstBody) body = make_stream (FALSE);
  g_autofree char *text = NULL;

  for (guint i = 0; i < 8; i++)
    {
      GByteArray *out = tnef_begin (1252);
      gsize size;
      const char *data = ist_body_data (body, &size);

      tnef_attribute (out, 2, 0x0006800F, data, size);
      ist_body_unref (body);
      body = tnef_body (out);
    }
  text = inspect (body, NULL);
  IST_ASSERT_INT (count (text, "\"kind\":\"TNEF stream\""), IST_INSPECT_MAX_DEPTH);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "database", test_database },
    { "changed-bytes", test_changed_bytes },
    { "stream", test_stream },
    { "checksums", test_checksums },
    { "message", test_message },
    { "kinds", test_kinds },
    { "damaged-database", test_damaged_database },
    { "many-entries", test_many_entries },
    { "depth", test_depth },
    { NULL, NULL },
  };

  return ist_test_main ("inspect", tests);
}
