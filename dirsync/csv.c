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
add_keys (IstObject *object, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (g_strstrip (parts[i])[0] != '\0')
      ist_object_add_key (object, parts[i]);
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
    add_keys (object, value);
  else if (strcmp (column, "display-name") == 0)
    set_text (&object->display_name, value);
  else if (strcmp (column, "notes-name") == 0)
    set_text (&object->notes_name, value);
  else if (strcmp (column, "language") == 0)
    set_text (&object->language, value);
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
is_column (const char *name)
{
  g_autoptr (IstObject) probe = ist_object_new ();

  return take_field (probe, name, "");
}

static gboolean
check_header (const Reader *reader, const GPtrArray *header, GError **error)
{
  gboolean has_address = FALSE;

  for (guint i = 0; i < header->len; i++)
    {
      const char *column = g_ptr_array_index (header, i);
      guint first;

      has_address |= strcmp (column, "address") == 0;
      if (!is_column (column))
        {
          g_set_error (error, IST_ERROR, IST_ERROR_CONFIG,
                       "%s:1: \"%s\" is no column; known are address, aliases, display-name, notes-name, "
                       "forward, legacy-dn, groups, kind, separated by commas",
                       reader->file, column);
          return FALSE;
        }
      if (g_ptr_array_find_with_equal_func ((GPtrArray *) header, column, g_str_equal, &first) && first != i)
        {
          g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "%s:1: the column \"%s\" is there twice", reader->file,
                       column);
          return FALSE;
        }
    }
  if (!has_address)
    g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "%s:1: the column \"address\" is missing",
                 reader->file);
  return has_address;
}

/* The object of one record; NULL with error. */
static IstObject *
make_object (const Reader *reader, guint line, const GPtrArray *header, const GPtrArray *record,
             GError **error)
{
  g_autoptr (IstObject) object = ist_object_new ();

  if (record->len > header->len)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG,
                   "%s:%u: %u values for %u columns; a comma inside a value needs quotes around it",
                   reader->file, line, record->len, header->len);
      return NULL;
    }
  for (guint i = 0; i < record->len; i++)
    take_field (object, g_ptr_array_index (header, i), g_ptr_array_index (record, i));
  if (object->primary == NULL || !ist_object_is_address (object->primary))
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "%s:%u: \"%s\" is no mail address", reader->file, line,
                   object->primary != NULL ? object->primary : "");
      return NULL;
    }
  return g_steal_pointer (&object);
}

static gboolean
is_blank (const GPtrArray *record)
{
  return record->len == 1 && ((char *) g_ptr_array_index (record, 0))[0] == '\0';
}

static gboolean
read_records (Reader *reader, const GPtrArray *header, IstObjectSink each, gpointer user, GError **error)
{
  for (;;)
    {
      guint line = reader->line;
      g_autoptr (GError) local = NULL;
      g_autoptr (GPtrArray) record = read_record (reader, &local);
      g_autoptr (IstObject) object = NULL;

      if (record == NULL && local == NULL)
        return TRUE;
      if (record != NULL && is_blank (record))
        continue;
      if (record != NULL)
        object = make_object (reader, line, header, record, &local);
      if (object == NULL || !each (user, g_steal_pointer (&object), &local))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
}

gboolean
ist_csv_read (const char *file, const char *text, IstObjectSink each, gpointer user, GError **error)
{
  Reader reader = { file, g_str_has_prefix (text, "\xEF\xBB\xBF") ? text + 3 : text, 1 };
  g_autoptr (GError) local = NULL;
  g_autoptr (GPtrArray) header = read_record (&reader, &local);

  if (header == NULL && local == NULL)
    g_set_error (&local, IST_ERROR, IST_ERROR_CONFIG, "%s:1: the file is empty", file);
  if (header == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return check_header (&reader, header, error) && read_records (&reader, header, each, user, error);
}
