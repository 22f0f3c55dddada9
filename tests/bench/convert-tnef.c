/*
 * tests/bench/convert-tnef.c - TNEF: decoding in this process, the whole transform on a mail that carries the stream
 * in base64, and the same file taken apart by a program of ours, by tnef and by ytnef.
 *
 * MB/s are those of the stream, or of the mail, as they come in; CPU time. The programs write to memory (/dev/shm)
 * where there is such a folder, and their start is part of their time.
 */
#include "base/mime-tree.h"
#include "convert/format/tnef.h"
#include "convert/pipeline.h"
#include "convert/tnef-text.h"
#include "tests/bench/convert-bench.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define KIB ((gsize) 1024)
#define MIB (1024 * KIB)
#define MEMORY_DIR "/dev/shm"

typedef struct
{
  const char *name;
  BenchTnef what;
} Row;

typedef struct
{
  IstBody *stream, *mail;
  gsize files; /* bytes of the attachments */
  char *path;  /* of the stream as a file */
  char *dir;   /* for what comes out */
  char *own;   /* this program */
  char *tool;
} Job;

/* ---- in this process ---- */

static gboolean
take_bytes (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  static char room[64 * 1024];

  for (gsize at = 0; at < size_bytes; at += sizeof room)
    memcpy (room, data + at, MIN (sizeof room, size_bytes - at));
  *(gsize *) user += size_bytes;
  return TRUE;
}

/* Text and HTML as they go into a mail; of each attachment every byte is read once. */
static void
decode (gpointer user)
{
  const Job *job = user;
  g_autoptr (IstTnef) tnef = ist_tnef_read (job->stream, 0, ist_body_size (job->stream), NULL);
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (IstTnefMark));
  g_autoptr (IstRtf) rtf = NULL;
  g_autofree char *text = NULL, *html = NULL;
  const char *data = ist_body_data (job->stream, &(gsize){ 0 });
  gsize files = 0;

  if (tnef == NULL || tnef->damage != NULL)
    g_error ("the stream cannot be read");
  ist_tnef_text_find (tnef, marks, &text, &html, &rtf);
  for (guint i = 0; i < tnef->attachments->len; i++)
    {
      const IstTnefAttachment *a = g_ptr_array_index (tnef->attachments, i);

      take_bytes (&files, data + a->offset, a->size_bytes, NULL);
    }
  if (text == NULL || html == NULL || files != job->files)
    g_error ("something of the stream is missing");
}

static void
transform (gpointer user)
{
  const Job *job = user;
  IstConvertContext context = { .from = IST_SIDE_EXCHANGE, .to = IST_SIDE_DOMINO };
  g_autoptr (IstMessage) message = ist_message_new (job->mail);
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  g_autoptr (GError) error = NULL;
  gsize written = 0;

  if (!ist_pipeline_run (&context, message, parts, &error)
      || !ist_message_write (message, take_bytes, &written, &error))
    g_error ("%s", error->message);
  if (ist_mime_node_find (ist_mime_tree (message), "text/html") == NULL || written < job->files / 3 * 4)
    g_error ("the stream was not taken apart: this row measures nothing");
}

static IstBody *
mail_of (GBytes *stream)
{
  GString *out = g_string_new ("From: Anna Berg <anna@b.example>\r\nTo: Bob Miller <bob@a.example>\r\n"
                               "Subject: Measurement\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n"
                               "Message-ID: <1.bench@b.example>\r\nMIME-Version: 1.0\r\n"
                               "Content-Type: multipart/mixed; boundary=\"=_mixed_1\"\r\n\r\n"
                               "--=_mixed_1\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n\r\n"
                               "--=_mixed_1\r\nContent-Type: application/ms-tnef; name=\"winmail.dat\"\r\n"
                               "Content-Disposition: attachment; filename=\"winmail.dat\"\r\n"
                               "Content-Transfer-Encoding: base64\r\n\r\n");
  g_autoptr (GBytes) bytes = NULL;

  bench_convert_base64 (out, stream);
  g_string_append (out, "\r\n--=_mixed_1--\r\n");
  bytes = g_string_free_to_bytes (out);
  return ist_body_new_bytes (bytes);
}

/* ---- as programs ---- */

static void
empty (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_unlink (file);
    }
}

static gsize
bytes_in (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  gsize sum = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      GStatBuf st;

      if (g_stat (file, &st) == 0)
        sum += (gsize) st.st_size;
    }
  return sum;
}

static gboolean
spawn (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  return g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                       NULL, NULL, &status, &error)
         && g_spawn_check_wait_status (status, &error);
}

/* A run that left less than the attachments would look quick. */
static void
run_program (const Job *job, const char *const *argv)
{
  empty (job->dir);
  if (!spawn (argv) || bytes_in (job->dir) < job->files)
    g_error ("%s did not take %s apart", argv[0], job->path);
}

static void
run_own (gpointer user)
{
  const Job *job = user;
  const char *const argv[] = { job->own, "--decode", job->path, "--into", job->dir, NULL };

  run_program (job, argv);
}

static void
run_tnef (gpointer user)
{
  const Job *job = user;
  const char *const argv[]
      = { job->tool, "--save-body", "--overwrite", "-C", job->dir, "-f", job->path, NULL };

  run_program (job, argv);
}

static void
run_ytnef (gpointer user)
{
  const Job *job = user;
  const char *const argv[] = { job->tool, "-F", "-f", job->dir, job->path, NULL };

  run_program (job, argv);
}

/* ---- rows ---- */

static void
print_tool (double mb, double own_mb)
{
  if (mb > 0)
    printf (" %.0f MB/s (%.2f ×) |", mb, own_mb / mb);
  else
    printf (" - |");
}

/* Ours and whichever of the two is installed, in turns on the same file. */
static void
compare_programs (Job *job, double size)
{
  static void (*const runs[]) (gpointer) = { run_tnef, run_ytnef };
  static const char *const names[] = { "tnef", "ytnef" };
  Job tools[2] = { *job, *job };
  BenchTimed timed[3] = { { run_own, job, TRUE } };
  double secs[3], mb[2] = { 0, 0 };
  guint n = 1;

  for (guint i = 0; i < 2; i++)
    {
      tools[i].tool = g_find_program_in_path (names[i]);
      if (tools[i].tool != NULL)
        timed[n++] = (BenchTimed) { runs[i], &tools[i], TRUE };
    }
  bench_convert_time (timed, n, secs);
  n = 1;
  for (guint i = 0; i < 2; i++)
    if (tools[i].tool != NULL)
      mb[i] = size / secs[n++] / 1e6;
  printf (" %.0f MB/s |", size / secs[0] / 1e6);
  for (guint i = 0; i < 2; i++)
    {
      print_tool (mb[i], size / secs[0] / 1e6);
      g_free (tools[i].tool);
    }
}

static gboolean
run_row (const Row *row, Job *job)
{
  g_autoptr (GBytes) bytes = bench_convert_tnef (&row->what);
  g_autoptr (IstBody) stream = ist_body_new_bytes (bytes);
  g_autoptr (IstBody) mail = mail_of (bytes);
  const BenchTimed timed[] = { { decode, job, FALSE }, { transform, job, FALSE } };
  double size = (double) g_bytes_get_size (bytes);
  double secs[2];
  gboolean good;

  job->stream = stream;
  job->mail = mail;
  job->files = row->what.files * row->what.file_bytes;
  if (!g_file_set_contents (job->path, g_bytes_get_data (bytes, NULL), (gssize) size, NULL))
    g_error ("write %s", job->path);
  bench_convert_time (timed, 2, secs);
  good = size / secs[0] / 1e6 >= BENCH_CONVERT_MIN_MB;
  printf ("| %s, %.2f MB | %.0f MB/s | %.0f MB/s |", row->name, size / 1e6, size / secs[0] / 1e6,
          (double) ist_body_size (mail) / secs[1] / 1e6);
  compare_programs (job, size);
  printf (" ≥ %.0f MB/s | %s |\n", BENCH_CONVERT_MIN_MB, good ? "ok" : "**below**");
  fflush (stdout);
  return good;
}

gboolean
bench_convert_tnef_rows (const char *dir)
{
  static const Row rows[] = {
    { "TNEF, 4 files of 4 MiB", { 4 * KIB, TRUE, 2, 4, 4 * MIB } },
    { "TNEF, HTML in RTF and a file of 2 MiB", { 60 * KIB, TRUE, 10, 1, 2 * MIB } },
    { "TNEF, rich text and a file of 200 KiB", { 60 * KIB, FALSE, 10, 1, 200 * KIB } },
    { "TNEF, 2,000 recipients with 8 properties", { 2 * KIB, TRUE, 2000, 0, 0 } },
    { "TNEF, nothing but 1 MiB of HTML in RTF", { MIB, TRUE, 2, 0, 0 } },
    { "TNEF, nothing but 1 MiB of rich text", { MIB, FALSE, 2, 0, 0 } },
  };
  g_autofree char *work = g_build_filename (g_file_test (MEMORY_DIR, G_FILE_TEST_IS_DIR) ? MEMORY_DIR : dir,
                                            "isthmus-bench-XXXXXX", NULL);
  g_autofree char *path = NULL, *out = NULL, *own = g_file_read_link ("/proc/self/exe", NULL);
  Job job = { 0 };
  gboolean good = TRUE;

  if (own == NULL || g_mkdtemp (work) == NULL)
    {
      fprintf (stderr, "convert-bench: make a folder in %s\n", work);
      return FALSE;
    }
  job.path = path = g_build_filename (work, "winmail.dat", NULL);
  job.dir = out = g_build_filename (work, "out", NULL);
  job.own = own;
  g_mkdir (out, 0700);
  printf ("| TNEF | decoded | whole transform | as a program | tnef | ytnef | must (decoded) | |\n"
          "|---|---|---|---|---|---|---|---|\n");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    good &= run_row (&rows[i], &job);
  empty (out);
  g_rmdir (out);
  g_unlink (path);
  g_rmdir (work);
  return good;
}
