/*
 * base/clock.h - the only clock of the product.
 *
 * A test program replaces it at link time: tests/harness/fake-clock.c defines the same symbols, so
 * the linker never takes clock.o out of libbase.a and a day of retries passes in milliseconds.
 *
 * Threads: all functions may be called from any thread.
 */
#ifndef IST_BASE_CLOCK_H
#define IST_BASE_CLOCK_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* Microseconds since 1970-01-01 00:00 UTC. May jump when the administrator or NTP sets the clock:
 * for stamps and display, never for deadlines. */
gint64 ist_clock_wall_usecs (void);

/* Microseconds of a clock that never jumps. For deadlines and retries. */
gint64 ist_clock_mono_usecs (void);

/* What the machine really took, also in a test that replaces the clock: for measuring the machine, and for waits
 * of milliseconds that only pace work. */
gint64 ist_clock_machine_usecs (void);

/* Waits on `cond` (whose `mutex` the caller holds) until it is signalled or the monotonic clock
 * reaches `until_mono_usecs` (G_MAXINT64: no limit). Returns FALSE when the time was reached. May
 * wake early without reason, as condition variables do: the caller tests its predicate in a loop. */
gboolean ist_clock_wait (GCond *cond, GMutex *mutex, gint64 until_mono_usecs);

/* Waits until `socket` is ready for `condition` or the monotonic clock reaches `until_mono_usecs`
 * (G_MAXINT64: no limit); one that has passed only looks. FALSE with G_IO_ERROR_TIMED_OUT when the time
 * was reached, with another G_IO_ERROR when the socket cannot be waited for. */
gboolean ist_clock_wait_socket (GSocket *socket, GIOCondition condition, gint64 until_mono_usecs,
                                GError **error);

G_END_DECLS

#endif
