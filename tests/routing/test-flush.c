/*
 * tests/routing/test-flush.c - syncs that overlap: who is told what, and in which order. The three functions of
 * base/durable.h that flush.c uses are ours here, and a sync returns when the test says how it went.
 */
#include "routing/queue/flush.h"

#include "base/durable.h"
#include "base/error.h"
#include "tests/harness/harness.h"

#include <string.h>

#define MAX_SYNCS 8
#define PATIENCE_USECS (5 * G_USEC_PER_SEC)

typedef enum
{
  PENDING,
  WELL,
  FAILED
} Verdict;

static GMutex mutex; /* guards all below */
static GCond changed;
static Verdict verdicts[MAX_SYNCS];
static guint n_syncs; /* that have begun */
static GString *told; /* a letter for each group that landed: its own, in small when it is lost */

/* ---- the disk ---- */

IstDurableFile *
ist_durable_open (const char *path, GError **error)
{
  return (IstDurableFile *) g_strdup (path);
}

void
ist_durable_abandon (IstDurableFile *file)
{
  g_free (file);
}

gboolean
ist_durable_sync (IstDurableFile *file, GError **error)
{
  gint64 until = g_get_monotonic_time () + PATIENCE_USECS;
  Verdict verdict;
  guint i;

  g_mutex_lock (&mutex);
  i = n_syncs++;
  g_cond_broadcast (&changed);
  while (verdicts[i] == PENDING && g_cond_wait_until (&changed, &mutex, until))
    ;
  verdict = verdicts[i];
  g_mutex_unlock (&mutex);
  if (verdict == WELL)
    return TRUE;
  g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "sync %u", i + 1);
  return FALSE;
}

/* ---- the test's side ---- */

static void
on_landed (gpointer user, gpointer group, const GError *error)
{
  const char *name = group;

  g_mutex_lock (&mutex);
  g_string_append_c (told, error == NULL ? *name : g_ascii_tolower (*name));
  g_cond_broadcast (&changed);
  g_mutex_unlock (&mutex);
}

static IstFlush *
begin (void)
{
  IstFlush *flush = ist_flush_new (on_landed, NULL);

  n_syncs = 0;
  memset (verdicts, 0, sizeof verdicts);
  told = g_string_new (NULL);
  IST_ASSERT (ist_flush_aim (flush, "wal", NULL));
  return flush;
}

static void
end (IstFlush *flush)
{
  ist_flush_free (flush);
  g_string_free (told, TRUE);
}

static void
commit (IstFlush *flush, const char *group, gboolean dirty)
{
  ist_flush_begin (flush, (gpointer) group, dirty);
}

static void
say (guint sync, Verdict verdict)
{
  g_mutex_lock (&mutex);
  verdicts[sync - 1] = verdict;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&mutex);
}

static gboolean
syncs_begun (guint n)
{
  gint64 until = g_get_monotonic_time () + PATIENCE_USECS;
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&mutex);

  while (n_syncs < n)
    if (!g_cond_wait_until (&changed, &mutex, until))
      return FALSE;
  return n_syncs == n;
}

/* After `want` no other may come within a moment. */
static gboolean
told_is (const char *want)
{
  gint64 until = g_get_monotonic_time () + PATIENCE_USECS;
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&mutex);

  while (told->len < strlen (want) && g_cond_wait_until (&changed, &mutex, until))
    ;
  until = g_get_monotonic_time () + 20000;
  while (strcmp (told->str, want) == 0 && g_cond_wait_until (&changed, &mutex, until))
    ;
  return IST_ASSERT_STR (told->str, want);
}

/* ---- tests ---- */

static void
test_overlap (void)
{
  IstFlush *flush = begin ();

  commit (flush, "A", TRUE);
  IST_ASSERT (syncs_begun (1));
  commit (flush, "B", TRUE);
  IST_ASSERT (syncs_begun (2));
  say (2, WELL);
  told_is ("");
  say (1, WELL);
  told_is ("AB");
  end (flush);
}

/* The kernel told the failure to the older sync alone; the younger one covers the same pages. */
static void
test_failure (void)
{
  IstFlush *flush = begin ();

  commit (flush, "A", TRUE);
  IST_ASSERT (syncs_begun (1));
  commit (flush, "B", TRUE);
  IST_ASSERT (syncs_begun (2));
  say (2, WELL);
  say (1, FAILED);
  told_is ("ab");
  commit (flush, "C", TRUE);
  IST_ASSERT (syncs_begun (3));
  say (3, WELL);
  told_is ("abc");
  IST_ASSERT (ist_flush_aim (flush, "wal", NULL));
  commit (flush, "D", TRUE);
  IST_ASSERT (syncs_begun (4));
  say (4, WELL);
  told_is ("abcD");
  end (flush);
}

static void
test_later_failure (void)
{
  IstFlush *flush = begin ();

  commit (flush, "A", TRUE);
  IST_ASSERT (syncs_begun (1));
  commit (flush, "B", TRUE);
  IST_ASSERT (syncs_begun (2));
  say (2, FAILED);
  say (1, WELL);
  told_is ("Ab");
  end (flush);
}

/* A group that wrote nothing costs no sync and keeps its place. */
static void
test_clean (void)
{
  IstFlush *flush = begin ();

  commit (flush, "A", FALSE);
  told_is ("A");
  IST_ASSERT (syncs_begun (0));
  commit (flush, "B", TRUE);
  IST_ASSERT (syncs_begun (1));
  commit (flush, "C", FALSE);
  told_is ("A");
  IST_ASSERT (syncs_begun (1));
  say (1, WELL);
  told_is ("ABC");
  end (flush);
}

/* Ending waits for what is in flight. */
static void
test_end (void)
{
  static const char letters[MAX_SYNCS + 1] = "ABCDEFGH";
  IstFlush *flush = begin ();

  for (guint i = 0; i < MAX_SYNCS; i++)
    {
      say (i + 1, WELL);
      commit (flush, &letters[i], TRUE);
    }
  ist_flush_free (flush);
  IST_ASSERT (n_syncs >= 1 && n_syncs <= MAX_SYNCS);
  IST_ASSERT_STR (told->str, letters);
  g_string_free (told, TRUE);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "a sync that is well waits for the older ones", test_overlap },
    { "a failure loses all that is behind it", test_failure },
    { "a failure does not lose what was before it", test_later_failure },
    { "a group that wrote nothing", test_clean },
    { "all groups land, in order, before the end", test_end },
    { NULL, NULL },
  };

  return ist_test_main ("flush", tests);
}
