#include "convert/format/tnef-private.h"

#include "base/error.h"
#include "convert/format/code-page.h"

#include <string.h>

#define SIGNATURE_BYTES 6 /* and the key */
#define ATTRIBUTE_BYTES 9 /* level, id, length */
#define MAX_ATTACHMENTS 4096
#define MAX_RECIPIENTS 32768
#define LEVEL_MESSAGE 1
#define LEVEL_ATTACHMENT 2

/* Low words of the attribute ids ([MS-OXTNEF] 2.1.3.3); the high ones only repeat the type. */
enum
{
  ATT_DATE_START = 0x0006,
  ATT_DATE_END = 0x0007,
  ATT_FROM = 0x8000,
  ATT_SUBJECT = 0x8004,
  ATT_DATE_SENT = 0x8005,
  ATT_DATE_RECEIVED = 0x8006,
  ATT_MESSAGE_CLASS = 0x8008,
  ATT_BODY = 0x800C,
  ATT_ATTACH_DATA = 0x800F,
  ATT_ATTACH_TITLE = 0x8010,
  ATT_TRANSPORT_NAME = 0x9001,
  ATT_RENDER_DATA = 0x9002,
  ATT_MESSAGE_PROPS = 0x9003,
  ATT_RECIPIENTS = 0x9004,
  ATT_ATTACHMENT = 0x9005,
  ATT_CODE_PAGE = 0x9007
};

static const guint8 iid_message[16]
    = { 0x07, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46 };
static const guint8 iid_storage[16] = { 0x0B, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46 };

typedef struct
{
  IstBody *body;
  const guint8 *data;
  IstTnef *tnef;
  IstTnefAttachment *current; /* NULL: none yet */
  gboolean has_data;          /* of `current`: its content came */
  gboolean has_object;        /* of `current`: its data property was looked at */
  guint depth;
  guint *n_attachments; /* of the whole stream */
} Reader;

static IstTnef *read_stream (IstBody *body, gsize offset, gsize size, guint depth,
                             guint *n_attachments, GError **error);

gboolean
ist_tnef_is_tnef (const char *data, gsize size_bytes)
{
  return size_bytes >= SIGNATURE_BYTES && memcmp (data, "\x78\x9F\x3E\x22", 4) == 0;
}

static guint
u16 (const guint8 *p)
{
  return p[0] | (guint) p[1] << 8;
}

static guint32
u32 (const guint8 *p)
{
  return u16 (p) | (guint32) u16 (p + 2) << 16;
}

static void
free_attachment (gpointer user)
{
  IstTnefAttachment *a = user;

  g_free (a->long_name);
  g_free (a->short_name);
  g_free (a->transport_name);
  g_free (a->display_name);
  g_free (a->mime_type);
  g_free (a->content_id);
  g_free (a->content_location);
  ist_tnef_free (a->message);
  ist_mapi_props_free (a->props);
  g_free (a);
}

void
ist_tnef_free (IstTnef *tnef)
{
  if (tnef == NULL)
    return;
  g_free (tnef->message_class);
  g_free (tnef->subject);
  g_free (tnef->sender.name);
  g_free (tnef->sender.address);
  g_free (tnef->damage);
  g_ptr_array_unref (tnef->recipients);
  g_ptr_array_unref (tnef->attachments);
  ist_mapi_props_free (tnef->props);
  g_free (tnef);
}

static void
set_damage (Reader *r, const char *what)
{
  if (r->tnef->damage == NULL)
    r->tnef->damage = g_strdup (what);
}

static void
set_text (Reader *r, char **member, gsize offset, gsize size)
{
  const char *data = (const char *) r->data + offset;

  g_free (*member);
  *member = ist_code_page_to_utf8 (data, strnlen (data, size), r->tnef->code_page);
}

/* year, month, day, hour, minute, second: the sender's clock, taken as UTC where nothing better is there. */
static gint64
read_date (const Reader *r, gsize offset, gsize size)
{
  const guint8 *p = r->data + offset;
  g_autoptr (GDateTime) date = NULL;

  if (size < 12)
    return 0;
  date = g_date_time_new_utc ((int) u16 (p), (int) u16 (p + 2), (int) u16 (p + 4),
                              (int) u16 (p + 6), (int) u16 (p + 8), u16 (p + 10));
  return date != NULL ? MAX (g_date_time_to_unix (date), 0) : 0;
}

/* trpid, size, bytes of the name, bytes of the address; then both ([MS-OXTNEF] 2.1.3.3.3). */
static void
read_from (Reader *r, gsize offset, gsize size)
{
  const guint8 *p = r->data + offset;
  gsize name, address;
  g_autofree char *text = NULL;

  if (size < 8)
    return;
  name = u16 (p + 4);
  address = u16 (p + 6);
  if (name + address > size - 8)
    return;
  set_text (r, &r->tnef->sender.name, offset + 8, name);
  set_text (r, &text, offset + 8 + name, address);
  if (g_ascii_strncasecmp (text, "SMTP:", 5) == 0)
    {
      g_free (r->tnef->sender.address);
      r->tnef->sender.address = g_strdup (text + 5);
    }
}

static void
read_recipients (Reader *r, gsize offset, gsize size)
{
  gsize end = offset + size;
  guint32 n;

  if (size < 4)
    return set_damage (r, "the recipients are cut off");
  n = u32 (r->data + offset);
  offset += 4;
  for (guint32 i = 0; i < n; i++)
    {
      g_autoptr (IstMapiProps) row = ist_mapi_props_new (r->body, r->tnef->code_page);
      gsize used;

      if (r->tnef->recipients->len >= MAX_RECIPIENTS
          || !ist_mapi_props_read (row, offset, end - offset, &used))
        return set_damage (r, "the recipients are damaged");
      offset += used;
      g_ptr_array_add (r->tnef->recipients, ist_tnef_fields_person (row));
    }
}

/* FALSE: there are too many. */
static gboolean
begin_attachment (Reader *r)
{
  if (*r->n_attachments >= MAX_ATTACHMENTS)
    {
      set_damage (r, "more than 4,096 attachments; the rest is left out");
      return FALSE;
    }
  (*r->n_attachments)++;
  r->current = g_new0 (IstTnefAttachment, 1);
  r->current->position = -1;
  r->current->props = ist_mapi_props_new (r->body, r->tnef->code_page);
  r->has_data = r->has_object = FALSE;
  g_ptr_array_add (r->tnef->attachments, r->current);
  return TRUE;
}

/* PR_ATTACH_DATA_OBJ or PR_ATTACH_DATA_BIN: an interface id, then a message, a compound document, or bytes. */
static void
read_data_property (Reader *r)
{
  IstTnefAttachment *a = r->current;
  const IstMapiProp *prop = ist_mapi_props_find (a->props, 0x3701);
  IstMapiValue value;

  if (r->has_object || !ist_mapi_prop_range (a->props, prop, 0, &value) || value.size_bytes == 0)
    return;
  r->has_object = TRUE;
  if (prop->type == IST_MAPI_OBJECT && value.size_bytes >= 16)
    {
      const guint8 *iid = r->data + value.offset;

      value.offset += 16;
      value.size_bytes -= 16;
      if (memcmp (iid, iid_storage, 16) == 0)
        a->kind = IST_TNEF_OLE;
      if (memcmp (iid, iid_message, 16) == 0 && r->depth + 1 < IST_TNEF_MAX_DEPTH
          && a->message == NULL)
        a->message = read_stream (r->body, value.offset, value.size_bytes, r->depth + 1,
                                  r->n_attachments, NULL);
      if (a->message != NULL)
        a->kind = IST_TNEF_MESSAGE;
      if (a->message != NULL && a->message->damage != NULL)
        set_damage (r, a->message->damage);
    }
  else if (r->has_data)
    return;
  a->offset = value.offset;
  a->size_bytes = value.size_bytes;
}

static void
read_attachment_attribute (Reader *r, guint id, gsize offset, gsize size)
{
  gboolean is_new
      = id == ATT_RENDER_DATA || r->current == NULL || (id == ATT_ATTACH_DATA && r->has_data);

  if (is_new && !begin_attachment (r))
    return;
  switch (id)
    {
    case ATT_RENDER_DATA:
      if (size >= 6)
        r->current->position = (gint32) u32 (r->data + offset + 2);
      break;
    case ATT_ATTACH_DATA:
      r->current->offset = offset;
      r->current->size_bytes = size;
      r->has_data = TRUE;
      break;
    case ATT_ATTACH_TITLE:
      set_text (r, &r->current->short_name, offset, size);
      break;
    case ATT_TRANSPORT_NAME:
      set_text (r, &r->current->transport_name, offset, size);
      break;
    case ATT_ATTACHMENT:
      if (!ist_mapi_props_read (r->current->props, offset, size, NULL))
        set_damage (r, "the properties of an attachment are damaged");
      read_data_property (r);
      break;
    default:
      break;
    }
}

static void
read_message_attribute (Reader *r, guint id, gsize offset, gsize size)
{
  IstTnef *t = r->tnef;

  switch (id)
    {
    case ATT_SUBJECT:
      return set_text (r, &t->subject, offset, size);
    case ATT_MESSAGE_CLASS:
      return set_text (r, &t->message_class, offset, size);
    case ATT_FROM:
      return read_from (r, offset, size);
    case ATT_DATE_SENT:
      t->sent_utc = read_date (r, offset, size);
      return;
    case ATT_DATE_RECEIVED:
      t->received_utc = read_date (r, offset, size);
      return;
    case ATT_DATE_START:
      t->start_utc = read_date (r, offset, size);
      return;
    case ATT_DATE_END:
      t->end_utc = read_date (r, offset, size);
      return;
    case ATT_BODY:
      t->text_offset = offset;
      t->text_bytes = size;
      return;
    case ATT_RECIPIENTS:
      return read_recipients (r, offset, size);
    case ATT_MESSAGE_PROPS:
      if (!ist_mapi_props_read (t->props, offset, size, NULL))
        set_damage (r, "the properties of the message are damaged");
      return;
    default:
      return;
    }
}

/* attOemCodepage, wherever it stands: texts before it need it too. */
static guint
find_code_page (const guint8 *data, gsize at, gsize end)
{
  while (end - at >= ATTRIBUTE_BYTES)
    {
      guint id = u16 (data + at + 1);
      gsize size = u32 (data + at + 5);

      at += ATTRIBUTE_BYTES;
      if (size > end - at)
        return 1252;
      if (id == ATT_CODE_PAGE && size >= 4)
        return u32 (data + at);
      at += MIN (size + 2, end - at);
    }
  return 1252;
}

/* Gives how many attributes were read. */
static guint
read_attributes (Reader *r, gsize at, gsize end)
{
  guint n = 0;

  while (end - at >= ATTRIBUTE_BYTES)
    {
      guint level = r->data[at];
      guint id = u16 (r->data + at + 1);
      gsize size = u32 (r->data + at + 5);

      if (level != LEVEL_MESSAGE && level != LEVEL_ATTACHMENT)
        {
          set_damage (r, "bytes that are no attribute follow");
          return n;
        }
      at += ATTRIBUTE_BYTES;
      if (size > end - at)
        {
          set_damage (r, "the stream ends inside an attribute");
          /* What there is of an attachment is more than nothing. */
          size = end - at;
          if (level != LEVEL_ATTACHMENT || id != ATT_ATTACH_DATA || size == 0)
            return n;
        }
      if (level == LEVEL_MESSAGE)
        read_message_attribute (r, id, at, size);
      else
        read_attachment_attribute (r, id, at, size);
      n++;
      at += size;
      at += MIN (2, end - at);
    }
  return n;
}

static IstTnef *
read_stream (IstBody *body, gsize offset, gsize size, guint depth, guint *n_attachments,
             GError **error)
{
  Reader r = { .body = body, .depth = depth, .n_attachments = n_attachments };
  gsize whole;
  const char *data = ist_body_data (body, &whole);
  g_autoptr (IstTnef) tnef = NULL;

  g_return_val_if_fail (offset <= whole && size <= whole - offset, NULL);
  if (!ist_tnef_is_tnef (data + offset, size))
    return g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "TNEF: the signature is missing"),
           NULL;
  r.data = (const guint8 *) data;
  tnef = r.tnef = g_new0 (IstTnef, 1);
  tnef->code_page = find_code_page (r.data, offset + SIGNATURE_BYTES, offset + size);
  tnef->props = ist_mapi_props_new (body, tnef->code_page);
  tnef->recipients = g_ptr_array_new_with_free_func (ist_tnef_fields_free_person);
  tnef->attachments = g_ptr_array_new_with_free_func (free_attachment);
  if (read_attributes (&r, offset + SIGNATURE_BYTES, offset + size) == 0)
    return g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "TNEF: no attribute can be read"),
           NULL;
  ist_tnef_fields_fill (tnef);
  for (guint i = 0; i < tnef->attachments->len; i++)
    ist_tnef_fields_fill_attachment (g_ptr_array_index (tnef->attachments, i));
  return g_steal_pointer (&tnef);
}

IstTnef *
ist_tnef_read (IstBody *body, gsize offset, gsize size_bytes, GError **error)
{
  guint n_attachments = 0;

  return read_stream (body, offset, size_bytes, 0, &n_attachments, error);
}
