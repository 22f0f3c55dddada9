#include "base/span.h"

#include <string.h>

#define LINE_BYTES 57 /* of input; 76 characters */
#define BLOCK_LINES 512

static void
span_clear (IstSpan *span)
{
  ist_body_unref (span->body);
}

GArray *
ist_span_array_new (void)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (IstSpan));

  g_array_set_clear_func (spans, (GDestroyNotify) span_clear);
  return spans;
}

void
ist_span_append (GArray *spans, IstBody *body, gsize offset, gsize size_bytes, IstSpanForm form)
{
  IstSpan *last = spans->len > 0 ? &g_array_index (spans, IstSpan, spans->len - 1) : NULL;
  IstSpan span = { body, offset, size_bytes, form };

  g_return_if_fail (offset <= ist_body_size (body) && size_bytes <= ist_body_size (body) - offset);
  if (size_bytes == 0)
    return;
  if (last != NULL && last->body == body && last->form == IST_SPAN_AS_IS && form == IST_SPAN_AS_IS
      && last->offset + last->size_bytes == offset)
    {
      last->size_bytes += size_bytes;
      return;
    }
  ist_body_ref (body);
  g_array_append_val (spans, span);
}

void
ist_span_append_text (GArray *spans, const char *text)
{
  gsize size = strlen (text);
  g_autoptr (GBytes) bytes = g_bytes_new (text, size);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  ist_span_append (spans, body, 0, size, IST_SPAN_AS_IS);
}

static gsize
written_size (const IstSpan *span)
{
  gsize lines = (span->size_bytes + LINE_BYTES - 1) / LINE_BYTES;

  return span->form == IST_SPAN_AS_IS ? span->size_bytes : (span->size_bytes + 2) / 3 * 4 + lines * 2;
}

gsize
ist_span_size (const GArray *spans)
{
  gsize size = 0;

  for (guint i = 0; i < spans->len; i++)
    size += written_size (&g_array_index (spans, IstSpan, i));
  return size;
}

/* Gives the characters written. A call of g_base64_encode_step() for each line costs five times as much. */
static gsize
encode_line (const guint8 *in, gsize size_bytes, char *out)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char *to = out;

  for (; size_bytes >= 3; size_bytes -= 3, in += 3, to += 4)
    {
      guint32 bits = (guint32) in[0] << 16 | (guint32) in[1] << 8 | in[2];

      to[0] = digits[bits >> 18];
      to[1] = digits[bits >> 12 & 63];
      to[2] = digits[bits >> 6 & 63];
      to[3] = digits[bits & 63];
    }
  if (size_bytes > 0)
    {
      guint32 bits = (guint32) in[0] << 16 | (size_bytes > 1 ? (guint32) in[1] << 8 : 0);

      to[0] = digits[bits >> 18];
      to[1] = digits[bits >> 12 & 63];
      to[2] = size_bytes > 1 ? digits[bits >> 6 & 63] : '=';
      to[3] = '=';
      to += 4;
    }
  return (gsize) (to - out);
}

static gboolean
write_base64 (const guchar *data, gsize size_bytes, IstSpanSink sink, gpointer user, GError **error)
{
  g_autofree char *out = g_malloc (BLOCK_LINES * 80);
  gsize used = 0;

  for (gsize pos = 0; pos < size_bytes; pos += LINE_BYTES)
    {
      used += encode_line (data + pos, MIN (LINE_BYTES, size_bytes - pos), out + used);
      out[used++] = '\r';
      out[used++] = '\n';
      if (used < BLOCK_LINES * 78 && pos + LINE_BYTES < size_bytes)
        continue;
      if (!sink (user, out, used, error))
        return FALSE;
      used = 0;
    }
  return TRUE;
}

gboolean
ist_span_write (const GArray *spans, IstSpanSink sink, gpointer user, GError **error)
{
  for (guint i = 0; i < spans->len; i++)
    {
      const IstSpan *span = &g_array_index (spans, IstSpan, i);
      gsize size;
      const char *data = ist_body_data (span->body, &size) + span->offset;
      gboolean ok = span->form == IST_SPAN_BASE64
                        ? write_base64 ((const guchar *) data, span->size_bytes, sink, user, error)
                        : sink (user, data, span->size_bytes, error);

      if (!ok)
        return FALSE;
    }
  return TRUE;
}
