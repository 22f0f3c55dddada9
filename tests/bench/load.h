/*
 * tests/bench/load.h - the load: many sessions that send numbered messages, in the thread of the caller.
 */
#ifndef IST_TESTS_BENCH_LOAD_H
#define IST_TESTS_BENCH_LOAD_H

#include "tests/bench/text.h"

#include <openssl/ssl.h>

typedef struct
{
  guint16 port;
  const BenchText *text;
  guint64 first; /* number of the first message */
  guint messages;
  guint sessions;
  guint per_connection; /* messages over one connection; 0: all */
  guint recipients;
  const char *from;     /* domain of the sender; NULL: a.example */
  const char *domain;   /* of the recipients */
  double rate;          /* messages a second that are offered; 0: as fast as they are taken */
  SSL_CTX *tls;         /* STARTTLS on each connection; NULL: plain */
} BenchLoad;

typedef struct
{
  guint accepted, failed, connections;
  gint64 begun; /* monotonic */
  double dot_p50, dot_p99;     /* milliseconds from the final dot to its answer */
  double txn_p50, txn_p99;     /* from MAIL, or from connecting when each message has its connection */
} BenchLoadResult;

/* Sends all; gives up after `patience_secs` without an answer. */
void bench_load_run (const BenchLoad *load, guint patience_secs, BenchLoadResult *result);

/* Sessions that say EHLO (and STARTTLS, EHLO) and then nothing. */
typedef struct _BenchIdle BenchIdle;

/* Opens `sessions` at once and waits at most `patience_secs` until all are there. *greeted counts them,
 * *secs is the time until the last of them was greeted. */
BenchIdle *bench_idle_open (guint16 port, guint sessions, SSL_CTX *tls, guint patience_secs,
                            guint *greeted, double *secs);
void bench_idle_close (BenchIdle *idle);

/* A client's context that takes any certificate and resumes nothing. */
SSL_CTX *bench_client_tls (void);

#endif
