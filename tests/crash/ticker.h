/*
 * tests/crash/ticker.h - time that passes by itself: the fake clock, 150 times faster than the real one.
 */
#ifndef IST_TESTS_CRASH_TICKER_H
#define IST_TESTS_CRASH_TICKER_H

#include "tests/harness/harness.h"

/* ist_test_main() while the clock runs. */
int ticker_test_main (const char *suite, const IstTest *tests);

#endif
