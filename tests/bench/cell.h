/*
 * tests/bench/cell.h - one measurement: so many messages of one kind through a relay, and what it took.
 */
#ifndef IST_TESTS_BENCH_CELL_H
#define IST_TESTS_BENCH_CELL_H

#include "tests/bench/load.h"
#include "tests/bench/relay.h"
#include "tests/bench/sink.h"

/* Above so many cores used by others a run counts as disturbed. */
#define BENCH_QUIET_CORES 0.15

typedef struct
{
  gsize size_bytes;
  guint sessions;
  guint per_connection; /* 0: all */
  guint recipients;
  double rate;          /* offered; 0: as fast as it goes */
  SSL_CTX *tls;
  const BenchText *text; /* NULL: plain text of that size */
  gboolean from_exchange; /* from b.example to a.example */
} BenchCell;

typedef struct
{
  double rate;      /* messages a second, from the start until the next hop has the last one */
  double cpu_msecs; /* of all processes of the relay, for a message */
  double dot_p50, dot_p99, txn_p50, txn_p99; /* milliseconds */
  double other_cores;
  guint runs, disturbed;
  guint lost, duplicates, damaged, failed; /* summed over the runs */
  guint converted;                         /* as arrivals, summed */
} BenchResult;

/* One run with n messages. */
void bench_cell_run (const BenchRelay *relay, BenchSink *sink, const BenchCell *cell, guint n,
                     BenchResult *result);

/* `reps` runs on each of the relays in turn (n[i] messages on relays[i]); results[i] holds medians. Relays that
 * are NULL are left out. */
void bench_cell_compare (BenchRelay *const relays[2], BenchSink *sink, const BenchCell *cell,
                         const guint n[2], guint reps, BenchResult results[2]);

#endif
