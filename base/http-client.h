/*
 * base/http-client.h - one HTTP request to a program of ours, over a Unix socket or loopback TCP.
 *
 *   IstHttpTarget target = { .unix_path = "/run/isthmus/admin.sock" };
 *   IstHttpAnswer answer = { 0 };
 *   ist_http_call (&target, "GET", "/v1/status", NULL, &answer, &error);
 *   ist_http_answer_clear (&answer);
 *
 * No proxy, no redirect, no other protocol. Blocking.
 *
 * Threads: any.
 */
#ifndef IST_BASE_HTTP_CLIENT_H
#define IST_BASE_HTTP_CLIENT_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *unix_path;   /* NULL: TCP */
  const char *endpoint;    /* "127.0.0.1:8025", with unix_path NULL */
  const char *token;       /* sent as "Authorization: Bearer …"; NULL: none */
  guint timeout_secs;      /* of the whole exchange; 0: 60 */
} IstHttpTarget;

typedef struct
{
  guint status;
  GBytes *body;            /* never NULL after success */
} IstHttpAnswer;

/* `path` with its query, encoded; `body` (JSON) NULL: none. FALSE: IST_ERROR_RETRY when nobody answers
 * there, IST_ERROR_CONFIG when we may not open the socket, IST_ERROR_DAMAGED when the answer broke off;
 * *answer is untouched. */
gboolean ist_http_call (const IstHttpTarget *target, const char *method, const char *path,
                        const char *body, IstHttpAnswer *answer, GError **error);

void ist_http_answer_clear (IstHttpAnswer *answer);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IstHttpAnswer, ist_http_answer_clear)

G_END_DECLS

#endif
