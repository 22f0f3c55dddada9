#include "routing/smtp/client-private.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>

void
ist_client_abort (IstClient *self)
{
  ist_stream_abort (self->stream);
}

static void
client_free (IstClient *self)
{
  ist_stream_free (self->stream);
  g_hash_table_unref (self->keywords);
  g_free (self->host);
  g_free (self);
}

void
ist_client_close (IstClient *self)
{
  g_auto (IstReply) reply = { 0 };

  if (self == NULL)
    return;
  if (ist_client_is_open (self))
    {
      ist_client_deadline (self, self->quit_timeout_secs);
      if (ist_client_put (self, NULL, "QUIT") && ist_stream_flush (self->stream, NULL))
        ist_client_read_reply (self, self->quit_timeout_secs, &reply, NULL);
    }
  client_free (self);
}

gboolean
ist_client_is_open (const IstClient *self)
{
  return !self->lost && !self->closing;
}

gboolean
ist_client_timed_out (const IstClient *self)
{
  return self->lost && ist_stream_last_fault (self->stream) == IST_FAULT_TIMEOUT;
}

gboolean
ist_client_has (const IstClient *self, const char *keyword)
{
  return g_hash_table_contains (self->keywords, keyword);
}

guint64
ist_client_max_size (const IstClient *self)
{
  const char *text = g_hash_table_lookup (self->keywords, "SIZE");

  return text != NULL ? g_ascii_strtoull (text, NULL, 10) : 0;
}

const IstTlsInfo *
ist_client_tls_info (const IstClient *self)
{
  return ist_stream_tls_info (self->stream);
}

const char *
ist_client_note (const IstClient *self)
{
  return self->note;
}

guint
ist_client_n_sent (const IstClient *self)
{
  return self->n_sent;
}

/* ---- greeting ---- */

static void
take_keywords (IstClient *self, const IstReply *reply)
{
  g_auto (GStrv) lines = g_strsplit (reply->text, "\n", -1);

  g_hash_table_remove_all (self->keywords);
  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    {
      gsize n = strcspn (lines[i], " =");
      char *key = g_ascii_strup (lines[i], (gssize) n);

      g_hash_table_insert (self->keywords, key, g_strdup (lines[i][n] != '\0' ? lines[i] + n + 1 : ""));
    }
}

static gboolean
refuse (IstClient *self, const IstReply *reply, const char *step, IstClientFailure kind,
        IstClientFailure *failure, GError **error)
{
  g_autofree char *text = ist_reply_to_string (reply);

  *failure = ist_client_is_busy (reply) ? IST_CLIENT_BUSY : kind;
  g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "%s answered %s: %s", self->host, step, text);
  return FALSE;
}

static gboolean
say_ehlo (IstClient *self, const char *helo, IstReply *reply, IstClientFailure *failure,
          GError **error)
{
  if (!ist_client_ask (self, reply, error, "EHLO %s", helo))
    return FALSE;
  if (ist_reply_is_ok (reply))
    {
      take_keywords (self, reply);
      return TRUE;
    }
  if (reply->code == 421)
    return refuse (self, reply, "EHLO", IST_CLIENT_HOST, failure, error);
  g_hash_table_remove_all (self->keywords);
  if (!ist_client_ask (self, reply, error, "HELO %s", helo))
    return FALSE;
  return ist_reply_is_ok (reply) || refuse (self, reply, "HELO", IST_CLIENT_HOST, failure, error);
}

static gboolean
start_tls (IstClient *self, const IstClientOptions *o, IstReply *reply, IstClientFailure *failure,
           GError **error)
{
  g_autoptr (GError) local = NULL;

  if (o->tls_level == IST_TLS_NONE)
    return TRUE;
  if (!ist_client_has (self, "STARTTLS"))
    {
      if (o->tls_level == IST_TLS_MAY)
        return TRUE;
      *failure = IST_CLIENT_TLS;
      g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "%s: no STARTTLS offered, TLS level is %s",
                   self->host, ist_tls_level_name (o->tls_level));
      return FALSE;
    }
  if (!ist_client_ask (self, reply, error, "STARTTLS"))
    return FALSE;
  if (reply->code != 220)
    return refuse (self, reply, "STARTTLS", IST_CLIENT_TLS, failure, error);
  ist_client_deadline (self, o->connect_timeout_secs);
  if (!ist_stream_start_tls (self->stream, o->tls, o->host, &local))
    {
      *failure = IST_CLIENT_TLS;
      self->lost = TRUE;
      g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "%s: %s", self->host, local->message);
      return FALSE;
    }
  return say_ehlo (self, o->helo, reply, failure, error);
}

static char *
base64 (const char *text, gsize size)
{
  return g_base64_encode ((const guchar *) text, size);
}

static gboolean
offers (const char *mechanisms, const char *wanted)
{
  g_auto (GStrv) words = g_strsplit (mechanisms != NULL ? mechanisms : "", " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (g_ascii_strcasecmp (words[i], wanted) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
ask_plain (IstClient *self, const IstClientOptions *o, IstReply *reply, GError **error)
{
  g_autoptr (GString) plain = g_string_new (NULL);
  g_autofree char *coded = NULL;

  g_string_append_c (plain, '\0');
  g_string_append (plain, o->auth_user);
  g_string_append_c (plain, '\0');
  g_string_append (plain, o->auth_password);
  coded = base64 (plain->str, plain->len);
  return ist_client_ask (self, reply, error, "AUTH PLAIN %s", coded);
}

static gboolean
ask_login (IstClient *self, const IstClientOptions *o, IstReply *reply, GError **error)
{
  g_autofree char *user = base64 (o->auth_user, strlen (o->auth_user));
  g_autofree char *password = base64 (o->auth_password, strlen (o->auth_password));

  return ist_client_ask (self, reply, error, "AUTH LOGIN")
         && (reply->code != 334 || ist_client_ask (self, reply, error, "%s", user))
         && (reply->code != 334 || ist_client_ask (self, reply, error, "%s", password));
}

/* RFC 4954, over TLS only: a password never leaves in clear text. A refused password is the
 * administrator's trouble and says nothing about the host's health. */
static gboolean
authenticate (IstClient *self, const IstClientOptions *o, IstReply *reply,
              IstClientFailure *failure, GError **error)
{
  const char *offered = g_hash_table_lookup (self->keywords, "AUTH");
  gboolean plain = offers (offered, "PLAIN");

  if (o->auth_user == NULL)
    return TRUE;
  if (ist_client_tls_info (self) == NULL || (!plain && !offers (offered, "LOGIN")))
    {
      *failure = IST_CLIENT_TLS;
      g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "%s: %s", self->host,
                   ist_client_tls_info (self) == NULL ? "AUTH needs TLS"
                                                      : "neither AUTH PLAIN nor AUTH LOGIN is offered");
      return FALSE;
    }
  if (!(plain ? ask_plain (self, o, reply, error) : ask_login (self, o, reply, error)))
    return FALSE;
  return reply->code == 235 || refuse (self, reply, "AUTH", IST_CLIENT_TLS, failure, error);
}

static gboolean
greet (IstClient *self, const IstClientOptions *o, IstReply *reply, IstClientFailure *failure,
       GError **error)
{
  g_autoptr (GError) local = NULL;

  if (o->implicit_tls)
    {
      ist_client_deadline (self, o->connect_timeout_secs);
      if (!ist_stream_start_tls (self->stream, o->tls, o->host, &local))
        {
          *failure = IST_CLIENT_TLS;
          self->lost = TRUE;
          g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "%s: %s", self->host, local->message);
          return FALSE;
        }
    }
  if (!ist_client_read_reply (self, o->connect_timeout_secs, reply, error))
    return FALSE;
  if (reply->code != 220)
    return refuse (self, reply, "the connection", IST_CLIENT_HOST, failure, error);
  if (!say_ehlo (self, o->helo, reply, failure, error))
    return FALSE;
  return (o->implicit_tls || start_tls (self, o, reply, failure, error))
         && authenticate (self, o, reply, failure, error);
}

static IstClient *
open_once (const IstClientOptions *o, IstClientFailure *failure, IstReply *reply, GError **error)
{
  IstStream *stream = ist_stream_begin (o->address, o->port, o->source, error);
  IstClient *self;

  *failure = IST_CLIENT_HOST;
  if (stream == NULL)
    return NULL;
  if (o->opening != NULL)
    o->opening (o->user, stream);
  ist_stream_set_deadline (stream, ist_clock_mono_usecs ()
                                       + (gint64) MAX (o->connect_timeout_secs, 1) * G_USEC_PER_SEC);
  if (!ist_stream_wait_connected (stream, error))
    {
      if (o->opening != NULL)
        o->opening (o->user, NULL);
      ist_stream_free (stream);
      return NULL;
    }
  self = g_new0 (IstClient, 1);
  self->stream = stream;
  self->host = g_strcmp0 (o->host, o->address) == 0
                   ? g_strdup_printf ("[%s]:%u", o->address, o->port)
                   : g_strdup_printf ("%s[%s]:%u", o->host, o->address, o->port);
  self->keywords = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->command_timeout_secs = o->command_timeout_secs;
  self->data_timeout_secs = o->data_timeout_secs;
  self->dot_timeout_secs = o->dot_timeout_secs;
  self->quit_timeout_secs = o->quit_timeout_secs;
  self->max_line_bytes = o->max_line_bytes;
  if (greet (self, o, reply, failure, error))
    {
      *failure = IST_CLIENT_OK;
      return self;
    }
  if (o->opening != NULL)
    o->opening (o->user, NULL);
  ist_client_close (self);
  return NULL;
}

IstClient *
ist_client_open (const IstClientOptions *options, IstClientFailure *failure, IstReply *reply,
                 char **tls_note, GError **error)
{
  g_autoptr (GError) local = NULL;
  IstClientOptions clear = *options;
  IstClient *self = open_once (options, failure, reply, &local);

  if (self != NULL)
    return self;
  if (*failure == IST_CLIENT_TLS && options->tls_level == IST_TLS_MAY && !options->implicit_tls
      && options->auth_user == NULL)
    {
      *tls_note = g_strdup_printf ("TLS could not be had, going on in clear text: %s", local->message);
      clear.tls_level = IST_TLS_NONE;
      return open_once (&clear, failure, reply, error);
    }
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}
