/*
 * notes-qp-repair - quoted-printable that readers decode differently, or not at all: an escape torn by a soft line
 * break, an '=' that begins no escape, raw 8-bit bytes, lines longer than SMTP carries.
 *
 * Predicate: a part, not signed, encrypted or of an attached message, whose quoted-printable breaks RFC 2045 6.7 in one
 * of these ways. Lower-case digits, lines of 77 to 998 characters and soft breaks between the bytes of one character
 * decode cleanly and stay.
 * Repair: the bytes that were meant are written in base64, type and character set as they are.
 */
#include "convert/limits.h"
#include "convert/look.h"
#include "convert/transforms.h"

#include <string.h>

#define MAX_LINE 998 /* RFC 5321 4.5.3.1.6 */

typedef struct
{
  const char *data;
  gsize size, pos;
  gboolean damaged;
} Reader;

static gsize
skip_blanks (const Reader *self, gsize pos)
{
  while (pos < self->size && (self->data[pos] == ' ' || self->data[pos] == '\t'))
    pos++;
  return pos;
}

/* Behind a soft line break that begins at `pos` with its '='; 0: there is none. */
static gsize
soft_break (const Reader *self, gsize pos)
{
  gsize p = skip_blanks (self, pos + 1);

  if (p == self->size)
    return p;
  if (self->data[p] == '\r')
    p++;
  return p < self->size && self->data[p] == '\n' ? p + 1 : 0;
}

/* A hexadecimal digit, which soft breaks may stand before; -1: none. */
static int
digit (Reader *self, gsize *pos)
{
  gsize next;

  while (*pos < self->size && self->data[*pos] == '=' && (next = soft_break (self, *pos)) != 0 && next < self->size)
    *pos = next;
  return *pos < self->size ? g_ascii_xdigit_value (self->data[(*pos)++]) : -1;
}

static void
decode_escape (Reader *self, GByteArray *out)
{
  gsize pos = self->pos + 1;
  gsize next = soft_break (self, self->pos);
  int high, low;
  guint8 byte = '=';

  if (next != 0)
    {
      self->pos = next;
      return;
    }
  high = digit (self, &pos);
  low = high >= 0 ? digit (self, &pos) : -1;
  if (low < 0)
    {
      self->damaged = TRUE;
      g_byte_array_append (out, &byte, 1);
      self->pos++;
      return;
    }
  if (pos != self->pos + 3)
    self->damaged = TRUE;
  byte = (guint8) (high << 4 | low);
  g_byte_array_append (out, &byte, 1);
  self->pos = pos;
}

/* Blanks at the end of a line were added on the way (RFC 2045 6.7 rule 3). */
static gboolean
is_trailing (const Reader *self, gsize pos)
{
  gsize p = skip_blanks (self, pos);

  return p == self->size || self->data[p] == '\n'
         || (self->data[p] == '\r' && p + 1 < self->size && self->data[p + 1] == '\n');
}

static GByteArray *
decode (Reader *self)
{
  GByteArray *out = g_byte_array_new ();
  gsize line = 0;

  while (self->pos < self->size)
    {
      char c = self->data[self->pos];

      if (c == '=')
        {
          decode_escape (self, out);
          line = self->data[self->pos - 1] == '\n' ? self->pos : line;
          continue;
        }
      if ((c == ' ' || c == '\t') && is_trailing (self, self->pos))
        {
          self->pos = skip_blanks (self, self->pos);
          continue;
        }
      if ((c & 0x80) != 0)
        self->damaged = TRUE;
      g_byte_array_append (out, (const guint8 *) &c, 1);
      self->pos++;
      if (c == '\n')
        line = self->pos;
      else if (self->pos - line > MAX_LINE + 1)
        self->damaged = TRUE;
    }
  return out;
}

static void
repair (const IstConvertContext *context, IstMessage *message, IstMimeNode *node)
{
  g_autofree char *encoding = ist_look_encoding (node);
  g_autoptr (IstBody) coded = NULL;
  g_autoptr (IstBody) body = NULL;
  g_autoptr (GByteArray) out = NULL;
  g_autoptr (GBytes) bytes = NULL;
  Reader reader = { 0 };

  if (strcmp (encoding, "quoted-printable") != 0)
    return;
  coded = ist_mime_node_coded (node);
  if (coded == NULL || !ist_limits_text_fits (context, message, node))
    return;
  reader.data = ist_body_data (coded, &reader.size);
  out = decode (&reader);
  if (!reader.damaged)
    return;
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&out));
  body = ist_body_new_bytes (bytes);
  ist_mime_node_set_content (node, body, 0, ist_body_size (body));
  ist_message_note (message, "notes-qp-repair", "damaged quoted-printable of a part (%s) written as base64",
                    node->type);
}

gboolean
ist_notes_qp_repair (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autoptr (GPtrArray) leaves = NULL;

  if (!ist_look_may (message, IST_LOOK_QUOTED))
    return TRUE;
  leaves = ist_look_leaves (ist_mime_tree (message));
  for (guint i = 0; i < leaves->len; i++)
    repair (context, message, g_ptr_array_index (leaves, i));
  return TRUE;
}
