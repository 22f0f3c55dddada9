#include "base/settings.h"

#include "base/conf.h"
#include "base/settings-private.h"
#include "base/settings-value.h"

#include <string.h>

/* ---- groups ---- */

static void
group_free (const IstSettingGroup *table, IstGroup *group)
{
  for (const IstSettingRow *row = table->rows; row->key != NULL; row++)
    ist_setting_clear (row, group);
  g_free (group->name);
  g_free (group);
}

static void
complain_at (const IstSettings *self, guint line, const IstSettingGroup *table, const char *name,
             const char *key, const char *words, GPtrArray *errors)
{
  g_autofree char *place
      = line > 0 ? g_strdup_printf ("%s:%u", self->path, line) : g_strdup (self->path);

  g_ptr_array_add (errors, g_strdup_printf ("%s: [%s%s%s] %s%s%s", place, table->kind,
                                            name[0] != '\0' ? " " : "", name,
                                            key != NULL ? key : "", key != NULL ? ": " : "", words));
}

static IstGroup *
group_new (const IstSettings *self, const IstSettingGroup *table, const char *name, guint line,
           GPtrArray *errors)
{
  IstGroup *group = g_malloc0 (table->struct_size);

  group->name = g_strdup (name);
  group->line = line;
  for (const IstSettingRow *row = table->rows; row->key != NULL; row++)
    {
      g_autofree char *why = NULL;
      const char *text = row->def;

      if (text == NULL && (row->type == IST_SETTING_LIST || row->type == IST_SETTING_CIDRS))
        text = "";
      if (text != NULL && !ist_setting_set (row, group, text, self->folder, &why))
        complain_at (self, line, table, name, row->key, why, errors);
    }
  return group;
}

/* ---- nearest names for typing mistakes ---- */

static guint
distance (const char *a, const char *b)
{
  gsize n = strlen (b);
  g_autofree guint *row = g_new (guint, n + 1);

  for (gsize k = 0; k <= n; k++)
    row[k] = (guint) k;
  for (gsize i = 0; a[i] != '\0'; i++)
    {
      guint corner = row[0];

      row[0] = (guint) i + 1;
      for (gsize k = 0; k < n; k++)
        {
          guint change = corner + (a[i] != b[k]);

          corner = row[k + 1];
          row[k + 1] = MIN (change, MIN (row[k], corner) + 1);
        }
    }
  return row[n];
}

static char *
suggest (const char *wrong, const GPtrArray *names)
{
  const char *best = NULL;
  guint best_distance = (guint) MIN (strlen (wrong), 40) / 3 + 2;

  for (guint i = 0; i < names->len && strlen (wrong) < 200; i++)
    {
      guint d = distance (wrong, g_ptr_array_index (names, i));

      if (d < best_distance)
        {
          best_distance = d;
          best = g_ptr_array_index (names, i);
        }
    }
  return best != NULL ? g_strdup_printf ("; did you mean \"%s\"?", best) : g_strdup ("");
}

static const IstSettingRow *
find_row (const IstSettingGroup *table, const char *key)
{
  for (const IstSettingRow *row = table->rows; row->key != NULL; row++)
    if (strcmp (row->key, key) == 0)
      return row;
  return NULL;
}

static void
unknown_key (const IstSettings *self, const IstSettingGroup *table, const IstConfGroup *conf,
             const IstConfEntry *entry, GPtrArray *errors)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *hint = NULL;
  g_autofree char *words = NULL;

  for (const IstSettingRow *row = table->rows; row->key != NULL; row++)
    g_ptr_array_add (names, (gpointer) row->key);
  hint = suggest (entry->key, names);
  words = g_strdup_printf ("is not a key of this group%s", hint);
  complain_at (self, entry->line, table, conf->name, entry->key, words, errors);
}

/* The lines of one group of the file; their keys are added to `given`. */
static void
take_lines (const IstSettings *self, const IstSettingGroup *table, const IstConfGroup *conf,
            IstGroup *group, GHashTable *given, GPtrArray *errors)
{
  for (guint i = 0; i < conf->entries->len; i++)
    {
      const IstConfEntry *entry = g_ptr_array_index (conf->entries, i);
      const IstSettingRow *row = find_row (table, entry->key);
      g_autofree char *why = NULL;

      if (row == NULL)
        {
          unknown_key (self, table, conf, entry, errors);
          continue;
        }
      g_hash_table_add (given, entry->key);
      if (row->required && entry->value[0] == '\0')
        complain_at (self, entry->line, table, conf->name, entry->key, "is empty", errors);
      else if (!ist_setting_set (row, group, entry->value, self->folder, &why))
        complain_at (self, entry->line, table, conf->name, entry->key, why, errors);
    }
}

/* `base`: the group that `conf` is a profile of; NULL: it is none. Mistakes of the base are told where it is read. */
static void
fill_group (const IstSettings *self, const IstSettingGroup *table, const IstConfGroup *base,
            const IstConfGroup *conf, IstGroup *group, GPtrArray *errors)
{
  g_autoptr (GHashTable) given = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_free);

  if (base != NULL)
    take_lines (self, table, base, group, given, told);
  take_lines (self, table, conf, group, given, errors);
  for (const IstSettingRow *row = table->rows; row->key != NULL; row++)
    if (row->required && !g_hash_table_contains (given, row->key))
      complain_at (self, conf->line, table, conf->name, row->key, "is missing", errors);
}

static const IstSettingGroup *
find_table (const IstSettings *self, const char *kind)
{
  for (guint i = 0; self->tables[i] != NULL; i++)
    if (strcmp (self->tables[i]->kind, kind) == 0)
      return self->tables[i];
  return NULL;
}

/* The unnamed group of this kind in the file; it may stand behind its profiles. */
static const IstConfGroup *
find_base (const GPtrArray *file, const IstSettingGroup *table)
{
  for (guint i = 0; table->profiles && i < file->len; i++)
    {
      const IstConfGroup *conf = g_ptr_array_index (file, i);

      if (conf->name[0] == '\0' && strcmp (conf->kind, table->kind) == 0)
        return conf;
    }
  return NULL;
}

static void
read_group (IstSettings *self, const GPtrArray *file, const IstConfGroup *conf, GPtrArray *errors)
{
  const IstSettingGroup *table = find_table (self, conf->kind);
  IstGroup *group;

  if (table == NULL)
    {
      g_autoptr (GPtrArray) names = g_ptr_array_new ();
      g_autofree char *hint = NULL;

      for (guint i = 0; self->tables[i] != NULL; i++)
        g_ptr_array_add (names, (gpointer) self->tables[i]->kind);
      hint = suggest (conf->kind, names);
      g_ptr_array_add (errors, g_strdup_printf ("%s:%u: [%s] is no kind of group%s", self->path,
                                                conf->line, conf->kind, hint));
      return;
    }
  if (table->named != (conf->name[0] != '\0') && !table->profiles)
    {
      complain_at (self, conf->line, table, conf->name, NULL,
                   table->named ? "needs a name: [kind NAME]" : "takes no name", errors);
      return;
    }
  group = group_new (self, table, conf->name, conf->line, errors);
  fill_group (self, table, conf->name[0] != '\0' ? find_base (file, table) : NULL, conf, group, errors);
  g_ptr_array_add (g_hash_table_lookup (self->groups, table->kind), group);
}

/* ---- checks over groups ---- */

static void
check_references (const IstSettings *self, const IstSettingGroup *table, const IstGroup *group,
                  GPtrArray *errors)
{
  for (const IstSettingRow *row = table->rows; row->key != NULL; row++)
    {
      const char *name;

      if (row->type != IST_SETTING_GROUP)
        continue;
      name = *(char *const *) G_STRUCT_MEMBER_P (group, row->offset);
      if (name != NULL && (find_table (self, row->unit) == NULL || ist_settings_get (self, row->unit, name) == NULL))
        ist_settings_complain (self, group, row->key, errors,
                               "there is no group [%s %s]; add it or name another", row->unit, name);
    }
}

static void
check_all (const IstSettings *self, GPtrArray *errors)
{
  for (guint t = 0; self->tables[t] != NULL; t++)
    {
      const GPtrArray *list = ist_settings_list (self, self->tables[t]->kind);

      for (guint i = 0; i < list->len; i++)
        {
          check_references (self, self->tables[t], g_ptr_array_index (list, i), errors);
          if (self->tables[t]->check != NULL)
            self->tables[t]->check (self, g_ptr_array_index (list, i), errors);
        }
    }
}

static void
free_list (gpointer list)
{
  g_ptr_array_unref (list);
}

static void
free_all (IstSettings *self)
{
  for (guint t = 0; self->tables[t] != NULL; t++)
    {
      GPtrArray *list = g_hash_table_lookup (self->groups, self->tables[t]->kind);

      for (guint i = 0; i < list->len; i++)
        group_free (self->tables[t], g_ptr_array_index (list, i));
    }
  g_hash_table_unref (self->groups);
  g_free (self->tables);
  g_free (self->path);
  g_free (self->folder);
  g_free (self);
}

static IstSettings *
settings_new (const char *file_name, const char *folder, const IstSettingGroup *const *tables)
{
  IstSettings *self = g_new0 (IstSettings, 1);
  guint n = 0;

  g_atomic_ref_count_init (&self->refs);
  self->path = g_strdup (file_name);
  self->folder = g_strdup (folder);
  self->groups = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_list);
  while (tables[n] != NULL)
    n++;
  self->tables = g_memdup2 (tables, (n + 1) * sizeof *tables);
  for (guint t = 0; t < n; t++)
    g_hash_table_insert (self->groups, (gpointer) tables[t]->kind, g_ptr_array_new ());
  return self;
}

IstSettings *
ist_settings_parse (const char *text, const char *file_name, const char *folder,
                    const IstSettingGroup *const *tables, GPtrArray *errors)
{
  guint errors_before = errors->len;
  g_autoptr (GPtrArray) conf = ist_conf_parse (text, file_name, errors);
  g_autoptr (IstSettings) self = settings_new (file_name, folder, tables);
  g_autoptr (GPtrArray) empty = g_ptr_array_new ();

  for (guint i = 0; i < conf->len; i++)
    read_group (self, conf, g_ptr_array_index (conf, i), errors);
  for (guint t = 0; tables[t] != NULL; t++)
    {
      GPtrArray *list = g_hash_table_lookup (self->groups, tables[t]->kind);

      if (!tables[t]->named && ist_settings_get (self, tables[t]->kind, NULL) == NULL)
        {
          IstConfGroup none = { (char *) tables[t]->kind, (char *) "", 0, empty };
          IstGroup *group = group_new (self, tables[t], "", 0, errors);

          g_ptr_array_insert (list, 0, group);
          fill_group (self, tables[t], NULL, &none, group, errors);
        }
    }
  if (errors->len == errors_before)
    check_all (self, errors);
  return errors->len == errors_before ? g_steal_pointer (&self) : NULL;
}

IstSettings *
ist_settings_load (const char *path, const IstSettingGroup *const *tables, GPtrArray *errors)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *folder = g_path_get_dirname (path);
  gsize size;

  if (!g_file_get_contents (path, &text, &size, &error))
    {
      g_ptr_array_add (errors, g_strdup_printf ("%s; name another file with --config", error->message));
      return NULL;
    }
  if (strlen (text) != size)
    {
      g_ptr_array_add (errors, g_strdup_printf ("%s:1: the file holds a NUL byte; it is no text", path));
      return NULL;
    }
  return ist_settings_parse (text, path, folder, tables, errors);
}

IstSettings *
ist_settings_ref (IstSettings *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
ist_settings_unref (IstSettings *self)
{
  if (self != NULL && g_atomic_ref_count_dec (&self->refs))
    free_all (self);
}

gconstpointer
ist_settings_get (const IstSettings *self, const char *kind, const char *name)
{
  const GPtrArray *list = ist_settings_list (self, kind);

  for (guint i = 0; i < list->len; i++)
    {
      const IstGroup *group = g_ptr_array_index (list, i);

      if (strcmp (group->name, name != NULL ? name : "") == 0)
        return group;
    }
  return NULL;
}

const GPtrArray *
ist_settings_list (const IstSettings *self, const char *kind)
{
  const GPtrArray *list = g_hash_table_lookup (self->groups, kind);

  g_assert (list != NULL);
  return list;
}

const char *
ist_settings_path (const IstSettings *self)
{
  return self->path;
}

const IstSettingGroup *
ist_settings_table_of (const IstSettings *self, const IstGroup *group)
{
  for (guint t = 0; self->tables[t] != NULL; t++)
    if (g_ptr_array_find (g_hash_table_lookup (self->groups, self->tables[t]->kind), group, NULL))
      return self->tables[t];
  return NULL;
}

const IstGroup *
ist_settings_base_of (const IstSettings *self, const IstSettingGroup *table, const IstGroup *group)
{
  return table->profiles && group->name[0] != '\0' ? ist_settings_get (self, table->kind, NULL) : NULL;
}

void
ist_settings_complain (const IstSettings *self, const IstGroup *group, const char *key,
                       GPtrArray *errors, const char *format, ...)
{
  g_autofree char *words = NULL;
  va_list args;

  va_start (args, format);
  words = g_strdup_vprintf (format, args);
  va_end (args);
  complain_at (self, group->line, ist_settings_table_of (self, group), group->name, key, words,
               errors);
}
