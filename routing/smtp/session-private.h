/*
 * routing/smtp/session-private.h - between session.c, text-reader.c and the command files only.
 *
 * The life of a session:
 *   greeting → HELO/EHLO → (MAIL → RCPT… → DATA | BDAT…)* → QUIT
 * A command file checks whether its command may come now, then does it. A reply is gathered and leaves
 * when no further complete command is waiting (RFC 2920).
 */
#ifndef IST_ROUTING_SMTP_SESSION_PRIVATE_H
#define IST_ROUTING_SMTP_SESSION_PRIVATE_H

#include "routing/smtp/session.h"

G_BEGIN_DECLS

typedef struct _IstTextReader IstTextReader;

struct _IstSession
{
  IstStream *stream;
  const IstSessionLimits *limits;
  const IstSessionHandler *handler;
  gpointer user;
  GString *line;      /* the command in hand, without CRLF */
  const char *verb;   /* for events */
  IstSessionPeer peer;
  char *helo, *address; /* behind `peer` */
  gboolean in_mail;
  gboolean smtputf8;  /* asked for by the MAIL in hand */
  guint n_rcpts;
  IstTextReader *bdat; /* a BDAT transaction is running */
  gint64 bdat_until;   /* its whole time, monotonic */
  guint n_errors, n_commands, n_messages;
  gboolean ended;
  gint stopping;      /* atomic */
  GMutex mutex;       /* for the tarpit's wait */
  GCond cond;
};

typedef struct
{
  const char *verb;
  void (*run) (IstSession *session, const char *argument);
} IstSessionCommand;

/* -- session.c -- */
/* One reply, counted and reported as an event when it refuses. */
void ist_session_reply (IstSession *session, const IstReply *reply);
void ist_session_say (IstSession *session, guint code, const char *enhanced, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
/* Ends the transaction in hand; the handler hears of it. */
void ist_session_reset (IstSession *session);
/* No further command is read. */
void ist_session_end (IstSession *session);
void ist_session_event (IstSession *session, const IstReply *reply, const char *why);
gboolean ist_session_flush (IstSession *session);
/* Both EHLO's and XCLIENT's. */
void ist_session_set_helo (IstSession *session, const char *helo, gboolean esmtp);

/* -- parameters of MAIL and RCPT (parameters.c) -- */
/* Splits "<path> KEY=VALUE KEY…"; FALSE on bad syntax. `address` without source route (RFC 5321 appendix C:
 * accepted and ignored); `parameters` NULL-ended. */
gboolean ist_session_split_path (const char *text, char **address, char ***parameters);
/* The value behind "KEY=" (g_strdup'ed), "" for a bare KEY; NULL when this is another key. */
char *ist_session_parameter (const char *parameter, const char *key);
/* xtext (RFC 3461 4) of printable characters, decoded; NULL when it is something else. */
char *ist_session_xtext (const char *value);

/* The connection was lost, or too slow, in the message text: logged, answered where that helps, over. */
void ist_session_text_lost (IstSession *session);

/* -- text-reader.c -- */
typedef enum
{
  IST_TEXT_MORE,
  IST_TEXT_END,  /* CRLF.CRLF was read */
  IST_TEXT_BARE  /* a bare CR or LF where these are refused */
} IstTextState;

/* `sink` gets clean text; its failure is remembered and the rest swallowed. */
IstTextReader *ist_text_reader_new (IstBareNewline bare_newline, guint64 max_bytes,
                                    gsize max_header_bytes, gboolean dots,
                                    gboolean (*sink) (gpointer user, const char *data,
                                                      gsize size_bytes, GError **error),
                                    gpointer user);
void ist_text_reader_free (IstTextReader *reader);
/* Takes what it can of `data`; *used tells how much (all, unless the end came). */
IstTextState ist_text_reader_feed (IstTextReader *reader, const char *data, gsize size_bytes,
                                   gsize *used);
/* The last line of a BDAT text may lack its CRLF: it is completed. BARE when it ends in a bare CR. */
IstTextState ist_text_reader_finish (IstTextReader *reader);
/* What was wrong, if anything: fills `reply` and gives TRUE. */
gboolean ist_text_reader_failed (const IstTextReader *reader, IstReply *reply);
/* What the sink said when it failed, borrowed; NULL. */
const GError *ist_text_reader_error (const IstTextReader *reader);

/* The answer to the final dot or to BDAT LAST. */
void ist_session_answer_text (IstSession *session, const IstTextReader *reader);

/* -- commands -- */
void ist_command_helo (IstSession *session, const char *argument);
void ist_command_ehlo (IstSession *session, const char *argument);
void ist_command_mail (IstSession *session, const char *argument);
void ist_command_rcpt (IstSession *session, const char *argument);
void ist_command_data (IstSession *session, const char *argument);
void ist_command_bdat (IstSession *session, const char *argument);
void ist_command_starttls (IstSession *session, const char *argument);
void ist_command_xclient (IstSession *session, const char *argument);
void ist_command_rset (IstSession *session, const char *argument);
void ist_command_noop (IstSession *session, const char *argument);
void ist_command_quit (IstSession *session, const char *argument);
void ist_command_help (IstSession *session, const char *argument);
void ist_command_vrfy (IstSession *session, const char *argument);
void ist_command_unsupported (IstSession *session, const char *argument);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstTextReader, ist_text_reader_free)

G_END_DECLS

#endif
