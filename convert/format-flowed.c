/*
 * format-flowed - the sender broke paragraphs into short lines and marked them as such (RFC 3676). Notes does not know
 * the mark and shows short and ragged lines.
 *
 * Predicate: a text/plain for the reader with format=flowed that has at least one flowed line, not signed, encrypted or
 * of an attached message.
 * Repair: each paragraph becomes one line; quotes keep their ">"; the signature line "-- " stays (RFC 3676 4.2-4.5).
 */
#include "convert/limits.h"
#include "convert/look.h"
#include "convert/transforms.h"

#include <string.h>

typedef struct
{
  GString *out;
  gboolean delsp;
  gboolean open; /* the paragraph goes on */
  guint depth;   /* of its quotes */
  guint n_joined;
} Unfolder;

static void
begin_line (Unfolder *self, guint depth)
{
  for (guint i = 0; i < depth; i++)
    g_string_append_c (self->out, '>');
  if (depth > 0)
    g_string_append_c (self->out, ' ');
  self->depth = depth;
}

static void
end_paragraph (Unfolder *self)
{
  if (self->open)
    g_string_append_c (self->out, '\n');
  self->open = FALSE;
}

static void
take_line (Unfolder *self, const char *line, gsize length)
{
  guint depth = 0;
  gboolean flowed, signature;

  while (depth < length && line[depth] == '>')
    depth++;
  line += depth;
  length -= depth;
  /* RFC 3676 4.4: a blank in front was stuffed. */
  if (length > 0 && line[0] == ' ')
    {
      line++;
      length--;
    }
  signature = length == 3 && memcmp (line, "-- ", 3) == 0;
  flowed = !signature && length > 0 && line[length - 1] == ' ';
  if (self->open && (depth != self->depth || signature))
    end_paragraph (self);
  if (self->open)
    self->n_joined++;
  else
    begin_line (self, depth);
  g_string_append_len (self->out, line, (gssize) (flowed && self->delsp ? length - 1 : length));
  self->open = TRUE;
  if (!flowed)
    end_paragraph (self);
}

/* NULL: nothing to join. */
static char *
unfold (const char *text, gboolean delsp)
{
  Unfolder self = { .out = g_string_sized_new (strlen (text)), .delsp = delsp };
  gboolean ends = g_str_has_suffix (text, "\n");

  for (const char *p = text; *p != '\0';)
    {
      gsize length = strcspn (p, "\n");

      take_line (&self, p, length);
      p += length;
      if (*p == '\n')
        p++;
    }
  end_paragraph (&self);
  if (!ends && self.out->len > 0)
    g_string_truncate (self.out, self.out->len - 1);
  if (self.n_joined > 0)
    return g_string_free (self.out, FALSE);
  g_string_free (self.out, TRUE);
  return NULL;
}

static gboolean
says (const IstMimeNode *node, const char *parameter, const char *value)
{
  g_autofree char *got = ist_mime_node_parameter (node, parameter);

  return got != NULL && g_ascii_strcasecmp (got, value) == 0;
}

gboolean
ist_format_flowed (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autoptr (GPtrArray) leaves = NULL;

  if (!ist_look_may (message, IST_LOOK_FLOWED))
    return TRUE;
  leaves = ist_look_leaves (ist_mime_tree (message));
  for (guint i = 0; i < leaves->len; i++)
    {
      IstMimeNode *node = g_ptr_array_index (leaves, i);
      g_autofree char *text = NULL;
      g_autofree char *unfolded = NULL;

      if (!ist_look_is_own_text (node, "plain") || !says (node, "format", "flowed"))
        continue;
      text = ist_limits_text (context, message, node);
      unfolded = text != NULL ? unfold (text, says (node, "delsp", "yes")) : NULL;
      if (unfolded == NULL)
        continue;
      ist_mime_node_set_text (node, unfolded);
      ist_message_note (message, "format-flowed", "format=flowed text joined into paragraphs");
    }
  return TRUE;
}
