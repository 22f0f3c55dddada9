#include "convert/format/nsf-private.h"

#include "convert/format/lmbcs.h"

#define AT_BLOCKS 624
#define SIGNATURE 0x0001
#define HEAD_BYTES 66
#define RRV_ENTRY 8
#define NAME_ENTRY 10
/* Notes itself takes no longer name for an item. */
#define MAX_NAME_BYTES 4096
/* An item names its entry by 16 bits. */
#define MAX_NAMES 65536u

/* All names in UTF-8. FALSE when they lie on each other: a short text could make a long list. */
static gboolean
convert_names (NsfNames *names)
{
  gsize left = names->text_bytes;

  names->items = g_array_new (FALSE, FALSE, sizeof (NsfName));
  names->utf8 = g_string_chunk_new (MIN (names->text_bytes, 65536) + 64);
  for (guint32 i = 0; i < MIN (names->n_names, MAX_NAMES); i++)
    {
      const guint8 *entry = names->names + (gsize) i * NAME_ENTRY;
      guint32 offset = nsf_u32 (entry);
      guint32 length = nsf_u16 (entry + 4);
      NsfName name = { NULL, (guint16) (entry[7] << 8 | entry[6]) };

      if (length <= MAX_NAME_BYTES && offset <= names->text_bytes && length <= names->text_bytes - offset)
        {
          g_autofree char *utf8 = NULL;

          if (length > left)
            return FALSE;
          left -= length;
          utf8 = ist_lmbcs_to_utf8 (names->text + offset, length);
          name.name = g_string_chunk_insert (names->utf8, utf8);
        }
      g_array_append_val (names->items, name);
    }
  return TRUE;
}

static gboolean
read_body (NsfNames *names, const guint8 *head)
{
  gsize left;
  const guint8 *p = g_bytes_get_data (names->plain, &left);

  names->n_names = nsf_u32 (head + 26);
  names->text_bytes = nsf_u32 (head + 34);
  names->n_rrvs = nsf_u32 (head + 38);
  if (names->n_rrvs > left / RRV_ENTRY)
    return FALSE;
  names->rrvs = p;
  p += (gsize) names->n_rrvs * RRV_ENTRY;
  left -= (gsize) names->n_rrvs * RRV_ENTRY;
  if (names->n_names > left / NAME_ENTRY)
    return FALSE;
  names->names = p;
  p += (gsize) names->n_names * NAME_ENTRY;
  left -= (gsize) names->n_names * NAME_ENTRY;
  if (left < 4 || names->text_bytes > left - 4)
    return FALSE;
  names->text = p + 4;
  return convert_names (names);
}

gboolean
nsf_names_survey (const IstNsf *nsf, guint i, IstNsfNamesCopy *copy)
{
  guint32 position = nsf_u32 (nsf->data + AT_BLOCKS + 8 * i + 4);
  const guint8 *head = position != 0 ? nsf_range (nsf, nsf_offset (position), HEAD_BYTES) : NULL;
  g_autoptr (GBytes) plain = NULL;

  if (head == NULL || nsf_u16 (head) != SIGNATURE)
    return FALSE;
  copy->offset = nsf_offset (position);
  copy->sequence = nsf_u32 (head + 10);
  copy->stored_bytes = nsf_u32 (head + 14);
  copy->plain_bytes = nsf_u32 (head + 6);
  copy->compression = nsf_u16 (head + 4);
  copy->names = nsf_u32 (head + 26);
  copy->tables = nsf_u32 (head + 38);
  plain = nsf_block_expand (nsf, copy->offset, HEAD_BYTES, copy->stored_bytes, copy->plain_bytes, copy->compression);
  copy->is_whole = plain != NULL;
  return TRUE;
}

gboolean
nsf_names_read (IstNsf *nsf, GError **error)
{
  const guint8 *best = NULL;

  for (guint i = 0; i < IST_NSF_NAME_TABLES; i++)
    {
      guint32 position = nsf_u32 (nsf->data + AT_BLOCKS + 8 * i + 4);
      const guint8 *head = position != 0 ? nsf_range (nsf, nsf_offset (position), HEAD_BYTES) : NULL;
      g_autoptr (GBytes) plain = NULL;

      if (head == NULL || nsf_u16 (head) != SIGNATURE || (best != NULL && nsf_u32 (head + 10) <= nsf_u32 (best + 10)))
        continue;
      plain = nsf_block_expand (nsf, nsf_offset (position), HEAD_BYTES, nsf_u32 (head + 14), nsf_u32 (head + 6),
                                nsf_u16 (head + 4));
      if (plain == NULL)
        continue;
      best = head;
      g_clear_pointer (&nsf->names.plain, g_bytes_unref);
      nsf->names.plain = g_steal_pointer (&plain);
    }
  if (best == NULL)
    {
      NSF_REFUSE (error, "no table of names is whole");
      return FALSE;
    }
  if (!read_body (&nsf->names, best))
    {
      NSF_REFUSE (error, "the table of names is damaged");
      return FALSE;
    }
  return TRUE;
}

void
nsf_names_clear (NsfNames *names)
{
  g_clear_pointer (&names->plain, g_bytes_unref);
  g_clear_pointer (&names->items, g_array_unref);
  g_clear_pointer (&names->utf8, g_string_chunk_free);
}

const char *
nsf_names_item (const IstNsf *nsf, guint16 index, guint16 *type)
{
  const NsfName *name;

  if (index >= nsf->names.items->len)
    return NULL;
  name = &g_array_index (nsf->names.items, NsfName, index);
  *type = name->type;
  return name->name;
}
