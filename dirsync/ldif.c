/*
 * dirsync/ldif.c - RFC 2849 content records as Domino and Active Directory export them.
 *
 * Which attribute means what (docs/admin.md, "Directory files"): mail and proxyAddresses give addresses,
 * legacyExchangeDN and X500: proxies legacy names, cn/displayName the display name, a Domino DN
 * ("CN=…,OU=…,O=…") the Notes name, targetAddress or MailAddress the forwarding address.
 */
#include "dirsync/object.h"

#include "base/error.h"

#include <string.h>

#define MAX_LINE (1024 * 1024)

typedef struct
{
  const char *file;
  const char *pos;
  guint line;
} Reader;

/* One logical line, unfolded (RFC 2849 note 2); FALSE at the end. */
static gboolean
read_line (Reader *self, GString *out)
{
  g_string_truncate (out, 0);
  if (*self->pos == '\0')
    return FALSE;
  for (;;)
    {
      gsize n = strcspn (self->pos, "\n");
      gsize take = n > 0 && self->pos[n - 1] == '\r' ? n - 1 : n;

      if (out->len + take <= MAX_LINE)
        g_string_append_len (out, self->pos, (gssize) take);
      self->pos += n;
      if (*self->pos == '\n')
        self->pos++;
      self->line++;
      if (*self->pos != ' ')
        return TRUE;
      self->pos++;
    }
}

/* "name: text" or "name:: base64". */
static gboolean
split (const char *line, char **name, char **value)
{
  const char *colon = strchr (line, ':');
  gsize size;

  if (colon == NULL || colon == line)
    return FALSE;
  *name = g_ascii_strdown (line, colon - line);
  (*name)[strcspn (*name, ";")] = '\0';
  if (colon[1] == ':')
    {
      g_autofree char *coded = g_strstrip (g_strdup (colon + 2));
      g_autofree guchar *decoded = g_base64_decode (coded, &size);

      *value = g_strndup ((const char *) decoded, size);
    }
  else
    *value = g_strstrip (g_strdup (colon + 1));
  return TRUE;
}

static void
set_once (char **to, const char *value)
{
  if (*to == NULL && value[0] != '\0')
    *to = g_strdup (value);
}

static void
take_proxy (IstObject *object, const char *value)
{
  const char *rest = strchr (value, ':');

  if (rest == NULL)
    g_ptr_array_add (object->keys, g_strdup (value));
  else if (g_str_has_prefix (value, "SMTP:"))
    {
      g_free (object->primary);
      object->primary = g_strdup (rest + 1);
    }
  else if (g_ascii_strncasecmp (value, "smtp:", 5) == 0
           || g_ascii_strncasecmp (value, "x500:", 5) == 0
           || g_ascii_strncasecmp (value, "notes:", 6) == 0)
    g_ptr_array_add (object->keys, g_strdup (rest + 1));
}

/* "CN=John Doe,OU=Sales,O=Acme" is the Notes name with commas. */
static void
take_dn (IstObject *object, const char *value)
{
  g_auto (GStrv) parts = NULL;

  if (g_ascii_strncasecmp (value, "cn=", 3) != 0 || strstr (value, "DC=") != NULL
      || strstr (value, "dc=") != NULL)
    return;
  parts = g_strsplit (value, ",", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    g_strstrip (parts[i]);
  g_free (object->notes_name);
  object->notes_name = g_strjoinv ("/", parts);
}

static void
take_group (IstObject *object, const char *value)
{
  const char *end = strchr (value, ',');

  if (g_ascii_strncasecmp (value, "cn=", 3) == 0)
    g_ptr_array_add (object->groups,
                     end != NULL ? g_strndup (value + 3, (gsize) (end - value - 3))
                                 : g_strdup (value + 3));
}

static void
take_attribute (IstObject *object, const char *name, const char *value)
{
  if (strcmp (name, "dn") == 0)
    take_dn (object, value);
  else if (strcmp (name, "mail") == 0)
    {
      set_once (&object->primary, value);
      g_ptr_array_add (object->keys, g_strdup (value));
    }
  else if (strcmp (name, "proxyaddresses") == 0)
    take_proxy (object, value);
  else if (strcmp (name, "legacyexchangedn") == 0 || strcmp (name, "uid") == 0)
    g_ptr_array_add (object->keys, g_strdup (value));
  else if (strcmp (name, "displayname") == 0)
    {
      g_free (object->display_name);
      object->display_name = g_strdup (value);
    }
  else if (strcmp (name, "cn") == 0)
    set_once (&object->display_name, value);
  else if (strcmp (name, "targetaddress") == 0)
    set_once (&object->forward, g_ascii_strncasecmp (value, "smtp:", 5) == 0 ? value + 5 : value);
  else if (strcmp (name, "mailaddress") == 0)
    set_once (&object->forward, value);
  else if (strcmp (name, "memberof") == 0)
    take_group (object, value);
  else if (strcmp (name, "objectclass") == 0)
    object->is_group |= g_ascii_strcasecmp (value, "group") == 0
                        || g_ascii_strcasecmp (value, "dominogroup") == 0
                        || g_ascii_strcasecmp (value, "groupofnames") == 0;
}

/* Objects without a mail address are no recipients and are passed over. */
static gboolean
give (IstObject *object, IstObjectSink each, gpointer user, GError **error)
{
  if (object->primary != NULL && ist_object_is_address (object->primary))
    return each (user, object, error);
  ist_object_free (object);
  return TRUE;
}

gboolean
ist_ldif_read (const char *file, const char *text, IstObjectSink each, gpointer user, GError **error)
{
  Reader reader = { file, g_str_has_prefix (text, "\xEF\xBB\xBF") ? text + 3 : text, 1 };
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (IstObject) object = NULL;

  for (;;)
    {
      guint number = reader.line;
      gboolean more = read_line (&reader, line);
      g_autofree char *name = NULL;
      g_autofree char *value = NULL;

      if (!more || line->len == 0)
        {
          if (object != NULL && !give (g_steal_pointer (&object), each, user, error))
            return FALSE;
          if (!more)
            return TRUE;
          continue;
        }
      if (line->str[0] == '#' || g_ascii_strncasecmp (line->str, "version:", 8) == 0)
        continue;
      if (!split (line->str, &name, &value))
        {
          g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "%s:%u: \"%.60s\" is no \"name: value\"",
                       file, number, line->str);
          return FALSE;
        }
      if (object == NULL)
        object = ist_object_new ();
      take_attribute (object, name, value);
    }
}
