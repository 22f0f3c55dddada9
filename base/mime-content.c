/*
 * base/mime-content.c - the content of a leaf: decoding what came, encoding what is new.
 */
#include "base/mime-tree-private.h"

#include "base/charset.h"
#include "base/error.h"
#include "base/gmime-auto.h"
#include "base/scratch.h"
#include "base/text-scan.h"

#include <string.h>

#define BLOCK ((gsize) 64 * 1024)
#define MAX_LINE 990 /* RFC 5321 4.5.3.1.6 allows 998 */

/* ---- decoding ---- */

typedef struct
{
  const char *data;
  gsize size;
  GMimeEncoding state;
  gboolean coded;
} Source;

/* Uuencoded data begins behind its line "begin MODE NAME"; what GMime decodes is the lines after it. */
static void
skip_begin (Source *self)
{
  const char *p = self->data;
  const char *end = p + self->size;

  while (p < end)
    {
      const char *lf = memchr (p, '\n', (gsize) (end - p));
      const char *next = lf != NULL ? lf + 1 : end;

      if (end - p > 6 && memcmp (p, "begin ", 6) == 0)
        {
          self->data = next;
          self->size = (gsize) (end - next);
          return;
        }
      p = next;
    }
}

static void
source_init (Source *self, const IstMimeNode *node)
{
  const IstMimeContent *content = node->content;
  GMimeContentEncoding encoding = GMIME_CONTENT_ENCODING_DEFAULT;

  memset (self, 0, sizeof *self);
  if (content->body != NULL)
    {
      self->data = ist_body_data (content->body, &self->size) + content->offset;
      self->size = content->size_bytes;
      if (content->quoted)
        encoding = GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
    }
  else if (content->original != NULL)
    {
      self->data = ist_body_data (content->original, &self->size) + content->content;
      self->size = content->content_end - content->content;
      encoding = g_mime_content_encoding_from_string (content->encoding);
    }
  if (encoding == GMIME_CONTENT_ENCODING_UUENCODE)
    skip_begin (self);
  self->coded = encoding == GMIME_CONTENT_ENCODING_BASE64 || encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE
                || encoding == GMIME_CONTENT_ENCODING_UUENCODE;
  if (self->coded)
    g_mime_encoding_init_decode (&self->state, encoding);
}

/* Gives decoded blocks to `sink` until it has had `max_bytes`. */
static gboolean
source_read (Source *self, gsize max_bytes, IstSpanSink sink, gpointer user, GError **error)
{
  /* Who wants to see how it begins need not have all of it decoded. */
  gsize block = MIN (BLOCK, MAX (MIN (max_bytes, BLOCK) * 4, 512));
  g_autofree char *out = NULL;
  gsize given = 0;

  if (!self->coded)
    return self->size == 0 || sink (user, self->data, MIN (self->size, max_bytes), error);
  out = g_malloc (g_mime_encoding_outlen (&self->state, block) + 16);
  for (gsize pos = 0; pos < self->size && given < max_bytes; pos += block)
    {
      gsize n = MIN (block, self->size - pos);
      gsize used = pos + n < self->size ? g_mime_encoding_step (&self->state, self->data + pos, n, out)
                                        : g_mime_encoding_flush (&self->state, self->data + pos, n, out);

      used = MIN (used, max_bytes - given);
      if (used > 0 && !sink (user, out, used, error))
        return FALSE;
      given += used;
    }
  return TRUE;
}

static gboolean
append (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  g_byte_array_append (user, (const guint8 *) data, (guint) size_bytes);
  return TRUE;
}

/* Content that is not coded is there already: a range of the message, or of what was put in its place. */
static GBytes *
shared (const IstMimeNode *node, const Source *source, gsize size_bytes)
{
  const IstMimeContent *content = node->content;
  const IstBody *from = content->body != NULL ? content->body : content->original;

  return ist_body_slice (from, (gsize) (source->data - ist_body_data (from, &(gsize){ 0 })), size_bytes);
}

GBytes *
ist_mime_node_decode (const IstMimeNode *node, gsize max_bytes)
{
  GByteArray *out;
  Source source;

  source_init (&source, node);
  if (!source.coded && source.size > 0)
    return shared (node, &source, MIN (source.size, max_bytes));
  out = g_byte_array_new ();
  source_read (&source, MIN (max_bytes, G_MAXUINT / 2), append, out, NULL);
  return g_byte_array_free_to_bytes (out);
}

IstBody *
ist_mime_node_coded (const IstMimeNode *node)
{
  const IstMimeContent *content = node->content;
  g_autoptr (GBytes) bytes = NULL;

  if (node->children != NULL || content->original == NULL || content->body != NULL || content->spans != NULL)
    return NULL;
  bytes = ist_body_slice (content->original, content->content, content->content_end - content->content);
  return ist_body_new_bytes (bytes);
}

/* ---- decoding into a body ---- */

typedef struct
{
  IstScratch *scratch;
  gsize max_bytes;
} Limited;

static gboolean
spool_limited (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  const Limited *self = user;

  if (size_bytes <= self->max_bytes && ist_scratch_size (self->scratch) <= self->max_bytes - size_bytes)
    return ist_scratch_write (self->scratch, data, size_bytes, error);
  g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "a part of more than %" G_GSIZE_FORMAT " bytes", self->max_bytes);
  return FALSE;
}

IstBody *
ist_mime_node_decode_body (const IstMimeNode *node, gsize max_bytes, GError **error)
{
  g_autoptr (IstScratch) scratch = NULL;
  g_autoptr (GBytes) bytes = NULL;
  Limited limited = { NULL, max_bytes };
  Source source;

  source_init (&source, node);
  if (!source.coded && source.size > 0 && source.size <= max_bytes)
    {
      bytes = shared (node, &source, source.size);
      return ist_body_new_bytes (bytes);
    }
  limited.scratch = scratch = ist_scratch_new ();
  if (!source_read (&source, G_MAXSIZE, spool_limited, &limited, error))
    return NULL;
  return ist_scratch_finish (scratch, error);
}

static gboolean
count (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  *(gsize *) user += size_bytes;
  return TRUE;
}

gsize
ist_mime_node_decoded_size (const IstMimeNode *node, gsize max_bytes)
{
  gsize size = 0;
  Source source;

  source_init (&source, node);
  source_read (&source, max_bytes, count, &size, NULL);
  return size;
}

void
ist_mime_text_to_lf (char *text)
{
  char *to = text;
  const char *from = text;

  for (const char *cr; (cr = strchr (from, '\r')) != NULL; from = cr + 1)
    {
      gsize run = (gsize) (cr - from);

      memmove (to, from, run);
      to += run;
      if (cr[1] != '\n')
        *to++ = '\n';
    }
  memmove (to, from, strlen (from) + 1);
}

char *
ist_mime_node_text (const IstMimeNode *node, gsize max_bytes, GError **error)
{
  g_autoptr (GBytes) bytes = ist_mime_node_decode (node, max_bytes + 1);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  char *text;

  if (size > max_bytes)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "a text of more than %" G_GSIZE_FORMAT " bytes", max_bytes);
      return NULL;
    }
  if (size > 0 && (ist_text_has_high_bit (data, size) || memchr (data, 0x1B, size) != NULL)
      && !ist_charset_is_known (node->charset) && !g_utf8_validate_len (data, size, NULL))
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "a text in a character set that is not known, %s", node->charset);
      return NULL;
    }
  text = ist_charset_to_utf8 (data != NULL ? data : "", size, node->charset, NULL);
  ist_mime_text_to_lf (text);
  return text;
}

/* ---- encoding a text ---- */

/* Whatever ends a line: CR, LF or both. */
static GString *
with_crlf (const char *text)
{
  GString *out = g_string_sized_new (strlen (text) + 64);

  for (const char *p = text; *p != '\0'; p++)
    {
      gsize run = strcspn (p, "\r\n");

      g_string_append_len (out, p, (gssize) run);
      p += run;
      if (*p == '\0')
        break;
      if (*p == '\n' || (*p == '\r' && p[1] != '\n'))
        g_string_append (out, "\r\n");
    }
  return out;
}

/* Counts what must be encoded and finds the longest line. */
static void
measure (const char *text, gsize *special, gsize *longest)
{
  gsize line = 0;

  *special = *longest = 0;
  for (const char *p = text; *p != '\0'; p++)
    {
      line = *p == '\n' ? 0 : line + 1;
      *longest = MAX (*longest, line);
      *special += (*p & 0x80) != 0 || (*p < 32 && *p != '\n' && *p != '\t' && *p != '\r');
    }
}

static GString *
quoted_printable (const char *text)
{
  gsize size = strlen (text);
  g_autofree char *out = NULL;
  g_autofree char *ended = NULL;
  GMimeEncoding state;
  gsize used;

  g_mime_encoding_init_encode (&state, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  out = g_malloc (g_mime_encoding_outlen (&state, size) + 1);
  used = g_mime_encoding_flush (&state, text, size, out);
  ended = g_strndup (out, used);
  return with_crlf (ended);
}

static void
set_content (IstMimeNode *node, IstBody *body, gsize offset, gsize size_bytes, IstSpanForm form,
             const char *encoding)
{
  IstMimeContent *content = node->content;
  g_autofree char *raw = g_strdup_printf ("Content-Transfer-Encoding: %s\r\n", encoding);

  g_return_if_fail (node->children == NULL && !node->sealed);
  ist_body_ref (body);
  ist_body_unref (content->body);
  content->body = body;
  content->offset = offset;
  content->size_bytes = size_bytes;
  content->form = form;
  content->quoted = strcmp (encoding, "quoted-printable") == 0;
  content->touched++;
  ist_mime_node_set_field (node, "Content-Transfer-Encoding", raw);
}

void
ist_mime_node_set_content (IstMimeNode *node, IstBody *body, gsize offset, gsize size_bytes)
{
  set_content (node, body, offset, size_bytes, IST_SPAN_BASE64, "base64");
}

void
ist_mime_node_set_raw (IstMimeNode *node, IstBody *body, gsize offset, gsize size_bytes)
{
  set_content (node, body, offset, size_bytes, IST_SPAN_AS_IS, "7bit");
}

void
ist_mime_node_set_text (IstMimeNode *node, const char *text)
{
  gsize special, longest;
  gsize size = strlen (text);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (IstBody) body = NULL;
  const char *encoding = "7bit";
  IstSpanForm form = IST_SPAN_AS_IS;
  GString *out;

  measure (text, &special, &longest);
  if (special == 0 && longest <= MAX_LINE)
    out = with_crlf (text);
  else if (special <= size / 6)
    {
      encoding = "quoted-printable";
      out = quoted_printable (text);
    }
  else
    {
      encoding = "base64";
      form = IST_SPAN_BASE64;
      out = with_crlf (text);
    }
  bytes = g_string_free_to_bytes (out);
  body = ist_body_new_bytes (bytes);
  set_content (node, body, 0, g_bytes_get_size (bytes), form, encoding);
  g_free (node->charset);
  node->charset = g_strdup (special == 0 ? "us-ascii" : "utf-8");
  ist_mime_node_set_type (node, node->type);
}
