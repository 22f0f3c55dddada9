/*
 * routing/smtp/client.h - the sending side of one SMTP connection (RFC 5321).
 *
 *   client = ist_client_open (&options, &reply, &error);
 *   ist_client_send (client, &mail, results, &final, &error);   any number of times
 *   ist_client_close (client);
 *
 * EHLO, then HELO when refused; PIPELINING and CHUNKING used when offered; STARTTLS by level;
 * AUTH PLAIN/LOGIN only over TLS. A text line starting with a dot is stuffed; bare CR and LF are
 * made CRLF on the way out and never leave.
 *
 * Threads: one thread at a time; ist_client_abort() from any.
 */
#ifndef IST_ROUTING_SMTP_CLIENT_H
#define IST_ROUTING_SMTP_CLIENT_H

#include "base/message.h"
#include "base/stream.h"
#include "routing/queue/queue.h"
#include "routing/smtp/reply.h"

G_BEGIN_DECLS

typedef struct _IstClient IstClient;

typedef struct
{
  const char *address;          /* literal */
  guint16 port;
  const char *host;             /* name for SNI, verification, and people */
  const char *source;           /* local address to bind, or NULL */
  const char *helo;             /* our name */
  IstTlsLevel tls_level;
  IstTlsContext *tls;           /* for every level but NONE */
  gboolean implicit_tls;
  const char *auth_user;        /* NULL: none */
  const char *auth_password;
  guint connect_timeout_secs;   /* 30 */
  guint command_timeout_secs;   /* 300 (RFC 5321 4.5.3.2) */
  guint data_timeout_secs;      /* one block: 180 */
  guint dot_timeout_secs;       /* 600 */
  guint quit_timeout_secs;      /* 5 */
  gsize max_line_bytes;         /* longer lines of text are re-encoded or folded; 0: passed on as they are */
  /* Told of the stream that connects, so that another thread can ist_stream_abort() that and the greeting, and of
   * NULL before a failed one goes; after a success the client owns it. May be NULL. */
  void (*opening) (gpointer user, IstStream *stream);
  gpointer user;
} IstClientOptions;

/* What kind of failure this was, for host health and the log. */
typedef enum
{
  IST_CLIENT_OK,
  IST_CLIENT_HOST,    /* connect, greeting 4xx/5xx, time-out, lost: the host is not well */
  IST_CLIENT_BUSY,    /* 421, or 452 4.3.1: come back later, not the message's fault */
  IST_CLIENT_TLS,     /* TLS or AUTH as required could not be had */
  IST_CLIENT_MESSAGE  /* the reply concerns this message or recipient */
} IstClientFailure;

/* Connects, greets, EHLO, TLS, AUTH. NULL on failure with IST_ERROR_RETRY (words name the host);
 * *failure tells the kind, *reply (may be empty) what the peer said. Under IST_TLS_MAY a failed
 * handshake is tried once more in clear text, and *tls_note (g_free, may stay NULL) says why. */
IstClient *ist_client_open (const IstClientOptions *options, IstClientFailure *failure,
                            IstReply *reply, char **tls_note, GError **error);

/* FALSE once the connection was lost, the peer said 421 or answered what no command can have: close it. */
gboolean ist_client_is_open (const IstClient *client);

/* TRUE when it was lost because the peer was silent for too long. */
gboolean ist_client_timed_out (const IstClient *client);

/* Extensions of the peer. */
gboolean ist_client_has (const IstClient *client, const char *keyword);
guint64 ist_client_max_size (const IstClient *client); /* 0: not told */
const IstTlsInfo *ist_client_tls_info (const IstClient *client);
/* What was changed in the last message for this peer's sake, static words for the log; NULL: nothing. */
const char *ist_client_note (const IstClient *client);
guint ist_client_n_sent (const IstClient *client);     /* transactions on this connection so far */

typedef struct
{
  const char *address;
  const char *original;  /* ORCPT or NULL */
  guint notify;
  /* result: */
  IstReply reply;        /* of RCPT if refused there, else of the final dot */
  gboolean postponed;    /* 452 4.5.3: send it in the next transaction, at once */
  gboolean delivered;
} IstClientRcpt;

typedef struct
{
  const char *sender;
  gboolean smtputf8;     /* needs it: see ist_client_send() */
  gboolean eight_bit;
  IstRet ret;
  const char *envid;
  const IstMessage *message;
  IstClientRcpt *rcpts;
  guint n_rcpts;
} IstClientMail;

/* One transaction. TRUE: every rcpt has its result (look at ist_client_is_open() before the next).
 * FALSE: the connection is lost or unusable (close it); the rcpts without `reply.code` have no result;
 * *sent_dot says that the final dot (or BDAT LAST) had left, so a repetition may duplicate. RSET is sent
 * first when an earlier transaction did not end cleanly.
 *
 * What the peer lacks is made up for where that damages nothing (routing/smtp/downgrade.h); where it is
 * not possible the recipients get an own reply: 554 5.6.7 (SMTPUTF8) or 554 5.6.3 (8-bit text). A
 * message larger than the peer's SIZE gets 552 5.3.4 without being sent. */
gboolean ist_client_send (IstClient *client, const IstClientMail *mail, IstClientFailure *failure,
                          gboolean *sent_dot, GError **error);

/* QUIT, waiting at most quit_timeout_secs, then closes and frees; NULL is allowed. */
void ist_client_close (IstClient *client);

/* Makes whatever runs fail at once (shutdown). */
void ist_client_abort (IstClient *client);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstClient, ist_client_close)

G_END_DECLS

#endif
