/*
 * tests/harness/sim-disk.h - a disk in memory that can fail at any call and lose its power at any moment.
 *
 * For test programs only. It stands in for base/durable.h (same symbols, taken by the linker before
 * libbase.a, as with fake-clock.c) and for SQLite's file layer (a VFS, the default one once registered).
 * Both work on one model:
 *
 *   a file has what programs read (the page cache) and what a power cut leaves (the durable content);
 *   a write reaches the latter at the file's next sync, or in any part of it by chance at a cut;
 *   a name (create, rename, unlink, mkdir) is durable after a sync of its directory, else by chance;
 *   a failed sync loses what it should have written: the next sync through each other handle of the file fails
 *   too, later syncs succeed and do not write it.
 *
 *   IstSimDisk *disk = ist_sim_disk_new ();
 *   ist_sim_disk_use (disk);                  paths now mean this disk
 *   … open a queue in "/q", use it …
 *   cut = ist_sim_disk_cut (disk, IST_SIM_CUT_SECTORS, seed);   what a power cut now would leave
 *
 * Threads: the disk locks itself; ist_sim_disk_use() is called while nobody opens files.
 */
#ifndef IST_TESTS_SIM_DISK_H
#define IST_TESTS_SIM_DISK_H

#include <glib.h>

typedef struct _IstSimDisk IstSimDisk;

/* The calls that change a disk; each is counted before it is done. */
typedef enum
{
  IST_SIM_CREATE,
  IST_SIM_WRITE,
  IST_SIM_TRUNCATE,
  IST_SIM_SYNC,
  IST_SIM_SYNC_DIR,
  IST_SIM_RENAME,
  IST_SIM_UNLINK,
  IST_SIM_MKDIR,
  IST_SIM_N_CALLS
} IstSimCall;

const char *ist_sim_call_name (IstSimCall call);

typedef enum
{
  IST_SIM_EIO,
  IST_SIM_ENOSPC,
  IST_SIM_SHORT /* a write writes half and says so; other calls: EIO */
} IstSimError;

const char *ist_sim_error_name (IstSimError error);

/* A disk with an empty "/". */
IstSimDisk *ist_sim_disk_new (void);
void ist_sim_disk_free (IstSimDisk *disk);
/* Registers the VFS at the first call. The disk stays the caller's. */
void ist_sim_disk_use (IstSimDisk *disk);

guint ist_sim_disk_count (IstSimDisk *disk, IstSimCall call);

/* -- faults -- */

/* The `nth` call (1: the next) of this kind fails; with `stays` all later ones too, until
 * ist_sim_disk_heal(). */
void ist_sim_disk_fail (IstSimDisk *disk, IstSimCall call, guint nth, IstSimError error,
                        gboolean stays);
/* Was there an nth call? */
gboolean ist_sim_disk_failed (IstSimDisk *disk);
void ist_sim_disk_heal (IstSimDisk *disk);
/* Bytes the disk holds; growing files beyond fails with ENOSPC. 0: no limit. */
void ist_sim_disk_set_capacity (IstSimDisk *disk, guint64 bytes);
guint64 ist_sim_disk_used (IstSimDisk *disk);

/* -- negative controls: durability that is only pretended -- */

typedef enum
{
  IST_SIM_LIE_NONE,
  IST_SIM_LIE_BODY_SYNC, /* ist_durable_finish() does not sync */
  IST_SIM_LIE_DIR_SYNC,  /* ist_durable_sync_dir() does nothing */
  IST_SIM_LIE_NORMAL     /* SQLite runs with PRAGMA synchronous = NORMAL, and ist_durable_sync() does nothing */
} IstSimLie;

/* LIE_NORMAL counts for databases opened afterwards. */
void ist_sim_disk_lie (IstSimDisk *disk, IstSimLie lie);

/* -- power cuts -- */

typedef enum
{
  IST_SIM_CUT_NOTHING, /* only what was synced is there */
  IST_SIM_CUT_ALL,     /* everything happens to be there (as after kill -9) */
  IST_SIM_CUT_ORDER,   /* each file up to some write, the last one torn */
  IST_SIM_CUT_WRITES,  /* any subset of the writes */
  IST_SIM_CUT_SECTORS, /* any subset of 512-byte sectors of them, some torn */
  IST_SIM_N_CUTS
} IstSimCut;

const char *ist_sim_cut_name (IstSimCut cut);

/* A new disk with what is left of `disk`; deterministic by `seed`. */
IstSimDisk *ist_sim_disk_cut (IstSimDisk *disk, IstSimCut how, guint32 seed);

/* Called before each counted call, with the disk locked: only ist_sim_disk_snapshot() may be called. */
typedef void (*IstSimObserver) (gpointer user, IstSimDisk *disk, IstSimCall call, const char *path);
void ist_sim_disk_observe (IstSimDisk *disk, IstSimObserver observer, gpointer user);
/* The disk as it is, unsynced changes still apart, to be cut later. For observers. */
IstSimDisk *ist_sim_disk_snapshot (IstSimDisk *disk);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstSimDisk, ist_sim_disk_free)

#endif
