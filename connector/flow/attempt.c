#include "connector/flow/attempt.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/secrets.h"
#include "connector/flow/slim.h"

#include <string.h>

#define BUSY_PAUSE_SECS 5
#define ROOM_LOOK_USECS (200 * 1000)
#define MAX_TRIES 4 /* connections that break off before the final dot, in one round */

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

  self->aborted = TRUE;
  if (self->client != NULL)
    ist_client_abort (self->client);
  else if (self->opening != NULL)
    ist_stream_abort (self->opening);
}

static gboolean
is_aborted (IstAttempt *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return self->aborted;
}

static void
on_opening (gpointer user, IstStream *stream)
{
  IstAttempt *self = user;
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  self->opening = stream;
  if (stream != NULL && self->aborted)
    ist_stream_abort (stream);
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
    .max_line_bytes = (gsize) relay->max_line_bytes,
    .opening = on_opening,
    .user = self,
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

  if (is_aborted (self))
    return;
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

gboolean
ist_attempt_has_room (IstAttempt *self, const IstSnapshot *snapshot, gint64 *until)
{
  const IstRelaySettings *relay = ist_settings_get (snapshot->settings, "relay", self->relay);
  g_autoptr (GPtrArray) hops = NULL;
  gboolean all_dead;

  if (self->client != NULL || relay == NULL)
    return TRUE;
  hops = ist_next_hop_list (self->instance->next_hop, relay, &all_dead, NULL);
  for (guint i = 0; hops != NULL && i < hops->len; i++)
    {
      const IstHop *hop = g_ptr_array_index (hops, i);

      if (ist_host_health_has_room (self->instance->health, hop->address, hop->port,
                                    (guint) relay->max_connections))
        return TRUE;
    }
  *until = ist_clock_mono_usecs () + ROOM_LOOK_USECS;
  return hops == NULL;
}

static void
take_client (IstAttempt *self, IstClient *client, const IstHop *hop, guint generation)
{
  g_mutex_lock (&self->mutex);
  self->client = client;
  self->opening = NULL;
  g_mutex_unlock (&self->mutex);
  self->host = g_strdup (hop->host);
  self->address = g_strdup (hop->address);
  self->port = hop->port;
  self->generation = generation;
}

static char *
hop_key (const char *address, guint16 port)
{
  return g_strdup_printf ("%s %u", address, port);
}

/* The first host that can be had now and is not in `failed`. Else FALSE, and *answer describes why;
 * what failed before keeps its words when nobody else can be asked. */
static gboolean
connect_relay (IstAttempt *self, const IstSnapshot *snapshot, const IstRelaySettings *relay,
               GHashTable *failed, IstFate *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hops = NULL;
  gboolean all_dead = FALSE;

  hops = ist_next_hop_list (self->instance->next_hop, relay, &all_dead, &error);
  if (!answer->attempted)
    {
      answer->failure = hops == NULL ? IST_CLIENT_HOST : IST_CLIENT_BUSY;
      ist_reply_set (&answer->reply, 0, NULL, hops == NULL ? "%s" : "relay %s: all connections its "
                     "hosts allow are in use", hops == NULL ? error->message : self->relay);
    }
  for (guint i = 0; hops != NULL && i < hops->len; i++)
    {
      const IstHop *hop = g_ptr_array_index (hops, i);
      g_autofree char *key = hop_key (hop->address, hop->port);
      g_autoptr (GError) local = NULL;
      IstClient *client;

      if (is_aborted (self) || g_hash_table_contains (failed, key)
          || !ist_host_health_acquire (self->instance->health, hop->address, hop->port,
                                       (guint) relay->max_connections))
        continue;
      answer->attempted = TRUE;
      g_free (answer->host);
      answer->host = g_strdup (hop->host);
      ist_reply_clear (&answer->reply);
      client = open_host (self, snapshot, relay, hop, &answer->failure, &answer->reply, &local);
      if (client != NULL)
        {
          take_client (self, client, hop, snapshot->generation);
          return TRUE;
        }
      ist_host_health_release (self->instance->health, hop->address, hop->port);
      tell_health (self, relay, hop, answer->failure, local->message);
      /* The last reply may be a good one: what failed came after it, or was that nothing came. */
      if (answer->reply.code < 400)
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
  fate->begun = like->begun;
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
fill_mail (const IstQueueJob *job, const IstPrepared *group, const IstMessage *message,
           const GPtrArray *open, IstClientMail *mail)
{
  *mail = (IstClientMail){
    .sender = group->sender,
    .smtputf8 = job->message->smtputf8,
    .eight_bit = job->message->eight_bit,
    .ret = job->message->ret,
    .envid = job->message->envid,
    .message = message,
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

/* Takes the results of one transaction: who has one leaves `open`; who was postponed (452 4.5.3), got none, or
 * got nothing but `again_code` (the 421 of a peer that left, the 552 of a first try; 0: none) stays. */
static void
take_results (IstAttempt *self, IstClientMail *mail, GPtrArray *open, IstClientFailure failure,
              guint again_code, gint64 begun, GPtrArray *fates)
{
  gboolean dsn = ist_client_has (self->client, "DSN");

  for (guint i = open->len; i > 0; i--)
    {
      IstClientRcpt *result = &mail->rcpts[i - 1];
      IstFate *fate;

      if (result->postponed || (result->reply.code == 0 && !result->delivered)
          || (again_code != 0 && result->reply.code == again_code))
        continue;
      fate = g_new0 (IstFate, 1);
      fate->row = ((IstPreparedRcpt *) g_ptr_array_index (open, i - 1))->row;
      fate->attempted = TRUE;
      fate->begun = begun;
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

/* A host that takes no more than we would send gets it without our own growth, if that helps. `limit`: it
 * told so by refusing (0: not yet). */
static IstMessage *
slim (IstAttempt *self, const IstSnapshot *snapshot, const IstQueueJob *job, const IstPrepared *group,
      guint64 limit)
{
  guint64 told = ist_client_max_size (self->client);
  guint64 max = limit > 0 ? limit : told;
  g_autofree char *dropped = NULL;
  IstMessage *message;

  if (max == 0 || ist_message_size (group->message) <= max)
    return NULL;
  message = ist_slim (snapshot, job, group, max, &dropped);
  if (message != NULL)
    ist_log (self->instance->log, IST_LOG_WARNING, "deliver", "slimmed", job->message->queue_id,
             "the host takes no larger messages, so what Isthmus added was left out", "dropped",
             dropped, "relay", self->relay, "host", self->host, NULL);
  return message;
}

/* What a round over one connection needs to know. */
typedef struct
{
  const IstSnapshot *snapshot;
  const IstRelaySettings *relay;
  const IstQueueJob *job;
  const IstPrepared *group;
  GPtrArray *open;    /* IstPreparedRcpt without a result */
  GHashTable *failed; /* hosts that broke off in this round */
  guint64 limit;      /* size to come down to after a 552; 0: none was met */
  IstFate answer;     /* of those who stay without one */
  GPtrArray *fates;
} Round;

static void
connection_lost (IstAttempt *self, Round *r, IstClientFailure failure, gboolean sent_dot,
                 gboolean reused, const char *words)
{
  IstHop hop = { self->host, self->address, self->port };

  r->answer.attempted = TRUE;
  r->answer.failure = failure;
  r->answer.may_duplicate = sent_dot;
  g_free (r->answer.host);
  r->answer.host = g_strdup (self->host);
  ist_reply_set (&r->answer.reply, 0, NULL, "%s", words);
  /* Silence for the second message in a row is the host's, not the messages'. A late answer to the final dot is
   * no such sign, nor is an idle connection that a firewall forgot. */
  if (failure == IST_CLIENT_BUSY
      || (failure == IST_CLIENT_HOST && !sent_dot && !reused && ist_client_timed_out (self->client)
          && ist_host_health_silent (self->instance->health, self->address, self->port)))
    tell_health (self, r->relay, &hop, failure, words);
  /* A peer may close an idle connection: that is asked again over a fresh one, at the same host. */
  if (!reused)
    g_hash_table_add (r->failed, hop_key (self->address, self->port));
  ist_attempt_close (self);
}

/* A text that is not the one that came may have lost a DKIM signature: that is no secret. */
static void
log_note (IstAttempt *self, const char *queue_id)
{
  const char *note = ist_client_note (self->client);

  if (note != NULL)
    ist_log (self->instance->log, IST_LOG_INFO, "deliver", "downgraded", queue_id, note, "relay",
             self->relay, "host", self->host, NULL);
}

/* What a peer said that left with 421 before it took anything; NULL: it did not. g_free(). */
static char *
parting_words (const IstAttempt *self, const IstClientMail *mail, gboolean sent_dot)
{
  for (guint i = 0; !sent_dot && !ist_client_is_open (self->client) && i < mail->n_rcpts; i++)
    if (mail->rcpts[i].reply.code == 421)
      return ist_reply_to_string (&mail->rcpts[i].reply);
  return NULL;
}

/* Was the message refused for its size, while it had been smaller when it came? Sets r->limit then. */
static gboolean
met_limit (Round *r, const IstClientMail *mail)
{
  gboolean refused = FALSE;
  guint64 came;

  for (guint i = 0; i < mail->n_rcpts; i++)
    refused |= mail->rcpts[i].reply.code == 552
               && (mail->rcpts[i].reply.enhanced == NULL
                   || strcmp (mail->rcpts[i].reply.enhanced, "5.3.4") == 0
                   || strcmp (mail->rcpts[i].reply.enhanced, "5.2.3") == 0);
  if (!refused || r->limit > 0)
    return FALSE;
  came = ist_slim_came_size (r->job);
  if (ist_message_size (r->group->message) <= came)
    return FALSE;
  r->limit = came;
  return TRUE;
}

/* One transaction over the open connection. FALSE: the connection is gone; *again is TRUE when another
 * deserves a try before this counts as a failure: nothing of the message's end had left. */
static gboolean
send_once (IstAttempt *self, Round *r, gboolean *again)
{
  gboolean reused = ist_client_n_sent (self->client) > 0;
  g_autoptr (IstMessage) slimmed = slim (self, r->snapshot, r->job, r->group, r->limit);
  IstHop hop = { self->host, self->address, self->port };
  IstClientFailure failure = IST_CLIENT_MESSAGE;
  g_autoptr (GError) error = NULL;
  g_autofree char *parting = NULL;
  gboolean sent_dot = FALSE;
  IstClientMail mail;
  gboolean ok, too_large;

  fill_mail (r->job, r->group, slimmed != NULL ? slimmed : r->group->message, r->open, &mail);
  ok = ist_client_send (self->client, &mail, &failure, &sent_dot, &error);
  log_note (self, r->job->message->queue_id);
  parting = ok ? parting_words (self, &mail, sent_dot) : NULL;
  too_large = ok && parting == NULL && slimmed == NULL && met_limit (r, &mail);
  take_results (self, &mail, r->open, failure, parting != NULL ? 421 : too_large ? 552 : 0,
                r->answer.begun, r->fates);
  if (!ok || parting != NULL)
    {
      *again = !sent_dot;
      /* What had been idle may simply be closed; it says nothing about how busy the host is. */
      connection_lost (self, r, parting != NULL && reused ? IST_CLIENT_HOST : failure, sent_dot, reused,
                       parting != NULL ? parting : error->message);
      return FALSE;
    }
  if (failure == IST_CLIENT_BUSY)
    tell_health (self, r->relay, &hop, failure, "the host said it is busy");
  else
    ist_host_health_good (self->instance->health, self->address, self->port);
  if (!ist_client_is_open (self->client))
    ist_attempt_close (self);
  return TRUE;
}

static void
send_group (IstAttempt *self, Round *r)
{
  guint tries = 0;

  while (r->open->len > 0)
    {
      guint before = r->open->len;
      guint64 limit = r->limit;
      gboolean again = FALSE;

      if (self->client == NULL
          && !connect_relay (self, r->snapshot, r->relay, r->failed, &r->answer))
        break;
      if (send_once (self, r, &again))
        {
          /* Postponed recipients go at once in the next transaction; one that moves nobody ends it. */
          if (r->open->len == before && r->limit == limit)
            {
              ist_reply_set (&r->answer.reply, 452, "4.5.3", "the host takes no recipient now");
              r->answer.failure = IST_CLIENT_BUSY;
              break;
            }
          continue;
        }
      if (!again || ++tries >= MAX_TRIES)
        break;
    }
  fail_rest (r->open, &r->answer, r->fates);
  g_free (r->answer.host);
  ist_reply_clear (&r->answer.reply);
}

static void
run_group (IstAttempt *self, const IstSnapshot *snapshot, const IstRelaySettings *relay,
           const IstQueueJob *job, const IstPrepared *group, GPtrArray *fates)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  g_autoptr (GHashTable) failed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Round round = { snapshot, relay, job, group, open, failed, 0, { 0 }, fates };

  round.answer.begun = ist_queue_now (self->instance->queue);
  for (guint i = 0; i < group->rcpts->len; i++)
    g_ptr_array_add (open, g_ptr_array_index (group->rcpts, i));
  send_group (self, &round);
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
          run_group (self, snapshot, relay, job, group, fates);
          continue;
        }
      ist_reply_set (&none.reply, 0, NULL,
                     "relay \"%s\" is not in the configuration any more; add it or redirect", job->relay);
      fail_rest (group->rcpts, &none, fates);
      ist_reply_clear (&none.reply);
    }
}
