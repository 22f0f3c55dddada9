/*
 * tests/bench/slow-sync-posix.c - for LD_PRELOAD: each sync takes BENCH_SLOW_MSECS longer, as on a disk with a
 * slower flush.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void
delay (void)
{
  const char *text = getenv ("BENCH_SLOW_MSECS");
  long msecs = text != NULL ? strtol (text, NULL, 10) : 0;
  struct timespec wait = { msecs / 1000, msecs % 1000 * 1000000 };

  if (msecs > 0)
    nanosleep (&wait, NULL);
}

static int
slow (const char *name, int fd)
{
  int (*real) (int) = (int (*) (int)) dlsym (RTLD_NEXT, name);
  int result = real (fd);

  delay ();
  return result;
}

int
fsync (int fd)
{
  return slow ("fsync", fd);
}

int
fdatasync (int fd)
{
  return slow ("fdatasync", fd);
}
