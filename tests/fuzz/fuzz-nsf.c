/*
 * A Notes database: everything in it is read. The checks of sums would stop nearly all changed inputs, so an input may
 * also ask to have them written anew: one that begins with 'R' and is a database from its second byte on.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/nsf-mend.h"

#include "convert/format/nsf-attach.h"
#include "convert/format/nsf-value.h"

#define LIMIT ((gsize) 1 << 20)

static gboolean
add_size (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  *(gsize *) user += size_bytes;
  return TRUE;
}

static void
read_value (const IstNsfNote *note, guint index)
{
  const IstNsfItem *item = ist_nsf_note_item (note, index);
  g_autoptr (GBytes) value = ist_nsf_note_value (note, index, NULL);
  g_auto (GStrv) texts = value != NULL ? ist_nsf_value_texts (value, item->type) : NULL;
  g_autoptr (GArray) numbers = value != NULL ? ist_nsf_value_numbers (value, item->type) : NULL;
  g_autoptr (GArray) times = value != NULL ? ist_nsf_value_times (value, item->type) : NULL;
  g_autoptr (GArray) links = value != NULL ? ist_nsf_value_links (value, item->type) : NULL;

  g_assert_true (g_utf8_validate (item->name, -1, NULL));
  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    g_assert_true (g_utf8_validate (texts[i], -1, NULL));
  if (numbers != NULL || times != NULL)
    g_assert_nonnull (texts);
  if (links != NULL)
    g_assert_cmpuint (links->len, <=, g_bytes_get_size (value) / sizeof (IstNsfLink));
}

static void
read_note (IstNsf *nsf, guint index)
{
  g_autoptr (IstNsfNote) note = ist_nsf_note_load (nsf, index, NULL);
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GArray) spans = NULL;
  gsize written = 0;

  if (note == NULL)
    return;
  g_assert_cmpuint (ist_nsf_note_item_count (note), ==, ist_nsf_note_info (nsf, index)->n_items);
  for (guint i = 0; i < ist_nsf_note_item_count (note); i++)
    read_value (note, i);
  files = ist_nsf_note_attachments (note);
  for (guint i = 0; i < files->len; i++)
    {
      const IstNsfAttachment *file = g_ptr_array_index (files, i);
      g_autoptr (IstBody) body = ist_nsf_attachment_decode (file, LIMIT, NULL);

      if (body != NULL)
        g_assert_cmpuint (ist_body_size (body), ==, file->size_bytes);
    }
  spans = ist_nsf_note_mime (note, "Body", LIMIT, NULL);
  if (spans != NULL)
    {
      g_assert_true (ist_span_write (spans, add_size, &written, NULL));
      g_assert_cmpuint (written, ==, ist_span_size (spans));
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gboolean mending = size > 0 && data[0] == 'R';
  g_autofree guint8 *exact = g_memdup2 (data + mending, size - mending);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (IstBody) body = NULL;
  g_autoptr (IstNsf) nsf = NULL;

  size -= mending;
  if (mending)
    nsf_mend (exact, size);
  bytes = g_bytes_new_static (exact != NULL ? exact : (guint8 *) "", size);
  body = ist_body_new_bytes (bytes);
  nsf = ist_nsf_open (body, NULL);
  for (guint i = 0; nsf != NULL && i < ist_nsf_note_count (nsf); i++)
    read_note (nsf, i);
  return 0;
}
