#include "tests/convert/nsf-make.h"

#include <string.h>

#define BUCKET 8192
#define MARK_STEP 512
#define RRV_BYTES 4096
#define RRV_HEAD 32
/* The only copy is in the superblock. */
#define RRV_POSITION 0x76
#define FIRST_ID 0x100
#define PAGE 8192
#define NOTE_HEAD 100
#define NON_SUMMARY_HEAD 68
#define MARKER 0x0B

/* A bucket in the making: slots from the front, their directory from the back. */
typedef struct
{
  GByteArray *bytes;
  guint footer, used, slots;
} Bucket;

struct _NsfMake
{
  char *title;
  Bucket summary, other;
  GByteArray *apart; /* what lies in the file by itself */
  GByteArray *names, *text;
  guint n_names;
  guint8 rrv[RRV_BYTES];
  guint n_ids;
  gboolean in_note;
  guint16 note_class;
  NsfMakePlace place;
  guint n_items;
  GByteArray *items, *values, *others;
};

/* In this order: header, two superblocks, the table of names, the buckets, what lies by itself. */
#define AT_SUPER 0x0400
#define SUPER_SPACE 0x0400
#define AT_NAMES (AT_SUPER + 2 * SUPER_SPACE)
#define NAMES_SPACE 0x0800
#define AT_SUMMARY (AT_NAMES + NAMES_SPACE)

static guint
at_other (const NsfMake *make)
{
  return AT_SUMMARY + make->summary.bytes->len;
}

static guint
at_apart (const NsfMake *make)
{
  return at_other (make) + make->other.bytes->len;
}

static void
poke16 (guint8 *p, guint value)
{
  p[0] = (guint8) value;
  p[1] = (guint8) (value >> 8);
}

static void
poke32 (guint8 *p, guint32 value)
{
  poke16 (p, value & 0xFFFF);
  poke16 (p + 2, value >> 16);
}

static guint8 *
add_zeros (GByteArray *array, gsize n)
{
  guint at = array->len;

  g_byte_array_set_size (array, (guint) (at + n));
  memset (array->data + at, 0, n);
  return array->data + at;
}

static void
add_u16 (GByteArray *array, guint value)
{
  poke16 (add_zeros (array, 2), value);
}

static void
add_array (GByteArray *array, const GByteArray *other)
{
  g_byte_array_append (array, other->data, other->len);
}

static void
bucket_init (Bucket *bucket, guint size)
{
  bucket->bytes = g_byte_array_new ();
  add_zeros (bucket->bytes, size);
  bucket->footer = size / MARK_STEP / 2;
  bucket->used = 68;
}

/* Returns the number of the slot, from 1. */
static guint
bucket_add (Bucket *bucket, const GByteArray *slot)
{
  guint8 *p = bucket->bytes->data;
  guint end = bucket->bytes->len - bucket->footer - 4 * ++bucket->slots;
  guint8 *entry = p + end;

  g_assert_cmpuint (bucket->used + slot->len, <, end);
  poke16 (entry, bucket->used);
  poke16 (entry + 2, slot->len);
  memcpy (p + bucket->used, slot->data, slot->len);
  bucket->used += slot->len;
  return bucket->slots;
}

/* Writes the head and takes the low halves of every 512th byte into the footer. */
static void
bucket_close (Bucket *bucket)
{
  guint8 *p = bucket->bytes->data;
  guint size = bucket->bytes->len;

  p[0] = 0x02;
  p[1] = 0x42;
  poke32 (p + 6, size);
  poke16 (p + 40, bucket->used);
  poke32 (p + 44, bucket->slots);
  poke32 (p + 50, bucket->footer);
  for (guint k = 0; 66 + MARK_STEP * k < size - bucket->footer; k++)
    {
      guint8 *byte = p + 66 + MARK_STEP * k;

      p[size - 1 - k / 2] |= (guint8) ((*byte & 0x0F) << (k % 2 == 0 ? 4 : 0));
      *byte = (guint8) ((*byte & 0xF0) | MARKER);
    }
}

NsfMake *
nsf_make_new (const char *title)
{
  return nsf_make_new_sized (title, BUCKET);
}

NsfMake *
nsf_make_new_sized (const char *title, guint bucket_bytes)
{
  NsfMake *make = g_new0 (NsfMake, 1);

  make->title = g_strdup (title);
  bucket_init (&make->summary, bucket_bytes);
  bucket_init (&make->other, bucket_bytes);
  make->apart = g_byte_array_new ();
  make->names = g_byte_array_new ();
  make->text = g_byte_array_new ();
  make->items = g_byte_array_new ();
  make->values = g_byte_array_new ();
  make->others = g_byte_array_new ();
  make->rrv[0] = 0x06;
  make->rrv[1] = 0x20;
  poke32 (make->rrv + 6, FIRST_ID);
  return make;
}

void
nsf_make_free (NsfMake *make)
{
  GByteArray *arrays[] = { make->summary.bytes, make->other.bytes, make->apart, make->names, make->text,
                           make->items, make->values, make->others };

  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_byte_array_unref (arrays[i]);
  g_free (make->title);
  g_free (make);
}

/* Returns the id of the new entry. */
static guint32
add_rrv (NsfMake *make, guint32 a, guint32 b)
{
  guint8 *entry = make->rrv + RRV_HEAD + 8 * make->n_ids;

  g_assert_cmpuint (make->n_ids, <, (RRV_BYTES - RRV_HEAD) / 8);
  poke32 (entry, a);
  poke32 (entry + 4, b);
  return FIRST_ID + 4 * make->n_ids++;
}

/* Returns its position in units of 256 bytes. */
static guint32
add_apart (NsfMake *make, const GByteArray *bytes)
{
  guint at = make->apart->len;

  add_array (make->apart, bytes);
  add_zeros (make->apart, (256 - make->apart->len % 256) % 256);
  return (at_apart (make) + at) / 256;
}

/* The word that says where the non-summary items are; those inside go behind the slot. */
static guint32
place_others (NsfMake *make, GByteArray *slot, guint32 *size)
{
  g_autoptr (GByteArray) block = g_byte_array_new ();

  *size = make->others->len;
  if (make->others->len == 0)
    return 0;
  if (make->place == NSF_MAKE_INLINE)
    {
      add_array (slot, make->others);
      return slot->len - make->others->len;
    }
  poke16 (add_zeros (block, NON_SUMMARY_HEAD), 0x0010);
  add_array (block, make->others);
  poke32 (block->data + 2, block->len);
  *size = block->len;
  if (make->place == NSF_MAKE_APART)
    return add_apart (make, block);
  return 0x80000000u | bucket_add (&make->other, block) << 24 | 1;
}

static void
end_note (NsfMake *make)
{
  g_autoptr (GByteArray) slot = g_byte_array_new ();
  guint32 id = FIRST_ID + 4 * make->n_ids, where, size;

  if (!make->in_note)
    return;
  make->in_note = FALSE;
  add_zeros (slot, NOTE_HEAD);
  add_array (slot, make->items);
  add_array (slot, make->values);
  where = place_others (make, slot, &size);
  poke16 (slot->data, 0x0004);
  poke32 (slot->data + 2, slot->len);
  poke32 (slot->data + 6, id);
  poke32 (slot->data + 10, 0x11111111);
  poke32 (slot->data + 14, 0x22222222);
  poke32 (slot->data + 18, id);
  poke32 (slot->data + 22, 0x44444444);
  poke16 (slot->data + 38, make->place == NSF_MAKE_INLINE ? 0x2000 : 0);
  poke16 (slot->data + 40, make->note_class);
  poke16 (slot->data + 50, make->n_items);
  poke32 (slot->data + 56, where);
  poke32 (slot->data + 60, size);
  add_rrv (make, 0x80000001u, bucket_add (&make->summary, slot));
  g_byte_array_set_size (make->items, 0);
  g_byte_array_set_size (make->values, 0);
  g_byte_array_set_size (make->others, 0);
  make->n_items = 0;
}

void
nsf_make_note (NsfMake *make, guint16 note_class, NsfMakePlace place)
{
  end_note (make);
  make->in_note = TRUE;
  make->note_class = note_class;
  make->place = place;
}

void
nsf_make_deleted (NsfMake *make)
{
  g_autoptr (GByteArray) slot = g_byte_array_new ();

  end_note (make);
  add_zeros (slot, 64);
  add_rrv (make, 0x80000001u, bucket_add (&make->summary, slot));
}

static guint
add_name (NsfMake *make, const char *name, guint16 type)
{
  guint8 *entry = add_zeros (make->names, 10);

  poke32 (entry, make->text->len);
  poke16 (entry + 4, (guint) strlen (name));
  entry[6] = (guint8) type;
  entry[7] = (guint8) (type >> 8);
  g_byte_array_append (make->text, (const guint8 *) name, (guint) strlen (name));
  return make->n_names++;
}

void
nsf_make_item (NsfMake *make, const char *name, guint16 type, guint32 flags, const void *data, gsize size)
{
  gboolean type_inside = (flags & 0x10000) != 0;
  g_autoptr (GByteArray) value = g_byte_array_new ();

  if (type_inside)
    add_u16 (value, type);
  if (flags & 0x8000)
    {
      g_autoptr (GByteArray) packed = nsf_make_cx (data, size);

      poke32 (add_zeros (value, 4), (guint32) size);
      add_array (value, packed);
    }
  else
    g_byte_array_append (value, data, (guint) size);
  g_assert_cmpuint (value->len, <, 65536);
  add_u16 (make->items, add_name (make, name, type_inside ? 0x0500 : type));
  add_u16 (make->items, (flags & 0xFFFF) | (type_inside ? 0 : 0x0008));
  add_u16 (make->items, value->len);
  add_u16 (make->items, 0);
  add_array (flags & 0x0004 ? make->values : make->others, value);
  make->n_items++;
}

void
nsf_make_text (NsfMake *make, const char *name, const char *text)
{
  nsf_make_item (make, name, 0x0500, 0x0004, text, strlen (text));
}

void
nsf_make_file (NsfMake *make, const char *name, guint16 compression, const void *data, gsize size)
{
  g_autoptr (GByteArray) object = g_byte_array_new ();
  g_autoptr (GByteArray) item = g_byte_array_new ();
  g_autoptr (GByteArray) packed = NULL;
  gboolean digest = (compression & NSF_MAKE_DIGEST) != 0;
  guint32 id;

  compression &= (guint16) ~NSF_MAKE_DIGEST;
  if (compression != 0)
    packed = compression == 1 ? nsf_make_huffman (data, size, FALSE) : nsf_make_cx (data, size);
  poke16 (add_zeros (object, 22), 0x0007);
  if (digest)
    {
      guint8 *extension = add_zeros (object, 93);

      extension[0] = 1;
      memset (extension + 2, 'A', 48);
    }
  g_byte_array_append (object, packed != NULL ? packed->data : data, packed != NULL ? packed->len : (guint) size);
  poke32 (object->data + 2, object->len);
  /* The note's own id comes after those of its objects. */
  id = add_rrv (make, add_apart (make, object), 0);
  poke32 (add_zeros (item, 36) + 2, id);
  poke16 (item->data + 6, (guint) strlen (name));
  poke16 (item->data + 10, compression);
  poke32 (item->data + 16, (guint32) size);
  g_byte_array_append (item, (const guint8 *) name, (guint) strlen (name));
  nsf_make_item (make, "$FILE", 0x0003, 0x0004, item->data, item->len);
}

/* `head` bytes, the length of the coded body, the body, and a trailer with its sum. */
static GByteArray *
make_block (const GByteArray *plain, gsize head)
{
  GByteArray *block = g_byte_array_new ();
  g_autoptr (GByteArray) packed = nsf_make_cx (plain->data, plain->len);
  guint32 sum = 0;

  add_zeros (block, head + 4);
  poke32 (block->data + head, packed->len);
  add_array (block, packed);
  for (guint i = (guint) head; i < block->len; i++)
    sum ^= (guint32) block->data[i] << (i - (guint) head) % 4 * 8;
  poke32 (add_zeros (block, 12) + 8, sum);
  return block;
}

static GByteArray *
make_super (const NsfMake *make, guint32 write_count)
{
  g_autoptr (GByteArray) plain = g_byte_array_new ();
  GByteArray *block;

  add_zeros (plain, 14);
  poke32 (add_zeros (plain, PAGE) + 210, AT_SUMMARY / 256);
  add_zeros (plain, 6);
  poke32 (add_zeros (plain, PAGE) + 64, at_other (make) / 256);
  g_byte_array_append (plain, make->rrv, RRV_BYTES);
  block = make_block (plain, 100);
  poke16 (block->data, 0x000E);
  poke32 (block->data + 10, plain->len);
  poke32 (block->data + 14, 1);
  poke32 (block->data + 18, 1);
  poke32 (block->data + 26, RRV_BYTES);
  poke32 (block->data + 30, RRV_POSITION);
  poke32 (block->data + 60, write_count);
  poke32 (block->data + 64, block->len);
  poke16 (block->data + 68, 1);
  poke32 (block->data + 70, 1);
  poke32 (block->data + 74, 1);
  return block;
}

static GByteArray *
make_names (const NsfMake *make)
{
  g_autoptr (GByteArray) plain = g_byte_array_new ();
  GByteArray *block;
  guint8 *rrv = add_zeros (plain, 8);

  poke32 (rrv, RRV_POSITION);
  poke32 (rrv + 4, FIRST_ID);
  add_array (plain, make->names);
  poke32 (add_zeros (plain, 4), make->text->len);
  add_array (plain, make->text);
  block = make_block (plain, 66);
  poke16 (block->data, 0x0001);
  poke16 (block->data + 4, 1);
  poke32 (block->data + 6, plain->len);
  poke32 (block->data + 14, block->len);
  poke32 (block->data + 26, make->n_names);
  poke32 (block->data + 34, make->text->len);
  poke32 (block->data + 38, 1);
  return block;
}

GBytes *
nsf_make_finish (NsfMake *make)
{
  GByteArray *file = g_byte_array_new ();
  g_autoptr (GByteArray) names = NULL;

  end_note (make);
  bucket_close (&make->summary);
  bucket_close (&make->other);
  add_zeros (file, at_apart (make));
  poke16 (file->data, 0x001A);
  poke32 (file->data + 2, 1024);
  poke32 (file->data + 6, 43);
  poke32 (file->data + 180, 0x006C664A);
  poke32 (file->data + 184, 0x85255E18);
  memcpy (file->data + 200, make->title, MIN (strlen (make->title), 127));
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GByteArray) block = make_super (make, 7 - i);

      g_assert_cmpuint (block->len, <=, SUPER_SPACE);
      poke32 (file->data + 560 + 8 * i, (AT_SUPER + SUPER_SPACE * i) / 256);
      poke32 (file->data + 564 + 8 * i, block->len);
      memcpy (file->data + AT_SUPER + SUPER_SPACE * i, block->data, block->len);
    }
  names = make_names (make);
  g_assert_cmpuint (names->len, <=, NAMES_SPACE);
  poke32 (file->data + 624, names->len);
  poke32 (file->data + 628, AT_NAMES / 256);
  memcpy (file->data + AT_NAMES, names->data, names->len);
  memcpy (file->data + AT_SUMMARY, make->summary.bytes->data, make->summary.bytes->len);
  memcpy (file->data + at_other (make), make->other.bytes->data, make->other.bytes->len);
  add_array (file, make->apart);
  return g_byte_array_free_to_bytes (file);
}
