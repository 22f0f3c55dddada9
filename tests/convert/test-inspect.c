/*
 * tests/convert/test-inspect.c - what a file is made of: the facts are there, what it says is not.
 *
 * Files are made with the word "zqxj" wherever something personal stands; it may be nowhere in the answer. The same
 * is asked of all fixtures and of the real databases, with their own subjects, addresses, texts and file names.
 */
#include "convert/inspect.h"

#include "base/error.h"
#include "base/mime-tree.h"
#include "convert/field.h"
#include "tests/convert/nsf-make.h"
#include "tests/convert/tnef-builder.h"
#include "tests/harness/harness.h"

#include <string.h>

#define SECRET "zqxj"
#define MAX_TEXT ((gsize) 1 << 20)

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

/* ---- what is in real files ---- */

/* Subjects and names of the fixtures that are words, or pieces of words, of any answer. */
static gboolean
is_own_word (const char *text)
{
  static const char *const words[] = { "attachment", "database", "encap", "encap2", "flowed", "head", "message", "name",
                                       "notes",      "order",    "plain", "signed", "text",   NULL };
  g_autofree char *lower = g_ascii_strdown (text, -1);

  return g_strv_contains (words, lower);
}

static void
check_secret (const char *answer, const char *secret, gsize least)
{
  g_autofree char *trimmed = secret != NULL ? g_strstrip (g_strdup (secret)) : NULL;

  if (trimmed != NULL && strlen (trimmed) >= least && !is_own_word (trimmed) && holds_nocase (answer, trimmed))
    {
      ist_note ("%s", trimmed);
      IST_ASSERT_STR ("told", "not told");
    }
}

/* File names without their ending, which may be told. */
static void
check_name (const char *answer, const char *name)
{
  g_autofree char *stem = g_strdup (name);
  char *dot = stem != NULL ? strrchr (stem, '.') : NULL;

  if (dot != NULL)
    *dot = '\0';
  check_secret (answer, stem, 4);
}

static gboolean
check_node (gpointer user, IstMimeNode *node)
{
  static const char *const fields[] = { "Subject", "From", "To", "Cc", "Message-ID" };
  const char *answer = user;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *value = ist_field_text (node->head, fields[i]);

      check_secret (answer, value, 4);
      lines = value != NULL ? g_strsplit_set (value, "<>@, ", -1) : NULL;
      for (gsize k = 0; lines != NULL && lines[k] != NULL; k++)
        check_secret (answer, strchr (lines[k], '@') != NULL ? lines[k] : NULL, 4);
      g_clear_pointer (&lines, g_strfreev);
    }
  check_name (answer, node->name);
  if (node->children != NULL || !g_str_has_prefix (node->type, "text/"))
    return TRUE;
  text = ist_mime_node_text (node, MAX_TEXT, NULL);
  lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    check_secret (answer, lines[i], 8);
  return TRUE;
}

static void
check_file (const char *path)
{
  g_autoptr (IstBody) body = ist_body_new_file (path, NULL);
  g_autoptr (IstMessage) message = ist_message_new (body);
  g_autofree char *text = inspect (body, NULL);

  ist_row ("%s", path);
  if (IST_ASSERT (text != NULL))
    ist_mime_node_visit (ist_mime_tree (message), check_node, text);
}

static guint
check_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        n += check_folder (path);
      else if (g_str_has_suffix (name, ".eml"))
        {
          check_file (path);
          n++;
        }
    }
  return n;
}

static void
test_fixtures (void)
{
  g_autofree char *folder = ist_test_source ("tests/fixtures/transforms");
  guint n = check_folder (folder);

  IST_ASSERT (n > 100);
  ist_note ("%u messages", n);
}

static void
check_document (const char *answer, const json_t *document)
{
  json_t *files = json_object_get (document, "attachments");
  json_t *file;
  gsize i;

  check_secret (answer, json_string_value (json_object_get (document, "subject")), 3);
  check_secret (answer, json_string_value (json_object_get (document, "body_text")), 3);
  json_array_foreach (files, i, file)
    check_name (answer, json_string_value (json_object_get (file, "name")));
}

/* Item names, numbers of notes and ODS are those that another reader found. */
static void
check_database (const char *path, const char *expectation)
{
  g_autoptr (IstBody) body = ist_body_new_file (path, NULL);
  json_t *want = json_load_file (expectation, 0, NULL);
  json_t *got = ist_inspect (body, NULL, NULL);
  g_autofree char *text = dump (got);
  json_t *document;
  gsize i;

  ist_row ("%s", path);
  IST_ASSERT_INT (json_integer_value (json_object_get (got, "ods")), json_integer_value (json_object_get (want, "ods")));
  IST_ASSERT (json_is_true (json_object_get (got, "readable")));
  if (json_is_integer (json_object_get (want, "notes")))
    IST_ASSERT_INT (json_integer_value (json_object_get (got, "note_count")),
                    json_integer_value (json_object_get (want, "notes")));
  check_secret (text, json_string_value (json_object_get (want, "title")), 4);
  json_array_foreach (json_object_get (want, "documents"), i, document)
    check_document (text, document);
  json_decref (want);
  json_decref (got);
}

static void
test_real_databases (void)
{
  g_autofree char *folder = ist_test_corpus ("nsf");
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;
  guint n = 0;

  if (dir == NULL)
    {
      ist_skip ("no collection of real databases");
      return;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *expectation = g_strconcat (path, ".expect.json", NULL);

      if (!g_str_has_suffix (name, ".nsf") || !g_file_test (expectation, G_FILE_TEST_EXISTS))
        continue;
      check_database (path, expectation);
      n++;
    }
  IST_ASSERT (n > 0);
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
    { "fixtures", test_fixtures },
    { "real-databases", test_real_databases },
    { NULL, NULL },
  };

  return ist_test_main ("inspect", tests);
}
