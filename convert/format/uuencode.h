/*
 * convert/format/uuencode.h - finds and decodes "begin 644 NAME" blocks in a text.
 *
 *   IstUuBlock block;
 *   while (ist_uuencode_next (text, size, pos, &block)) { …; pos = block.end; ist_uuencode_clear (&block); }
 *
 * Format: docs/formats.md, "Uuencode".
 *
 * Threads: any; no state.
 */
#ifndef IST_CONVERT_FORMAT_UUENCODE_H
#define IST_CONVERT_FORMAT_UUENCODE_H

#include "base/body.h"

G_BEGIN_DECLS

typedef struct
{
  gsize start, end; /* from the line "begin" to behind the line "end" */
  char *name;       /* as written, not checked */
  IstBody *data;    /* as base/scratch.h keeps it */
} IstUuBlock;

/* The first complete, valid block at or after `pos`, which must be at the beginning of a line. Lines end in LF or
 * CRLF. FALSE: none, or no room
 * for one; `block` is then untouched. Linear over all calls: `pos` goes on from the end of the last one. */
gboolean ist_uuencode_next (const char *text, gsize size_bytes, gsize pos, IstUuBlock *block);
void ist_uuencode_clear (IstUuBlock *block);

G_END_DECLS

#endif
