#include "base/conf.h"

#include <string.h>

#define MAX_BYTES (1024 * 1024)
#define MAX_LINES 20000

typedef struct
{
  const char *file_name;
  GPtrArray *errors;
  GPtrArray *groups;
  GHashTable *seen_groups;
  GHashTable *seen_keys; /* of the group in hand */
  IstConfGroup *group;
  IstConfEntry *entry;   /* a following indented line continues it */
} Parser;

static void
entry_free (IstConfEntry *entry)
{
  g_free (entry->key);
  g_free (entry->value);
  g_free (entry);
}

static void
group_free (IstConfGroup *group)
{
  g_free (group->kind);
  g_free (group->name);
  g_ptr_array_unref (group->entries);
  g_free (group);
}

G_GNUC_PRINTF (3, 4)
static void
complain (Parser *self, guint line, const char *format, ...)
{
  g_autofree char *words = NULL;
  va_list args;

  va_start (args, format);
  words = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (self->errors, g_strdup_printf ("%s:%u: %s", self->file_name, line, words));
}

static void
begin_group (Parser *self, char *line, guint number)
{
  gsize length = strlen (line);
  g_autofree char *id = NULL;
  IstConfGroup *group;
  char *blank;

  self->entry = NULL;
  if (line[length - 1] != ']')
    {
      complain (self, number, "\"%s\" lacks its closing bracket; write [kind] or [kind NAME]", line);
      return;
    }
  line[length - 1] = '\0';
  g_strstrip (line + 1);
  group = g_new0 (IstConfGroup, 1);
  group->line = number;
  group->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  blank = strpbrk (line + 1, " \t");
  group->kind = blank != NULL ? g_strndup (line + 1, (gsize) (blank - line - 1)) : g_strdup (line + 1);
  group->name = g_strdup (blank != NULL ? g_strstrip (blank) : "");
  id = g_strdup_printf ("%s %s", group->kind, group->name);
  g_ptr_array_add (self->groups, group);
  self->group = group;
  g_hash_table_remove_all (self->seen_keys);
  if (!g_hash_table_add (self->seen_groups, g_steal_pointer (&id)))
    complain (self, number, "[%s%s%s] stands in this file twice; put its keys into one group",
              group->kind, group->name[0] != '\0' ? " " : "", group->name);
}

static void
add_entry (Parser *self, char *line, guint number)
{
  char *equals = strchr (line, '=');
  IstConfEntry *entry;

  self->entry = NULL;
  if (equals == NULL)
    {
      complain (self, number, "\"%s\" is neither a [group] nor \"key = value\"", line);
      return;
    }
  if (self->group == NULL)
    {
      complain (self, number, "a key before the first [group]");
      return;
    }
  *equals = '\0';
  entry = g_new0 (IstConfEntry, 1);
  entry->key = g_strdup (g_strstrip (line));
  entry->value = g_strdup (g_strstrip (equals + 1));
  entry->line = number;
  g_ptr_array_add (self->group->entries, entry);
  self->entry = entry;
  if (!g_hash_table_add (self->seen_keys, g_strdup (entry->key)))
    complain (self, number, "\"%s\" is set twice in [%s%s%s]", entry->key, self->group->kind,
              self->group->name[0] != '\0' ? " " : "", self->group->name);
}

static void
read_line (Parser *self, char *line, guint number)
{
  gboolean indented = line[0] == ' ' || line[0] == '\t';
  char *joined;

  g_strstrip (line);
  if (line[0] == '\0' || line[0] == '#' || line[0] == ';')
    return;
  if (indented && self->entry != NULL)
    {
      joined = self->entry->value[0] != '\0' ? g_strdup_printf ("%s %s", self->entry->value, line)
                                             : g_strdup (line);
      g_free (self->entry->value);
      self->entry->value = joined;
    }
  else if (line[0] == '[')
    begin_group (self, line, number);
  else
    add_entry (self, line, number);
}

GPtrArray *
ist_conf_parse (const char *text, const char *file_name, GPtrArray *errors)
{
  g_autoptr (GHashTable) seen_groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) seen_keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) lines = NULL;
  Parser self = {
    .file_name = file_name,
    .errors = errors,
    .groups = g_ptr_array_new_with_free_func ((GDestroyNotify) group_free),
    .seen_groups = seen_groups,
    .seen_keys = seen_keys,
  };

  if (g_str_has_prefix (text, "\xEF\xBB\xBF"))
    text += 3;
  if (strlen (text) > MAX_BYTES || !g_utf8_validate (text, -1, NULL))
    {
      complain (&self, 1, "the file is larger than 1 MiB or not UTF-8 text");
      return self.groups;
    }
  lines = g_strsplit (text, "\n", MAX_LINES + 1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (i == MAX_LINES)
        {
          complain (&self, i, "more than %d lines", MAX_LINES);
          break;
        }
      read_line (&self, lines[i], i + 1);
    }
  return self.groups;
}
