/*
 * base/scratch-posix.c - room in a file, mapped for writing.
 */
#include "base/scratch.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct
{
  void *start;
  gsize size;
} Map;

static void
map_free (gpointer user)
{
  Map *map = user;

  munmap (map->start, map->size);
  g_free (map);
}

static GBytes *
room_in_memory (gsize size_bytes, guint8 **room, GError **error)
{
  *room = g_try_malloc (MAX (size_bytes, 1));
  if (*room != NULL)
    return g_bytes_new_take (*room, size_bytes);
  g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "no memory for %" G_GSIZE_FORMAT " bytes", size_bytes);
  return NULL;
}

/* The blocks are taken now: a page that finds no room on the disk later would end the process. */
static void *
map_room (int fd, gsize size_bytes, GError **error)
{
  int failure = posix_fallocate (fd, 0, (off_t) size_bytes);
  void *start = failure == 0 ? mmap (NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;

  if (start != MAP_FAILED)
    return start;
  g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "room for %" G_GSIZE_FORMAT " bytes in a temporary file in %s: %s",
               size_bytes, ist_scratch_folder (), g_strerror (failure != 0 ? failure : errno));
  return NULL;
}

GBytes *
ist_scratch_room (gsize size_bytes, guint8 **room, GError **error)
{
  g_autofree char *path = NULL;
  void *start;
  Map *map;
  int fd;

  if (size_bytes <= IST_SCRATCH_MEMORY)
    return room_in_memory (size_bytes, room, error);
  fd = ist_scratch_create (&path, error);
  if (fd < 0)
    return NULL;
  start = map_room (fd, size_bytes, error);
  close (fd);
  if (path != NULL)
    g_unlink (path);
  if (start == NULL)
    return NULL;
  map = g_new (Map, 1);
  *map = (Map) { start, size_bytes };
  *room = start;
  return g_bytes_new_with_free_func (start, size_bytes, map_free, map);
}
