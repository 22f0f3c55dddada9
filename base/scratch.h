/*
 * base/scratch.h - bytes that come in pieces and may be many: in memory while they are few, in a file without name from
 * IST_SCRATCH_MEMORY on. What comes out is a body like any other; a large one costs disk and page cache, no memory of
 * the process.
 *
 *   g_autoptr (IstScratch) scratch = ist_scratch_new ();
 *   while (decode (piece))
 *     if (!ist_scratch_write (scratch, piece, size, &error))
 *       return NULL;
 *   return ist_scratch_finish (scratch, &error);
 *
 * The file is never synced: what is in it can be made again from the message. It goes with the last reference to the
 * body, and with the process.
 *
 * Errors: IST_ERROR_RETRY, the file cannot be made or the disk is full.
 *
 * Threads: a scratch belongs to one; the body may go anywhere.
 */
#ifndef IST_BASE_SCRATCH_H
#define IST_BASE_SCRATCH_H

#include "base/body.h"

G_BEGIN_DECLS

#define IST_SCRATCH_MEMORY ((gsize) 1024 * 1024)

/* Where files are made (copied); NULL, as before any call: the system's folder for temporary files, which may lie in
 * memory. Once, before there are threads. */
void ist_scratch_set_folder (const char *path);
const char *ist_scratch_folder (void); /* borrowed */

typedef struct _IstScratch IstScratch;

IstScratch *ist_scratch_new (void);
void ist_scratch_free (IstScratch *scratch); /* NULL is allowed */

/* Appends. `scratch` is untyped so that it can be an IstSpanSink (base/span.h). After a failure only free it. */
gboolean ist_scratch_write (gpointer scratch, const char *data, gsize size_bytes, GError **error);
gsize ist_scratch_size (const IstScratch *scratch);

/* All that was written; nothing may be written after it. */
IstBody *ist_scratch_finish (IstScratch *scratch, GError **error);

/* Room for `size_bytes` that are written in any order, and read back meanwhile: *room is writable as long as the
 * bytes live and nobody else has them. The disk has the room when this returns: writing cannot fail. Its content is
 * undefined. */
GBytes *ist_scratch_room (gsize size_bytes, guint8 **room, GError **error);

/* ---- for the implementation ---- */

/* A new file, open for reading and writing. *path: still to be removed, NULL: it has no name. -1: error. */
int ist_scratch_create (char **path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstScratch, ist_scratch_free)

G_END_DECLS

#endif
