#include "convert/format/apple.h"

#include "base/charset.h"
#include "base/error.h"

#include <string.h>

#define HEADER_BYTES 26
#define ENTRY_BYTES 12
#define MAGIC_SINGLE 0x00051600
#define MAGIC_DOUBLE 0x00051607
#define MAX_NAME 255

enum { ENTRY_DATA = 1, ENTRY_RESOURCE = 2, ENTRY_NAME = 3 };

static guint32
read_u32 (const guint8 *p)
{
  return (guint32) p[0] << 24 | (guint32) p[1] << 16 | (guint32) p[2] << 8 | p[3];
}

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "AppleSingle: %s", what);
  return FALSE;
}

/* The name is in Mac OS Roman; newer writers take UTF-8, which base/charset.h does not mistake for it. */
static void
take_entry (IstAppleFile *file, guint32 id, const guint8 *data, gsize offset, gsize size)
{
  const char *text = (const char *) data + offset;

  switch (id)
    {
    case ENTRY_DATA:
      file->has_data = TRUE;
      file->data_offset = offset;
      file->data_bytes = size;
      break;
    case ENTRY_RESOURCE:
      file->resource_bytes = size;
      break;
    case ENTRY_NAME:
      if (size == 0 || size > MAX_NAME || file->name != NULL)
        break;
      file->name = ist_charset_to_utf8 (text, size, g_utf8_validate_len (text, size, NULL) ? "utf-8" : "macintosh",
                                        NULL);
      break;
    default:
      break;
    }
}

/* Magic, version (4 each), 16 bytes of filler, number of entries (2); an entry: id, offset, size (4 each). */
gboolean
ist_apple_read (const guint8 *data, gsize size_bytes, IstAppleFile *file, GError **error)
{
  IstAppleFile found = { 0 };
  guint32 magic = size_bytes >= HEADER_BYTES ? read_u32 (data) : 0;
  gsize n;

  if (magic != MAGIC_SINGLE && magic != MAGIC_DOUBLE)
    return refuse (error, "no such file");
  found.single = magic == MAGIC_SINGLE;
  n = (gsize) (data[24] << 8 | data[25]);
  if (n > (size_bytes - HEADER_BYTES) / ENTRY_BYTES)
    return refuse (error, "its entries are beyond its end");
  for (gsize i = 0; i < n; i++)
    {
      const guint8 *entry = data + HEADER_BYTES + i * ENTRY_BYTES;
      gsize offset = read_u32 (entry + 4);
      gsize size = read_u32 (entry + 8);

      if (offset > size_bytes || size > size_bytes - offset)
        {
          g_free (found.name);
          return refuse (error, "an entry is beyond its end");
        }
      take_entry (&found, read_u32 (entry), data, offset, size);
    }
  *file = found;
  return TRUE;
}
