/*
 * tests/convert/test-inspect-files.c - of the fixtures and of real databases nothing that they say is told: no subject,
 * address, text or file name; and what is counted is what another reader counted.
 */
#include "convert/inspect.h"

#include "base/mime-tree.h"
#include "convert/field.h"
#include "tests/harness/harness.h"

#include <string.h>

#define MAX_TEXT ((gsize) 1 << 20)

static char *
dump (const json_t *answer)
{
  char *text = json_dumps (answer, JSON_COMPACT | JSON_SORT_KEYS);
  char *copy = g_strdup (text);

  free (text);
  return copy;
}

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
  static const IstTest tests[]
      = { { "fixtures", test_fixtures }, { "real-databases", test_real_databases }, { NULL, NULL } };

  return ist_test_main ("inspect-files", tests);
}
