#include "tests/harness/sim-private.h"

#include <string.h>

#define SECTOR 512

const char *
ist_sim_cut_name (IstSimCut cut)
{
  static const char *const names[]
      = { "nothing unsynced", "all unsynced", "in order, torn", "any writes", "any sectors" };

  return names[cut];
}

/* ---- what is left of one file ---- */

static void
keep_part (IstSimContent *left, const IstSimChange *change, gsize from, gsize size)
{
  const char *data = g_bytes_get_data (change->data, NULL);

  ist_sim_content_write (left, change->offset + from, data + from, size);
}

/* Sectors as the disk sees them: by the offset in the file, not in the write. */
static void
keep_sectors (IstSimContent *left, const IstSimChange *change, GRand *rand)
{
  gsize size = g_bytes_get_size (change->data);
  gboolean rare = g_rand_boolean (rand);

  for (gsize at = 0; at < size;)
    {
      gsize n = MIN (size - at, SECTOR - (change->offset + at) % SECTOR);
      gint dice = g_rand_int_range (rand, 0, 8);

      if (dice == 0)
        keep_part (left, change, at, n / 2);
      else if (rare ? dice < 7 : dice < 4)
        keep_part (left, change, at, n);
      at += n;
    }
}

static void
keep_in_order (IstSimContent *left, const IstSimFile *file, GRand *rand)
{
  guint n = (guint) g_rand_int_range (rand, 0, (gint) file->changes->len + 1);
  const IstSimChange *torn = n < file->changes->len ? file->changes->pdata[n] : NULL;

  for (guint i = 0; i < n; i++)
    ist_sim_apply_change (left, file->changes->pdata[i]);
  if (torn != NULL && torn->data != NULL && g_bytes_get_size (torn->data) > 0)
    keep_part (left, torn, 0,
               (gsize) g_rand_int_range (rand, 0, (gint) g_bytes_get_size (torn->data)));
}

static void
cut_content (IstSimContent *left, const IstSimFile *file, IstSimCut how, GRand *rand)
{
  ist_sim_content_copy (left, &file->durable);
  if (how == IST_SIM_CUT_NOTHING)
    return;
  if (how == IST_SIM_CUT_ORDER)
    {
      keep_in_order (left, file, rand);
      return;
    }
  for (guint i = 0; i < file->changes->len; i++)
    {
      const IstSimChange *change = file->changes->pdata[i];

      if (how == IST_SIM_CUT_ALL)
        ist_sim_apply_change (left, change);
      else if (how == IST_SIM_CUT_SECTORS && change->data != NULL)
        keep_sectors (left, change, rand);
      else if (g_rand_boolean (rand))
        ist_sim_apply_change (left, change);
    }
  /* The new length can be there without what was written. */
  if (left->size < file->live.size && g_rand_boolean (rand))
    ist_sim_content_truncate (left, file->live.size);
}

/* ---- what is left of the names ---- */

static GHashTable *
cut_names (const IstSimDisk *disk, IstSimCut how, GRand *rand)
{
  GHashTable *left = ist_sim_names_new ();
  GHashTableIter iter;
  gpointer path, file;

  g_hash_table_iter_init (&iter, disk->durable);
  while (g_hash_table_iter_next (&iter, &path, &file))
    g_hash_table_insert (left, g_strdup (path), ist_sim_file_ref (file));
  for (guint i = 0; i < disk->names->len; i++)
    if (how != IST_SIM_CUT_NOTHING && (how == IST_SIM_CUT_ALL || g_rand_boolean (rand)))
      ist_sim_apply_name (left, disk->names->pdata[i]);
  return left;
}

static gboolean
has_parents (GHashTable *names, const char *path)
{
  g_autofree char *dir = ist_sim_dir_of (path);

  return g_hash_table_contains (names, dir) && (strcmp (dir, "/") == 0 || has_parents (names, dir));
}

/* ---- a new disk ---- */

static gint
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Sorted, so that chance falls the same way each time. */
static GPtrArray *
sorted_paths (GHashTable *names)
{
  GPtrArray *paths = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    g_ptr_array_add (paths, path);
  g_ptr_array_sort (paths, by_text);
  return paths;
}

static IstSimFile *
file_from (const IstSimContent *content, gboolean is_dir)
{
  IstSimFile *file = g_new0 (IstSimFile, 1);

  file->refs = 1;
  file->is_dir = is_dir;
  ist_sim_content_init (&file->live);
  ist_sim_content_init (&file->durable);
  ist_sim_content_copy (&file->live, content);
  ist_sim_content_copy (&file->durable, content);
  file->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_sim_change_free);
  return file;
}

IstSimDisk *
ist_sim_disk_cut (IstSimDisk *self, IstSimCut how, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  IstSimDisk *out = ist_sim_disk_new ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  g_autoptr (GHashTable) names = cut_names (self, how, rand);
  g_autoptr (GPtrArray) paths = sorted_paths (names);

  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = paths->pdata[i];
      const IstSimFile *file = g_hash_table_lookup (names, path);
      IstSimContent left;
      IstSimFile *kept;

      if (strcmp (path, "/") == 0 || !has_parents (names, path))
        continue;
      ist_sim_content_init (&left);
      cut_content (&left, file, how, rand);
      kept = file_from (&left, file->is_dir);
      ist_sim_content_clear (&left);
      g_hash_table_insert (out->live, g_strdup (path), kept);
      g_hash_table_insert (out->durable, g_strdup (path), ist_sim_file_ref (kept));
    }
  return out;
}

/* ---- snapshots ---- */

static IstSimFile *
copy_file (GHashTable *copies, IstSimFile *from)
{
  IstSimFile *to = g_hash_table_lookup (copies, from);

  if (to != NULL)
    return ist_sim_file_ref (to);
  to = file_from (&from->live, from->is_dir);
  ist_sim_content_copy (&to->durable, &from->durable);
  for (guint i = 0; i < from->changes->len; i++)
    {
      IstSimChange *change = g_memdup2 (from->changes->pdata[i], sizeof *change);

      if (change->data != NULL)
        g_bytes_ref (change->data);
      g_ptr_array_add (to->changes, change);
    }
  g_hash_table_insert (copies, from, to);
  return to;
}

static void
copy_names (GHashTable *to, GHashTable *from, GHashTable *copies)
{
  GHashTableIter iter;
  gpointer path, file;

  g_hash_table_remove_all (to);
  g_hash_table_iter_init (&iter, from);
  while (g_hash_table_iter_next (&iter, &path, &file))
    g_hash_table_insert (to, g_strdup (path), copy_file (copies, file));
}

IstSimDisk *
ist_sim_disk_snapshot (IstSimDisk *self)
{
  g_autoptr (GHashTable) copies = g_hash_table_new (NULL, NULL);
  IstSimDisk *out = ist_sim_disk_new ();

  copy_names (out->live, self->live, copies);
  copy_names (out->durable, self->durable, copies);
  for (guint i = 0; i < self->names->len; i++)
    {
      IstSimName *name = g_memdup2 (self->names->pdata[i], sizeof *name);

      name->path = g_strdup (name->path);
      name->to = g_strdup (name->to);
      if (name->file != NULL)
        name->file = copy_file (copies, name->file);
      g_ptr_array_add (out->names, name);
    }
  return out;
}
