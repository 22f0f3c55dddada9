#include "routing/smtp/session-private.h"

#include "base/address.h"

#include <string.h>

/* The '>' that closes the path, quotes respected; NULL when there is none. */
static const char *
find_close (const char *text)
{
  gboolean quoted = FALSE;

  for (; *text != '\0'; text++)
    if (*text == '\\' && quoted && text[1] != '\0')
      text++;
    else if (*text == '"')
      quoted = !quoted;
    else if (*text == '>' && !quoted)
      return text;
  return NULL;
}

gboolean
ist_session_split_path (const char *text, char **address, char ***parameters)
{
  const char *close;
  const char *start;

  while (*text == ' ')
    text++;
  if (*text != '<' || (close = find_close (text)) == NULL
      || (close[1] != '\0' && close[1] != ' '))
    return FALSE;
  start = text + 1;
  if (*start == '@')
    {
      const char *colon = memchr (start, ':', (gsize) (close - start));

      if (colon == NULL)
        return FALSE;
      start = colon + 1;
    }
  *address = g_strndup (start, (gsize) (close - start));
  {
    g_auto (GStrv) words = g_strsplit (close + 1, " ", -1);
    g_autoptr (GPtrArray) out = g_ptr_array_new ();

    for (guint i = 0; words[i] != NULL; i++)
      if (words[i][0] != '\0')
        g_ptr_array_add (out, g_strdup (words[i]));
    g_ptr_array_add (out, NULL);
    *parameters = (char **) g_ptr_array_free (g_steal_pointer (&out), FALSE);
  }
  return TRUE;
}

char *
ist_session_parameter (const char *parameter, const char *key)
{
  gsize length = strlen (key);

  if (g_ascii_strncasecmp (parameter, key, length) != 0)
    return NULL;
  if (parameter[length] == '\0')
    return g_strdup ("");
  return parameter[length] == '=' ? g_strdup (parameter + length + 1) : NULL;
}

char *
ist_session_xtext (const char *value)
{
  g_autofree char *decoded = ist_xtext_decode (value);

  for (const char *p = decoded; p != NULL && *p != '\0'; p++)
    if ((guchar) *p < 32 || *p == 127)
      return NULL;
  return g_steal_pointer (&decoded);
}
