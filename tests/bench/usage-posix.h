/*
 * tests/bench/usage-posix.h - what processes use, from /proc.
 */
#ifndef IST_TESTS_BENCH_USAGE_POSIX_H
#define IST_TESTS_BENCH_USAGE_POSIX_H

#include <glib.h>

/* CPU seconds of a process and all below it, with the children that ended and were waited for. */
double bench_usage_tree_cpu (gint pid);
/* CPU seconds of this process. */
double bench_usage_own_cpu (void);
/* CPU seconds of its children that ended and were waited for. */
double bench_usage_children_cpu (void);
/* CPU seconds of the whole machine, without idle and I/O wait. */
double bench_usage_machine_cpu (void);

/* KiB of a process tree: proportional share of all memory, and the anonymous memory of the root alone. */
double bench_usage_tree_pss (gint pid);
double bench_usage_anonymous (gint pid);

/* Waits until the disk has what the last run left to write, so that the next does not pay for it. */
void bench_usage_sync_disk (void);

#endif
