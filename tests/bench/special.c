#include "tests/bench/rows.h"

#include <stdio.h>

/* A port on which nobody listens. */
static guint16
closed_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();

  return g_socket_listener_add_any_inet_port (listener, NULL, NULL);
}

/* ---- starting with a full queue ---- */

static guint
fill (const BenchRun *run, const BenchRelay *relay, const char *domain, guint n, guint64 first)
{
  BenchText *text = bench_text_new (1024);
  BenchLoad load = { .port = relay->port, .text = text, .first = first, .messages = n, .sessions = 50,
                     .recipients = 1, .domain = domain };
  BenchLoadResult result;

  bench_load_run (&load, 30, &result);
  bench_text_free (text);
  return result.accepted;
}

gboolean
bench_rows_start (const BenchRun *run)
{
  const guint n = run->quick ? 20000 : 100000;
  const guint16 dead = closed_port ();
  const BenchRelayOptions options = { .program = run->daemon, .next_hop = dead, .dead_port = dead };
  BenchRelay *relay = bench_isthmus_alone (run, "start", &options);
  g_autofree char *name = g_strdup_printf ("start with %u queued messages", n);
  gint64 begun;
  double secs;
  guint queued;

  if (relay == NULL)
    return FALSE;
  queued = fill (run, relay, "b.example", n, 1);
  bench_relay_stop (relay);
  begun = g_get_monotonic_time ();
  relay = bench_isthmus_alone (run, "start", &options);
  secs = (double) (g_get_monotonic_time () - begun) / G_USEC_PER_SEC;
  if (relay == NULL)
    return FALSE;
  if (queued < n)
    bench_report_line (run->report, "Only %u of %u messages were queued before the start.", queued, n);
  bench_report_value (run->report, name, " s", secs, 0, 5, 5);
  bench_relay_stop (relay);
  return TRUE;
}

/* ---- one dead relay of two ---- */

gboolean
bench_rows_dead_relay (const BenchRun *run)
{
  const BenchRelayOptions options = { .program = run->daemon,
                                      .next_hop = bench_sink_port (run->sink),
                                      .dead_port = closed_port () };
  const BenchCell cell = { .size_bytes = 4096, .sessions = 20, .recipients = 1 };
  const guint n = run->quick ? 3000 : 8000;
  const guint reps = run->quick ? 1 : 9; /* what is looked for is smaller than the noise */
  BenchRelay *with = bench_isthmus_alone (run, "dead-with", &options);
  BenchRelay *without = bench_isthmus_alone (run, "dead-without", &options);
  BenchRelay *relays[2] = { with, without };
  const guint counts[2] = { n, n };
  BenchResult results[2];
  guint queued;

  if (with == NULL || without == NULL)
    {
      bench_relay_stop (with);
      bench_relay_stop (without);
      return FALSE;
    }
  queued = fill (run, with, "dead.example", 5000, 1);
  g_usleep (500000);
  bench_cell_compare (relays, run->sink, &cell, (const guint[2]){ 200, 200 }, 1, results);
  bench_cell_compare (relays, run->sink, &cell, counts, reps, results);
  for (guint i = 0; i < 2; i++)
    bench_report_note (run->report, &results[i], &(BenchResult){ 0 });
  bench_report_value (run->report, "one dead relay of two: loss of the living one", " %",
                      MAX (0, 100 - 100 * results[0].rate / results[1].rate), 0, 5, 5);
  bench_report_line (run->report,
                     "Dead relay: %.0f messages/s with %u messages waiting for it, %.0f/s without; "
                     "CPU %.3f and %.3f ms.",
                     results[0].rate, queued, results[1].rate, results[0].cpu_msecs,
                     results[1].cpu_msecs);
  bench_relays_stop (relays);
  return TRUE;
}

/* ---- where a body is better kept ---- */

gboolean
bench_rows_threshold (const BenchRun *run)
{
  static const guint sizes[] = { 8, 16, 32, 64, 128, 256 };
  const BenchRelayOptions file
      = { .program = run->daemon, .next_hop = bench_sink_port (run->sink), .threshold = "1K" };
  const BenchRelayOptions row
      = { .program = run->daemon, .next_hop = bench_sink_port (run->sink), .threshold = "1M" };
  BenchRelay *relays[2] = { bench_isthmus_alone (run, "as-row", &row), bench_isthmus_alone (run, "as-file", &file) };
  GString *line = g_string_new ("Body in its row against body in a file (messages/s, CPU ms):");

  for (guint i = 0; relays[0] != NULL && relays[1] != NULL && i < G_N_ELEMENTS (sizes); i++)
    {
      const BenchCell cell = { .size_bytes = sizes[i] * 1024, .sessions = 20, .recipients = 1 };
      const guint n = 96000 / MAX (sizes[i], 16);
      BenchResult results[2];

      bench_cell_compare (relays, run->sink, &cell, (const guint[2]){ n, n }, run->quick ? 1 : 3, results);
      for (guint k = 0; k < 2; k++)
        bench_report_note (run->report, &results[k], &(BenchResult){ 0 });
      g_string_append_printf (line, " %u KiB %.0f (%.3f) against %.0f (%.3f);", sizes[i], results[0].rate,
                              results[0].cpu_msecs, results[1].rate, results[1].cpu_msecs);
    }
  g_string_truncate (line, line->len - 1);
  bench_report_line (run->report, "%s.", line->str);
  g_string_free (line, TRUE);
  bench_relays_stop (relays);
  return TRUE;
}
