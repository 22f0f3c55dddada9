#include "base/address.h"

#include <string.h>
#include <unicode/uidna.h>

gboolean
ist_is_ascii (const char *text)
{
  for (; *text != '\0'; text++)
    if ((guchar) *text >= 128)
      return FALSE;
  return TRUE;
}

/* Position of the last '@' outside quotes, or NULL; also NULL when a quote is left open. */
static const char *
find_at (const char *address)
{
  const char *at = NULL;
  gboolean quoted = FALSE;

  for (const char *p = address; *p != '\0'; p++)
    if (*p == '\\' && quoted && p[1] != '\0')
      p++;
    else if (*p == '"')
      quoted = !quoted;
    else if (*p == '@' && !quoted)
      at = p;
  return quoted ? NULL : at;
}

const char *
ist_address_domain (const char *address)
{
  const char *at = find_at (address);

  return at != NULL ? at + 1 : NULL;
}

static gboolean
has_bad_bytes (const char *address)
{
  gboolean quoted = FALSE;

  for (const char *p = address; *p != '\0'; p++)
    {
      if (*p == '\\' && quoted && p[1] != '\0')
        p++;
      else if (*p == '"')
        quoted = !quoted;
      else if (*p == ' ' && !quoted)
        return TRUE;
      if ((guchar) *p < 32 || *p == 127)
        return TRUE;
    }
  return FALSE;
}

gboolean
ist_address_split (const char *address, char **local, char **domain)
{
  const char *at = find_at (address);

  if (at == NULL || at == address || at[1] == '\0' || strlen (address) > IST_ADDRESS_MAX
      || has_bad_bytes (address))
    return FALSE;
  if (local != NULL)
    *local = g_strndup (address, (gsize) (at - address));
  if (domain != NULL)
    *domain = g_strdup (at + 1);
  return TRUE;
}

/* Unquoted local parts are dot-atoms in RFC 5321; phones and Domino write dots anywhere and Notes
 * names bring '/' (an atext). Specials that would change what the address means stay forbidden. */
static gboolean
local_is_valid (const char *local)
{
  gsize length = strlen (local);

  if (local[0] == '"')
    {
      gsize i = 1;

      for (; i < length && local[i] != '"'; i++)
        if (local[i] == '\\' && ++i >= length)
          return FALSE;
      return i == length - 1;
    }
  return strpbrk (local, "()<>[]:;\\,\" ") == NULL;
}

static gboolean
literal_is_valid (const char *domain)
{
  gsize length = strlen (domain);
  g_autofree char *inner = NULL;

  if (length < 4 || domain[length - 1] != ']')
    return FALSE;
  inner = g_strndup (domain + 1, length - 2);
  if (g_ascii_strncasecmp (inner, "IPv6:", 5) == 0)
    return g_hostname_is_ip_address (inner + 5) && strchr (inner + 5, ':') != NULL;
  return g_hostname_is_ip_address (inner) && strchr (inner, ':') == NULL;
}

gboolean
ist_domain_is_valid (const char *domain, gboolean utf8)
{
  gsize label = 0;
  gsize length = strlen (domain);

  if (domain[0] == '[')
    return literal_is_valid (domain);
  if (length == 0 || length > 255 || !g_utf8_validate (domain, -1, NULL))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      guchar c = (guchar) domain[i];

      if (c == '.')
        {
          if (label == 0 || domain[i - 1] == '-')
            return FALSE;
          label = 0;
          continue;
        }
      if (c >= 128 ? !utf8 : !(g_ascii_isalnum (c) || c == '_' || (c == '-' && label > 0)))
        return FALSE;
      if (++label > (utf8 ? 255 : 63))
        return FALSE;
    }
  return label > 0 && domain[length - 1] != '-';
}

gboolean
ist_address_is_valid (const char *address, gboolean utf8)
{
  g_autofree char *local = NULL;
  g_autofree char *domain = NULL;

  if (!g_utf8_validate (address, -1, NULL) || (!utf8 && !ist_is_ascii (address)))
    return FALSE;
  return ist_address_split (address, &local, &domain) && local_is_valid (local)
         && ist_domain_is_valid (domain, utf8);
}

/* UTS #46, non-transitional: a name is equal to another exactly when their A-labels are. */
static char *
idna_key (const char *domain)
{
  UErrorCode status = U_ZERO_ERROR;
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  UIDNA *idna = uidna_openUTS46 (UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI
                                     | UIDNA_CHECK_CONTEXTJ,
                                 &status);
  char out[512];
  gint32 length;

  if (U_FAILURE (status))
    return NULL;
  length = uidna_nameToASCII_UTF8 (idna, domain, -1, out, sizeof out, &info, &status);
  uidna_close (idna);
  if (U_FAILURE (status) || info.errors != 0 || length <= 0 || (gsize) length >= sizeof out)
    return NULL;
  /* Full-width forms map to ASCII: a final dot may appear only here, and so may '@' or a blank. */
  out[length] = '\0';
  if (length > 1 && out[length - 1] == '.')
    out[length - 1] = '\0';
  return ist_domain_is_valid (out, FALSE) ? g_ascii_strdown (out, -1) : NULL;
}

char *
ist_domain_key (const char *domain)
{
  gsize length = strlen (domain);
  g_autofree char *plain = NULL;

  if (length > 1 && domain[length - 1] == '.')
    length--;
  if (length == 0 || length > 255 || domain[length - 1] == '.')
    return NULL;
  if (ist_is_ascii (domain))
    return g_ascii_strdown (domain, (gssize) length);
  plain = g_strndup (domain, length);
  return g_utf8_validate (plain, -1, NULL) ? idna_key (plain) : NULL;
}

static char *
local_key (const char *local)
{
  g_autofree char *plain = ist_address_unquote_local (local);
  g_autofree char *composed = NULL;

  /* GLib would decode overlong forms, so that two spellings of one byte became equal. */
  if (!g_utf8_validate (plain, -1, NULL) || ist_is_ascii (plain))
    return g_ascii_strdown (plain, -1);
  composed = g_utf8_normalize (plain, -1, G_NORMALIZE_NFC);
  return composed != NULL ? g_utf8_strdown (composed, -1) : g_strdup (plain);
}

/* Letters, digits and what else may stand unquoted in a local part, one '@', a host name: nearly every address there
 * is. Its key is itself in lower case. */
static gboolean
is_plain (const char *address)
{
  const char *at = NULL;
  const char *p = address;

  for (; *p != '\0'; p++)
    if (*p == '@' && at == NULL && p > address && p[-1] != '.')
      at = p;
    else if (*p == '.' ? p == address || p[-1] == '.' || p[-1] == '@'
                       : !g_ascii_isalnum (*p) && (at != NULL ? *p != '-' : strchr ("_-+/='", *p) == NULL))
      return FALSE;
  return at != NULL && p > at + 1 && p[-1] != '.' && p - address <= IST_ADDRESS_MAX && p - at - 1 <= 255;
}

char *
ist_address_key (const char *address)
{
  g_autofree char *local = NULL;
  g_autofree char *domain = NULL;
  g_autofree char *lkey = NULL;
  g_autofree char *dkey = NULL;
  g_autofree char *quoted = NULL;

  if (is_plain (address))
    return g_ascii_strdown (address, -1);
  if (!ist_address_split (address, &local, &domain))
    return NULL;
  dkey = ist_domain_key (domain);
  if (dkey == NULL)
    return NULL;
  lkey = local_key (local);
  quoted = ist_address_quote_local (lkey);
  return g_strdup_printf ("%s@%s", quoted, dkey);
}

char *
ist_address_unquote_local (const char *local)
{
  gsize length = strlen (local);
  GString *out;

  if (length < 2 || local[0] != '"' || local[length - 1] != '"')
    return g_strdup (local);
  out = g_string_sized_new (length);
  for (gsize i = 1; i < length - 1; i++)
    {
      if (local[i] == '\\' && i + 1 < length - 1)
        i++;
      g_string_append_c (out, local[i]);
    }
  return g_string_free (out, FALSE);
}

char *
ist_address_quote_local (const char *text)
{
  GString *out;

  if (text[0] != '\0' && strpbrk (text, "()<>[]:;@\\,\" \t") == NULL && text[0] != '.'
      && !g_str_has_suffix (text, ".") && strstr (text, "..") == NULL)
    return g_strdup (text);
  out = g_string_new ("\"");
  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
  return g_string_free (out, FALSE);
}

char *
ist_xtext_encode (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    if (*p > 32 && *p < 127 && *p != '+' && *p != '=')
      g_string_append_c (out, *p);
    else
      g_string_append_printf (out, "+%02X", (guchar) *p);
  return g_string_free (out, FALSE);
}

char *
ist_xtext_decode (const char *text)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p <= 32 || *p == 127 || *p == '=')
        return NULL;
      if (*p != '+')
        {
          g_string_append_c (out, *p);
          continue;
        }
      if (!g_ascii_isxdigit (p[1]) || !g_ascii_isxdigit (p[2])
          || (p[1] == '0' && p[2] == '0'))
        return NULL;
      g_string_append_c (out, (char) (g_ascii_xdigit_value (p[1]) * 16 + g_ascii_xdigit_value (p[2])));
      p += 2;
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
