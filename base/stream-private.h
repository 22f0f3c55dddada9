/*
 * base/stream-private.h - between base/stream.c and base/stream-tls.c only.
 */
#ifndef IST_BASE_STREAM_PRIVATE_H
#define IST_BASE_STREAM_PRIVATE_H

#include "base/stream.h"

#include <openssl/ssl.h>

G_BEGIN_DECLS

struct _IstStream
{
  GSocket *socket;
  char *target; /* "[address]:port" that it connects to; NULL: accepted */
  gint64 deadline;
  gint aborted; /* atomic */
  IstFault fault;
  char *in; /* in_size bytes, NULL while idle */
  gsize in_size, in_wanted;
  gsize in_start, in_end;
  gboolean drained; /* the last read took all there was */
  GByteArray *out; /* NULL while idle */
  SSL *ssl;
  IstTlsContext *context;
  IstTlsInfo *info;
  char *server; /* client side: "name:port", the key of its TLS sessions */
  char *peer, *local;
  guint16 peer_port;
};

/* Remembers the fault, sets IST_ERROR_RETRY and gives FALSE; an abort wins over any other fault. */
gboolean ist_stream_fail (IstStream *stream, IstFault fault, GError **error, const char *words);

/* Waits for the socket until the deadline. */
gboolean ist_stream_wait (IstStream *stream, GIOCondition condition, GError **error);

/* After an OpenSSL call gave `result` <= 0: waits for what it wants (TRUE: call again) or fails. */
gboolean ist_stream_tls_step (IstStream *stream, int result, GError **error);

G_END_DECLS

#endif
