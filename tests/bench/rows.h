/*
 * tests/bench/rows.h - what is measured, group by group.
 */
#ifndef IST_TESTS_BENCH_ROWS_H
#define IST_TESTS_BENCH_ROWS_H

#include "tests/bench/report.h"

typedef struct
{
  const char *dir;      /* working folder */
  const char *daemon;   /* isthmusd */
  const char *slow_sync;
  const char *certificate;
  gboolean quick, no_postfix;
  gint rest_secs; /* between rows of the throughput group */
  const char *row; /* NULL: all */
  BenchReport *report;
  BenchSink *sink;
  SSL_CTX *tls;
} BenchRun;

/* Both relays with fresh queues in sub-folders of `name`; relays[1] NULL without Postfix. FALSE (and told on
 * stderr) when isthmusd does not start. */
gboolean bench_relays_start (const BenchRun *run, const char *name, const BenchRelayOptions *options,
                             BenchRelay *relays[2]);
void bench_relays_stop (BenchRelay *relays[2]);

/* isthmusd alone, in the sub-folder `name`; NULL (and told on stderr) when it does not start. */
BenchRelay *bench_isthmus_alone (const BenchRun *run, const char *name, const BenchRelayOptions *options);

/* Each FALSE when it could not be done at all. */
gboolean bench_rows_throughput (const BenchRun *run);
gboolean bench_rows_slow_sync (const BenchRun *run);
gboolean bench_rows_sessions (const BenchRun *run);  /* idle memory, greeting, STARTTLS */
gboolean bench_rows_large (const BenchRun *run);     /* one message of 100 MB and more */
gboolean bench_rows_start (const BenchRun *run);     /* start with a full queue */
gboolean bench_rows_dead_relay (const BenchRun *run);
gboolean bench_rows_threshold (const BenchRun *run); /* body in the database or in a file */

#endif
