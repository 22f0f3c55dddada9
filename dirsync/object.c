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
  g_free (self->language);
  g_ptr_array_unref (self->keys);
  g_ptr_array_unref (self->groups);
  g_free (self);
}

/* "CN=John Doe/OU=Sales/O=Acme" and "John Doe/Sales/Acme" are one name: the labels are dropped. "@NotesDomain" at
 * the end, once or for each domain of a way ("@HUB@ACME"), says where, not who. */
static char *
notes_key (const char *text)
{
  g_auto (GStrv) parts = NULL;
  g_autofree char *name = g_strdup (text);
  char *slash = strrchr (name, '/');
  char *at = strchr (slash != NULL ? slash : name, '@');
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

/* "CN=John Doe,OU=Sales,O=Acme" is the Notes name as LDAP writes it (RFC 4514). An Active Directory name (with
 * DC parts) is none. */
char *
ist_object_notes_name (const char *dn)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *lower = g_ascii_strdown (dn, -1);

  if (!g_str_has_prefix (lower, "cn=") || strchr (dn, ',') == NULL || strchr (dn, '/') != NULL
      || strstr (lower, ",dc=") != NULL || strstr (lower, ", dc=") != NULL)
    return NULL;
  for (const char *p = dn; *p != '\0'; p++)
    {
      if (*p == '\\' && p[1] != '\0')
        g_string_append_c (out, *++p);
      else if (*p == ',')
        {
          g_string_append_c (out, '/');
          while (p[1] == ' ')
            p++;
        }
      else
        g_string_append_c (out, *p);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

void
ist_object_add_key (IstObject *self, const char *text)
{
  static const char *const prefixes[] = { "smtp:", "x500:", "notes:" };

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_ascii_strncasecmp (text, prefixes[i], strlen (prefixes[i])) == 0)
      {
        g_ptr_array_add (self->keys, g_strdup (text + strlen (prefixes[i])));
        return;
      }
  g_ptr_array_add (self->keys, g_strdup (text));
}

/* An address with a dotted domain is an address, whatever its local part holds: a/b@one.example and
 * a/b@two.example are two people. */
static gboolean
is_internet_address (const char *text)
{
  const char *domain = ist_address_domain (text);

  return domain != NULL && strchr (domain, '.') != NULL && ist_object_is_address (text);
}

char *
ist_object_key (const char *text)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  g_autofree char *dn = NULL;

  if (trimmed[0] == '\0' || !g_utf8_validate (trimmed, -1, NULL))
    return NULL;
  if (trimmed[0] == '/')
    return g_utf8_strdown (trimmed, -1);
  if (is_internet_address (trimmed))
    return ist_address_key (trimmed);
  dn = ist_object_notes_name (trimmed);
  if (dn != NULL || strchr (trimmed, '/') != NULL)
    return notes_key (dn != NULL ? dn : trimmed);
  if (strchr (trimmed, '@') != NULL)
    return ist_address_key (trimmed);
  return g_utf8_strdown (trimmed, -1);
}

gboolean
ist_object_is_address (const char *text)
{
  return ist_address_is_valid (text, TRUE);
}
