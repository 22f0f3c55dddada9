/*
 * tests/bench/convert-decode.c - a winmail.dat taken apart into files, as a program of its own.
 */
#include "convert/format/tnef.h"
#include "convert/tnef-text.h"
#include "tests/bench/convert-bench.h"

#include <stdio.h>
#include <string.h>

static gboolean
save (const char *dir, const char *name, const char *data, gsize size_bytes)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  FILE *file = fopen (path, "wb");
  gboolean ok = file != NULL && fwrite (data, 1, size_bytes, file) == size_bytes;

  if (file != NULL)
    ok = fclose (file) == 0 && ok;
  if (!ok)
    fprintf (stderr, "convert-bench: write %s\n", path);
  return ok;
}

static gboolean
save_attachments (const IstTnef *tnef, const IstBody *body, const char *dir)
{
  const char *data = ist_body_data (body, &(gsize){ 0 });
  gboolean ok = TRUE;

  for (guint i = 0; i < tnef->attachments->len; i++)
    {
      const IstTnefAttachment *a = g_ptr_array_index (tnef->attachments, i);
      const char *name = ist_tnef_attachment_name (a);

      ok &= save (dir, name != NULL ? name : "attachment", data + a->offset, a->size_bytes);
    }
  return ok;
}

int
bench_convert_decode (const char *path, const char *dir)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IstBody) body = ist_body_new_file (path, &error);
  g_autoptr (IstTnef) tnef = body != NULL ? ist_tnef_read (body, 0, ist_body_size (body), &error) : NULL;
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (IstTnefMark));
  g_autoptr (IstRtf) rtf = NULL;
  g_autofree char *text = NULL, *html = NULL;
  gboolean ok;

  if (tnef == NULL)
    {
      fprintf (stderr, "convert-bench: %s: %s\n", path, error->message);
      return 1;
    }
  ist_tnef_text_find (tnef, marks, &text, &html, &rtf);
  ok = save_attachments (tnef, body, dir);
  if (text != NULL)
    ok &= save (dir, "body.txt", text, strlen (text));
  if (html != NULL)
    ok &= save (dir, "body.html", html, strlen (html));
  return ok ? 0 : 1;
}
