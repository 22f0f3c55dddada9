#include "routing/smtp/client-private.h"

#include "base/error.h"
#include "base/text-scan.h"

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

/* The time limit is for progress, so a large piece gets it again for each slice. */
#define SLICE_BYTES (256 * 1024)

static gboolean
put (Out *out, const char *data, gsize size, GError **error)
{
  IstClient *client = out->client;
  g_autoptr (GError) local = NULL;

  while (size > 0)
    {
      gsize slice = MIN (size, SLICE_BYTES);

      ist_client_deadline (client, client->data_timeout_secs);
      if (!ist_stream_write (client->stream, data, slice, &local))
        {
          client->lost = TRUE;
          g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "%s: %s", client->host, local->message);
          return FALSE;
        }
      data += slice;
      size -= slice;
    }
  return TRUE;
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

      if (!out->after_cr)
        run = ist_text_clean_run (data + pos, size - pos, out->line_start ? '\n' : 'x', out->stuff);
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

static gboolean
as_it_is (gpointer user, const char *data, gsize size, GError **error)
{
  return put (user, data, size, error);
}

gboolean
ist_client_send_dotted (IstClient *client, const IstMessage *message, const IstTextNeeds *needs,
                        GError **error)
{
  Out out = { .client = client, .stuff = TRUE, .line_start = TRUE };
  gboolean clean = !needs->bare_newline && !needs->stuffing;

  return ist_message_write (message, clean ? as_it_is : out_sink, &out, error) && finish (&out, error)
         && put (&out, ".\r\n", 3, error);
}

gboolean
ist_client_send_chunk (IstClient *client, const IstMessage *message, GError **error)
{
  Out out = { .client = client };

  return ist_message_write (message, as_it_is, &out, error);
}

/* Pieces that stay in the processor's cache while they are looked through twice. */
#define SCAN_BYTES (32 * 1024)

typedef struct
{
  IstTextNeeds *needs;
  char last; /* of the text so far */
} Scan;

/* BDAT carries the bytes as they are, so the text must be clean and end in CRLF; else DATA is used. A text
 * without lines that begin with a dot can be sent as it is by DATA too. */
static void
scan_newlines (Scan *scan, const char *data, gsize size)
{
  IstTextNeeds *needs = scan->needs;
  gsize pos = 0;

  if (scan->last == '\r')
    {
      needs->bare_newline |= data[0] != '\n';
      scan->last = '\n';
      pos = 1;
    }
  while (pos < size && !needs->bare_newline)
    {
      char before = pos > 0 ? data[pos - 1] : scan->last;

      pos += ist_text_clean_run (data + pos, size - pos, before, !needs->stuffing);
      if (pos == size || (pos + 1 == size && data[pos] == '\r'))
        break;
      if (data[pos] == '.' && !needs->stuffing)
        needs->stuffing = TRUE;
      else
        needs->bare_newline = TRUE;
    }
}

static gboolean
scan_sink (gpointer user, const char *data, gsize size, GError **error)
{
  Scan *scan = user;

  for (gsize pos = 0; pos < size; pos += SCAN_BYTES)
    {
      gsize length = MIN (SCAN_BYTES, size - pos);

      if (!scan->needs->eight_bit_body)
        scan->needs->eight_bit_body = ist_text_has_high_bit (data + pos, length);
      if (!scan->needs->bare_newline)
        scan_newlines (scan, data + pos, length);
      scan->last = data[pos + length - 1];
    }
  return TRUE;
}

static gboolean
header_has_high_bit (const IstMessage *message)
{
  for (guint i = 0; i < ist_message_n_fields (message); i++)
    {
      gsize size;
      const char *raw = ist_message_field_raw (message, i, &size);

      if (ist_text_has_high_bit (raw, size))
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
