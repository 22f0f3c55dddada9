/*
 * tests/harness/fake-clock.h - a clock that only moves when a test says so.
 *
 * Link libfakeclock.a before libbase.a: it defines the symbols of base/clock.h. Waiters wake when the
 * clock passes their time.
 */
#ifndef IST_TESTS_FAKE_CLOCK_H
#define IST_TESTS_FAKE_CLOCK_H

#include <glib.h>

/* Moves both clocks forward and wakes who waits. */
void ist_fake_clock_advance (gint64 usecs);

/* From now on each look at the monotonic clock takes so long, as on a machine that has no time for us. */
void ist_fake_clock_drag (gint64 usecs);

/* Moves the wall clock alone (NTP, an administrator): the monotonic clock stays. */
void ist_fake_clock_step_wall (gint64 usecs);

#endif
