/*
 * base/http-unix-posix.c - a Unix socket that only owner and group may open, from its first moment.
 */
#include "base/http-server-private.h"

#include "base/error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int
fail (GError **error, int fd, const char *path, const char *what, const char *remedy)
{
  g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "listen on %s: %s; %s", path, what, remedy);
  if (fd >= 0)
    close (fd);
  return -1;
}

static gboolean
make_address (struct sockaddr_un *address, const char *path)
{
  memset (address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  return g_strlcpy (address->sun_path, path, sizeof address->sun_path) < sizeof address->sun_path;
}

static gboolean
is_answered (const struct sockaddr_un *address)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean answered
      = fd >= 0 && connect (fd, (const struct sockaddr *) address, sizeof *address) == 0;

  if (fd >= 0)
    close (fd);
  return answered;
}

/* -1: no such group. (gid_t) -1 as a result of NULL leaves the group as it is. */
static gboolean
find_group (const char *name, gid_t *gid)
{
  char buffer[16384];
  struct group entry, *found = NULL;

  *gid = (gid_t) -1;
  if (name == NULL)
    return TRUE;
  if (getgrnam_r (name, &entry, buffer, sizeof buffer, &found) != 0 || found == NULL)
    return FALSE;
  *gid = found->gr_gid;
  return TRUE;
}

/* The socket gets its mode and group under a name of its own and is then renamed: nobody can open it
 * before, and a dead socket of an earlier run is replaced in one step. */
int
ist_http_unix_socket (const char *path, const char *group, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *fresh = g_strconcat (path, ".new", NULL);
  struct sockaddr_un address, fresh_address;
  struct stat info;
  gid_t gid;
  int fd;

  if (!make_address (&address, path) || !make_address (&fresh_address, fresh))
    return fail (error, -1, path, "the path is too long for a socket", "name a shorter one");
  if (is_answered (&address))
    return fail (error, -1, path, "another program answers there", "stop it or name another path");
  if (lstat (path, &info) == 0 && !S_ISSOCK (info.st_mode))
    return fail (error, -1, path, "there is a file that is no socket", "remove it or name another path");
  if (!find_group (group, &gid))
    return fail (error, -1, path, "the group does not exist", "create it or name another");
  g_mkdir_with_parents (folder, 0755);
  unlink (fresh);
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || bind (fd, (const struct sockaddr *) &fresh_address, sizeof fresh_address) != 0)
    return fail (error, fd, path, g_strerror (errno), "is its folder there and writable?");
  if (chmod (fresh, 0660) != 0 || (gid != (gid_t) -1 && chown (fresh, (uid_t) -1, gid) != 0)
      || rename (fresh, path) != 0)
    {
      int code = errno;

      unlink (fresh);
      return fail (error, fd, path, g_strerror (code), "is our user a member of the group?");
    }
  return fd;
}
