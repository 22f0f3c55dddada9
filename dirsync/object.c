#include "dirsync/object.h"

#include "base/address.h"

#include <string.h>

IstObject *
ist_object_new (void)
{
  IstObject *self = g_new0 (IstObject, 1);

  self->keys = g_ptr_array_new_with_free_func (g_free);
  self->groups = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
ist_object_free (IstObject *self)
{
  if (self == NULL)
    return;
  g_free (self->primary);
  g_free (self->display_name);
  g_free (self->notes_name);
  g_free (self->forward);
  g_ptr_array_unref (self->keys);
  g_ptr_array_unref (self->groups);
  g_free (self);
}

/* "CN=John Doe/OU=Sales/O=Acme" and "John Doe/Sales/Acme" are one name: the labels are dropped. An "@NotesDomain"
 * at the end says where, not who. */
static char *
notes_key (const char *text)
{
  g_auto (GStrv) parts = NULL;
  g_autofree char *name = g_strdup (text);
  char *at = strrchr (name, '@');
  g_autoptr (GString) out = g_string_new (NULL);

  if (at != NULL)
    *at = '\0';
  parts = g_strsplit (name, "/", 10);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *equals = strchr (parts[i], '=');

      g_string_append_printf (out, "%s%s", i > 0 ? "/" : "",
                              g_strstrip (equals != NULL ? equals + 1 : parts[i]));
    }
  return g_utf8_strdown (out->str, -1);
}

char *
ist_object_key (const char *text)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));

  if (trimmed[0] == '\0' || !g_utf8_validate (trimmed, -1, NULL))
    return NULL;
  if (trimmed[0] == '/')
    return g_utf8_strdown (trimmed, -1);
  if (strchr (trimmed, '/') != NULL)
    return notes_key (trimmed);
  if (strchr (trimmed, '@') != NULL)
    return ist_address_key (trimmed);
  return g_utf8_strdown (trimmed, -1);
}

gboolean
ist_object_is_address (const char *text)
{
  return ist_address_is_valid (text, TRUE);
}
