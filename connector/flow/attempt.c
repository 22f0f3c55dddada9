#include "connector/flow/attempt.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/secrets.h"

#include <string.h>

#define BUSY_PAUSE_SECS 5

IstAttempt *
ist_attempt_new (IstInstance *instance, const char *relay)
{
  IstAttempt *self = g_new0 (IstAttempt, 1);

  g_mutex_init (&self->mutex);
  self->instance = instance;
  self->relay = g_strdup (relay);
  return self;
}

void
ist_attempt_close (IstAttempt *self)
{
  IstClient *client;

  g_mutex_lock (&self->mutex);
  client = g_steal_pointer (&self->client);
  g_mutex_unlock (&self->mutex);
  if (client == NULL)
    return;
  ist_client_close (client);
  ist_host_health_release (self->instance->health, self->address, self->port);
  g_clear_pointer (&self->host, g_free);
  g_clear_pointer (&self->address, g_free);
}

void
ist_attempt_free (IstAttempt *self)
{
  if (self == NULL)
    return;
  ist_attempt_close (self);
  g_mutex_clear (&self->mutex);
  g_free (self->relay);
  g_free (self);
}

void
ist_attempt_abort (IstAttempt *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  if (self->client != NULL)
    ist_client_abort (self->client);
}

void
ist_fate_free (IstFate *fate)
{
  if (fate == NULL)
    return;
  g_free (fate->host);
  ist_reply_clear (&fate->reply);
  g_free (fate);
}

/* ---- opening ---- */

static gboolean
client_options (IstAttempt *self, const IstSnapshot *snapshot, const IstRelaySettings *relay,
                const IstHop *hop, IstClientOptions *options, char **password, GError **error)
{
  *options = (IstClientOptions){
    .address = hop->address,
    .port = hop->port,
    .host = hop->host,
    .source = relay->source,
    .helo = snapshot->connector->hostname,
    .implicit_tls = relay->implicit_tls,
    .auth_user = relay->auth_user,
    .connect_timeout_secs = (guint) relay->connect_timeout_secs,
    .command_timeout_secs = (guint) relay->command_timeout_secs,
    .data_timeout_secs = (guint) relay->data_timeout_secs,
    .dot_timeout_secs = (guint) relay->dot_timeout_secs,
    .quit_timeout_secs = 5,
  };
  options->tls = ist_tls_policy_for_relay (snapshot->client_tls, relay, &options->tls_level, error);
  if (options->tls == NULL && options->tls_level != IST_TLS_NONE)
    return FALSE;
  if (relay->auth_user == NULL || relay->auth_password_file == NULL)
    return TRUE;
  *password = ist_secret_read (relay->auth_password_file, error);
  options->auth_password = *password;
  return *password != NULL;
}

/* What a failure says about the host: only trouble with the host itself makes it dead. */
static void
tell_health (IstAttempt *self, const IstRelaySettings *relay, const IstHop *hop,
             IstClientFailure failure, const char *why)
{
  IstHostHealth *health = self->instance->health;

  if (failure == IST_CLIENT_HOST)
    ist_host_health_dead (health, hop->address, hop->port, (guint) relay->probe_secs, why);
  else if (failure == IST_CLIENT_BUSY)
    ist_host_health_busy (health, hop->address, hop->port, BUSY_PAUSE_SECS, why);
}

static IstClient *
open_host (IstAttempt *self, const IstSnapshot *snapshot, const IstRelaySettings *relay,
           const IstHop *hop, IstClientFailure *failure, IstReply *reply, GError **error)
{
  g_autofree char *password = NULL;
  g_autofree char *note = NULL;
  IstClientOptions options;
  IstClient *client;

  *failure = IST_CLIENT_TLS;
  if (!client_options (self, snapshot, relay, hop, &options, &password, error))
    return NULL;
  client = ist_client_open (&options, failure, reply, &note, error);
  if (note != NULL)
    ist_log (self->instance->log, IST_LOG_WARNING, "smtp", "tls-fallback", NULL, note, "relay",
             self->relay, "host", hop->host, NULL);
  return client;
}

/* The first host that can be had now. *answer (NULL: nothing to say) describes why there is none. */
static gboolean
connect_relay (IstAttempt *self, const IstSnapshot *snapshot, const IstRelaySettings *relay,
               IstFate *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hops = NULL;
  gboolean all_dead = FALSE;

  hops = ist_next_hop_list (self->instance->next_hop, relay, &all_dead, &error);
  if (hops == NULL)
    {
      answer->failure = IST_CLIENT_HOST;
      ist_reply_set (&answer->reply, 0, NULL, "%s", error->message);
      return FALSE;
    }
  answer->failure = IST_CLIENT_BUSY;
  ist_reply_set (&answer->reply, 0, NULL, "relay %s: all connections its hosts allow are in use",
                 self->relay);
  for (guint i = 0; i < hops->len; i++)
    {
      const IstHop *hop = g_ptr_array_index (hops, i);
      g_autoptr (GError) local = NULL;
      IstClient *client;

      if (!ist_host_health_acquire (self->instance->health, hop->address, hop->port,
                                    (guint) relay->max_connections))
        continue;
      answer->attempted = TRUE;
      g_free (answer->host);
      answer->host = g_strdup (hop->host);
      ist_reply_clear (&answer->reply);
      client = open_host (self, snapshot, relay, hop, &answer->failure, &answer->reply, &local);
      if (client != NULL)
        {
          g_mutex_lock (&self->mutex);
          self->client = client;
          g_mutex_unlock (&self->mutex);
          self->host = g_strdup (hop->host);
          self->address = g_strdup (hop->address);
          self->port = hop->port;
          self->generation = snapshot->generation;
          return TRUE;
        }
      ist_host_health_release (self->instance->health, hop->address, hop->port);
      tell_health (self, relay, hop, answer->failure, local->message);
      if (answer->reply.code == 0)
        ist_reply_set (&answer->reply, 0, NULL, "%s", local->message);
    }
  return FALSE;
}

/* ---- sending ---- */

static IstFate *
fate_new (const IstPreparedRcpt *rcpt, const IstFate *like)
{
  IstFate *fate = g_new0 (IstFate, 1);

  fate->row = rcpt->row;
  fate->attempted = like->attempted;
  fate->failure = like->failure;
  fate->may_duplicate = like->may_duplicate;
  fate->host = g_strdup (like->host);
  ist_reply_copy (&fate->reply, &like->reply);
  return fate;
}

/* Everybody who is still without a result shares this one. */
static void
fail_rest (const GPtrArray *open, const IstFate *answer, GPtrArray *fates)
{
  for (guint i = 0; i < open->len; i++)
    g_ptr_array_add (fates, fate_new (g_ptr_array_index (open, i), answer));
}

static void
fill_mail (const IstQueueJob *job, const IstPrepared *group, const GPtrArray *open,
           IstClientMail *mail)
{
  *mail = (IstClientMail){
    .sender = group->sender,
    .smtputf8 = job->message->smtputf8,
    .eight_bit = job->message->eight_bit,
    .ret = job->message->ret,
    .envid = job->message->envid,
    .message = group->message,
    .rcpts = g_new0 (IstClientRcpt, open->len),
    .n_rcpts = open->len,
  };
  for (guint i = 0; i < open->len; i++)
    {
      const IstPreparedRcpt *rcpt = g_ptr_array_index (open, i);

      mail->rcpts[i].address = rcpt->address;
      mail->rcpts[i].original = rcpt->row->original;
      /* One success is reported for a recipient, not one for each of the messages made of one. */
      mail->rcpts[i].notify = rcpt->row->notify;
      if (rcpt->row->parent != 0 && (rcpt->row->notify & IST_NOTIFY_SUCCESS) != 0)
        mail->rcpts[i].notify
            = (rcpt->row->notify & ~IST_NOTIFY_SUCCESS) != 0 ? rcpt->row->notify & ~IST_NOTIFY_SUCCESS
                                                             : IST_NOTIFY_NEVER;
    }
}

/* Takes the results of one transaction: who has one leaves `open`, who was postponed (452 4.5.3) or
 * got none stays. */
static void
take_results (IstAttempt *self, IstClientMail *mail, GPtrArray *open, IstClientFailure failure,
              GPtrArray *fates)
{
  gboolean dsn = ist_client_has (self->client, "DSN");

  for (guint i = open->len; i > 0; i--)
    {
      IstClientRcpt *result = &mail->rcpts[i - 1];
      IstFate *fate;

      if (result->postponed || (result->reply.code == 0 && !result->delivered))
        continue;
      fate = g_new0 (IstFate, 1);
      fate->row = ((IstPreparedRcpt *) g_ptr_array_index (open, i - 1))->row;
      fate->attempted = TRUE;
      fate->delivered = result->delivered;
      fate->final = ist_reply_is_final (&result->reply);
      fate->failure = result->delivered ? IST_CLIENT_OK : failure;
      fate->relayed_dsn = dsn;
      fate->host = g_strdup (self->host);
      ist_reply_copy (&fate->reply, &result->reply);
      g_ptr_array_add (fates, fate);
      g_ptr_array_remove_index (open, i - 1);
    }
  for (guint i = 0; i < mail->n_rcpts; i++)
    ist_reply_clear (&mail->rcpts[i].reply);
  g_free (mail->rcpts);
}

/* One transaction over the open connection. FALSE: the connection is gone; *answer says why, and
 * *again is TRUE when a fresh connection deserves a try before this counts as a failure (the peer may
 * simply have closed an idle one). */
static gboolean
send_once (IstAttempt *self, const IstRelaySettings *relay, const IstQueueJob *job,
           const IstPrepared *group, GPtrArray *open, IstFate *answer, gboolean *again,
           GPtrArray *fates)
{
  gboolean reused = ist_client_n_sent (self->client) > 0;
  IstHop hop = { self->host, self->address, self->port };
  IstClientFailure failure = IST_CLIENT_MESSAGE;
  g_autoptr (GError) error = NULL;
  gboolean sent_dot = FALSE;
  IstClientMail mail;
  gboolean ok;

  fill_mail (job, group, open, &mail);
  ok = ist_client_send (self->client, &mail, &failure, &sent_dot, &error);
  take_results (self, &mail, open, failure, fates);
  if (ok)
    {
      if (failure == IST_CLIENT_BUSY)
        tell_health (self, relay, &hop, failure, "the host said it is busy");
      else
        ist_host_health_good (self->instance->health, self->address, self->port);
      return TRUE;
    }
  *again = reused && !sent_dot;
  answer->attempted = TRUE;
  answer->failure = failure;
  answer->may_duplicate = sent_dot;
  g_free (answer->host);
  answer->host = g_strdup (self->host);
  ist_reply_set (&answer->reply, 0, NULL, "%s", error->message);
  if (!*again && failure != IST_CLIENT_HOST)
    tell_health (self, relay, &hop, failure, error->message);
  ist_attempt_close (self);
  return FALSE;
}

static void
send_group (IstAttempt *self, const IstSnapshot *snapshot, const IstRelaySettings *relay,
            const IstQueueJob *job, const IstPrepared *group, GPtrArray *fates)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  IstFate answer = { 0 };
  guint tries = 0;

  for (guint i = 0; i < group->rcpts->len; i++)
    g_ptr_array_add (open, g_ptr_array_index (group->rcpts, i));
  while (open->len > 0)
    {
      guint before = open->len;
      gboolean again = FALSE;

      if (self->client == NULL && !connect_relay (self, snapshot, relay, &answer))
        break;
      if (send_once (self, relay, job, group, open, &answer, &again, fates))
        {
          /* Postponed recipients go at once in the next transaction; one that moves nobody ends it. */
          if (open->len == before)
            {
              ist_reply_set (&answer.reply, 452, "4.5.3", "the host takes no recipient now");
              answer.failure = IST_CLIENT_BUSY;
              break;
            }
          continue;
        }
      if (!again || ++tries > 2)
        break;
    }
  fail_rest (open, &answer, fates);
  g_free (answer.host);
  ist_reply_clear (&answer.reply);
}

void
ist_attempt_run (IstAttempt *self, const IstSnapshot *snapshot, const IstQueueJob *job,
                 const IstPreparation *preparation, GPtrArray *fates)
{
  const IstRelaySettings *relay = ist_settings_get (snapshot->settings, "relay", job->relay);

  if (self->client != NULL
      && (self->generation != snapshot->generation
          || (relay != NULL && relay->max_messages > 0
              && ist_client_n_sent (self->client) >= (guint) relay->max_messages)))
    ist_attempt_close (self);
  for (guint i = 0; i < preparation->groups->len; i++)
    {
      const IstPrepared *group = g_ptr_array_index (preparation->groups, i);
      IstFate none = { .failure = IST_CLIENT_HOST };

      if (relay != NULL)
        {
          send_group (self, snapshot, relay, job, group, fates);
          continue;
        }
      ist_reply_set (&none.reply, 0, NULL,
                     "relay \"%s\" is not in the configuration any more; add it or redirect", job->relay);
      fail_rest (group->rcpts, &none, fates);
      ist_reply_clear (&none.reply);
    }
}
