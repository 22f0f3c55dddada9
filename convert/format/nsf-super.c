#include "convert/format/nsf-private.h"

#include "convert/format/cx.h"

#include <string.h>

#define AT_SUPERBLOCKS 560
#define SIGNATURE 0x000E
#define HEAD_BYTES 100
#define TRAILER_BYTES 12
#define PAGE_BYTES 8192
#define PAGE_HEAD 40
#define PAGE_SIGNATURE 0x11
#define MAX_PAGES 4096
#define RRV_BYTES 4096
#define BITMAP_DESCRIPTOR 20
#define CX 1

/* By NsfKind: a descriptor of a page, the groups at the head of a page, a descriptor of a bucket. */
static const gsize page_entry[] = { 14, 6 };
static const gsize group_bytes[] = { 210, 64 };
static const gsize bucket_entry[] = { 14, 6 };

guint32
nsf_checksum (const guint8 *data, gsize size)
{
  guint32 sum = 0;
  gsize i = 0;

  for (; size - i >= 4; i += 4)
    sum ^= nsf_u32 (data + i);
  for (guint shift = 0; i < size; i++, shift += 8)
    sum ^= (guint32) data[i] << shift;
  return sum;
}

GBytes *
nsf_block_expand (const IstNsf *nsf, guint64 offset, gsize head, guint32 stored, guint32 plain, guint16 compression)
{
  const guint8 *block = nsf_range (nsf, offset, stored);
  const guint8 *body;
  gsize size;
  guint32 packed;

  if (block == NULL || stored < head + TRAILER_BYTES)
    return NULL;
  body = block + head;
  size = stored - head - TRAILER_BYTES;
  if (nsf_checksum (body, size) != nsf_u32 (body + size + 8))
    return NULL;
  if (compression == 0)
    return size >= plain ? ist_body_slice (nsf->body, (gsize) (body - nsf->data), plain) : NULL;
  if (compression != CX || size < 4)
    return NULL;
  packed = nsf_u32 (body);
  if (packed > size - 4)
    return NULL;
  return ist_cx_expand (body + 4, packed, plain, NULL);
}

/* The pages of one kind: their descriptors, then those pages that lie in the superblock. Moves *at behind them. */
static gboolean
read_pages (IstNsf *nsf, NsfKind kind, guint32 n_pages, gsize *at)
{
  gsize size;
  const guint8 *plain = g_bytes_get_data (nsf->super.plain, &size);
  const guint8 *descriptor;

  nsf->super.pages[kind] = g_array_new (FALSE, FALSE, sizeof (NsfPage));
  if (n_pages > MAX_PAGES || *at > size || n_pages * page_entry[kind] > size - *at)
    return FALSE;
  descriptor = plain + *at;
  *at += n_pages * page_entry[kind];
  for (guint32 i = 0; i < n_pages; i++, descriptor += page_entry[kind])
    {
      NsfPage page = { NULL };
      guint32 position = nsf_u32 (descriptor);

      if (position == 0)
        {
          if (size - *at < PAGE_BYTES)
            return FALSE;
          page.entries = plain + *at + group_bytes[kind];
          *at += PAGE_BYTES;
        }
      else
        {
          const guint8 *disk = nsf_range (nsf, nsf_offset (position), PAGE_HEAD + PAGE_BYTES);

          if (disk != NULL && nsf_u16 (disk) == PAGE_SIGNATURE)
            page.entries = disk + PAGE_HEAD + group_bytes[kind];
        }
      g_array_append_val (nsf->super.pages[kind], page);
    }
  return TRUE;
}

static gboolean
read_body (IstNsf *nsf, const guint8 *head)
{
  NsfSuper *super = &nsf->super;
  guint32 bitmaps = nsf_u32 (head + 22);
  guint32 rrv_bytes = nsf_u32 (head + 26);
  gsize size = g_bytes_get_size (super->plain);
  gsize at = 0;

  super->buckets[NSF_SUMMARY] = nsf_u32 (head + 14);
  super->buckets[NSF_NON_SUMMARY] = nsf_u32 (head + 18);
  if (!read_pages (nsf, NSF_SUMMARY, nsf_u32 (head + 70), &at)
      || !read_pages (nsf, NSF_NON_SUMMARY, nsf_u32 (head + 74), &at))
    return FALSE;
  if (bitmaps > (size - at) / BITMAP_DESCRIPTOR)
    return FALSE;
  at += (gsize) bitmaps * BITMAP_DESCRIPTOR;
  super->rrv_position = nsf_u32 (head + 30);
  if (rrv_bytes >= RRV_BYTES && size - at >= RRV_BYTES)
    super->rrv = (const guint8 *) g_bytes_get_data (super->plain, NULL) + at;
  return TRUE;
}

gboolean
nsf_super_survey (const IstNsf *nsf, guint i, IstNsfSuperCopy *copy)
{
  guint32 position = nsf_u32 (nsf->data + AT_SUPERBLOCKS + 8 * i);
  const guint8 *head = position != 0 ? nsf_range (nsf, nsf_offset (position), HEAD_BYTES) : NULL;
  g_autoptr (GBytes) plain = NULL;

  if (head == NULL || nsf_u16 (head) != SIGNATURE)
    return FALSE;
  copy->offset = nsf_offset (position);
  copy->sequence = nsf_u32 (head + 60);
  copy->stored_bytes = nsf_u32 (head + 64);
  copy->plain_bytes = nsf_u32 (head + 10);
  copy->compression = nsf_u16 (head + 68);
  copy->summary_buckets = nsf_u32 (head + 14);
  copy->non_summary_buckets = nsf_u32 (head + 18);
  copy->bitmaps = nsf_u32 (head + 22);
  copy->summary_pages = nsf_u32 (head + 70);
  copy->non_summary_pages = nsf_u32 (head + 74);
  plain = nsf_block_expand (nsf, copy->offset, HEAD_BYTES, copy->stored_bytes, copy->plain_bytes, copy->compression);
  copy->is_whole = plain != NULL;
  return TRUE;
}

gboolean
nsf_super_read (IstNsf *nsf, GError **error)
{
  const guint8 *best = NULL;

  for (guint i = 0; i < IST_NSF_SUPERBLOCKS; i++)
    {
      guint32 position = nsf_u32 (nsf->data + AT_SUPERBLOCKS + 8 * i);
      const guint8 *head = position != 0 ? nsf_range (nsf, nsf_offset (position), HEAD_BYTES) : NULL;
      g_autoptr (GBytes) plain = NULL;

      if (head == NULL || nsf_u16 (head) != SIGNATURE || (best != NULL && nsf_u32 (head + 60) <= nsf_u32 (best + 60)))
        continue;
      plain = nsf_block_expand (nsf, nsf_offset (position), HEAD_BYTES, nsf_u32 (head + 64), nsf_u32 (head + 10),
                                nsf_u16 (head + 68));
      if (plain == NULL)
        continue;
      best = head;
      g_clear_pointer (&nsf->super.plain, g_bytes_unref);
      nsf->super.plain = g_steal_pointer (&plain);
    }
  if (best == NULL)
    {
      NSF_REFUSE (error, "no superblock is whole");
      return FALSE;
    }
  if (!read_body (nsf, best))
    {
      NSF_REFUSE (error, "the superblock is damaged");
      return FALSE;
    }
  return TRUE;
}

void
nsf_super_clear (NsfSuper *super)
{
  g_clear_pointer (&super->plain, g_bytes_unref);
  for (guint i = 0; i < G_N_ELEMENTS (super->pages); i++)
    g_clear_pointer (&super->pages[i], g_array_unref);
}

guint64
nsf_super_bucket (const IstNsf *nsf, NsfKind kind, guint32 number)
{
  guint32 per_page = (guint32) ((PAGE_BYTES - group_bytes[kind]) / bucket_entry[kind]);
  const NsfPage *page;
  guint32 index = number - 1;

  if (number == 0 || number > nsf->super.buckets[kind] || index / per_page >= nsf->super.pages[kind]->len)
    return 0;
  page = &g_array_index (nsf->super.pages[kind], NsfPage, index / per_page);
  if (page->entries == NULL)
    return 0;
  return nsf_offset (nsf_u32 (page->entries + index % per_page * bucket_entry[kind]));
}
