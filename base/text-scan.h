/*
 * base/text-scan.h - looks through message text a block at a time.
 *
 * Text whose line ends are all CRLF can be copied in large pieces. These functions find how far that holds
 * at some bytes per nanosecond, so that no byte and no line of a large message costs a call:
 *
 *   run = ist_text_clean_run (data, size, '\n', TRUE);
 *   copy (data, run);            // whole and partial lines, none begins with a dot
 *   handle_with_care (data + run);
 *
 * Threads: any; no state.
 */
#ifndef IST_BASE_TEXT_SCAN_H
#define IST_BASE_TEXT_SCAN_H

#include <glib.h>

G_BEGIN_DECLS

/* Length of the longest beginning of `data` that needs no care: each CR in it is followed by LF, each LF
 * follows a CR, and, with `dots`, no line begins with a dot (RFC 5321 4.5.2). `before` is the byte in front
 * of `data` ('\n' at the start of a text, never '\r'). A CR at the very end is left out: what follows it
 * is not known yet. */
gsize ist_text_clean_run (const char *data, gsize size_bytes, char before, gboolean dots);

/* TRUE when a byte above 127 is in `data`. */
gboolean ist_text_has_high_bit (const char *data, gsize size_bytes);

G_END_DECLS

#endif
