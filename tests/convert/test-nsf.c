/*
 * tests/convert/test-nsf.c - the NSF reader over small databases made here.
 */
#include "convert/format/nsf-attach.h"
#include "convert/format/nsf-value.h"

#include "base/error.h"
#include "tests/convert/nsf-make.h"
#include "tests/harness/harness.h"

#include <string.h>

#define LONG_BYTES 1500
#define LIMIT ((gsize) 1 << 20)

static const char *const places[] = { "inline", "bucket", "apart" };

static GByteArray *
long_text (char first)
{
  GByteArray *text = g_byte_array_new ();

  for (guint i = 0; i < LONG_BYTES; i++)
    {
      guint8 byte = (guint8) (first + i % 26);

      g_byte_array_append (text, &byte, 1);
    }
  return text;
}

/* A MIME part: flags, boundary line, header, body. */
static void
make_part (NsfMake *make, guint8 flags, const char *boundary, const char *header, const char *body)
{
  g_autofree char *text = g_strconcat (boundary, header, body, NULL);
  guint8 head[20] = { 2, 0, flags };
  g_autoptr (GByteArray) part = g_byte_array_new ();

  head[6] = 2;
  head[8] = (guint8) strlen (text);
  head[10] = (guint8) strlen (boundary);
  head[12] = (guint8) strlen (header);
  g_byte_array_append (part, head, sizeof head);
  g_byte_array_append (part, (const guint8 *) text, (guint) strlen (text));
  nsf_make_item (make, "Body", IST_NSF_MIME_PART, 0, part->data, part->len);
}

static void
make_values (NsfMake *make)
{
  static const guint8 links[42] = { 1, 0, 0x4A, 0x66, 0x6C, 0x00, 0x18, 0x5E, 0x25, 0x85, [26] = 1, [41] = 0x80 };

  nsf_make_item (make, "List", IST_NSF_TEXTS, 4, "\2\0\2\0\3\0abx\0z", 11);
  nsf_make_item (make, "Number", IST_NSF_NUMBER, 4, "\0\0\0\0\0\0\xF8\x3F", 8);
  nsf_make_item (make, "Numbers", IST_NSF_NUMBERS, 4,
                 "\1\0\1\0\0\0\0\0\0\0\xF8\x3F\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\x08\x40", 28);
  nsf_make_item (make, "Time", IST_NSF_TIME, 4, "\x64\0\0\0\x59\x68\x25\xC1", 8);
  nsf_make_item (make, "Date", IST_NSF_TIME, 4, "\xFF\xFF\xFF\xFF\x59\x68\x25\x05", 8);
  nsf_make_item (make, "$REF", IST_NSF_UNIDS, 4, "\1\0\4\3\2\1\x08\7\6\5\x0C\x0B\x0A\x09\x10\x0F\x0E\x0D", 18);
  nsf_make_item (make, "$Links", IST_NSF_LINKS, 4, links, sizeof links);
  nsf_make_item (make, "Field", IST_NSF_RFC822, 4, "\2\0\4\0\0\0\1\0\7\0\2\0\x07\0nSubject: one\r\n 2", 31);
  nsf_make_item (make, "Inside", IST_NSF_TEXT, 0x10004, "typed", 5);
  nsf_make_item (make, "Nothing", IST_NSF_TEXT, IST_NSF_ITEM_PLACEHOLDER | 4, "\0\0", 2);
}

static GBytes *
make_database (void)
{
  g_autoptr (NsfMake) make = nsf_make_new ("Caf\x82 title\nCategory\n#1Template");

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (GByteArray) first = long_text ('A');
      g_autoptr (GByteArray) second = long_text ('a');

      nsf_make_note (make, 0x0001, (NsfMakePlace) i);
      nsf_make_text (make, "Place", places[i]);
      nsf_make_item (make, "Body", IST_NSF_COMPOSITE, i == 0 ? 0x8000 : 0, first->data, i == 1 ? 900 : first->len);
      nsf_make_item (make, "Other", IST_NSF_TEXT, 0, "in between", 10);
      nsf_make_item (make, "Body", IST_NSF_COMPOSITE, 0x8000, second->data, second->len);
      nsf_make_text (make, "Subject", "last");
    }
  nsf_make_deleted (make);
  nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
  make_values (make);
  nsf_make_note (make, 0x0001, NSF_MAKE_APART);
  nsf_make_text (make, "Form", "Memo");
  nsf_make_file (make, "plain.txt", 0, "stored bytes", 12);
  nsf_make_file (make, "h.txt", 1, "huffman huffman", 15);
  nsf_make_file (make, "c.txt", 2, "cx cx cx cx cx", 14);
  nsf_make_file (make, "new.txt", NSF_MAKE_DIGEST, "behind", 6);
  nsf_make_file (make, "newh.txt", 1 | NSF_MAKE_DIGEST, "behind too", 10);
  make_part (make, 0, "", "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "");
  make_part (make, 0, "--b\r\n", "\r\n", "text\r\n");
  make_part (make, 4, "--b\r\n", "Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n\r\n",
             "plain.txt\r\n");
  make_part (make, 4, "--b\r\n", "Content-Type: a/b\r\n\r\n", "h.txt");
  make_part (make, 0, "--b--\r\n", "", "");
  nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
  nsf_make_item (make, "$Seal", IST_NSF_SEAL, 4, "?", 1);
  return nsf_make_finish (make);
}

static IstNsf *
open_bytes (const guint8 *data, gsize size, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  return ist_nsf_open (body, error);
}

static IstNsf *
open_database (void)
{
  g_autoptr (GBytes) bytes = make_database ();
  g_autoptr (GError) error = NULL;
  IstNsf *nsf = open_bytes (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error);

  IST_ASSERT_NO_ERROR (error);
  return nsf;
}

static IstNsfNote *
load (IstNsf *nsf, guint index)
{
  g_autoptr (GError) error = NULL;
  IstNsfNote *note = nsf != NULL && index < ist_nsf_note_count (nsf) ? ist_nsf_note_load (nsf, index, &error) : NULL;

  IST_ASSERT_NO_ERROR (error);
  IST_ASSERT (note != NULL);
  return note;
}

static void
test_head (void)
{
  g_autoptr (IstNsf) nsf = open_database ();
  g_autofree char *replica = NULL;
  g_autofree char *unid = NULL;

  if (nsf == NULL)
    return;
  replica = ist_nsf_replica_text (ist_nsf_replica_id (nsf));
  IST_ASSERT_INT (ist_nsf_ods (nsf), 43);
  IST_ASSERT_STR (ist_nsf_title (nsf), "Caf\xC3\xA9 title");
  IST_ASSERT_STR (replica, "85255E18006C664A");
  IST_ASSERT_INT (ist_nsf_damaged_count (nsf), 0);
  if (!IST_ASSERT (ist_nsf_note_count (nsf) == 6))
    return;
  IST_ASSERT_INT (ist_nsf_note_info (nsf, 0)->id, 0x100);
  IST_ASSERT_INT (ist_nsf_note_info (nsf, 0)->note_class, 1);
  IST_ASSERT_INT (ist_nsf_note_info (nsf, 3)->id, 0x110);
  unid = ist_nsf_unid_text (ist_nsf_note_info (nsf, 0)->unid);
  IST_ASSERT_STR (unid, "22222222111111114444444400000100");
}

static void
test_places (void)
{
  g_autoptr (IstNsf) nsf = open_database ();

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (IstNsfNote) note = load (nsf, i);
      g_autoptr (GPtrArray) chunks = NULL;
      g_autoptr (GByteArray) first = long_text ('A');
      g_autoptr (GByteArray) second = long_text ('a');
      g_autofree char *place = NULL;
      g_autofree char *other = NULL;
      g_autoptr (GError) error = NULL;

      ist_row ("%s", places[i]);
      if (note == NULL)
        return;
      place = ist_nsf_note_text (note, "place");
      other = ist_nsf_note_text (note, "Other");
      IST_ASSERT_STR (place, places[i]);
      IST_ASSERT_STR (other, "in between");
      IST_ASSERT_INT (ist_nsf_note_item_count (note), 5);
      IST_ASSERT_INT (ist_nsf_note_find (note, "SUBJECT", 0), 4);
      IST_ASSERT (!ist_nsf_note_is_sealed (note));
      chunks = ist_nsf_note_chunks (note, "Body", IST_NSF_COMPOSITE, LIMIT, NULL);
      if (!IST_ASSERT (chunks != NULL && chunks->len == 2))
        return;
      IST_ASSERT_INT (g_bytes_get_size (chunks->pdata[0]), i == 1 ? 900 : LONG_BYTES);
      IST_ASSERT (memcmp (g_bytes_get_data (chunks->pdata[0], NULL), first->data, g_bytes_get_size (chunks->pdata[0]))
                  == 0);
      IST_ASSERT_INT (g_bytes_get_size (chunks->pdata[1]), LONG_BYTES);
      IST_ASSERT (memcmp (g_bytes_get_data (chunks->pdata[1], NULL), second->data, LONG_BYTES) == 0);
      IST_ASSERT (ist_nsf_note_chunks (note, "Body", IST_NSF_COMPOSITE, 2000, &error) == NULL);
      IST_ASSERT_ERROR (error, IST_ERROR_REFUSED);
    }
}

static void
test_values (void)
{
  static const struct
  {
    const char *item, *want;
  } rows[] = { { "List", "ab; x\nz" },
               { "Number", "1.5" },
               { "Numbers", "1.5; 2/3" },
               { "Time", "2000-01-01T00:00:01Z" },
               { "Date", "2000-01-01" },
               { "$REF", "0506070801020304" "0D0E0F10090A0B0C" },
               { "Field", "one 2" },
               { "Inside", "typed" },
               { "Nothing", "" },
               { "$Links", NULL },
               { "Absent", NULL } };
  g_autoptr (IstNsf) nsf = open_database ();
  g_autoptr (IstNsfNote) note = load (nsf, 3);
  g_autoptr (GBytes) value = NULL;
  g_autoptr (GArray) numbers = NULL;
  g_autoptr (GArray) times = NULL;
  g_autoptr (GArray) links = NULL;

  if (note == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = ist_nsf_note_text (note, rows[i].item);

      ist_row ("%s", rows[i].item);
      IST_ASSERT_STR (got, rows[i].want);
    }
  value = ist_nsf_note_value (note, (guint) ist_nsf_note_find (note, "Numbers", 0), NULL);
  numbers = ist_nsf_value_numbers (value, IST_NSF_NUMBERS);
  IST_ASSERT (numbers != NULL && numbers->len == 2 && g_array_index (numbers, double, 1) == 2.0);
  g_bytes_unref (value);
  value = ist_nsf_note_value (note, (guint) ist_nsf_note_find (note, "Time", 0), NULL);
  times = ist_nsf_value_times (value, IST_NSF_TIME);
  IST_ASSERT (times != NULL && times->len == 1);
  IST_ASSERT_INT (ist_nsf_time_zone_minutes (g_array_index (times, IstNsfTime, 0)), 120);
  g_bytes_unref (value);
  value = ist_nsf_note_value (note, (guint) ist_nsf_note_find (note, "$Links", 0), NULL);
  links = ist_nsf_value_links (value, IST_NSF_LINKS);
  IST_ASSERT (links != NULL && links->len == 1
              && g_array_index (links, IstNsfLink, 0).replica_id.high == 0x85255E18
              && g_array_index (links, IstNsfLink, 0).note.file.low == 0x00000001
              && g_array_index (links, IstNsfLink, 0).note.note.high == 0x80000000);
}

static gboolean
collect (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  g_string_append_len (user, data, (gssize) size_bytes);
  return TRUE;
}

static void
test_attachments (void)
{
  static const struct
  {
    const char *name, *bytes;
    guint16 compression;
  } rows[] = { { "plain.txt", "stored bytes", IST_NSF_STORED },
               { "h.txt", "huffman huffman", IST_NSF_HUFFMAN },
               { "c.txt", "cx cx cx cx cx", IST_NSF_LZ1 },
               { "new.txt", "behind", IST_NSF_STORED },
               { "newh.txt", "behind too", IST_NSF_HUFFMAN } };
  g_autoptr (IstNsf) nsf = open_database ();
  g_autoptr (IstNsfNote) note = load (nsf, 4);
  g_autoptr (GPtrArray) files = NULL;

  if (note == NULL)
    return;
  files = ist_nsf_note_attachments (note);
  if (!IST_ASSERT (files->len == G_N_ELEMENTS (rows)))
    return;
  for (guint i = 0; i < files->len; i++)
    {
      const IstNsfAttachment *file = files->pdata[i];
      g_autoptr (GError) error = NULL;
      g_autoptr (IstBody) body = ist_nsf_attachment_decode (file, 15, &error);
      gsize size;

      ist_row ("%s", rows[i].name);
      IST_ASSERT_NO_ERROR (error);
      IST_ASSERT_STR (file->name, rows[i].name);
      IST_ASSERT (ist_nsf_attachment_is_file (file));
      IST_ASSERT_INT (file->compression, rows[i].compression);
      if (!IST_ASSERT (body != NULL))
        continue;
      IST_ASSERT (memcmp (ist_body_data (body, &size), rows[i].bytes, strlen (rows[i].bytes)) == 0);
      IST_ASSERT_INT (size, strlen (rows[i].bytes));
      IST_ASSERT (ist_nsf_attachment_decode (file, size - 1, &error) == NULL);
      IST_ASSERT_ERROR (error, IST_ERROR_REFUSED);
    }
}

static void
test_mime (void)
{
  static const char want[] = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                             "--b\r\n\r\ntext\r\n"
                             "--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                             "c3RvcmVkIGJ5dGVz\r\n"
                             "--b\r\nContent-Transfer-Encoding: base64\r\nContent-Type: a/b\r\n\r\n"
                             "aHVmZm1hbiBodWZmbWFu\r\n"
                             "--b--\r\n";
  g_autoptr (IstNsf) nsf = open_database ();
  g_autoptr (IstNsfNote) note = load (nsf, 4);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) spans = note != NULL ? ist_nsf_note_mime (note, "Body", LIMIT, &error) : NULL;
  GString *got = g_string_new (NULL);

  IST_ASSERT_NO_ERROR (error);
  IST_ASSERT (spans != NULL && ist_span_write (spans, collect, got, NULL));
  IST_ASSERT_STR (got->str, want);
  g_string_free (got, TRUE);
}

static void
test_sealed (void)
{
  g_autoptr (IstNsf) nsf = open_database ();
  g_autoptr (IstNsfNote) note = load (nsf, 5);

  IST_ASSERT (note != NULL && ist_nsf_note_is_sealed (note));
}

static void
test_refused (void)
{
  static const struct
  {
    const char *name, *message;
    gsize offset;
    guint8 value;
    gboolean second; /* change the other copy as well */
  } rows[] = {
    { "no magic", "Notes database: it is none", 0, 0x1B, FALSE },
    { "Release 3", "Notes database: on-disk structure 16 (Release 3 or older); 41 to 55 can be read", 6, 16, FALSE },
    { "Release 4", "Notes database: on-disk structure 20 (Release 4); 41 to 55 can be read", 6, 20, FALSE },
    { "to come", "Notes database: on-disk structure 58; 41 to 55 can be read", 6, 58, FALSE },
    { "one superblock damaged", NULL, 0x0400 + 104, 0xA5, FALSE },
    { "both superblocks damaged", "Notes database: no superblock is whole", 0x0400 + 104, 0xA5, TRUE },
    { "names damaged", "Notes database: no table of names is whole", 0x0C00 + 70, 0xA5, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = make_database ();
      gsize size = g_bytes_get_size (bytes);
      g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (bytes, NULL), size);
      g_autoptr (GError) error = NULL;
      g_autoptr (IstNsf) nsf = NULL;

      ist_row ("%s", rows[i].name);
      data[rows[i].offset] = rows[i].value;
      if (rows[i].second)
        data[rows[i].offset + 0x0400] = rows[i].value;
      nsf = open_bytes (data, size, &error);
      IST_ASSERT_STR (error != NULL ? error->message : NULL, rows[i].message);
    }
}

/* Reads all there is to read. Returns how many bytes and entries that were. */
static gsize
read_all (IstNsf *nsf)
{
  gsize n = 0;

  for (guint i = 0; i < ist_nsf_note_count (nsf); i++)
    {
      g_autoptr (IstNsfNote) note = ist_nsf_note_load (nsf, i, NULL);
      g_autoptr (GPtrArray) files = note != NULL ? ist_nsf_note_attachments (note) : NULL;
      g_autoptr (GArray) spans = note != NULL ? ist_nsf_note_mime (note, "Body", LIMIT, NULL) : NULL;

      n += spans != NULL ? spans->len : 0;
      for (guint k = 0; note != NULL && k < ist_nsf_note_item_count (note); k++)
        {
          g_autofree char *text = ist_nsf_note_text (note, ist_nsf_note_item (note, k)->name);
          g_autoptr (GBytes) value = ist_nsf_note_value (note, k, NULL);

          n += (text != NULL ? strlen (text) : 0) + (value != NULL ? g_bytes_get_size (value) : 0);
        }
      for (guint k = 0; files != NULL && k < files->len; k++)
        {
          g_autoptr (IstBody) body = ist_nsf_attachment_decode (files->pdata[k], LIMIT, NULL);

          n += body != NULL ? ist_body_size (body) : 0;
        }
    }
  return n;
}

static void
test_cut (void)
{
  g_autoptr (GBytes) bytes = make_database ();
  const guint8 *data = g_bytes_get_data (bytes, NULL);
  guint opened = 0;
  gsize read = 0;

  for (gsize size = 0; size < g_bytes_get_size (bytes); size++)
    {
      g_autofree guint8 *exact = g_memdup2 (data, size);
      g_autoptr (GBytes) part = g_bytes_new_static (exact, size);
      g_autoptr (IstBody) body = ist_body_new_bytes (part);
      g_autoptr (IstNsf) nsf = ist_nsf_open (body, NULL);

      if (nsf == NULL)
        continue;
      opened++;
      read += read_all (nsf);
    }
  IST_ASSERT (opened > 0 && read > 0);
}

static void
test_flips (void)
{
  g_autoptr (GBytes) bytes = make_database ();
  gsize size = g_bytes_get_size (bytes);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (bytes, NULL), size);
  gsize read = 0;

  for (gsize i = 0; i < size; i++)
    {
      guint8 was = data[i];
      g_autoptr (IstNsf) nsf = NULL;

      data[i] = (guint8) (was ^ (i % 2 == 0 ? 0xFF : 0x80));
      nsf = open_bytes (data, size, NULL);
      read += nsf != NULL ? read_all (nsf) : 0;
      data[i] = was;
    }
  IST_ASSERT (read > 0);
}

int
main (void)
{
  static const IstTest tests[] = { { "head", test_head },         { "places", test_places },
                                   { "values", test_values },     { "attachments", test_attachments },
                                   { "mime", test_mime },         { "sealed", test_sealed },
                                   { "refused", test_refused },   { "cut", test_cut },
                                   { "flips", test_flips },       { NULL } };

  return ist_test_main ("nsf", tests);
}
