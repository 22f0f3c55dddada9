/*
 * tests/routing/smtp-server.h - a server that plays a script, for tests of the sending side.
 *
 * A script is a list of steps, one string each, NULL-ended:
 *   ">220 hi"      sends the line and CRLF (LF within it: several lines)
 *   "<"            reads one line
 *   "<."           reads lines until one that is just a dot
 *   "<BDAT"        reads one line and as many bytes as its number says
 *   "TLS"          makes the server's side of a handshake
 *   "NEXT"         closes and waits for the next connection
 *   "WAIT"         reads until the client closes
 * At its end the connection is closed. All that was read is kept, lines as they came.
 */
#ifndef IST_TESTS_SMTP_SERVER_H
#define IST_TESTS_SMTP_SERVER_H

#include "base/stream.h"

typedef struct
{
  GSocketListener *listener;
  guint16 port;
  const char *const *script;
  gsize step; /* bytes a write; 0: whole */
  IstTlsContext *tls;
  GString *seen;
  GThread *thread;
} IstSmtpServer;

/* Borrows the script and context. */
IstSmtpServer *ist_smtp_server_start (const char *const *script, gsize step, IstTlsContext *tls);
/* Waits for the end of the script; what was seen stays readable. */
void ist_smtp_server_wait (IstSmtpServer *server);
void ist_smtp_server_free (IstSmtpServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstSmtpServer, ist_smtp_server_free)

#endif
