/*
 * routing/address/rewrite-header.c - the fields: only the bytes of an address that changes are replaced.
 */
#include "routing/address/rewrite-private.h"

#include "base/address.h"
#include "routing/address/header-field.h"

#include <string.h>

#define MAX_FIELD (1024 * 1024)

static const char *const address_fields[]
    = { "From",          "Sender",      "Reply-To",     "To",          "Cc",
        "Bcc",           "Resent-From", "Resent-Sender", "Resent-To",  "Resent-Cc",
        "Resent-Bcc",    "Resent-Reply-To", "Return-Receipt-To", "Disposition-Notification-To",
        "Errors-To",     "Apparently-To", NULL };
static const char *const id_fields[] = { "Message-ID", "In-Reply-To", "References", NULL };

static gboolean
is_in (const char *const *list, const char *name)
{
  for (; *list != NULL; list++)
    if (g_ascii_strcasecmp (*list, name) == 0)
      return TRUE;
  return FALSE;
}

/* The bytes of an address without folding. */
static char *
plain (const char *raw, const IstMailboxSpan *span)
{
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < span->address_size; i++)
    {
      char c = raw[span->address + i];

      if (c != '\r' && c != '\n')
        g_string_append_c (out, c);
    }
  return g_string_free (out, FALSE);
}

/* M6: a display name with commas, '@' or quotes confuses old systems; the bare address never does. */
static gboolean
drops_phrase (const IstRewriter *self, const IstMailboxSpan *span)
{
  return self->steps->friendly_names && span->phrase_size > 0;
}

/* "To: John Doe/Sales/Acme@ACME" has no brackets; the person's name must not get lost with the Notes name. */
static void
append_mailbox (GString *out, const IstMailboxSpan *span, const char *old, const char *address)
{
  gsize slash = strcspn (old, "/@");

  if (!span->bracketed && old[slash] == '/' && strpbrk (old, "\"\\") == NULL)
    g_string_append_printf (out, "\"%.*s\" <%s>",
                            (int) (g_ascii_strncasecmp (old, "CN=", 3) == 0 ? slash - 3 : slash),
                            g_ascii_strncasecmp (old, "CN=", 3) == 0 ? old + 3 : old, address);
  else
    g_string_append (out, address);
}

static void
rewrite_field (IstRewriter *self, IstMessage *message, guint index)
{
  g_autofree char *name = g_strdup (ist_message_field_name (message, index));
  gsize size;
  const char *raw = ist_message_field_raw (message, index, &size);
  g_autoptr (GArray) spans = NULL;
  g_autoptr (GString) out = NULL;
  gsize pos = 0;
  gboolean changed = FALSE;

  if (size > MAX_FIELD || memchr (raw, '\0', size) != NULL)
    return;
  spans = ist_header_mailboxes (raw, size);
  out = g_string_sized_new (size + 64);
  for (guint i = 0; i < spans->len; i++)
    {
      const IstMailboxSpan *span = &g_array_index (spans, IstMailboxSpan, i);
      g_autofree char *old = plain (raw, span);
      gboolean other;
      g_autofree char *address = ist_rewriter_address (self, old, &other);
      gsize from = drops_phrase (self, span) ? span->phrase : span->address;

      if (!other && from == span->address)
        continue;
      changed = TRUE;
      g_string_append_len (out, raw + pos, (gssize) (from - pos));
      pos = span->address + span->address_size;
      if (from != span->address)
        {
          g_string_append (out, address);
          pos += pos < size && raw[pos] == '>';
        }
      else
        append_mailbox (out, span, old, address);
      if (other)
        ist_message_note (message, "address-rewrite", "%s: <%s> became <%s>", name, old, address);
    }
  if (!changed)
    return;
  g_string_append_len (out, raw + pos, (gssize) (size - pos));
  if (g_str_has_suffix (out->str, "\r\n"))
    ist_message_set_field (message, index, out->str);
}

/* A Message-ID made under a routing sub-domain would carry it to the Internet (MAIL-19). The same id becomes the
 * same new id in every field, so threads hold together. */
static void
guard_ids (IstRewriter *self, IstMessage *message, guint index)
{
  g_autofree char *name = g_strdup (ist_message_field_name (message, index));
  gsize size;
  const char *raw = ist_message_field_raw (message, index, &size);
  g_autoptr (GString) out = g_string_sized_new (size + 16);
  gsize pos = 0;
  gboolean changed = FALSE;

  while (size <= MAX_FIELD && pos < size)
    {
      const char *at = memchr (raw + pos, '@', size - pos);
      gsize start = at != NULL ? (gsize) (at - raw) + 1 : size;
      gsize end = start;
      g_autofree char *domain = NULL;
      const char *primary;

      while (end < size && raw[end] != '>' && raw[end] != '\r' && raw[end] != ' ')
        end++;
      domain = g_strndup (raw + start, end - start);
      primary = domain[0] != '\0' ? ist_rewriter_primary_domain (self, domain) : NULL;
      g_string_append_len (out, raw + pos, (gssize) (start - pos));
      g_string_append (out, primary != NULL ? primary : domain);
      changed |= primary != NULL;
      pos = end;
    }
  if (!changed || memchr (raw, '\0', size) != NULL)
    return;
  ist_message_note (message, "address-rewrite", "%s: routing sub-domain replaced", name);
  ist_message_set_field (message, index, out->str);
}

void
ist_rewriter_header (IstRewriter *self, IstMessage *message)
{
  if (!self->steps->enabled)
    return;
  for (guint i = 0; i < ist_message_n_fields (message); i++)
    {
      const char *name = ist_message_field_name (message, i);

      if (is_in (address_fields, name))
        rewrite_field (self, message, i);
      else if (self->steps->subdomain_to_primary && self->subdomains->len > 0
               && is_in (id_fields, name))
        guard_ids (self, message, i);
    }
}
