/*
 * base/body.h - the bytes of one accepted message: immutable, in memory or in a mapped file.
 *
 * Header and body with CRLF line ends exactly as they will be stored, without dot-stuffing. A mapped
 * file costs no anonymous memory, so a 150 MB message can be read as one block.
 *
 * Threads: immutable after construction; references may be taken and dropped anywhere.
 */
#ifndef IST_BASE_BODY_H
#define IST_BASE_BODY_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct _IstBody IstBody;

/* A body in memory. `bytes` is referenced, not copied. */
IstBody *ist_body_new_bytes (GBytes *bytes);

/* A body in the file `path`, mapped read-only now; the file may be removed while the body lives
 * (on Windows removal then fails until the last reference is gone). IST_ERROR_DAMAGED when it
 * cannot be opened or mapped. */
IstBody *ist_body_new_file (const char *path, GError **error);

IstBody *ist_body_ref (IstBody *body);
void ist_body_unref (IstBody *body); /* NULL is allowed */

/* The bytes, borrowed for the life of the body; never NULL, even when *size_bytes is 0. */
const char *ist_body_data (const IstBody *body, gsize *size_bytes);

/* A range of them as bytes that keep the body alive. */
GBytes *ist_body_slice (const IstBody *body, gsize offset, gsize size_bytes);

gsize ist_body_size (const IstBody *body);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstBody, ist_body_unref)

G_END_DECLS

#endif
