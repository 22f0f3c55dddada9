/*
 * base/append.h - a run of bytes behind a GString, for loops that append many short ones: without a call where there is
 * room.
 *
 *   ist_append (out, word, size_bytes);
 *   IST_APPEND_LITERAL (out, "</p>\n");
 *
 * Threads: none of their own.
 */
#ifndef IST_BASE_APPEND_H
#define IST_BASE_APPEND_H

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* As g_string_append_len(); `bytes` are none of `to`. */
static inline void
ist_append (GString *to, const char *bytes, gsize size_bytes)
{
  if (size_bytes >= to->allocated_len - to->len)
    {
      g_string_append_len (to, bytes, (gssize) size_bytes);
      return;
    }
  memcpy (to->str + to->len, bytes, size_bytes);
  to->len += size_bytes;
  to->str[to->len] = '\0';
}

#define IST_APPEND_LITERAL(to, literal) ist_append (to, "" literal, sizeof (literal) - 1)

G_END_DECLS

#endif
