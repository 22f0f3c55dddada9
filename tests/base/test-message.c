#include "base/error.h"
#include "base/message.h"
#include "tests/harness/harness.h"

#include <string.h>

static IstMessage *
message_new (const char *text)
{
  gsize size;
  char *exact = ist_test_exact (text, &size);
  g_autoptr (GBytes) bytes = g_bytes_new_take (exact, size);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  return ist_message_new (body);
}

static char *
text_of (const IstMessage *message)
{
  g_autoptr (GBytes) bytes = ist_message_to_bytes (message);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return g_strndup (data != NULL ? data : "", size);
}

static void
test_untouched (void)
{
  static const struct
  {
    const char *name, *text;
    guint n_fields;
    gsize body;
  } rows[] = {
    { "usual", "A: b\r\nC: d\r\n\r\nbody\r\n", 2, 14 },
    { "folded", "A: b\r\n c\r\n\td\r\n\r\nx", 1, 16 },
    { "no body", "A: b\r\n", 1, 6 },
    { "no empty line", "A: b\r\nthis is text\r\n", 1, 6 },
    { "mbox line", "From a@b Tue\r\nA: b\r\n\r\n", 2, 22 },
    { "text only", "\r\nhello\r\n", 0, 2 },
    { "starts with a blank", " a: b\r\n\r\n", 0, 0 },
    { "blank before colon", "Subject : x\r\n\r\n", 1, 15 },
    { "empty", "", 0, 0 },
    { "no line end", "A: b", 1, 4 },
    { "bare LF", "A: b\nC: d\n\nx\n", 2, 11 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstMessage) message = message_new (rows[i].text);
      g_autofree char *text = text_of (message);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (text, rows[i].text);
      IST_ASSERT_INT (ist_message_n_fields (message), rows[i].n_fields);
      IST_ASSERT_INT (ist_message_body_offset (message), rows[i].body);
      IST_ASSERT (!ist_message_is_changed (message));
    }
}

static void
test_fields (void)
{
  g_autoptr (IstMessage) message = message_new ("To: a\r\nSubject: x\r\n y\r\nTo: b\r\n\r\nz\r\n");
  guint i = ist_message_find_field (message, "subject", 0);
  g_autofree char *value = ist_message_field_value (message, i);
  g_autofree char *text = NULL;

  IST_ASSERT_STR (value, "x y");
  IST_ASSERT_STR (ist_message_field_name (message, i), "Subject");
  ist_message_set_field (message, i, "Subject: new\r\n");
  ist_message_remove_field (message, 0);
  ist_message_insert_field (message, 0, "X-Trace: 1\r\n");
  text = text_of (message);
  IST_ASSERT_STR (text, "X-Trace: 1\r\nSubject: new\r\nTo: b\r\n\r\nz\r\n");
  IST_ASSERT_INT (ist_message_size (message), strlen (text));
  IST_ASSERT_INT (ist_message_find_field (message, "Cc", 0), IST_MESSAGE_NOT_FOUND);
}

/* A field that came with a bare LF and is set again in part. */
static void
test_bare_lf (void)
{
  g_autoptr (IstMessage) message = message_new ("To: a\nSubject: x\r\n\r\nz\r\n");
  g_autofree char *text = NULL;

  ist_message_set_field (message, 0, "To: b\n");
  ist_message_insert_field (message, 1, "\n");
  text = text_of (message);
  IST_ASSERT_STR (text, "To: b\r\n\r\nSubject: x\r\n\r\nz\r\n");
  IST_ASSERT_INT (ist_message_size (message), strlen (text));
}

static void
test_body (void)
{
  g_autoptr (IstMessage) message = message_new ("A: b\r\n\r\n0123456789");
  g_autoptr (GBytes) with = g_bytes_new ("xyz", 3);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  IST_ASSERT (ist_message_replace (message, 13, 2, NULL, NULL));
  IST_ASSERT (ist_message_replace (message, 9, 1, with, NULL));
  IST_ASSERT (!ist_message_replace (message, 12, 2, NULL, &error));
  IST_ASSERT_ERROR (error, IST_ERROR_REFUSED);
  text = text_of (message);
  IST_ASSERT_STR (text, "A: b\r\n\r\n0xyz234789");
}

/* Every real message passes as it is. */
static void
test_corpus (void)
{
  static const char *const folders[]
      = { "notes-mail", "exchange-mail", "malformed", "notes-ndr", "exchange-ndr" };
  guint n = 0;

  for (gsize f = 0; f < G_N_ELEMENTS (folders); f++)
    {
      g_autofree char *relative = g_build_filename ("corpus", folders[f], NULL);
      g_autofree char *folder = ist_test_corpus (relative);
      g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *path = g_build_filename (folder, name, NULL);
          g_autoptr (GError) error = NULL;
          g_autoptr (IstBody) body = ist_body_new_file (path, &error);
          g_autoptr (IstMessage) message = NULL;
          g_autoptr (GBytes) bytes = NULL;
          gsize size;
          const char *data;

          ist_row ("%s", name);
          if (!IST_ASSERT (body != NULL))
            continue;
          message = ist_message_new (body);
          ist_message_insert_field (message, 0, "X-First: 1\r\n");
          bytes = ist_message_to_bytes (message);
          data = ist_body_data (body, &size);
          IST_ASSERT_INT (g_bytes_get_size (bytes), size + 12);
          IST_ASSERT (memcmp ((const char *) g_bytes_get_data (bytes, NULL) + 12, data, size) == 0);
          n++;
        }
    }
  if (n == 0)
    ist_skip ("no collection of real messages");
}

int
main (void)
{
  static const IstTest tests[] = {
    { "untouched", test_untouched },
    { "fields", test_fields },
    { "a bare LF", test_bare_lf },
    { "body", test_body },
    { "corpus", test_corpus },
    { NULL, NULL },
  };

  return ist_test_main ("message", tests);
}
