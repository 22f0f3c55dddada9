/*
 * tests/bench/convert-bench.h - the program convert-bench: what conversion costs, in one thread, by the CPU time of
 * this process or of the programs it is compared with.
 *
 *   const BenchTimed timed[] = { { "Isthmus", run_ours, message }, { "GMime", run_gmime, bytes } };
 *   double secs[2];
 *   bench_convert_time (timed, 2, secs);     in turns; the median of each
 *
 * Threads: one.
 */
#ifndef IST_TESTS_BENCH_CONVERT_BENCH_H
#define IST_TESTS_BENCH_CONVERT_BENCH_H

#include "base/body.h"

#define BENCH_CONVERT_MIN_MB 100.0

typedef struct
{
  void (*run) (gpointer user);
  gpointer user;
  gboolean is_process; /* `run` starts a program and waits for it: its CPU time counts */
} BenchTimed;

/* CPU seconds of one run of each, the median of several turns in which all take part. At most four. */
void bench_convert_time (const BenchTimed *timed, guint n, double *secs);

/* ---- what is converted; free all with g_bytes_unref() or g_string_free() ---- */

/* Words in lines of about 70 characters, about `size_bytes` of them; `end` ends a line. */
void bench_convert_words (GString *out, gsize size_bytes, const char *end);
/* Bytes in which nothing repeats. The same `seed` gives the same. */
GBytes *bench_convert_noise (gsize size_bytes, guint32 seed);
/* The bytes in base64 in lines of 76 characters. */
void bench_convert_base64 (GString *out, GBytes *bytes);

typedef struct
{
  gsize text_bytes;  /* of RTF, before it is compressed */
  gboolean is_html;  /* the RTF wraps HTML, as Outlook writes it; else it is rich text of its own */
  guint recipients;  /* each with some properties */
  guint files;
  gsize file_bytes;
} BenchTnef;

/* A winmail.dat with correct check sums. */
GBytes *bench_convert_tnef (const BenchTnef *what);
/* Compressed RTF ([MS-OXRTFCP]). */
GByteArray *bench_convert_lzfu (const char *rtf, gsize size_bytes);

/* ---- the groups of rows; FALSE: one is below its must ---- */

gboolean bench_convert_pass (void);
gboolean bench_convert_tnef_rows (const char *dir);
gboolean bench_convert_nsf_rows (void);

/* Takes a TNEF stream apart into a folder: what the programs tnef and ytnef do. 0, or 1 and told on stderr. */
int bench_convert_decode (const char *path, const char *dir);

#endif
