/*
 * tests/bench/report.h - the table that is printed, in Markdown, and whether it is good.
 */
#ifndef IST_TESTS_BENCH_REPORT_H
#define IST_TESTS_BENCH_REPORT_H

#include "tests/bench/cell.h"

typedef struct _BenchReport BenchReport;

BenchReport *bench_report_new (void);
void bench_report_free (BenchReport *report);

/* A row that compares: good when isthmus / postfix is at least (`at_most`: at most) `must`. Without Postfix
 * (0) only the value is shown. */
void bench_report_ratio (BenchReport *report, const char *row, const char *unit, double isthmus,
                         double postfix, double must, double aim, gboolean at_most);

/* A row with a limit of its own: good when the value is at most `must`. postfix 0: not measured. */
void bench_report_value (BenchReport *report, const char *row, const char *unit, double isthmus,
                         double postfix, double must, double aim);

/* Adds up losses and disturbed runs, to be told below the table. */
void bench_report_note (BenchReport *report, const BenchResult *isthmus, const BenchResult *postfix);

/* A line below the table. */
void bench_report_line (BenchReport *report, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Prints all; FALSE when a row is below its must or anything was lost, damaged or doubled by Isthmus. */
gboolean bench_report_print (BenchReport *report);

#endif
