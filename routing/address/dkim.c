#include "routing/address/rewrite.h"

#include <string.h>

/* The names in the h= tag (RFC 6376 3.5), lower-case, blanks removed; NULL without one. */
static char *
signed_names (const char *value)
{
  g_auto (GStrv) tags = g_strsplit (value, ";", 50);

  for (guint i = 0; tags[i] != NULL; i++)
    {
      const char *tag = g_strstrip (tags[i]);
      GString *out;

      if (tag[0] != 'h' || (tag[1] != '=' && tag[1] != ' '))
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

/* Does the field now stand as it came in? Changed ones are no longer slices of the original. */
static gboolean
is_original (IstMessage *message, guint i)
{
  gsize size, body_size;
  const char *raw = ist_message_field_raw (message, i, &size);
  const char *data = ist_body_data (ist_message_original (message), &body_size);

  return raw >= data && raw + size <= data + body_size;
}

static gboolean
breaks (IstMessage *message, const char *names)
{
  for (guint i = 0; i < ist_message_n_fields (message); i++)
    {
      g_autofree char *name = NULL;

      if (is_original (message, i))
        continue;
      name = g_strdup_printf (":%s:", ist_message_field_name (message, i));
      for (char *p = name; *p != '\0'; p++)
        *p = g_ascii_tolower (*p);
      if (strstr (names, name) != NULL)
        return TRUE;
    }
  return FALSE;
}

gboolean
ist_rewriter_dkim (IstMessage *message, gboolean rename)
{
  gboolean broken = FALSE;

  for (guint i = ist_message_find_field (message, "DKIM-Signature", 0); i != IST_MESSAGE_NOT_FOUND;
       i = ist_message_find_field (message, "DKIM-Signature", i + 1))
    {
      g_autofree char *value = ist_message_field_value (message, i);
      g_autofree char *names = signed_names (value);
      g_autofree char *renamed = NULL;
      const char *raw;
      gsize size;

      if (names == NULL || !breaks (message, names))
        continue;
      broken = TRUE;
      ist_message_note (message, "signature-broken", "a needed change breaks a DKIM signature%s",
                        rename ? "; the field was renamed" : "");
      if (!rename)
        continue;
      raw = ist_message_field_raw (message, i, &size);
      renamed = g_strdup_printf ("X-Isthmus-Broken-%.*s", (int) size, raw);
      ist_message_set_field (message, i, renamed);
    }
  return broken;
}
