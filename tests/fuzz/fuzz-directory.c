/*
 * Directory files: the first byte says which kind. Every object has an address; a failure names its line.
 */
#include "tests/fuzz/fuzz.h"

#include "dirsync/object.h"

static gboolean
each (gpointer user, IstObject *object, GError **error)
{
  g_assert_nonnull (object->primary);
  g_assert_true (ist_object_is_address (object->primary));
  (*(guint *) user)++;
  ist_object_free (object);
  return TRUE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = size > 0 ? fuzz_text (data + 1, size - 1) : NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;
  gboolean ok;

  if (size == 0)
    return 0;
  ok = data[0] == 'C' ? ist_csv_read ("file", text, each, &n, &error)
                      : ist_ldif_read ("file", text, each, &n, &error);
  g_assert_true (ok == (error == NULL));
  g_assert_true (ok || g_str_has_prefix (error->message, "file:"));
  return 0;
}
