#include "routing/smtp/reply.h"

#include <string.h>

void
ist_reply_clear (IstReply *reply)
{
  reply->code = 0;
  g_clear_pointer (&reply->enhanced, g_free);
  g_clear_pointer (&reply->text, g_free);
}

void
ist_reply_set (IstReply *reply, guint code, const char *enhanced, const char *format, ...)
{
  va_list arguments;
  char *text;
  char *copy = g_strdup (enhanced);

  /* Before the clearing: an argument may be a string of the reply itself. */
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  ist_reply_clear (reply);
  reply->code = code;
  reply->enhanced = copy;
  /* LF alone separates the lines of the reply; a CR would end a line on the wire. */
  reply->text = g_strdelimit (text, "\r", ' ');
}

void
ist_reply_copy (IstReply *to, const IstReply *from)
{
  if (to == from)
    return;
  ist_reply_clear (to);
  to->code = from->code;
  to->enhanced = g_strdup (from->enhanced);
  to->text = g_strdup (from->text);
}

char *
ist_reply_to_string (const IstReply *reply)
{
  g_autoptr (GString) line = g_string_new (NULL);

  /* Without a code these are our own words about why nobody answered. */
  if (reply->code != 0)
    g_string_printf (line, "%u", reply->code);
  if (reply->enhanced != NULL)
    g_string_append_printf (line, " %s", reply->enhanced);
  if (reply->text != NULL && *reply->text != '\0')
    g_string_append_printf (line, "%s%s", line->len > 0 ? " " : "", reply->text);
  g_strdelimit (line->str, "\r\n", ' ');
  return g_string_free (g_steal_pointer (&line), FALSE);
}
