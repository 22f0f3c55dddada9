#include "convert/tnef-uu.h"

#include "convert/format/tnef.h"

#include <string.h>

#define MAX_TEXT ((gsize) 64 * 1024 * 1024)

static const char *
next_line (const char *line)
{
  const char *lf = strchr (line, '\n');

  return lf != NULL ? lf + 1 : line + strlen (line);
}

/* One line of it: a count, then groups of four (POSIX uuencode). FALSE: the line is none. */
static gboolean
decode_line (GByteArray *out, const char *line)
{
  guint n = (guint) (line[0] - ' ') & 63;

  line++;
  while (n > 0)
    {
      guint32 bits = 0;
      guint8 bytes[3];

      for (guint i = 0; i < 4; i++)
        {
          if (*line != '\n' && *line != '\0' && (*line < ' ' || *line > '`'))
            return FALSE;
          bits = bits << 6 | ((*line >= ' ' ? (guint) (*line - ' ') : 0) & 63);
          if (*line != '\n' && *line != '\0')
            line++;
        }
      bytes[0] = (guint8) (bits >> 16);
      bytes[1] = (guint8) (bits >> 8);
      bytes[2] = (guint8) bits;
      g_byte_array_append (out, bytes, MIN (n, 3));
      n -= MIN (n, 3);
    }
  return TRUE;
}

/* The bytes behind the line "begin"; *end is behind the line "end". NULL: they are no TNEF. */
static GBytes *
decode (const char *line, const char **end)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();

  for (line = next_line (line); *line != '\0'; line = next_line (line))
    {
      if (g_str_has_prefix (line, "end") && (line[3] == '\n' || line[3] == '\0'))
        {
          *end = next_line (line);
          return g_byte_array_free_to_bytes (g_steal_pointer (&out));
        }
      if (!decode_line (out, line))
        return NULL;
      if (out->len >= 45 && !ist_tnef_is_tnef ((const char *) out->data, out->len))
        return NULL;
    }
  return NULL;
}

static gboolean
is_begin (const char *line)
{
  if (!g_str_has_prefix (line, "begin "))
    return FALSE;
  for (guint i = 6; i < 9; i++)
    if (line[i] < '0' || line[i] > '7')
      return FALSE;
  return line[9] == ' ';
}

/* Takes it out of this text. FALSE: there is none. */
static gboolean
extract (IstMimeNode *text)
{
  g_autofree char *whole = ist_mime_node_text (text, MAX_TEXT, NULL);
  const char *line, *end = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (IstBody) body = NULL;
  g_autofree char *rest = NULL;
  IstMimeNode *stream, *mixed;

  for (line = whole; line != NULL && *line != '\0'; line = next_line (line))
    if (is_begin (line) && (bytes = decode (line, &end)) != NULL)
      break;
  if (bytes == NULL || !ist_tnef_is_tnef (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)))
    return FALSE;
  rest = g_strdup_printf ("%.*s%s", (int) (line - whole), whole, end);
  ist_mime_node_set_text (text, rest);
  body = ist_body_new_bytes (bytes);
  stream = ist_mime_node_new ("application/ms-tnef", "winmail.dat", "attachment");
  ist_mime_node_set_content (stream, body, 0, ist_body_size (body));
  mixed = text->parent;
  if (mixed == NULL || strcmp (mixed->type, "multipart/mixed") != 0)
    mixed = ist_mime_node_wrap (text, "mixed");
  ist_mime_node_insert (mixed, mixed->children->len, stream);
  return TRUE;
}

static gboolean
collect (gpointer user, IstMimeNode *node)
{
  if (node->children == NULL && !node->sealed && !node->in_rfc822 && strcmp (node->type, "text/plain") == 0
      && (node->parent == NULL || !node->parent->sealed))
    g_ptr_array_add (user, node);
  return TRUE;
}

gboolean
ist_tnef_uu_extract (IstMimeNode *root)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();

  ist_mime_node_visit (root, collect, texts);
  for (guint i = 0; i < texts->len; i++)
    if (extract (g_ptr_array_index (texts, i)))
      return TRUE;
  return FALSE;
}
