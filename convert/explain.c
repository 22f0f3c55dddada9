#include "convert/explain.h"

#include <string.h>

#define MAX_LINES 2000
#define MAX_TOKEN 80
#define MAX_ENDING 6 /* ".xhtml" */

typedef struct
{
  GString *out;
  gboolean with_names;
  guint lines;
} Drawing;

/* Hostile names must not move the cursor or break the lines. */
static void
append_clean (GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_isprint (g_utf8_get_char (p)))
      g_string_append_unichar (out, g_utf8_get_char (p));
    else
      g_string_append_c (out, '?');
}

const char *
ist_explain_ending (const char *name)
{
  const char *dot = strrchr (name, '.');
  gsize length = dot != NULL ? strlen (dot) : 0;

  if (length < 2 || length > MAX_ENDING)
    return NULL;
  for (const char *p = dot + 1; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p))
      return NULL;
  return dot;
}

static void
append_name (Drawing *self, const char *name)
{
  const char *ending = ist_explain_ending (name);

  g_string_append (self->out, ", \"");
  if (!self->with_names)
    g_string_append (self->out, "…");
  if (self->with_names || ending != NULL)
    append_clean (self->out, self->with_names ? name : ending);
  g_string_append_c (self->out, '"');
}

gboolean
ist_explain_is_token (const char *text)
{
  gsize n = 0;

  for (; text[n] != '\0'; n++)
    if (n == MAX_TOKEN || (!g_ascii_isalnum (text[n]) && strchr ("!#$&'+-./^_`{}|~", text[n]) == NULL))
      return FALSE;
  return n > 0;
}

static void
append_token (Drawing *self, const char *text)
{
  append_clean (self->out, self->with_names || ist_explain_is_token (text) ? text : "…");
}

static void
describe (Drawing *self, const IstMimeNode *node)
{
  g_autofree char *size = NULL;

  append_token (self, node->type);
  if (node->charset != NULL && g_str_has_prefix (node->type, "text/"))
    {
      g_string_append (self->out, ", charset ");
      append_token (self, node->charset);
    }
  if (node->name != NULL)
    append_name (self, node->name);
  if (node->attachment)
    g_string_append (self->out, ", attachment");
  if (node->id != NULL && node->children == NULL)
    g_string_append (self->out, ", has an id");
  if (node->sealed)
    g_string_append (self->out, ", sealed");
  if (node->children == NULL)
    {
      size = g_format_size (ist_mime_node_size (node));
      g_string_append_printf (self->out, ", %s", size);
    }
  g_string_append_c (self->out, '\n');
}

static void
draw (Drawing *self, const IstMimeNode *node, const char *indent)
{
  if (self->lines++ >= MAX_LINES)
    return;
  describe (self, node);
  for (guint i = 0; node->children != NULL && i < node->children->len && self->lines < MAX_LINES; i++)
    {
      gboolean last = i + 1 == node->children->len;
      g_autofree char *deeper = g_strconcat (indent, last ? "   " : "│  ", NULL);

      g_string_append_printf (self->out, "%s%s", indent, last ? "└─ " : "├─ ");
      draw (self, g_ptr_array_index (node->children, i), deeper);
    }
}

char *
ist_explain_tree (const IstMimeNode *root, gboolean with_names)
{
  Drawing self = { .out = g_string_new (NULL), .with_names = with_names };

  draw (&self, root, "");
  if (self.lines >= MAX_LINES)
    g_string_append (self.out, "… more parts than are shown\n");
  return g_string_free (self.out, FALSE);
}
