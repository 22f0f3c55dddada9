#include "convert/format/rtf-private.h"

#include <string.h>

#define MAX_PICTURES 4096
#define MAX_PICTURE_BYTES ((gsize) 64 * 1024 * 1024)

void
ist_rtf_picture_begin (IstRtfParser *p, const char *type)
{
  if (p->state->place != IST_RTF_IN_PICTURE || p->kind != IST_RTF_PLAIN)
    return;
  p->picture_type = type;
  p->nibble = -1;
  if (p->picture == NULL)
    p->picture = g_byte_array_new ();
}

void
ist_rtf_picture_put (IstRtfParser *p, guint8 byte)
{
  int digit = g_ascii_xdigit_value ((char) byte);

  if (digit < 0 || p->picture == NULL || p->picture->len >= MAX_PICTURE_BYTES)
    return;
  if (p->nibble < 0)
    {
      p->nibble = digit;
      return;
    }
  byte = (guint8) (p->nibble << 4 | digit);
  p->nibble = -1;
  g_byte_array_append (p->picture, &byte, 1);
}

/* The signature knows better than the word. */
static const char *
type_of (const IstRtfParser *p)
{
  const guint8 *data = p->picture->data;
  guint size = p->picture->len;

  if (size >= 4 && memcmp (data, "\x89PNG", 4) == 0)
    return "image/png";
  if (size >= 3 && memcmp (data, "\xFF\xD8\xFF", 3) == 0)
    return "image/jpeg";
  if (size >= 4 && memcmp (data, "GIF8", 4) == 0)
    return "image/gif";
  return p->picture_type;
}

static const char *
extension_of (const char *type)
{
  static const char *const extensions[][2]
      = { { "image/png", "png" }, { "image/jpeg", "jpg" }, { "image/gif", "gif" },
          { "image/bmp", "bmp" }, { "image/wmf", "wmf" }, { "image/emf", "emf" },  { "image/x-pict", "pct" } };

  for (gsize i = 0; i < G_N_ELEMENTS (extensions); i++)
    if (strcmp (type, extensions[i][0]) == 0)
      return extensions[i][1];
  return "bin";
}

void
ist_rtf_picture_end (IstRtfParser *p)
{
  IstRtfPicture *picture;
  GByteArray *file;
  const char *type;

  if (p->picture == NULL)
    return;
  if (p->rtf->pictures->len >= MAX_PICTURES)
    p->rtf->n_left_out += p->picture->len > 0;
  else if (p->picture->len > 0)
    {
      type = type_of (p);
      file = ist_rtf_picture_file (p, type);
      picture = g_new0 (IstRtfPicture, 1);
      picture->type = type;
      picture->shown = strcmp (type, "image/png") == 0 || strcmp (type, "image/jpeg") == 0
                       || strcmp (type, "image/gif") == 0 || strcmp (type, "image/bmp") == 0;
      picture->name = g_strdup_printf ("%s-%u.%s", g_str_has_prefix (type, "image/") ? "picture" : "object",
                                       p->rtf->pictures->len + 1, extension_of (type));
      picture->bytes = g_byte_array_free_to_bytes (file != NULL ? file : g_byte_array_ref (p->picture));
      g_ptr_array_add (p->rtf->pictures, picture);
      if (picture->shown)
        {
          ist_rtf_write_open (p);
          g_string_append_printf (p->out, "<img src=\"cid:picture-%u@rtf\">", p->rtf->pictures->len);
          p->is_empty = FALSE;
        }
      else
        {
          g_autofree char *named = g_strdup_printf ("[%s]", picture->name);

          ist_rtf_write_text (p, named, strlen (named));
        }
    }
  g_clear_pointer (&p->picture, g_byte_array_unref);
  p->picture_width = p->picture_height = p->picture_wide_twips = p->picture_high_twips = 0;
}
