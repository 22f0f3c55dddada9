/*
 * notes-encap-strip - Domino can add the native Notes form of a memo to its MIME form ("multi-part alternative
 * including conversion and encapsulation"): a database of hundreds of kilobytes that only a Notes client can open.
 *
 * Predicate: a part is such a copy (docs/transforms.md lists the types and names met), it is not inside a signed,
 * encrypted or attached message, the message has a text that can be read, and its multipart keeps another part.
 * Repair: the part is cut with its delimiter line; every other byte stays.
 */
#include "convert/transforms.h"

#include "base/mime.h"

#include <string.h>

#define MAX_CUTS 50
#define SNIFF_BYTES 64

static gboolean
has_suffix_nocase (const char *text, const char *suffix)
{
  gsize n = strlen (text);
  gsize m = strlen (suffix);

  return n >= m && g_ascii_strcasecmp (text + n - m, suffix) == 0;
}

/* The head of an NSF database: 1A 00, header size, then an ODS version whose low word is small. */
static gboolean
looks_like_database (const IstMimePart *part, IstBody *body)
{
  g_autoptr (GBytes) bytes = ist_mime_decode (part, body, SNIFF_BYTES);
  gsize size;
  const guint8 *p = g_bytes_get_data (bytes, &size);
  guint32 header_size, ods;

  if (size < 10 || p[0] != 0x1A || p[1] != 0)
    return FALSE;
  header_size = p[2] | p[3] << 8 | p[4] << 16 | (guint32) p[5] << 24;
  ods = p[6] | (guint32) p[7] << 8;
  return header_size >= 520 && header_size <= 4096 && ods >= 16 && ods <= 60;
}

static gboolean
is_encapsulation (const IstMimePart *part, IstBody *body)
{
  if (part->children != NULL || part->sealed || part->in_rfc822)
    return FALSE;
  if (g_str_has_prefix (part->type, "application/x-lotus-encap")
      || (part->name != NULL && has_suffix_nocase (part->name, ".ond")))
    return TRUE;
  return strcmp (part->type, "application/octet-stream") == 0 && part->name == NULL
         && looks_like_database (part, body);
}

static gboolean
has_text (const IstMimePart *part, IstBody *body)
{
  gsize size;
  const char *data = ist_body_data (body, &size);

  for (gsize i = part->content; i < part->content_end; i++)
    if (!g_ascii_isspace (data[i]))
      return TRUE;
  return FALSE;
}

/* Does a text for the reader stand in it? That of an attached message is another message's. */
static gboolean
is_readable (const IstMimePart *part, IstBody *body)
{
  if (part->in_rfc822)
    return FALSE;
  if (part->children == NULL)
    return !part->attachment && part->name == NULL
           && (strcmp (part->type, "text/plain") == 0 || strcmp (part->type, "text/html") == 0)
           && has_text (part, body) && !is_encapsulation (part, body);
  for (guint i = 0; i < part->children->len; i++)
    if (is_readable (g_ptr_array_index (part->children, i), body))
      return TRUE;
  return FALSE;
}

static gboolean
cut (const IstMimePart *part, IstMessage *message)
{
  gsize size = part->outer_end - part->outer;

  if (!ist_message_replace (message, part->outer, size, NULL, NULL))
    return FALSE;
  ist_message_note (message, "notes-encap-strip",
                    "encapsulated Notes copy %s (%s, %" G_GSIZE_FORMAT
                    " bytes) removed; the readable text stays",
                    part->name != NULL ? part->name : "without name", part->type, size);
  return TRUE;
}

/* Cuts what qualifies in one multipart, never its last part: a multipart without any is broken MIME. */
static void
strip_in (IstMimePart *part, IstMessage *message, IstBody *body, guint *n)
{
  guint left = part->children != NULL ? part->children->len : 0;

  for (guint i = 0; part->children != NULL && i < part->children->len && *n < MAX_CUTS; i++)
    {
      IstMimePart *child = g_ptr_array_index (part->children, i);

      if (child->children != NULL && !child->in_rfc822)
        strip_in (child, message, body, n);
      else if (left > 1 && is_encapsulation (child, body) && cut (child, message))
        {
          left--;
          (*n)++;
        }
    }
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

/* Cheap test that lets nearly all mail pass without a MIME scan. */
static gboolean
may_hold_one (const IstMessage *message, IstBody *body)
{
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

gboolean
ist_notes_encap_strip (const IstConvertContext *context, IstMessage *message, GError **error)
{
  IstBody *body = ist_message_original (message);
  g_autoptr (IstMimePart) root = NULL;
  guint n = 0;

  if (!may_hold_one (message, body))
    return TRUE;
  root = ist_mime_parse (body);
  if (!root->sealed && is_readable (root, body))
    strip_in (root, message, body, &n);
  return TRUE;
}
