#include "base/body.h"

#include "base/error.h"

struct _IstBody
{
  gatomicrefcount refs;
  GBytes *bytes;
};

IstBody *
ist_body_new_bytes (GBytes *bytes)
{
  IstBody *body = g_new (IstBody, 1);

  g_atomic_ref_count_init (&body->refs);
  body->bytes = g_bytes_ref (bytes);
  return body;
}

IstBody *
ist_body_new_file (const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, &local);
  g_autoptr (GBytes) bytes = NULL;

  if (file == NULL)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_DAMAGED, "map message body: %s", local->message);
      return NULL;
    }
  bytes = g_mapped_file_get_bytes (file);
  return ist_body_new_bytes (bytes);
}

IstBody *
ist_body_ref (IstBody *body)
{
  g_atomic_ref_count_inc (&body->refs);
  return body;
}

void
ist_body_unref (IstBody *body)
{
  if (body == NULL || !g_atomic_ref_count_dec (&body->refs))
    return;
  g_bytes_unref (body->bytes);
  g_free (body);
}

const char *
ist_body_data (const IstBody *body, gsize *size_bytes)
{
  const char *data = g_bytes_get_data (body->bytes, size_bytes);

  return data != NULL ? data : "";
}

GBytes *
ist_body_slice (const IstBody *body, gsize offset, gsize size_bytes)
{
  return g_bytes_new_from_bytes (body->bytes, offset, size_bytes);
}

gsize
ist_body_size (const IstBody *body)
{
  return g_bytes_get_size (body->bytes);
}
