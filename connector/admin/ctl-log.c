/*
 * connector/admin/ctl-log.c - reads the log files: also when the daemon is down, also rotated ones.
 */
#include "connector/admin/ctl.h"
#include "connector/settings.h"

#include <stdio.h>
#include <string.h>

#define POLL_USECS 300000
#define MAX_LINE 65536

static char *
log_path (const IstCtl *ctl)
{
  g_autoptr (IstSettings) settings = ist_ctl_settings (ctl);
  const IstLogSettings *log;

  if (settings == NULL)
    return NULL;
  log = ist_settings_get (settings, "log", NULL);
  return g_strdup (log->file);
}

static FILE *
open_log (const char *path)
{
  FILE *file = fopen (path, "rb");

  if (file == NULL)
    fprintf (stderr, "isthmusctl: %s cannot be read; is the daemon's user and path the one you mean?\n", path);
  return file;
}

int
ist_ctl_log (const IstCtl *ctl, int argc, char **argv)
{
  g_autofree char *path = log_path (ctl);
  gboolean follow = argc > 1 && strcmp (argv[1], "--follow") == 0;
  FILE *file = path != NULL ? open_log (path) : NULL;
  char buffer[16384];
  gsize n;

  if (file == NULL)
    return IST_CTL_FAILED;
  do
    {
      while ((n = fread (buffer, 1, sizeof buffer, file)) > 0)
        fwrite (buffer, 1, n, stdout);
      fflush (stdout);
      clearerr (file);
      if (follow)
        g_usleep (POLL_USECS);
    }
  while (follow && !ferror (stdout));
  fclose (file);
  return IST_CTL_OK;
}

/* ---- trace ---- */

static gint
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Finished files in the order of their time, then the one in use. */
static GPtrArray *
log_files (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *prefix = g_strconcat (base, ".2", NULL);
  GPtrArray *out = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, prefix))
      g_ptr_array_add (out, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (out, by_name);
  g_ptr_array_add (out, g_strdup (path));
  return out;
}

static char *
queue_id_of (const char *line)
{
  const char *at = strstr (line, "\"queue_id\":\"");

  return at != NULL ? g_strndup (at + 12, strcspn (at + 12, "\"")) : NULL;
}

typedef void (*EachLine) (GHashTable *ids, const char *line, const char *what);

static void
each_line (const GPtrArray *files, GHashTable *ids, const char *what, EachLine each)
{
  for (guint i = 0; i < files->len; i++)
    {
      FILE *file = fopen (g_ptr_array_index (files, i), "rb");
      g_autofree char *line = g_malloc (MAX_LINE);

      while (file != NULL && fgets (line, MAX_LINE, file) != NULL)
        each (ids, line, what);
      if (file != NULL)
        fclose (file);
    }
}

/* First pass: which messages are meant? */
static void
note_id (GHashTable *ids, const char *line, const char *what)
{
  char *id = strstr (line, what) != NULL ? queue_id_of (line) : NULL;

  if (id != NULL)
    g_hash_table_add (ids, id);
}

/* Second pass: all that happened to them. */
static void
print_line (GHashTable *ids, const char *line, const char *what)
{
  g_autofree char *id = queue_id_of (line);

  if (id != NULL && g_hash_table_contains (ids, id))
    fputs (line, stdout);
}

int
ist_ctl_trace (const IstCtl *ctl, int argc, char **argv)
{
  g_autofree char *path = argc == 2 ? log_path (ctl) : NULL;
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) files = NULL;

  if (argc != 2)
    {
      fprintf (stderr, "isthmusctl trace MESSAGE-ID|QUEUE-ID|ADDRESS\n");
      return IST_CTL_USAGE;
    }
  if (path == NULL)
    return IST_CTL_FAILED;
  files = log_files (path);
  each_line (files, ids, argv[1], note_id);
  each_line (files, ids, argv[1], print_line);
  if (g_hash_table_size (ids) > 0)
    return IST_CTL_OK;
  fprintf (stderr, "nothing in the log about \"%s\"\n", argv[1]);
  return IST_CTL_NO;
}
