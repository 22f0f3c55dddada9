/*
 * tests/bench/relay.h - the two programs that are compared, each with a folder, ports and settings of its own.
 */
#ifndef IST_TESTS_BENCH_RELAY_H
#define IST_TESTS_BENCH_RELAY_H

#include <gio/gio.h>

typedef struct
{
  const char *name;
  char *dir;
  guint16 port;
  gint pid;               /* root of its processes */
  GSubprocess *process;   /* isthmusd; NULL for Postfix, whose master has another parent */
} BenchRelay;

typedef struct
{
  const char *program;     /* isthmusd */
  guint16 next_hop;        /* port of the sink */
  guint16 dead_port;       /* of the relay for dead.example; 0: the sink */
  const char *slow_sync;   /* shared object that delays syncs; NULL: none */
  guint slow_msecs;
  const char *certificate; /* folder with bench.example.crt and .key; NULL: no TLS */
  const char *threshold;   /* body-threshold; NULL: the default */
  const char *convert;     /* lines of [convert]; NULL: none */
  gboolean from_exchange;  /* the load is the Exchange side, not Domino */
} BenchRelayOptions;

/* Starts with what is in `dir` (made when absent). NULL with error. */
BenchRelay *bench_isthmus_start (const char *dir, const BenchRelayOptions *options, GError **error);

/* Default settings but for relayhost, ports and folders; needs root and the postfix command. */
BenchRelay *bench_postfix_start (const char *dir, const BenchRelayOptions *options, GError **error);

/* Stops and waits. The folder stays. NULL is allowed. */
void bench_relay_stop (BenchRelay *relay);

/* Does the port answer with a greeting within `secs`? */
gboolean bench_port_greets (guint16 port, guint secs);

#endif
