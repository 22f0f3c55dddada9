/*
 * tests/peers/port.c - prints N different TCP ports of 127.0.0.1 that are free now, one a line; for tests that start
 * programs which cannot choose a port themselves.
 */
#include <gio/gio.h>

int
main (int argc, char **argv)
{
  guint64 n = argc > 1 ? g_ascii_strtoull (argv[1], NULL, 10) : 1;
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint64 i = 0; i < n; i++)
    {
      GSocketListener *listener = g_socket_listener_new ();
      guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);

      g_ptr_array_add (held, listener);
      if (port == 0)
        return 1;
      g_print ("%u\n", port);
    }
  return 0;
}
