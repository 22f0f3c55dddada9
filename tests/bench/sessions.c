#include "tests/bench/rows.h"
#include "tests/bench/usage-posix.h"

#include <stdlib.h>

#define SESSIONS 1000
/* Postfix serves 100 clients at once by default, so it is asked for fewer. */
#define POSTFIX_SESSIONS 90

/* KiB a session of so many idle ones. */
static double
idle_memory (const BenchRelay *relay, guint sessions, SSL_CTX *tls, guint *greeted, double *secs)
{
  double before = bench_usage_tree_pss (relay->pid);
  BenchIdle *idle = bench_idle_open (relay->port, sessions, tls, 20, greeted, secs);
  double after;

  /* Threads that just answered give their stacks and buffers back when they wait. */
  g_usleep (2500000);
  after = bench_usage_tree_pss (relay->pid);
  bench_idle_close (idle);
  g_usleep (300000);
  return *greeted > 0 ? (after - before) / *greeted : 0;
}

static void
memory_rows (const BenchRun *run, BenchRelay *relays[2])
{
  double plain, tls, postfix = 0, secs, tls_secs;
  guint greeted, tls_greeted, postfix_greeted;

  plain = idle_memory (relays[0], SESSIONS, NULL, &greeted, &secs);
  tls = idle_memory (relays[0], SESSIONS, run->tls, &tls_greeted, &tls_secs);
  if (relays[1] != NULL)
    {
      double ignored;

      postfix = idle_memory (relays[1], POSTFIX_SESSIONS, NULL, &postfix_greeted, &ignored);
    }
  bench_report_value (run->report, "idle session memory", " KiB", plain, postfix, 40, 25);
  bench_report_value (run->report, "idle session memory, TLS", " KiB", tls, 0, 80, 80);
  bench_report_value (run->report, "1,000 sessions at once, all greeted", " s",
                      greeted == SESSIONS ? secs : 999, 0, 2, 0.5);
  if (relays[1] != NULL)
    {
      double postfix_secs;

      bench_idle_close (
          bench_idle_open (relays[1]->port, SESSIONS, NULL, 5, &postfix_greeted, &postfix_secs));
      bench_report_line (run->report,
                         "1,000 sessions at once: Isthmus greeted %u in %.2f s (%u over TLS in %.2f s); "
                         "Postfix %u within 5 s.",
                         greeted, secs, tls_greeted, tls_secs, postfix_greeted);
    }
}

#define TLS_TURNS 5

static void
per_connection_cpu (const BenchRun *run, BenchRelay *relays[2], SSL_CTX *tls, double cpu[2])
{
  const BenchCell cell = { .size_bytes = 4096, .sessions = 20, .per_connection = 1, .recipients = 1, .tls = tls };
  const guint n[2] = { 2000, 800 };
  BenchResult results[2];

  bench_cell_compare (relays, run->sink, &cell, n, 1, results);
  bench_report_note (run->report, &results[0], &results[1]);
  cpu[0] = results[0].cpu_msecs;
  cpu[1] = results[1].cpu_msecs;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* A difference of two numbers: plain and TLS take turns, so that both meet the machine at the same speed; the median
 * of the differences. */
static void
starttls_row (const BenchRun *run, BenchRelay *relays[2])
{
  guint turns = run->quick ? 1 : TLS_TURNS;
  double more[2][TLS_TURNS];

  for (guint i = 0; i < turns; i++)
    {
      double plain[2], tls[2];

      per_connection_cpu (run, relays, NULL, plain);
      per_connection_cpu (run, relays, run->tls, tls);
      for (guint k = 0; k < 2; k++)
        more[k][i] = tls[k] - plain[k];
    }
  for (guint k = 0; k < 2; k++)
    qsort (more[k], turns, sizeof (double), compare);
  bench_report_value (run->report, "STARTTLS a connection (ECDSA), CPU", " ms", more[0][turns / 2],
                      more[1][turns / 2], 0.8, 0.6);
}

gboolean
bench_rows_sessions (const BenchRun *run)
{
  const BenchRelayOptions options = { .program = run->daemon,
                                      .next_hop = bench_sink_port (run->sink),
                                      .certificate = run->certificate };
  BenchRelay *relays[2];

  if (!bench_relays_start (run, "sessions", &options, relays))
    return FALSE;
  memory_rows (run, relays);
  starttls_row (run, relays);
  bench_relays_stop (relays);
  return TRUE;
}
