/*
 * tests/fuzz/replay.c - runs one fuzz target over its seeds, each whole and cut short, as TAP.
 *
 * The seeds are the files of tests/fuzz/seeds/TARGET; a target that takes whole messages also gets the real
 * ones that ISTHMUS_CORPUS names. With file names as arguments just these are run.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/harness/harness.h"

#include <stdio.h>

#define MAX_CUTS 64

static const char *target;
static guint n_inputs;

/* The whole input, then up to MAX_CUTS beginnings of it, spread evenly. */
static void
run_input (const char *name, const char *data, gsize size, gboolean cut)
{
  gsize step = MAX (size / MAX_CUTS, 1);

  ist_row ("%s", name);
  for (gsize n = cut ? 0 : size; n < size; n += step)
    {
      g_autofree guint8 *exact = g_memdup2 (data, MAX (n, 1));

      LLVMFuzzerTestOneInput (exact, n);
      n_inputs++;
    }
  LLVMFuzzerTestOneInput ((const guint8 *) data, size);
  n_inputs++;
}

static guint
run_folder (const char *folder, gboolean cut)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint files = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *data = NULL;
      gsize size;

      if (!g_file_test (path, G_FILE_TEST_IS_REGULAR) || !g_file_get_contents (path, &data, &size, NULL))
        continue;
      run_input (name, data, size, cut);
      files++;
    }
  return files;
}

static void
test_seeds (void)
{
  g_autofree char *relative = g_strconcat ("tests/fuzz/seeds/", target, NULL);
  g_autofree char *folder = ist_test_source (relative);

  IST_ASSERT (run_folder (folder, TRUE) > 0);
  ist_note ("%u inputs", n_inputs);
}

static void
test_corpus (void)
{
  static const char *const folders[]
      = { "corpus/malformed", "corpus/notes-mail", "corpus/exchange-mail", NULL };
  guint files = 0;

  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *folder = ist_test_corpus (folders[i]);

      if (folder != NULL)
        files += run_folder (folder, FALSE);
    }
  if (files == 0)
    ist_skip ("no collection of real messages");
}

static int
run_files (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    {
      g_autofree char *data = NULL;
      g_autoptr (GError) error = NULL;
      gsize size;

      if (!g_file_get_contents (argv[i], &data, &size, &error))
        {
          fprintf (stderr, "%s\n", error->message);
          return 1;
        }
      run_input (argv[i], data, size, FALSE);
    }
  return 0;
}

int
main (int argc, char **argv)
{
  static const char *const message_targets[] = { "inspect", "message", "mime", "transforms", NULL };
  IstTest tests[] = { { "seeds", test_seeds }, { "real messages", test_corpus }, { NULL, NULL } };
  g_autofree char *base = g_path_get_basename (argv[0]);

  if (argc > 1)
    return run_files (argc, argv);
  /* "fuzz-NAME.t" */
  if (!g_str_has_prefix (base, "fuzz-") || !g_str_has_suffix (base, ".t"))
    return 2;
  base[strlen (base) - 2] = '\0';
  target = base + 5;
  if (!g_strv_contains (message_targets, target))
    tests[1] = tests[2];
  return ist_test_main (base, tests);
}
