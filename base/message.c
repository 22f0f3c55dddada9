#include "base/message.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

/* Beyond these the rest of the header counts as body: it is passed on, but nobody interprets it. */
#define MAX_FIELDS 10000
#define MAX_HEADER_BYTES (16 * 1024 * 1024)

typedef struct
{
  const char *raw;  /* in the original, or owned text */
  gsize size_bytes;
  char *owned;      /* NULL while the field is the original's */
  gsize name_bytes; /* 0: a line that is no field */
} Field;

typedef struct
{
  gsize offset;
  gsize size_bytes;
  GBytes *with; /* NULL: nothing */
} Edit;

struct _IstMessage
{
  IstBody *original;
  GArray *fields;   /* Field */
  gsize header_end; /* original offset behind the last header field */
  gsize body_start; /* behind the empty line */
  GArray *edits;    /* Edit, by offset */
  GArray *spans;    /* IstSpan, the whole body; NULL: the original's with the edits */
  gpointer companion;
  guint memo;
  GDestroyNotify destroy_companion;
  GPtrArray *changes;
  GString *name;    /* last name given out */
  GPtrArray *changed_by; /* names, owned; NULL: none */
  guint revision;        /* counts changes */
};

static void
field_clear (Field *field)
{
  g_clear_pointer (&field->owned, g_free);
}

static void
edit_clear (Edit *edit)
{
  g_clear_pointer (&edit->with, g_bytes_unref);
}

static void
change_free (IstChange *change)
{
  g_free (change->transform);
  g_free (change->what);
  g_free (change);
}

/* RFC 5322 2.2: a name is printable US-ASCII without colon; blanks before the colon are obsolete but
 * still met. Returns 0 when the line is no field. */
static gsize
field_name_length (const char *line, gsize size)
{
  gsize n = 0;
  gsize end;

  while (n < size && line[n] > 32 && line[n] < 127 && line[n] != ':')
    n++;
  if (n == 0)
    return 0;
  for (end = n; end < size && (line[end] == ' ' || line[end] == '\t'); end++)
    ;
  return end < size && line[end] == ':' ? n : 0;
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

static void
parse_header (IstMessage *self)
{
  gsize size;
  const char *data = ist_body_data (self->original, &size);
  gsize limit = MIN (size, MAX_HEADER_BYTES);
  gsize pos = 0;

  while (pos < limit && self->fields->len < MAX_FIELDS)
    {
      const char *line = data + pos;
      const char *lf = memchr (line, '\n', size - pos);
      gsize length = lf != NULL ? (gsize) (lf - line) + 1 : size - pos;
      Field field = { .raw = line, .size_bytes = length };

      if (line[0] == '\n' || (length >= 2 && line[0] == '\r' && line[1] == '\n'))
        {
          self->header_end = pos;
          self->body_start = pos + length;
          return;
        }
      if (is_blank (line[0]) && self->fields->len > 0)
        {
          g_array_index (self->fields, Field, self->fields->len - 1).size_bytes += length;
          pos += length;
          continue;
        }
      field.name_bytes = field_name_length (line, length);
      /* An mbox "From " line may come first; any other strange line ends the header. */
      if (field.name_bytes == 0 && !(pos == 0 && length >= 5 && memcmp (line, "From ", 5) == 0))
        break;
      g_array_append_val (self->fields, field);
      pos += length;
    }
  self->header_end = pos;
  self->body_start = pos;
}

IstMessage *
ist_message_new (IstBody *body)
{
  IstMessage *self = g_new0 (IstMessage, 1);

  self->original = ist_body_ref (body);
  self->fields = g_array_sized_new (FALSE, FALSE, sizeof (Field), 32);
  g_array_set_clear_func (self->fields, (GDestroyNotify) field_clear);
  parse_header (self);
  return self;
}

void
ist_message_free (IstMessage *self)
{
  if (self == NULL)
    return;
  if (self->companion != NULL)
    self->destroy_companion (self->companion);
  g_array_unref (self->fields);
  g_clear_pointer (&self->spans, g_array_unref);
  g_clear_pointer (&self->edits, g_array_unref);
  g_clear_pointer (&self->changes, g_ptr_array_unref);
  g_clear_pointer (&self->changed_by, g_ptr_array_unref);
  if (self->name != NULL)
    g_string_free (self->name, TRUE);
  ist_body_unref (self->original);
  g_free (self);
}

IstBody *
ist_message_original (const IstMessage *self)
{
  return self->original;
}

guint
ist_message_n_fields (const IstMessage *self)
{
  return self->fields->len;
}

const char *
ist_message_field_name (const IstMessage *self, guint i)
{
  const Field *field = &g_array_index (self->fields, Field, i);
  IstMessage *mutable_self = (IstMessage *) self;

  if (mutable_self->name == NULL)
    mutable_self->name = g_string_new (NULL);
  g_string_truncate (self->name, 0);
  g_string_append_len (self->name, field->raw, (gssize) field->name_bytes);
  return self->name->str;
}

const char *
ist_message_field_raw (const IstMessage *self, guint i, gsize *size_bytes)
{
  const Field *field = &g_array_index (self->fields, Field, i);

  *size_bytes = field->size_bytes;
  return field->raw;
}

char *
ist_message_field_value (const IstMessage *self, guint i)
{
  const Field *field = &g_array_index (self->fields, Field, i);
  GString *out = g_string_sized_new (field->size_bytes);
  gsize pos = field->name_bytes;

  if (field->name_bytes > 0)
    {
      while (field->raw[pos] != ':')
        pos++;
      pos++;
    }
  for (; pos < field->size_bytes; pos++)
    if (field->raw[pos] != '\r' && field->raw[pos] != '\n' && field->raw[pos] != '\0')
      g_string_append_c (out, field->raw[pos]);
  return g_strstrip (g_string_free (out, FALSE));
}

guint
ist_message_find_field (const IstMessage *self, const char *name, guint from)
{
  gsize length = strlen (name);

  for (guint i = from; i < self->fields->len; i++)
    {
      const Field *field = &g_array_index (self->fields, Field, i);

      if (field->name_bytes == length && g_ascii_strncasecmp (field->raw, name, length) == 0)
        return i;
    }
  return IST_MESSAGE_NOT_FOUND;
}

static Field
owned_field (const char *raw)
{
  Field field = { .owned = g_str_has_suffix (raw, "\r\n") ? g_strdup (raw)
                                                          : g_strdup_printf ("%.*s\r\n", (int) strlen (raw) - 1, raw) };

  field.raw = field.owned;
  field.size_bytes = strlen (field.owned);
  field.name_bytes = field_name_length (field.owned, field.size_bytes);
  return field;
}

void
ist_message_set_field (IstMessage *self, guint i, const char *raw)
{
  Field *field;
  Field fresh;

  g_return_if_fail (i < self->fields->len && g_str_has_suffix (raw, "\n"));
  field = &g_array_index (self->fields, Field, i);
  fresh = owned_field (raw);
  g_free (field->owned);
  *field = fresh;
  self->revision++;
}

void
ist_message_remove_field (IstMessage *self, guint i)
{
  g_return_if_fail (i < self->fields->len);
  g_array_remove_index (self->fields, i);
  self->revision++;
}

void
ist_message_insert_field (IstMessage *self, guint before, const char *raw)
{
  Field fresh;

  g_return_if_fail (before <= self->fields->len && g_str_has_suffix (raw, "\n"));
  fresh = owned_field (raw);
  g_array_insert_val (self->fields, before, fresh);
  self->revision++;
}

gboolean
ist_message_is_changed (const IstMessage *self)
{
  return self->revision > 0;
}

guint
ist_message_revision (const IstMessage *self)
{
  return self->revision;
}

gboolean
ist_message_body_is_changed (const IstMessage *self)
{
  return self->spans != NULL || (self->edits != NULL && self->edits->len > 0);
}

gsize
ist_message_body_offset (const IstMessage *self)
{
  return self->body_start;
}

gboolean
ist_message_replace (IstMessage *self, gsize offset, gsize size_bytes, GBytes *with, GError **error)
{
  gsize size = ist_body_size (self->original);
  Edit edit = { .offset = offset, .size_bytes = size_bytes };
  guint at = 0;

  g_return_val_if_fail (self->spans == NULL, FALSE);
  g_return_val_if_fail (offset >= self->body_start && offset <= size && size_bytes <= size - offset,
                        FALSE);
  if (self->edits == NULL)
    {
      self->edits = g_array_new (FALSE, FALSE, sizeof (Edit));
      g_array_set_clear_func (self->edits, (GDestroyNotify) edit_clear);
    }
  for (; at < self->edits->len; at++)
    {
      const Edit *other = &g_array_index (self->edits, Edit, at);

      if (other->offset + other->size_bytes <= offset && other->offset != offset)
        continue;
      if (offset + size_bytes <= other->offset)
        break;
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED,
                   "two repairs want to change the same bytes at offset %" G_GSIZE_FORMAT, offset);
      return FALSE;
    }
  edit.with = with != NULL ? g_bytes_ref (with) : NULL;
  g_array_insert_val (self->edits, at, edit);
  self->revision++;
  return TRUE;
}

void
ist_message_set_body (IstMessage *self, GArray *spans)
{
  g_clear_pointer (&self->spans, g_array_unref);
  g_clear_pointer (&self->edits, g_array_unref);
  self->spans = spans;
  self->revision++;
}

guint
ist_message_memo (const IstMessage *self)
{
  return self->memo;
}

void
ist_message_set_memo (const IstMessage *self, guint memo)
{
  ((IstMessage *) self)->memo = memo;
}

gpointer
ist_message_companion (const IstMessage *self)
{
  return self->companion;
}

void
ist_message_set_companion (IstMessage *self, gpointer companion, GDestroyNotify destroy)
{
  g_return_if_fail (self->companion == NULL);
  self->companion = companion;
  self->destroy_companion = destroy;
}

void
ist_message_note (IstMessage *self, const char *transform, const char *what_format, ...)
{
  IstChange *change = g_new0 (IstChange, 1);
  va_list args;

  if (self->changes == NULL)
    self->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free);
  change->transform = g_strdup (transform);
  va_start (args, what_format);
  change->what = g_strdup_vprintf (what_format, args);
  va_end (args);
  g_ptr_array_add (self->changes, change);
}

const GPtrArray *
ist_message_changes (const IstMessage *self)
{
  IstMessage *mutable_self = (IstMessage *) self;

  if (mutable_self->changes == NULL)
    mutable_self->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free);
  return self->changes;
}

gboolean
ist_message_is_noted (const IstMessage *self, const char *what)
{
  for (guint i = 0; self->changes != NULL && i < self->changes->len; i++)
    if (strcmp (((const IstChange *) g_ptr_array_index (self->changes, i))->what, what) == 0)
      return TRUE;
  return FALSE;
}

void
ist_message_set_changed_by (IstMessage *self, const char *transform)
{
  if (ist_message_is_changed_by (self, transform))
    return;
  if (self->changed_by == NULL)
    self->changed_by = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->changed_by, g_strdup (transform));
}

gboolean
ist_message_is_changed_by (const IstMessage *self, const char *transform)
{
  return self->changed_by != NULL
         && g_ptr_array_find_with_equal_func (self->changed_by, transform, g_str_equal, NULL);
}

/* Fields that lie side by side in the original leave as one piece. */
static gboolean
write_fields (const IstMessage *self, IstMessageSink sink, gpointer user, GError **error)
{
  const char *start = NULL;
  gsize length = 0;

  for (guint i = 0; i < self->fields->len; i++)
    {
      const Field *field = &g_array_index (self->fields, Field, i);

      if (start != NULL && start + length == field->raw)
        {
          length += field->size_bytes;
          continue;
        }
      if (start != NULL && !sink (user, start, length, error))
        return FALSE;
      start = field->raw;
      length = field->size_bytes;
    }
  return start == NULL || sink (user, start, length, error);
}

static gboolean
write_range (const char *data, gsize from, gsize to, IstMessageSink sink, gpointer user,
             GError **error)
{
  return from == to || sink (user, data + from, to - from, error);
}

/* A body that was made needs the empty line, even where the original has none. */
static gboolean
write_separator (const IstMessage *self, const char *data, IstMessageSink sink, gpointer user, GError **error)
{
  return self->body_start > self->header_end
             ? write_range (data, self->header_end, self->body_start, sink, user, error)
             : sink (user, "\r\n", 2, error);
}

gboolean
ist_message_write (const IstMessage *self, IstMessageSink sink, gpointer user, GError **error)
{
  gsize size;
  const char *data = ist_body_data (self->original, &size);
  gsize pos = self->header_end;

  if (self->revision == 0)
    return write_range (data, 0, size, sink, user, error);
  if (!write_fields (self, sink, user, error))
    return FALSE;
  if (self->spans != NULL)
    return write_separator (self, data, sink, user, error)
           && ist_span_write (self->spans, sink, user, error);
  for (guint i = 0; self->edits != NULL && i < self->edits->len; i++)
    {
      const Edit *edit = &g_array_index (self->edits, Edit, i);
      gsize with_size = 0;
      const char *with = edit->with != NULL ? g_bytes_get_data (edit->with, &with_size) : NULL;

      if (!write_range (data, pos, edit->offset, sink, user, error)
          || (with_size > 0 && !sink (user, with, with_size, error)))
        return FALSE;
      pos = edit->offset + edit->size_bytes;
    }
  return write_range (data, pos, size, sink, user, error);
}

/* A field is in the original or a text of its own. */
static void
append_field (const IstMessage *self, const Field *field, GArray *spans)
{
  gsize size;
  const char *data = ist_body_data (self->original, &size);

  if (field->owned != NULL)
    ist_span_append_text (spans, field->raw);
  else
    ist_span_append (spans, self->original, (gsize) (field->raw - data), field->size_bytes, IST_SPAN_AS_IS);
}

static void
append_body (const IstMessage *self, GArray *spans)
{
  gsize size = ist_body_size (self->original);
  gsize pos = self->body_start;

  for (guint i = 0; self->edits != NULL && i < self->edits->len; i++)
    {
      const Edit *edit = &g_array_index (self->edits, Edit, i);
      g_autoptr (IstBody) with = edit->with != NULL ? ist_body_new_bytes (edit->with) : NULL;

      ist_span_append (spans, self->original, pos, edit->offset - pos, IST_SPAN_AS_IS);
      if (with != NULL)
        ist_span_append (spans, with, 0, ist_body_size (with), IST_SPAN_AS_IS);
      pos = edit->offset + edit->size_bytes;
    }
  ist_span_append (spans, self->original, pos, size - pos, IST_SPAN_AS_IS);
}

void
ist_message_append_spans (const IstMessage *self, GArray *spans)
{
  gsize size = ist_body_size (self->original);

  if (self->revision == 0)
    {
      ist_span_append (spans, self->original, 0, size, IST_SPAN_AS_IS);
      return;
    }
  for (guint i = 0; i < self->fields->len; i++)
    append_field (self, &g_array_index (self->fields, Field, i), spans);
  if (self->body_start > self->header_end)
    ist_span_append (spans, self->original, self->header_end, self->body_start - self->header_end, IST_SPAN_AS_IS);
  else if (self->spans != NULL)
    ist_span_append_text (spans, "\r\n");
  if (self->spans == NULL)
    {
      append_body (self, spans);
      return;
    }
  for (guint i = 0; i < self->spans->len; i++)
    {
      const IstSpan *span = &g_array_index (self->spans, IstSpan, i);

      ist_span_append (spans, span->body, span->offset, span->size_bytes, span->form);
    }
}

static gboolean
count_bytes (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  *(gsize *) user += size_bytes;
  return TRUE;
}

gsize
ist_message_size (const IstMessage *self)
{
  gsize size = 0;

  ist_message_write (self, count_bytes, &size, NULL);
  return size;
}

static gboolean
append_bytes (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  g_byte_array_append (user, (const guint8 *) data, (guint) size_bytes);
  return TRUE;
}

GBytes *
ist_message_to_bytes (const IstMessage *self)
{
  GByteArray *out = g_byte_array_sized_new ((guint) MIN (ist_message_size (self), G_MAXUINT));

  ist_message_write (self, append_bytes, out, NULL);
  return g_byte_array_free_to_bytes (out);
}
