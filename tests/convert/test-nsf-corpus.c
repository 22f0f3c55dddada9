/*
 * tests/convert/test-nsf-corpus.c - the NSF reader over real databases, against what another reader found in them.
 *
 * Rich text is walked here only as far as the expectations ask: text runs, images, links and tables.
 */
#include "convert/format/nsf-attach.h"
#include "convert/format/nsf-value.h"

#include "base/charset.h"
#include "base/error.h"
#include "base/mime.h"
#include "convert/format/lmbcs.h"
#include "tests/harness/harness.h"

#include <jansson.h>
#include <string.h>

#define LIMIT ((gsize) 64 << 20)
#define TEXT_CHARACTERS 500

typedef struct
{
  GString *text;
  json_t *images;
  json_int_t doclinks, tables;
  GByteArray *image; /* being joined, `image_left` bytes missing */
  json_t *image_row;
  gsize image_left;
} Walk;

static char *
sha256 (const void *data, gsize size)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, size);
}

static guint
u16 (const guint8 *p)
{
  return p[0] | (guint) p[1] << 8;
}

static void
begin_image (Walk *walk, const guint8 *p)
{
  static const char *const types[] = { "?", "gif", "jpeg", "bmp", "png" };
  guint type = MIN (u16 (p + 6), 5) % 5;

  walk->image_left = u16 (p + 12) | (gsize) u16 (p + 14) << 16;
  walk->image_row = json_pack ("{s:s, s:s, s:i, s:i, s:I}", "kind", "file image", "declared", types[type], "width",
                               (int) u16 (p + 8), "height", (int) u16 (p + 10), "bytes",
                               (json_int_t) walk->image_left);
  json_array_append_new (walk->images, walk->image_row);
  g_byte_array_set_size (walk->image, 0);
}

static void
add_segment (Walk *walk, const guint8 *p, gsize size)
{
  gsize n = MIN (MIN (size - 10, u16 (p + 6)), walk->image_left);

  if (walk->image_row == NULL)
    return;
  g_byte_array_append (walk->image, p + 10, (guint) n);
  walk->image_left -= n;
  if (walk->image_left == 0)
    {
      g_autofree char *sum = sha256 (walk->image->data, walk->image->len);

      json_object_set_new (walk->image_row, "sha256", json_string (sum));
      walk->image_row = NULL;
    }
}

static void
walk_record (Walk *walk, const guint8 *p, gsize size)
{
  if (p[1] == 0xFF && (p[0] == 133 || p[0] == 228) && size >= 8)
    ist_lmbcs_append (walk->text, p + 8, size - 8);
  else if (p[1] == 0xFF && p[0] == 145)
    walk->doclinks++;
  else if (p[1] == 0 && p[0] == 125 && size >= 16)
    begin_image (walk, p);
  else if (p[1] == 0 && p[0] == 124 && size >= 10)
    add_segment (walk, p, size);
  else if (p[1] == 0 && p[0] == 149 && size >= 28)
    json_array_append_new (walk->images, json_pack ("{s:s, s:i, s:i, s:i}", "kind", "bitmap", "width", u16 (p + 22),
                                                    "height", u16 (p + 24), "bits_per_pixel", u16 (p + 26)));
  else if (p[1] != 0xFF && p[1] != 0 && p[0] == 129)
    g_string_append_c (walk->text, '\n');
  else if (p[1] != 0xFF && p[1] != 0 && (p[0] == 163 || p[0] == 207))
    walk->tables++;
}

static gboolean
walk_chunk (Walk *walk, GBytes *chunk)
{
  gsize size;
  const guint8 *p = g_bytes_get_data (chunk, &size);

  for (gsize at = 0; at + 2 <= size;)
    {
      gsize head = p[at + 1] == 0xFF ? 4 : p[at + 1] == 0 ? 6 : 2;
      gsize length;

      if (head > size - at)
        return FALSE;
      length = head == 4   ? u16 (p + at + 2)
               : head == 6 ? u16 (p + at + 2) | (gsize) u16 (p + at + 4) << 16
                           : p[at + 1];
      if (length < head || length > size - at)
        return FALSE;
      walk_record (walk, p + at, length);
      at += length + (length & 1);
    }
  return TRUE;
}

/* Walks the rich text items of one name, or of all when it is NULL. Returns their text, NULL when there are none. */
static char *
walk_items (const IstNsfNote *note, const char *name, json_t *document)
{
  Walk walk = { g_string_new (NULL), json_array (), 0, 0, g_byte_array_new (), NULL, 0 };
  guint n = 0;

  for (guint i = 0; i < ist_nsf_note_item_count (note); i++)
    {
      const IstNsfItem *item = ist_nsf_note_item (note, i);
      g_autoptr (GBytes) value = NULL;

      if (item->type != IST_NSF_COMPOSITE || (name != NULL && strcmp (item->name, name) != 0))
        continue;
      n++;
      value = ist_nsf_note_value (note, i, NULL);
      IST_ASSERT (value != NULL && walk_chunk (&walk, value));
    }
  if (document != NULL)
    {
      json_object_set_new (document, "images", json_integer ((json_int_t) json_array_size (walk.images)));
      json_object_set_new (document, "doclinks", json_integer (walk.doclinks));
      json_object_set_new (document, "tables", json_integer (walk.tables));
      json_object_set (document, "image_list", walk.images);
    }
  json_decref (walk.images);
  g_byte_array_unref (walk.image);
  return g_string_free (walk.text, n == 0);
}

static json_t *
cut_text (const char *text)
{
  g_autofree char *begin = g_utf8_substring (text, 0, MIN (TEXT_CHARACTERS, g_utf8_strlen (text, -1)));

  return json_string (begin);
}

static const IstMimePart *
find_text (const IstMimePart *part, guint *images)
{
  const IstMimePart *found = strcmp (part->type, "text/plain") == 0 ? part : NULL;

  *images += g_str_has_prefix (part->type, "image/");
  for (guint i = 0; part->children != NULL && i < part->children->len; i++)
    {
      const IstMimePart *inner = find_text (g_ptr_array_index (part->children, i), images);

      found = found != NULL ? found : inner;
    }
  return found;
}

/* The MIME parts as stored, joined. */
static void
describe_mime (const IstNsfNote *note, json_t *document)
{
  g_autoptr (GPtrArray) parts = ist_nsf_note_chunks (note, "Body", IST_NSF_MIME_PART, LIMIT, NULL);
  GByteArray *joined = g_byte_array_new ();
  guint images = 0;
  g_autofree char *sum = NULL;

  for (guint i = 0; parts != NULL && i < parts->len; i++)
    if (IST_ASSERT (g_bytes_get_size (parts->pdata[i]) >= 20))
      g_byte_array_append (joined, (const guint8 *) g_bytes_get_data (parts->pdata[i], NULL) + 20,
                           (guint) g_bytes_get_size (parts->pdata[i]) - 20);
  sum = sha256 (joined->data, joined->len);
  json_object_set_new (document, "mime_parts", json_integer (parts->len));
  json_object_set_new (document, "mime_bytes", json_integer (joined->len));
  json_object_set_new (document, "mime_sha256", json_string (sum));
  {
    g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (joined);
    g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
    g_autoptr (IstMimePart) root = ist_mime_parse (body);
    const IstMimePart *text = find_text (root, &images);
    g_autoptr (GBytes) plain = text != NULL ? ist_mime_decode (text, body, LIMIT) : NULL;
    g_autofree char *utf8 = NULL;
    g_auto (GStrv) lines = NULL;
    g_autofree char *unix_text = NULL;

    json_object_set_new (document, "mime_image_parts", json_integer (images));
    if (!IST_ASSERT (plain != NULL))
      return;
    utf8 = ist_charset_to_utf8 (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), "iso-8859-1", NULL);
    lines = g_strsplit (utf8, "\r\n", -1);
    unix_text = g_strjoinv ("\n", lines);
    json_object_set_new (document, "body_text", cut_text (unix_text));
  }
}

static void
describe_body (const IstNsfNote *note, json_t *document)
{
  gint i = ist_nsf_note_find (note, "Body", 0);
  guint16 type = i >= 0 ? ist_nsf_note_item (note, (guint) i)->type : 0;
  g_autofree char *text = NULL;

  if (type == IST_NSF_MIME_PART)
    {
      json_object_set_new (document, "body_kind", json_string ("mime"));
      describe_mime (note, document);
      return;
    }
  text = type == IST_NSF_COMPOSITE ? walk_items (note, "Body", NULL) : i >= 0 ? ist_nsf_note_text (note, "Body") : NULL;
  json_object_set_new (document, "body_kind",
                       json_string (text == NULL                 ? "none"
                                    : type == IST_NSF_COMPOSITE ? "richtext"
                                                                : "text"));
  json_object_set_new (document, "body_text", text != NULL ? cut_text (text) : json_null ());
}

static json_t *
describe_attachments (const IstNsfNote *note, gboolean files)
{
  static const char *const compressions[] = { "none", "huffman", "lz1" };
  g_autoptr (GPtrArray) attachments = ist_nsf_note_attachments (note);
  json_t *rows = json_array ();

  for (guint i = 0; i < attachments->len; i++)
    {
      const IstNsfAttachment *file = attachments->pdata[i];
      g_autoptr (GError) error = NULL;
      g_autoptr (IstBody) body = NULL;
      g_autofree char *sum = NULL;
      g_autofree char *host = g_strdup_printf ("0x%04X", file->host);
      gsize size;

      if (ist_nsf_attachment_is_file (file) != files)
        continue;
      body = ist_nsf_attachment_decode (file, LIMIT, &error);
      IST_ASSERT_NO_ERROR (error);
      sum = body != NULL ? sha256 (ist_body_data (body, &size), ist_body_size (body)) : g_strdup ("?");
      json_array_append_new (rows, json_pack ("{s:s, s:s, s:s, s:i, s:s}", "name", file->name, "host_type", host,
                                              "compression", compressions[MIN (file->compression, 2)], "bytes",
                                              (int) file->size_bytes, "sha256", sum));
    }
  return rows;
}

static void
describe_items (const IstNsfNote *note, json_t *document)
{
  json_t *items = json_array (), *others = json_object (), *foreign = json_object ();

  for (guint i = 0; i < ist_nsf_note_item_count (note); i++)
    {
      const IstNsfItem *item = ist_nsf_note_item (note, i);
      g_autofree char *text = NULL;

      json_array_append_new (items, json_string (item->name));
      if (item->type == IST_NSF_COMPOSITE && item->name[0] != '$' && strcmp (item->name, "Body") != 0)
        {
          text = walk_items (note, item->name, NULL);
          json_object_set_new (others, item->name, cut_text (text));
        }
      else if (item->type == IST_NSF_TEXT || item->type == IST_NSF_TEXTS)
        {
          text = ist_nsf_note_text (note, item->name);
          if (text != NULL && !g_str_is_ascii (text))
            json_object_set_new (foreign, item->name, json_string (text));
        }
    }
  json_object_set_new (document, "items", items);
  json_object_set_new (document, "other_rich_text", others);
  json_object_set_new (document, "non_ascii_text_items", foreign);
}

static json_t *
describe (IstNsf *nsf, guint index)
{
  const IstNsfNoteInfo *info = ist_nsf_note_info (nsf, index);
  g_autoptr (GError) error = NULL;
  g_autoptr (IstNsfNote) note = ist_nsf_note_load (nsf, index, &error);
  json_t *document = json_object ();
  g_autofree char *unid = ist_nsf_unid_text (info->unid);
  g_autofree char *id = g_strdup_printf ("%08X", info->id);
  g_autofree char *form = NULL;
  g_autofree char *subject = NULL;
  g_autofree char *all = NULL;

  IST_ASSERT_NO_ERROR (error);
  if (note == NULL)
    return document;
  form = ist_nsf_note_text (note, "Form");
  subject = ist_nsf_note_text (note, "Subject");
  json_object_set_new (document, "note_id", json_string (id));
  json_object_set_new (document, "unid", json_string (unid));
  json_object_set_new (document, "form", form != NULL ? json_string (form) : json_null ());
  json_object_set_new (document, "subject", subject != NULL ? json_string (subject) : json_null ());
  describe_items (note, document);
  describe_body (note, document);
  all = walk_items (note, NULL, document);
  json_object_set_new (document, "attachments", describe_attachments (note, TRUE));
  json_object_set_new (document, "ole_objects", describe_attachments (note, FALSE));
  return document;
}

/* Every key that is expected must be there and equal; of rows of images only the keys that are known here. */
static void
compare (const char *where, json_t *got, json_t *want)
{
  const char *key;
  json_t *value;
  size_t i;

  if (json_is_object (want) && json_is_object (got))
    {
      json_object_foreach (want, key, value)
      {
        g_autofree char *path = g_strconcat (where, ".", key, NULL);

        /* Said of the content of an image, which this test does not look into. */
        if (strcmp (key, "complete") != 0 && strcmp (key, "content") != 0)
          compare (path, json_object_get (got, key), value);
      }
      return;
    }
  if (json_is_array (want) && json_is_array (got) && json_array_size (want) == json_array_size (got))
    {
      json_array_foreach (want, i, value) compare (where, json_array_get (got, i), value);
      return;
    }
  if (!json_equal (got, want))
    {
      g_autofree char *got_text = got != NULL ? json_dumps (got, JSON_ENCODE_ANY) : g_strdup ("nothing");
      g_autofree char *want_text = json_dumps (want, JSON_ENCODE_ANY);

      ist_note ("%s", where);
      IST_ASSERT_STR (got_text, want_text);
    }
}

static const char *
class_name (guint note_class)
{
  static const char *const names[] = { "document", "info",       "form", "view",   "icon",  "design",
                                       "acl",      "help_index", "help", "filter", "field", "replication" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (note_class == 1u << i)
      return names[i];
  return note_class == 0 ? "other_0x0000" : "other";
}

static json_t *
describe_database (IstNsf *nsf, json_t *want_documents)
{
  json_t *classes = json_object (), *documents = json_array ();
  g_autofree char *replica = ist_nsf_replica_text (ist_nsf_replica_id (nsf));
  json_int_t items = 0;

  for (guint i = 0; i < ist_nsf_note_count (nsf); i++)
    {
      const IstNsfNoteInfo *info = ist_nsf_note_info (nsf, i);
      const char *name = class_name (info->note_class & IST_NSF_CLASS_MASK);
      g_autoptr (IstNsfNote) note = ist_nsf_note_load (nsf, i, NULL);
      g_autofree char *id = g_strdup_printf ("%08X", info->id);
      json_t *want;
      size_t k;

      items += note != NULL ? ist_nsf_note_item_count (note) : 0;
      json_object_set_new (classes, name, json_integer (json_integer_value (json_object_get (classes, name)) + 1));
      json_array_foreach (want_documents, k, want) if (strcmp (json_string_value (json_object_get (want, "note_id")), id)
                                                       == 0) json_array_append_new (documents, describe (nsf, i));
    }
  return json_pack ("{s:i, s:b, s:s, s:s, s:i, s:I, s:o, s:o}", "ods", (int) ist_nsf_ods (nsf), "readable", 1,
                    "replica_id", replica, "title", ist_nsf_title (nsf), "notes", (int) ist_nsf_note_count (nsf),
                    "items", items, "notes_by_class", classes, "documents", documents);
}

static void
check_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *expect_path = g_strconcat (path, ".expect.json", NULL);
  json_t *want = json_load_file (expect_path, 0, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (IstBody) body = ist_body_new_file (path, &error);
  g_autoptr (IstNsf) nsf = body != NULL ? ist_nsf_open (body, &error) : NULL;
  json_t *got;

  ist_row ("%s", name);
  if (!IST_ASSERT (want != NULL))
    return;
  json_object_del (want, "file");
  json_object_del (want, "bytes");
  json_object_del (want, "sha256");
  if (json_is_false (json_object_get (want, "readable")))
    IST_ASSERT_ERROR (error, IST_ERROR_REFUSED);
  else if (IST_ASSERT_NO_ERROR (error))
    {
      got = describe_database (nsf, json_object_get (want, "documents"));
      compare (name, got, want);
      json_decref (got);
      IST_ASSERT_INT (ist_nsf_damaged_count (nsf), 0);
    }
  json_decref (want);
}

static void
test_files (void)
{
  g_autofree char *folder = ist_test_corpus ("nsf");
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;
  guint n = 0;

  if (dir == NULL)
    {
      ist_skip ("no collection of databases here");
      return;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".nsf"))
      {
        check_file (folder, name);
        n++;
      }
  ist_note ("%u databases", n);
}

int
main (void)
{
  static const IstTest tests[] = { { "files", test_files }, { NULL } };

  return ist_test_main ("nsf-corpus", tests);
}
