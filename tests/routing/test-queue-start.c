/*
 * tests/routing/test-queue-start.c - starts: after a backup was put in place, on a damaged file, with much mail.
 */
#include "base/clock.h"
#include "base/db.h"
#include "base/error.h"
#include "tests/harness/fake-clock.h"
#include "tests/harness/harness.h"
#include "tests/routing/queue-help.h"

#include <glib/gstdio.h>
#include <string.h>

#define LARGE 50000

static guint
count_names (const char *dir, const char *part)
{
  g_autoptr (GDir) names = g_dir_open (dir, 0, NULL);
  const char *name;
  guint n = 0;

  while (names != NULL && (name = g_dir_read_name (names)) != NULL)
    n += part == NULL || strstr (name, part) != NULL;
  return n;
}

/* The one folder below bodies/. */
static char *
bodies_of (const char *dir)
{
  g_autofree char *bodies = g_build_filename (dir, "bodies", NULL);
  g_autoptr (GDir) ids = g_dir_open (bodies, 0, NULL);

  return g_build_filename (bodies, g_dir_read_name (ids), NULL);
}

static void
copy_file (const char *from, const char *to)
{
  gsize size;
  g_autofree char *data = ist_test_read (from, &size);

  g_file_set_contents (to, data, (gssize) size, NULL);
}

/* Crash rule 4: a backup does not know of the latest texts; they may be all that is left of their mail. */
static void
test_backup (void)
{
  static const struct
  {
    const char *name;
    gboolean more_starts; /* after the backup */
    gboolean told;
    guint kept;
  } rows[] = {
    { "an older start", TRUE, FALSE, 1 },
    { "the administrator says so", FALSE, TRUE, 1 },
    { "no backup", FALSE, FALSE, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *dir = ist_test_dir ();
      g_autofree char *db = g_build_filename (dir, "queue.db", NULL);
      g_autofree char *backup = g_build_filename (dir, "backup", NULL);
      g_autofree char *told = g_build_filename (dir, "restored", NULL);
      g_autofree char *bodies = NULL;
      g_autofree char *stray = NULL;
      g_autofree char *stray_path = NULL;
      IstQueue *queue = help_open (dir, 0);

      ist_row ("%s", rows[i].name);
      bodies = bodies_of (dir);
      stray = ist_queue_new_id (queue);
      ist_queue_close (queue);
      copy_file (db, backup);
      if (rows[i].more_starts)
        ist_queue_close (help_open (dir, 0));
      copy_file (backup, db);
      if (rows[i].told)
        g_file_set_contents (told, "", 0, NULL);
      stray_path = g_build_filename (bodies, stray, NULL);
      g_file_set_contents (stray_path, "text", 4, NULL);
      /* Kept for good, not only by the start that noticed. */
      for (guint k = 0; k < 2; k++)
        {
          ist_fake_clock_advance (HELP_SECOND);
          queue = help_open (dir, 0);
          IST_ASSERT_INT (count_names (bodies, NULL), rows[i].kept);
          ist_queue_close (queue);
        }
      IST_ASSERT (!g_file_test (told, G_FILE_TEST_EXISTS));
    }
}

/* Fills one page with junk, leaves the file as after a crash (`mark`: what says so), and opens it: the folder where all of it went,
 * NULL when that did not happen. */
static char *
damage (const char *dir, const char *mark, gdouble where)
{
  g_autofree char *db = g_build_filename (dir, "queue.db", NULL);
  g_autofree char *sign = g_build_filename (dir, mark, NULL);
  g_autofree char *data = NULL;
  IstQueueOptions options = { .directory = dir, .node = "n1" };
  g_autoptr (GError) error = NULL;
  gsize size;

  data = ist_test_read (db, &size);
  memset (data + (gsize) ((gdouble) (size / IST_DB_PAGE_BYTES - 1) * where) * IST_DB_PAGE_BYTES, 'j',
          IST_DB_PAGE_BYTES);
  g_file_set_contents (db, data, (gssize) size, NULL);
  g_file_set_contents (sign, "as after a crash", -1, NULL);
  IST_ASSERT (ist_queue_open (&options, &error) == NULL);
  if (!IST_ASSERT_ERROR (error, IST_ERROR_DAMAGED))
    return NULL;
  return g_strdup_printf ("%s/damaged-%" G_GINT64_FORMAT, dir,
                          ist_clock_wall_usecs () / G_USEC_PER_SEC);
}

/* A page in the middle is lost; what can be read is saved with its envelope. */
static void
test_set_aside (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autofree char *aside = NULL;
  IstQueue *queue = help_open (dir, 0);

  for (guint i = 0; i < 40; i++)
    g_free (help_submit (queue, 2, 3000, "r"));
  ist_queue_close (queue);
  aside = damage (dir, "queue.db-wal", 0.5);
  if (aside == NULL)
    return;
  /* One page holds one text of 3,000 bytes; the neighbours' entries may be lost with it. */
  IST_ASSERT (count_names (aside, ".eml") >= 35);
  IST_ASSERT_INT (count_names (aside, ".envelope"), count_names (aside, ".eml"));
}

/* What was saved is whole, text and envelope, also a text that lies in a file. The last page is an index's:
 * everything can be read and nothing is trusted. */
static void
test_saved_text (void)
{
  g_autofree char *dir = ist_test_dir ();
  IstQueue *queue = help_open (dir, 0);
  g_autofree char *id = help_submit (queue, 2, LARGE, "r");
  g_autofree char *aside = NULL;
  g_autofree char *eml = NULL, *text = NULL;
  g_autofree char *beside = NULL, *envelope = NULL;
  gsize size;

  ist_queue_close (queue);
  aside = damage (dir, "unclean", 1);
  if (aside == NULL)
    return;
  id[strlen (id) - strlen ("n1")] = '\0';
  eml = g_strdup_printf ("%s/%s.eml", aside, id);
  text = ist_test_read (eml, &size);
  IST_ASSERT_INT (size, LARGE);
  beside = g_strdup_printf ("%s/%s.envelope", aside, id);
  envelope = ist_test_read (beside, &size);
  IST_ASSERT (strstr (envelope, "MAIL FROM:<from@a.example>\r\nRCPT TO:<to0@b.example>\r\n"
                                "RCPT TO:<to1@b.example>\r\n")
              != NULL);
}

/* ---- much mail ---- */

typedef struct
{
  IstQueue *queue;
  guint n;
} Filler;

static gpointer
fill (gpointer data)
{
  Filler *self = data;

  for (guint i = 0; i < self->n; i++)
    g_free (help_submit (self->queue, 1, 4096, "r"));
  return NULL;
}

/* After an orderly end, and with the whole of it read through as after a crash. */
static void
test_much_mail (void)
{
  guint n = g_getenv ("ISTHMUS_LONG") != NULL ? 100000 : 5000;
  g_autofree char *dir = ist_test_dir ();
  g_autofree char *wal = g_build_filename (dir, "queue.db-wal", NULL);
  Filler filler = { help_open (dir, 0), n / 20 };
  GThread *threads[20];
  gint64 filling = g_get_monotonic_time ();

  for (guint i = 0; i < 20; i++)
    threads[i] = g_thread_new ("fill", fill, &filler);
  for (guint i = 0; i < 20; i++)
    g_thread_join (threads[i]);
  ist_note ("%u messages of 4 KiB accepted in %.0f ms", n,
            (double) (g_get_monotonic_time () - filling) / 1000);
  ist_queue_close (filler.queue);
  for (guint crash = 0; crash < 2; crash++)
    {
      gint64 begin = g_get_monotonic_time ();
      gint64 opened;
      IstQueue *queue;
      IstQueueJob *job;

      ist_row ("%s", crash ? "read through" : "orderly");
      if (crash)
        g_file_set_contents (wal, "as after a crash", -1, NULL);
      queue = help_open (dir, 0);
      opened = g_get_monotonic_time () - begin;
      job = help_take (queue, "r", 1000, 0);
      IST_ASSERT (job != NULL);
      ist_note ("%u messages, %s: open after %.0f ms, first job after %.0f ms", n,
                crash ? "read through" : "orderly end", (double) opened / 1000,
                (double) (g_get_monotonic_time () - begin) / 1000);
      IST_ASSERT (g_get_monotonic_time () - begin < 5 * G_USEC_PER_SEC);
      if (job != NULL)
        help_finish (queue, job, IST_STATE_QUEUED, 0);
      IST_ASSERT_INT (help_count (queue), n);
      ist_queue_close (queue);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "rule 4: a backup", test_backup },
    { "rule 6: set aside", test_set_aside },
    { "rule 6: what is saved", test_saved_text },
    { "much mail", test_much_mail },
    { NULL, NULL },
  };

  return ist_test_main ("queue-start", tests);
}
