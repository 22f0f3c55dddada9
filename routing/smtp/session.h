/*
 * routing/smtp/session.h - the server side of one SMTP connection (RFC 5321), protocol only.
 *
 * The session speaks the protocol and keeps its state; who may do what and where mail goes is asked
 * through IstSessionHandler, which connector/flow/receive.c fills. One file a command
 * (command-*.c): a check whether the command may come now, then the doing.
 *
 * Extensions: PIPELINING, SIZE, 8BITMIME, SMTPUTF8, CHUNKING, DSN, ENHANCEDSTATUSCODES, STARTTLS,
 * XCLIENT (listed peers), HELP. BINARYMIME is not offered (RFC 3030: needs a store without lines).
 * End of data is CRLF.CRLF only; a bare LF or CR is refused or made CRLF, as `bare_newline` says.
 *
 * Threads: one session lives in one thread; ist_session_shutdown() may come from any.
 */
#ifndef IST_ROUTING_SMTP_SESSION_H
#define IST_ROUTING_SMTP_SESSION_H

#include "base/stream.h"
#include "routing/queue/queue.h"
#include "routing/smtp/reply.h"

G_BEGIN_DECLS

typedef struct _IstSession IstSession;

typedef enum
{
  IST_BARE_NEWLINE_REFUSE,   /* 521 5.5.2 and close, so that nothing after it is taken as a command */
  IST_BARE_NEWLINE_NORMALIZE /* made CRLF; still never an end of data */
} IstBareNewline;

/* Limits and identity of one listener; borrowed for the life of the session. Times in seconds. They may
 * change in the middle of it, from within a call of the handler (a client that turned out to be a
 * listed peer). Command lines have at most 4,096 bytes; lines of message text may have any length. */
typedef struct
{
  const char *hostname;          /* greeting and Received */
  IstTlsContext *tls;            /* NULL: no STARTTLS */
  gboolean implicit_tls;         /* handshake before the greeting */
  gboolean require_tls;          /* 530 5.7.0 to MAIL before STARTTLS */
  IstBareNewline bare_newline;
  guint64 max_message_bytes;     /* SIZE; 0: none announced */
  guint max_recipients;          /* per transaction, then 452 4.5.3 */
  guint max_commands;            /* without a message, then 421; 0: none */
  guint max_errors;              /* then 421; 0: none */
  guint max_messages;            /* per session, then 421; 0: none */
  gsize max_header_bytes;        /* 552 5.3.4 above; 0: 1 MiB */
  guint command_timeout_secs;    /* RFC 5321 4.5.3.2.7: 300 */
  guint data_timeout_secs;       /* whole wait for one block: 180 */
  guint data_total_secs;         /* whole DATA phase, or from the first BDAT to the last: 3600 */
  guint tarpit_msecs;            /* delay of each error reply; 0: none */
  gboolean allow_xclient;
} IstSessionLimits;

/* What is known of the client; borrowed from the session. XCLIENT changes address and helo. */
typedef struct
{
  const char *address;
  const char *helo;              /* "" before HELO */
  gboolean esmtp;
  const IstTlsInfo *tls;         /* NULL: clear text */
} IstSessionPeer;

/* MAIL FROM with its parameters. */
typedef struct
{
  const char *sender;            /* "" for <> */
  guint64 size;                  /* SIZE=, 0: not given */
  gboolean eight_bit;
  gboolean smtputf8;
  IstRet ret;
  const char *envid;             /* decoded, NULL */
} IstSessionMail;

typedef struct
{
  const char *address;           /* local@domain without source route; "postmaster" may lack a domain */
  guint notify;
  const char *original;          /* ORCPT, "type;decoded address" or NULL */
} IstSessionRcpt;

/* Every function fills `reply`; a reply of 4xx/5xx refuses the step. `user` is the value given to
 * ist_session_run(). */
typedef struct
{
  /* Before the greeting; a 4xx/5xx reply is sent instead of it and the connection closed. */
  void (*connect) (gpointer user, const IstSessionPeer *peer, IstReply *reply);
  void (*mail) (gpointer user, const IstSessionPeer *peer, const IstSessionMail *mail,
                IstReply *reply);
  void (*rcpt) (gpointer user, const IstSessionPeer *peer, const IstSessionRcpt *rcpt,
                IstReply *reply);
  /* Before 354 or the first BDAT chunk; FALSE with a reply when no text can be taken. */
  gboolean (*data) (gpointer user, const IstSessionPeer *peer, IstReply *reply);
  /* A piece of the text, un-stuffed, with CRLF line ends. After a failure the rest is read and thrown
   * away, and the final dot is answered 554 (REFUSED) or 451 (anything else). */
  gboolean (*text) (gpointer user, const char *data, gsize size_bytes, GError **error);
  /* It failed, and not for good: a better answer than the 451 that is in the reply. NULL: that one. */
  void (*not_stored) (gpointer user, const IstSessionPeer *peer, const GError *error, IstReply *reply);
  /* The whole text was given. The reply is the answer to the final dot (or BDAT LAST). */
  void (*done) (gpointer user, const IstSessionPeer *peer, IstReply *reply);
  /* The transaction is gone (RSET, HELO, lost connection, refused text). */
  void (*abort) (gpointer user);
  /* One refusal or protocol event for the log; `reply` may be NULL. */
  void (*event) (gpointer user, const IstSessionPeer *peer, const char *command,
                 const IstReply *reply, const char *why);
} IstSessionHandler;

/* One session over `stream`; all four are borrowed for its life. */
IstSession *ist_session_new (IstStream *stream, const IstSessionLimits *limits,
                             const IstSessionHandler *handler, gpointer user);
/* Runs it to its end. */
void ist_session_run (IstSession *session);
void ist_session_free (IstSession *session);

/* Asks a running session to end with 421 after the command in hand; a message whose text is coming is
 * still answered. Any thread; the session must not be freed meanwhile. */
void ist_session_shutdown (IstSession *session);

G_END_DECLS

#endif
