/*
 * dirsync/csv.c - RFC 4180 with a header row.
 *
 * Columns: address (required), aliases, display-name, notes-name, forward, legacy-dn, groups, kind (person,
 * group, room). Several values of one column are separated by ';'.
 */
#include "dirsync/object.h"

#include "base/error.h"

#include <string.h>

#define MAX_COLUMNS 32

typedef struct
{
  const char *file;
  const char *pos;
  guint line;
} Reader;

/* One record's fields; NULL at the end of the text. */
static GPtrArray *
read_record (Reader *self, GError **error)
{
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) field = g_string_new (NULL);
  gboolean quoted = FALSE;
  guint first = self->line;

  if (*self->pos == '\0')
    return NULL;
  for (;; self->pos++)
    {
      char c = *self->pos;

      if (c == '\0' && quoted)
        {
          g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "%s:%u: a quote is not closed", self->file,
                       first);
          return NULL;
        }
      if (quoted && c == '"' && self->pos[1] == '"')
        g_string_append_c (field, *++self->pos);
      else if (c == '"' && (quoted || field->len == 0))
        quoted = !quoted;
      else if (!quoted && (c == ',' || c == '\n' || c == '\0'))
        {
          if (field->len > 0 && field->str[field->len - 1] == '\r')
            g_string_truncate (field, field->len - 1);
          if (fields->len < MAX_COLUMNS)
            g_ptr_array_add (fields, g_strstrip (g_strdup (field->str)));
          g_string_truncate (field, 0);
          if (c == ',')
            continue;
          self->line += c == '\n';
          self->pos += c == '\n';
          return g_steal_pointer (&fields);
        }
      else
        {
          self->line += c == '\n';
          g_string_append_c (field, c);
        }
    }
}

static void
add_values (GPtrArray *to, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (g_strstrip (parts[i])[0] != '\0')
      g_ptr_array_add (to, g_strdup (parts[i]));
}

static void
set_text (char **to, const char *value)
{
  g_free (*to);
  *to = value[0] != '\0' ? g_strdup (value) : NULL;
}

static gboolean
take_field (IstObject *object, const char *column, const char *value)
{
  if (strcmp (column, "address") == 0)
    set_text (&object->primary, value);
  else if (strcmp (column, "aliases") == 0 || strcmp (column, "legacy-dn") == 0)
    add_values (object->keys, value);
  else if (strcmp (column, "display-name") == 0)
    set_text (&object->display_name, value);
  else if (strcmp (column, "notes-name") == 0)
    set_text (&object->notes_name, value);
  else if (strcmp (column, "forward") == 0)
    set_text (&object->forward, value);
  else if (strcmp (column, "groups") == 0)
    add_values (object->groups, value);
  else if (strcmp (column, "kind") == 0)
    object->is_group = g_ascii_strcasecmp (value, "group") == 0;
  else
    return FALSE;
  return TRUE;
}

static gboolean
check_header (const Reader *reader, const GPtrArray *header, GError **error)
{
  gboolean has_address = FALSE;

  for (guint i = 0; i < header->len; i++)
    {
      g_autoptr (IstObject) probe = ist_object_new ();
      const char *column = g_ptr_array_index (header, i);

      has_address |= strcmp (column, "address") == 0;
      if (take_field (probe, column, ""))
        continue;
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG,
                   "%s:1: \"%s\" is no column; known are address, aliases, display-name, notes-name, "
                   "forward, legacy-dn, groups, kind",
                   reader->file, column);
      return FALSE;
    }
  if (!has_address)
    g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "%s:1: the column \"address\" is missing",
                 reader->file);
  return has_address;
}

gboolean
ist_csv_read (const char *file, const char *text, IstObjectSink each, gpointer user, GError **error)
{
  Reader reader = { file, g_str_has_prefix (text, "\xEF\xBB\xBF") ? text + 3 : text, 1 };
  g_autoptr (GError) local = NULL;
  g_autoptr (GPtrArray) header = read_record (&reader, &local);

  if (header == NULL && local == NULL)
    g_set_error (&local, IST_ERROR, IST_ERROR_CONFIG, "%s:1: the file is empty", file);
  while (local == NULL && (header == NULL || check_header (&reader, header, &local)))
    {
      guint line = reader.line;
      g_autoptr (GPtrArray) record = read_record (&reader, &local);
      g_autoptr (IstObject) object = NULL;

      if (record == NULL)
        break;
      if (record->len == 1 && ((char *) g_ptr_array_index (record, 0))[0] == '\0')
        continue;
      object = ist_object_new ();
      for (guint i = 0; i < record->len && i < header->len; i++)
        take_field (object, g_ptr_array_index (header, i), g_ptr_array_index (record, i));
      if (object->primary == NULL || !ist_object_is_address (object->primary))
        g_set_error (&local, IST_ERROR, IST_ERROR_CONFIG, "%s:%u: \"%s\" is no mail address", file,
                     line, object->primary != NULL ? object->primary : "");
      else
        each (user, g_steal_pointer (&object), &local);
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}
