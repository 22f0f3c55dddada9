/*
 * base/mime.h - the MIME tree of a message as byte ranges, so that parts can be cut out or replaced while all
 * other bytes stay.
 *
 * Tolerant as mail readers are: missing end delimiters, blanks behind delimiters, boundaries with blanks and
 * '=' inside (Notes writes them), no MIME-Version. Bounded: 64 levels, 10,000 parts, a million lines that begin
 * with "--"; what lies beyond is content of its parent. Linear in time.
 *
 * Threads: a tree is immutable; ranges refer to the body it was made from.
 */
#ifndef IST_BASE_MIME_H
#define IST_BASE_MIME_H

#include "base/body.h"

G_BEGIN_DECLS

#define IST_MIME_MAX_DEPTH 64
#define IST_MIME_MAX_PARTS 10000

typedef struct _IstMimePart IstMimePart;

struct _IstMimePart
{
  IstMimePart *parent;   /* NULL: the message itself */
  GPtrArray *children;   /* IstMimePart; NULL for leaves */
  gsize outer, outer_end;   /* from its delimiter line to before the next one */
  gsize header, content, content_end; /* content without the CRLF that belongs to the delimiter */
  char *type;            /* lower-case "text/plain" */
  char *name;            /* file name from Content-Disposition or Content-Type, NULL */
  char *encoding;        /* lower-case Content-Transfer-Encoding, "7bit" by default */
  gboolean attachment;   /* Content-Disposition: attachment */
  gboolean in_rfc822;    /* inside an attached message */
  gboolean cut;          /* of the message: not all of it was taken apart, for one of the bounds above */
  gboolean sealed;       /* multipart/signed, multipart/encrypted, pkcs7-mime, or inside one: never touch */
};

/* The tree of `body`. Never NULL. */
IstMimePart *ist_mime_parse (IstBody *body);
void ist_mime_free (IstMimePart *part);

/* The decoded content, at most `max_bytes` of it (base64, quoted-printable, uuencode; else as it is). */
GBytes *ist_mime_decode (const IstMimePart *part, IstBody *body, gsize max_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstMimePart, ist_mime_free)

G_END_DECLS

#endif
