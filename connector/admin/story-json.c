/*
 * connector/admin/story-json.c - a message's story out of the log files, rotated ones too.
 *
 * Two passes over mapped files: first the queue ids of the messages that are meant, then all events of
 * these; a line is parsed only when it may matter.
 */
#include "connector/admin/shapes.h"

#include <string.h>

#define MAX_BYTES (G_GUINT64_CONSTANT (512) * 1024 * 1024)
#define MAX_EVENTS 2000
#define MAX_IDS 200
#define MAX_LINE 65536

typedef struct
{
  const char *what;     /* without angle brackets */
  GHashTable *ids;
  json_t *events;
  gboolean truncated;
} Story;

static gint
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Finished files in the order of their time, then the one in use. */
static GPtrArray *
list_files (const char *path)
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

/* The newest files up to the bound, oldest first. */
static GPtrArray *
map_files (Story *self, const char *path)
{
  g_autoptr (GPtrArray) names = list_files (path);
  GPtrArray *out = g_ptr_array_new_with_free_func ((GDestroyNotify) g_mapped_file_unref);
  guint64 bytes = 0;

  for (guint i = names->len; i > 0; i--)
    {
      GMappedFile *file = g_mapped_file_new (g_ptr_array_index (names, i - 1), FALSE, NULL);

      if (file == NULL)
        continue;
      bytes += g_mapped_file_get_length (file);
      if (bytes > MAX_BYTES)
        {
          self->truncated = TRUE;
          g_mapped_file_unref (file);
          break;
        }
      g_ptr_array_insert (out, 0, file);
    }
  return out;
}

/* ASCII case does not count, as in domains and in most local parts. */
static gboolean
contains (const char *line, gsize length, const char *what)
{
  gsize size = strlen (what);
  char first = g_ascii_tolower (what[0]);

  for (gsize i = 0; i + size <= length; i++)
    if (g_ascii_tolower (line[i]) == first && g_ascii_strncasecmp (line + i, what, size) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
equals (const char *value, const char *what)
{
  gsize length = strlen (value);

  if (length > 1 && value[0] == '<' && value[length - 1] == '>')
    return strlen (what) == length - 2 && g_ascii_strncasecmp (value + 1, what, length - 2) == 0;
  return g_ascii_strcasecmp (value, what) == 0;
}

/* One of its values is what was asked for. */
static gboolean
is_about (const json_t *event, const char *what)
{
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) event, key, value)
    if (json_is_string (value) && equals (json_string_value (value), what))
      return TRUE;
  return FALSE;
}

static const char *
text_of (const json_t *event, const char *key)
{
  return json_string_value (json_object_get (event, key));
}

static void
add_id (Story *self, const char *id)
{
  if (id == NULL || g_hash_table_contains (self->ids, id))
    return;
  if (g_hash_table_size (self->ids) < MAX_IDS)
    g_hash_table_add (self->ids, g_strdup (id));
  else
    self->truncated = TRUE;
}

static void
note_ids (Story *self, const char *line, gsize length)
{
  json_t *event = contains (line, length, self->what) ? json_loadb (line, length, 0, NULL) : NULL;

  if (event != NULL && is_about (event, self->what))
    add_id (self, text_of (event, "queue_id"));
  json_decref (event);
}

/* The report that a message caused belongs to its story. */
static void
take_event (Story *self, const char *line, gsize length)
{
  static const char mark[] = "\"queue_id\":\"";
  const char *at = g_strstr_len (line, (gssize) length, mark);
  const char *end = at != NULL ? memchr (at + strlen (mark), '"', length - (gsize) (at - line) - strlen (mark)) : NULL;
  g_autofree char *id
      = end != NULL ? g_strndup (at + strlen (mark), (gsize) (end - at) - strlen (mark)) : NULL;
  json_t *event;

  if (id != NULL ? !g_hash_table_contains (self->ids, id) : !contains (line, length, self->what))
    return;
  event = json_loadb (line, length, 0, NULL);
  if (event == NULL || (id == NULL && !is_about (event, self->what)))
    {
      json_decref (event);
      return;
    }
  add_id (self, text_of (event, "report_id"));
  json_array_append_new (self->events, event);
  if (json_array_size (self->events) <= MAX_EVENTS)
    return;
  self->truncated = TRUE;
  json_array_remove (self->events, 0);
}

typedef void (*EachLine) (Story *self, const char *line, gsize length);

static void
each_line (Story *self, const GPtrArray *files, EachLine each)
{
  for (guint i = 0; i < files->len; i++)
    {
      GMappedFile *file = g_ptr_array_index (files, i);
      const char *line = g_mapped_file_get_contents (file);
      const char *end = line + g_mapped_file_get_length (file);
      const char *stop;

      for (; line != NULL && line < end; line = stop + 1)
        {
          stop = memchr (line, '\n', (gsize) (end - line));
          if (stop == NULL)
            break;
          if (stop - line < MAX_LINE)
            each (self, line, (gsize) (stop - line));
        }
    }
}

json_t *
ist_shape_story (const char *path, const char *what, GHashTable *ids, gboolean *truncated)
{
  gsize length = strlen (what);
  g_autofree char *bare = length > 2 && what[0] == '<' && what[length - 1] == '>'
                              ? g_strndup (what + 1, length - 2)
                              : g_strdup (what);
  Story self = { .what = bare, .ids = ids, .events = json_array () };
  g_autoptr (GPtrArray) files = map_files (&self, path);

  each_line (&self, files, note_ids);
  each_line (&self, files, take_event);
  *truncated = self.truncated;
  return self.events;
}
