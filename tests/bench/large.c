/*
 * tests/bench/large.c - one very large message at a time: how much memory of its own isthmusd takes for it. Mapped
 * files are not counted: the machine takes their pages back when it needs them.
 */
#include "tests/bench/rows.h"
#include "tests/bench/text-made.h"
#include "tests/bench/usage-posix.h"

#include <stdio.h>
#include <string.h>

#define MB (1000 * 1000)

typedef struct
{
  const char *name;
  BenchText *(*make) (gsize file_bytes); /* NULL: plain text */
  gsize bytes;
  double must; /* MiB */
  const char *convert;
  gboolean from_exchange;
} Row;

typedef struct
{
  gint pid;
  gint stopping; /* atomic */
  double peak;   /* KiB */
} Watch;

static gpointer
watch_run (gpointer data)
{
  Watch *watch = data;

  while (!g_atomic_int_get (&watch->stopping))
    {
      watch->peak = MAX (watch->peak, bench_usage_anonymous (watch->pid));
      g_usleep (2000);
    }
  return NULL;
}

static gboolean
run_row (const BenchRun *run, const Row *row)
{
  const BenchRelayOptions options = { .program = run->daemon,
                                      .next_hop = bench_sink_port (run->sink),
                                      .convert = row->convert,
                                      .from_exchange = row->from_exchange };
  BenchText *text = row->make != NULL ? row->make (row->bytes) : NULL;
  const BenchCell cell = { .size_bytes = row->bytes,
                           .sessions = 1,
                           .recipients = 1,
                           .text = text,
                           .from_exchange = row->from_exchange };
  g_autofree char *name = g_strdup_printf ("%s, more anonymous memory", row->name);
  BenchRelay *relay = bench_isthmus_alone (run, "large", &options);
  Watch watch = { 0 };
  BenchResult result, none = { 0 };
  GThread *thread;
  double before;

  if (relay == NULL)
    return FALSE;
  watch.pid = relay->pid;
  before = bench_usage_anonymous (relay->pid);
  thread = g_thread_new ("watch", watch_run, &watch);
  bench_cell_run (relay, run->sink, &cell, 1, &result);
  g_atomic_int_set (&watch.stopping, TRUE);
  g_thread_join (thread);
  if (text != NULL && text->pieces != NULL && result.converted == 0)
    result.damaged++;
  fprintf (stderr, "%s: %.2f MiB, %.0f ms CPU; %s\n", row->name, MAX (0, watch.peak - before) / 1024,
           result.cpu_msecs,
           result.lost + result.damaged > 0 ? "LOST OR DAMAGED"
           : result.converted > 0           ? "arrived converted"
                                            : "arrived as it was sent");
  bench_report_note (run->report, &result, &none);
  bench_report_value (run->report, name, " MiB", MAX (0, watch.peak - before) / 1024, 0, row->must, row->must);
  bench_relay_stop (relay);
  /* What the sink still had to read has gone with the relay. */
  bench_sink_expect (run->sink, NULL, 0, 0, 0);
  bench_text_free (text);
  return TRUE;
}

gboolean
bench_rows_large (const BenchRun *run)
{
  static const Row rows[] = {
    { "150 MB message", NULL, 150 * MB, 64, NULL, FALSE },
    { "100 MB file passed", bench_text_new_attached, 100 * MB, 32, NULL, FALSE },
    { "100 MB file in winmail.dat", bench_text_new_tnef, 100 * MB, 32, NULL, TRUE },
    { "100 MB file in a Notes copy, rebuilt", bench_text_new_note, 100 * MB, 32, "active-mail = rebuild", FALSE },
    { "the same, Huffman-coded", bench_text_new_note_packed, 100 * MB, 32, "active-mail = rebuild", FALSE },
    { "100 MB file in a Notes copy, attached", bench_text_new_note_kept, 100 * MB, 32, "active-mail = attach", FALSE },
    { "100 MB file uuencoded", bench_text_new_uuencoded_large, 100 * MB, 32, NULL, FALSE },
  };
  gboolean good = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (run->row == NULL || strstr (rows[i].name, run->row) != NULL)
      good &= run_row (run, &rows[i]);
  return good;
}
