#define _GNU_SOURCE /* memmem */
#include "tests/scenario/host-private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

static void
rule_free (IstHostRule *rule)
{
  g_free (rule->command);
  g_free (rule->answer);
  g_free (rule);
}

/* ---- life ---- */

static gpointer
accept_run (gpointer data)
{
  IstHost *self = data;
  GSocket *socket;

  while ((socket = g_socket_accept (self->listener, NULL, NULL)) != NULL)
    {
      guint number;

      /* Replies to pipelined commands leave one by one: none waits for the peer's acknowledgement. */
      g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
      g_mutex_lock (&self->mutex);
      if (self->down)
        g_socket_shutdown (socket, TRUE, TRUE, NULL);
      g_ptr_array_add (self->sockets, socket);
      number = ++self->n_connections;
      g_mutex_unlock (&self->mutex);
      ist_host_visit (self, socket, number);
    }
  return NULL;
}

static gboolean
listen_on (IstHost *self)
{
  g_autoptr (GSocketAddress) address
      = g_inet_socket_address_new_from_string (self->address, self->port);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  self->listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
                                 &error);
  if (self->listener == NULL || !g_socket_bind (self->listener, address, TRUE, &error)
      || !g_socket_listen (self->listener, &error))
    {
      g_clear_object (&self->listener);
      return FALSE;
    }
  bound = g_socket_get_local_address (self->listener, NULL);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->accepter = g_thread_new ("host-accept", accept_run, self);
  return TRUE;
}

IstHost *
ist_host_new (const char *address, guint16 port)
{
  IstHost *self = g_new0 (IstHost, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->gone);
  self->address = g_strdup (address);
  self->port = port;
  self->sockets = g_ptr_array_new ();
  self->rules = g_ptr_array_new_with_free_func ((GDestroyNotify) rule_free);
  self->arrivals = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_host_arrival_free);
  self->lines = g_ptr_array_new_with_free_func (g_free);
  self->keywords = g_strdup ("PIPELINING SIZE 8BITMIME SMTPUTF8 DSN ENHANCEDSTATUSCODES");
  if (listen_on (self))
    return self;
  ist_host_free (self);
  return NULL;
}

void
ist_host_down (IstHost *self)
{
  g_mutex_lock (&self->mutex);
  self->down = TRUE;
  g_cond_broadcast (&self->gone);
  for (guint i = 0; i < self->sockets->len; i++)
    g_socket_shutdown (g_ptr_array_index (self->sockets, i), TRUE, TRUE, NULL);
  g_mutex_unlock (&self->mutex);
  if (self->listener == NULL)
    return;
  g_socket_shutdown (self->listener, TRUE, TRUE, NULL);
  g_thread_join (self->accepter);
  g_socket_close (self->listener, NULL);
  g_clear_object (&self->listener);
  g_mutex_lock (&self->mutex);
  while (self->sockets->len > 0)
    g_cond_wait (&self->gone, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

void
ist_host_up (IstHost *self)
{
  g_mutex_lock (&self->mutex);
  self->down = FALSE;
  g_mutex_unlock (&self->mutex);
  if (!listen_on (self))
    g_error ("fake host: port %u is taken meanwhile", self->port);
}

void
ist_host_free (IstHost *self)
{
  if (self == NULL)
    return;
  ist_host_down (self);
  g_ptr_array_unref (self->sockets);
  g_ptr_array_unref (self->rules);
  g_ptr_array_unref (self->arrivals);
  g_ptr_array_unref (self->lines);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->gone);
  g_free (self->keywords);
  g_free (self->address);
  g_free (self);
}

guint16
ist_host_port (const IstHost *self)
{
  return self->port;
}

/* ---- what the scenario says ---- */

void
ist_host_says (IstHost *self, guint times, const char *command, const char *answer)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  IstHostRule *rule = g_new0 (IstHostRule, 1);

  rule->left = times;
  rule->command = g_strdup (command);
  rule->answer = g_strdup (answer);
  g_ptr_array_add (self->rules, rule);
}

void
ist_host_forget (IstHost *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  g_ptr_array_set_size (self->rules, 0);
}

void
ist_host_offers (IstHost *self, const char *keywords)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  g_free (self->keywords);
  self->keywords = g_strdup (keywords);
}

void
ist_host_max_rcpts (IstHost *self, guint max)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  self->max_rcpts = max;
}

/* ---- what the scenario asks ---- */

guint
ist_host_n_arrived (IstHost *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return self->arrivals->len;
}

guint
ist_host_n_connections (IstHost *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return self->n_connections;
}

guint
ist_host_n_silent (IstHost *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return self->n_silent;
}

guint
ist_host_n_commands (IstHost *self, const char *command)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  guint n = 0;

  for (guint i = 0; i < self->lines->len; i++)
    n += g_str_has_prefix (g_ptr_array_index (self->lines, i), command);
  return n;
}

const IstArrival *
ist_host_arrived (IstHost *self, guint i)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return i < self->arrivals->len ? g_ptr_array_index (self->arrivals, i) : NULL;
}

const IstArrival *
ist_host_arrived_with (IstHost *self, const char *words)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  for (guint i = self->arrivals->len; i > 0; i--)
    {
      const IstArrival *arrival = g_ptr_array_index (self->arrivals, i - 1);

      if (memmem (arrival->text->str, arrival->text->len, words, strlen (words)) != NULL)
        return arrival;
    }
  return NULL;
}

const IstArrival *
ist_host_arrived_for (IstHost *self, const char *recipient, guint *n)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  g_autofree char *path = g_strdup_printf ("<%s>", recipient);
  const IstArrival *newest = NULL;

  *n = 0;
  for (guint i = 0; i < self->arrivals->len; i++)
    {
      const IstArrival *arrival = g_ptr_array_index (self->arrivals, i);

      for (guint k = 0; k < arrival->rcpts->len; k++)
        if (g_str_has_prefix (g_ptr_array_index (arrival->rcpts, k), path))
          {
            newest = arrival;
            (*n)++;
          }
    }
  return newest;
}
