/*
 * A file of any kind: the answer is JSON that says what it is, within the bounds. An input that begins with 'R' and is
 * a Notes database from its second byte on gets its checksums made right.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/nsf-mend.h"

#include "convert/inspect.h"

/* What stands in lists: what the bound counts, and besides a line for each transform and direction. */
static gsize
count_entries (const json_t *value)
{
  gsize n = 0;
  const char *key;
  json_t *member;
  gsize i;

  if (json_is_object (value))
    json_object_foreach ((json_t *) value, key, member)
      n += count_entries (member);
  json_array_foreach (value, i, member)
    n += count_entries (member) + 1;
  return n;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gboolean mending = size > 0 && data[0] == 'R';
  g_autofree guint8 *exact = g_memdup2 (data + mending, size - mending);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (IstBody) body = NULL;
  g_autoptr (GError) error = NULL;
  json_t *answer;
  char *text;

  size -= mending;
  if (mending)
    nsf_mend (exact, size);
  bytes = g_bytes_new_static (exact != NULL ? exact : (guint8 *) "", size);
  body = ist_body_new_bytes (bytes);
  answer = ist_inspect (body, NULL, &error);
  g_assert_true ((answer == NULL) == (error != NULL));
  if (answer == NULL)
    return 0;
  text = json_dumps (answer, 0);
  g_assert_nonnull (text);
  g_assert_nonnull (json_object_get (answer, "kind"));
  g_assert_true (json_is_boolean (json_object_get (answer, "readable")));
  g_assert_cmpuint (count_entries (answer), <=, IST_INSPECT_MAX_ENTRIES + 100);
  free (text);
  json_decref (answer);
  return 0;
}
