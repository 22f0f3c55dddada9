/* Without file descriptors accepting pauses, and goes on when there are some again. */
#include "tests/connector/flow-site.h"
#include "tests/harness/harness.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/resource.h>

#define N_CLIENTS 3

static void
set_limit (rlim_t soft)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = soft;
  setrlimit (RLIMIT_NOFILE, &limit);
}

/* The number that the next descriptor would get: with it as limit none is to be had. */
static rlim_t
next_descriptor (void)
{
  int fd = g_open ("/dev/null", O_RDONLY);

  g_close (fd, NULL);
  return (rlim_t) fd;
}

static void
test_no_descriptors (void)
{
  g_autoptr (IstFlowSite) site
      = ist_flow_site_new ("[relay domino]\nhosts = 127.0.0.1:1\n[relay exchange]\nhosts = 127.0.0.1:1\n"
                           "[relay internet]\nhosts = 127.0.0.1:1\n"
                           "[listener inside]\naddress = 127.0.0.1:0\n"
                           "[peer domino]\nside = domino\naddresses = 127.0.0.1\n");
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func (g_object_unref);
  struct rlimit before;

  if (site == NULL)
    return;
  getrlimit (RLIMIT_NOFILE, &before);
  address = g_inet_socket_address_new_from_string ("127.0.0.1",
                                                   ist_instance_port (site->instance, "inside"));
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      GSocket *socket
          = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

      g_socket_set_timeout (socket, 20);
      g_ptr_array_add (clients, socket);
    }
  set_limit (next_descriptor ());
  for (guint i = 0; i < N_CLIENTS; i++)
    IST_ASSERT (g_socket_connect (g_ptr_array_index (clients, i), address, NULL, NULL));
  g_usleep (300000);
  set_limit (before.rlim_cur);
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      char block[100] = "";

      IST_ASSERT (g_socket_receive (g_ptr_array_index (clients, i), block, sizeof block - 1, NULL, NULL) > 0);
      IST_ASSERT (g_str_has_prefix (block, "220 "));
    }
  /* A pause, no spinning. */
  IST_ASSERT (ist_flow_site_wait (site, "accept-failed", 1));
  IST_ASSERT (ist_flow_site_count (site, "accept-failed") <= 3);
}

int
main (void)
{
  static const IstTest tests[] = { { "no-descriptors", test_no_descriptors }, { NULL, NULL } };

  return ist_test_main ("accept", tests);
}
