/*
 * The server side of SMTP. The first byte holds switches, the rest is all that the client sends before it hangs
 * up. Whatever it is: replies are well-formed, steps come in order, no bare CR or LF gets into a message.
 *
 * One thread: input and replies fit into the buffers of the socket pair, which the limits below make sure of.
 */
#include "tests/fuzz/fuzz.h"

#include "base/error.h"
#include "routing/smtp/session.h"

#include <sys/socket.h>
#include <unistd.h>

#define MAX_SENT 16384

typedef struct
{
  enum { IDLE, MAILED, RECEIVING } state;
  guint rcpts;
  GString *text;
  gboolean refuse_text;
} Taker;

static void
on_connect (gpointer user, const IstSessionPeer *peer, IstReply *reply)
{
}

static gboolean
is_clean (const char *text)
{
  return strpbrk (text, "\r\n") == NULL;
}

static void
on_mail (gpointer user, const IstSessionPeer *peer, const IstSessionMail *mail, IstReply *reply)
{
  Taker *self = user;

  g_assert_true (self->state == IDLE);
  g_assert_true (is_clean (mail->sender) && is_clean (peer->helo));
  g_assert_true (mail->envid == NULL || is_clean (mail->envid));
  self->state = MAILED;
  self->rcpts = 0;
  ist_reply_set (reply, 250, "2.1.0", "ok");
}

static void
on_rcpt (gpointer user, const IstSessionPeer *peer, const IstSessionRcpt *rcpt, IstReply *reply)
{
  Taker *self = user;

  g_assert_true (self->state == MAILED);
  g_assert_true (rcpt->address[0] != '\0' && is_clean (rcpt->address));
  g_assert_true (rcpt->original == NULL || is_clean (rcpt->original));
  if (rcpt->address[0] == 'n')
    {
      ist_reply_set (reply, 550, "5.1.1", "no such user %s", rcpt->address);
      return;
    }
  self->rcpts++;
  ist_reply_set (reply, 250, "2.1.5", "ok");
}

static gboolean
on_data (gpointer user, const IstSessionPeer *peer, IstReply *reply)
{
  Taker *self = user;

  g_assert_true (self->state == MAILED);
  g_assert_cmpuint (self->rcpts, >, 0);
  self->state = RECEIVING;
  g_string_truncate (self->text, 0);
  return TRUE;
}

static gboolean
on_text (gpointer user, const char *data, gsize size, GError **error)
{
  Taker *self = user;

  g_assert_true (self->state == RECEIVING);
  g_string_append_len (self->text, data, (gssize) size);
  if (!self->refuse_text || strchr (self->text->str, 'E') == NULL)
    return TRUE;
  g_set_error_literal (error, IST_ERROR, IST_ERROR_REFUSED, "not this");
  return FALSE;
}

static void
on_done (gpointer user, const IstSessionPeer *peer, IstReply *reply)
{
  Taker *self = user;

  g_assert_true (self->state == RECEIVING);
  g_assert_false (fuzz_has_bare_newline (self->text->str, self->text->len));
  self->state = IDLE;
  ist_reply_set (reply, 250, "2.0.0", "queued");
}

static void
on_abort (gpointer user)
{
  Taker *self = user;

  g_assert_true (self->state != IDLE);
  self->state = IDLE;
}

static void
on_event (gpointer user, const IstSessionPeer *peer, const char *command, const IstReply *reply, const char *why)
{
}

/* Every line "NNN text" or "NNN-text", the same code until a line without '-'. */
static void
check_replies (const GString *all)
{
  g_auto (GStrv) lines = g_strsplit (all->str, "\r\n", -1);
  gboolean more = FALSE;
  guint n = g_strv_length (lines);

  g_assert_cmpuint (strlen (all->str), ==, all->len);
  g_assert_false (fuzz_has_bare_newline (all->str, all->len));
  for (guint i = 0; i + 1 < n; i++)
    {
      g_assert_cmpuint (strspn (lines[i], "0123456789"), >=, 3);
      g_assert_true (lines[i][3] == ' ' || lines[i][3] == '-');
      g_assert_true (!more || strncmp (lines[i], lines[i - 1], 3) == 0);
      g_assert_cmpuint (strlen (lines[i]), <=, 510);
      more = lines[i][3] == '-';
    }
  g_assert_false (more);
}

static GString *
run (const IstSessionLimits *limits, Taker *taker, const guint8 *data, gsize size)
{
  static const IstSessionHandler handler
      = { on_connect, on_mail, on_rcpt, on_data, on_text, NULL, on_done, on_abort, on_event };
  g_autoptr (GSocket) socket = NULL;
  IstStream *stream;
  IstSession *session;
  GString *all = g_string_new (NULL);
  char block[4096];
  gssize got;
  int pair[2];

  g_assert_true (socketpair (AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  g_assert_true (size == 0 || send (pair[1], data, size, MSG_NOSIGNAL) == (gssize) size);
  shutdown (pair[1], SHUT_WR);
  socket = g_socket_new_from_fd (pair[0], NULL);
  stream = ist_stream_new (socket);
  session = ist_session_new (stream, limits, &handler, taker);
  ist_session_run (session);
  ist_session_free (session);
  ist_stream_free (stream);
  while ((got = recv (pair[1], block, sizeof block, MSG_DONTWAIT)) > 0)
    g_string_append_len (all, block, got);
  close (pair[1]);
  return all;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) replies = NULL;
  guint8 bits = size > 0 ? data[0] : 0;
  Taker taker = { .text = text, .refuse_text = (bits & 4) != 0 };
  IstSessionLimits limits = {
    .hostname = "mx.example",
    .bare_newline = (bits & 1) != 0 ? IST_BARE_NEWLINE_NORMALIZE : IST_BARE_NEWLINE_REFUSE,
    .max_message_bytes = 4000,
    .max_header_bytes = 1000,
    .max_recipients = 5,
    .max_commands = 20,
    .max_errors = 8,
    .max_messages = 5,
    .command_timeout_secs = 20,
    .data_timeout_secs = 20,
    .data_total_secs = 20,
    .allow_xclient = (bits & 2) != 0,
  };

  if (size == 0 || size > MAX_SENT)
    return 0;
  replies = run (&limits, &taker, data + 1, size - 1);
  g_assert_true (taker.state == IDLE);
  check_replies (replies);
  return 0;
}
