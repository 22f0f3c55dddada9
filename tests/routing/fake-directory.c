#include "tests/routing/fake-directory.h"

#include <string.h>

/* "CN=John Doe/OU=Sales/O=Acme@ACME" and "john doe/sales/acme" are one key. */
static char *
normal (const char *text)
{
  g_auto (GStrv) parts = NULL;
  g_autofree char *name = g_utf8_strdown (text, -1);

  if (strchr (name, '/') == NULL || name[0] == '/')
    return g_steal_pointer (&name);
  if (strrchr (name, '@') != NULL && strchr (strrchr (name, '@'), '.') == NULL)
    *strrchr (name, '@') = '\0';
  parts = g_strsplit (name, "/", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      if (strchr (parts[i], '=') != NULL)
        memmove (parts[i], strchr (parts[i], '=') + 1, strlen (strchr (parts[i], '=')));
      g_strstrip (parts[i]);
    }
  return g_strjoinv ("/", parts);
}

static gboolean
has_key (const IstFakePerson *row, const char *wanted)
{
  g_auto (GStrv) keys = g_strsplit (row->keys, "|", -1);

  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autofree char *key = normal (keys[i]);

      if (strcmp (key, wanted) == 0)
        return TRUE;
    }
  return FALSE;
}

static IstDirectoryAnswer
who_is (gpointer self, const char *text, IstPerson *person)
{
  const IstFakePerson *found = NULL;
  g_autofree char *wanted = normal (text);
  g_auto (GStrv) keys = NULL;

  for (const IstFakePerson *row = self; row->keys != NULL; row++)
    {
      if (!has_key (row, wanted))
        continue;
      if (found != NULL)
        return IST_DIRECTORY_AMBIGUOUS;
      found = row;
    }
  if (found == NULL)
    return IST_DIRECTORY_UNKNOWN;
  keys = g_strsplit (found->keys, "|", 2);
  person->side = found->side;
  person->primary = g_strdup (keys[0]);
  person->forward = g_strdup (found->forward);
  person->notes_name = g_strdup (found->notes_name);
  person->groups = found->groups != NULL ? g_strsplit (found->groups, "|", -1) : NULL;
  return IST_DIRECTORY_FOUND;
}

static IstDirectoryAnswer
who_is_stale (gpointer self, const char *text, IstPerson *person)
{
  return IST_DIRECTORY_STALE;
}

static gint64
age_secs (gpointer self)
{
  return self != NULL ? 1 : G_MAXINT64;
}

IstDirectory
ist_fake_directory (const IstFakePerson *people)
{
  return (IstDirectory){ (gpointer) people, who_is, age_secs };
}

IstDirectory
ist_fake_directory_stale (void)
{
  return (IstDirectory){ NULL, who_is_stale, age_secs };
}
