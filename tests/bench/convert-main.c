/*
 * tests/bench/convert-main.c - convert-bench [--dir DIR] [--only pass,tnef,nsf]: the tables of what conversion costs.
 * convert-bench --decode FILE --into DIR: takes a winmail.dat apart, for the comparison with other programs.
 */
#include "tests/bench/convert-bench.h"

#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>

static gboolean
is_asked (const char *only, const char *name)
{
  return only == NULL || strstr (only, name) != NULL;
}

static gboolean
run_groups (const char *dir, const char *only)
{
  gboolean good = TRUE;

  g_mime_init ();
  if (is_asked (only, "pass"))
    good &= bench_convert_pass ();
  if (is_asked (only, "tnef"))
    {
      putchar ('\n');
      good &= bench_convert_tnef_rows (dir);
    }
  if (is_asked (only, "nsf"))
    {
      putchar ('\n');
      good &= bench_convert_nsf_rows ();
    }
  return good;
}

int
main (int argc, char **argv)
{
  g_autofree char *file = NULL, *into = NULL, *dir = NULL, *only = NULL;
  const GOptionEntry entries[] = {
    { "decode", 0, 0, G_OPTION_ARG_FILENAME, &file, "Take this TNEF stream apart", "FILE" },
    { "into", 0, 0, G_OPTION_ARG_FILENAME, &into, "into this folder", "DIR" },
    { "dir", 0, 0, G_OPTION_ARG_FILENAME, &dir, "Working folder where there is no /dev/shm", "DIR" },
    { "only", 0, 0, G_OPTION_ARG_STRING, &only, "Only these groups of rows", "NAMES" },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- measure conversion");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || (file != NULL) != (into != NULL))
    {
      fprintf (stderr, "convert-bench: %s\n", error != NULL ? error->message : "--decode needs --into");
      return 2;
    }
  if (file != NULL)
    return bench_convert_decode (file, into);
  return run_groups (dir != NULL ? dir : g_get_tmp_dir (), only) ? 0 : 1;
}
