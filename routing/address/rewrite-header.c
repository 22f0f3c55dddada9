/*
 * routing/address/rewrite-header.c - the fields: only the bytes of an address that changes are replaced.
 */
#include "routing/address/rewrite-private.h"

#include "base/address.h"
#include "routing/address/header-field.h"
#include "routing/address/notes-name.h"

#include <string.h>

/* A longer field is no list that people wrote; its addresses stay, the guard still sees it. */
#define MAX_FIELD (1024 * 1024)
/* So many changes are told one by one. */
#define MAX_NOTES 50
/* So many domains in other letters than ASCII are compared in one header: IDNA costs time. */
#define MAX_IDNA 10000

static const char *const address_fields[]
    = { "From",           "Sender",          "Reply-To",          "To",
        "Cc",             "Bcc",             "Resent-From",       "Resent-Sender",
        "Resent-To",      "Resent-Cc",       "Resent-Bcc",        "Resent-Reply-To",
        "Errors-To",      "Apparently-To",   "Return-Receipt-To", "Disposition-Notification-To",
        "Mail-Reply-To",  "Mail-Followup-To", "X-Confirm-Reading-To", NULL };

/* What servers on the way wrote: never changed (RFC 5321 4.4, RFC 8601 5, RFC 6376, RFC 8617). Nobody replies to
 * what stands there, and a changed Delivered-To would blind another system's loop detection. */
static const char *const trace_fields[]
    = { "Received",       "X-Received",     "Delivered-To",               "Authentication-Results",
        "Received-SPF",   "DKIM-Signature", "DomainKey-Signature",        "ARC-Seal",
        "ARC-Message-Signature", "ARC-Authentication-Results", NULL };

typedef struct
{
  IstRewriter *rewriter;
  IstMessage *message;
  guint n_notes;
  guint n_idna;
} Run;

static gboolean
is_in (const char *const *list, const char *name)
{
  for (; *list != NULL; list++)
    if (g_ascii_strcasecmp (*list, name) == 0)
      return TRUE;
  return FALSE;
}

static void
note (Run *run, const char *field, const char *old, const char *new_)
{
  if (++run->n_notes <= MAX_NOTES)
    ist_message_note (run->message, "address-rewrite", "%s: %s became %s", field, old, new_);
}

/* A range of the field without folding. */
static char *
plain (const char *raw, gsize from, gsize size)
{
  GString *out = g_string_new (NULL);

  for (gsize i = from; i < from + size; i++)
    if (raw[i] != '\r' && raw[i] != '\n')
      g_string_append_c (out, raw[i]);
  return g_string_free (out, FALSE);
}

/* ---- display phrases ---- */

/* Without its quotes; NULL when it holds what only a parser of its own could copy (escapes, encoded words, shifts of
 * ISO-2022, between which a slash is half a letter). */
static char *
phrase_text (const char *raw, const IstMailboxSpan *span)
{
  g_autofree char *text = plain (raw, span->phrase, span->phrase_size);
  gsize length = strlen (text);

  if (strpbrk (text, "\\\x1b") != NULL || strstr (text, "=?") != NULL)
    return NULL;
  if (length >= 2 && text[0] == '"' && strchr (text + 1, '"') == text + length - 1)
    return g_strndup (text + 1, length - 2);
  return strchr (text, '"') == NULL ? g_steal_pointer (&text) : NULL;
}

/* "John Doe/Sales/Acme" <…>: the common name, when it surely is a Notes name: canonical, known to the directory,
 * or with three parts before an address of ours. "Sales/Marketing" may be a department. */
static char *
common_name (const IstRewriter *self, const char *raw, const IstMailboxSpan *span, const char *address)
{
  g_autofree char *text = NULL;
  g_autofree char *known = NULL;
  const char *slash;

  if (!self->steps->notes_names || self->from != IST_SIDE_DOMINO || span->phrase_size == 0)
    return NULL;
  text = phrase_text (raw, span);
  if (text == NULL || !ist_notes_name_is (text))
    return NULL;
  slash = strchr (text, '/');
  known = ist_decoder_name (self->decoder, text);
  if (known == NULL && g_ascii_strncasecmp (text, "CN=", 3) != 0
      && (strchr (slash + 1, '/') == NULL
          || !ist_decoder_is_ours (self->decoder, ist_address_domain (address))))
    return NULL;
  return ist_notes_name_common (text);
}

/* "To: John Doe/Sales/Acme@ACME" has no brackets; the person's name must not get lost with the Notes name. */
static void
append_bare (GString *out, const char *old, const char *address)
{
  g_autofree char *local = NULL;
  g_autofree char *common = NULL;

  if (!ist_notes_name_is (old) || strpbrk (old, "\"\\") != NULL)
    {
      g_string_append (out, address);
      return;
    }
  common = ist_notes_name_common (old);
  if (ist_address_split (old, &local, NULL))
    g_strdelimit (common, "_", ' ');
  g_string_append_printf (out, "\"%s\" <%s>", common, address);
}

/* ---- address fields ---- */

typedef struct
{
  const char *name;
  const char *raw;
  gsize size;
  gsize pos;     /* all before it is in `out` */
  GString *out;
  gboolean changed;
} Field;

static void
replace (Field *field, gsize from, gsize size, const char *with)
{
  g_string_append_len (field->out, field->raw + field->pos, (gssize) (from - field->pos));
  g_string_append (field->out, with);
  field->pos = from + size;
  field->changed = TRUE;
}

/* A display name with commas, '@' or quotes confuses old systems; the bare address never does. */
static void
replace_by_address (Run *run, Field *field, const IstMailboxSpan *span, const char *address)
{
  g_autofree char *old = plain (field->raw, span->phrase, span->phrase_size);
  gsize end = span->address + span->address_size;

  while (end < field->size && field->raw[end] != '>')
    end++;
  replace (field, span->phrase, MIN (end + 1, field->size) - span->phrase, address);
  note (run, field->name, old, address);
}

static void
rewrite_mailbox (Run *run, Field *field, const IstMailboxSpan *span)
{
  IstRewriter *self = run->rewriter;
  g_autofree char *old = plain (field->raw, span->address, span->address_size);
  gboolean other;
  g_autofree char *address = ist_rewriter_address (self, old, &other);
  g_autofree char *common = NULL;
  g_autofree char *phrase = NULL;

  if (self->steps->friendly_names && span->phrase_size > 0 && ist_decoder_is_plain (address))
    {
      replace_by_address (run, field, span, address);
      return;
    }
  common = common_name (self, field->raw, span, address);
  if (common != NULL)
    {
      gboolean quoted = field->raw[span->phrase] == '"';

      phrase = g_strdup_printf (quoted ? "\"%s\"" : "%s", common);
      replace (field, span->phrase, span->phrase_size, phrase);
      note (run, field->name, "a Notes name", phrase);
    }
  if (!other)
    return;
  if (span->bracketed)
    replace (field, span->address, span->address_size, address);
  else
    {
      g_autoptr (GString) bare = g_string_new (NULL);

      append_bare (bare, old, address);
      replace (field, span->address, span->address_size, bare->str);
    }
  note (run, field->name, old, address);
}

static void
rewrite_field (Run *run, guint index)
{
  g_autofree char *name = g_strdup (ist_message_field_name (run->message, index));
  Field field = { .name = name };
  g_autoptr (GArray) spans = NULL;
  g_autoptr (GString) out = NULL;

  field.raw = ist_message_field_raw (run->message, index, &field.size);
  if (field.size > MAX_FIELD || memchr (field.raw, '\0', field.size) != NULL
      || field.raw[field.size - 1] != '\n')
    return;
  spans = ist_header_mailboxes (field.raw, field.size);
  out = field.out = g_string_sized_new (field.size + 64);
  for (guint i = 0; i < spans->len; i++)
    rewrite_mailbox (run, &field, &g_array_index (spans, IstMailboxSpan, i));
  if (!field.changed)
    return;
  g_string_append_len (out, field.raw + field.pos, (gssize) (field.size - field.pos));
  ist_message_set_field (run->message, index, out->str);
}

/* ---- the guard (docs/addresses.md, "Routing sub-domains") ---- */

static gboolean
is_domain_byte (char c)
{
  return g_ascii_isalnum (c) || c == '.' || c == '-' || c == '_' || (guchar) c >= 128;
}

/* Behind the next '@' at or after `pos`, also as a URL or an encoded word writes it; the size when there is
 * none. */
static gsize
behind_at (const char *raw, gsize size, gsize pos, gboolean encoded_words)
{
  for (; pos < size; pos++)
    {
      if (raw[pos] == '@')
        return pos + 1;
      if ((raw[pos] == '%' || (raw[pos] == '=' && encoded_words)) && size - pos > 3
          && raw[pos + 1] == '4' && raw[pos + 2] == '0')
        return pos + 3;
    }
  return size;
}

static const char *
primary_of (Run *run, const char *domain)
{
  if (domain[0] == '\0' || (!ist_is_ascii (domain) && ++run->n_idna > MAX_IDNA))
    return NULL;
  return ist_rewriter_primary_domain (run->rewriter, domain);
}

/* Whatever field a routing sub-domain stands in as the domain of an address or an id: it becomes the primary
 * domain. The same id becomes the same new id in Message-ID, In-Reply-To and References of every message, so
 * threads hold together. */
static void
guard_field (Run *run, guint index)
{
  gsize size;
  const char *raw = ist_message_field_raw (run->message, index, &size);
  gboolean encoded_words = g_strstr_len (raw, (gssize) size, "=?") != NULL;
  g_autofree char *name = NULL;
  g_autoptr (GString) out = NULL;
  gsize pos = 0;

  if (memchr (raw, '\0', size) != NULL || raw[size - 1] != '\n')
    return;
  for (gsize start = behind_at (raw, size, 0, encoded_words); start < size;
       start = behind_at (raw, size, start, encoded_words))
    {
      gsize end = start;
      g_autofree char *domain = NULL;
      const char *primary;

      while (end < size && end - start <= 256 && is_domain_byte (raw[end]))
        end++;
      while (end > start && raw[end - 1] == '.')
        end--;
      domain = g_strndup (raw + start, end - start);
      primary = primary_of (run, domain);
      if (primary == NULL)
        continue;
      if (out == NULL)
        out = g_string_sized_new (size);
      g_string_append_len (out, raw + pos, (gssize) (start - pos));
      g_string_append (out, primary);
      pos = start = end;
    }
  if (out == NULL)
    return;
  g_string_append_len (out, raw + pos, (gssize) (size - pos));
  name = g_strdup (ist_message_field_name (run->message, index));
  note (run, name, "a routing sub-domain", "its primary domain");
  ist_message_set_field (run->message, index, out->str);
}

void
ist_rewriter_header (IstRewriter *self, IstMessage *message)
{
  Run run = { self, message, 0, 0 };
  gboolean guarded = self->steps->subdomain_to_primary && self->subdomains->len > 0;

  if (!self->steps->enabled)
    return;
  for (guint i = 0; i < ist_message_n_fields (message); i++)
    {
      const char *name = ist_message_field_name (message, i);

      if (name[0] == '\0' || is_in (trace_fields, name))
        continue;
      if (is_in (address_fields, name))
        rewrite_field (&run, i);
      if (guarded)
        guard_field (&run, i);
    }
  if (run.n_notes > MAX_NOTES)
    ist_message_note (message, "address-rewrite", "and %u more changes of this kind",
                      run.n_notes - MAX_NOTES);
}
