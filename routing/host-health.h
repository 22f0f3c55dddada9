/*
 * routing/host-health.h - what we know of each host: alive, busy or dead; how many connections.
 *
 * After the first time-out or refused connection a host is dead: no message waits for it until a
 * background probe (the `probe` function, on a thread of ours) reaches its greeting again. A host that
 * says 421 or 452 4.3.1 is busy: fewer connections at once (adaptive, +1 after a good round, halved at
 * trouble, within 1..max), a short pause, no failure of the message.
 *
 * Threads: any.
 */
#ifndef IST_ROUTING_HOST_HEALTH_H
#define IST_ROUTING_HOST_HEALTH_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct _IstHostHealth IstHostHealth;

/* Tries to reach address:port's SMTP greeting; TRUE when it answers 220. Blocking, at most 10 s. FALSE
 * without *why: nobody uses this host any more, it may be forgotten. */
typedef gboolean (*IstHostProbe) (gpointer user, const char *address, guint16 port, char **why);
/* A host changed its state (for the log; and so that relays look again). */
typedef void (*IstHostChanged) (gpointer user, const char *address, guint16 port, gboolean alive,
                                const char *why);

IstHostHealth *ist_host_health_new (IstHostProbe probe, IstHostChanged changed, gpointer user);
void ist_host_health_free (IstHostHealth *health); /* stops the probing thread */

gboolean ist_host_health_may_try (IstHostHealth *health, const char *address, guint16 port);

/* The last trouble with the host, for people; NULL when there was none. g_free(). */
char *ist_host_health_why (IstHostHealth *health, const char *address, guint16 port);

/* Takes one of the host's connection slots; FALSE when `max` (or what adaptation allows) is in use,
 * the host is dead, or it is pausing after "busy". Give back with _release(). */
gboolean ist_host_health_acquire (IstHostHealth *health, const char *address, guint16 port,
                                  guint max);
/* Would ist_host_health_acquire() give one now? */
gboolean ist_host_health_has_room (IstHostHealth *health, const char *address, guint16 port,
                                   guint max);
void ist_host_health_release (IstHostHealth *health, const char *address, guint16 port);

void ist_host_health_good (IstHostHealth *health, const char *address, guint16 port);
/* The pause doubles with each further time until something good happens, up to a minute. */
void ist_host_health_busy (IstHostHealth *health, const char *address, guint16 port,
                           guint pause_secs, const char *why);
/* A connection fell silent after its greeting, which may be this message's fault: TRUE when it happens the second
 * time with nothing good in between, and the host should count as dead. */
gboolean ist_host_health_silent (IstHostHealth *health, const char *address, guint16 port);
void ist_host_health_dead (IstHostHealth *health, const char *address, guint16 port,
                           guint probe_secs, const char *why);

typedef struct
{
  char *address;
  guint16 port;
  gboolean alive;
  gboolean probing;      /* dead, and a probe is due or under way */
  guint connections, allowed;
  char *why;             /* last trouble, NULL */
  gint64 since_utc_usecs;
} IstHostState;

GPtrArray *ist_host_health_list (IstHostHealth *health); /* of IstHostState */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstHostHealth, ist_host_health_free)

G_END_DECLS

#endif
