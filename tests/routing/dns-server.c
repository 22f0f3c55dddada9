#include "tests/routing/dns-server.h"

#include <string.h>

enum
{
  TYPE_A = 1,
  TYPE_MX = 15,
  TYPE_AAAA = 28
};

static void
put16 (GByteArray *out, guint value)
{
  guint8 two[] = { (guint8) (value >> 8), (guint8) value };

  g_byte_array_append (out, two, 2);
}

static void
put_name (GByteArray *out, const char *name)
{
  g_auto (GStrv) labels = g_strsplit (name, ".", -1);

  for (guint i = 0; labels[i] != NULL; i++)
    {
      guint8 length = (guint8) strlen (labels[i]);

      if (length == 0)
        continue;
      g_byte_array_append (out, &length, 1);
      g_byte_array_append (out, (const guint8 *) labels[i], length);
    }
  g_byte_array_append (out, (const guint8 *) "", 1);
}

/* The name of the question at `data`; *at moves behind it. */
static char *
read_name (const guint8 *data, gsize size, gsize *at)
{
  GString *out = g_string_new (NULL);

  while (*at < size && data[*at] != 0 && *at + 1 + data[*at] < size)
    {
      if (out->len > 0)
        g_string_append_c (out, '.');
      g_string_append_len (out, (const char *) data + *at + 1, data[*at]);
      *at += 1u + data[*at];
    }
  (*at)++;
  return g_string_free (out, FALSE);
}

static guint
type_number (const char *type)
{
  return strcmp (type, "A") == 0 ? TYPE_A : strcmp (type, "AAAA") == 0 ? TYPE_AAAA : TYPE_MX;
}

static void
put_record (GByteArray *out, const IstDnsRow *row)
{
  g_autoptr (GByteArray) value = g_byte_array_new ();
  guint type = type_number (row->type);

  put16 (out, 0xc00c);
  put16 (out, type);
  put16 (out, 1);
  put16 (out, row->ttl >> 16);
  put16 (out, row->ttl & 0xffff);
  if (type == TYPE_MX)
    {
      char *name;

      put16 (value, (guint) g_ascii_strtoull (row->value, &name, 10));
      put_name (value, name + 1);
    }
  else
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (row->value);

      g_byte_array_append (value, g_inet_address_to_bytes (address),
                           (guint) g_inet_address_get_native_size (address));
    }
  put16 (out, value->len);
  g_byte_array_append (out, value->data, value->len);
}

static GByteArray *
answer (IstDnsServer *self, const guint8 *question, gsize size)
{
  GByteArray *out = g_byte_array_new ();
  g_autoptr (GByteArray) records = g_byte_array_new ();
  gsize at = 12;
  g_autofree char *name = read_name (question, size, &at);
  guint type = at + 2 <= size ? (guint) (question[at] << 8 | question[at + 1]) : 0;
  guint code = 3; /* NXDOMAIN */
  guint n = 0;
  const IstDnsRow *rows = g_atomic_pointer_get (&self->rows);

  for (gsize i = 0; rows[i].name != NULL; i++)
    {
      const IstDnsRow *row = &rows[i];

      if (g_ascii_strcasecmp (row->name, name) != 0)
        continue;
      code = strcmp (row->type, "FAIL") == 0 ? 2 : 0;
      if (code != 0 || type_number (row->type) != type)
        continue;
      put_record (records, row);
      n++;
    }
  g_byte_array_append (out, question, 2);
  put16 (out, 0x8180 | code);
  put16 (out, 1);
  put16 (out, n);
  put16 (out, 0);
  put16 (out, 0);
  g_byte_array_append (out, question + 12, (guint) (at + 4 - 12));
  g_byte_array_append (out, records->data, records->len);
  return out;
}

static gpointer
run (gpointer data)
{
  IstDnsServer *self = data;
  guint8 block[4096];

  while (!g_atomic_int_get (&self->stopping))
    {
      g_autoptr (GSocketAddress) from = NULL;
      g_autoptr (GByteArray) out = NULL;
      gssize size = g_socket_receive_from (self->socket, &from, (char *) block, sizeof block, NULL, NULL);

      if (size < 17)
        continue;
      g_atomic_int_inc (&self->n_questions);
      out = answer (self, block, (gsize) size);
      g_socket_send_to (self->socket, from, (const char *) out->data, out->len, NULL, NULL);
    }
  return NULL;
}

IstDnsServer *
ist_dns_server_start (const IstDnsRow *rows)
{
  IstDnsServer *self = g_new0 (IstDnsServer, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  self->rows = rows;
  self->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  if (!g_socket_bind (self->socket, any, FALSE, NULL))
    g_error ("cannot bind on loopback");
  g_socket_set_timeout (self->socket, 1);
  bound = g_socket_get_local_address (self->socket, NULL);
  self->endpoint = g_strdup_printf (
      "127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  self->thread = g_thread_new ("dns", run, self);
  return self;
}

void
ist_dns_server_free (IstDnsServer *self)
{
  if (self == NULL)
    return;
  g_atomic_int_set (&self->stopping, TRUE);
  g_thread_join (self->thread);
  g_object_unref (self->socket);
  g_free (self->endpoint);
  g_free (self);
}
