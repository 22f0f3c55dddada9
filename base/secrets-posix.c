#include "base/secrets.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_SECRET_BYTES 65536

/* Opened once and judged by its descriptor, so that nobody swaps the file between check and reading. */
static int
open_private (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  struct stat info;

  if (fd < 0 || fstat (fd, &info) != 0)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "read %s: %s", path, g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return -1;
    }
  if ((info.st_mode & 0007) != 0)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG,
                   "%s may be read by everybody; run: chmod 0600 %s", path, path);
      close (fd);
      return -1;
    }
  return fd;
}

char *
ist_secret_read (const char *path, GError **error)
{
  g_autofree char *buffer = NULL;
  gsize used = 0;
  gssize got = 1;
  int fd = open_private (path, error);

  if (fd < 0)
    return NULL;
  buffer = g_malloc (MAX_SECRET_BYTES + 2);
  while (got > 0 && used <= MAX_SECRET_BYTES)
    {
      got = read (fd, buffer + used, MAX_SECRET_BYTES + 1 - used);
      if (got > 0)
        used += (gsize) got;
    }
  close (fd);
  if (got < 0 || used > MAX_SECRET_BYTES)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "%s cannot be read or is larger than 64 KiB",
                   path);
      return NULL;
    }
  buffer[used] = '\0';
  if (used > 0 && buffer[used - 1] == '\n')
    buffer[--used] = '\0';
  if (used > 0 && buffer[used - 1] == '\r')
    buffer[--used] = '\0';
  return g_steal_pointer (&buffer);
}
