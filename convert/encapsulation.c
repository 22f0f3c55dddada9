#include "convert/encapsulation.h"

#include <string.h>

#define SNIFF_BYTES 64
#define MAX_TEXT ((gsize) 1024 * 1024)

static gboolean
has_suffix_nocase (const char *text, const char *suffix)
{
  gsize n = strlen (text);
  gsize m = strlen (suffix);

  return n >= m && g_ascii_strcasecmp (text + n - m, suffix) == 0;
}

/* The head of an NSF database: 1A 00, header size, then an ODS version whose low word is small. */
static gboolean
looks_like_database (const IstMimeNode *node)
{
  g_autoptr (GBytes) bytes = ist_mime_node_decode (node, SNIFF_BYTES);
  gsize size;
  const guint8 *p = g_bytes_get_data (bytes, &size);
  guint32 header_size, ods;

  if (size < 10 || p[0] != 0x1A || p[1] != 0)
    return FALSE;
  header_size = p[2] | p[3] << 8 | p[4] << 16 | (guint32) p[5] << 24;
  ods = p[6] | (guint32) p[7] << 8;
  return header_size >= 520 && header_size <= 4096 && ods >= 16 && ods <= 60;
}

gboolean
ist_encapsulation_is (const IstMimeNode *node)
{
  if (node->children != NULL || node->sealed || node->in_rfc822)
    return FALSE;
  if (g_str_has_prefix (node->type, "application/x-lotus-encap")
      || (node->name != NULL && has_suffix_nocase (node->name, ".ond")))
    return TRUE;
  return strcmp (node->type, "application/octet-stream") == 0 && node->name == NULL && looks_like_database (node);
}

static gboolean
has_text (const IstMimeNode *node)
{
  g_autoptr (GBytes) bytes = ist_mime_node_decode (node, MAX_TEXT);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isspace (data[i]))
      return TRUE;
  return FALSE;
}

gboolean
ist_encapsulation_is_readable_without (const IstMimeNode *node)
{
  if (node->in_rfc822)
    return FALSE;
  if (node->children == NULL)
    return !node->attachment && node->name == NULL
           && (strcmp (node->type, "text/plain") == 0 || strcmp (node->type, "text/html") == 0) && has_text (node)
           && !ist_encapsulation_is (node);
  for (guint i = 0; i < node->children->len; i++)
    if (ist_encapsulation_is_readable_without (g_ptr_array_index (node->children, i)))
      return TRUE;
  return FALSE;
}

static gboolean
starts_nocase (const char *line, gsize size, const char *with)
{
  gsize length = strlen (with);

  return size >= length && g_ascii_strncasecmp (line, with, length) == 0;
}

/* May the line that begins here be one that a copy's header has? Its type or its name can stand on the field's
 * line or on a continuation. */
static gboolean
is_suspicious (const char *line, gsize size)
{
  const char *lf;
  const char *slash;
  gsize length;

  if (*line != 'C' && *line != 'c' && *line != ' ' && *line != '\t')
    return FALSE;
  lf = memchr (line, '\n', size);
  length = lf != NULL ? (gsize) (lf - line) : size;
  if (starts_nocase (line, length, "Content-Disposition:"))
    return TRUE;
  if (!starts_nocase (line, length, "Content-Type:") && *line != ' ' && *line != '\t')
    return FALSE;
  slash = memchr (line, '/', length);
  if (slash != NULL && slash - line >= 11 && g_ascii_strncasecmp (slash - 11, "application", 11) == 0)
    return TRUE;
  for (const char *dot = memchr (line, '.', length); dot != NULL;
       dot = memchr (dot + 1, '.', length - (gsize) (dot + 1 - line)))
    if (starts_nocase (dot, length - (gsize) (dot - line), ".ond"))
      return TRUE;
  return FALSE;
}

gboolean
ist_encapsulation_may_be_in (const IstMessage *message)
{
  IstBody *body = ist_message_original (message);
  guint i = ist_message_find_field (message, "Content-Type", 0);
  gsize size;
  const char *data = ist_body_data (body, &size);
  const char *p = data + ist_message_body_offset (message);
  g_autofree char *type = i != IST_MESSAGE_NOT_FOUND ? ist_message_field_value (message, i) : NULL;

  if (type == NULL || g_ascii_strncasecmp (type, "multipart/", 10) != 0)
    return FALSE;
  while (p < data + size)
    {
      if (is_suspicious (p, size - (gsize) (p - data)))
        return TRUE;
      p = memchr (p, '\n', size - (gsize) (p - data));
      if (p == NULL)
        return FALSE;
      p++;
    }
  return FALSE;
}
