#include "tests/crash/ticker.h"

#include "tests/harness/fake-clock.h"

static gint ticking;

static gpointer
tick (gpointer unused)
{
  while (g_atomic_int_get (&ticking))
    {
      g_usleep (300);
      ist_fake_clock_advance (50 * G_TIME_SPAN_MILLISECOND);
    }
  return NULL;
}

int
ticker_test_main (const char *suite, const IstTest *tests)
{
  GThread *ticker;
  int status;

  g_atomic_int_set (&ticking, TRUE);
  ticker = g_thread_new ("tick", tick, NULL);
  status = ist_test_main (suite, tests);
  g_atomic_int_set (&ticking, FALSE);
  g_thread_join (ticker);
  return status;
}
