/*
 * tests/convert/test-corpus-parts.c - every real message, both ways: no crash, a second run changes nothing, and what
 * the attachments and texts hold is what they held, where no note says that it was changed.
 */
#include "base/mime-tree.h"
#include "convert/pipeline.h"
#include "convert/settings.h"
#include "tests/harness/harness.h"

#include <string.h>

#define MAX_PART ((gsize) 64 * 1024 * 1024)

static const char *const folders[] = { "notes-mail", "notes-calendar", "notes-ndr", "exchange-mail",
                                       "exchange-calendar", "exchange-ndr", "malformed", "tnef" };

static IstMessage *
message_of (const char *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  return ist_message_new (body);
}

/* As a listener would give it: CRLF everywhere. */
static char *
read_mail (const char *path, gsize *size)
{
  gsize n;
  g_autofree char *raw = ist_test_read (path, &n);
  GString *out = g_string_sized_new (n + n / 30);

  for (gsize i = 0; i < n; i++)
    {
      if (raw[i] == '\n' && (i == 0 || raw[i - 1] != '\r'))
        g_string_append_c (out, '\r');
      g_string_append_c (out, raw[i]);
    }
  *size = out->len;
  return g_string_free (out, FALSE);
}

/* The content of a text is its characters; of anything else its bytes. */
static gboolean
add_content (gpointer user, IstMimeNode *node)
{
  g_autoptr (GBytes) bytes = NULL;

  if (node->children != NULL)
    return TRUE;
  if (g_str_has_prefix (node->type, "text/") && !node->attachment && node->name == NULL)
    {
      g_autofree char *text = ist_mime_node_text (node, MAX_PART, NULL);

      /* A transform may add or take the line end in front of a delimiter. */
      g_strchomp (text);
      if (*text != '\0')
        g_ptr_array_add (user, g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1));
      return TRUE;
    }
  bytes = ist_mime_node_decode (node, MAX_PART);
  g_ptr_array_add (user, g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes));
  return TRUE;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Sorted, since parts may move. */
static GPtrArray *
contents (IstMessage *message)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

  ist_mime_node_visit (ist_mime_tree (message), add_content, list);
  g_ptr_array_sort (list, compare);
  return list;
}

static gboolean
is_same (GPtrArray *a, GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (strcmp (g_ptr_array_index (a, i), g_ptr_array_index (b, i)) != 0)
      return FALSE;
  return TRUE;
}

/* Does a note tell of content that is other than it was? */
static gboolean
changes_content (const IstMessage *message)
{
  static const char *const names[] = { "notes-mime-order", "attachment-names", "headers-trim", "limits", NULL };
  const GPtrArray *changes = ist_message_changes (message);

  for (guint i = 0; i < changes->len; i++)
    if (!g_strv_contains (names, ((const IstChange *) g_ptr_array_index (changes, i))->transform))
      return TRUE;
  return FALSE;
}

static GBytes *
convert (const char *data, gsize size, IstSide from, IstSide to, gboolean *other_content)
{
  IstConvertContext context = { .from = from, .to = to };
  g_autoptr (IstMessage) message = message_of (data, size);
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();

  IST_ASSERT (ist_pipeline_run (&context, message, parts, NULL));
  *other_content = changes_content (message) || parts->len > 0;
  if (!ist_message_is_changed (message))
    IST_ASSERT (ist_message_size (message) == size);
  return ist_message_to_bytes (message);
}

static void
check_way (const char *data, gsize size, IstSide from, IstSide to, guint *n_changed)
{
  gboolean other_content, again;
  g_autoptr (GBytes) once = convert (data, size, from, to, &other_content);
  gsize n;
  const char *out = g_bytes_get_data (once, &n);
  g_autoptr (GBytes) twice = convert (out, n, from, to, &again);

  IST_ASSERT (g_bytes_equal (once, twice));
  *n_changed += n != size || memcmp (out, data, n) != 0;
  if (!other_content)
    {
      g_autoptr (IstMessage) before = message_of (data, size);
      g_autoptr (IstMessage) after = message_of (out, n);
      g_autoptr (GPtrArray) was = contents (before);
      g_autoptr (GPtrArray) is = contents (after);

      IST_ASSERT (is_same (was, is));
    }
}

static void
check_folder (const char *path, guint *n_files, guint *n_changed)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autofree char *data = NULL;
      gsize size;

      if (!g_file_test (file, G_FILE_TEST_IS_REGULAR))
        continue;
      ist_row ("%s", name);
      data = read_mail (file, &size);
      check_way (data, size, IST_SIDE_DOMINO, IST_SIDE_EXCHANGE, n_changed);
      check_way (data, size, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO, n_changed);
      (*n_files)++;
    }
}

static void
test_corpus (void)
{
  guint n_files = 0;
  guint n_changed = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *relative = g_build_filename ("corpus", folders[i], NULL);
      g_autofree char *path = ist_test_corpus (relative);

      if (path == NULL)
        {
          ist_skip ("the collection of real messages is not there");
          return;
        }
      check_folder (path, &n_files, &n_changed);
    }
  ist_note ("%u files; %u of %u conversions changed something", n_files, n_changed, n_files * 2);
  IST_ASSERT (n_files > 100);
}

int
main (void)
{
  static const IstTest tests[] = { { "corpus", test_corpus }, { NULL, NULL } };

  return ist_test_main ("corpus-parts", tests);
}
