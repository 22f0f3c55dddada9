#include "connector/service/notify.h"

#include "base/clock.h"

#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void
ist_service_notify (const char *state)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  gsize length = path != NULL ? strlen (path) : 0;
  g_autofree char *text = strcmp (state, "RELOADING=1") == 0
                              ? g_strdup_printf ("%s\nMONOTONIC_USEC=%" G_GINT64_FORMAT, state,
                                                 ist_clock_mono_usecs ())
                              : g_strdup (state);
  int fd;

  if (length < 2 || length >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@'))
    return;
  memcpy (address.sun_path, path, length);
  if (path[0] == '@')
    address.sun_path[0] = '\0';
  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return;
  sendto (fd, text, strlen (text), MSG_NOSIGNAL, (const struct sockaddr *) &address,
          (socklen_t) (G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + length));
  close (fd);
}

void
ist_service_watch (GSourceFunc stop, GSourceFunc reload, gpointer user)
{
  g_unix_signal_add (SIGTERM, stop, user);
  g_unix_signal_add (SIGINT, stop, user);
  g_unix_signal_add (SIGHUP, reload, user);
}

void
ist_service_prepare (void)
{
  struct rlimit limit;

  signal (SIGPIPE, SIG_IGN);
  umask (0027);
  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}
