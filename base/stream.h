/*
 * base/stream.h - a blocking byte stream over one TCP connection, with deadlines, plain or TLS.
 *
 * Reads go through one small buffer of ours (16 KiB, allocated at the first read and freed by
 * ist_stream_idle()); writes are gathered until ist_stream_flush(). Every call obeys the deadline
 * set last with ist_stream_set_deadline(), which bounds the whole call however slowly bytes drip.
 * TCP_NODELAY is on.
 *
 * Errors: IST_ERROR_RETRY for everything that happens on the wire (reset, time-out, end of file,
 * failed handshake); ist_stream_last_fault() tells which.
 *
 * Threads: one thread at a time, except ist_stream_abort(), which may be called from any thread
 * while the stream lives and makes the running and every later call fail at once.
 */
#ifndef IST_BASE_STREAM_H
#define IST_BASE_STREAM_H

#include "base/tls.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _IstStream IstStream;

typedef enum
{
  IST_FAULT_NONE,
  IST_FAULT_CLOSED,  /* the peer closed the connection */
  IST_FAULT_TIMEOUT, /* the deadline passed */
  IST_FAULT_RESET,   /* any other error of the socket */
  IST_FAULT_TLS,     /* handshake or record failure, verification failure */
  IST_FAULT_ABORTED  /* ist_stream_abort() */
} IstFault;

/* Wraps a connected socket (referenced; closed by ist_stream_free()). Never fails. */
IstStream *ist_stream_new (GSocket *socket);

/* Begins to connect to a literal IPv4/IPv6 address; ist_stream_wait_connected() comes next. `source` is a literal local
 * address to bind or NULL. NULL when it fails at once. */
IstStream *ist_stream_begin (const char *address, guint16 port, const char *source, GError **error);
/* Until the connection stands, fails, passes the deadline or is aborted: an attempt at a host that does not answer can
 * be given up. */
gboolean ist_stream_wait_connected (IstStream *stream, GError **error);

/* Both; the deadline stays set. */
IstStream *ist_stream_connect (const char *address, guint16 port, const char *source,
                               gint64 deadline_mono_usecs, GError **error);

void ist_stream_free (IstStream *stream); /* sends close_notify if TLS; NULL is allowed */

/* Monotonic microseconds (base/clock.h) after which every call fails; G_MAXINT64 for none. */
void ist_stream_set_deadline (IstStream *stream, gint64 deadline_mono_usecs);

/* Gives some bytes that are buffered, waiting for at least one: *data is borrowed until the next
 * call. Consume with ist_stream_consume(). End of file is an error (IST_FAULT_CLOSED). */
gboolean ist_stream_peek (IstStream *stream, const char **data, gsize *size_bytes, GError **error);
void ist_stream_consume (IstStream *stream, gsize size_bytes);

/* Waits until something can be read or `until_mono_usecs`; FALSE at that time (no fault then) or when
 * the stream fails. */
gboolean ist_stream_wait_readable (IstStream *stream, gint64 until_mono_usecs);

/* Bytes that can be read without waiting (ours plus OpenSSL's). */
gsize ist_stream_pending (IstStream *stream);

/* Reads up to and including the next LF, at most `max_bytes` of it (longer: the rest of the line is
 * skipped and *too_long set). `line` is replaced and includes its line end as received. */
gboolean ist_stream_read_line (IstStream *stream, GString *line, gsize max_bytes,
                               gboolean *too_long, GError **error);

/* Appends to the output buffer (sent when it exceeds 64 KiB or at flush). */
gboolean ist_stream_write (IstStream *stream, const char *data, gsize size_bytes, GError **error);
gboolean ist_stream_flush (IstStream *stream, GError **error);

/* Frees the buffers of a stream that will wait (idle sessions stay small). Keeps unread bytes. */
void ist_stream_idle (IstStream *stream);

/* TLS from here on. Bytes that were read but not consumed are thrown away (RFC 3207: nothing from
 * before the handshake may count). `server_name` is SNI and the name to verify, NULL on the server
 * side. On failure the stream is unusable. */
gboolean ist_stream_start_tls (IstStream *stream, IstTlsContext *context, const char *server_name,
                               GError **error);

/* What the handshake agreed on; NULL while the stream is plain. Borrowed. */
const IstTlsInfo *ist_stream_tls_info (const IstStream *stream);

IstFault ist_stream_last_fault (const IstStream *stream);

/* "192.0.2.1" or "2001:db8::1" (IPv4-mapped addresses are shown as IPv4), borrowed; "" if unknown. */
const char *ist_stream_peer_address (const IstStream *stream);
guint16 ist_stream_peer_port (const IstStream *stream);
const char *ist_stream_local_address (const IstStream *stream);

void ist_stream_abort (IstStream *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstStream, ist_stream_free)

G_END_DECLS

#endif
