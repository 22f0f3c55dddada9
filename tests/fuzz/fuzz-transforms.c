/*
 * Every transform, in both directions and towards the Internet: what is not noted is not changed, and a second run
 * finds nothing to do. A bare CR or LF must do no harm, but need not come to rest at once: as the line end that it is
 * rewritten to it can make other parts.
 */
#include "tests/fuzz/fuzz.h"

#include "convert/limits.h"
#include "convert/sealed.h"
#include "convert/settings.h"

/* Everything on, so that a transform that is off by default is met too. */
static IstSettings *
all_on (void)
{
  static IstSettings *settings;
  g_autoptr (GString) text = g_string_new ("[convert]\nconverted-header = yes\n");
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);

  if (settings != NULL)
    return settings;
  for (guint i = 0; i < ist_pipeline_count (); i++)
    g_string_append_printf (text, "%s = yes\n", ist_pipeline_get (i)->name);
  settings = ist_settings_parse (text->str, "fuzz.conf", ".", ist_convert_setting_groups, errors);
  g_assert_nonnull (settings);
  return settings;
}

/* A note of limits, or of what is sealed, says what was not changed. */
static gboolean
is_noted (const IstMessage *message)
{
  const GPtrArray *changes = ist_message_changes (message);

  for (guint i = 0; i < changes->len; i++)
    {
      const char *transform = ((const IstChange *) g_ptr_array_index (changes, i))->transform;

      if (strcmp (transform, IST_LIMITS_NOTE) != 0 && strcmp (transform, IST_SEALED_NOTE) != 0)
        return TRUE;
    }
  return FALSE;
}

static GBytes *
run (const guint8 *data, gsize size, IstSide from, IstSide to)
{
  g_autoptr (IstMessage) message = fuzz_message (data, size);
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  IstConvertContext context = { .from = from, .to = to, .sender = "anna@acme.example",
                                .settings = ist_convert_settings (all_on (), NULL) };
  GBytes *out;

  ist_pipeline_run (&context, message, parts, NULL);
  /* A note can also say why something stays. */
  g_assert_true (!ist_message_is_changed (message) || is_noted (message));
  out = ist_message_to_bytes (message);
  g_assert_cmpuint (g_bytes_get_size (out), ==, ist_message_size (message));
  return out;
}

static void
check_direction (const guint8 *data, gsize size, IstSide from, IstSide to)
{
  g_autoptr (GBytes) once = run (data, size, from, to);
  gsize n;
  const guint8 *p = g_bytes_get_data (once, &n);
  g_autoptr (GBytes) twice = run (p, n, from, to);

  g_assert_true (g_bytes_equal (once, twice));
}

/* Line ends as they are in the queue: the server lets no other in (routing/smtp/text-reader.c). */
static GString *
as_stored (const guint8 *data, gsize size)
{
  GString *out = g_string_sized_new (size + 64);

  for (gsize i = 0; i < size; i++)
    if (data[i] != '\r' && data[i] != '\n')
      g_string_append_c (out, (char) data[i]);
    else if (data[i] == '\r' || i == 0 || data[i - 1] != '\r')
      g_string_append (out, "\r\n");
  return out;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GString) stored = as_stored (data, size);
  const guint8 *mail = (const guint8 *) stored->str;

  check_direction (mail, stored->len, IST_SIDE_DOMINO, IST_SIDE_EXCHANGE);
  check_direction (mail, stored->len, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO);
  check_direction (mail, stored->len, IST_SIDE_DOMINO, IST_SIDE_INTERNET);
  if (fuzz_has_bare_newline ((const char *) data, size))
    g_bytes_unref (run (data, size, IST_SIDE_DOMINO, IST_SIDE_EXCHANGE));
  return 0;
}
