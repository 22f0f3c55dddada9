/*
 * A Notes database: its superblocks and tables, its notes with their items, rich text and attachments.
 */
#include "convert/inspect-private.h"

#include "convert/format/cd-records.h"
#include "convert/format/lmbcs.h"
#include "convert/format/nsf-attach.h"
#include "convert/format/nsf-survey.h"

#include <string.h>

#define MAX_MIME ((gsize) 8 * 1024 * 1024)

typedef struct
{
  guint value;
  const char *name;
} Name;

/* NULL: no such value. */
static const char *
name_of (const Name *names, gsize n, guint value)
{
  for (gsize i = 0; i < n; i++)
    if (names[i].value == value)
      return names[i].name;
  return NULL;
}

static void
set_name (json_t *object, const char *key, const Name *names, gsize n, guint value)
{
  const char *name = name_of (names, n, value);

  if (name != NULL)
    json_object_set_new (object, key, json_string (name));
  else
    inspect_set_hex (object, key, value, 4);
}

/* "sign, summary"; bits without a name as a number. */
static void
set_flags (json_t *object, const char *key, const Name *names, gsize n, guint flags)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    if (flags & names[i].value)
      {
        g_string_append_printf (text, "%s%s", text->len > 0 ? "+" : "", names[i].name);
        flags &= ~names[i].value;
      }
  if (flags != 0)
    g_string_append_printf (text, "%s0x%04X", text->len > 0 ? "+" : "", flags);
  if (text->len > 0)
    json_object_set_new (object, key, json_string (text->str));
}

static const Name item_types[] = {
  { IST_NSF_COMPOSITE, "rich text" }, { 0x0002, "collation" },           { IST_NSF_OBJECT, "object" },
  { IST_NSF_UNIDS, "unids" },         { 0x0005, "view format" },         { 0x0006, "icon" },
  { IST_NSF_LINKS, "links" },         { IST_NSF_SIGNATURE, "signature" }, { IST_NSF_SEAL, "seal" },
  { IST_NSF_SEAL_DATA, "seal data" }, { IST_NSF_SEAL_LIST, "seal list" }, { IST_NSF_HTML, "HTML" },
  { IST_NSF_MIME_PART, "MIME part" }, { IST_NSF_NUMBER, "number" },      { IST_NSF_NUMBERS, "numbers" },
  { IST_NSF_TIME, "time" },           { IST_NSF_TIMES, "times" },        { IST_NSF_TEXT, "text" },
  { IST_NSF_TEXTS, "texts" },         { IST_NSF_RFC822, "RFC 822 text" }, { IST_NSF_FORMULA, "formula" },
};
static const Name item_flags[] = {
  { IST_NSF_ITEM_SIGN, "sign" },           { IST_NSF_ITEM_SEAL, "seal" },
  { IST_NSF_ITEM_SUMMARY, "summary" },     { 0x0008, "type-in-table" },
  { IST_NSF_ITEM_AUTHORS, "authors" },
  { IST_NSF_ITEM_NAMES, "names" },         { IST_NSF_ITEM_PLACEHOLDER, "stand-in" },
  { IST_NSF_ITEM_PROTECTED, "protected" }, { IST_NSF_ITEM_READERS, "readers" },
  { IST_NSF_ITEM_COMPRESSED, "compressed" },
};
static const Name classes[] = {
  { 0x0001, "document" },   { 0x0002, "about page" }, { 0x0004, "form" },  { 0x0008, "view" },
  { 0x0010, "icon" },       { 0x0020, "design" },     { 0x0040, "acl" },   { 0x0080, "help index" },
  { 0x0100, "help page" },  { 0x0200, "agent" },      { 0x0400, "field" }, { 0x0800, "replication formula" },
};
static const Name compressions[]
    = { { IST_NSF_STORED, "none" }, { IST_NSF_HUFFMAN, "Huffman" }, { IST_NSF_LZ1, "LZ1" } };
static const Name block_compressions[] = { { 0, "none" }, { 1, "CX" } };

/* ---- the file ---- */

static json_t *
block (guint64 offset, guint32 sequence, guint32 stored, guint32 plain, guint16 compression, gboolean is_whole)
{
  json_t *entry = json_object ();

  inspect_set_hex (entry, "at", offset, 8);
  json_object_set_new (entry, "sequence", json_integer (sequence));
  inspect_set_size (entry, "stored_bytes", stored);
  inspect_set_size (entry, "plain_bytes", plain);
  set_name (entry, "compression", block_compressions, G_N_ELEMENTS (block_compressions), compression);
  inspect_set_true (entry, "whole", is_whole);
  inspect_set_true (entry, "damaged", !is_whole);
  return entry;
}

static void
add_survey (Inspect *self, json_t *answer, const IstNsfSurvey *survey)
{
  json_t *supers = json_array ();
  json_t *names = json_array ();

  json_object_set_new (answer, "ods", json_integer (survey->ods));
  inspect_set_size (answer, "header_bytes", survey->header_bytes);
  for (guint i = 0; i < IST_NSF_SUPERBLOCKS; i++)
    {
      const IstNsfSuperCopy *c = &survey->superblocks[i];
      json_t *entry;

      if (c->offset == 0)
        continue;
      entry = block (c->offset, c->sequence, c->stored_bytes, c->plain_bytes, c->compression, c->is_whole);
      json_object_set_new (entry, "summary_buckets", json_integer (c->summary_buckets));
      json_object_set_new (entry, "non_summary_buckets", json_integer (c->non_summary_buckets));
      json_object_set_new (entry, "summary_pages", json_integer (c->summary_pages));
      json_object_set_new (entry, "non_summary_pages", json_integer (c->non_summary_pages));
      json_object_set_new (entry, "bitmaps", json_integer (c->bitmaps));
      inspect_append (self, supers, entry);
    }
  for (guint i = 0; i < IST_NSF_NAME_TABLES; i++)
    {
      const IstNsfNamesCopy *c = &survey->names[i];
      json_t *entry;

      if (c->offset == 0)
        continue;
      entry = block (c->offset, c->sequence, c->stored_bytes, c->plain_bytes, c->compression, c->is_whole);
      json_object_set_new (entry, "item_names", json_integer (c->names));
      json_object_set_new (entry, "note_tables", json_integer (c->tables));
      inspect_append (self, names, entry);
    }
  json_object_set_new (answer, "superblocks", supers);
  json_object_set_new (answer, "name_tables", names);
}

static void
add_damage (Inspect *self, json_t *answer, const IstNsf *nsf)
{
  const GArray *damage = ist_nsf_damage (nsf);
  json_t *list = json_array ();

  for (guint i = 0; i < damage->len; i++)
    {
      const IstNsfDamage *d = &g_array_index (damage, IstNsfDamage, i);
      json_t *entry = json_object ();

      json_object_set_new (entry, "what", json_string (d->is_table ? "table of notes" : "note"));
      inspect_set_hex (entry, d->is_table ? "first_note" : "id", d->id, 8);
      inspect_append (self, list, entry);
    }
  json_object_set_new (answer, "missing", json_integer (ist_nsf_damaged_count (nsf)));
  json_object_set_new (answer, "damage", list);
}

/* ---- rich text ---- */

static json_t *
records (Inspect *self, const IstCdReport *report)
{
  static const char *const forms[IST_CD_FORMS] = { "byte", "word", "long" };
  json_t *list = json_array ();

  for (guint form = 0; form < IST_CD_FORMS; form++)
    for (guint number = 0; number < 256; number++)
      {
        const char *name = ist_cd_record_name (form, (guint8) number);
        guint count = report->counts[form][number];
        json_t *entry;

        if (count == 0)
          continue;
        entry = json_pack ("{s:i,s:s,s:s,s:i}", "number", (int) number, "header", forms[form], "record",
                           name != NULL ? name : "unknown", "count", (int) count);
        inspect_append (self, list, entry);
      }
  return list;
}

static json_t *
rich_text (Inspect *self, const char *name, GPtrArray *chunks)
{
  json_t *entry = json_object ();
  IstCdInput input = { .chunks = chunks, .to_utf8 = ist_lmbcs_to_utf8 };
  g_auto (IstCdReport) report = { 0 };
  gsize size = 0;

  inspect_set_word (entry, "item", name);
  for (guint i = 0; i < chunks->len; i++)
    size += g_bytes_get_size (g_ptr_array_index (chunks, i));
  json_object_set_new (entry, "items", json_integer (chunks->len));
  inspect_set_size (entry, "size_bytes", size);
  if (!inspect_may_read (self, size))
    {
      json_object_set_new (entry, "skipped", json_true ());
      return entry;
    }
  ist_rich_free (ist_cd_read (&input, &report));
  json_object_set_new (entry, "all_records", json_integer (report.records));
  json_object_set_new (entry, "unknown_records", json_integer (report.unknown));
  if (report.damaged_chunks > 0)
    json_object_set_new (entry, "damaged_items", json_integer (report.damaged_chunks));
  if (report.incomplete_images > 0)
    json_object_set_new (entry, "incomplete_images", json_integer (report.incomplete_images));
  if (report.damage != NULL)
    inspect_set_word (entry, "damage", report.damage);
  json_object_set_new (entry, "records", records (self, &report));
  return entry;
}

/* ---- a note ---- */

/* Items of rich text of one name are one stream, in order. */
typedef struct
{
  GPtrArray *names;   /* borrowed */
  GHashTable *chunks; /* name -> GPtrArray of GBytes */
} Streams;

static void
add_chunk (Streams *streams, const char *name, GBytes *value)
{
  GPtrArray *chunks = g_hash_table_lookup (streams->chunks, name);

  if (chunks == NULL)
    {
      chunks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      g_hash_table_insert (streams->chunks, (gpointer) name, chunks);
      g_ptr_array_add (streams->names, (gpointer) name);
    }
  g_ptr_array_add (chunks, g_bytes_ref (value));
}

static json_t *
item_entry (Inspect *self, const IstNsfNote *note, guint index, Streams *streams)
{
  const IstNsfItem *item = ist_nsf_note_item (note, index);
  json_t *entry = json_object ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) value = NULL;

  inspect_set_word (entry, "name", item->name);
  set_name (entry, "type", item_types, G_N_ELEMENTS (item_types), item->type);
  set_flags (entry, "flags", item_flags, G_N_ELEMENTS (item_flags), item->flags);
  if (self->bytes_left > 0)
    value = ist_nsf_note_value (note, index, &error);
  if (value == NULL)
    {
      json_object_set_new (entry, error != NULL ? "damaged" : "skipped", json_true ());
      return entry;
    }
  inspect_set_size (entry, "size_bytes", g_bytes_get_size (value));
  if (item->flags & IST_NSF_ITEM_COMPRESSED && !inspect_may_read (self, g_bytes_get_size (value)))
    self->bytes_left = 0;
  if (item->type == IST_NSF_COMPOSITE)
    add_chunk (streams, item->name, value);
  return entry;
}

static json_t *
attachment_entry (Inspect *self, const IstNsfAttachment *a)
{
  json_t *entry = json_object ();
  g_autoptr (GError) error = NULL;
  g_autoptr (IstBody) body = NULL;
  json_t *inner;

  inspect_set_hex (entry, "object", a->object_id, 8);
  inspect_set_ending (entry, a->name);
  inspect_set_size (entry, "size_bytes", a->size_bytes);
  set_name (entry, "compression", compressions, G_N_ELEMENTS (compressions), a->compression);
  inspect_set_true (entry, "of_embedded_object", !ist_nsf_attachment_is_file (a));
  if (!inspect_may_read (self, a->size_bytes))
    {
      json_object_set_new (entry, "skipped", json_true ());
      return entry;
    }
  body = ist_nsf_attachment_decode (a, IST_NSF_MAX_BYTES, &error);
  if (body == NULL)
    {
      inspect_set_word (entry, "damage", error->message);
      return entry;
    }
  inner = inspect_inner (self, body);
  if (inner != NULL)
    json_object_set_new (entry, "inside", inner);
  return entry;
}

static gboolean
append_piece (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  g_byte_array_append (user, (const guint8 *) data, (guint) size_bytes);
  return TRUE;
}

/* The body as MIME, if it is that. */
static void
add_mime (Inspect *self, json_t *answer, const IstNsfNote *note)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) spans = NULL;
  g_autoptr (IstBody) body = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GByteArray *out;
  json_t *mime;

  if (self->bytes_left < MAX_MIME)
    return;
  spans = ist_nsf_note_mime (note, "Body", MAX_MIME, &error);
  if (spans != NULL && ist_span_size (spans) == 0)
    return;
  inspect_may_read (self, spans != NULL ? ist_span_size (spans) : MAX_MIME);
  mime = json_object ();
  json_object_set_new (answer, "mime", mime);
  if (spans == NULL)
    {
      inspect_set_word (mime, "damage", error->message);
      return;
    }
  out = g_byte_array_new ();
  ist_span_write (spans, append_piece, out, NULL);
  bytes = g_byte_array_free_to_bytes (out);
  body = ist_body_new_bytes (bytes);
  inspect_add_parts (self, body, mime);
}

static void
add_streams (Inspect *self, json_t *answer, const Streams *streams)
{
  json_t *list = json_array ();

  for (guint i = 0; i < streams->names->len; i++)
    {
      const char *name = g_ptr_array_index (streams->names, i);

      inspect_append (self, list, rich_text (self, name, g_hash_table_lookup (streams->chunks, name)));
    }
  json_object_set_new (answer, "rich_text", list);
}

static json_t *
note_entry (Inspect *self, IstNsf *nsf, guint index)
{
  const IstNsfNoteInfo *info = ist_nsf_note_info (nsf, index);
  json_t *entry = json_object ();
  g_autoptr (GError) error = NULL;
  g_autoptr (IstNsfNote) note = ist_nsf_note_load (nsf, index, &error);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GHashTable) chunks
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GPtrArray) files = NULL;
  Streams streams = { names, chunks };
  json_t *items = json_array ();
  json_t *attachments = json_array ();

  inspect_set_hex (entry, "id", info->id, 8);
  set_name (entry, "class", classes, G_N_ELEMENTS (classes), info->note_class & IST_NSF_CLASS_MASK);
  inspect_set_hex (entry, "class_word", info->note_class, 4);
  inspect_set_hex (entry, "flags", info->flags, 4);
  json_object_set_new (entry, "declared_items", json_integer (info->n_items));
  if (note == NULL)
    inspect_set_word (entry, "damage", error->message);
  else
    inspect_set_true (entry, "sealed", ist_nsf_note_is_sealed (note));
  for (guint i = 0; note != NULL && i < ist_nsf_note_item_count (note); i++)
    inspect_append (self, items, item_entry (self, note, i, &streams));
  files = note != NULL ? ist_nsf_note_attachments (note) : g_ptr_array_new ();
  for (guint i = 0; i < files->len; i++)
    inspect_append (self, attachments, attachment_entry (self, g_ptr_array_index (files, i)));
  json_object_set_new (entry, "items", items);
  add_streams (self, entry, &streams);
  json_object_set_new (entry, "attachments", attachments);
  if (note != NULL && ist_nsf_note_find (note, "Body", 0) >= 0)
    add_mime (self, entry, note);
  return entry;
}

static void
add_notes (Inspect *self, json_t *answer, IstNsf *nsf)
{
  guint n = ist_nsf_note_count (nsf);
  guint of_class[IST_NSF_CLASS_MASK + 1] = { 0 };
  json_t *counts = json_object ();
  json_t *list = json_array ();

  for (guint i = 0; i < n; i++)
    of_class[ist_nsf_note_info (nsf, i)->note_class & IST_NSF_CLASS_MASK]++;
  for (guint c = 0; c < G_N_ELEMENTS (of_class); c++)
    {
      const char *name = name_of (classes, G_N_ELEMENTS (classes), c);
      g_autofree char *number = g_strdup_printf ("0x%04X", c);

      if (of_class[c] > 0)
        json_object_set_new (counts, name != NULL ? name : number, json_integer (of_class[c]));
    }
  json_object_set_new (answer, "note_count", json_integer (n));
  json_object_set_new (answer, "notes_by_class", counts);
  for (guint i = 0; i < n; i++)
    if (self->entries_left > 0)
      inspect_append (self, list, note_entry (self, nsf, i));
    else
      self->not_shown++;
  json_object_set_new (answer, "notes", list);
}

json_t *
inspect_nsf (Inspect *self, IstBody *body)
{
  json_t *answer = json_pack ("{s:s,s:I,s:b}", "kind", "Notes database", "size_bytes",
                              (json_int_t) ist_body_size (body), "readable", TRUE);
  IstNsfSurvey survey;
  g_autoptr (GError) error = NULL;
  g_autoptr (IstNsf) nsf = ist_nsf_open (body, &error);

  ist_nsf_survey (body, &survey);
  if (nsf == NULL)
    inspect_refuse (answer, error->message);
  add_survey (self, answer, &survey);
  if (nsf == NULL)
    return answer;
  add_damage (self, answer, nsf);
  add_notes (self, answer, nsf);
  return answer;
}
