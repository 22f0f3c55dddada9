/*
 * convert/format/rtf.h - RTF of mail to HTML and text: taken out of its wrapping, or rendered.
 *
 *   g_autoptr (IstRtf) rtf = ist_rtf_read (data, size, 8 << 20, &error);
 *   if (rtf->html != NULL) …
 *
 * RTF that Outlook made of HTML or text carries the original inside ([MS-OXRTFEX]); other RTF is rendered: characters,
 * alignment, lists, tables with merged cells, links, pictures (docs/formats.md, "RTF"). Places of attached objects are
 * U+FFFC in both forms, in the order of their positions.
 * Source: [MS-OXRTFEX]; Rich Text Format Specification 1.9.1.
 * Bounds: 256 groups deep (deeper ones share a state), 4,096 fonts, colours and links, 4,096 pictures, 256 cells a row,
 * tables 16 deep; text or HTML beyond `max_bytes` is refused.
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_FORMAT_RTF_H
#define IST_CONVERT_FORMAT_RTF_H

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  IST_RTF_PLAIN, /* html and text are both there, made from the RTF */
  IST_RTF_HTML,  /* html is the original */
  IST_RTF_TEXT   /* text is the original */
} IstRtfKind;

typedef struct
{
  const char *type; /* "image/png"; static */
  char *name;       /* "picture-1.png" */
  gboolean shown;   /* the HTML has its place; else the text names it */
  GBytes *bytes;
} IstRtfPicture;

/* All members are for reading. */
typedef struct
{
  IstRtfKind kind;
  char *html; /* UTF-8, LF; NULL for TEXT. Picture N is <img src="cid:picture-N@rtf">, N from 1 */
  char *text; /* UTF-8, LF; NULL for HTML */
  GPtrArray *pictures; /* IstRtfPicture */
  guint n_left_out;    /* pictures beyond the bound */
  guint n_objects;     /* how many U+FFFC stand in it */
} IstRtf;

/* IST_ERROR_REFUSED: no RTF, or more than `max_bytes` of text. Damaged RTF gives what can be read. */
IstRtf *ist_rtf_read (const char *data, gsize size_bytes, gsize max_bytes, GError **error);
void ist_rtf_free (IstRtf *rtf); /* NULL is allowed */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstRtf, ist_rtf_free)

G_END_DECLS

#endif
