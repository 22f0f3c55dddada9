/*
 * convert/format/nsf-attach.h - attachments and the MIME body of a note.
 *
 *   g_autoptr (GPtrArray) files = ist_nsf_note_attachments (note);
 *   for (guint i = 0; i < files->len; i++)
 *     g_autoptr (IstBody) body = ist_nsf_attachment_decode (g_ptr_array_index (files, i), limit_bytes, &error);
 *
 * Source: docs/formats.md, "NSF".
 *
 * Threads: as nsf.h.
 */
#ifndef IST_CONVERT_FORMAT_NSF_ATTACH_H
#define IST_CONVERT_FORMAT_NSF_ATTACH_H

#include "convert/format/nsf.h"

#include "base/span.h"

G_BEGIN_DECLS

typedef enum
{
  IST_NSF_STORED = 0,
  IST_NSF_HUFFMAN = 1,
  IST_NSF_LZ1 = 2
} IstNsfCompression;

typedef struct
{
  IstNsf *nsf;
  char *name;          /* UTF-8; as the item says it: may be any text, is no path */
  guint32 object_id;
  guint16 host;        /* 0x05, 0x06, 0x07 in its high byte: part of an embedded OLE object */
  guint16 compression; /* IstNsfCompression, or one that cannot be decoded */
  guint16 flags;
  guint32 size_bytes;  /* decoded */
  IstNsfTime created, modified;
} IstNsfAttachment;

void ist_nsf_attachment_free (IstNsfAttachment *attachment);

/* A file that a user attached, not a piece of an embedded object. */
gboolean ist_nsf_attachment_is_file (const IstNsfAttachment *attachment);

/* The $FILE items of the note in order; those that are damaged are left out. The caller unrefs. */
GPtrArray *ist_nsf_note_attachments (const IstNsfNote *note);

/* Its bytes: of a stored one a range of the map. Refused: more than `limit_bytes`, an object that is not there, an
 * unknown compression, damage. */
IstBody *ist_nsf_attachment_decode (const IstNsfAttachment *attachment, gsize limit_bytes, GError **error);

/* The MIME parts in item `name` (Body) joined: one MIME entity with its Content-… fields (the message's other fields are
 * items of their own); an array of IstSpan to write with ist_span_write(), which the caller unrefs. A part whose body lies
 * in an attachment gets it: the stored bytes are binary, so they and the header's encoding become base64. Empty when
 * there is no part. `limit_bytes` bounds the parts, and again the attachments. */
GArray *ist_nsf_note_mime (const IstNsfNote *note, const char *name, gsize limit_bytes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstNsfAttachment, ist_nsf_attachment_free)

G_END_DECLS

#endif
