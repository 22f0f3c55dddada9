/*
 * tests/crash/test-sim.c - the simulated disk itself: what its power cuts leave, what its faults lose.
 */
#include "base/durable.h"
#include "base/error.h"
#include "tests/harness/harness.h"
#include "tests/harness/sim-disk.h"

#include <string.h>

typedef enum
{
  SYNC_NOTHING,
  SYNC_FILE = 1 << 0,
  SYNC_FOLDER = 1 << 1,
  FAIL_FOLDER = 1 << 2 /* its sync fails, and another one succeeds */
} Steps;

static void
write_text (const char *path, const char *text, gboolean sync)
{
  IstDurableFile *file = ist_durable_create (path, NULL);

  if (!IST_ASSERT (file != NULL))
    return;
  IST_ASSERT (ist_durable_write (file, text, strlen (text), NULL));
  if (sync)
    ist_durable_finish (file, NULL);
  else
    ist_durable_abandon (file);
}

/* "" when the file is missing. */
static char *
read_text (const char *path)
{
  g_autoptr (IstBody) body = ist_durable_load (path, NULL);
  gsize size;
  const char *data = body != NULL ? ist_body_data (body, &size) : NULL;

  return data != NULL ? g_strndup (data, size) : g_strdup ("");
}

static void
test_cuts (void)
{
  static const struct
  {
    const char *name;
    guint steps;
    IstSimCut cut;
    const char *want;
  } rows[] = {
    { "nothing synced", SYNC_NOTHING, IST_SIM_CUT_NOTHING, "" },
    { "nothing synced, all happens to be there", SYNC_NOTHING, IST_SIM_CUT_ALL, "text" },
    { "file without its name", SYNC_FILE, IST_SIM_CUT_NOTHING, "" },
    { "name without its text", SYNC_FOLDER, IST_SIM_CUT_NOTHING, "" },
    { "both", SYNC_FILE | SYNC_FOLDER, IST_SIM_CUT_NOTHING, "text" },
    { "both, sectors", SYNC_FILE | SYNC_FOLDER, IST_SIM_CUT_SECTORS, "text" },
    { "the folder's sync failed and was tried again", SYNC_FILE | SYNC_FOLDER | FAIL_FOLDER,
      IST_SIM_CUT_ALL, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstSimDisk) disk = ist_sim_disk_new ();
      g_autoptr (IstSimDisk) left = NULL;
      g_autofree char *got = NULL;

      ist_row ("%s", rows[i].name);
      ist_sim_disk_use (disk);
      IST_ASSERT (ist_durable_mkdir ("/q", NULL));
      write_text ("/q/f", "text", (rows[i].steps & SYNC_FILE) != 0);
      if ((rows[i].steps & FAIL_FOLDER) != 0)
        {
          ist_sim_disk_fail (disk, IST_SIM_SYNC_DIR, 1, IST_SIM_EIO, FALSE);
          IST_ASSERT (!ist_durable_sync_dir ("/q", NULL));
        }
      if ((rows[i].steps & SYNC_FOLDER) != 0)
        IST_ASSERT (ist_durable_sync_dir ("/q", NULL));
      left = ist_sim_disk_cut (disk, rows[i].cut, 1);
      ist_sim_disk_use (left);
      got = read_text ("/q/f");
      IST_ASSERT_STR (got, rows[i].want);
    }
}

/* A failed sync is not taken back by the next one; writing the content again does. */
static void
test_failed_sync (void)
{
  for (guint rewrite = 0; rewrite < 2; rewrite++)
    {
      g_autoptr (IstSimDisk) disk = ist_sim_disk_new ();
      g_autoptr (IstSimDisk) left = NULL;
      g_autofree char *got = NULL;
      g_autofree char *seen = NULL;

      ist_row ("%s", rewrite ? "written again" : "synced again");
      ist_sim_disk_use (disk);
      ist_sim_disk_fail (disk, IST_SIM_SYNC, 1, IST_SIM_EIO, FALSE);
      write_text ("/f", "text", TRUE);
      IST_ASSERT (ist_sim_disk_failed (disk));
      IST_ASSERT (ist_durable_sync_dir ("/", NULL));
      seen = read_text ("/f");
      IST_ASSERT_STR (seen, "text");
      if (rewrite)
        IST_ASSERT (ist_durable_rewrite ("/f", NULL));
      left = ist_sim_disk_cut (disk, IST_SIM_CUT_ALL, 1);
      ist_sim_disk_use (left);
      got = read_text ("/f");
      IST_ASSERT_STR (got, rewrite ? "text" : "");
    }
}

/* Over many seeds unsynced sectors are sometimes there, sometimes not, sometimes the later without the
 * earlier, sometimes half; what was synced before never suffers. */
static void
test_sectors (void)
{
  g_autoptr (IstSimDisk) disk = ist_sim_disk_new ();
  g_autofree char *text = g_strnfill (4 * 512, 'n');
  guint all = 0, none = 0, later = 0, half = 0;

  ist_sim_disk_use (disk);
  write_text ("/f", text, FALSE);
  write_text ("/safe", text, TRUE);
  IST_ASSERT (ist_durable_sync_dir ("/", NULL));
  for (guint seed = 0; seed < 2000; seed++)
    {
      g_autoptr (IstSimDisk) left = ist_sim_disk_cut (disk, IST_SIM_CUT_SECTORS, seed);
      g_autoptr (IstBody) body = NULL;
      g_autofree char *safe = NULL;
      g_autofree char *full = g_malloc0 (4 * 512);
      gsize size;
      const char *data;

      ist_sim_disk_use (left);
      safe = read_text ("/safe");
      if (!IST_ASSERT_STR (safe, text))
        return;
      body = ist_durable_load ("/f", NULL);
      if (!IST_ASSERT (body != NULL))
        return;
      data = ist_body_data (body, &size);
      memcpy (full, data, size);
      all += memcmp (full, text, 4 * 512) == 0;
      none += full[0] == '\0' && full[512] == '\0' && full[1024] == '\0' && full[1536] == '\0';
      later += full[0] == '\0' && full[512] == 'n';
      half += full[0] == 'n' && full[511] == '\0';
    }
  ist_note ("of 2,000: %u whole, %u empty, %u later without earlier, %u torn", all, none, later, half);
  IST_ASSERT (all > 0 && none > 0 && later > 0 && half > 0);
}

static void
test_counts (void)
{
  g_autoptr (IstSimDisk) disk = ist_sim_disk_new ();
  g_autofree char *big = NULL;
  IstDurableFile *file;
  g_autoptr (GError) error = NULL;

  ist_sim_disk_use (disk);
  ist_sim_disk_fail (disk, IST_SIM_WRITE, 2, IST_SIM_SHORT, TRUE);
  file = ist_durable_create ("/f", NULL);
  IST_ASSERT (ist_durable_write (file, "abcd", 4, NULL));
  IST_ASSERT (!ist_durable_write (file, "efgh", 4, &error));
  IST_ASSERT_ERROR (error, IST_ERROR_RETRY);
  IST_ASSERT (!ist_durable_write (file, "efgh", 4, NULL));
  ist_sim_disk_heal (disk);
  IST_ASSERT (ist_durable_write (file, "efgh", 4, NULL));
  ist_durable_abandon (file);
  IST_ASSERT_INT (ist_sim_disk_count (disk, IST_SIM_WRITE), 4);
  IST_ASSERT_INT (ist_sim_disk_count (disk, IST_SIM_CREATE), 1);
  ist_sim_disk_set_capacity (disk, 3 * 4096);
  file = ist_durable_create ("/g", NULL);
  IST_ASSERT (ist_durable_write (file, "x", 1, NULL));
  ist_durable_abandon (file);
  big = g_strnfill (16384, 'x');
  file = ist_durable_create ("/h", NULL);
  IST_ASSERT (!ist_durable_write (file, big, 16384, NULL));
  ist_durable_abandon (file);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "cuts", test_cuts },
    { "a failed sync", test_failed_sync },
    { "sectors", test_sectors },
    { "counts, faults, capacity", test_counts },
    { NULL, NULL },
  };

  return ist_test_main ("sim", tests);
}
