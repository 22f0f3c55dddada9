#include "convert/format/nsf-private.h"

#include "convert/format/lmbcs.h"

#define AT_BLOCKS 624
#define N_BLOCKS 2
#define SIGNATURE 0x0001
#define HEAD_BYTES 66
#define RRV_ENTRY 8
#define NAME_ENTRY 10
/* Notes itself takes no longer name for an item. */
#define MAX_NAME_BYTES 4096

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
  return TRUE;
}

gboolean
nsf_names_read (IstNsf *nsf, GError **error)
{
  const guint8 *best = NULL;

  for (guint i = 0; i < N_BLOCKS; i++)
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
}

char *
nsf_names_item (const IstNsf *nsf, guint16 index, guint16 *type)
{
  const NsfNames *names = &nsf->names;
  const guint8 *entry;
  guint32 offset, length;

  if (index >= names->n_names)
    return NULL;
  entry = names->names + (gsize) index * NAME_ENTRY;
  offset = nsf_u32 (entry);
  length = nsf_u16 (entry + 4);
  if (offset > names->text_bytes || length > names->text_bytes - offset || length > MAX_NAME_BYTES)
    return NULL;
  *type = (guint16) (entry[7] << 8 | entry[6]);
  return ist_lmbcs_to_utf8 (names->text + offset, length);
}
