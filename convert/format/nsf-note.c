#include "convert/format/nsf-private.h"

#include "convert/format/cx.h"
#include "convert/format/nsf-value.h"

#include <string.h>

#define ITEM_BYTES 8
/* Non-summary data outside the slot begins with as many bytes about itself. */
#define NON_SUMMARY_HEAD 68
#define NOTE_INLINE 0x2000
#define IN_BUCKET 0x80000000u
#define TYPE_IN_TABLE 0x0008

typedef struct
{
  IstNsfItem item;
  GBytes *area;       /* one of the note's */
  gsize offset, size; /* of the value as it lies there, behind its type */
} Item;

struct _IstNsfNote
{
  IstNsf *nsf;
  const IstNsfNoteInfo *info;
  GBytes *slot, *others; /* where the values lie; others may be NULL */
  GArray *items;         /* of Item */
};

/* A run of bytes that the items of a note are taken from in order. */
typedef struct
{
  GBytes *bytes;
  gsize at;
} Area;

void
nsf_note_read_head (const guint8 *head, IstNsfNoteInfo *info)
{
  info->id = nsf_u32 (head + 6);
  info->unid.file = nsf_time (head + 10);
  info->unid.note = nsf_time (head + 18);
  info->sequence = nsf_u32 (head + 26);
  info->sequence_time = nsf_time (head + 30);
  info->flags = nsf_u16 (head + 38);
  info->note_class = nsf_u16 (head + 40);
  info->modified = nsf_time (head + 42);
  info->n_items = nsf_u16 (head + 50);
  info->accessed = nsf_time (head + 64);
  info->added = nsf_time (head + 72);
  info->parent_id = nsf_u32 (head + 80);
}

static GBytes *
slot_bytes (const IstNsf *nsf, NsfKind kind, guint32 number, guint32 slot)
{
  NsfBucket bucket;
  gsize offset, size;
  guint8 *copy;

  if (!nsf_bucket_open (nsf, kind, number, &bucket) || !nsf_bucket_slot (&bucket, slot, &offset, &size))
    return NULL;
  copy = g_malloc (MAX (size, 1));
  nsf_bucket_copy (&bucket, offset, size, copy);
  return g_bytes_new_take (copy, size);
}

/* Where the note's non-summary items lie; bytes NULL: it says that there are some, and they are not there. */
static Area
non_summary_area (const IstNsf *nsf, GBytes *slot)
{
  const guint8 *head = g_bytes_get_data (slot, NULL);
  guint32 where = nsf_u32 (head + 56);
  guint32 size = nsf_u32 (head + 60);
  Area area = { NULL, NON_SUMMARY_HEAD };

  if (where == 0)
    return (Area) { g_bytes_new_static ("", 0), 0 };
  if (nsf_u16 (head + 38) & NOTE_INLINE)
    return (Area) { g_bytes_ref (slot), where };
  if (where & IN_BUCKET)
    area.bytes = slot_bytes (nsf, NSF_NON_SUMMARY, where & 0xFFFFFF, where >> 24 & 0x7F);
  else if (nsf_range (nsf, nsf_offset (where), size) != NULL)
    area.bytes = ist_body_slice (nsf->body, (gsize) nsf_offset (where), size);
  return area;
}

/* Takes the next `size` bytes. FALSE where the area has not as many. */
static gboolean
take (Area *area, gsize size, Item *item)
{
  gsize total = area->bytes != NULL ? g_bytes_get_size (area->bytes) : 0;

  if (area->bytes == NULL || area->at > total || size > total - area->at)
    return FALSE;
  item->area = area->bytes;
  item->offset = area->at;
  item->size = size;
  area->at += size;
  return TRUE;
}

static gboolean
read_item (IstNsfNote *note, const guint8 *entry, Area *summary, Area *other)
{
  Item item = { { NULL, 0, nsf_u16 (entry + 2), entry[6] }, NULL, 0, 0 };

  item.item.name = nsf_names_item (note->nsf, nsf_u16 (entry), &item.item.type);
  if (item.item.name == NULL
      || !take (item.item.flags & IST_NSF_ITEM_SUMMARY ? summary : other, nsf_u16 (entry + 4), &item))
    return FALSE;
  if (item.item.flags & IST_NSF_ITEM_PLACEHOLDER)
    item.size = 0;
  else if ((item.item.flags & TYPE_IN_TABLE) == 0)
    {
      if (item.size < 2)
        return FALSE;
      item.item.type = nsf_u16 ((const guint8 *) g_bytes_get_data (item.area, NULL) + item.offset);
      item.offset += 2;
      item.size -= 2;
    }
  g_array_append_val (note->items, item);
  return TRUE;
}

static gboolean
read_items (IstNsfNote *note)
{
  gsize size;
  const guint8 *head = g_bytes_get_data (note->slot, &size);
  gsize n = note->info->n_items;
  Area summary = { note->slot, NSF_NOTE_HEAD + n * ITEM_BYTES };
  Area other;

  if (size < NSF_NOTE_HEAD || n > (size - NSF_NOTE_HEAD) / ITEM_BYTES)
    return FALSE;
  other = non_summary_area (note->nsf, note->slot);
  note->others = other.bytes;
  for (gsize i = 0; i < n; i++)
    if (!read_item (note, head + NSF_NOTE_HEAD + i * ITEM_BYTES, &summary, &other))
      return FALSE;
  return TRUE;
}

IstNsfNote *
ist_nsf_note_load (IstNsf *nsf, guint index, GError **error)
{
  g_autoptr (IstNsfNote) note = NULL;
  const NsfNoteEntry *entry;

  g_return_val_if_fail (index < nsf->notes->len, NULL);
  entry = &g_array_index (nsf->notes, NsfNoteEntry, index);
  note = g_new0 (IstNsfNote, 1);
  note->nsf = ist_nsf_ref (nsf);
  note->info = &entry->info;
  note->items = g_array_new (FALSE, FALSE, sizeof (Item));
  note->slot = slot_bytes (nsf, NSF_SUMMARY, entry->bucket, entry->slot);
  if (note->slot == NULL || !read_items (note))
    {
      NSF_REFUSE (error, "note %08X: item %u of %u is damaged", entry->info.id, note->items->len + 1,
                  entry->info.n_items);
      return NULL;
    }
  return g_steal_pointer (&note);
}

void
ist_nsf_note_free (IstNsfNote *note)
{
  if (note == NULL)
    return;
  g_array_unref (note->items);
  g_clear_pointer (&note->slot, g_bytes_unref);
  g_clear_pointer (&note->others, g_bytes_unref);
  ist_nsf_unref (note->nsf);
  g_free (note);
}

IstNsf *
ist_nsf_note_database (const IstNsfNote *note)
{
  return note->nsf;
}

const IstNsfNoteInfo *
ist_nsf_note_head (const IstNsfNote *note)
{
  return note->info;
}

guint
ist_nsf_note_item_count (const IstNsfNote *note)
{
  return note->items->len;
}

const IstNsfItem *
ist_nsf_note_item (const IstNsfNote *note, guint index)
{
  g_return_val_if_fail (index < note->items->len, NULL);
  return &g_array_index (note->items, Item, index).item;
}

gint
ist_nsf_note_find (const IstNsfNote *note, const char *name, guint start)
{
  for (guint i = start; i < note->items->len; i++)
    if (g_ascii_strcasecmp (g_array_index (note->items, Item, i).item.name, name) == 0)
      return (gint) i;
  return -1;
}

GBytes *
ist_nsf_note_value (const IstNsfNote *note, guint index, GError **error)
{
  const Item *item;
  const guint8 *stored;
  GBytes *value;

  g_return_val_if_fail (index < note->items->len, NULL);
  item = &g_array_index (note->items, Item, index);
  if ((item->item.flags & IST_NSF_ITEM_COMPRESSED) == 0 || (item->item.flags & IST_NSF_ITEM_PLACEHOLDER) != 0)
    return g_bytes_new_from_bytes (item->area, item->offset, item->size);
  if (item->size < 4)
    {
      NSF_REFUSE (error, "note %08X: item %s is cut off", note->info->id, item->item.name);
      return NULL;
    }
  stored = (const guint8 *) g_bytes_get_data (item->area, NULL) + item->offset;
  value = ist_cx_expand (stored + 4, item->size - 4, nsf_u32 (stored), error);
  if (value == NULL)
    g_prefix_error (error, "Notes database: note %08X: item %s: ", note->info->id, item->item.name);
  return value;
}

GPtrArray *
ist_nsf_note_chunks (const IstNsfNote *note, const char *name, guint16 type, gsize limit_bytes, GError **error)
{
  g_autoptr (GPtrArray) chunks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  gsize left = limit_bytes;

  for (gint i = ist_nsf_note_find (note, name, 0); i >= 0; i = ist_nsf_note_find (note, name, (guint) i + 1))
    {
      g_autoptr (GBytes) value = NULL;

      if (ist_nsf_note_item (note, (guint) i)->type != type)
        continue;
      value = ist_nsf_note_value (note, (guint) i, error);
      if (value == NULL)
        return NULL;
      if (g_bytes_get_size (value) > left)
        {
          NSF_REFUSE (error, "note %08X: %s holds more than %" G_GSIZE_FORMAT " bytes", note->info->id, name,
                      limit_bytes);
          return NULL;
        }
      left -= g_bytes_get_size (value);
      g_ptr_array_add (chunks, g_steal_pointer (&value));
    }
  return g_steal_pointer (&chunks);
}

char *
ist_nsf_note_text (const IstNsfNote *note, const char *name)
{
  gint i = ist_nsf_note_find (note, name, 0);
  g_autoptr (GBytes) value = i >= 0 ? ist_nsf_note_value (note, (guint) i, NULL) : NULL;
  g_auto (GStrv) texts = NULL;

  if (value == NULL)
    return NULL;
  texts = ist_nsf_value_texts (value, ist_nsf_note_item (note, (guint) i)->type);
  return texts != NULL ? g_strjoinv ("; ", texts) : NULL;
}

gboolean
ist_nsf_note_is_sealed (const IstNsfNote *note)
{
  for (guint i = 0; i < note->items->len; i++)
    {
      const IstNsfItem *item = ist_nsf_note_item (note, i);

      if (item->type == IST_NSF_SEAL || item->type == IST_NSF_SEAL_DATA || item->type == IST_NSF_SEAL_LIST
          || g_ascii_strcasecmp (item->name, "$Seal") == 0 || g_ascii_strcasecmp (item->name, "$SealData") == 0)
        return TRUE;
    }
  return FALSE;
}
