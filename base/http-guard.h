/*
 * base/http-guard.h - is this block of HTTP header safe to hand to the HTTP parser?
 *
 * Two parsers that read one block differently let a client hide a second request in the first one's
 * body (RFC 9112 11.2). Whatever could be read in two ways is refused here, as bytes, before evhttp
 * sees it: bare CR or LF, folded lines, control characters, a blank before the colon, more than one
 * Content-Length or one that is not digits, Content-Length beside Transfer-Encoding, any coding but
 * "chunked", a missing or repeated Host.
 *
 *   reason = ist_http_guard_check (block, length, max_body_bytes, &status);
 *
 * Threads: pure.
 */
#ifndef IST_BASE_HTTP_GUARD_H
#define IST_BASE_HTTP_GUARD_H

#include <glib.h>

G_BEGIN_DECLS

/* Bytes up to and with the empty line that ends a header, 0 when `data` does not hold its end yet. A
 * header whose lines end in bare LF ends too, so that it is refused and not waited for. */
gsize ist_http_guard_end (const char *data, gsize size_bytes);

/* Checks one request line with its fields, the empty line included (RFC 9112 2 to 6, RFC 9110 5). NULL:
 * good. Otherwise static words for the client, and *status: 400, 413 (Content-Length above
 * `max_body_bytes`), 501 (transfer coding) or 505 (version). */
const char *ist_http_guard_check (const char *block, gsize size_bytes, guint64 max_body_bytes,
                                  guint *status);

G_END_DECLS

#endif
