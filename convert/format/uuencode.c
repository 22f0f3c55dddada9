#include "convert/format/uuencode.h"

#include "base/scratch.h"

#include <string.h>

#define MAX_NAME 255
#define MAX_LINE_BYTES 63
#define MAX_GAIN ((gsize) 64 * 1024 * 1024) /* lines of blanks that were stripped expand 20 times */

typedef struct
{
  const char *text;
  gsize size, pos;
} Reader;

/* The next line without its end; FALSE at the end of the text. */
static gboolean
read_line (Reader *self, const char **line, gsize *length)
{
  const char *lf;

  if (self->pos >= self->size)
    return FALSE;
  *line = self->text + self->pos;
  lf = memchr (*line, '\n', self->size - self->pos);
  *length = lf != NULL ? (gsize) (lf - *line) : self->size - self->pos;
  self->pos += *length + (lf != NULL ? 1 : 0);
  if (*length > 0 && (*line)[*length - 1] == '\r')
    (*length)--;
  return TRUE;
}

/* "begin", three or four octal digits, a name. */
static char *
name_of (const char *line, gsize length)
{
  gsize n = 6;

  if (length < 11 || memcmp (line, "begin ", 6) != 0)
    return NULL;
  while (n < length && line[n] >= '0' && line[n] <= '7')
    n++;
  if (n < 9 || n > 10 || line[n] != ' ' || n + 1 >= length || length - n - 1 > MAX_NAME)
    return NULL;
  return g_strstrip (g_strndup (line + n + 1, length - n - 1));
}

/* Blanks at the end of a line are lost on the way; they mean zero, as '`' does. */
static gint
sextet (const char *line, gsize length, gsize i)
{
  guchar c = i < length ? (guchar) line[i] : ' ';

  return c >= 0x20 && c <= 0x60 ? (c - 0x20) & 0x3F : -1;
}

/* Four characters at once. Both tests are those of sextet(): no byte has its high bit, so no sum carries into the next;
 * a sum with 1F reaches the high bit from 61 on, one with 60 from 20 on. FALSE: one is none. */
static inline gboolean
decode_group (const char *in, guint8 out[3])
{
  guint32 four;

  memcpy (&four, in, sizeof four);
  four = GUINT32_FROM_BE (four);
  if (((four | (four + 0x1F1F1F1Fu)) & 0x80808080u) != 0 || ((four + 0x60606060u) & 0x80808080u) != 0x80808080u)
    return FALSE;
  four = (four - 0x20202020u) & 0x3F3F3F3Fu;
  four = four >> 24 << 18 | (four >> 16 & 63) << 12 | (four >> 8 & 63) << 6 | (four & 63);
  out[0] = (guint8) (four >> 16);
  out[1] = (guint8) (four >> 8);
  out[2] = (guint8) four;
  return TRUE;
}

/* One data line; *n_bytes 0: the last. A character or two more than needed is a check sum, which nobody defines. */
static gboolean
decode_line (const char *line, gsize length, guint8 out[MAX_LINE_BYTES], gsize *n_bytes)
{
  gint count = sextet (line, length, 0);
  gsize groups;

  if (count < 0)
    return FALSE;
  *n_bytes = (gsize) count;
  groups = (*n_bytes + 2) / 3;
  if (length > 1 + groups * 4 + 2)
    return FALSE;
  for (gsize g = 0; g < groups; g++)
    {
      guint32 word = 0;

      if (1 + g * 4 + 4 <= length)
        {
          if (!decode_group (line + 1 + g * 4, out + g * 3))
            return FALSE;
          continue;
        }
      for (gsize i = 0; i < 4; i++)
        {
          gint six = sextet (line, length, 1 + g * 4 + i);

          if (six < 0)
            return FALSE;
          word = word << 6 | (guint32) six;
        }
      out[g * 3] = (guint8) (word >> 16);
      out[g * 3 + 1] = (guint8) (word >> 8);
      out[g * 3 + 2] = (guint8) word;
    }
  return TRUE;
}

static gboolean
is_end (const char *line, gsize length)
{
  while (length > 3 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
    length--;
  return length == 3 && memcmp (line, "end", 3) == 0;
}

/* From behind "begin" to behind "end". NULL: the block is not whole. */
static IstBody *
decode_block (Reader *reader)
{
  g_autoptr (IstScratch) out = ist_scratch_new ();
  guint8 bytes[MAX_LINE_BYTES];
  gsize start = reader->pos;
  const char *line;
  gsize length, n;

  while (read_line (reader, &line, &length))
    {
      if (is_end (line, length))
        return ist_scratch_finish (out, NULL);
      if (length == 0 || ist_scratch_size (out) > reader->pos - start + MAX_GAIN || !decode_line (line, length, bytes, &n)
          || !ist_scratch_write (out, (const char *) bytes, n, NULL))
        return NULL;
      if (n > 0)
        continue;
      if (!read_line (reader, &line, &length) || !is_end (line, length))
        return NULL;
      return ist_scratch_finish (out, NULL);
    }
  return NULL;
}

gboolean
ist_uuencode_next (const char *text, gsize size_bytes, gsize pos, IstUuBlock *block)
{
  Reader reader = { text, size_bytes, pos };
  const char *line;
  gsize length;

  while (read_line (&reader, &line, &length))
    {
      g_autofree char *name = name_of (line, length);
      Reader inside = reader;
      IstBody *data;

      if (name == NULL || *name == '\0')
        continue;
      data = decode_block (&inside);
      /* What ended a broken block may begin one, but no line inside it does: "begin" has lower-case letters. */
      if (data == NULL)
        continue;
      block->start = (gsize) (line - text);
      block->end = inside.pos;
      block->name = g_steal_pointer (&name);
      block->data = data;
      return TRUE;
    }
  return FALSE;
}

void
ist_uuencode_clear (IstUuBlock *block)
{
  g_clear_pointer (&block->name, g_free);
  g_clear_pointer (&block->data, ist_body_unref);
}
