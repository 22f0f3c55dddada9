/*
 * tests/bench/main.c - measures isthmusd against Postfix in the same run, alternating, and prints the table.
 *
 * bench.sh calls it and cleans up after it. `--smoke N` only sends N messages through isthmusd and checks that
 * each arrives once and whole; that is part of `make check`.
 */
#include "tests/bench/rows.h"
#include "tests/harness/harness.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

static const struct
{
  const char *name;
  gboolean (*run) (const BenchRun *run);
  gboolean in_quick;
} groups[] = {
  { "throughput", bench_rows_throughput, TRUE },  { "sessions", bench_rows_sessions, TRUE },
  { "slow-sync", bench_rows_slow_sync, TRUE },    { "large", bench_rows_large, TRUE },
  { "start", bench_rows_start, TRUE },            { "dead-relay", bench_rows_dead_relay, TRUE },
  { "threshold", bench_rows_threshold, FALSE },
};

static int
bench (BenchRun *run, const char *only)
{
  static const char *const names[] = { "bench.example", NULL };
  gboolean good = TRUE;

  ist_test_certificate (run->dir, names);
  run->certificate = run->dir;
  run->tls = bench_client_tls ();
  run->report = bench_report_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      if (only != NULL ? strstr (only, groups[i].name) == NULL : run->quick && !groups[i].in_quick)
        continue;
      fprintf (stderr, "== %s\n", groups[i].name);
      good &= groups[i].run (run);
    }
  good &= bench_report_print (run->report);
  bench_report_free (run->report);
  SSL_CTX_free (run->tls);
  return good ? 0 : 1;
}

/* TAP: messages of several sizes, each exactly once and byte for byte. */
static int
smoke (const BenchRun *run, guint n)
{
  static const gsize sizes[] = { 2048, 40 * 1024, 300 * 1024 };
  const BenchRelayOptions options
      = { .program = run->daemon, .next_hop = bench_sink_port (run->sink) };
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_build_filename (run->dir, "smoke", NULL);
  BenchRelay *relay = bench_isthmus_start (dir, &options, &error);
  int status = 0;

  printf ("1..%d\n", (int) G_N_ELEMENTS (sizes));
  if (relay == NULL)
    {
      printf ("Bail out! %s\n", error->message);
      return 1;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const BenchCell cell = { .size_bytes = sizes[i], .sessions = 8, .per_connection = i == 0 ? 3 : 0, .recipients = 2 };
      BenchResult r;
      gboolean ok;

      bench_cell_run (relay, run->sink, &cell, n / G_N_ELEMENTS (sizes), &r);
      ok = r.lost + r.duplicates + r.damaged + r.failed == 0;
      if (!ok)
        printf ("# lost %u, doubled %u, damaged %u, refused %u\n", r.lost, r.duplicates, r.damaged, r.failed);
      printf ("%s %d - messages of %d bytes\n", ok ? "ok" : "not ok", (int) i + 1, (int) sizes[i]);
      status |= !ok;
    }
  bench_relay_stop (relay);
  return status;
}

int
main (int argc, char **argv)
{
  g_autofree char *daemon = NULL, *dir = NULL, *slow_sync = NULL, *only = NULL, *row = NULL;
  gboolean quick = FALSE, no_postfix = FALSE;
  int rest = -1;
  gint n_smoke = 0;
  const GOptionEntry entries[] = {
    { "daemon", 0, 0, G_OPTION_ARG_FILENAME, &daemon, "isthmusd", "PATH" },
    { "dir", 0, 0, G_OPTION_ARG_FILENAME, &dir, "Working folder, kept afterwards", "PATH" },
    { "slow-sync", 0, 0, G_OPTION_ARG_FILENAME, &slow_sync, "slow-sync.so", "PATH" },
    { "quick", 0, 0, G_OPTION_ARG_NONE, &quick, "One run a row, fewer messages", NULL },
    { "rest", 0, 0, G_OPTION_ARG_INT, &rest, "Seconds between rows (61; quick: 0)", "SECS" },
    { "no-postfix", 0, 0, G_OPTION_ARG_NONE, &no_postfix, "Isthmus alone", NULL },
    { "only", 0, 0, G_OPTION_ARG_STRING, &only, "Only these groups of rows", "NAMES" },
    { "row", 0, 0, G_OPTION_ARG_STRING, &row, "Only rows of throughput and slow-sync with TEXT in their name", "TEXT" },
    { "smoke", 0, 0, G_OPTION_ARG_INT, &n_smoke, "Only check that N messages pass", "N" },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- measure isthmusd");
  g_autoptr (GError) error = NULL;
  BenchRun run = { 0 };
  int status;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || daemon == NULL || dir == NULL)
    {
      fprintf (stderr, "isthmus-bench: %s\n", error != NULL ? error->message : "--daemon and --dir are needed");
      return 2;
    }
  run.dir = dir;
  run.row = row;
  run.daemon = daemon;
  run.slow_sync = slow_sync;
  run.quick = quick;
  run.rest_secs = rest >= 0 ? rest : quick ? 0 : 61;
  run.no_postfix = no_postfix;
  run.sink = bench_sink_start (0);
  if (run.sink == NULL)
    {
      fprintf (stderr, "isthmus-bench: no port for the sink\n");
      return 1;
    }
  status = n_smoke > 0 ? smoke (&run, (guint) n_smoke) : bench (&run, only);
  bench_sink_stop (run.sink);
  return status;
}
