/*
 * thread-index - Outlook groups a conversation by Thread-Index and Thread-Topic, Notes by References; a reply from
 * Notes stands alone in Outlook. iNotes and Verse write empty In-Reply-To fields and References with commas.
 *
 * Predicate: In-Reply-To or References is empty or joined by commas; or, from Domino to Exchange, Thread-Topic is
 * missing, or Thread-Index is and the conversation began in Notes.
 * Repair: [MS-OXOMSG] 2.2.1.3, made of the Message-IDs alone, so that every message of a conversation gets the same
 * header block whenever and wherever it crosses. Where the conversation began in Outlook its index is not known
 * here, and a made-up one would split it: Exchange then finds the parent by References.
 */
#include "convert/transforms.h"

#include "convert/field.h"

#include <string.h>

#define HEADER_BYTES 22
#define CHILD_BYTES 5
#define MAX_CHILDREN 50
#define EPOCH_SECS G_GINT64_CONSTANT (11644473600) /* 1601 to 1970 */

/* The <ids> of a field; *other: something stands between them that is no blank. */
static GPtrArray *
split_ids (const char *value, gboolean *comma, gboolean *other)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  *comma = *other = FALSE;
  for (const char *p = value; *p != '\0';)
    {
      const char *end = *p == '<' ? strchr (p, '>') : NULL;

      if (end != NULL)
        {
          g_ptr_array_add (ids, g_strndup (p, (gsize) (end + 1 - p)));
          p = end + 1;
          continue;
        }
      if (*p == ',')
        *comma = TRUE;
      else if (*p != ' ' && *p != '\t')
        *other = TRUE;
      if (*p == '<') /* not closed: nor is any behind it */
        break;
      p++;
    }
  return ids;
}

static void
repair_ids (IstMessage *message, const char *name)
{
  guint i = 0;

  while ((i = ist_message_find_field (message, name, i)) != IST_MESSAGE_NOT_FOUND)
    {
      g_autofree char *value = ist_message_field_value (message, i);
      gboolean comma, other;
      g_autoptr (GPtrArray) ids = split_ids (value, &comma, &other);
      g_autoptr (GString) raw = NULL;

      if (other || (ids->len > 0 && !comma))
        {
          i++;
          continue;
        }
      if (ids->len == 0)
        {
          ist_message_remove_field (message, i);
          ist_message_note (message, "thread-index", "%s without a Message-ID removed", name);
          continue;
        }
      raw = g_string_new (name);
      g_string_append_c (raw, ':');
      for (guint n = 0; n < ids->len; n++)
        g_string_append_printf (raw, "%s %s", n > 0 ? "\r\n" : "",
                                (char *) g_ptr_array_index (ids, n));
      g_string_append (raw, "\r\n");
      ist_message_set_field (message, i++, raw->str);
      ist_message_note (message, "thread-index", "commas between the Message-IDs of %s removed",
                        name);
    }
}

/* Every message from the first of the conversation to this one. NULL: not known. */
static GPtrArray *
line_of_descent (const IstMessage *message)
{
  g_autofree char *own = ist_field_get (message, "Message-ID");
  g_autofree char *references = ist_field_get (message, "References");
  g_autofree char *parent = references == NULL ? ist_field_get (message, "In-Reply-To") : NULL;
  const char *before = references != NULL ? references : parent != NULL ? parent : "";
  gboolean comma, other;
  GPtrArray *ids = split_ids (before, &comma, &other);

  if (own == NULL || own[0] != '<' || (ids->len == 0 && *before != '\0'))
    {
      g_ptr_array_unref (ids);
      return NULL;
    }
  if (ids->len == 0 || strcmp (g_ptr_array_index (ids, ids->len - 1), own) != 0)
    g_ptr_array_add (ids, g_strdup (own));
  return ids;
}

static void
hash (const char *id, guint8 out[16])
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize size = sizeof digest;

  g_checksum_update (sum, (const guchar *) id, (gssize) strlen (id));
  g_checksum_get_digest (sum, digest, &size);
  memcpy (out, digest, 16);
}

/* [MS-OXOMSG] 2.2.1.3: a bit that says how coarse, 31 bits of time since the header's, 4 random bits, 4 of count. */
static void
append_child (GByteArray *out, const char *id, gint64 root_secs)
{
  guint8 seed[16], block[CHILD_BYTES];
  gint64 secs;
  guint32 delta;

  hash (id, seed);
  delta = ((guint32) seed[0] << 24 | (guint32) seed[1] << 16 | (guint32) seed[2] << 8 | seed[3])
          & 0x7FFFFFFF;
  if (ist_field_is_notes_id (id, &secs) && secs >= root_secs && root_secs >= 0)
    {
      guint64 units = (guint64) (secs - root_secs) * 10000000;

      delta = units >> 49 == 0 ? (guint32) (units >> 18)
                               : 0x80000000 | ((guint32) (units >> 23) & 0x7FFFFFFF);
    }
  for (guint i = 0; i < 4; i++)
    block[i] = (guint8) (delta >> (24 - 8 * i));
  block[4] = seed[4] & 0xF0;
  g_byte_array_append (out, block, sizeof block);
}

static char *
make_index (GPtrArray *ids)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint8 header[HEADER_BYTES] = { 1 };
  gint64 secs;
  guint64 filetime;
  guint first = ids->len > MAX_CHILDREN + 1 ? ids->len - MAX_CHILDREN : 1;

  if (!ist_field_is_notes_id (g_ptr_array_index (ids, 0), &secs))
    return NULL;
  filetime = (guint64) (MAX (secs, 0) + EPOCH_SECS) * 10000000;
  for (guint i = 0; i < 5; i++)
    header[1 + i] = (guint8) (filetime >> (56 - 8 * i));
  hash (g_ptr_array_index (ids, 0), header + 6);
  g_byte_array_append (out, header, sizeof header);
  for (guint i = first; i < ids->len; i++)
    append_child (out, g_ptr_array_index (ids, i), secs);
  return g_base64_encode (out->data, out->len);
}

static void
add_index (IstMessage *message)
{
  g_autoptr (GPtrArray) ids = line_of_descent (message);
  g_autofree char *index = ids != NULL ? make_index (ids) : NULL;

  if (index == NULL)
    return;
  ist_field_put (message, "Thread-Index", index);
  ist_message_note (message, "thread-index", "Thread-Index of the conversation %s added, level %u",
                    (char *) g_ptr_array_index (ids, 0), ids->len - 1);
}

/* What a program of somebody else's sent by Domino stays as it is. */
static gboolean
is_by_notes (const IstMessage *message)
{
  g_autofree char *id = ist_field_get (message, "Message-ID");

  return id != NULL && ist_field_is_notes_id (id, NULL);
}

gboolean
ist_thread_index (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autofree char *subject = NULL;
  const char *topic;

  if (context->from != IST_SIDE_DOMINO && context->to != IST_SIDE_DOMINO)
    return TRUE;
  repair_ids (message, "In-Reply-To");
  repair_ids (message, "References");
  if (context->from != IST_SIDE_DOMINO || context->to != IST_SIDE_EXCHANGE || !is_by_notes (message))
    return TRUE;
  if (!ist_field_exists (message, "Thread-Index"))
    add_index (message);
  subject = ist_field_text (message, "Subject");
  topic = subject != NULL ? ist_field_skip_prefixes (subject) : "";
  if (*topic != '\0' && !ist_field_exists (message, "Thread-Topic"))
    {
      ist_field_put_text (message, "Thread-Topic", topic);
      ist_message_note (message, "thread-index", "Thread-Topic \"%s\" added", topic);
    }
  return TRUE;
}
