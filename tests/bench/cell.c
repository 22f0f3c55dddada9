#include "tests/bench/cell.h"

#include "tests/bench/usage-posix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_SECS 15
/* State changes that nobody waits for ride along within 50 ms; they belong to the message's cost. */
#define SETTLE_USECS 120000
#define MAX_REPS 9

static guint64 next_number = 1;

/* All cells of a size share one text, which must outlive late arrivals in the sink. */
static const BenchText *
text_of (gsize size_bytes)
{
  static GHashTable *texts;
  BenchText *text;

  if (texts == NULL)
    texts = g_hash_table_new (NULL, NULL);
  text = g_hash_table_lookup (texts, GSIZE_TO_POINTER (size_bytes));
  if (text == NULL)
    {
      text = bench_text_new (size_bytes);
      g_hash_table_insert (texts, GSIZE_TO_POINTER (size_bytes), text);
    }
  return text;
}

void
bench_cell_run (const BenchRelay *relay, BenchSink *sink, const BenchCell *cell, guint n,
                BenchResult *result)
{
  BenchLoad load = {
    .port = relay->port,
    .text = cell->text != NULL ? cell->text : text_of (cell->size_bytes),
    .first = next_number,
    .messages = n,
    .sessions = cell->sessions,
    .per_connection = cell->per_connection,
    .recipients = cell->recipients,
    .from = cell->from_exchange ? "b.example" : "a.example",
    .domain = cell->from_exchange ? "a.example" : "b.example",
    .rate = cell->rate,
    .tls = cell->tls,
  };
  double relay_cpu, machine_cpu, own_cpu, secs;
  BenchLoadResult sent;
  BenchArrivals arrivals;

  next_number += n;
  bench_sink_expect (sink, load.text, load.first, n, cell->recipients);
  relay_cpu = bench_usage_tree_cpu (relay->pid);
  machine_cpu = bench_usage_machine_cpu ();
  own_cpu = bench_usage_own_cpu ();
  bench_load_run (&load, PATIENCE_SECS, &sent);
  bench_sink_wait (sink, PATIENCE_SECS, &arrivals);
  secs = (double) (arrivals.last - sent.begun) / G_USEC_PER_SEC;
  g_usleep (SETTLE_USECS);
  relay_cpu = bench_usage_tree_cpu (relay->pid) - relay_cpu;
  machine_cpu = bench_usage_machine_cpu () - machine_cpu;
  own_cpu = bench_usage_own_cpu () - own_cpu;
  memset (result, 0, sizeof *result);
  result->rate = arrivals.messages > 0 ? arrivals.messages / secs : 0;
  result->cpu_msecs = relay_cpu * 1000 / n;
  result->dot_p50 = sent.dot_p50;
  result->dot_p99 = sent.dot_p99;
  result->txn_p50 = sent.txn_p50;
  result->txn_p99 = sent.txn_p99;
  result->other_cores = MAX (0, machine_cpu - relay_cpu - own_cpu)
                        / (secs + (double) SETTLE_USECS / G_USEC_PER_SEC);
  result->runs = 1;
  result->disturbed = result->other_cores > BENCH_QUIET_CORES;
  result->lost = n - arrivals.messages;
  result->duplicates = arrivals.duplicates;
  result->damaged = arrivals.damaged;
  result->converted = arrivals.converted;
  result->failed = sent.failed;
}

static int
by_value (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (const BenchResult *runs, guint n, gsize offset)
{
  double values[MAX_REPS];

  for (guint i = 0; i < n; i++)
    values[i] = G_STRUCT_MEMBER (double, &runs[i], offset);
  qsort (values, n, sizeof values[0], by_value);
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static void
summarise (const BenchResult *runs, guint n, BenchResult *out)
{
  static const gsize offsets[] = {
    G_STRUCT_OFFSET (BenchResult, rate),    G_STRUCT_OFFSET (BenchResult, cpu_msecs),
    G_STRUCT_OFFSET (BenchResult, dot_p50), G_STRUCT_OFFSET (BenchResult, dot_p99),
    G_STRUCT_OFFSET (BenchResult, txn_p50), G_STRUCT_OFFSET (BenchResult, txn_p99),
    G_STRUCT_OFFSET (BenchResult, other_cores),
  };

  memset (out, 0, sizeof *out);
  for (gsize i = 0; i < G_N_ELEMENTS (offsets); i++)
    G_STRUCT_MEMBER (double, out, offsets[i]) = median (runs, n, offsets[i]);
  for (guint i = 0; i < n; i++)
    {
      out->runs++;
      out->disturbed += runs[i].disturbed;
      out->lost += runs[i].lost;
      out->duplicates += runs[i].duplicates;
      out->damaged += runs[i].damaged;
      out->converted += runs[i].converted;
      out->failed += runs[i].failed;
    }
}

void
bench_cell_compare (BenchRelay *const relays[2], BenchSink *sink, const BenchCell *cell,
                    const guint n[2], guint reps, BenchResult results[2])
{
  BenchResult runs[2][MAX_REPS];

  reps = MIN (reps, MAX_REPS);
  memset (results, 0, 2 * sizeof *results);
  for (guint r = 0; r < reps; r++)
    for (guint i = 0; i < 2; i++)
      if (relays[i] != NULL)
        {
          bench_usage_sync_disk ();
          bench_cell_run (relays[i], sink, cell, n[i], &runs[i][r]);
          fprintf (stderr, "  run %u, %s: %.0f/s, %.3f ms CPU, dot %.1f/%.1f ms, others %.2f cores\n", r + 1,
                   relays[i]->name, runs[i][r].rate, runs[i][r].cpu_msecs, runs[i][r].dot_p50, runs[i][r].dot_p99,
                   runs[i][r].other_cores);
        }
  for (guint i = 0; i < 2; i++)
    if (relays[i] != NULL)
      summarise (runs[i], reps, &results[i]);
}
