/*
 * tests/bench/text-made.h - messages that are converted on their way, with the pieces by which one sees that nothing
 * of their files was lost.
 */
#ifndef IST_TESTS_BENCH_TEXT_MADE_H
#define IST_TESTS_BENCH_TEXT_MADE_H

#include "tests/bench/text.h"

/* A text with two uuencoded files, as Notes R4 sent it: each becomes an attachment in base64. */
BenchText *bench_text_new_uuencoded (gsize size_bytes);
/* The same with one file of `file_bytes`, too large to be looked into: it passes. */
BenchText *bench_text_new_uuencoded_large (gsize file_bytes);
/* A file in base64, which passes. */
BenchText *bench_text_new_attached (gsize file_bytes);
/* A winmail.dat in base64 with a file of `file_bytes`: the file is an attachment afterwards. */
BenchText *bench_text_new_tnef (gsize file_bytes);
/* An encapsulated Notes database in base64 whose memo has the file, stored or Huffman-coded: the file is an attachment
 * afterwards, when the database is rebuilt into a mail. */
BenchText *bench_text_new_note (gsize file_bytes);
BenchText *bench_text_new_note_packed (gsize file_bytes);
/* The same, stored, when the database itself is to become an attachment. */
BenchText *bench_text_new_note_kept (gsize file_bytes);

#endif
