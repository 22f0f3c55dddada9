/*
 * connector/instance.h - one running Isthmus: what isthmusd is around.
 *
 *   instance = ist_instance_new (settings, &options, errors);   queue, mirror, log: opened
 *   ist_instance_start (instance, &error);                      listeners, deliveries, admin
 *   …
 *   ist_instance_stop (instance);                               graceful, bounded by stop-grace
 *   ist_instance_free (instance);
 *
 * Tests run whole instances inside their own process; nothing here is global.
 *
 * Threads: the functions here are called by one thread (the program's main thread); the parts they
 * start have their own.
 */
#ifndef IST_CONNECTOR_INSTANCE_H
#define IST_CONNECTOR_INSTANCE_H

#include "base/log.h"
#include "connector/settings.h"
#include "connector/snapshot.h"
#include "dirsync/mirror.h"
#include "routing/next-hop.h"
#include "routing/queue/queue.h"

G_BEGIN_DECLS

typedef struct _IstInstance IstInstance;
typedef struct _IstListeners IstListeners;
typedef struct _IstDeliveries IstDeliveries;
typedef struct _IstAdminServer IstAdminServer;

/* Counters for status and metrics; read and written with g_atomic_*. */
typedef struct
{
  gint sessions;
  gsize received, refused, delivered, deferred, failed, expired, dead, reported, duplicates;
} IstCounters;

struct _IstInstance
{
  IstLog *log;
  IstQueue *queue;
  IstMirror *mirror;
  IstDns *dns;
  IstHostHealth *health;
  IstNextHop *next_hop;
  IstListeners *listeners;
  IstDeliveries *deliveries;
  IstAdminServer *admin;
  IstCounters counters;
  gint64 started_wall;
  char *config_path;
  IstSettings *started_with;  /* what needs a restart is still as it says */

  GMutex reload_mutex;        /* one reload at a time */
  GMutex snapshot_mutex;      /* guards the pointer below */
  IstSnapshot *snapshot;
  guint generation;

  GMutex health_mutex;        /* guards the two below */
  gboolean queue_ok;
  char *queue_why;

  GThread *housekeeper;       /* directory files, postmaster news */
  GMutex stop_mutex;
  GCond stop_cond;
  gboolean stopping;
};

typedef struct
{
  gboolean log_to_stderr;
} IstInstanceOptions;

/* Opens everything that can fail for reasons the administrator must mend. Takes `settings`. On failure
 * NULL and lines for people in `errors`. */
IstInstance *ist_instance_new (IstSettings *settings, const IstInstanceOptions *options,
                               GPtrArray *errors);

gboolean ist_instance_start (IstInstance *instance, GError **error);

/* Sessions end within 10 s with 421, a delivery past its final dot waits up to stop-grace. */
void ist_instance_stop (IstInstance *instance);
void ist_instance_free (IstInstance *instance);

/* The snapshot in force, a new reference. Any thread. */
IstSnapshot *ist_instance_snapshot (IstInstance *instance);

/* Reads the configuration again. FALSE: nothing changed, `errors` says why. TRUE: in force;
 * *waiting (NULL before; g_strfreev) names the keys that wait for a restart, and `errors` what could not
 * be done, such as a port that another program has. The log gets the same lines. Any thread. */
gboolean ist_instance_reload (IstInstance *instance, GPtrArray *errors, char ***waiting);

/* Keys ("[log] file") that differ between the start and `snapshot` and need a restart; g_strfreev(). */
char **ist_instance_waiting (IstInstance *instance, const IstSnapshot *snapshot);

/* Port the listener `name` is bound to (0: none); tests bind port 0. */
guint16 ist_instance_port (IstInstance *instance, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstInstance, ist_instance_free)

G_END_DECLS

#endif
