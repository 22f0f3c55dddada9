#include "base/log.h"
#include "tests/harness/harness.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>

#define THREADS 4
#define PER_THREAD 5000

static gpointer
write_many (gpointer log)
{
  for (guint i = 0; i < PER_THREAD; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i);

      ist_log (log, IST_LOG_INFO, "test", "event", "ID", "text", "number", number, NULL);
    }
  return NULL;
}

static guint
count_lines (const char *path)
{
  gsize size;
  g_autofree char *text = ist_test_read (path, &size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = 0;

  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++, n++)
    {
      json_t *object = json_loads (lines[i], 0, NULL);

      if (!IST_ASSERT (object != NULL))
        ist_note ("%s", lines[i]);
      json_decref (object);
    }
  return n;
}

/* Rotated under load by four threads: no line lost, none split. */
static void
test_rotation (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autofree char *path = g_build_filename (dir, "x.log", NULL);
  IstLogOptions options = { .file = path, .rotate_bytes = 200000, .keep_files = 1000 };
  IstLog *log = ist_log_new (&options, NULL);
  GThread *threads[THREADS];
  g_autoptr (GDir) files = NULL;
  const char *name;
  guint lines = 0, n_files = 0;

  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("write", write_many, log);
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  ist_log_free (log);
  files = g_dir_open (dir, 0, NULL);
  while ((name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *file = g_build_filename (dir, name, NULL);

      lines += count_lines (file);
      n_files++;
    }
  IST_ASSERT_INT (lines, THREADS * PER_THREAD);
  IST_ASSERT (n_files > 5);
}

/* What was logged before the end is in the file, also when the writer was busy as the end came. */
static void
test_end (void)
{
  g_autofree char *dir = ist_test_dir ();

  for (guint round = 0; round < 50; round++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u.log", dir, round);
      IstLogOptions options = { .file = path };
      IstLog *log = ist_log_new (&options, NULL);

      for (guint i = 0; i < 1000; i++)
        ist_log (log, i % 100 == 0 ? IST_LOG_WARNING : IST_LOG_INFO, "test", "event", NULL, NULL, NULL);
      ist_log_free (log);
      if (!IST_ASSERT_INT (count_lines (path), 1000))
        return;
    }
}

static void
test_level_and_escapes (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autofree char *path = g_build_filename (dir, "x.log", NULL);
  IstLogOptions options = { .file = path, .level = IST_LOG_INFO };
  IstLog *log = ist_log_new (&options, NULL);
  g_autofree char *text = NULL;
  json_t *object;
  gsize size;

  ist_log (log, IST_LOG_DEBUG, "test", "unseen", NULL, NULL, NULL);
  ist_log (log, IST_LOG_WARNING, "test", "seen", NULL, "a\"b\\c\n\xff", "none", NULL, "k", "v", NULL);
  ist_log_free (log);
  text = ist_test_read (path, &size);
  object = json_loads (text, JSON_DISABLE_EOF_CHECK, NULL);
  IST_ASSERT_STR (json_string_value (json_object_get (object, "event")), "seen");
  IST_ASSERT_STR (json_string_value (json_object_get (object, "text")), "a\"b\\c\n\xc3\xbf");
  json_decref (object);
}

/* A flush that finds nothing to write leaves the log usable. */
static void
test_flush_of_nothing (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autofree char *path = g_build_filename (dir, "test.log", NULL);
  IstLogOptions options = { .file = path };
  g_autoptr (IstLog) log = ist_log_new (&options, NULL);
  g_autofree char *text = NULL;

  for (guint i = 0; i < 3; i++)
    {
      ist_log_flush (log);
      g_usleep (20000);
    }
  ist_log (log, IST_LOG_INFO, "test", "after", NULL, NULL, NULL);
  ist_log_flush (log);
  text = ist_test_read (path, NULL);
  IST_ASSERT (strstr (text, "\"event\":\"after\"") != NULL);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "rotation", test_rotation },
    { "end", test_end },
    { "level and escapes", test_level_and_escapes },
    { "flush-of-nothing", test_flush_of_nothing },
    { NULL, NULL },
  };

  return ist_test_main ("log", tests);
}
