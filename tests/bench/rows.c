#include "tests/bench/rows.h"
#include "tests/bench/text-made.h"

#include <stdio.h>
#include <string.h>

gboolean
bench_relays_start (const BenchRun *run, const char *name, const BenchRelayOptions *options,
                    BenchRelay *relays[2])
{
  g_autofree char *isthmus = g_strdup_printf ("%s/%s-isthmus", run->dir, name);
  g_autofree char *postfix = g_strdup_printf ("%s/%s-postfix", run->dir, name);
  g_autoptr (GError) error = NULL;

  relays[1] = NULL;
  relays[0] = bench_isthmus_start (isthmus, options, &error);
  if (relays[0] == NULL)
    {
      fprintf (stderr, "bench: start isthmusd: %s\n", error->message);
      return FALSE;
    }
  if (run->no_postfix)
    return TRUE;
  relays[1] = bench_postfix_start (postfix, options, &error);
  if (relays[1] == NULL)
    fprintf (stderr, "bench: start Postfix: %s; rows have no ratio\n", error->message);
  return TRUE;
}

void
bench_relays_stop (BenchRelay *relays[2])
{
  bench_relay_stop (relays[0]);
  bench_relay_stop (relays[1]);
  relays[0] = relays[1] = NULL;
}

BenchRelay *
bench_isthmus_alone (const BenchRun *run, const char *name, const BenchRelayOptions *options)
{
  g_autofree char *dir = g_strdup_printf ("%s/%s", run->dir, name);
  g_autoptr (GError) error = NULL;
  BenchRelay *relay = bench_isthmus_start (dir, options, &error);

  if (relay == NULL)
    fprintf (stderr, "bench: start isthmusd: %s\n", error->message);
  return relay;
}

typedef struct
{
  const char *name;
  BenchCell cell;
  guint n[2];      /* messages, Isthmus and Postfix */
  double must, aim;
  const char *cpu; /* a second row with the CPU time; NULL: none */
  double cpu_must, cpu_aim;
  BenchText *(*make) (gsize size_bytes); /* what is converted on its way; NULL: nothing */
} Row;

#define KIB 1024
#define MIB (1024 * 1024)

static const Row throughput[] = {
  { "4 KiB, 20 sessions", { 4 * KIB, 20, 0, 1, 0, NULL, NULL, FALSE }, { 12000, 1500 }, 6, 10,
    "CPU a message, 4 KiB", 1.0 / 6, 1.0 / 10, NULL },
  { "4 KiB, 1 session, one a connection", { 4 * KIB, 1, 1, 1, 0, NULL, NULL, FALSE }, { 3000, 1000 }, 1.5, 2, NULL, 0, 0, NULL },
  { "4 KiB, 100 sessions", { 4 * KIB, 100, 0, 1, 0, NULL, NULL, FALSE }, { 12000, 1500 }, 6, 10, NULL, 0, 0, NULL },
  { "4 KiB, 10 recipients", { 4 * KIB, 20, 0, 10, 0, NULL, NULL, FALSE }, { 5000, 800 }, 6, 10, NULL, 0, 0, NULL },
  { "64 KiB, 20 sessions", { 64 * KIB, 20, 0, 1, 0, NULL, NULL, FALSE }, { 6000, 1200 }, 5, 8, NULL, 0, 0, NULL },
  { "1 MiB, 20 sessions, header rewritten", { MIB, 20, 0, 1, 0, NULL, NULL, FALSE }, { 1000, 250 }, 3, 5,
    "CPU a message, 1 MiB", 1.0 / 3, 1.0 / 5, NULL },
  { "1 MiB, 20 sessions, MIME rebuilt with re-encoding", { MIB, 20, 0, 1, 0, NULL, NULL, FALSE }, { 300, 250 }, 1, 1.5,
    NULL, 0, 0, bench_text_new_uuencoded },
};

static const Row slow[] = {
  { "syncs +8 ms, 1 session", { 4 * KIB, 1, 0, 1, 0, NULL, NULL, FALSE }, { 250, 200 }, 1, 1.2, NULL, 0, 0, NULL },
  { "syncs +8 ms, 20 sessions", { 4 * KIB, 20, 0, 1, 0, NULL, NULL, FALSE }, { 3000, 1000 }, 2, 4, NULL, 0, 0, NULL },
  { "syncs +8 ms, 100 sessions", { 4 * KIB, 100, 0, 1, 0, NULL, NULL, FALSE }, { 8000, 1500 }, 4, 6, NULL, 0, 0, NULL },
};

/* `--row` picks the rows whose name holds its text. */
static gboolean
is_asked (const BenchRun *run, const Row *row)
{
  return run->row == NULL || strstr (row->name, run->row) != NULL;
}

/* Whoever passes on what was to be converted has not done it. */
static void
count_unconverted (const Row *row, BenchResult *result, guint n)
{
  if (row->make != NULL && result->converted < n)
    result->damaged += n - result->converted;
}

static void
compare (const BenchRun *run, BenchRelay *relays[2], const BenchCell *cell, const Row *row, BenchResult results[2])
{
  const guint fewer[2] = { MAX (row->n[0] / 2, 50), MAX (row->n[1] / 2, 50) };
  const guint *n = run->quick ? fewer : row->n;
  guint reps = run->quick ? 1 : 3;

  bench_cell_compare (relays, run->sink, cell, n, reps, results);
  count_unconverted (row, &results[0], n[0] * reps);
  bench_report_note (run->report, &results[0], &results[1]);
}

static void
measure (const BenchRun *run, BenchRelay *relays[2], const Row *row, BenchResult results[2])
{
  BenchCell cell = row->cell;

  /* Never freed: the sink may get a late one after the row. */
  cell.text = row->make != NULL ? row->make (cell.size_bytes) : NULL;
  compare (run, relays, &cell, row, results);
  fprintf (stderr,
           "%s: %.0f/s %.3f ms CPU, dot %.1f/%.1f ms; Postfix %.0f/s %.3f ms CPU, dot %.1f/%.1f ms; "
           "others %.2f and %.2f cores\n",
           row->name, results[0].rate, results[0].cpu_msecs, results[0].dot_p50, results[0].dot_p99,
           results[1].rate, results[1].cpu_msecs, results[1].dot_p50, results[1].dot_p99,
           results[0].other_cores, results[1].other_cores);
  bench_report_ratio (run->report, row->name, "/s", results[0].rate, results[1].rate, row->must, row->aim,
                      FALSE);
  if (row->cpu != NULL)
    bench_report_ratio (run->report, row->cpu, " ms", results[0].cpu_msecs, results[1].cpu_msecs,
                        row->cpu_must, row->cpu_aim, TRUE);
}

/* The first messages pay for processes, pages and connections that later ones find. */
static void
warm_up (const BenchRun *run, BenchRelay *relays[2])
{
  static const BenchCell cell = { .size_bytes = 4 * KIB, .sessions = 20, .recipients = 1 };
  static const guint n[2] = { 200, 200 };
  BenchResult results[2];

  bench_cell_compare (relays, run->sink, &cell, n, 1, results);
}

/* Both are offered what Postfix has just shown that it can do. */
static void
latency (const BenchRun *run, BenchRelay *relays[2], double postfix_rate)
{
  const BenchCell cell
      = { .size_bytes = 4 * KIB, .sessions = 20, .recipients = 1, .rate = postfix_rate > 0 ? postfix_rate : 500 };
  const Row row = { .n = { 1500, 1500 } };
  BenchResult results[2];

  compare (run, relays, &cell, &row, results);
  bench_report_ratio (run->report, "p99 of the final dot at the same offered rate", " ms",
                      results[0].dot_p99, results[1].dot_p99, 1, 0.4, TRUE);
  bench_report_ratio (run->report, "p99 of a transaction, same", " ms", results[0].txn_p99,
                      results[1].txn_p99, 0.1, 0.03, TRUE);
  bench_report_line (run->report,
                     "Offered %.0f messages/s: final dot p50/p99 %.2f/%.2f ms (Postfix %.2f/%.2f), "
                     "transaction %.2f/%.2f ms (Postfix %.2f/%.2f).",
                     cell.rate, results[0].dot_p50, results[0].dot_p99, results[1].dot_p50,
                     results[1].dot_p99, results[0].txn_p50, results[0].txn_p99, results[1].txn_p50,
                     results[1].txn_p99);
}

/* A file system without journal, as ext4 may be, does not give out the inode of a file that was deleted within
 * the last minute, and looks at all of them at each creation: what one row deletes slows the next. The full form
 * rests between rows; `--rest 0` shows them in each other's wake. */
gboolean
bench_rows_throughput (const BenchRun *run)
{
  const BenchRelayOptions options
      = { .program = run->daemon, .next_hop = bench_sink_port (run->sink) };
  BenchRelay *relays[2];

  if (!bench_relays_start (run, "rows", &options, relays))
    return FALSE;
  warm_up (run, relays);
  for (gsize i = 0; i < G_N_ELEMENTS (throughput); i++)
    {
      BenchResult results[2];

      if (!is_asked (run, &throughput[i]))
        continue;
      if (i > 0)
        g_usleep ((gulong) run->rest_secs * G_USEC_PER_SEC);
      measure (run, relays, &throughput[i], results);
      /* At once: the machine's speed drifts. */
      if (i == 0)
        latency (run, relays, results[1].rate);
    }
  bench_relays_stop (relays);
  return TRUE;
}

gboolean
bench_rows_slow_sync (const BenchRun *run)
{
  const BenchRelayOptions options = { .program = run->daemon,
                                      .next_hop = bench_sink_port (run->sink),
                                      .slow_sync = run->slow_sync,
                                      .slow_msecs = 8 };
  BenchRelay *relays[2];

  if (!bench_relays_start (run, "slow", &options, relays))
    return FALSE;
  warm_up (run, relays);
  for (gsize i = 0; i < G_N_ELEMENTS (slow); i++)
    {
      BenchResult results[2];

      if (is_asked (run, &slow[i]))
        measure (run, relays, &slow[i], results);
    }
  bench_relays_stop (relays);
  return TRUE;
}
