#include "connector/flow/listener.h"

#include "base/clock.h"
#include "base/error.h"
#include "connector/flow/receive.h"

#include <gio/gio.h>
#include <string.h>

#define BACKLOG 1024
#define SESSION_STOP_USECS (10 * G_USEC_PER_SEC)
#define MAX_COUNTED_ADDRESSES 100000

typedef struct
{
  IstListeners *owner;
  char *name;
  char *endpoint;
  GSocket *socket;
  GCancellable *cancel;
  GThread *thread;
} Listener;

typedef struct
{
  IstListeners *owner;
  char *listener_name;
  IstStream *stream;
  IstSession *session; /* set while the protocol runs; guarded by owner->mutex */
} Connection;

typedef struct
{
  gint64 minute;
  guint messages;
  guint sessions;
} PeerCount;

struct _IstListeners
{
  IstInstance *instance;
  GMutex mutex; /* guards all below */
  GCond gone;
  GPtrArray *listeners;
  GHashTable *connections; /* set of Connection */
  GHashTable *peers;       /* address → PeerCount */
  GHashTable *sessions;    /* listener name → how many sessions came through it and run */
  gboolean stopping;
};

static void
listener_free (Listener *self)
{
  g_cancellable_cancel (self->cancel);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  if (self->socket != NULL)
    g_socket_close (self->socket, NULL);
  g_clear_object (&self->socket);
  g_clear_object (&self->cancel);
  g_free (self->name);
  g_free (self->endpoint);
  g_free (self);
}

/* ---- one session, in its own thread ---- */

/* Under the lock. */
static guint
count_session (IstListeners *owner, const char *listener, gint change)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (owner->sessions, listener)) + (guint) change;

  g_hash_table_insert (owner->sessions, g_strdup (listener), GUINT_TO_POINTER (n));
  return n;
}

static void
connection_end (Connection *self)
{
  IstListeners *owner = self->owner;

  g_mutex_lock (&owner->mutex);
  g_hash_table_remove (owner->connections, self);
  count_session (owner, self->listener_name, -1);
  g_cond_broadcast (&owner->gone);
  g_atomic_int_add (&owner->instance->counters.sessions, -1);
  g_mutex_unlock (&owner->mutex);
  g_free (self->listener_name);
  g_free (self);
}

/* The session becomes visible to ist_listeners_stop() only between these two calls. */
static void
connection_publish (Connection *self, IstSession *session)
{
  IstListeners *owner = self->owner;

  g_mutex_lock (&owner->mutex);
  self->session = session;
  if (session != NULL && owner->stopping)
    ist_session_shutdown (session);
  g_mutex_unlock (&owner->mutex);
}

static gpointer
connection_run (gpointer data)
{
  Connection *self = data;
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (self->owner->instance);
  const IstListenerSettings *listener
      = ist_settings_get (snapshot->settings, "listener", self->listener_name);

  if (listener != NULL)
    {
      IstReceive *receive
          = ist_receive_new (self->owner->instance, snapshot, listener, self->stream);
      IstSessionLimits limits;
      IstSession *session;

      ist_receive_limits (receive, &limits);
      session = ist_session_new (self->stream, &limits, &ist_receive_handler, receive);
      connection_publish (self, session);
      ist_session_run (session);
      connection_publish (self, NULL);
      ist_session_free (session);
      ist_receive_free (receive);
    }
  ist_stream_free (self->stream);
  connection_end (self);
  return NULL;
}

/* 421 without a thread: the answer fits into the empty socket buffer. */
static void
turn_away (GSocket *socket, const char *hostname, const char *why)
{
  g_autofree char *line = g_strdup_printf ("421 4.3.2 %s %s, try again later\r\n", hostname, why);

  g_socket_set_blocking (socket, FALSE);
  g_socket_send (socket, line, strlen (line), NULL, NULL);
  g_socket_close (socket, NULL);
}

/* One more session, over all and over this listener, while both have room. */
static gboolean
admit (IstListeners *owner, const char *listener, gint64 max_all, gint64 max_here)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&owner->mutex);

  if (g_atomic_int_get (&owner->instance->counters.sessions) >= max_all
      || count_session (owner, listener, 0) >= max_here)
    return FALSE;
  g_atomic_int_inc (&owner->instance->counters.sessions);
  count_session (owner, listener, 1);
  return TRUE;
}

static void
connection_start (Listener *listener, GSocket *socket)
{
  IstListeners *owner = listener->owner;
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (owner->instance);
  const IstListenerSettings *settings
      = ist_settings_get (snapshot->settings, "listener", listener->name);
  Connection *self;
  GThread *thread;

  if (!admit (owner, listener->name, snapshot->connector->max_sessions,
              settings != NULL ? settings->max_sessions : 0))
    {
      ist_log (owner->instance->log, IST_LOG_WARNING, "smtp", "refused", NULL,
               "too many sessions; raise max-sessions if this is not an attack", "listener",
               listener->name, NULL);
      turn_away (socket, snapshot->connector->hostname, "too many sessions");
      return;
    }
  self = g_new0 (Connection, 1);
  self->owner = owner;
  self->listener_name = g_strdup (listener->name);
  self->stream = ist_stream_new (socket);
  g_mutex_lock (&owner->mutex);
  g_hash_table_add (owner->connections, self);
  g_mutex_unlock (&owner->mutex);
  thread = g_thread_try_new ("smtp-in", connection_run, self, NULL);
  if (thread != NULL)
    {
      g_thread_unref (thread);
      return;
    }
  turn_away (socket, snapshot->connector->hostname, "out of threads");
  ist_stream_free (self->stream);
  connection_end (self);
}

/* ---- accepting ---- */

static gpointer
accept_run (gpointer data)
{
  Listener *self = data;

  while (!g_cancellable_is_cancelled (self->cancel))
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocket) socket = g_socket_accept (self->socket, self->cancel, &error);

      if (socket != NULL)
        {
          connection_start (self, socket);
          continue;
        }
      if (g_cancellable_is_cancelled (self->cancel))
        break;
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
        continue;
      ist_log (self->owner->instance->log, IST_LOG_ERROR, "smtp", "accept-failed", NULL,
               error->message, "listener", self->name, NULL);
      g_mutex_lock (&self->owner->mutex);
      ist_clock_wait (&self->owner->gone, &self->owner->mutex,
                      ist_clock_mono_usecs () + G_USEC_PER_SEC);
      g_mutex_unlock (&self->owner->mutex);
    }
  return NULL;
}

static GSocketAddress *
parse_endpoint (const char *endpoint)
{
  g_autofree char *host = g_strdup (endpoint);
  char *colon = strrchr (host, ':');
  char *start = host;

  if (colon == NULL)
    return NULL;
  *colon = '\0';
  if (*start == '[' && colon > start + 1 && colon[-1] == ']')
    {
      start++;
      colon[-1] = '\0';
    }
  return g_inet_socket_address_new_from_string (start,
                                                (guint) g_ascii_strtoull (colon + 1, NULL, 10));
}

static Listener *
listener_open (IstListeners *owner, const IstListenerSettings *settings, GError **error)
{
  g_autoptr (GSocketAddress) address = parse_endpoint (settings->address);
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) local = NULL;
  Listener *self;

  if (address == NULL)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG,
                   "[listener %s] address \"%s\" is no literal ADDRESS:PORT", settings->group.name,
                   settings->address);
      return NULL;
    }
  socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                         G_SOCKET_PROTOCOL_TCP, &local);
  if (socket != NULL)
    g_socket_set_listen_backlog (socket, BACKLOG);
  if (socket == NULL || !g_socket_bind (socket, address, TRUE, &local)
      || !g_socket_listen (socket, &local))
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG,
                   "[listener %s] cannot listen on %s: %s; is another mail server running there?",
                   settings->group.name, settings->address, local->message);
      return NULL;
    }
  self = g_new0 (Listener, 1);
  self->owner = owner;
  self->name = g_strdup (settings->group.name);
  self->endpoint = g_strdup (settings->address);
  self->socket = g_steal_pointer (&socket);
  self->cancel = g_cancellable_new ();
  return self;
}

static void
listener_start (Listener *self)
{
  self->thread = g_thread_new ("accept", accept_run, self);
}

/* ---- life ---- */

IstListeners *
ist_listeners_start (IstInstance *instance, GError **error)
{
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (instance);
  const GPtrArray *all = ist_settings_list (snapshot->settings, "listener");
  IstListeners *self = g_new0 (IstListeners, 1);

  self->instance = instance;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->gone);
  self->listeners = g_ptr_array_new_with_free_func ((GDestroyNotify) listener_free);
  self->connections = g_hash_table_new (NULL, NULL);
  self->peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < all->len; i++)
    {
      Listener *listener = listener_open (self, g_ptr_array_index (all, i), error);

      if (listener == NULL)
        {
          ist_listeners_free (self);
          return NULL;
        }
      g_ptr_array_add (self->listeners, listener);
    }
  for (guint i = 0; i < self->listeners->len; i++)
    listener_start (g_ptr_array_index (self->listeners, i));
  return self;
}

void
ist_listeners_reload (IstListeners *self, GPtrArray *errors)
{
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (self->instance);
  const GPtrArray *all = ist_settings_list (snapshot->settings, "listener");

  for (guint i = self->listeners->len; i > 0; i--)
    {
      Listener *listener = g_ptr_array_index (self->listeners, i - 1);
      const IstListenerSettings *now
          = ist_settings_get (snapshot->settings, "listener", listener->name);

      if (now == NULL || strcmp (now->address, listener->endpoint) != 0)
        g_ptr_array_remove_index (self->listeners, i - 1);
    }
  for (guint i = 0; i < all->len; i++)
    {
      const IstListenerSettings *wanted = g_ptr_array_index (all, i);
      g_autoptr (GError) error = NULL;
      Listener *listener;

      if (ist_listeners_port (self, wanted->group.name) != 0)
        continue;
      listener = listener_open (self, wanted, &error);
      if (listener == NULL)
        {
          g_ptr_array_add (errors, g_strdup (error->message));
          continue;
        }
      g_ptr_array_add (self->listeners, listener);
      listener_start (listener);
    }
}

void
ist_listeners_stop (IstListeners *self, gint64 grace_usecs)
{
  gint64 deadline = ist_clock_mono_usecs () + MIN (grace_usecs, SESSION_STOP_USECS);
  GHashTableIter iter;
  Connection *connection;

  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_mutex_unlock (&self->mutex);
  g_ptr_array_set_size (self->listeners, 0);
  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, (gpointer *) &connection, NULL))
    if (connection->session != NULL)
      ist_session_shutdown (connection->session);
  while (g_hash_table_size (self->connections) > 0
         && ist_clock_wait (&self->gone, &self->mutex, deadline))
    ;
  /* Whoever is still talking is cut; each thread then unwinds by itself. */
  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, (gpointer *) &connection, NULL))
    if (connection->session != NULL)
      ist_stream_abort (connection->stream);
  while (g_hash_table_size (self->connections) > 0)
    ist_clock_wait (&self->gone, &self->mutex, G_MAXINT64);
  g_mutex_unlock (&self->mutex);
}

void
ist_listeners_free (IstListeners *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->listeners);
  g_hash_table_unref (self->connections);
  g_hash_table_unref (self->peers);
  g_hash_table_unref (self->sessions);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->gone);
  g_free (self);
}

guint16
ist_listeners_port (IstListeners *self, const char *name)
{
  for (guint i = 0; i < self->listeners->len; i++)
    {
      const Listener *listener = g_ptr_array_index (self->listeners, i);
      g_autoptr (GSocketAddress) address = NULL;

      if (strcmp (listener->name, name) != 0)
        continue;
      address = g_socket_get_local_address (listener->socket, NULL);
      return address != NULL
                 ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address))
                 : 0;
    }
  return 0;
}

/* ---- counting unlisted clients ---- */

/* The table is emptied rather than grown without end: an attacker with very many addresses gains one
 * minute's allowance, not our memory. */
static PeerCount *
peer_count (IstListeners *self, const char *address)
{
  PeerCount *count = g_hash_table_lookup (self->peers, address);

  if (count != NULL)
    return count;
  if (g_hash_table_size (self->peers) >= MAX_COUNTED_ADDRESSES)
    g_hash_table_remove_all (self->peers);
  count = g_new0 (PeerCount, 1);
  g_hash_table_insert (self->peers, g_strdup (address), count);
  return count;
}

gboolean
ist_listeners_count_peer (IstListeners *self, const char *address, guint max)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  PeerCount *count = peer_count (self, address);

  if (max > 0 && count->sessions >= max)
    return FALSE;
  count->sessions++;
  return TRUE;
}

void
ist_listeners_uncount_peer (IstListeners *self, const char *address)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  PeerCount *count = g_hash_table_lookup (self->peers, address);

  if (count == NULL)
    return;
  if (count->sessions > 0)
    count->sessions--;
  if (count->sessions == 0 && count->minute < ist_clock_mono_usecs () / (60 * G_USEC_PER_SEC))
    g_hash_table_remove (self->peers, address);
}

gboolean
ist_listeners_count_message (IstListeners *self, const char *address, guint per_minute)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  PeerCount *count = peer_count (self, address);
  gint64 minute = ist_clock_mono_usecs () / (60 * G_USEC_PER_SEC);

  if (count->minute != minute)
    {
      count->minute = minute;
      count->messages = 0;
    }
  if (per_minute > 0 && count->messages >= per_minute)
    return FALSE;
  count->messages++;
  return TRUE;
}
