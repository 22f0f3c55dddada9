/*
 * tests/base/test-scratch.c - what is few stays in memory, what is many goes to a file without name; where no
 * file can be made that is an error.
 */
#include "base/error.h"
#include "base/scratch.h"
#include "tests/harness/harness.h"

#include <string.h>

static guint
files_in (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static char *
pattern (gsize size)
{
  char *data = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    data[i] = (char) (i * 7 + i / 251);
  return data;
}

static gboolean
is_pattern (const IstBody *body, const char *data, gsize size)
{
  return body != NULL && ist_body_size (body) == size && memcmp (ist_body_data (body, &(gsize){ 0 }), data, size) == 0;
}

/* In pieces of an odd size, over the threshold and at it. */
static void
test_pieces (void)
{
  static const gsize sizes[] = { 0, 1, IST_SCRATCH_MEMORY - 1, IST_SCRATCH_MEMORY, IST_SCRATCH_MEMORY + 1,
                                 5 * IST_SCRATCH_MEMORY + 3 };
  g_autofree char *folder = ist_test_dir ();

  ist_scratch_set_folder (folder);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *data = pattern (sizes[i]);
      g_autoptr (IstScratch) scratch = ist_scratch_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (IstBody) body = NULL;
      gboolean ok = TRUE;

      ist_row ("%" G_GSIZE_FORMAT " bytes", sizes[i]);
      for (gsize at = 0; ok && at < sizes[i]; at += 4099)
        ok = ist_scratch_write (scratch, data + at, MIN (4099, sizes[i] - at), &error);
      IST_ASSERT (ok);
      IST_ASSERT_INT (ist_scratch_size (scratch), sizes[i]);
      body = ist_scratch_finish (scratch, &error);
      IST_ASSERT_NO_ERROR (error);
      g_clear_pointer (&scratch, ist_scratch_free);
      IST_ASSERT (is_pattern (body, data, sizes[i]));
      IST_ASSERT_INT (files_in (folder), 0);
    }
  ist_scratch_set_folder (NULL);
}

static void
test_room (void)
{
  static const gsize sizes[] = { 0, 1, IST_SCRATCH_MEMORY, IST_SCRATCH_MEMORY + 1, 3 * IST_SCRATCH_MEMORY + 5 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *data = pattern (sizes[i]);
      guint8 *room = NULL;
      g_autoptr (GBytes) bytes = ist_scratch_room (sizes[i], &room, NULL);
      g_autoptr (IstBody) body = NULL;

      ist_row ("%" G_GSIZE_FORMAT " bytes", sizes[i]);
      if (!IST_ASSERT (bytes != NULL))
        continue;
      memcpy (room, data, sizes[i]);
      body = ist_body_new_bytes (bytes);
      g_clear_pointer (&bytes, g_bytes_unref);
      IST_ASSERT (is_pattern (body, data, sizes[i]));
    }
}

/* There is no such folder. Small things do not need it. */
static void
test_no_room (void)
{
  g_autofree char *data = pattern (IST_SCRATCH_MEMORY + 1);
  g_autoptr (IstScratch) scratch = ist_scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint8 *room;

  ist_scratch_set_folder ("/nonexistent/isthmus");
  IST_ASSERT (ist_scratch_write (scratch, data, 1000, NULL));
  IST_ASSERT (!ist_scratch_write (scratch, data, IST_SCRATCH_MEMORY, &error));
  IST_ASSERT_ERROR (error, IST_ERROR_RETRY);
  g_clear_error (&error);
  bytes = ist_scratch_room (IST_SCRATCH_MEMORY + 1, &room, &error);
  IST_ASSERT (bytes == NULL);
  IST_ASSERT_ERROR (error, IST_ERROR_RETRY);
  bytes = ist_scratch_room (1000, &room, NULL);
  IST_ASSERT (bytes != NULL);
  ist_scratch_set_folder (NULL);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "in pieces", test_pieces }, { "room", test_room }, { "no room", test_no_room }, { NULL, NULL },
  };

  return ist_test_main ("scratch", tests);
}
