#include "convert/format/nsf-private.h"

#define BUCKET_BYTES 4096
#define SIGNATURE 0x2006
#define HEAD_BYTES 32
#define ENTRY_BYTES 8
#define ENTRIES ((BUCKET_BYTES - HEAD_BYTES) / ENTRY_BYTES)
/* The ids of a bucket's entries grow by this. */
#define ID_STEP 4
#define UNUSED 0xFFFFFFFFu
#define DELETED 0x7FFFFFFFu
#define IS_NOTE 0x80000000u
#define STUB_BYTES 64
#define MAX_DAMAGE 1000

static gint
by_first_id (gconstpointer a, gconstpointer b)
{
  const NsfRrvBucket *left = a, *right = b;

  return left->first_id < right->first_id ? -1 : left->first_id > right->first_id;
}

static void
add_damage (IstNsf *nsf, gboolean is_table, guint32 id)
{
  IstNsfDamage damage = { is_table, id };

  nsf->damaged++;
  if (nsf->damage->len < MAX_DAMAGE)
    g_array_append_val (nsf->damage, damage);
}

/* The entries of a bucket of locations: the superblock's copy of the newest one, else what is on disk. */
static const guint8 *
find_bucket (const IstNsf *nsf, guint32 position, guint32 first_id)
{
  const guint8 *bucket = NULL;

  if (position == nsf->super.rrv_position && nsf->super.rrv != NULL)
    bucket = nsf->super.rrv;
  else
    {
      bucket = nsf_range (nsf, nsf_offset (position), BUCKET_BYTES);
      /* The sum is stale in the superblock's copy, true on disk. */
      if (bucket != NULL && nsf_u32 (bucket + 18) != nsf_checksum (bucket + HEAD_BYTES, BUCKET_BYTES - HEAD_BYTES))
        return NULL;
    }
  if (bucket == NULL || nsf_u16 (bucket) != SIGNATURE || nsf_u32 (bucket + 6) != first_id)
    return NULL;
  return bucket + HEAD_BYTES;
}

void
nsf_rrv_read (IstNsf *nsf)
{
  const NsfNames *names = &nsf->names;

  /* Each needs a bucket of its own in the file. */
  for (guint32 i = 0; i < names->n_rrvs && nsf->rrvs->len <= nsf->size / BUCKET_BYTES; i++)
    {
      /* Bit 0 tells locations of documents from those of design and objects. */
      guint32 position = nsf_u32 (names->rrvs + (gsize) i * ENTRY_BYTES) & ~(guint32) 1;
      NsfRrvBucket bucket = { nsf_u32 (names->rrvs + (gsize) i * ENTRY_BYTES + 4), NULL };

      if (position == 0)
        continue;
      bucket.entries = find_bucket (nsf, position, bucket.first_id);
      if (bucket.entries != NULL)
        g_array_append_val (nsf->rrvs, bucket);
      else
        add_damage (nsf, TRUE, bucket.first_id);
    }
  g_array_sort (nsf->rrvs, by_first_id);
}

/* The head of the note that entry `a`, `b` points to. Returns FALSE for a damaged one; *size is that of its slot. */
static gboolean
read_note (const IstNsf *nsf, guint32 a, guint32 b, NsfNoteEntry *note, gsize *size)
{
  guint8 head[NSF_NOTE_HEAD];
  NsfBucket bucket;
  gsize offset;

  note->bucket = a & 0xFFFFFF;
  note->slot = b & 0x7FF;
  if (!nsf_bucket_open (nsf, NSF_SUMMARY, note->bucket, &bucket)
      || !nsf_bucket_slot (&bucket, note->slot, &offset, size))
    return FALSE;
  if (*size == STUB_BYTES)
    return TRUE;
  if (*size < NSF_NOTE_HEAD)
    return FALSE;
  nsf_bucket_copy (&bucket, offset, NSF_NOTE_HEAD, head);
  nsf_note_read_head (head, &note->info);
  return nsf_u16 (head) == 0x0004;
}

/* The notes of one bucket of locations. Slots that lie on each other could make a small file a long list: *slots
 * counts their bytes. */
static gboolean
list_bucket (IstNsf *nsf, const NsfRrvBucket *rrv, gsize *slots, GError **error)
{
  for (guint i = 0; i < ENTRIES; i++)
    {
      guint32 a = nsf_u32 (rrv->entries + i * ENTRY_BYTES);
      guint32 b = nsf_u32 (rrv->entries + i * ENTRY_BYTES + 4);
      NsfNoteEntry note = { 0 };
      gsize size;

      if (a == UNUSED || a == DELETED || (a & IS_NOTE) == 0)
        continue;
      if (!read_note (nsf, a, b, &note, &size) || (size != STUB_BYTES && note.info.id != rrv->first_id + ID_STEP * i))
        {
          add_damage (nsf, FALSE, rrv->first_id + ID_STEP * i);
          continue;
        }
      *slots += size;
      if (*slots > nsf->size)
        {
          NSF_REFUSE (error, "notes lie on each other");
          return FALSE;
        }
      if (size != STUB_BYTES)
        g_array_append_val (nsf->notes, note);
    }
  return TRUE;
}

void
nsf_rrv_list_notes (IstNsf *nsf, GError **error)
{
  gsize slots = 0;

  for (guint i = 0; i < nsf->rrvs->len; i++)
    if (!list_bucket (nsf, &g_array_index (nsf->rrvs, NsfRrvBucket, i), &slots, error))
      return;
}

guint64
nsf_rrv_object (const IstNsf *nsf, guint32 id)
{
  const NsfRrvBucket *buckets = (const NsfRrvBucket *) (gpointer) nsf->rrvs->data;
  guint low = 0, high = nsf->rrvs->len;
  guint32 position, index;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (buckets[middle].first_id <= id)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == 0)
    return 0;
  index = (id - buckets[low - 1].first_id) / ID_STEP;
  if (index >= ENTRIES || (id - buckets[low - 1].first_id) % ID_STEP != 0)
    return 0;
  position = nsf_u32 (buckets[low - 1].entries + (gsize) index * ENTRY_BYTES);
  return (position & IS_NOTE) != 0 || position == DELETED ? 0 : nsf_offset (position);
}
