/*
 * dirsync/ldif.c - RFC 2849 content records as Domino and Active Directory export them.
 *
 * Which attribute means what (docs/admin.md, "Directory files"): mail and proxyAddresses give addresses,
 * legacyExchangeDN and X500: proxies legacy names, cn/displayName the display name, a Domino DN
 * ("CN=…,OU=…,O=…") the Notes name, targetAddress or MailAddress the forwarding address, memberOf the groups.
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

typedef struct
{
  IstObject *object;   /* NULL between records */
  gboolean is_pointer; /* a contact */
} Record;

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

/* The attributes that are read; all others, photographs too, are passed over undecoded. */
static gboolean
is_wanted (const char *name)
{
  static const char *const names[]
      = { "dn",          "mail",        "proxyaddresses", "legacyexchangedn", "uid",         "displayname", "cn",
          "targetaddress", "mailaddress", "memberof",       "objectclass",      "changetype",
          "preferredlanguage", NULL };

  return g_strv_contains (names, name);
}

static gboolean
fail (const Reader *self, guint line, GError **error, const char *what, const char *name)
{
  g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "%s:%u: %s (%s)", self->file, line, what, name);
  return FALSE;
}

static gboolean
decode (const Reader *self, guint line, const char *name, const char *coded, char **value, GError **error)
{
  g_autofree char *text = g_strstrip (g_strdup (coded));
  g_autofree char *plain = NULL;
  gsize size;

  if (strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") != strlen (text)
      || strlen (text) % 4 != 0)
    return fail (self, line, error, "the value is no base64", name);
  plain = (char *) g_base64_decode (text, &size);
  if (!g_utf8_validate (plain, (gssize) size, NULL))
    return fail (self, line, error, "the value is no UTF-8 text", name);
  *value = g_strndup (plain, size);
  return TRUE;
}

/* "name: text" or "name:: base64". *name stays NULL for an attribute that is not wanted. "name:< url" would have
 * us read a file that the author of this one chose, so it is refused. */
static gboolean
split (const Reader *self, guint number, const char *line, char **name, char **value, GError **error)
{
  const char *colon = strchr (line, ':');
  g_autofree char *found = NULL;

  if (colon == NULL || colon == line)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "%s:%u: \"%.60s\" is no \"name: value\"", self->file, number,
                   line);
      return FALSE;
    }
  found = g_ascii_strdown (line, colon - line);
  found[strcspn (found, ";")] = '\0';
  if (!is_wanted (found))
    return TRUE;
  if (colon[1] == '<')
    return fail (self, number, error, "values from a URL are not read", found);
  if (colon[1] == ':')
    {
      if (!decode (self, number, found, colon + 2, value, error))
        return FALSE;
    }
  else
    *value = g_strstrip (g_strdup (colon + 1));
  *name = g_steal_pointer (&found);
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
  if (g_str_has_prefix (value, "SMTP:"))
    {
      g_free (object->primary);
      object->primary = g_strdup (value + 5);
    }
  else if (strchr (value, ':') == NULL || g_ascii_strncasecmp (value, "smtp:", 5) == 0
           || g_ascii_strncasecmp (value, "x500:", 5) == 0
           || g_ascii_strncasecmp (value, "notes:", 6) == 0)
    ist_object_add_key (object, value);
}

static void
take_dn (IstObject *object, const char *value)
{
  char *name = ist_object_notes_name (value);

  if (name == NULL)
    return;
  g_free (object->notes_name);
  object->notes_name = name;
}

/* The common name of the group's DN; "\\," in it is a comma. */
static void
take_group (IstObject *object, const char *value)
{
  GString *name;

  if (g_ascii_strncasecmp (value, "cn=", 3) != 0)
    return;
  name = g_string_new (NULL);
  for (const char *p = value + 3; *p != '\0' && *p != ','; p++)
    {
      if (*p == '\\' && p[1] != '\0')
        p++;
      g_string_append_c (name, *p);
    }
  g_ptr_array_add (object->groups, g_string_free (name, FALSE));
}

static gboolean
is_one_of (const char *const *names, const char *value)
{
  for (; *names != NULL; names++)
    if (g_ascii_strcasecmp (*names, value) == 0)
      return TRUE;
  return FALSE;
}

static void
take_class (Record *record, const char *value)
{
  static const char *const groups[]
      = { "group", "dominogroup", "groupofnames", "groupofuniquenames", NULL };

  record->object->is_group |= is_one_of (groups, value);
  record->is_pointer |= g_ascii_strcasecmp (value, "contact") == 0;
}

static void
take_attribute (Record *record, const char *name, const char *value)
{
  IstObject *object = record->object;

  if (strcmp (name, "dn") == 0)
    take_dn (object, value);
  else if (strcmp (name, "mail") == 0)
    {
      set_once (&object->primary, value);
      ist_object_add_key (object, value);
    }
  else if (strcmp (name, "proxyaddresses") == 0)
    take_proxy (object, value);
  else if (strcmp (name, "legacyexchangedn") == 0 || strcmp (name, "uid") == 0)
    ist_object_add_key (object, value);
  else if (strcmp (name, "displayname") == 0)
    {
      g_free (object->display_name);
      object->display_name = g_strdup (value);
    }
  else if (strcmp (name, "preferredlanguage") == 0) /* RFC 2798 2.7; the first of a list counts */
    {
      g_free (object->language);
      object->language = g_strndup (value, strcspn (value, ",; "));
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
    take_class (record, value);
}

/* Objects without a mail address are no recipients. A contact of Active Directory points to somebody who lives
 * elsewhere, and elsewhere's own directory tells about him. Both are passed over. */
static gboolean
give (Record *record, IstObjectSink each, gpointer user, GError **error)
{
  g_autoptr (IstObject) object = g_steal_pointer (&record->object);

  if (object == NULL || record->is_pointer || object->primary == NULL
      || !ist_object_is_address (object->primary))
    return TRUE;
  return each (user, g_steal_pointer (&object), error);
}

static gboolean
take_line (Record *record, const Reader *reader, guint number, const char *line, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *value = NULL;

  if (!split (reader, number, line, &name, &value, error))
    return FALSE;
  if (record->object == NULL)
    {
      record->object = ist_object_new ();
      record->is_pointer = FALSE;
    }
  if (name == NULL)
    return TRUE;
  if (strcmp (name, "changetype") == 0 && g_ascii_strcasecmp (value, "add") != 0)
    return fail (reader, number, error, "only content is read, not changes to it: export whole entries",
                 "changetype");
  take_attribute (record, name, value);
  return TRUE;
}

gboolean
ist_ldif_read (const char *file, const char *text, IstObjectSink each, gpointer user, GError **error)
{
  Reader reader = { file, g_str_has_prefix (text, "\xEF\xBB\xBF") ? text + 3 : text, 1 };
  g_autoptr (GString) line = g_string_new (NULL);
  Record record = { NULL, FALSE };
  gboolean more = TRUE;
  gboolean ok = TRUE;

  while (ok && more)
    {
      guint number = reader.line;

      more = read_line (&reader, line);
      if (!more || line->len == 0)
        ok = give (&record, each, user, error);
      else if (line->str[0] != '#' && g_ascii_strncasecmp (line->str, "version:", 8) != 0)
        ok = take_line (&record, &reader, number, line->str, error);
    }
  ist_object_free (record.object);
  return ok;
}
