/*
 * tests/convert/tnef-builder.h - makes TNEF streams for tests.
 *
 *   GByteArray *tnef = tnef_begin (1252);
 *   tnef_attribute (tnef, 1, 0x18004, "Subject", 8);
 *
 * Threads: any.
 */
#ifndef IST_TESTS_TNEF_BUILDER_H
#define IST_TESTS_TNEF_BUILDER_H

#include "base/body.h"

#include <string.h>

static inline void
tnef_u32 (GByteArray *out, guint32 value)
{
  guint8 bytes[4]
      = { (guint8) value, (guint8) (value >> 8), (guint8) (value >> 16), (guint8) (value >> 24) };

  g_byte_array_append (out, bytes, 4);
}

/* Checksums are zero: the reader does not look at them. */
static inline void
tnef_attribute (GByteArray *out, guint8 level, guint32 id, const void *data, gsize size)
{
  g_byte_array_append (out, &level, 1);
  tnef_u32 (out, id);
  tnef_u32 (out, (guint32) size);
  g_byte_array_append (out, data, (guint) size);
  g_byte_array_append (out, (const guint8 *) "\0\0", 2);
}

static inline GByteArray *
tnef_begin (guint32 code_page)
{
  GByteArray *out = g_byte_array_new ();
  guint8 page[8] = { (guint8) code_page, (guint8) (code_page >> 8) };

  g_byte_array_append (out, (const guint8 *) "\x78\x9F\x3E\x22\1\0", 6);
  tnef_attribute (out, 1, 0x00069007, page, 8);
  return out;
}

/* A property of variable length, its value filled up to four bytes. */
static inline void
tnef_property (GByteArray *out, guint32 tag, const void *data, gsize size)
{
  tnef_u32 (out, tag);
  tnef_u32 (out, 1);
  tnef_u32 (out, (guint32) size);
  g_byte_array_append (out, data, (guint) size);
  g_byte_array_append (out, (const guint8 *) "\0\0\0", (guint) ((4 - size % 4) % 4));
}

static inline void
tnef_long (GByteArray *out, guint32 id, guint32 value)
{
  tnef_u32 (out, id << 16 | 3);
  tnef_u32 (out, value);
}

/* A FILETIME of seconds since 1970. */
static inline void
tnef_filetime (GByteArray *out, gint64 utc)
{
  guint64 time = ((guint64) utc + G_GINT64_CONSTANT (11644473600)) * 10000000;

  tnef_u32 (out, (guint32) time);
  tnef_u32 (out, (guint32) (time >> 32));
}

/* Named properties: the tag with its name, which the value follows. */
static inline void
tnef_name (GByteArray *out, guint32 type, const guint8 set[16], guint32 lid)
{
  tnef_u32 (out, 0x80000000u | type);
  g_byte_array_append (out, set, 16);
  tnef_u32 (out, 0);
  tnef_u32 (out, lid);
}

static inline void
tnef_named_long (GByteArray *out, const guint8 set[16], guint32 lid, guint32 value)
{
  tnef_name (out, 0x0003, set, lid);
  tnef_u32 (out, value);
}

static inline void
tnef_named_bool (GByteArray *out, const guint8 set[16], guint32 lid, gboolean value)
{
  tnef_name (out, 0x000B, set, lid);
  tnef_u32 (out, value != FALSE);
}

static inline void
tnef_named_time (GByteArray *out, const guint8 set[16], guint32 lid, gint64 utc)
{
  tnef_name (out, 0x0040, set, lid);
  tnef_filetime (out, utc);
}

/* `type` 0x001E or 0x0102. */
static inline void
tnef_named_bytes (GByteArray *out, guint32 type, const guint8 set[16], guint32 lid, const void *data, gsize size)
{
  tnef_name (out, type, set, lid);
  tnef_u32 (out, 1);
  tnef_u32 (out, (guint32) size);
  g_byte_array_append (out, data, (guint) size);
  g_byte_array_append (out, (const guint8 *) "\0\0\0", (guint) ((4 - size % 4) % 4));
}

static inline IstBody *
tnef_body (GByteArray *taken)
{
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (taken);

  return ist_body_new_bytes (bytes);
}

#endif
