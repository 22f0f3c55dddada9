#include "tests/scenario/name-server.h"

#include <gio/gio.h>
#include <string.h>

#define TYPE_A 1
#define TYPE_MX 15
#define HEADER 12

typedef struct
{
  char *name;
  guint16 type;
  guint32 ttl;
  GByteArray *data;
} Record;

struct _IstNameServer
{
  GSocket *socket;
  GThread *thread;
  guint16 port;
  GMutex mutex; /* guards all below */
  GPtrArray *records;
  guint n_asked;
  gboolean stopping;
};

static void
record_free (Record *record)
{
  g_free (record->name);
  g_byte_array_unref (record->data);
  g_free (record);
}

static void
put_16 (GByteArray *out, guint16 value)
{
  const guint8 bytes[] = { (guint8) (value >> 8), (guint8) value };

  g_byte_array_append (out, bytes, sizeof bytes);
}

/* RFC 1035 3.1: labels with their length before them. */
static void
put_name (GByteArray *out, const char *name)
{
  g_auto (GStrv) labels = g_strsplit (name, ".", -1);
  const guint8 end = 0;

  for (guint i = 0; labels[i] != NULL; i++)
    {
      guint8 length = (guint8) strlen (labels[i]);

      g_byte_array_append (out, &length, 1);
      g_byte_array_append (out, (const guint8 *) labels[i], length);
    }
  g_byte_array_append (out, &end, 1);
}

/* The name of the question; *end is the byte after it. NULL: not a whole one. */
static char *
get_name (const guint8 *data, gsize size, gsize *end)
{
  GString *out = g_string_new (NULL);
  gsize at = HEADER;

  while (at < size && data[at] != 0 && at + data[at] < size)
    {
      if (out->len > 0)
        g_string_append_c (out, '.');
      g_string_append_len (out, (const char *) data + at + 1, data[at]);
      at += data[at] + 1u;
    }
  *end = at + 1;
  return g_string_free (out, *end + 4 > size);
}

static void
put_answers (IstNameServer *self, const char *name, guint16 type, GByteArray *out)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  gboolean known = FALSE;
  guint16 n = 0;

  self->n_asked++;
  for (guint i = 0; i < self->records->len; i++)
    {
      const Record *record = g_ptr_array_index (self->records, i);

      if (g_ascii_strcasecmp (record->name, name) != 0)
        continue;
      known = TRUE;
      if (record->type != type)
        continue;
      n++;
      put_16 (out, 0xC000 | HEADER);
      put_16 (out, type);
      put_16 (out, 1);
      put_16 (out, (guint16) (record->ttl >> 16));
      put_16 (out, (guint16) record->ttl);
      put_16 (out, (guint16) record->data->len);
      g_byte_array_append (out, record->data->data, record->data->len);
    }
  out->data[7] = (guint8) n;
  if (!known)
    out->data[3] |= 3;
}

static gpointer
serve (gpointer data)
{
  IstNameServer *self = data;

  for (;;)
    {
      g_autoptr (GSocketAddress) from = NULL;
      g_autoptr (GByteArray) out = g_byte_array_new ();
      g_autofree char *name = NULL;
      guint8 in[1500];
      gsize end;
      gssize n = g_socket_receive_from (self->socket, &from, (char *) in, sizeof in, NULL, NULL);

      g_mutex_lock (&self->mutex);
      if (self->stopping)
        n = -1;
      g_mutex_unlock (&self->mutex);
      if (n < 0)
        return NULL;
      if (n <= HEADER || (name = get_name (in, (gsize) n, &end)) == NULL)
        continue;
      g_byte_array_append (out, in, (guint) end + 4);
      /* An answer, authoritative, recursion available; one question; no other sections. */
      out->data[2] = 0x84 | (in[2] & 1);
      out->data[3] = 0x80;
      memset (out->data + 6, 0, 6);
      put_answers (self, name, (guint16) (in[end] << 8 | in[end + 1]), out);
      g_socket_send_to (self->socket, from, (const char *) out->data, out->len, NULL, NULL);
    }
}

IstNameServer *
ist_name_server_new (void)
{
  IstNameServer *self = g_new0 (IstNameServer, 1);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->mutex);
  self->records = g_ptr_array_new_with_free_func ((GDestroyNotify) record_free);
  self->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP,
                               &error);
  if (self->socket == NULL || !g_socket_bind (self->socket, address, FALSE, &error))
    g_error ("name server: %s", error->message);
  bound = g_socket_get_local_address (self->socket, NULL);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->thread = g_thread_new ("name-server", serve, self);
  return self;
}

void
ist_name_server_free (IstNameServer *self)
{
  g_autoptr (GSocketAddress) own = NULL;

  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_mutex_unlock (&self->mutex);
  own = g_inet_socket_address_new_from_string ("127.0.0.1", self->port);
  g_socket_send_to (self->socket, own, "", 1, NULL, NULL);
  g_thread_join (self->thread);
  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  g_ptr_array_unref (self->records);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

guint16
ist_name_server_port (const IstNameServer *self)
{
  return self->port;
}

static void
add (IstNameServer *self, const char *name, guint16 type, guint32 ttl, GByteArray *data)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Record *record = g_new0 (Record, 1);

  record->name = g_strdup (name);
  record->type = type;
  record->ttl = ttl;
  record->data = data;
  g_ptr_array_add (self->records, record);
}

void
ist_name_server_mx (IstNameServer *self, const char *name, guint16 preference, const char *host,
                    guint32 ttl_secs)
{
  GByteArray *data = g_byte_array_new ();

  put_16 (data, preference);
  put_name (data, host);
  add (self, name, TYPE_MX, ttl_secs, data);
}

void
ist_name_server_a (IstNameServer *self, const char *name, const char *address, guint32 ttl_secs)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);
  GByteArray *data = g_byte_array_new ();

  g_byte_array_append (data, g_inet_address_to_bytes (inet), 4);
  add (self, name, TYPE_A, ttl_secs, data);
}

void
ist_name_server_forget (IstNameServer *self, const char *name)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  for (guint i = self->records->len; i > 0; i--)
    if (g_ascii_strcasecmp (((Record *) g_ptr_array_index (self->records, i - 1))->name, name) == 0)
      g_ptr_array_remove_index (self->records, i - 1);
}

guint
ist_name_server_n_asked (IstNameServer *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return self->n_asked;
}
