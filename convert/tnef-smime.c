#include "convert/tnef-smime.h"

#include <string.h>

#define MAX_HEAD ((gsize) 64 * 1024)
#define MAX_LINE 998

static gboolean
ends_with (const char *text, const char *end)
{
  gsize n = strlen (text), m = strlen (end);

  return n >= m && g_ascii_strcasecmp (text + n - m, end) == 0;
}

/* Can mail carry it as it is? Sets whether it has 8-bit bytes and lines that end with LF alone. */
static gboolean
is_mail (const char *data, gsize size, gboolean *is_8bit, gboolean *has_bare_lf)
{
  gsize line = 0;

  for (gsize i = 0; i < size; i++)
    {
      const guint8 c = (guint8) data[i];

      if (c == '\0' || (c == '\r' && (i + 1 == size || data[i + 1] != '\n')) || line > MAX_LINE)
        return FALSE;
      *has_bare_lf = *has_bare_lf || (c == '\n' && (i == 0 || data[i - 1] != '\r'));
      *is_8bit = *is_8bit || c >= 0x80;
      line = c == '\n' ? 0 : c == '\r' ? line : line + 1;
    }
  return TRUE;
}

static GBytes *
with_crlf (const char *data, gsize size)
{
  GString *out = g_string_sized_new (size + size / 32);

  for (gsize i = 0; i < size; i++)
    {
      if (data[i] == '\n' && (i == 0 || data[i - 1] != '\r'))
        g_string_append_c (out, '\r');
      g_string_append_c (out, data[i]);
    }
  return g_string_free_to_bytes (out);
}

/* "Content-Type: multipart/signed; …" as a field, and where the content begins. */
static char *
signed_field (GBytes *entity, gsize *content)
{
  gsize size;
  const char *data = g_bytes_get_data (entity, &size);
  const char *end = data != NULL ? g_strstr_len (data, (gssize) MIN (size, MAX_HEAD), "\r\n\r\n") : NULL;
  g_autofree char *head = end != NULL ? g_strndup (data, (gsize) (end + 2 - data)) : NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (IstBody) body = NULL;
  g_autoptr (IstMessage) message = NULL;
  g_autofree char *value = NULL;
  const char *raw;
  gsize raw_bytes;
  guint i;

  if (head == NULL)
    return NULL;
  bytes = g_bytes_new (data, (gsize) (end + 4 - data));
  body = ist_body_new_bytes (bytes);
  message = ist_message_new (body);
  i = ist_message_find_field (message, "Content-Type", 0);
  if (i == IST_MESSAGE_NOT_FOUND)
    return NULL;
  value = ist_message_field_value (message, i);
  if (g_ascii_strncasecmp (value, "multipart/signed", 16) != 0)
    return NULL;
  *content = (gsize) (end + 4 - data);
  raw = ist_message_field_raw (message, i, &raw_bytes);
  return g_strndup (raw, raw_bytes);
}

static IstMimeNode *
clear_signed (const IstTnefAttachment *a, IstBody *stream)
{
  const char *data = ist_body_data (stream, NULL) + a->offset;
  gsize content = 0;
  gboolean is_8bit = FALSE, has_bare_lf = FALSE;
  gboolean is_usable = is_mail (data, a->size_bytes, &is_8bit, &has_bare_lf);
  g_autoptr (GBytes) entity = !is_usable    ? NULL
                              : has_bare_lf ? with_crlf (data, a->size_bytes)
                                            : ist_body_slice (stream, a->offset, a->size_bytes);
  g_autofree char *field = entity != NULL ? signed_field (entity, &content) : NULL;
  g_autoptr (IstBody) body = NULL;
  IstMimeNode *node;

  if (field == NULL)
    return NULL;
  body = ist_body_new_bytes (entity);
  node = ist_mime_node_new ("application/octet-stream", NULL, NULL);
  ist_mime_node_set_raw (node, body, content, ist_body_size (body) - content);
  if (is_8bit)
    ist_mime_node_set_field (node, "Content-Transfer-Encoding", "Content-Transfer-Encoding: 8bit\r\n");
  ist_mime_node_set_field (node, "Content-Type", field);
  ist_mime_node_reread (node);
  ist_mime_node_seal (node);
  return node;
}

/* What the object is says the id of its content: signedData or envelopedData of PKCS #7. */
static const char *
kind_of (const guint8 *data, gsize size)
{
  static const guint8 pkcs7[] = { 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07 };

  for (gsize i = 2; i + sizeof pkcs7 < size && i < 12; i++)
    if (memcmp (data + i, pkcs7, sizeof pkcs7) == 0)
      return data[i + sizeof pkcs7] == 2 ? "signed-data" : data[i + sizeof pkcs7] == 3 ? "enveloped-data" : NULL;
  return NULL;
}

static gboolean
is_pkcs7 (const IstTnefAttachment *a, const guint8 *data)
{
  const char *name = ist_tnef_attachment_name (a);

  return a->size_bytes >= 16 && data[a->offset] == 0x30
         && ((a->mime_type != NULL && strstr (a->mime_type, "pkcs7-mime") != NULL)
             || (name != NULL && ends_with (name, ".p7m")) || kind_of (data + a->offset, a->size_bytes) != NULL);
}

static IstMimeNode *
opaque (const IstTnefAttachment *a, IstBody *stream)
{
  const guint8 *data = (const guint8 *) ist_body_data (stream, NULL);
  const char *kind;
  g_autofree char *field = NULL;
  IstMimeNode *node;

  if (!is_pkcs7 (a, data))
    return NULL;
  kind = kind_of (data + a->offset, a->size_bytes);
  field = g_strdup_printf ("Content-Type: application/pkcs7-mime;%s%s%s name=\"smime.p7m\"\r\n",
                           kind != NULL ? " smime-type=" : "", kind != NULL ? kind : "", kind != NULL ? ";" : "");
  node = ist_mime_node_new ("application/octet-stream", "smime.p7m", "attachment");
  ist_mime_node_set_content (node, stream, a->offset, a->size_bytes);
  ist_mime_node_set_field (node, "Content-Type", field);
  ist_mime_node_reread (node);
  ist_mime_node_seal (node);
  return node;
}

IstMimeNode *
ist_tnef_smime_new (const IstTnef *tnef, IstBody *body)
{
  const IstTnefAttachment *a;
  IstMimeNode *node;

  if (tnef->attachments->len != 1
      || (!ends_with (tnef->message_class, ".SMIME") && !ends_with (tnef->message_class, ".SMIME.MultipartSigned")))
    return NULL;
  a = g_ptr_array_index (tnef->attachments, 0);
  if (a->message != NULL || a->kind != IST_TNEF_FILE || a->size_bytes == 0)
    return NULL;
  node = clear_signed (a, body);
  return node != NULL ? node : opaque (a, body);
}
