#include "base/imcea.h"

#include <string.h>

/* Exchange refuses a longer name part (recipient resolution documents of Exchange Server). */
#define MAX_NAME 315

gboolean
ist_imcea_decode (const char *local, char **type, char **address)
{
  const char *dash = strchr (local, '-');
  g_autoptr (GString) out = NULL;

  if (g_ascii_strncasecmp (local, "IMCEA", 5) != 0 || dash == NULL || dash <= local + 5
      || dash - local > 20 || dash[1] == '\0')
    return FALSE;
  out = g_string_new (NULL);
  for (const char *p = dash + 1; *p != '\0'; p++)
    {
      if (*p == '_')
        g_string_append_c (out, '/');
      else if (*p != '+')
        g_string_append_c (out, *p);
      else if (g_ascii_isxdigit (p[1]) && g_ascii_isxdigit (p[2]) && (p[1] != '0' || p[2] != '0'))
        {
          g_string_append_c (out,
                             (char) (g_ascii_xdigit_value (p[1]) * 16 + g_ascii_xdigit_value (p[2])));
          p += 2;
        }
      else
        return FALSE;
    }
  if (strpbrk (out->str, "\r\n") != NULL || !g_utf8_validate (out->str, (gssize) out->len, NULL))
    return FALSE;
  *type = g_ascii_strup (local + 5, dash - local - 5);
  *address = g_string_free (g_steal_pointer (&out), FALSE);
  return TRUE;
}

char *
ist_imcea_encode (const char *type, const char *address)
{
  g_autoptr (GString) out = g_string_new ("IMCEA");

  g_string_append_printf (out, "%s-", type);
  for (const char *p = address; *p != '\0'; p++)
    {
      if (g_ascii_isalnum (*p) || *p == '-' || *p == '=')
        g_string_append_c (out, *p);
      else if (*p == '/')
        g_string_append_c (out, '_');
      else
        g_string_append_printf (out, "+%02X", (guchar) *p);
    }
  return out->len <= MAX_NAME ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}
