/*
 * tests/bench/convert-time.c - timing in turns.
 */
#include "tests/bench/convert-bench.h"
#include "tests/bench/usage-posix.h"

#include <stdlib.h>

#define TURNS 7
#define PROCESS_TURNS 5
#define SAMPLE_CPU_SECS 0.25
#define MAX_TIMED 4

static double
cpu_now (const BenchTimed *timed)
{
  return timed->is_process ? bench_usage_children_cpu () : bench_usage_own_cpu ();
}

static double
cpu_of (const BenchTimed *timed, guint n)
{
  double before = cpu_now (timed);

  for (guint i = 0; i < n; i++)
    timed->run (timed->user);
  return (cpu_now (timed) - before) / n;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

void
bench_convert_time (const BenchTimed *timed, guint n, double *secs)
{
  guint turns = timed[0].is_process ? PROCESS_TURNS : TURNS;
  double all[MAX_TIMED][TURNS];
  guint times[MAX_TIMED];

  g_assert (n <= MAX_TIMED);
  for (guint i = 0; i < n; i++)
    {
      double once = cpu_of (&timed[i], 1);

      times[i] = (guint) CLAMP (SAMPLE_CPU_SECS / MAX (once, 1e-7), 1, 100000);
    }
  for (guint turn = 0; turn < turns; turn++)
    for (guint i = 0; i < n; i++)
      all[i][turn] = cpu_of (&timed[i], times[i]);
  for (guint i = 0; i < n; i++)
    {
      qsort (all[i], turns, sizeof (double), compare);
      secs[i] = all[i][turns / 2];
    }
}
