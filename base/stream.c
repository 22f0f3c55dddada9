#include "base/stream.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/stream-private.h"
#include "base/tls-private.h"

#include <openssl/err.h>
#include <string.h>

/* A peer that fills the input buffer gets one of twice the size, up to the maximum. */
#define IN_SIZE (16 * 1024)
#define IN_MAX (128 * 1024)
#define OUT_LIMIT (64 * 1024)
#define OUT_DIRECT (16 * 1024)
#define CONNECT_LOOK_USECS (G_USEC_PER_SEC / 4)

/* ---- addresses ---- */

static char *
address_text (GSocketAddress *address, guint16 *port)
{
  g_autofree char *text = NULL;

  if (address == NULL || !G_IS_INET_SOCKET_ADDRESS (address))
    return g_strdup ("");
  if (port != NULL)
    *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  text = g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
  if (g_ascii_strncasecmp (text, "::ffff:", 7) == 0 && strchr (text, '.') != NULL)
    return g_strdup (text + 7);
  return g_steal_pointer (&text);
}

static void
learn_addresses (IstStream *self)
{
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (self->socket, NULL);
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (self->socket, NULL);

  g_free (self->peer);
  g_free (self->local);
  self->peer = address_text (remote, &self->peer_port);
  self->local = address_text (local, NULL);
}

IstStream *
ist_stream_new (GSocket *socket)
{
  IstStream *self = g_new0 (IstStream, 1);

  self->socket = g_object_ref (socket);
  self->deadline = G_MAXINT64;
  learn_addresses (self);
  g_socket_set_blocking (socket, FALSE);
  if (g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX)
    g_socket_set_option (socket, 6 /* IPPROTO_TCP */, 1 /* TCP_NODELAY */, 1, NULL);
  return self;
}

/* ---- waiting ---- */

gboolean
ist_stream_fail (IstStream *self, IstFault fault, GError **error, const char *words)
{
  if (g_atomic_int_get (&self->aborted))
    {
      fault = IST_FAULT_ABORTED;
      words = "the connection was ended by us";
    }
  self->fault = fault;
  g_set_error_literal (error, IST_ERROR, IST_ERROR_RETRY, words);
  return FALSE;
}

gboolean
ist_stream_wait (IstStream *self, GIOCondition condition, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (g_atomic_int_get (&self->aborted))
    return ist_stream_fail (self, IST_FAULT_ABORTED, error, "");
  if (self->deadline != G_MAXINT64 && self->deadline <= ist_clock_mono_usecs ())
    return ist_stream_fail (self, IST_FAULT_TIMEOUT, error, "timed out");
  if (ist_clock_wait_socket (self->socket, condition, self->deadline, &local))
    return TRUE;
  return g_error_matches (local, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
             ? ist_stream_fail (self, IST_FAULT_TIMEOUT, error, "timed out")
             : ist_stream_fail (self, IST_FAULT_RESET, error, local->message);
}

/* ---- raw bytes ---- */

gboolean
ist_stream_tls_step (IstStream *self, int result, GError **error)
{
  g_autofree char *words = NULL;

  switch (SSL_get_error (self->ssl, result))
    {
    case SSL_ERROR_WANT_READ:
      return ist_stream_wait (self, G_IO_IN, error);
    case SSL_ERROR_WANT_WRITE:
      return ist_stream_wait (self, G_IO_OUT, error);
    case SSL_ERROR_ZERO_RETURN:
      return ist_stream_fail (self, IST_FAULT_CLOSED, error, "the peer closed the connection");
    case SSL_ERROR_SYSCALL:
      return ist_stream_fail (self, IST_FAULT_CLOSED, error, "the connection was lost");
    default:
      words = ist_tls_error_words ();
      return ist_stream_fail (self, IST_FAULT_TLS, error, words);
    }
}

static gssize
read_tls (IstStream *self, char *data, gsize size, GError **error)
{
  for (;;)
    {
      int got;

      ERR_clear_error ();
      got = SSL_read (self->ssl, data, (int) MIN (size, G_MAXINT));
      if (got > 0)
        return got;
      if (!ist_stream_tls_step (self, got, error))
        return -1;
    }
}

static gssize
read_some (IstStream *self, char *data, gsize size, GError **error)
{
  if (g_atomic_int_get (&self->aborted))
    {
      ist_stream_fail (self, IST_FAULT_ABORTED, error, "");
      return -1;
    }
  if (self->ssl != NULL)
    return read_tls (self, data, size, error);
  /* In a dialogue the next line is hardly ever there yet: waiting first saves a call, and the error it gives. */
  if (self->drained && !ist_stream_wait (self, G_IO_IN, error))
    return -1;
  for (;;)
    {
      g_autoptr (GError) local = NULL;
      gssize got = g_socket_receive_with_blocking (self->socket, data, size, FALSE, NULL, &local);

      self->drained = got > 0 && (gsize) got < size;
      if (got > 0)
        return got;
      if (got == 0)
        {
          ist_stream_fail (self, IST_FAULT_CLOSED, error, "the peer closed the connection");
          return -1;
        }
      if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          ist_stream_fail (self, IST_FAULT_RESET, error, local->message);
          return -1;
        }
      if (!ist_stream_wait (self, G_IO_IN, error))
        return -1;
    }
}

static gssize
write_some (IstStream *self, const char *data, gsize size, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) local = NULL;
      gssize sent;

      if (self->ssl != NULL)
        {
          ERR_clear_error ();
          sent = SSL_write (self->ssl, data, (int) MIN (size, G_MAXINT));
          if (sent > 0)
            return sent;
          if (!ist_stream_tls_step (self, (int) sent, error))
            return -1;
          continue;
        }
      sent = g_socket_send_with_blocking (self->socket, data, size, FALSE, NULL, &local);
      if (sent > 0)
        return sent;
      if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          ist_stream_fail (self, IST_FAULT_RESET, error, local->message);
          return -1;
        }
      if (!ist_stream_wait (self, G_IO_OUT, error))
        return -1;
    }
}

static gboolean
write_all (IstStream *self, const char *data, gsize size, GError **error)
{
  while (size > 0)
    {
      gssize sent = write_some (self, data, size, error);

      if (sent < 0)
        return FALSE;
      data += sent;
      size -= (gsize) sent;
    }
  return TRUE;
}

/* ---- reading ---- */

static gboolean
fill (IstStream *self, GError **error)
{
  gssize got;

  if (self->in == NULL)
    {
      self->in_size = MAX (self->in_wanted, IN_SIZE);
      self->in = g_malloc (self->in_size);
    }
  else if (self->in_end == 0 && self->in_wanted > self->in_size)
    {
      g_free (self->in);
      self->in_size = self->in_wanted;
      self->in = g_malloc (self->in_size);
    }
  if (self->in_start > 0)
    {
      memmove (self->in, self->in + self->in_start, self->in_end - self->in_start);
      self->in_end -= self->in_start;
      self->in_start = 0;
    }
  got = read_some (self, self->in + self->in_end, self->in_size - self->in_end, error);
  if (got < 0)
    return FALSE;
  self->in_end += (gsize) got;
  if (self->in_end == self->in_size)
    self->in_wanted = MIN (2 * self->in_size, IN_MAX);
  return TRUE;
}

gboolean
ist_stream_peek (IstStream *self, const char **data, gsize *size_bytes, GError **error)
{
  if (self->in_start == self->in_end)
    {
      self->in_start = self->in_end = 0;
      if (!fill (self, error))
        return FALSE;
    }
  *data = self->in + self->in_start;
  *size_bytes = self->in_end - self->in_start;
  return TRUE;
}

gboolean
ist_stream_wait_readable (IstStream *self, gint64 until_mono_usecs)
{
  g_autoptr (GError) local = NULL;
  const char *data;
  gsize size;

  if (ist_stream_pending (self) > 0)
    return TRUE;
  if (g_atomic_int_get (&self->aborted))
    return ist_stream_fail (self, IST_FAULT_ABORTED, NULL, "");
  if (ist_clock_wait_socket (self->socket, G_IO_IN, until_mono_usecs, &local))
    return ist_stream_peek (self, &data, &size, NULL);
  if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    ist_stream_fail (self, IST_FAULT_RESET, NULL, local->message);
  return FALSE;
}

void
ist_stream_consume (IstStream *self, gsize size_bytes)
{
  g_return_if_fail (size_bytes <= self->in_end - self->in_start);
  self->in_start += size_bytes;
}

gsize
ist_stream_pending (IstStream *self)
{
  gsize ours = self->in_end - self->in_start;

  return self->ssl != NULL ? ours + (gsize) SSL_pending (self->ssl) : ours;
}

gboolean
ist_stream_read_line (IstStream *self, GString *line, gsize max_bytes, gboolean *too_long,
                      GError **error)
{
  g_string_truncate (line, 0);
  *too_long = FALSE;
  for (;;)
    {
      const char *data;
      const char *lf;
      gsize size, room, take;

      if (!ist_stream_peek (self, &data, &size, error))
        return FALSE;
      lf = memchr (data, '\n', size);
      take = lf != NULL ? (gsize) (lf - data) + 1 : size;
      room = max_bytes - line->len;
      if (take > room)
        *too_long = TRUE;
      g_string_append_len (line, data, (gssize) MIN (take, room));
      ist_stream_consume (self, take);
      if (lf != NULL)
        return TRUE;
    }
}

/* ---- writing ---- */

/* What is buffered and `data`, as one: copying a large piece into the buffer would cost more than the call. */
static gboolean
write_with_buffer (IstStream *self, const char *data, gsize size, GError **error)
{
  gsize head = self->out->len;
  gsize done = 0;

  while (done < head + size)
    {
      g_autoptr (GError) local = NULL;
      gsize skip = done > head ? done - head : 0;
      GOutputVector pieces[2] = { { self->out->data + MIN (done, head), head - MIN (done, head) },
                                  { data + skip, size - skip } };
      gsize sent = 0;
      GPollableReturn result
          = g_socket_send_message_with_timeout (self->socket, NULL, pieces, 2, NULL, 0, 0, 0, &sent, NULL, &local);

      if (result == G_POLLABLE_RETURN_FAILED)
        return ist_stream_fail (self, IST_FAULT_RESET, error, local->message);
      if (result == G_POLLABLE_RETURN_WOULD_BLOCK && !ist_stream_wait (self, G_IO_OUT, error))
        return FALSE;
      done += sent;
    }
  g_byte_array_set_size (self->out, 0);
  return TRUE;
}

gboolean
ist_stream_write (IstStream *self, const char *data, gsize size_bytes, GError **error)
{
  if (self->out == NULL)
    self->out = g_byte_array_new ();
  if (size_bytes >= OUT_DIRECT && self->ssl == NULL)
    return write_with_buffer (self, data, size_bytes, error);
  if (self->out->len + size_bytes > OUT_LIMIT)
    {
      if (!ist_stream_flush (self, error))
        return FALSE;
      if (size_bytes >= OUT_LIMIT)
        return write_all (self, data, size_bytes, error);
    }
  g_byte_array_append (self->out, (const guint8 *) data, (guint) size_bytes);
  return TRUE;
}

gboolean
ist_stream_flush (IstStream *self, GError **error)
{
  gboolean ok = TRUE;

  if (self->out == NULL || self->out->len == 0)
    return TRUE;
  ok = write_all (self, (const char *) self->out->data, self->out->len, error);
  g_byte_array_set_size (self->out, 0);
  return ok;
}

void
ist_stream_idle (IstStream *self)
{
  if (self->out != NULL && self->out->len == 0)
    g_clear_pointer (&self->out, g_byte_array_unref);
  if (self->in != NULL && self->in_start == self->in_end)
    {
      self->in_start = self->in_end = self->in_wanted = 0;
      g_clear_pointer (&self->in, g_free);
    }
}

/* ---- the end ---- */

void
ist_stream_abort (IstStream *self)
{
  g_atomic_int_set (&self->aborted, TRUE);
  g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
}

void
ist_stream_free (IstStream *self)
{
  if (self == NULL)
    return;
  if (self->ssl != NULL)
    {
      /* Not after a fatal error: OpenSSL forbids it. Never waits for the peer's answer. */
      if (self->fault == IST_FAULT_NONE && SSL_is_init_finished (self->ssl))
        {
          ERR_clear_error ();
          SSL_shutdown (self->ssl);
        }
      SSL_free (self->ssl);
      ERR_clear_error ();
    }
  ist_tls_info_free (self->info);
  g_free (self->server);
  ist_tls_context_unref (self->context);
  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  if (self->out != NULL)
    g_byte_array_unref (self->out);
  g_free (self->in);
  g_free (self->peer);
  g_free (self->local);
  g_free (self->target);
  g_free (self);
}

void
ist_stream_set_deadline (IstStream *self, gint64 deadline_mono_usecs)
{
  self->deadline = deadline_mono_usecs;
}

IstFault
ist_stream_last_fault (const IstStream *self)
{
  return self->fault;
}

const IstTlsInfo *
ist_stream_tls_info (const IstStream *self)
{
  return self->info;
}

const char *
ist_stream_peer_address (const IstStream *self)
{
  return self->peer;
}

guint16
ist_stream_peer_port (const IstStream *self)
{
  return self->peer_port;
}

const char *
ist_stream_local_address (const IstStream *self)
{
  return self->local;
}

/* ---- connecting ---- */

static GSocket *
open_socket (const char *address, guint16 port, const char *source, GSocketAddress **target,
             GError **error)
{
  g_autoptr (GSocketAddress) to = g_inet_socket_address_new_from_string (address, port);
  g_autoptr (GSocketAddress) from = NULL;
  g_autoptr (GSocket) socket = NULL;

  if (to == NULL)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "\"%s\" is no IP address", address);
      return NULL;
    }
  socket = g_socket_new (g_socket_address_get_family (to), G_SOCKET_TYPE_STREAM,
                         G_SOCKET_PROTOCOL_TCP, error);
  if (socket == NULL)
    return NULL;
  from = source != NULL ? g_inet_socket_address_new_from_string (source, 0) : NULL;
  if (from != NULL && !g_socket_bind (socket, from, TRUE, error))
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  *target = g_steal_pointer (&to);
  return g_steal_pointer (&socket);
}

IstStream *
ist_stream_begin (const char *address, guint16 port, const char *source, GError **error)
{
  g_autoptr (GSocketAddress) target = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (GSocket) socket = open_socket (address, port, source, &target, &local);
  IstStream *self;

  if (socket == NULL
      || (!g_socket_connect (socket, target, NULL, &local)
          && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_PENDING)))
    {
      g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "connect to [%s]:%u: %s", address, port, local->message);
      return NULL;
    }
  self = ist_stream_new (socket);
  self->target = g_strdup_printf ("[%s]:%u", address, port);
  return self;
}

static gboolean
fail_connect (IstStream *self, IstFault fault, GError **error, const char *words)
{
  g_autoptr (GError) local = NULL;

  ist_stream_fail (self, fault, &local, words);
  g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "connect to %s: %s", self->target, local->message);
  return FALSE;
}

/* In short waits: not every system wakes who waits for a connection when the socket is shut down. */
gboolean
ist_stream_wait_connected (IstStream *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  for (;;)
    {
      g_autoptr (GError) local = NULL;
      gint64 now = ist_clock_mono_usecs ();
      gint64 until = MIN (self->deadline, now + CONNECT_LOOK_USECS);

      if (g_atomic_int_get (&self->aborted))
        return fail_connect (self, IST_FAULT_ABORTED, error, "");
      if (ist_clock_wait_socket (self->socket, G_IO_OUT, until, &local))
        break;
      if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        return fail_connect (self, IST_FAULT_RESET, error, local->message);
      if (self->deadline <= ist_clock_mono_usecs ())
        return fail_connect (self, IST_FAULT_TIMEOUT, error, "timed out");
    }
  if (!g_socket_check_connect_result (self->socket, &failure))
    return fail_connect (self, IST_FAULT_RESET, error, failure->message);
  learn_addresses (self);
  return TRUE;
}

IstStream *
ist_stream_connect (const char *address, guint16 port, const char *source,
                    gint64 deadline_mono_usecs, GError **error)
{
  IstStream *self = ist_stream_begin (address, port, source, error);

  if (self == NULL)
    return NULL;
  ist_stream_set_deadline (self, deadline_mono_usecs);
  if (ist_stream_wait_connected (self, error))
    return self;
  ist_stream_free (self);
  return NULL;
}
