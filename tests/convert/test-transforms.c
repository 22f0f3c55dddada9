/*
 * Every transform over its fixtures: tests/fixtures/transforms/NAME/CASE.in.eml becomes CASE.want.eml, or stays as
 * it is where there is none. Running it again changes nothing; switched off, the damage stays.
 */
#include "convert/pipeline.h"
#include "convert/settings.h"
#include "tests/harness/harness.h"

#include <string.h>

/* Files have LF; mail has CRLF. */
static char *
read_mail (const char *path)
{
  g_autofree char *text = ist_test_read (path, NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  return g_strjoinv ("\r\n", lines);
}

static IstSettings *
settings_with (guint only, gboolean on)
{
  g_autoptr (GString) text = g_string_new ("[convert]\n");
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < ist_pipeline_count (); i++)
    g_string_append_printf (text, "%s = %s\n", ist_pipeline_get (i)->name, i == only && on ? "yes" : "no");
  return ist_settings_parse (text->str, "test.conf", ".", ist_convert_setting_groups, errors);
}

/* What is told of limits and of signed parts is no change. */
static guint
notes_of (const IstMessage *message, const char *transform)
{
  guint n = 0;

  for (guint i = 0; i < ist_message_changes (message)->len; i++)
    {
      const IstChange *change = g_ptr_array_index (ist_message_changes (message), i);

      n += strcmp (change->transform, transform) == 0;
    }
  return n;
}

static char *
run (guint only, gboolean on, IstSide from, IstSide to, const char *text, guint *n_changes)
{
  g_autoptr (IstSettings) settings = settings_with (only, on);
  IstConvertContext context = { .from = from, .to = to, .settings = ist_convert_settings (settings, NULL) };
  gsize size;
  char *exact = ist_test_exact (text, &size);
  g_autoptr (GBytes) bytes = g_bytes_new_take (exact, size);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  g_autoptr (GBytes) out = NULL;
  g_autoptr (GError) error = NULL;

  IST_ASSERT (ist_pipeline_run (&context, message, parts, &error));
  IST_ASSERT_INT (parts->len, 0);
  IST_ASSERT_NO_ERROR (error);
  if (n_changes != NULL)
    *n_changes = notes_of (message, ist_pipeline_get (only)->name);
  out = ist_message_to_bytes (message);
  return g_strndup (g_bytes_get_data (out, NULL), g_bytes_get_size (out));
}

static guint
index_of (const char *name)
{
  guint i = 0;

  while (i < ist_pipeline_count () && strcmp (ist_pipeline_get (i)->name, name) != 0)
    i++;
  return i;
}

/* Files of a transform of both directions say theirs: to-domino-CASE.in.eml. */
static void
check_case (guint i, const char *folder, const char *file)
{
  const IstTransform *transform = ist_pipeline_get (i);
  gboolean from_exchange = transform->to == IST_SIDE_DOMINO || g_str_has_prefix (file, "to-domino-")
                           || g_str_has_prefix (transform->name, "exchange-");
  IstSide from = transform->from != IST_SIDE_NONE ? transform->from
                 : from_exchange                  ? IST_SIDE_EXCHANGE
                                                  : IST_SIDE_DOMINO;
  IstSide to = transform->to != IST_SIDE_NONE ? transform->to
               : from == IST_SIDE_DOMINO      ? IST_SIDE_EXCHANGE
                                              : IST_SIDE_DOMINO;
  g_autofree char *in_path = g_build_filename (folder, file, NULL);
  g_autofree char *stem = g_strndup (in_path, strlen (in_path) - strlen (".in.eml"));
  g_autofree char *want_path = g_strconcat (stem, ".want.eml", NULL);
  gboolean changes = g_file_test (want_path, G_FILE_TEST_EXISTS);
  g_autofree char *in = read_mail (in_path);
  g_autofree char *want = changes ? read_mail (want_path) : g_strdup (in);
  guint n_changes = 0;
  g_autofree char *got = run (i, TRUE, from, to, in, &n_changes);
  g_autofree char *again = run (i, TRUE, from, to, got, NULL);
  g_autofree char *off = run (i, FALSE, from, to, in, NULL);
  g_autofree char *other_way = run (i, TRUE, from == IST_SIDE_DOMINO ? IST_SIDE_EXCHANGE : IST_SIDE_DOMINO, from,
                                    in, NULL);

  ist_row ("%s/%s", transform->name, file);
  IST_ASSERT_STR (got, want);
  IST_ASSERT_STR (again, want);
  IST_ASSERT_STR (off, in);
  IST_ASSERT_INT (n_changes > 0, changes);
  if (changes)
    IST_ASSERT (strcmp (off, want) != 0);
  if (transform->from != IST_SIDE_NONE || transform->to != IST_SIDE_NONE)
    IST_ASSERT_STR (other_way, in);
}

static void
test_fixtures (void)
{
  for (guint i = 0; i < ist_pipeline_count (); i++)
    {
      g_autofree char *relative
          = g_build_filename ("tests/fixtures/transforms", ist_pipeline_get (i)->name, NULL);
      g_autofree char *folder = ist_test_source (relative);
      g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
      const char *file;
      guint n = 0;

      ist_row ("%s", ist_pipeline_get (i)->name);
      if (!IST_ASSERT (dir != NULL))
        continue;
      while ((file = g_dir_read_name (dir)) != NULL)
        if (g_str_has_suffix (file, ".in.eml"))
          {
            check_case (i, folder, file);
            n++;
          }
      ist_row ("%s", ist_pipeline_get (i)->name);
      IST_ASSERT (n > 0);
    }
}

/* Bytes that no text file holds: the database as 7bit, 8bit and binary. */
static void
test_raw_database (void)
{
  static const char *const encodings[] = { "7bit", "8bit", "binary", "BINARY", "x-unknown" };
  static const guint8 magic[] = { 0x1A, 0, 0, 4, 0, 0, 0x29, 0, 0, 0, 1, 2, 3 };

  for (gsize i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      g_autoptr (IstSettings) settings = settings_with (index_of ("notes-encap-strip"), TRUE);
      IstConvertContext context
          = { .from = IST_SIDE_DOMINO, .to = IST_SIDE_EXCHANGE, .settings = ist_convert_settings (settings, NULL) };
      g_autoptr (GString) text = g_string_new ("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n");
      gsize keep = text->len;
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (IstBody) body = NULL;
      g_autoptr (IstMessage) message = NULL;
      g_autoptr (GPtrArray) parts = ist_derived_array_new ();

      g_string_append_printf (text, "--b\r\nContent-Type: application/octet-stream\r\n"
                                    "Content-Transfer-Encoding: %s\r\n\r\n",
                              encodings[i]);
      g_string_append_len (text, (const char *) magic, sizeof magic);
      g_string_append (text, "\r\n--b--\r\n");
      bytes = g_bytes_new (text->str, text->len);
      body = ist_body_new_bytes (bytes);
      message = ist_message_new (body);
      IST_ASSERT (ist_pipeline_run (&context, message, parts, NULL));
      ist_row ("%s", encodings[i]);
      IST_ASSERT_INT (ist_message_size (message), keep + strlen ("--b--\r\n"));
    }
}

/* A message that is all parts: bounded work, and what is left is a message. */
static void
test_many_parts (void)
{
  g_autoptr (GString) text = g_string_new ("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n");
  g_autofree char *got = NULL;
  guint n_changes;

  for (guint i = 0; i < 900; i++)
    g_string_append (text, "--b\r\nContent-Type: application/x-lotus-encap\r\n\r\nx\r\n");
  g_string_append (text, "--b--\r\n");
  got = run (index_of ("notes-encap-strip"), TRUE, IST_SIDE_DOMINO, IST_SIDE_EXCHANGE, text->str, &n_changes);
  IST_ASSERT_INT (n_changes, 50);
  IST_ASSERT (strstr (got, "hello") != NULL);
}

/* As many links as a message can have parts: all are in its text after one run. */
static void
test_many_links (void)
{
  g_autoptr (GString) text = g_string_new ("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n");
  g_autofree char *got = NULL, *again = NULL;
  guint n_changes;

  for (guint i = 0; i < 900; i++)
    g_string_append (text, "--b\r\nContent-Type: application/octet-stream; name=a.ndl\r\n\r\n"
                           "<NDL><REPLICA 85255E18:006C664A></NDL>\r\n");
  g_string_append (text, "--b--\r\n");
  got = run (index_of ("doclinks-ndl"), TRUE, IST_SIDE_DOMINO, IST_SIDE_EXCHANGE, text->str, &n_changes);
  again = run (index_of ("doclinks-ndl"), TRUE, IST_SIDE_DOMINO, IST_SIDE_EXCHANGE, got, NULL);
  IST_ASSERT (strstr (got, "hello") != NULL);
  IST_ASSERT (strstr (got, "a.ndl") == NULL);
  IST_ASSERT_STR (again, got);
}

/* As many fields to trim as a header can have: all go, and it takes no time to speak of. */
static void
test_many_fields (void)
{
  g_autoptr (GString) text = g_string_new ("Subject: x\r\n");
  g_autofree char *got = NULL;
  gint64 start;

  for (guint i = 0; i < 9999; i++)
    g_string_append (text, "X-Notes-Item: 1; type=300; name=$Hour\r\n");
  g_string_append (text, "\r\nbody\r\n");
  start = g_get_monotonic_time ();
  got = run (index_of ("headers-trim"), TRUE, IST_SIDE_DOMINO, IST_SIDE_EXCHANGE, text->str, NULL);
  ist_note ("%" G_GINT64_FORMAT " ms", (g_get_monotonic_time () - start) / 1000);
  IST_ASSERT_STR (got, "Subject: x\r\n\r\nbody\r\n");
}

int
main (void)
{
  static const IstTest tests[] = {
    { "fixtures", test_fixtures },
    { "raw-database", test_raw_database },
    { "many-parts", test_many_parts },
    { "many-links", test_many_links },
    { "many-fields", test_many_fields },
    { NULL, NULL },
  };

  return ist_test_main ("transforms", tests);
}
