/*
 * DNS answers: a server of our own answers every question with the input behind a matching id. The first byte says
 * what is asked.
 */
#include "tests/fuzz/fuzz.h"

#include "base/dns.h"

#include <gio/gio.h>

static GMutex mutex;
static const guint8 *answer;
static gsize answer_size;

/* The header's id, flags of an answer, counts from the input, then the question and the input's records. */
static gsize
build (const guint8 *question, gsize size, guint8 *out, gsize max)
{
  gsize n = 0;

  g_mutex_lock (&mutex);
  memcpy (out, question, size);
  out[2] = 0x81;
  out[3] = answer_size > 0 ? (guint8) (0x80 | (answer[0] & 15)) : 0x80;
  out[6] = 0;
  out[7] = answer_size > 1 ? answer[1] : 1;
  if (answer_size > 2)
    n = MIN (answer_size - 2, max - size);
  if (n > 0)
    memcpy (out + size, answer + 2, n);
  g_mutex_unlock (&mutex);
  return size + n;
}

static gpointer
server_main (gpointer data)
{
  GSocket *socket = data;
  guint8 in[512], out[4096];

  for (;;)
    {
      g_autoptr (GSocketAddress) from = NULL;
      gssize n = g_socket_receive_from (socket, &from, (char *) in, sizeof in, NULL, NULL);

      if (n < 12)
        continue;
      in[10] = in[11] = 0; /* no EDNS of the question behind it */
      n = (gssize) build (in, (gsize) n, out, sizeof out);
      g_socket_send_to (socket, from, (const char *) out, (gsize) n, NULL, NULL);
    }
  return NULL;
}

static IstDns *
dns (void)
{
  static IstDns *self;
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autofree char *server = NULL;
  GSocket *socket;

  if (self != NULL)
    return self;
  socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_assert_true (g_socket_bind (socket, address, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  server = g_strdup_printf ("127.0.0.1:%u",
                            g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  g_thread_unref (g_thread_new ("dns", server_main, socket));
  self = ist_dns_new (server, 1, NULL);
  return self;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = NULL;

  if (size == 0 || size > 3000)
    return 0;
  g_mutex_lock (&mutex);
  answer = data + 1;
  answer_size = size - 1;
  g_mutex_unlock (&mutex);
  list = (data[0] & 1) != 0 ? ist_dns_mx (dns (), "acme.example", &error)
                            : ist_dns_addresses (dns (), "mx.acme.example", &error);
  g_assert_true ((list == NULL) == (error != NULL));
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const IstDnsRecord *record = g_ptr_array_index (list, i);

      g_assert_nonnull (record->name);
      g_assert_cmpuint (strlen (record->name), <, 1100);
    }
  g_mutex_lock (&mutex);
  answer_size = 0;
  g_mutex_unlock (&mutex);
  return 0;
}
