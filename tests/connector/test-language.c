/*
 * tests/connector/test-language.c - texts that are put into mail are in the recipient's language, and a message is
 * split for that only when there is such a text. The table of transforms is ours.
 */
#include "connector/flow/prepare.h"
#include "connector/settings.h"
#include "dirsync/mirror.h"
#include "tests/harness/harness.h"

#include <string.h>

/* ---- the table ---- */

static gboolean is_asking;

static gboolean
stamp (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autofree char *raw = is_asking ? g_strdup_printf ("X-Language: %s\r\n", ist_convert_language (context)) : NULL;

  if (raw != NULL)
    ist_message_insert_field (message, 0, raw);
  return TRUE;
}

static const IstTransform transform = { .name = "stamp", .summary = "s", .source = "s", .on_by_default = TRUE, .run = stamp };

guint
ist_pipeline_count (void)
{
  return 1;
}

const IstTransform *
ist_pipeline_get (guint i)
{
  return &transform;
}

gboolean
ist_pipeline_is_on (guint i, const IstConvertSettings *settings)
{
  return TRUE;
}

/* ---- a message for several people ---- */

static const char settings_text[]
    = "[connector]\nhostname = mx.acme.example\n[convert]\nlanguage = fr\n"
      "[side domino]\nrelay = d\n[side exchange]\nrelay = x\n[side internet]\nrelay = x\n"
      "[relay d]\nhosts = d\n[relay x]\nhosts = x\n[domain acme.example]\ntype = shared\n"
      "[domain it.example]\ntype = own\nside = exchange\ncheck-recipients = no\nlanguage = it\n";

static const char people[] = "address,language\nbob@acme.example,de-AT\nnina@acme.example,\notto@acme.example,de-AT\n";

typedef struct
{
  char *dir;
  IstMirror *mirror;
  IstSnapshot *snapshot;
  IstQueueMessage *message;
  IstQueueJob job;
} Box;

static void
box_clear (Box *box)
{
  ist_snapshot_unref (box->snapshot);
  ist_mirror_close (box->mirror);
  ist_queue_message_free (box->message);
  g_free (box->dir);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Box, box_clear)

static gboolean
box_open (Box *box, const char *recipients)
{
  g_auto (GStrv) addresses = g_strsplit (recipients, " ", -1);
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("Subject: x\r\n\r\ntext\r\n", 20);
  IstSettings *settings = ist_settings_parse (settings_text, "test.conf", ".", tables, errors);
  g_autofree char *database = NULL;
  g_autofree char *file = NULL;

  box->dir = ist_test_dir ();
  database = g_build_filename (box->dir, "directory.db", NULL);
  file = g_build_filename (box->dir, "x.csv", NULL);
  box->mirror = ist_mirror_open (database, NULL);
  if (!IST_ASSERT (settings != NULL && box->mirror != NULL && g_file_set_contents (file, people, -1, NULL))
      || !IST_ASSERT (ist_mirror_load_file (box->mirror, "x", IST_SIDE_EXCHANGE, file, NULL) == 3))
    return FALSE;
  box->snapshot = ist_snapshot_new (settings, ist_mirror_directory (box->mirror), 1, errors);
  box->message = ist_queue_message_new ();
  box->message->sender = g_strdup ("s@d.example");
  box->message->origin = IST_SIDE_DOMINO;
  box->message->body = ist_body_new_bytes (bytes);
  for (guint i = 0; addresses[i] != NULL; i++)
    {
      IstQueueRecipient *row = ist_queue_recipient_new (addresses[i]);

      row->generation = 1;
      row->relay = g_strdup ("x");
      g_ptr_array_add (box->message->recipients, row);
    }
  box->job = (IstQueueJob){ .message = box->message, .relay = (char *) "x" };
  return IST_ASSERT (box->snapshot != NULL);
}

/* "language: who who;" of each group. */
static char *
describe (const IstPreparation *got)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < got->groups->len; i++)
    {
      const IstPrepared *group = g_ptr_array_index (got->groups, i);
      guint field = ist_message_find_field (group->message, "X-Language", 0);
      g_autofree char *language
          = field != IST_MESSAGE_NOT_FOUND ? ist_message_field_value (group->message, field) : g_strdup ("-");

      g_string_append_printf (out, "%s:", language);
      for (guint k = 0; k < group->rcpts->len; k++)
        g_string_append_printf (out, " %s", ((IstPreparedRcpt *) g_ptr_array_index (group->rcpts, k))->address);
      g_string_append_c (out, ';');
    }
  return g_string_free (out, FALSE);
}

static void
test_language (void)
{
  static const struct
  {
    const char *name, *recipients;
    gboolean asking;
    const char *want;
  } rows[] = {
    { "the directory says it", "bob@acme.example", TRUE, "de-AT: bob@acme.example;" },
    { "the domain says it", "eva@it.example", TRUE, "it: eva@it.example;" },
    { "nobody says it", "nina@acme.example", TRUE, "fr: nina@acme.example;" },
    { "one text for people of one language", "bob@acme.example otto@acme.example", TRUE,
      "de-AT: bob@acme.example otto@acme.example;" },
    { "three languages", "bob@acme.example nina@acme.example eva@it.example otto@acme.example", TRUE,
      "de-AT: bob@acme.example otto@acme.example;fr: nina@acme.example;it: eva@it.example;" },
    { "no text, no split", "bob@acme.example nina@acme.example eva@it.example", FALSE,
      "-: bob@acme.example nina@acme.example eva@it.example;" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Box) box = { 0 };
      g_autoptr (IstPreparation) got = NULL;
      g_autofree char *text = NULL;

      ist_row ("%s", rows[i].name);
      is_asking = rows[i].asking;
      if (!box_open (&box, rows[i].recipients))
        return;
      got = ist_prepare (box.snapshot, "key", &box.job);
      IST_ASSERT_INT (got->diverted->len, 0);
      text = describe (got);
      IST_ASSERT_STR (text, rows[i].want);
    }
}

int
main (void)
{
  static const IstTest tests[] = { { "languages", test_language }, { NULL, NULL } };

  return ist_test_main ("language", tests);
}
