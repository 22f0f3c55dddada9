/*
 * Message spans: untouched bytes stay, changes do what they say, whatever the message looks like.
 */
#include "tests/fuzz/fuzz.h"

#include "routing/loop.h"

static void
check_untouched (const IstMessage *message, const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = ist_message_to_bytes (message);
  gsize written;
  const char *text = g_bytes_get_data (bytes, &written);

  g_assert_false (ist_message_is_changed (message));
  g_assert_cmpmem (text, written, data, size);
  g_assert_cmpuint (ist_message_size (message), ==, size);
}

static gsize
check_fields (const IstMessage *message)
{
  gsize total = 0;

  for (guint i = 0; i < ist_message_n_fields (message); i++)
    {
      g_autofree char *value = ist_message_field_value (message, i);
      const char *name = ist_message_field_name (message, i);
      gsize size;

      ist_message_field_raw (message, i, &size);
      g_assert_cmpuint (size, >, 0);
      g_assert_cmpuint (strlen (name) + strlen (value), <=, size);
      g_assert_cmpuint (ist_message_find_field (message, name, i), ==, i);
      total += size;
    }
  return total;
}

/* Removes every third field, sets every second of the rest, inserts one, cuts into the body. */
static void
change (IstMessage *message, gsize size)
{
  gsize body = ist_message_body_offset (message);
  g_autoptr (GBytes) with = g_bytes_new_static ("[new]", 5);
  gsize want = ist_message_size (message);

  for (guint i = ist_message_n_fields (message); i-- > 0;)
    {
      gsize raw;

      ist_message_field_raw (message, i, &raw);
      if (i % 3 == 0)
        {
          ist_message_remove_field (message, i);
          want -= raw;
        }
      else if (i % 2 == 0)
        {
          ist_message_set_field (message, i, "X: y\r\n");
          want = want - raw + 6;
        }
    }
  ist_message_insert_field (message, 0, "First: field\r\n");
  want += 14;
  if (body < size)
    {
      gsize cut = (size - body + 1) / 2;

      g_assert_true (ist_message_replace (message, body, cut, with, NULL));
      g_assert_false (ist_message_replace (message, body, cut, with, NULL));
      want = want - cut + 5;
    }
  g_assert_cmpuint (ist_message_size (message), ==, want);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (IstMessage) message = fuzz_message (data, size);
  g_autoptr (GBytes) changed = NULL;

  check_untouched (message, data, size);
  g_assert_cmpuint (check_fields (message), <=, ist_message_body_offset (message));
  g_assert_cmpuint (ist_message_body_offset (message), <=, size);
  ist_loop_count_received (message);
  ist_loop_has_passed (message, "mx.example", "key", "anna@acme.example");
  change (message, size);
  changed = ist_message_to_bytes (message);
  g_assert_cmpuint (g_bytes_get_size (changed), ==, ist_message_size (message));
  g_assert_true (ist_message_is_changed (message));
  return 0;
}
