#include "routing/smtp/client-private.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>

#define MAX_LINE 4096
#define MAX_LINES 200

void
ist_client_deadline (IstClient *self, guint secs)
{
  ist_stream_set_deadline (self->stream,
                           ist_clock_mono_usecs () + (gint64) MAX (secs, 1) * G_USEC_PER_SEC);
}

static gboolean
fail (IstClient *self, GError **error, const char *words)
{
  self->lost = TRUE;
  g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "%s: %s", self->host, words);
  return FALSE;
}

/* "2.1.5 rest": RFC 2034. Gives the rest and cuts the code into *enhanced. */
static const char *
split_enhanced (const char *text, guint code, char **enhanced)
{
  gsize n = strspn (text, "0123456789.");

  if (n < 5 || text[0] != (char) ('0' + code / 100) || text[1] != '.'
      || (text[n] != ' ' && text[n] != '\0') || strchr (text + 2, '.') == NULL)
    return text;
  if (*enhanced == NULL)
    *enhanced = g_strndup (text, n);
  return text[n] == ' ' ? text + n + 1 : text + n;
}

static gboolean
add_line (IstClient *self, const GString *line, GString *text, guint *code, char **enhanced,
          gboolean *last, GError **error)
{
  const char *s = line->str;
  guint this_code;

  /* RFC 5321 4.2: three digits, the first of them 2 to 5, then a blank, a hyphen or the end. */
  if (line->len < 3 || s[0] < '2' || s[0] > '5' || !g_ascii_isdigit (s[1]) || !g_ascii_isdigit (s[2])
      || (s[3] != '\0' && s[3] != ' ' && s[3] != '-'))
    return fail (self, error, "the answer is not SMTP");
  this_code = (guint) ((s[0] - '0') * 100 + (s[1] - '0') * 10 + (s[2] - '0'));
  if (*code != 0 && this_code != *code)
    return fail (self, error, "the answer is not SMTP");
  *code = this_code;
  *last = line->str[3] != '-';
  if (text->len > 0)
    g_string_append_c (text, '\n');
  if (line->len > 4)
    g_string_append (text, split_enhanced (line->str + 4, this_code, enhanced));
  return TRUE;
}

gboolean
ist_client_read_reply (IstClient *self, guint secs, IstReply *reply, GError **error)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *enhanced = NULL;
  gboolean last = FALSE;
  guint code = 0;

  ist_client_deadline (self, secs);
  for (guint i = 0; !last; i++)
    {
      g_autoptr (GError) local = NULL;
      gboolean too_long;

      if (!ist_stream_read_line (self->stream, line, MAX_LINE, &too_long, &local))
        return fail (self, error, local->message);
      while (line->len > 0 && (line->str[line->len - 1] == '\n' || line->str[line->len - 1] == '\r'))
        g_string_truncate (line, line->len - 1);
      if (i >= MAX_LINES)
        return fail (self, error, "the answer has too many lines");
      if (!add_line (self, line, text, &code, &enhanced, &last, error))
        return FALSE;
    }
  if (!g_utf8_validate (text->str, (gssize) text->len, NULL))
    for (gsize i = 0; i < text->len; i++)
      if ((guchar) text->str[i] >= 128)
        text->str[i] = '?';
  ist_reply_set (reply, code, enhanced, "%s", text->str);
  /* RFC 5321 3.8: whoever says 421 closes the connection. */
  if (code == 421)
    self->closing = TRUE;
  return TRUE;
}

static gboolean
put_line (IstClient *self, const char *line, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (ist_stream_write (self->stream, line, strlen (line), &local)
      && ist_stream_write (self->stream, "\r\n", 2, &local))
    return TRUE;
  return fail (self, error, local->message);
}

gboolean
ist_client_put (IstClient *self, GError **error, const char *format, ...)
{
  g_autofree char *line = NULL;
  va_list args;

  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  return put_line (self, line, error);
}

gboolean
ist_client_ask (IstClient *self, IstReply *reply, GError **error, const char *format, ...)
{
  g_autofree char *line = NULL;
  g_autoptr (GError) local = NULL;
  va_list args;

  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  ist_client_deadline (self, self->command_timeout_secs);
  if (!put_line (self, line, error))
    return FALSE;
  if (!ist_stream_flush (self->stream, &local))
    return fail (self, error, local->message);
  return ist_client_read_reply (self, self->command_timeout_secs, reply, error);
}

gboolean
ist_client_is_busy (const IstReply *reply)
{
  return reply->code == 421 || (reply->code == 452 && g_strcmp0 (reply->enhanced, "4.3.1") == 0);
}
