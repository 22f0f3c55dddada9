#include "convert/format/nsf-private.h"

#include "convert/format/lmbcs.h"
#include "convert/format/nsf-attach.h"

#include <string.h>

#define PART_HEAD 20
#define FLAG_IN_OBJECT 0x0004
#define ENCODING "Content-Transfer-Encoding:"

typedef struct
{
  GArray *spans;
  GPtrArray *attachments;
  gsize left; /* bytes that may still be decoded */
} Joining;

static void
append_bytes (GArray *spans, GBytes *bytes, gsize offset, gsize size)
{
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  ist_span_append (spans, body, offset, size, IST_SPAN_AS_IS);
}

/* The line of `header` that begins with ENCODING, without its line end; NULL when there is none. */
static const char *
find_encoding (const char *header, gsize size, gsize *length)
{
  const char *end = header + size;

  for (const char *line = header; line < end;)
    {
      const char *next = memchr (line, '\n', (gsize) (end - line));
      gsize n = next != NULL ? (gsize) (next - line) : (gsize) (end - line);

      if (n >= strlen (ENCODING) && g_ascii_strncasecmp (line, ENCODING, strlen (ENCODING)) == 0)
        {
          *length = n > 0 && line[n - 1] == '\r' ? n - 1 : n;
          return line;
        }
      line = next != NULL ? next + 1 : end;
    }
  return NULL;
}

static gboolean
is_text_encoding (const char *line, gsize length)
{
  g_autofree char *value = g_strndup (line + strlen (ENCODING), length - strlen (ENCODING));

  g_strstrip (value);
  return g_ascii_strcasecmp (value, "base64") == 0 || g_ascii_strcasecmp (value, "quoted-printable") == 0;
}

/* Boundary and header of a part whose body lies in an object, with the encoding that the body will have: the object
 * is binary, and mail may not be. Returns that form. */
static IstSpanForm
append_header (GArray *spans, GBytes *value, gsize header, gsize header_end)
{
  const char *p = g_bytes_get_data (value, NULL);
  gsize length = 0;
  const char *line = find_encoding (p + header, header_end - header, &length);
  gsize at;

  if (line != NULL && is_text_encoding (line, length))
    {
      append_bytes (spans, value, PART_HEAD, header_end - PART_HEAD);
      return IST_SPAN_AS_IS;
    }
  at = line != NULL ? (gsize) (line - p) : header;
  append_bytes (spans, value, PART_HEAD, at - PART_HEAD);
  ist_span_append_text (spans, ENCODING " base64");
  if (line == NULL)
    ist_span_append_text (spans, "\r\n");
  append_bytes (spans, value, at + length, header_end - at - length);
  return IST_SPAN_BASE64;
}

static const IstNsfAttachment *
find_attachment (const GPtrArray *attachments, const char *data, gsize size)
{
  g_autofree char *name = NULL;

  while (size > 0 && (data[size - 1] == '\n' || data[size - 1] == '\r' || data[size - 1] == 0))
    size--;
  name = ist_lmbcs_to_utf8 (data, size);
  for (guint i = 0; i < attachments->len; i++)
    if (strcmp (((IstNsfAttachment *) g_ptr_array_index (attachments, i))->name, name) == 0)
      return g_ptr_array_index (attachments, i);
  return NULL;
}

static gboolean
append_part (Joining *joining, GBytes *value, GError **error)
{
  gsize size;
  const guint8 *p = g_bytes_get_data (value, &size);
  gsize data_end, header, header_end;
  const IstNsfAttachment *attachment;
  g_autoptr (IstBody) body = NULL;
  IstSpanForm form;

  if (size < PART_HEAD)
    {
      NSF_REFUSE (error, "a MIME part is cut off");
      return FALSE;
    }
  data_end = PART_HEAD + MIN (nsf_u16 (p + 8), size - PART_HEAD);
  header = MIN (PART_HEAD + (gsize) nsf_u16 (p + 10), data_end);
  header_end = MIN (header + nsf_u16 (p + 12), data_end);
  if ((nsf_u32 (p + 2) & FLAG_IN_OBJECT) == 0)
    {
      append_bytes (joining->spans, value, PART_HEAD, data_end - PART_HEAD);
      return TRUE;
    }
  attachment = find_attachment (joining->attachments, (const char *) p + header_end, data_end - header_end);
  if (attachment == NULL)
    {
      NSF_REFUSE (error, "the attachment that a MIME part names is not there");
      return FALSE;
    }
  body = ist_nsf_attachment_decode (attachment, joining->left, error);
  if (body == NULL)
    return FALSE;
  joining->left -= ist_body_size (body);
  form = append_header (joining->spans, value, header, header_end);
  ist_span_append (joining->spans, body, 0, ist_body_size (body), form);
  if (form == IST_SPAN_AS_IS)
    ist_span_append_text (joining->spans, "\r\n");
  return TRUE;
}

GArray *
ist_nsf_note_mime (const IstNsfNote *note, const char *name, gsize limit_bytes, GError **error)
{
  g_autoptr (GPtrArray) parts = ist_nsf_note_chunks (note, name, IST_NSF_MIME_PART, limit_bytes, error);
  g_autoptr (GPtrArray) attachments = NULL;
  g_autoptr (GArray) spans = NULL;
  Joining joining = { NULL, NULL, limit_bytes };

  if (parts == NULL)
    return NULL;
  attachments = ist_nsf_note_attachments (note);
  spans = ist_span_array_new ();
  joining.spans = spans;
  joining.attachments = attachments;
  for (guint i = 0; i < parts->len; i++)
    if (!append_part (&joining, g_ptr_array_index (parts, i), error))
      return NULL;
  return g_steal_pointer (&spans);
}
