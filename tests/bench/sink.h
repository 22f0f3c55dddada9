/*
 * tests/bench/sink.h - the next hop: takes mail in a thread of its own and counts what arrived whole, twice or
 * damaged.
 */
#ifndef IST_TESTS_BENCH_SINK_H
#define IST_TESTS_BENCH_SINK_H

#include "tests/bench/text.h"

typedef struct _BenchSink BenchSink;

typedef struct
{
  guint messages;   /* different ones, for all their recipients */
  guint duplicates; /* recipients that were given a message twice */
  guint damaged;
  guint converted;  /* of all that came, those that were not as they were sent */
  gint64 last;      /* monotonic time at which the newest one was complete */
} BenchArrivals;

/* Listens on 127.0.0.1. NULL when the port cannot be had. */
BenchSink *bench_sink_start (guint16 port);
void bench_sink_stop (BenchSink *sink);
guint16 bench_sink_port (const BenchSink *sink);

/* From now on the messages `first` … first + n - 1 with `text` (borrowed until the next call) and
 * `recipients` each are expected. */
void bench_sink_expect (BenchSink *sink, const BenchText *text, guint64 first, guint n, guint recipients);

/* Waits until all are there; gives up when none came for `patience_secs`. */
void bench_sink_wait (BenchSink *sink, guint patience_secs, BenchArrivals *arrivals);

#endif
