/*
 * routing/smtp/reply.h - one SMTP reply (RFC 5321 4.2, RFC 3463 codes).
 */
#ifndef IST_ROUTING_SMTP_REPLY_H
#define IST_ROUTING_SMTP_REPLY_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint code;     /* 250, 451, 550…; 0: none (connection lost) */
  char *enhanced; /* "2.1.5"; NULL when there is none */
  char *text;     /* lines joined by LF, without codes; never NULL once set */
} IstReply;

/* Sets all three (frees what was there). `enhanced` may be NULL. CR and LF from outside in the text
 * become blanks. */
void ist_reply_set (IstReply *reply, guint code, const char *enhanced, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
void ist_reply_clear (IstReply *reply);
void ist_reply_copy (IstReply *to, const IstReply *from);

/* "550 5.1.1 no such user" on one line; g_free(). */
char *ist_reply_to_string (const IstReply *reply);

static inline gboolean ist_reply_is_ok (const IstReply *r) { return r->code >= 200 && r->code < 400; }
static inline gboolean ist_reply_is_passing (const IstReply *r) { return r->code >= 400 && r->code < 500; }
static inline gboolean ist_reply_is_final (const IstReply *r) { return r->code >= 500; }

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IstReply, ist_reply_clear)

G_END_DECLS

#endif
