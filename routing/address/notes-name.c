#include "routing/address/notes-name.h"

#include <string.h>

#define MAX_PARTS 7

static char **
split (const char *text)
{
  g_autofree char *name = g_strdup (text);
  char *slash = strrchr (name, '/');
  /* Each domain of a way adds one: "@HUB@ACME". */
  char *at = strchr (slash != NULL ? slash : name, '@');
  char **parts;

  if (at != NULL)
    *at = '\0';
  parts = g_strsplit (name, "/", MAX_PARTS + 2);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *equals = strchr (parts[i], '=');

      if (equals != NULL)
        memmove (parts[i], equals + 1, strlen (equals));
      g_strstrip (parts[i]);
    }
  return parts;
}

gboolean
ist_notes_name_is (const char *text)
{
  g_auto (GStrv) parts = NULL;
  guint n;

  if (text[0] == '/' || strchr (text, '/') == NULL || strpbrk (text, "<>\r\n\t") != NULL
      || strlen (text) > 1024)
    return FALSE;
  parts = split (text);
  n = g_strv_length (parts);
  if (n < 2 || n > MAX_PARTS)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (parts[i][0] == '\0')
      return FALSE;
  return TRUE;
}

char *
ist_notes_name_common (const char *text)
{
  g_auto (GStrv) parts = split (text);

  return g_strdup (parts[0] != NULL ? parts[0] : "");
}

char *
ist_notes_name_local (const char *text)
{
  g_auto (GStrv) parts = split (text);
  char *joined = g_strjoinv ("/", parts);

  return g_strdelimit (joined, " \t", '_');
}
