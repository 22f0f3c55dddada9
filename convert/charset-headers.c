/*
 * convert/charset-headers.c - raw 8-bit header fields as encoded words (RFC 2047). Part of charset-repair.
 *
 * In the fields of addresses a phrase or a comment is encoded (RFC 2047 5, rules 2 and 3), quotes around it go with it,
 * since words inside quotes are not decoded; addresses stay. In all other fields words are encoded where they stand.
 */
#include "convert/charset-private.h"

#include "base/gmime-auto.h"
#include "base/text-scan.h"

#include <string.h>

#define MAX_FIELD 65536 /* longer ones stay */
#define MAX_LINE 76     /* RFC 2047 2 */
#define FRAME 12        /* "=?utf-8?B?" and "?=" */

typedef struct
{
  GString *out;
  gsize column;
  gboolean glued; /* the next piece follows without a blank */
} Writer;

static gboolean
is_raw (const char *data, gsize size)
{
  return ist_text_has_high_bit (data, size) || memchr (data, 0x1B, size) != NULL;
}

static gboolean
is_raw_field (const IstMessage *message, guint i)
{
  gsize size;
  const char *data = ist_message_field_raw (message, i, &size);

  return size <= MAX_FIELD && is_raw (data, size);
}

/* ---- writing ---- */

static void
fold (Writer *self)
{
  g_string_append (self->out, "\r\n ");
  self->column = 1;
}

/* A piece that is not broken, behind a blank. */
static void
write_piece (Writer *self, const char *piece, gsize size)
{
  if (self->glued)
    self->glued = FALSE;
  else if (self->column + 1 + size > MAX_LINE && self->column > 1)
    fold (self);
  else if (self->column > 1)
    {
      g_string_append_c (self->out, ' ');
      self->column++;
    }
  g_string_append_len (self->out, piece, (gssize) size);
  self->column += size;
}

/* As many characters as fit in `room` bytes, at least one. */
static gsize
characters_in (const char *text, gsize size, gsize room)
{
  gsize n = 0;

  while (n < size)
    {
      gsize next = n + (gsize) (g_utf8_next_char (text + n) - (text + n));

      if (next > room && n > 0)
        break;
      n = MIN (next, size);
    }
  return n;
}

/* Blanks between encoded words are not shown (RFC 2047 6.2), so those of the text stand in the words. */
static void
write_encoded (Writer *self, const char *text, gsize size)
{
  while (size > 0)
    {
      gsize room = self->column + 1 + FRAME + 8 <= MAX_LINE ? (MAX_LINE - self->column - 1 - FRAME) / 4 * 3 : 0;
      gsize n = characters_in (text, size, room >= 6 ? room : (MAX_LINE - 1 - FRAME) / 4 * 3);
      g_autofree char *base64 = g_base64_encode ((const guchar *) text, n);
      g_autofree char *word = g_strdup_printf ("=?utf-8?B?%s?=", base64);

      write_piece (self, word, strlen (word));
      text += n;
      size -= n;
    }
}

/* ---- unstructured text ---- */

static gsize
word_length (const char *text)
{
  return strcspn (text, " \t");
}

/* From here to the last raw word that only raw words and blanks lie between. */
static gsize
run_length (const char *text)
{
  gsize end = word_length (text);

  for (;;)
    {
      gsize next = end + strspn (text + end, " \t");
      gsize length = word_length (text + next);

      if (length == 0 || !is_raw (text + next, length))
        return end;
      end = next + length;
    }
}

static void
write_words (Writer *self, const char *text)
{
  text += strspn (text, " \t");
  while (*text != '\0')
    {
      gsize length = word_length (text);

      if (is_raw (text, length))
        {
          length = run_length (text);
          write_encoded (self, text, length);
        }
      else
        write_piece (self, text, length);
      text += length;
      text += strspn (text, " \t");
    }
}

/* ---- addresses ---- */

/* Length of the token that begins here: a quoted string, a comment, "<...>", or up to what separates. */
static gsize
token_length (const char *text)
{
  char close = *text == '"' ? '"' : *text == '(' ? ')' : *text == '<' ? '>' : '\0';
  gsize n = 1;

  if (close == '\0')
    return MAX (strcspn (text, "\"(<,;: \t"), 1);
  for (; text[n] != '\0'; n++)
    if (text[n] == '\\' && text[n + 1] != '\0' && close != '>')
      n++;
    else if (text[n] == close)
      return n + 1;
  return n;
}

static char *
unquoted (const char *text, gsize size)
{
  GString *out = g_string_new (NULL);

  for (gsize i = 1; i + 1 < size; i++)
    {
      if (text[i] == '\\' && i + 2 < size)
        i++;
      g_string_append_c (out, text[i]);
    }
  return g_string_free (out, FALSE);
}

/* The raw atoms that follow each other make one phrase. */
static gsize
atoms_length (const char *text)
{
  gsize end = token_length (text);

  for (;;)
    {
      gsize next = end + strspn (text + end, " \t");

      if (text[next] == '\0' || strchr ("\"(<,;:", text[next]) != NULL
          || !is_raw (text + next, token_length (text + next)))
        return end;
      end = next + token_length (text + next);
    }
}

static void
write_raw_token (Writer *self, const char *text, gsize *length)
{
  g_autofree char *inner = NULL;

  switch (*text)
    {
    case '"':
      inner = unquoted (text, *length);
      write_encoded (self, inner, strlen (inner));
      break;
    case '(':
      inner = unquoted (text, *length);
      write_piece (self, "(", 1);
      self->glued = TRUE;
      write_encoded (self, inner, strlen (inner));
      self->glued = TRUE;
      write_piece (self, ")", 1);
      break;
    default:
      *length = atoms_length (text);
      write_encoded (self, text, *length);
    }
}

static void
write_addresses (Writer *self, const char *text)
{
  text += strspn (text, " \t");
  while (*text != '\0')
    {
      gsize length = token_length (text);

      if (strchr (",;:", *text) != NULL)
        {
          g_string_append_c (self->out, *text);
          self->column++;
        }
      else if (*text != '<' && is_raw (text, length))
        write_raw_token (self, text, &length);
      else
        {
          /* What stood together stays together: "a@b". */
          while (strchr (",;: \t(<\"", text[length]) == NULL
                 && !is_raw (text + length, token_length (text + length)))
            length += token_length (text + length);
          write_piece (self, text, length);
        }
      text += length;
      text += strspn (text, " \t");
    }
}

/* An address with raw bytes in itself (RFC 6532) has no other form; then the whole field stays. */
static gboolean
has_raw_address (const char *text)
{
  gsize length;

  for (; *text != '\0'; text += length)
    {
      length = token_length (text);
      if (is_raw (text, length)
          && (*text == '<' || (*text == '"' && text[length] == '@')
              || (*text != '"' && *text != '(' && memchr (text, '@', length) != NULL)))
        return TRUE;
    }
  return FALSE;
}

/* ---- fields ---- */

static gboolean
is_one_of (const char *const *names, const char *name)
{
  for (; *names != NULL; names++)
    if (g_ascii_strcasecmp (*names, name) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_address_field (const char *name)
{
  static const char *const names[]
      = { "From", "To", "Cc", "Bcc", "Sender", "Reply-To", "Resent-From", "Resent-To", "Resent-Cc", "Resent-Bcc",
          "Resent-Sender", "Resent-Reply-To", "Disposition-Notification-To", "Return-Receipt-To", "Errors-To",
          "Mail-Followup-To", "Mail-Reply-To", NULL };

  return is_one_of (names, name);
}

/* Fields whose syntax has no place for an encoded word, and those that a signature or a trace is made of. */
static gboolean
is_fixed_field (const char *name)
{
  static const char *const names[]
      = { "Received", "Return-Path", "Date", "Resent-Date", "Message-ID", "Resent-Message-ID", "In-Reply-To",
          "References", "MIME-Version", "DKIM-Signature", "DomainKey-Signature", "Authentication-Results",
          "Received-SPF", "Thread-Index", NULL };

  return *name == '\0' || is_one_of (names, name) || g_ascii_strncasecmp (name, "Content-", 8) == 0
         || g_ascii_strncasecmp (name, "ARC-", 4) == 0 || g_ascii_strncasecmp (name, "List-", 5) == 0;
}

static gboolean
repair_field (IstMessage *message, guint i, const char *label)
{
  g_autofree char *name = g_strdup (ist_message_field_name (message, i));
  g_autofree char *value = NULL;
  g_autofree char *text = NULL;
  g_autofree char *raw = NULL;
  Writer writer = { 0 };

  if (is_fixed_field (name) || !is_raw_field (message, i))
    return FALSE;
  value = ist_message_field_value (message, i);
  text = ist_charset_best (value, strlen (value), strchr (value, 0x1B) != NULL ? "iso-2022-jp" : label);
  if (text == NULL || *text == '\0' || strchr (text, 0x1B) != NULL
      || (is_address_field (name) && has_raw_address (text)))
    return FALSE;
  writer.out = g_string_new (name);
  g_string_append_c (writer.out, ':');
  writer.column = writer.out->len;
  if (is_address_field (name))
    write_addresses (&writer, text);
  else
    write_words (&writer, text);
  g_string_append (writer.out, "\r\n");
  raw = g_string_free (writer.out, FALSE);
  ist_message_set_field (message, i, raw);
  return TRUE;
}

guint
ist_charset_repair_fields (IstMessage *message, const char *label)
{
  guint n = 0;

  for (guint i = 0; i < ist_message_n_fields (message); i++)
    n += repair_field (message, i, label);
  return n;
}

/* ---- names of attachments ---- */

static char *
name_in (IstMimeNode *node, const char *field, const char *label)
{
  guint i = ist_message_find_field (node->head, field, 0);
  g_autofree char *value = NULL;
  g_autofree char *text = NULL;

  if (i == IST_MESSAGE_NOT_FOUND || !is_raw_field (node->head, i))
    return NULL;
  value = ist_message_field_value (node->head, i);
  text = ist_charset_best (value, strlen (value), label);
  if (text == NULL)
    return NULL;
  if (g_ascii_strcasecmp (field, "Content-Type") == 0)
    {
      g_autoptr (GMimeContentType) type = g_mime_content_type_parse (NULL, text);

      return type != NULL ? g_strdup (g_mime_content_type_get_parameter (type, "name")) : NULL;
    }
  else
    {
      g_autoptr (GMimeContentDisposition) disposition = g_mime_content_disposition_parse (NULL, text);

      return disposition != NULL ? g_strdup (g_mime_content_disposition_get_parameter (disposition, "filename"))
                                 : NULL;
    }
}

gboolean
ist_charset_repair_name (IstMimeNode *node, const char *label)
{
  g_autofree char *name = name_in (node, "Content-Disposition", label);
  g_autofree char *of_type = name_in (node, "Content-Type", label);

  /* A disposition without raw bytes is right where the type is not. */
  if (name == NULL && of_type != NULL)
    name = ist_message_find_field (node->head, "Content-Disposition", 0) != IST_MESSAGE_NOT_FOUND && node->name != NULL
                   && !is_raw (node->name, strlen (node->name))
               ? g_strdup (node->name)
               : g_steal_pointer (&of_type);
  if (name == NULL || *name == '\0' || !g_utf8_validate (name, -1, NULL) || is_raw (node->type, strlen (node->type)))
    return FALSE;
  ist_mime_node_set_name (node, name);
  return TRUE;
}
