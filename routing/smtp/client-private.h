/*
 * routing/smtp/client-private.h - between the client*.c files only.
 */
#ifndef IST_ROUTING_SMTP_CLIENT_PRIVATE_H
#define IST_ROUTING_SMTP_CLIENT_PRIVATE_H

#include "routing/smtp/client.h"

G_BEGIN_DECLS

struct _IstClient
{
  IstStream *stream;
  char *host;
  guint command_timeout_secs, data_timeout_secs, dot_timeout_secs, quit_timeout_secs;
  gsize max_line_bytes;
  const char *note;
  GHashTable *keywords; /* upper-case EHLO keyword → its parameters */
  guint n_sent;
  gboolean needs_rset;
  gboolean lost;
  gboolean closing; /* the peer said 421, or is out of step */
};

/* -- client-reply.c -- */
void ist_client_deadline (IstClient *client, guint secs);
/* Reads one (multi-line) reply within `secs`. FALSE with IST_ERROR_RETRY: lost, late or garbage. */
gboolean ist_client_read_reply (IstClient *client, guint secs, IstReply *reply, GError **error);
/* Sends one line (CRLF is added) without waiting. */
gboolean ist_client_put (IstClient *client, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* Sends one line and reads its reply. */
gboolean ist_client_ask (IstClient *client, IstReply *reply, GError **error, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
/* 421 and 452 4.3.1 mean that the host is busy, whatever the command was. */
gboolean ist_client_is_busy (const IstReply *reply);

/* -- client-text.c -- */
/* What in a text needs care or an extension of the peer. */
typedef struct
{
  gboolean eight_bit_header, eight_bit_body;
  gboolean bare_newline; /* or no CRLF at the end */
  gboolean stuffing;     /* a line begins with a dot; not looked for behind a bare newline */
} IstTextNeeds;
/* Sends the text dot-stuffed with CRLF line ends and the final dot. */
gboolean ist_client_send_dotted (IstClient *client, const IstMessage *message,
                                 const IstTextNeeds *needs, GError **error);
/* Sends the bytes of a text without bare newlines as they are, for BDAT. */
gboolean ist_client_send_chunk (IstClient *client, const IstMessage *message, GError **error);
void ist_client_text_needs (const IstMessage *message, IstTextNeeds *needs);

G_END_DECLS

#endif
