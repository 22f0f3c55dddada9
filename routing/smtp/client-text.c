#include "routing/smtp/client-private.h"

#include "base/error.h"

#include <string.h>

/* The text on its way out. Bare CR and LF become CRLF here, so that none ever leaves, whatever a
 * transform or an old queue entry may hold. */
typedef struct
{
  IstClient *client;
  gboolean stuff; /* dot-stuffing (RFC 5321 4.5.2) */
  gboolean line_start;
  gboolean after_cr;
} Out;

static gboolean
put (Out *out, const char *data, gsize size, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (size == 0)
    return TRUE;
  ist_client_deadline (out->client, out->client->data_timeout_secs);
  if (ist_stream_write (out->client->stream, data, size, &local))
    return TRUE;
  out->client->lost = TRUE;
  g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "%s: %s", out->client->host, local->message);
  return FALSE;
}

/* Length of the run from `data` that can leave as it is: up to and with the CR of a CRLF whose next line
 * does not begin with a dot, or up to a byte that needs care. */
static gsize
clean_run (const char *data, gsize size, gboolean stuff)
{
  gsize pos = 0;

  for (;;)
    {
      const char *lf = memchr (data + pos, '\n', size - pos);
      gsize end = lf != NULL ? (gsize) (lf - data) : size;
      const char *cr = memchr (data + pos, '\r', end - pos);

      /* The only CR allowed is the one right before this LF. */
      if (cr != NULL && (lf == NULL || cr + 1 != lf))
        return (gsize) (cr - data);
      if (lf == NULL)
        return size;
      if (cr == NULL)
        return end;
      pos = end + 1;
      if (pos >= size || (stuff && data[pos] == '.'))
        return pos;
    }
}

static gboolean
careful_byte (Out *out, char c, GError **error)
{
  if (out->after_cr)
    {
      out->after_cr = FALSE;
      out->line_start = TRUE;
      if (!put (out, "\r\n", 2, error))
        return FALSE;
      if (c == '\n')
        return TRUE;
    }
  if (c == '\r')
    {
      out->after_cr = TRUE;
      return TRUE;
    }
  if (c == '\n')
    {
      out->line_start = TRUE;
      return put (out, "\r\n", 2, error);
    }
  if (out->line_start && out->stuff && c == '.' && !put (out, ".", 1, error))
    return FALSE;
  out->line_start = FALSE;
  return put (out, &c, 1, error);
}

static gboolean
out_sink (gpointer user, const char *data, gsize size, GError **error)
{
  Out *out = user;
  gsize pos = 0;

  while (pos < size)
    {
      gsize run = 0;

      if (!out->after_cr && !(out->line_start && out->stuff && data[pos] == '.'))
        run = clean_run (data + pos, size - pos, out->stuff);
      if (run == 0)
        {
          if (!careful_byte (out, data[pos++], error))
            return FALSE;
          continue;
        }
      if (!put (out, data + pos, run, error))
        return FALSE;
      pos += run;
      out->line_start = data[pos - 1] == '\n';
    }
  return TRUE;
}

static gboolean
finish (Out *out, GError **error)
{
  if (out->after_cr || !out->line_start)
    {
      out->after_cr = FALSE;
      out->line_start = TRUE;
      return put (out, "\r\n", 2, error);
    }
  return TRUE;
}

gboolean
ist_client_send_dotted (IstClient *client, const IstMessage *message, GError **error)
{
  Out out = { .client = client, .stuff = TRUE, .line_start = TRUE };

  return ist_message_write (message, out_sink, &out, error) && finish (&out, error)
         && put (&out, ".\r\n", 3, error);
}

gboolean
ist_client_send_chunk (IstClient *client, const IstMessage *message, GError **error)
{
  Out out = { .client = client, .line_start = TRUE };

  return ist_message_write (message, out_sink, &out, error) && finish (&out, error);
}

typedef struct
{
  IstTextNeeds *needs;
  gboolean in_body;
  gsize left_of_header;
  char last;
} Scan;

static gboolean
has_high_bit (const char *data, gsize size)
{
  gsize i = 0;

  for (; i + 8 <= size; i += 8)
    {
      guint64 word;

      memcpy (&word, data + i, 8);
      if ((word & G_GUINT64_CONSTANT (0x8080808080808080)) != 0)
        return TRUE;
    }
  for (; i < size; i++)
    if ((guchar) data[i] >= 128)
      return TRUE;
  return FALSE;
}

/* BDAT carries the bytes as they are, so the text must be clean and end in CRLF; else DATA is used. */
static gboolean
scan_sink (gpointer user, const char *data, gsize size, GError **error)
{
  Scan *scan = user;
  gsize pos = 0;

  if (has_high_bit (data, size))
    scan->needs->eight_bit_body = TRUE;
  if (scan->last == '\r' && data[0] != '\n')
    scan->needs->bare_newline = TRUE;
  if (data[0] == '\n' && scan->last == '\r')
    pos = 1;
  while (pos < size && !scan->needs->bare_newline)
    {
      pos += clean_run (data + pos, size - pos, FALSE);
      if (pos < size && !(data[pos] == '\r' && pos + 1 == size))
        scan->needs->bare_newline = TRUE;
      else
        break;
    }
  scan->last = data[size - 1];
  return TRUE;
}

static gboolean
header_has_high_bit (const IstMessage *message)
{
  for (guint i = 0; i < ist_message_n_fields (message); i++)
    {
      gsize size;
      const char *raw = ist_message_field_raw (message, i, &size);

      if (has_high_bit (raw, size))
        return TRUE;
    }
  return FALSE;
}

void
ist_client_text_needs (const IstMessage *message, IstTextNeeds *needs)
{
  Scan scan = { .needs = needs, .last = '\n' };

  memset (needs, 0, sizeof *needs);
  ist_message_write (message, scan_sink, &scan, NULL);
  if (scan.last != '\n')
    needs->bare_newline = TRUE;
  needs->eight_bit_header = needs->eight_bit_body && header_has_high_bit (message);
}
