/*
 * tests/bench/convert-nsf.c - Notes databases: everything in them read, rich text made into HTML, attachments taken
 * out. MB/s are those of the database's file.
 *
 * The real databases are those of the corpus (ISTHMUS_CORPUS); without it that row has "-".
 */
#include "convert/format/cd-records.h"
#include "convert/format/lmbcs.h"
#include "convert/format/nsf-attach.h"
#include "convert/format/rich-html.h"
#include "tests/bench/convert-bench.h"
#include "tests/convert/cd-make.h"
#include "tests/convert/nsf-make.h"

#include <stdio.h>
#include <string.h>

#define KIB ((gsize) 1024)
#define MIB (1024 * KIB)
#define MAX_BYTES (256 * MIB)

typedef struct
{
  GPtrArray *databases; /* IstBody */
  gsize html, files;    /* bytes that came out of the last run */
} Job;

/* ---- reading ---- */

static GBytes *
first_value (const IstNsfNote *note, const char *name)
{
  gint i = ist_nsf_note_find (note, name, 0);

  return i >= 0 ? ist_nsf_note_value (note, (guint) i, NULL) : NULL;
}

static void
read_field (Job *job, const IstNsfNote *note, const char *name)
{
  g_autoptr (GPtrArray) chunks = ist_nsf_note_chunks (note, name, IST_NSF_COMPOSITE, MAX_BYTES, NULL);
  g_autoptr (GBytes) fonts = first_value (note, "$Fonts");
  g_autoptr (GBytes) links = first_value (note, "$Links");
  IstCdInput input = { chunks, fonts, links, ist_lmbcs_to_utf8 };
  IstRichHtmlOptions options = { .id_prefix = "bench" };
  g_auto (IstCdReport) report = { 0 };
  g_autoptr (IstRich) rich = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree char *html = NULL;

  if (chunks == NULL)
    return;
  rich = ist_cd_read (&input, &report);
  html = ist_rich_to_html (rich, &options, &parts);
  job->html += strlen (html);
}

static void
read_files (Job *job, const IstNsfNote *note)
{
  g_autoptr (GPtrArray) files = ist_nsf_note_attachments (note);

  for (guint i = 0; i < files->len; i++)
    {
      g_autoptr (IstBody) body = ist_nsf_attachment_decode (g_ptr_array_index (files, i), MAX_BYTES, NULL);
      static char room[64 * KIB];
      gsize size = 0;
      const char *data = body != NULL ? ist_body_data (body, &size) : NULL;

      /* Of a stored one nothing was touched yet. */
      for (gsize at = 0; at < size; at += sizeof room)
        memcpy (room, data + at, MIN (sizeof room, size - at));
      job->files += size;
    }
}

static void
read_note (Job *job, const IstNsfNote *note)
{
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < ist_nsf_note_item_count (note); i++)
    {
      const IstNsfItem *item = ist_nsf_note_item (note, i);
      g_autoptr (GBytes) value = NULL;

      if (item->type == IST_NSF_COMPOSITE && item->name[0] != '$')
        {
          if (g_hash_table_add (done, (gpointer) item->name))
            read_field (job, note, item->name);
        }
      else
        value = ist_nsf_note_value (note, i, NULL);
    }
  read_files (job, note);
}

static void
read_all (gpointer user)
{
  Job *job = user;

  job->html = job->files = 0;
  for (guint i = 0; i < job->databases->len; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (IstNsf) nsf = ist_nsf_open (g_ptr_array_index (job->databases, i), &error);

      if (nsf == NULL)
        g_error ("%s", error->message);
      for (guint k = 0; k < ist_nsf_note_count (nsf); k++)
        {
          g_autoptr (IstNsfNote) note = ist_nsf_note_load (nsf, k, NULL);

          if (note != NULL)
            read_note (job, note);
        }
    }
}

/* ---- databases ---- */

static void
take_corpus (GPtrArray *databases)
{
  const char *corpus = g_getenv ("ISTHMUS_CORPUS");
  g_autofree char *folder = corpus != NULL ? g_build_filename (corpus, "nsf", NULL) : NULL;
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      IstBody *body = g_str_has_suffix (name, ".nsf") ? ist_body_new_file (path, NULL) : NULL;

      if (body != NULL)
        g_ptr_array_add (databases, body);
    }
}

/* Paragraphs of runs in three fonts, and a table now and then. */
static void
append_rich (GByteArray *cd, gsize size_bytes)
{
  g_autoptr (GString) words = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;

  bench_convert_words (words, size_bytes, "\n");
  g_strdelimit (words->str, " ", '_');
  lines = g_strsplit (words->str, "\n", -1);
  for (guint i = 0; lines[i] != NULL && cd->len < size_bytes; i++)
    {
      g_autofree char *script = g_strdup_printf ("B129; W133 b1 b%u b0 b10 s%s; W133 b1 b0 b0 b10 s_and_so_on", i % 3,
                                                 lines[i]);

      cd_make (cd, script);
    }
}

/* Items of at most 60 KiB, as Notes cuts rich text. */
static GBytes *
make_rich (gsize size_bytes)
{
  g_autoptr (NsfMake) make = nsf_make_new ("Mail");

  nsf_make_note (make, 0x0001, NSF_MAKE_APART);
  nsf_make_text (make, "Subject", "Plan");
  for (gsize done = 0; done < size_bytes; done += 60 * KIB)
    {
      g_autoptr (GByteArray) cd = g_byte_array_new ();

      append_rich (cd, MIN (60 * KIB, size_bytes - done) - 400);
      nsf_make_item (make, "Body", 0x0001, 0, cd->data, cd->len);
    }
  return nsf_make_finish (make);
}

static GBytes *
make_file (guint16 compression, gsize size_bytes)
{
  g_autoptr (NsfMake) make = nsf_make_new ("Mail");
  g_autoptr (GString) words = g_string_new (NULL);

  bench_convert_words (words, size_bytes, "\n");
  nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
  nsf_make_text (make, "Subject", "Plan");
  nsf_make_file (make, "plan.txt", compression, words->str, words->len);
  return nsf_make_finish (make);
}

/* ---- rows ---- */

static gboolean
run_row (const char *name, GPtrArray *databases)
{
  Job job = { databases, 0, 0 };
  const BenchTimed timed[] = { { read_all, &job, FALSE } };
  double size = 0, secs;
  gboolean good;

  if (databases->len == 0)
    {
      printf ("| %s | - | - | - | ≥ %.0f MB/s | no ISTHMUS_CORPUS |\n", name, BENCH_CONVERT_MIN_MB);
      return TRUE;
    }
  for (guint i = 0; i < databases->len; i++)
    size += (double) ist_body_size (g_ptr_array_index (databases, i));
  bench_convert_time (timed, 1, &secs);
  if (job.html + job.files == 0)
    g_error ("nothing came out of the databases: this row measures nothing");
  good = size / secs / 1e6 >= BENCH_CONVERT_MIN_MB;
  printf ("| %s, %.2f MB | %.0f MB/s | %.2f MB | %.2f MB | ≥ %.0f MB/s | %s |\n", name, size / 1e6, size / secs / 1e6,
          (double) job.html / 1e6, (double) job.files / 1e6, BENCH_CONVERT_MIN_MB, good ? "ok" : "**below**");
  fflush (stdout);
  return good;
}

/* Takes `bytes`. */
static gboolean
run_made (const char *name, GBytes *bytes)
{
  g_autoptr (GPtrArray) databases = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_body_unref);

  g_ptr_array_add (databases, ist_body_new_bytes (bytes));
  g_bytes_unref (bytes);
  return run_row (name, databases);
}

gboolean
bench_convert_nsf_rows (void)
{
  g_autoptr (GPtrArray) corpus = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_body_unref);
  gboolean good;

  take_corpus (corpus);
  printf ("| NSF | read | HTML | files | must | |\n|---|---|---|---|---|---|\n");
  good = run_row ("the databases of the corpus", corpus);
  good &= run_made ("a memo with 2 MiB of rich text", make_rich (2 * MIB));
  good &= run_made ("a file of 8 MiB, stored", make_file (0, 8 * MIB));
  good &= run_made ("a file of 2 MiB, Huffman", make_file (1, 2 * MIB));
  good &= run_made ("a file of 512 KiB, CX", make_file (2, 512 * KIB));
  return good;
}
