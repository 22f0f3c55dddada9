#include "convert/format/nsf-private.h"

#include "convert/format/cx.h"
#include "convert/format/huffman.h"
#include "convert/format/lmbcs.h"
#include "convert/format/nsf-attach.h"

#define AT_NAME 36
#define OBJECT_IS_FILE 0
#define HOST_OLE 0x0500
#define HOST_OLE_LAST 0x07FF
#define OBJECT_HEAD 22
#define SIGNATURE_OLD 0x0007
#define SIGNATURE_NEW 0x001B
/* Since ODS 51 a version, a digest of 40 hexadecimal digits, a length of 8 and more may stand before the data. */
#define DIGEST_DIGITS 48
#define DIGEST_BYTES 93

void
ist_nsf_attachment_free (IstNsfAttachment *attachment)
{
  if (attachment == NULL)
    return;
  ist_nsf_unref (attachment->nsf);
  g_free (attachment->name);
  g_free (attachment);
}

gboolean
ist_nsf_attachment_is_file (const IstNsfAttachment *attachment)
{
  return attachment->host < HOST_OLE || attachment->host > HOST_OLE_LAST;
}

static IstNsfAttachment *
read_attachment (const IstNsfNote *note, GBytes *value)
{
  gsize size, name_bytes;
  const guint8 *p = g_bytes_get_data (value, &size);
  IstNsfAttachment *attachment;

  if (size < AT_NAME || nsf_u16 (p) != OBJECT_IS_FILE)
    return NULL;
  name_bytes = nsf_u16 (p + 6);
  if (name_bytes > size - AT_NAME)
    return NULL;
  attachment = g_new0 (IstNsfAttachment, 1);
  attachment->nsf = ist_nsf_ref (ist_nsf_note_database (note));
  attachment->object_id = nsf_u32 (p + 2);
  attachment->host = nsf_u16 (p + 8);
  attachment->compression = nsf_u16 (p + 10);
  attachment->flags = nsf_u16 (p + 14);
  attachment->size_bytes = nsf_u32 (p + 16);
  attachment->created = nsf_time (p + 20);
  attachment->modified = nsf_time (p + 28);
  attachment->name = ist_lmbcs_to_utf8 (p + AT_NAME, name_bytes);
  return attachment;
}

GPtrArray *
ist_nsf_note_attachments (const IstNsfNote *note)
{
  GPtrArray *attachments = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_nsf_attachment_free);

  for (gint i = ist_nsf_note_find (note, "$FILE", 0); i >= 0; i = ist_nsf_note_find (note, "$FILE", (guint) i + 1))
    {
      g_autoptr (GBytes) value = NULL;
      IstNsfAttachment *attachment;

      if (ist_nsf_note_item (note, (guint) i)->type != IST_NSF_OBJECT)
        continue;
      value = ist_nsf_note_value (note, (guint) i, NULL);
      attachment = value != NULL ? read_attachment (note, value) : NULL;
      if (attachment != NULL)
        g_ptr_array_add (attachments, attachment);
    }
  return attachments;
}

static gboolean
has_digest (const guint8 *p, gsize size)
{
  if (size < DIGEST_BYTES || nsf_u16 (p) != 0x0001)
    return FALSE;
  for (guint i = 0; i < DIGEST_DIGITS; i++)
    if (!g_ascii_isxdigit (p[2 + i]))
      return FALSE;
  return TRUE;
}

/* The stored bytes of the object, or NULL. Of one that is stored plain the length says whether a digest is there. */
static const guint8 *
find_object (const IstNsfAttachment *attachment, gsize *size)
{
  const IstNsf *nsf = attachment->nsf;
  guint64 offset = nsf_rrv_object (nsf, attachment->object_id);
  const guint8 *object = offset != 0 ? nsf_range (nsf, offset, OBJECT_HEAD) : NULL;
  guint32 total;
  gsize skip = OBJECT_HEAD;

  if (object == NULL || (nsf_u16 (object) != SIGNATURE_OLD && nsf_u16 (object) != SIGNATURE_NEW))
    return NULL;
  total = nsf_u32 (object + 2);
  if (total < OBJECT_HEAD || nsf_range (nsf, offset, total) == NULL)
    return NULL;
  if (has_digest (object + OBJECT_HEAD, total - OBJECT_HEAD)
      && !(attachment->compression == IST_NSF_STORED && attachment->size_bytes == total - OBJECT_HEAD))
    skip += DIGEST_BYTES;
  *size = total - skip;
  return object + skip;
}

static GBytes *
expand (const IstNsfAttachment *attachment, const guint8 *data, gsize size, GError **error)
{
  const IstNsf *nsf = attachment->nsf;
  g_autoptr (GBytes) plain = NULL;

  switch (attachment->compression)
    {
    case IST_NSF_STORED:
      if (attachment->size_bytes <= size)
        return ist_body_slice (nsf->body, (gsize) (data - nsf->data), attachment->size_bytes);
      NSF_REFUSE (error, "its object is too short");
      return NULL;
    case IST_NSF_HUFFMAN:
      return ist_huffman_expand (data, size, attachment->size_bytes, error);
    case IST_NSF_LZ1:
      /* No such file is known; the coder of that time is CX, and it is believed only if the length comes out. */
      return ist_cx_expand (data, size, attachment->size_bytes, error);
    default:
      NSF_REFUSE (error, "compression %u is not known", attachment->compression);
      return NULL;
    }
}

IstBody *
ist_nsf_attachment_decode (const IstNsfAttachment *attachment, gsize limit_bytes, GError **error)
{
  g_autoptr (GBytes) plain = NULL;
  const guint8 *data;
  gsize size;

  if (attachment->size_bytes > limit_bytes)
    {
      NSF_REFUSE (error, "attachment of %u bytes, more than %" G_GSIZE_FORMAT, attachment->size_bytes, limit_bytes);
      return NULL;
    }
  data = find_object (attachment, &size);
  if (data == NULL)
    {
      NSF_REFUSE (error, "object %08X of an attachment is not there", attachment->object_id);
      return NULL;
    }
  plain = expand (attachment, data, size, error);
  if (plain == NULL)
    {
      g_prefix_error (error, "attachment in object %08X: ", attachment->object_id);
      return NULL;
    }
  return ist_body_new_bytes (plain);
}
