#include "tests/bench/report.h"

#include <stdio.h>

struct _BenchReport
{
  GString *table;
  GString *lines;
  guint below, runs, disturbed;
  guint lost, duplicates, damaged, failed; /* Isthmus */
  guint postfix_lost;
};

BenchReport *
bench_report_new (void)
{
  BenchReport *report = g_new0 (BenchReport, 1);

  report->table = g_string_new ("| row | Isthmus | Postfix | ratio | must | aim | |\n"
                                "|---|---|---|---|---|---|---|\n");
  report->lines = g_string_new (NULL);
  return report;
}

void
bench_report_free (BenchReport *report)
{
  g_string_free (report->table, TRUE);
  g_string_free (report->lines, TRUE);
  g_free (report);
}

static char *
number (double value, const char *unit)
{
  return g_strdup_printf (value >= 100 ? "%.0f%s" : value >= 10 ? "%.1f%s" : "%.2f%s", value, unit);
}

static const char *
verdict (BenchReport *report, gboolean must, gboolean aim)
{
  if (!must)
    report->below++;
  return !must ? "**below**" : aim ? "ok, aim reached" : "ok";
}

void
bench_report_ratio (BenchReport *report, const char *row, const char *unit, double isthmus,
                    double postfix, double must, double aim, gboolean at_most)
{
  double ratio = postfix > 0 ? isthmus / postfix : 0;
  g_autofree char *ours = number (isthmus, unit);
  g_autofree char *theirs = number (postfix, unit);
  const char *sign = at_most ? "≤" : "≥";

  if (postfix <= 0)
    {
      g_string_append_printf (report->table, "| %s | %s | - | - | %s %.2g × | %.2g × | no Postfix |\n", row,
                              ours, sign, must, aim);
      return;
    }
  g_string_append_printf (report->table, "| %s | %s | %s | %.2f × | %s %.2g × | %.2g × | %s |\n", row,
                          ours, theirs, ratio, sign, must, aim,
                          verdict (report, at_most ? ratio <= must : ratio >= must,
                                   at_most ? ratio <= aim : ratio >= aim));
}

void
bench_report_value (BenchReport *report, const char *row, const char *unit, double isthmus,
                    double postfix, double must, double aim)
{
  g_autofree char *ours = number (isthmus, unit);
  g_autofree char *theirs = postfix > 0 ? number (postfix, unit) : g_strdup ("-");
  g_autofree char *limit = number (must, unit);
  g_autofree char *goal = number (aim, unit);

  g_string_append_printf (report->table, "| %s | %s | %s | | ≤ %s | %s | %s |\n", row, ours, theirs, limit,
                          goal, verdict (report, isthmus <= must, isthmus <= aim));
}

void
bench_report_note (BenchReport *report, const BenchResult *isthmus, const BenchResult *postfix)
{
  report->runs += isthmus->runs + postfix->runs;
  report->disturbed += isthmus->disturbed + postfix->disturbed;
  report->lost += isthmus->lost;
  report->duplicates += isthmus->duplicates;
  report->damaged += isthmus->damaged;
  report->failed += isthmus->failed;
  report->postfix_lost += postfix->lost;
}

void
bench_report_line (BenchReport *report, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (report->lines, format, args);
  va_end (args);
  g_string_append_c (report->lines, '\n');
}

gboolean
bench_report_print (BenchReport *report)
{
  gboolean whole = report->lost + report->duplicates + report->damaged + report->failed == 0;

  printf ("%s\n%s", report->table->str, report->lines->str);
  printf ("Messages through Isthmus lost %u, doubled %u, damaged %u, refused %u; through Postfix lost %u.\n",
          report->lost, report->duplicates, report->damaged, report->failed, report->postfix_lost);
  printf ("%u of %u runs were disturbed (other programs used more than %.2f cores)%s.\n",
          report->disturbed, report->runs, BENCH_QUIET_CORES,
          report->disturbed > 0 ? "; only ratios and CPU times of such runs mean something" : "");
  printf ("%u rows are below their must.\n", report->below);
  return whole && report->below == 0;
}
