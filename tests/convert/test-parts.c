/*
 * tests/convert/test-parts.c - one message becomes several: running of derived parts.
 *
 * The table of transforms is replaced at link time by three of our own: "split" makes one part for each word
 * of the subject, "halve" makes two of a part that says so, "mark" notes what it sees.
 */
#include "convert/converted-header.h"
#include "convert/settings.h"
#include "tests/harness/harness.h"

#include <string.h>

static char *
subject_of (const IstMessage *message)
{
  return ist_message_field_value (message, ist_message_find_field (message, "Subject", 0));
}

static IstMessage *
message_with (const char *subject)
{
  g_autofree char *text = g_strdup_printf ("Subject: %s\r\n\r\ntext\r\n", subject);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  return ist_message_new (body);
}

static gboolean
split (const IstConvertContext *context, IstMessage *message, GPtrArray *parts, GError **error)
{
  g_autofree char *subject = subject_of (message);
  g_auto (GStrv) words = g_strsplit (subject, " ", -1);

  for (guint i = 0; words[0] != NULL && words[1] != NULL && words[i] != NULL; i++)
    g_ptr_array_add (parts, ist_derived_new (words[i], i == 0 ? "first" : NULL, message_with (words[i])));
  return TRUE;
}

static gboolean
halve (const IstConvertContext *context, IstMessage *message, GPtrArray *parts, GError **error)
{
  g_autofree char *subject = subject_of (message);

  if (strcmp (subject, "halve") != 0)
    return TRUE;
  g_ptr_array_add (parts, ist_derived_new ("left", NULL, message_with ("left")));
  g_ptr_array_add (parts, ist_derived_new ("right", "own", message_with ("right")));
  return TRUE;
}

static gboolean
mark (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autofree char *subject = subject_of (message);
  g_autofree char *field = g_strdup_printf ("Subject: %s!\r\n", subject);

  ist_message_set_field (message, ist_message_find_field (message, "Subject", 0), field);
  return TRUE;
}

static const IstTransform table[] = {
  { .name = "split", .derive = split },
  { .name = "halve", .derive = halve },
  { .name = "mark", .run = mark },
};

guint
ist_pipeline_count (void)
{
  return G_N_ELEMENTS (table);
}

const IstTransform *
ist_pipeline_get (guint i)
{
  return &table[i];
}

gboolean
ist_pipeline_is_on (guint i, const IstConvertSettings *settings)
{
  return TRUE;
}

static void
test_parts (void)
{
  static const struct
  {
    const char *name, *subject, *want;
  } rows[] = {
    { "one message stays one", "alone", "alone!" },
    { "each word a part, in order", "a b c", "a(first)=a! b(-)=b! c(-)=c!" },
    { "a part made of a part says so", "a halve", "a(first)=a! halve/left(-)=left! halve/right(own)=right!" },
    { "it inherits the order", "halve b", "halve/left(first)=left! halve/right(own)=right! b(-)=b!" },
    { "made of the message itself", "halve", "left(-)=left! right(own)=right!" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      IstConvertContext context = { .from = IST_SIDE_DOMINO, .to = IST_SIDE_EXCHANGE };
      g_autoptr (IstMessage) message = message_with (rows[i].subject);
      g_autoptr (GPtrArray) parts = ist_derived_array_new ();
      g_autoptr (GString) got = g_string_new (NULL);

      ist_row ("%s", rows[i].name);
      IST_ASSERT (ist_pipeline_run (&context, message, parts, NULL));
      for (guint k = 0; k < parts->len; k++)
        {
          const IstDerived *part = g_ptr_array_index (parts, k);
          g_autofree char *subject = subject_of (part->message);

          g_string_append_printf (got, "%s%s(%s)=%s", k > 0 ? " " : "", part->key,
                                  part->order_key != NULL ? part->order_key : "-", subject);
        }
      if (parts->len == 0)
        {
          g_autofree char *subject = subject_of (message);

          g_string_assign (got, subject);
        }
      IST_ASSERT_STR (got->str, rows[i].want);
    }
}

/* Each part names what made it and what changed it, no other part's. */
static void
test_converted_header (void)
{
  static const struct
  {
    const char *name, *subject, *want;
  } rows[] = {
    { "one message", "alone", "mark" },
    { "parts", "a b", "split; mark|split; mark" },
    { "parts of a part", "a halve", "split; mark|split; halve; mark|split; halve; mark" },
  };
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (IstSettings) settings
      = ist_settings_parse ("[convert]\nconverted-header = yes\n", "test.conf", ".", ist_convert_setting_groups, errors);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      IstConvertContext context = { .from = IST_SIDE_DOMINO, .to = IST_SIDE_EXCHANGE,
                                    .settings = ist_convert_settings (settings, NULL) };
      g_autoptr (IstMessage) message = message_with (rows[i].subject);
      g_autoptr (GPtrArray) parts = ist_derived_array_new ();
      g_autoptr (GString) got = g_string_new (NULL);

      IST_ASSERT (ist_pipeline_run (&context, message, parts, NULL));
      for (guint k = 0; k < MAX (parts->len, 1); k++)
        {
          const IstMessage *part
              = parts->len > 0 ? ((IstDerived *) g_ptr_array_index (parts, k))->message : message;
          guint at = ist_message_find_field (part, IST_CONVERTED_FIELD, 0);
          g_autofree char *value = at != IST_MESSAGE_NOT_FOUND ? ist_message_field_value (part, at) : NULL;

          g_string_append_printf (got, "%s%s", k > 0 ? "|" : "", value != NULL ? value : "none");
        }
      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (got->str, rows[i].want);
    }
}

int
main (void)
{
  static const IstTest tests[]
      = { { "parts", test_parts }, { "converted-header", test_converted_header }, { NULL } };

  return ist_test_main ("parts", tests);
}
