/*
 * The TNEF reader: names and code pages, embedded messages, named properties, damage, depth, speed; and the real
 * streams of the corpus against the tools tnef and ytnef.
 */
#include "base/error.h"
#include "base/mime-tree.h"
#include "convert/format/tnef.h"
#include "tests/convert/tnef-builder.h"
#include "tests/harness/harness.h"

static IstTnef *
read_taken (GByteArray *stream)
{
  g_autoptr (IstBody) body = tnef_body (stream);

  return ist_tnef_read (body, 0, ist_body_size (body), NULL);
}

static void
test_texts (void)
{
  static const struct
  {
    const char *name;
    guint page;
    const char *bytes, *want;
  } rows[] = {
    { "western", 1252, "Caf\xE9", "Café" },      { "central european", 1250, "\xB9", "ą" },
    { "cyrillic", 1251, "\xCF\xF0\xE8", "При" }, { "chinese", 936, "\xD6\xD0", "中" },
    { "utf-8", 65001, "\xC3\xA9", "é" },         { "unknown page", 9999, "\xE9", "é" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GByteArray *stream = tnef_begin (rows[i].page);
      g_autoptr (IstTnef) tnef = NULL;

      tnef_attribute (stream, 1, 0x00018004, rows[i].bytes, strlen (rows[i].bytes) + 1);
      tnef = read_taken (stream);
      ist_row ("%s", rows[i].name);
      if (!IST_ASSERT (tnef != NULL))
        continue;
      IST_ASSERT_STR (tnef->subject, rows[i].want);
      IST_ASSERT_STR (tnef->message_class, "IPM.Note");
      IST_ASSERT (tnef->damage == NULL);
    }
}

/* Long name before short, Unicode before the code page, named properties by id and by name. */
static void
test_properties (void)
{
  static const guint8 named[]
      = { 0x1F, 0, 0, 0x80, 0x08, 0x20, 6,   0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0,   0x46, 1, 0,
          0,    0, 4, 0,    0,    0,    'K', 0, 0, 0, 1, 0, 0,    0, 4, 0, 0, 0, 'v', 0,    0, 0 };
  GByteArray *stream = tnef_begin (1252);
  g_autoptr (GByteArray) props = g_byte_array_new ();
  g_autoptr (GByteArray) files = g_byte_array_new ();
  g_autoptr (IstTnef) tnef = NULL;
  g_autofree char *value = NULL;
  const IstTnefAttachment *a;

  tnef_u32 (props, 3);
  tnef_property (props, 0x001A001E, "IPM.Task", 9);
  tnef_property (props, 0x0037001F, "\xAC\x20\0\0", 4);
  g_byte_array_append (props, named, sizeof named);
  tnef_attribute (stream, 1, 0x00078008, "IPM.Microsoft Mail.Note", 24);
  tnef_attribute (stream, 1, 0x00069003, props->data, props->len);
  tnef_attribute (stream, 2, 0x00069002, "\1\0\7\0\0\0\0\0\0\0\0\0\0\0", 14);
  tnef_attribute (stream, 2, 0x0006800F, "DATA", 4);
  tnef_attribute (stream, 2, 0x00018010, "SHORT~1.TXT", 12);
  tnef_u32 (files, 2);
  tnef_property (files, 0x3707001E, "C:\\x\\long name.txt", 19);
  tnef_property (files, 0x3712001E, "<id@x>", 7);
  tnef_attribute (stream, 2, 0x00069005, files->data, files->len);
  tnef = read_taken (stream);
  if (!IST_ASSERT (tnef != NULL) || !IST_ASSERT_INT (tnef->attachments->len, 1))
    return;
  a = g_ptr_array_index (tnef->attachments, 0);
  IST_ASSERT_STR (tnef->message_class, "IPM.Task");
  IST_ASSERT_STR (tnef->subject, "€");
  IST_ASSERT_STR (ist_tnef_attachment_name (a), "long name.txt");
  IST_ASSERT_STR (a->short_name, "SHORT~1.TXT");
  IST_ASSERT_STR (a->content_id, "id@x");
  IST_ASSERT_INT (a->position, 7);
  IST_ASSERT_INT (a->size_bytes, 4);
  value = ist_mapi_prop_text (tnef->props,
                              ist_mapi_props_find_name (tnef->props, ist_mapi_set_common, "k"), 0);
  IST_ASSERT_STR (value, "v");
  IST_ASSERT (ist_mapi_props_find_lid (tnef->props, ist_mapi_set_common, 1) == NULL);
}

static GByteArray *
wrap (GByteArray *inner)
{
  GByteArray *out = tnef_begin (1252);
  g_autoptr (GByteArray) props = g_byte_array_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();

  g_byte_array_append (data, (const guint8 *) "\7\3\2\0\0\0\0\0\xC0\0\0\0\0\0\0\x46", 16);
  g_byte_array_append (data, inner->data, inner->len);
  tnef_u32 (props, 1);
  tnef_property (props, 0x3701000D, data->data, data->len);
  tnef_attribute (out, 2, 0x00069002, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0", 14);
  tnef_attribute (out, 2, 0x00069005, props->data, props->len);
  g_byte_array_unref (inner);
  return out;
}

static void
test_depth (void)
{
  GByteArray *stream = tnef_begin (1252);
  g_autoptr (IstTnef) tnef = NULL;
  guint depth = 1;

  tnef_attribute (stream, 1, 0x00018004, "inner", 6);
  for (guint i = 0; i < 50; i++)
    stream = wrap (stream);
  tnef = read_taken (stream);
  if (!IST_ASSERT (tnef != NULL))
    return;
  for (const IstTnef *t = tnef; t->attachments->len > 0;)
    {
      const IstTnefAttachment *a = g_ptr_array_index (t->attachments, 0);

      if (a->message == NULL)
        break;
      t = a->message;
      depth++;
    }
  IST_ASSERT_INT (depth, IST_TNEF_MAX_DEPTH);
}

/* Cut at every byte: never a crash, and what stands before the cut is there. */
static void
test_cut (void)
{
  GByteArray *stream = tnef_begin (1252);
  gsize subject_end;
  g_autoptr (IstBody) body = NULL;

  tnef_attribute (stream, 1, 0x00018004, "inner", 6);
  stream = wrap (stream);
  tnef_attribute (stream, 1, 0x00018004, "kept", 5);
  subject_end = stream->len - 2;
  tnef_attribute (stream, 2, 0x0006800F, "0123456789", 10);
  body = tnef_body (stream);
  for (gsize n = 0; n < ist_body_size (body); n++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (IstTnef) tnef = ist_tnef_read (body, 0, n, &error);

      ist_row ("%" G_GSIZE_FORMAT " bytes", n);
      if (tnef == NULL)
        IST_ASSERT_ERROR (error, IST_ERROR_REFUSED);
      else if (n >= subject_end)
        IST_ASSERT_STR (tnef->subject, "kept");
    }
}

/* Large attachments cost nothing, so the time is taken of a stream that is properties. */
static void
test_speed (void)
{
  GByteArray *stream = tnef_begin (1252);
  g_autoptr (GByteArray) props = g_byte_array_new ();
  g_autofree char *block = g_malloc0 (1000);
  g_autoptr (IstBody) body = NULL;
  gint64 start;

  tnef_u32 (props, 20000);
  for (guint i = 0; i < 20000; i++)
    tnef_property (props, 0x00010102 + (i << 16) % 0x70000000, block, 1000);
  tnef_attribute (stream, 1, 0x00069003, props->data, props->len);
  body = tnef_body (stream);
  start = g_get_monotonic_time ();
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (IstTnef) tnef = ist_tnef_read (body, 0, ist_body_size (body), NULL);

      IST_ASSERT_INT (ist_mapi_props_count (tnef->props), 20000);
    }
  start = MAX (g_get_monotonic_time () - start, 1);
  ist_note ("%.0f MB/s", (double) ist_body_size (body) * 10 / (double) start);
  IST_ASSERT (ist_body_size (body) * 10 / (gsize) start >= 100);
}

typedef struct
{
  GHashTable *sums; /* of every attachment of ours, at any depth */
  guint n_files, n_equal, n_behind_id, n_rendered;
} Compared;

static char *
sum_of (const char *data, gsize size)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) data, size);
}

static void
collect (const IstTnef *tnef, const char *data, GHashTable *sums)
{
  for (guint i = 0; i < tnef->attachments->len; i++)
    {
      const IstTnefAttachment *a = g_ptr_array_index (tnef->attachments, i);

      g_hash_table_add (sums, sum_of (data + a->offset, a->size_bytes));
      if (a->message != NULL)
        collect (a->message, data, sums);
    }
}

/* ytnef makes files of its own out of a meeting, a task or a contact, and names them so. */
static gboolean
is_rendering (const char *tool, const char *name)
{
  return strcmp (tool, "ytnef") == 0 && (g_str_has_suffix (name, ".ics") || g_str_has_suffix (name, ".vcf"));
}

/* Each file the tool wrote must be the bytes of an attachment of ours; docs/formats.md, "TNEF", explains the two
 * differences there are. */
static void
compare (const char *tool, const char *folder, Compared *compared)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *bytes = NULL;
      g_autofree char *sum = NULL, *behind_id = NULL;
      gsize size;

      if (!g_file_get_contents (path, &bytes, &size, NULL))
        continue;
      sum = sum_of (bytes, size);
      behind_id = size > 16 ? sum_of (bytes + 16, size - 16) : NULL;
      ist_row ("%s %s", tool, name);
      compared->n_files++;
      if (g_hash_table_contains (compared->sums, sum))
        compared->n_equal++;
      else if (strcmp (tool, "tnef") == 0 && behind_id != NULL && g_hash_table_contains (compared->sums, behind_id))
        compared->n_behind_id++;
      else if (is_rendering (tool, name))
        compared->n_rendered++;
      else if (!IST_ASSERT (FALSE))
        ist_note ("%s: %s (%" G_GSIZE_FORMAT " bytes) is no attachment of ours", tool, name, size);
    }
}

static void
run_tool (const char *tool, const char *path, Compared *compared)
{
  g_autofree char *program = g_find_program_in_path (tool);
  g_autofree char *folder = ist_test_dir ();
  const char *const tnef[] = { program, "--overwrite", "-C", folder, path, NULL };
  const char *const ytnef[] = { program, "-f", folder, path, NULL };

  if (program == NULL)
    return;
  g_spawn_sync (NULL, (char **) (strcmp (tool, "tnef") == 0 ? tnef : ytnef), NULL,
                G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                NULL, NULL);
  compare (tool, folder, compared);
}

/* FALSE: no stream. */
static gboolean
compare_stream (IstBody *body, const char *path, Compared *compared)
{
  g_autoptr (IstTnef) tnef = ist_tnef_read (body, 0, ist_body_size (body), NULL);

  if (tnef == NULL)
    return FALSE;
  g_hash_table_remove_all (compared->sums);
  collect (tnef, ist_body_data (body, NULL), compared->sums);
  run_tool ("tnef", path, compared);
  run_tool ("ytnef", path, compared);
  return TRUE;
}

typedef struct
{
  Compared *compared;
  guint n;
} Found;

static gboolean
compare_part (gpointer user, IstMimeNode *node)
{
  Found *found = user;
  g_autoptr (IstBody) body = NULL;
  g_autofree char *folder = NULL, *path = NULL;
  gsize size;
  const char *data;

  if (node->children != NULL || !g_str_has_prefix (node->type, "application/"))
    return TRUE;
  body = ist_mime_node_decode_body (node, 64 << 20, NULL);
  data = body != NULL ? ist_body_data (body, &size) : NULL;
  if (data == NULL || !ist_tnef_is_tnef (data, size))
    return TRUE;
  folder = ist_test_dir ();
  path = g_build_filename (folder, "winmail.dat", NULL);
  if (IST_ASSERT (g_file_set_contents (path, data, (gssize) size, NULL)))
    found->n += compare_stream (body, path, found->compared);
  return TRUE;
}

/* The streams in a mail. */
static guint
compare_mail (const char *path, Compared *compared)
{
  g_autoptr (IstBody) body = ist_body_new_file (path, NULL);
  g_autoptr (IstMessage) message = ist_message_new (body);
  Found found = { compared, 0 };

  ist_mime_node_visit (ist_mime_tree (message), compare_part, &found);
  return found.n;
}

static void
test_corpus (void)
{
  g_autofree char *folder = ist_test_corpus ("corpus/tnef");
  g_autofree char *tnef_tool = g_find_program_in_path ("tnef");
  g_autofree char *ytnef_tool = g_find_program_in_path ("ytnef");
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  g_autoptr (GHashTable) sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Compared compared = { .sums = sums };
  const char *name;
  guint n_streams = 0;

  if (dir == NULL)
    {
      ist_skip ("no collection of real messages");
      return;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (IstBody) body = ist_body_new_file (path, NULL);

      ist_row ("%s", name);
      n_streams += compare_stream (body, path, &compared) ? 1 : compare_mail (path, &compared);
    }
  ist_row ("all");
  IST_ASSERT (n_streams >= 30);
  ist_note ("%u streams; of %u files of the tools %u are ours byte for byte, %u are ours behind an interface id, %u are "
            "the tool's own renderings",
            n_streams, compared.n_files, compared.n_equal, compared.n_behind_id, compared.n_rendered);
  if (tnef_tool == NULL || ytnef_tool == NULL)
    ist_skip ("tnef or ytnef is not installed");
  else
    IST_ASSERT (compared.n_equal >= 38);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "texts", test_texts }, { "properties", test_properties }, { "depth", test_depth },
    { "cut", test_cut },     { "speed", test_speed },           { "corpus", test_corpus },
    { NULL, NULL },
  };

  return ist_test_main ("tnef", tests);
}
