/*
 * tests/bench/text.h - the messages that are sent, and how each is known again.
 *
 * A message is a head with its number, a body that all messages of one size share, and a last line with the
 * number again: what arrives is compared byte by byte, and a body that got another's head is seen.
 */
#ifndef IST_TESTS_BENCH_TEXT_H
#define IST_TESTS_BENCH_TEXT_H

#include <glib.h>

typedef struct
{
  char *body;
  gsize size;
  const char *fields; /* its Content-... fields with CRLF; NULL: a plain text; static */
  GPtrArray *pieces;  /* GBytes: it arrives converted, and these are in it then; NULL: it arrives as it was sent */
} BenchText;

typedef enum
{
  BENCH_DAMAGED,
  BENCH_AS_SENT,
  BENCH_CONVERTED /* another text, in which all pieces are */
} BenchArrival;

/* About `size_bytes` with head and tail, at least 600; lines of 76 characters, none begins with a dot. */
BenchText *bench_text_new (gsize size_bytes);
void bench_text_free (BenchText *text);

/* What stands before and behind the body; without the final dot. */
void bench_text_head (GString *out, const BenchText *text, guint64 number);
void bench_text_tail (GString *out, guint64 number);

/* Is this (without the final dot) such a message, whole? Trace fields may stand before. */
BenchArrival bench_text_check (const BenchText *text, const char *data, gsize size_bytes, guint64 *number);

#endif
