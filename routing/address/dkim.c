#include "routing/address/rewrite.h"

#include <string.h>

/* More signatures or signed names than real mail has are not looked at. */
#define MAX_SIGNATURES 20
#define MAX_NAMES 200

/* The names in the h= tag (RFC 6376 3.5), lower-case, blanks removed; NULL without one. */
static char *
signed_names (const char *value)
{
  g_auto (GStrv) tags = g_strsplit (value, ";", 50);

  for (guint i = 0; tags[i] != NULL; i++)
    {
      const char *tag = g_strstrip (tags[i]);
      GString *out;

      if (tag[0] != 'h' || (tag[1] != '=' && !g_ascii_isspace (tag[1])))
        continue;
      tag = strchr (tag, '=');
      if (tag == NULL)
        continue;
      out = g_string_new (":");
      for (tag++; *tag != '\0'; tag++)
        if (!g_ascii_isspace (*tag))
          g_string_append_c (out, g_ascii_tolower (*tag));
      g_string_append_c (out, ':');
      return g_string_free (out, FALSE);
    }
  return NULL;
}

static guint
count_fields (const IstMessage *message, const char *name)
{
  guint n = 0;

  for (guint i = ist_message_find_field (message, name, 0); i != IST_MESSAGE_NOT_FOUND;
       i = ist_message_find_field (message, name, i + 1))
    n++;
  return n;
}

/* Does the field now stand as it came in? Changed ones are no longer slices of the original. */
static gboolean
is_original (const IstMessage *message, guint i)
{
  gsize size, body_size;
  const char *raw = ist_message_field_raw (message, i, &size);
  const char *data = ist_body_data (ist_message_original (message), &body_size);

  return raw >= data && raw + size <= data + body_size;
}

/* Was one of the fields of that name changed, removed or added? */
static gboolean
is_touched (const IstMessage *before, const IstMessage *message, const char *name)
{
  for (guint i = ist_message_find_field (message, name, 0); i != IST_MESSAGE_NOT_FOUND;
       i = ist_message_find_field (message, name, i + 1))
    if (!is_original (message, i))
      return TRUE;
  return count_fields (before, name) != count_fields (message, name);
}

static gboolean
breaks (const IstMessage *before, const IstMessage *message, const char *names)
{
  g_auto (GStrv) list = NULL;

  if (ist_message_body_is_changed (message))
    return TRUE;
  list = g_strsplit (names, ":", MAX_NAMES);
  for (guint i = 0; list[i] != NULL; i++)
    if (list[i][0] != '\0' && is_touched (before, message, list[i]))
      return TRUE;
  return FALSE;
}

static void
rename_field (IstMessage *message, guint i)
{
  gsize size;
  const char *raw = ist_message_field_raw (message, i, &size);
  g_autofree char *renamed = NULL;

  if (memchr (raw, '\0', size) != NULL || raw[size - 1] != '\n')
    return;
  renamed = g_strdup_printf ("X-Isthmus-Broken-%.*s", (int) size, raw);
  ist_message_set_field (message, i, renamed);
}

gboolean
ist_rewriter_dkim (IstMessage *message, gboolean rename)
{
  g_autoptr (IstMessage) before = NULL;
  gboolean broken = FALSE;
  guint n = 0;

  if (!ist_message_is_changed (message))
    return FALSE;
  before = ist_message_new (ist_message_original (message));
  for (guint i = ist_message_find_field (message, "DKIM-Signature", 0);
       i != IST_MESSAGE_NOT_FOUND && n < MAX_SIGNATURES;
       i = ist_message_find_field (message, "DKIM-Signature", i + 1), n++)
    {
      g_autofree char *value = ist_message_field_value (message, i);
      g_autofree char *names = signed_names (value);

      if (names == NULL || !breaks (before, message, names))
        continue;
      broken = TRUE;
      ist_message_note (message, "signature-broken", "a needed change breaks a DKIM signature%s",
                        rename ? "; the field was renamed" : "");
      if (rename)
        rename_field (message, i);
    }
  return broken;
}
