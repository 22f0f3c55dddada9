#include "routing/address/header-field.h"

#include <string.h>

#define MAX_MAILBOXES 10000
#define MAX_COMMENT_DEPTH 16

typedef struct
{
  const char *raw;
  gsize size;
  gsize pos;
  gboolean utf8; /* valid UTF-8 (ASCII is): else bytes above 127 may be the first of two */
} Scan;

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* After the opening quote at pos: behind the closing one, or the end. In raw Shift-JIS, Big5 and GBK the second
 * byte of a letter can be a backslash, which escapes nothing. */
static void
skip_quoted (Scan *s)
{
  for (s->pos++; s->pos < s->size; s->pos++)
    if (!s->utf8 && (guchar) s->raw[s->pos] >= 0x81 && s->pos + 1 < s->size
        && s->raw[s->pos + 1] == '\\')
      s->pos++;
    else if (s->raw[s->pos] == '\\')
      s->pos++;
    else if (s->raw[s->pos] == '"')
      {
        s->pos++;
        return;
      }
  s->pos = s->size;
}

static void
skip_comment (Scan *s)
{
  guint depth = 0;

  for (; s->pos < s->size; s->pos++)
    {
      char c = s->raw[s->pos];

      if (c == '\\')
        s->pos++;
      else if (c == '(' && depth < MAX_COMMENT_DEPTH)
        depth++;
      else if (c == ')' && --depth == 0)
        {
          s->pos++;
          return;
        }
    }
  s->pos = s->size;
}

/* ISO-2022 text: between ESC and the return to ASCII (ESC ( B or ESC ( J) any byte is a letter, also one that
 * looks like a quote, comma or bracket. */
static void
skip_escape (Scan *s)
{
  const char *raw = s->raw;

  if (s->pos + 2 < s->size && raw[s->pos + 1] == '$')
    for (s->pos += 3; s->pos + 2 < s->size; s->pos++)
      if (raw[s->pos] == 27 && raw[s->pos + 1] == '(')
        {
          s->pos += 3;
          return;
        }
  s->pos = MIN (s->pos + 3, s->size);
}

static void
trim (const Scan *s, gsize *start, gsize *end)
{
  while (*start < *end && is_space (s->raw[*start]))
    (*start)++;
  while (*end > *start && is_space (s->raw[*end - 1]))
    (*end)--;
}

static gboolean
is_blank_range (const Scan *s, gsize from, gsize to)
{
  trim (s, &from, &to);
  return from == to;
}

/* The end of a bracketed address: the '>' that closes it, quotes respected. Where it was forgotten, the next '<'
 * or the end of the field comes first, and the address ends at the first comma, if there is one. */
static gsize
find_close (const Scan *s, gsize from)
{
  Scan inner = { s->raw, s->size, from, s->utf8 };
  gsize comma = s->size;

  while (inner.pos < inner.size && s->raw[inner.pos] != '>' && s->raw[inner.pos] != '<')
    if (s->raw[inner.pos] == '"')
      skip_quoted (&inner);
    else
      {
        if (s->raw[inner.pos] == ',' && comma == s->size)
          comma = inner.pos;
        inner.pos++;
      }
  if (inner.pos < s->size && s->raw[inner.pos] == '>')
    return inner.pos;
  return MIN (comma, MIN (inner.pos, s->size));
}

static void
add (GArray *out, const Scan *s, gsize item, gsize open, gsize close, gsize end)
{
  IstMailboxSpan span = { 0 };
  gsize start = open > 0 ? open + 1 : item;
  gsize stop = open > 0 ? close : end;

  trim (s, &start, &stop);
  if (start >= stop || out->len >= MAX_MAILBOXES)
    return;
  span.address = start;
  span.address_size = stop - start;
  span.bracketed = open > 0;
  if (open > 0)
    {
      gsize from = item;
      gsize to = open;

      trim (s, &from, &to);
      span.phrase = from;
      span.phrase_size = to - from;
    }
  g_array_append_val (out, span);
}

GArray *
ist_header_mailboxes (const char *raw, gsize size_bytes)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (IstMailboxSpan));
  const char *colon = memchr (raw, ':', size_bytes);
  Scan s = { raw, size_bytes, colon != NULL ? (gsize) (colon - raw) + 1 : size_bytes,
             g_utf8_validate (raw, (gssize) size_bytes, NULL) };
  gsize item = s.pos;
  gsize bare_end = 0; /* end of a bare address that a comment follows */
  gsize open = 0, close = 0;

  while (s.pos < s.size)
    {
      char c = raw[s.pos];

      if (c == '"')
        skip_quoted (&s);
      else if (c == '(')
        {
          gsize from = s.pos;

          skip_comment (&s);
          /* A comment may also stand before the address. */
          if (bare_end == 0 && is_blank_range (&s, item, from))
            item = s.pos;
          else if (bare_end == 0)
            bare_end = from;
        }
      else if (c == 27)
        skip_escape (&s);
      else if (c == '<' && open == 0)
        {
          open = s.pos;
          close = find_close (&s, s.pos + 1);
          s.pos = close < s.size && raw[close] == '>' ? close + 1 : close;
        }
      else if (c == ',' || c == ';' || (c == ':' && open == 0))
        {
          /* A colon ends a group's name, which is no mailbox. */
          if (c != ':')
            add (out, &s, item, open, close, bare_end != 0 ? bare_end : s.pos);
          item = ++s.pos;
          open = close = bare_end = 0;
        }
      else
        s.pos++;
    }
  add (out, &s, item, open, close, bare_end != 0 ? bare_end : s.size);
  return out;
}
