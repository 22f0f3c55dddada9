/*
 * tests/convert/test-rich-corpus.c - rich text of real databases, against what another reader found in it.
 */
#include "convert/format/cd-records.h"
#include "convert/format/lmbcs.h"
#include "convert/format/nsf-value.h"
#include "convert/format/rich-html.h"
#include "convert/format/rich-text.h"

#include "tests/harness/harness.h"

#include <jansson.h>
#include <string.h>

#define LIMIT ((gsize) 64 << 20)

typedef struct
{
  GString *text; /* of the runs, without blanks and line ends */
  guint tables, doclinks, pictures, images;
} Found;

static void
append_dense (GString *out, const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isspace (g_utf8_get_char (p)))
      g_string_append_unichar (out, g_utf8_get_char (p));
}

static GBytes *
first_value (const IstNsfNote *note, const char *name)
{
  gint i = ist_nsf_note_find (note, name, 0);

  return i >= 0 ? ist_nsf_note_value (note, (guint) i, NULL) : NULL;
}

static void
check_renderings (IstRich *rich)
{
  IstRichHtmlOptions options = { .id_prefix = "t" };
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree char *html = ist_rich_to_html (rich, &options, &parts);
  g_autofree char *text = ist_rich_to_text (rich, NULL);

  IST_ASSERT (g_utf8_validate (html, -1, NULL));
  IST_ASSERT (g_utf8_validate (text, -1, NULL));
  if (g_getenv ("ISTHMUS_SHOW") != NULL)
    g_printerr ("%s\n=====\n%s\n", html, text);
}

/* One rich text field of a note: its chunks are the items of this name. */
static void
read_field (const IstNsfNote *note, const char *name, Found *found)
{
  g_autoptr (GPtrArray) chunks = ist_nsf_note_chunks (note, name, IST_NSF_COMPOSITE, LIMIT, NULL);
  g_autoptr (GBytes) fonts = first_value (note, "$Fonts");
  g_autoptr (GBytes) links = first_value (note, "$Links");
  IstCdInput input = { chunks, fonts, links, ist_lmbcs_to_utf8 };
  g_auto (IstCdReport) report = { 0 };
  g_autoptr (IstRich) rich = NULL;

  if (!IST_ASSERT (chunks != NULL))
    return;
  rich = ist_cd_read (&input, &report);
  IST_ASSERT_STR (report.damage, NULL);
  IST_ASSERT (!ist_rich_truncated (rich));
  for (IstRichNode *node = ist_rich_root (rich); node != NULL;
       node = ist_rich_next (ist_rich_root (rich), node))
    if (node->kind == IST_RICH_RUN)
      append_dense (found->text, node->u.run.text->str);
    else if (node->kind == IST_RICH_LINK && node->u.link.doc != NULL)
      found->doclinks++;
    else if (node->kind == IST_RICH_IMAGE)
      found->images++;
  found->tables += report.counts[IST_CD_BYTE][163] + report.counts[IST_CD_BYTE][207];
  found->pictures += report.counts[IST_CD_LONG][125] + report.counts[IST_CD_LONG][149];
  if (report.unknown > 0)
    ist_note ("%s: %u records of unknown number", name, report.unknown);
  check_renderings (rich);
}

/* The expected text has at most 500 characters. */
static void
check_text (const char *want, const GString *got)
{
  g_autoptr (GString) dense = g_string_new (NULL);
  g_autofree char *begin = NULL;

  append_dense (dense, want);
  begin = g_strndup (got->str, g_utf8_strlen (want, -1) >= 500 ? dense->len : got->len);
  IST_ASSERT_STR (begin, dense->str);
}

static void
check_fields (const IstNsfNote *note, json_t *document)
{
  json_t *others = json_object_get (document, "other_rich_text");
  Found all = { NULL, 0, 0, 0, 0 };
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < ist_nsf_note_item_count (note); i++)
    {
      const IstNsfItem *item = ist_nsf_note_item (note, i);
      const char *want = json_string_value (json_object_get (others, item->name));

      if (item->type != IST_NSF_COMPOSITE || item->name[0] == '$'
          || !g_hash_table_add (done, (gpointer) item->name))
        continue;
      if (strcmp (item->name, "Body") == 0)
        want = json_string_value (json_object_get (document, "body_text"));
      all.text = g_string_new (NULL);
      read_field (note, item->name, &all);
      if (want != NULL)
        check_text (want, all.text);
      g_string_free (all.text, TRUE);
    }
  IST_ASSERT_INT (all.tables, json_integer_value (json_object_get (document, "tables")));
  IST_ASSERT_INT (all.doclinks, json_integer_value (json_object_get (document, "doclinks")));
  IST_ASSERT_INT (all.pictures, json_integer_value (json_object_get (document, "images")));
}

static void
check_database (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *json = g_strconcat (path, ".expect.json", NULL);
  json_t *want = json_load_file (json, 0, NULL);
  json_t *documents = json_object_get (want, "documents");
  g_autoptr (IstBody) body = ist_body_new_file (path, NULL);
  g_autoptr (IstNsf) nsf = ist_nsf_open (body, NULL);

  if (!IST_ASSERT (nsf != NULL))
    return;
  for (guint i = 0; i < ist_nsf_note_count (nsf); i++)
    {
      g_autofree char *unid = ist_nsf_unid_text (ist_nsf_note_info (nsf, i)->unid);
      size_t at;
      json_t *document;

      json_array_foreach (
          documents, at,
          document) if (strcmp (json_string_value (json_object_get (document, "unid")), unid) == 0)
      {
        g_autoptr (IstNsfNote) note = ist_nsf_note_load (nsf, i, NULL);

        ist_row ("%s %s", name, unid);
        if (IST_ASSERT (note != NULL))
          check_fields (note, document);
      }
    }
  json_decref (want);
}

static void
test_corpus (void)
{
  g_autofree char *folder = ist_test_corpus ("nsf");
  GDir *dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;

  if (dir == NULL)
    {
      ist_skip ("no collection of databases");
      return;
    }
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    if (g_str_has_suffix (name, ".nsf"))
      check_database (folder, name);
  g_dir_close (dir);
}

int
main (void)
{
  static const IstTest tests[] = { { "rich text of real databases", test_corpus }, { NULL, NULL } };

  return ist_test_main ("rich-corpus", tests);
}
