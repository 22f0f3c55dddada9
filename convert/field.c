#include "convert/field.h"

#include "base/charset.h"

#include <string.h>

/* Longest value that is looked at as text: subjects and addresses are far below. */
#define MAX_TEXT 8192
#define WORD_BYTES 42 /* "=?utf-8?B?" and 56 characters of base64 in 75 (RFC 2047 2) */

char *
ist_field_get (const IstMessage *message, const char *name)
{
  guint i = ist_message_find_field (message, name, 0);

  return i != IST_MESSAGE_NOT_FOUND ? ist_message_field_value (message, i) : NULL;
}

/* The bytes of an encoded word's text (RFC 2047 4). */
static GByteArray *
decode_word (char encoding, const char *text, gsize size)
{
  GByteArray *out = g_byte_array_new ();

  if (encoding == 'B' || encoding == 'b')
    {
      gint state = 0;
      guint save = 0;

      g_byte_array_set_size (out, (guint) (size / 4 * 3 + 6));
      g_byte_array_set_size (out,
                             (guint) g_base64_decode_step (text, size, out->data, &state, &save));
      return out;
    }
  for (gsize i = 0; i < size; i++)
    {
      guint8 c = text[i] == '_' ? ' ' : (guint8) text[i];

      if (c == '=' && i + 2 < size && g_ascii_isxdigit (text[i + 1])
          && g_ascii_isxdigit (text[i + 2]))
        {
          c = (guint8) (g_ascii_xdigit_value (text[i + 1]) * 16
                        + g_ascii_xdigit_value (text[i + 2]));
          i += 2;
        }
      g_byte_array_append (out, &c, 1);
    }
  return out;
}

/* Blanks stand in the words of some programs against the rule (RFC 2047 2); bytes that are not ASCII never do. */
static gboolean
is_word_text (const char *text, const char *end)
{
  for (; text < end; text++)
    if ((guchar) *text < 32 || (guchar) *text > 126)
      return FALSE;
  return TRUE;
}

/* The end of the encoded word at `p` ("=?charset?B?text?="), which is appended decoded; NULL: it is none. A character
 * cut between two words of one charset is beyond RFC 2047, and its halves become U+FFFD. */
static const char *
take_word (const char *p, GString *out)
{
  const char *encoding = strchr (p + 2, '?');
  const char *end = encoding != NULL && encoding[1] != '\0' && encoding[2] == '?'
                        ? strstr (encoding + 3, "?=")
                        : NULL;
  g_autofree char *label = NULL;
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree char *text = NULL;
  char *star;

  if (end == NULL || strchr ("BbQq", encoding[1]) == NULL || encoding - p > 80 || !is_word_text (p, end))
    return NULL;
  label = g_strndup (p + 2, (gsize) (encoding - p - 2));
  if ((star = strchr (label, '*')) != NULL) /* RFC 2231 5: a language */
    *star = '\0';
  bytes = decode_word (encoding[1], encoding + 3, (gsize) (end - encoding - 3));
  text = ist_charset_to_utf8 ((const char *) bytes->data, bytes->len, label, NULL);
  g_string_append (out, text);
  return end + 2;
}

static char *
decode_words (const char *value)
{
  GString *out = g_string_new (NULL);
  const char *after_word = NULL; /* blanks between two words are not text */

  for (const char *p = value; *p != '\0';)
    {
      const char *end = p[0] == '=' && p[1] == '?' ? take_word (p, out) : NULL;
      const char *blank = p;

      if (end != NULL)
        {
          p = after_word = end;
          continue;
        }
      while (*blank == ' ' || *blank == '\t')
        blank++;
      if (p == after_word && blank > p && blank[0] == '=' && blank[1] == '?')
        {
          p = blank;
          continue;
        }
      g_string_append_c (out, *p++);
    }
  return g_string_free (out, FALSE);
}

char *
ist_field_text (const IstMessage *message, const char *name)
{
  g_autofree char *value = ist_field_get (message, name);
  g_autofree char *raw = NULL;
  g_autofree char *decoded = NULL;
  char *valid;

  if (value == NULL)
    return NULL;
  if (strlen (value) > MAX_TEXT)
    value[MAX_TEXT] = '\0';
  raw = ist_charset_to_utf8 (value, strlen (value), NULL, NULL);
  decoded = decode_words (raw);
  valid = g_utf8_make_valid (decoded, -1);
  for (char *p = valid; *p != '\0'; p++)
    if ((guchar) *p < 32 || *p == 127)
      *p = ' ';
  return g_strstrip (valid);
}

gboolean
ist_field_exists (const IstMessage *message, const char *name)
{
  return ist_message_find_field (message, name, 0) != IST_MESSAGE_NOT_FOUND;
}

gboolean
ist_field_begins (const IstMessage *message, const char *name, const char *prefix)
{
  g_autofree char *value = ist_field_get (message, name);

  return value != NULL && g_ascii_strncasecmp (value, prefix, strlen (prefix)) == 0;
}

static void
put_raw (IstMessage *message, const char *name, const char *raw)
{
  guint i = ist_message_find_field (message, name, 0);
  guint n = ist_message_n_fields (message);
  gsize size = 0;
  const char *last = n > 0 ? ist_message_field_raw (message, n - 1, &size) : NULL;

  if (i != IST_MESSAGE_NOT_FOUND)
    ist_message_set_field (message, i, raw);
  else /* the last field of a message without a body may lack its line end */
    ist_message_insert_field (message, n > 0 && (size == 0 || last[size - 1] != '\n') ? n - 1 : n,
                              raw);
}

void
ist_field_put (IstMessage *message, const char *name, const char *value)
{
  g_autofree char *raw = g_strdup_printf ("%s: %s\r\n", name, value);

  put_raw (message, name, raw);
}

static gboolean
is_plain (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if ((guchar) *p < 32 || (guchar) *p > 126)
      return FALSE;
  return strlen (text) <= 900 && strstr (text, "=?") == NULL;
}

void
ist_field_put_text (IstMessage *message, const char *name, const char *text)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char *p = text;

  if (is_plain (text))
    {
      ist_field_put (message, name, text);
      return;
    }
  g_string_append_printf (out, "%s:", name);
  while (*p != '\0')
    {
      const char *end = p;
      g_autofree char *word = NULL;

      while (*end != '\0' && g_utf8_next_char (end) - p <= WORD_BYTES)
        end = g_utf8_next_char (end);
      word = g_base64_encode ((const guchar *) p, (gsize) (end - p));
      g_string_append_printf (out, "%s=?utf-8?B?%s?=", p == text ? " " : "\r\n ", word);
      p = end;
    }
  g_string_append (out, "\r\n");
  put_raw (message, name, out->str);
}

guint
ist_field_drop (IstMessage *message, const char *name)
{
  guint n = 0;
  guint i = 0;

  while ((i = ist_message_find_field (message, name, i)) != IST_MESSAGE_NOT_FOUND)
    {
      ist_message_remove_field (message, i);
      n++;
    }
  return n;
}

/* Is this parameter of the item "name=ITEM"? */
static gboolean
names_item (const char *parameter, gsize size, const char *item)
{
  while (size > 0 && g_ascii_isspace (*parameter))
    {
      parameter++;
      size--;
    }
  while (size > 0 && g_ascii_isspace (parameter[size - 1]))
    size--;
  return size == strlen (item) + 5 && g_ascii_strncasecmp (parameter, "name=", 5) == 0
         && g_ascii_strncasecmp (parameter + 5, item, size - 5) == 0;
}

char *
ist_field_notes_item (const IstMessage *message, const char *item)
{
  guint i = 0;

  while ((i = ist_message_find_field (message, "X-Notes-Item", i)) != IST_MESSAGE_NOT_FOUND)
    {
      g_autofree char *value = ist_message_field_value (message, i++);
      char *first = strchr (value, ';');

      for (const char *p = first; p != NULL;)
        {
          const char *next = strchr (p + 1, ';');
          gsize size = next != NULL ? (gsize) (next - p - 1) : strlen (p + 1);

          if (names_item (p + 1, size, item))
            {
              *first = '\0';
              return g_strdup (g_strstrip (value));
            }
          p = next;
        }
    }
  return NULL;
}

static gboolean
take_hex (const char **p, guint32 *value)
{
  *value = 0;
  for (guint i = 0; i < 8; i++, (*p)++)
    {
      if (!g_ascii_isxdigit (**p))
        return FALSE;
      *value = *value << 4 | (guint32) g_ascii_xdigit_value (**p);
    }
  return TRUE;
}

static gboolean
take_text (const char **p, const char *text)
{
  if (strncmp (*p, text, strlen (text)) != 0)
    return FALSE;
  *p += strlen (text);
  return TRUE;
}

/* <OF universal id -ON TIMEDATE -TIMEDATE @host>; a TIMEDATE's first word holds the Julian day in its low 24 bits,
 * the second hundredths of a second since midnight, UTC. */
gboolean
ist_field_is_notes_id (const char *id, gint64 *created_utc)
{
  guint32 first, second, day, ticks;

  if (!take_text (&id, "<OF") || !take_hex (&id, &first) || !take_text (&id, ".")
      || !take_hex (&id, &second) || !take_text (&id, "-ON") || !take_hex (&id, &day)
      || !take_text (&id, ".") || !take_hex (&id, &ticks))
    return FALSE;
  day &= 0xFFFFFF;
  if (created_utc != NULL)
    *created_utc = day >= 2440588 && day < 2440588 + 50000 && ticks < 8640000
                       ? ((gint64) day - 2440588) * 86400 + ticks / 100
                       : -1;
  return TRUE;
}

gboolean
ist_field_is_notes_made (const IstMessage *message)
{
  g_autofree char *id = ist_field_get (message, "Message-ID");

  return (id != NULL && ist_field_is_notes_id (id, NULL))
         || ist_field_exists (message, "X-MIMETrack") || ist_field_exists (message, "X-Notes-Item")
         || ist_field_exists (message, "X-KeepSent");
}

/* Length of a prefix at `p` with its colon and blanks; 0: none. */
static gsize
prefix_size (const char *p)
{
  static const char *const prefixes[]
      = { "re",  "aw",     "antw", "antwort", "wg",   "fw",   "fwd",  "tr",   "rv",  "rif",
          "ref", "sv",     "vs",   "vb",      "ynt",  "ilt",  "odp",  "pd",   "res", "enc",
          "vl",  "doorst", "答复", "回复",    "转发", "返信", "転送", "回覆", "轉寄" };

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      gsize n = strlen (prefixes[i]);

      if (g_ascii_strncasecmp (p, prefixes[i], n) != 0)
        continue;
      if (p[n] == '[' || p[n] == '(')
        {
          gsize digits = n + 1;

          while (g_ascii_isdigit (p[digits]) && digits < n + 4)
            digits++;
          if (p[digits] == ']' || p[digits] == ')')
            n = digits + 1;
        }
      if (p[n] == ' ' && p[n + 1] == ':')
        n++;
      if (p[n] == ':')
        n++;
      else if (strncmp (p + n, "\xEF\xBC\x9A", 3) == 0)
        n += 3;
      else
        continue;
      while (p[n] == ' ' || p[n] == '\t')
        n++;
      return n;
    }
  return 0;
}

const char *
ist_field_skip_prefixes (const char *subject)
{
  gsize n;

  while ((n = prefix_size (subject)) > 0)
    subject += n;
  return subject;
}
