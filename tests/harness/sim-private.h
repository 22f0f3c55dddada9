/*
 * tests/harness/sim-private.h - the model behind sim-disk.h: sim-content.c bytes, sim-disk.c names, counts
 * and faults, sim-cut.c power cuts, sim-durable.c and sim-vfs.c the two front ends.
 *
 * Threads: all below is called with the disk's mutex held, except where said.
 */
#ifndef IST_TESTS_SIM_PRIVATE_H
#define IST_TESTS_SIM_PRIVATE_H

#include "tests/harness/sim-disk.h"

#define IST_SIM_PAGE 4096

/* ---- bytes: pages shared between copies, absent pages are zeros ---- */

typedef struct
{
  GPtrArray *pages;
  gsize size;
} IstSimContent;

void ist_sim_content_init (IstSimContent *content);
void ist_sim_content_clear (IstSimContent *content);
void ist_sim_content_copy (IstSimContent *to, const IstSimContent *from); /* `to` is initialised */
void ist_sim_content_write (IstSimContent *content, gsize offset, const void *data, gsize size);
void ist_sim_content_truncate (IstSimContent *content, gsize size);
/* Bytes read; the rest of `data` is zeroed. */
gsize ist_sim_content_read (const IstSimContent *content, gsize offset, void *data, gsize size);
gsize ist_sim_content_held (const IstSimContent *content); /* bytes of pages that are there */

/* ---- files and names ---- */

/* A change that is not synced yet. */
typedef struct
{
  gboolean truncate;
  gsize offset; /* of the write; the new size of a truncation */
  GBytes *data;
} IstSimChange;

typedef struct _IstSimShm IstSimShm;

typedef struct
{
  gint refs;
  gboolean is_dir;
  IstSimContent live;
  IstSimContent durable;
  GPtrArray *changes; /* IstSimChange, in order */
  guint failures;     /* syncs that failed */
  /* SQLite's locks: connections by their file handle */
  guint n_shared;
  gpointer reserved, pending, exclusive;
  IstSimShm *shm;
} IstSimFile;

typedef struct
{
  IstSimCall call; /* CREATE (also of a folder), RENAME, UNLINK */
  char *path;
  char *to;
  IstSimFile *file;
} IstSimName;

struct _IstSimDisk
{
  GMutex mutex;
  GHashTable *live;    /* path → IstSimFile */
  GHashTable *durable; /* path → IstSimFile */
  GPtrArray *names;    /* IstSimName not synced yet, in order */
  guint counts[IST_SIM_N_CALLS];
  guint64 capacity;
  IstSimLie lie;
  struct
  {
    gboolean armed, fired, stays;
    IstSimCall call;
    guint left;
    IstSimError error;
  } fault;
  IstSimObserver observer;
  gpointer user;
};

/* The disk that paths mean now; any thread. */
IstSimDisk *ist_sim_current (void);

IstSimFile *ist_sim_file_ref (IstSimFile *file);
void ist_sim_file_unref (IstSimFile *file);
void ist_sim_change_free (IstSimChange *change);
void ist_sim_name_free (IstSimName *name);
GHashTable *ist_sim_names_new (void);
char *ist_sim_dir_of (const char *path);

/* Each does one counted call; FALSE with errno set when it fails. */
IstSimFile *ist_sim_create (IstSimDisk *disk, const char *path, gboolean is_dir); /* borrowed */
gboolean ist_sim_write (IstSimDisk *disk, IstSimFile *file, const char *path, gsize offset,
                        const void *data, gsize size);
gboolean ist_sim_truncate (IstSimDisk *disk, IstSimFile *file, const char *path, gsize size);
/* *failures: how many of the file's failures the opened file was told; it is told one that it does not know by a
 * sync that fails, whoever's sync had met it (fsync(2), "Linux 4.13"). */
gboolean ist_sim_sync (IstSimDisk *disk, IstSimFile *file, const char *path, guint *failures);
gboolean ist_sim_sync_dir (IstSimDisk *disk, const char *path);
gboolean ist_sim_unlink (IstSimDisk *disk, const char *path);
gboolean ist_sim_rename (IstSimDisk *disk, const char *from, const char *to);

/* Applies one change or name to the durable side. */
void ist_sim_apply_change (IstSimContent *durable, const IstSimChange *change);
void ist_sim_apply_name (GHashTable *durable, const IstSimName *name);

/* Registers the VFS as SQLite's default, once; any thread. */
void ist_sim_vfs_register (void);

#endif
