/*
 * convert/format/wmf.h - the one picture in a Windows metafile.
 *
 * Notes keeps what was pasted as a metafile that does nothing but paint one bitmap. Outlook draws metafiles, other mail
 * programs and browsers show a broken frame; the bitmap everybody draws.
 *
 * Threads: a pure function.
 */
#ifndef IST_CONVERT_FORMAT_WMF_H
#define IST_CONVERT_FORMAT_WMF_H

#include <glib.h>

G_BEGIN_DECLS

/* The bitmap as a BMP file; NULL: the metafile paints something else or more, or is damaged. Unref it. */
GBytes *ist_wmf_bitmap (GBytes *metafile);

G_END_DECLS

#endif
