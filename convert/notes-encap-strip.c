/*
 * notes-encap-strip - Domino can add the native Notes form of a memo to its MIME form ("multi-part alternative
 * including conversion and encapsulation"): a database of hundreds of kilobytes that only a Notes client can open.
 *
 * Predicate: a part is such a copy (docs/transforms.md lists the types and names met), it is not inside a signed,
 * encrypted or attached message, and its multipart holds another part that can be read.
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
is_readable (const IstMimePart *part)
{
  if (part->children == NULL)
    return !part->attachment
           && (strcmp (part->type, "text/plain") == 0 || strcmp (part->type, "text/html") == 0)
           && part->content_end > part->content;
  for (guint i = 0; i < part->children->len; i++)
    if (is_readable (g_ptr_array_index (part->children, i)))
      return TRUE;
  return FALSE;
}

/* Cuts what qualifies in one multipart; a readable part must stay in it or around it. */
static void
strip_in (IstMimePart *part, IstMessage *message, IstBody *body, gboolean readable_around, guint *n)
{
  gboolean readable = readable_around || is_readable (part);

  for (guint i = 0; part->children != NULL && i < part->children->len && *n < MAX_CUTS; i++)
    {
      IstMimePart *child = g_ptr_array_index (part->children, i);

      if (child->children != NULL)
        {
          if (!child->in_rfc822)
            strip_in (child, message, body, readable, n);
          continue;
        }
      if (!readable || part->children->len < 2 || !is_encapsulation (child, body)
          || !ist_message_replace (message, child->outer, child->outer_end - child->outer, NULL, NULL))
        continue;
      (*n)++;
      ist_message_note (message, "notes-encap-strip",
                        "encapsulated Notes copy %s (%s, %" G_GSIZE_FORMAT
                        " bytes) removed; the readable text stays",
                        child->name != NULL ? child->name : "without name", child->type,
                        child->outer_end - child->outer);
    }
}

/* Cheap test that lets nearly all mail pass without a MIME scan. */
static gboolean
may_hold_one (const IstMessage *message, IstBody *body)
{
  guint i = ist_message_find_field (message, "Content-Type", 0);
  gsize size;
  const char *data = ist_body_data (body, &size);
  const char *p = data;
  g_autofree char *type = i != IST_MESSAGE_NOT_FOUND ? ist_message_field_value (message, i) : NULL;

  if (type == NULL || g_ascii_strncasecmp (type, "multipart/", 10) != 0)
    return FALSE;
  /* Every part that can qualify says "application/" or has a name in ".ond", in its header lines. */
  while ((p = memchr (p, '\n', size - (gsize) (p - data))) != NULL)
    {
      gsize left = size - (gsize) (++p - data);

      if (left > 13 && (*p == 'C' || *p == 'c') && g_ascii_strncasecmp (p, "Content-Type:", 13) == 0
          && g_strstr_len (p, (gssize) MIN (left, 300), "/") != NULL)
        {
          const char *value = p + 13;
          gsize room = left - 13;

          while (room > 0 && strchr (" \t\r\n", *value) != NULL)
            {
              value++;
              room--;
            }
          if (room > 12 && g_ascii_strncasecmp (value, "application/", 12) == 0)
            return TRUE;
        }
      if (left > 20 && (*p == 'C' || *p == 'c')
          && g_ascii_strncasecmp (p, "Content-Disposition:", 20) == 0)
        return TRUE;
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
  if (!root->sealed)
    strip_in (root, message, body, FALSE, &n);
  return TRUE;
}
