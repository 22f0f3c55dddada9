/*
 * Every transform, in both directions: what is not noted is not changed, and a second run finds nothing to do.
 */
#include "tests/fuzz/fuzz.h"

#include "base/mime-tree.h"
#include "convert/pipeline.h"

static GBytes *
run (const guint8 *data, gsize size, IstSide from, IstSide to)
{
  g_autoptr (IstMessage) message = fuzz_message (data, size);
  IstConvertContext context = { .from = from, .to = to, .sender = "anna@acme.example" };
  GBytes *out;

  for (guint i = 0; i < ist_pipeline_count (); i++)
    {
      const IstTransform *t = ist_pipeline_get (i);

      if ((t->from == IST_SIDE_NONE || t->from == from) && (t->to == IST_SIDE_NONE || t->to == to))
        t->run (&context, message, NULL);
    }
  ist_mime_tree_flush (message);
  /* A note can also say why something stays. */
  g_assert_true (!ist_message_is_changed (message) || ist_message_changes (message)->len > 0);
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

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  check_direction (data, size, IST_SIDE_DOMINO, IST_SIDE_EXCHANGE);
  check_direction (data, size, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO);
  return 0;
}
