/*
 * convert/format/apple.h - reads AppleSingle and AppleDouble files (RFC 1740, appendix A and B).
 *
 *   IstAppleFile file;
 *   if (ist_apple_read (data, size, &file, &error)) …
 *
 * Format: docs/formats.md, "AppleSingle and AppleDouble".
 *
 * Threads: any; no state.
 */
#ifndef IST_CONVERT_FORMAT_APPLE_H
#define IST_CONVERT_FORMAT_APPLE_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gboolean single;     /* AppleSingle; else the header file of an AppleDouble pair */
  gboolean has_data;
  gsize data_offset, data_bytes; /* the data fork in what was read */
  gsize resource_bytes;
  char *name;          /* UTF-8; NULL: none. g_free() */
} IstAppleFile;

/* IST_ERROR_REFUSED: neither of them, or an entry beyond the end. `file` is untouched on failure. */
gboolean ist_apple_read (const guint8 *data, gsize size_bytes, IstAppleFile *file, GError **error);

G_END_DECLS

#endif
