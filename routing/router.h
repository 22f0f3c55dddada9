/*
 * routing/router.h - which way one recipient goes: rules, domains, directory, relay.
 *
 * A router belongs to one settings snapshot. It makes no attempt and keeps no state, so the same
 * question gets the same answer, and `isthmusctl route explain` shows what mail will do.
 *
 * Order: (1) syntax and forms that only serve to relay (percent hack, source route, nested domains);
 * (2) address canonicalisation (routing sub-domain, user@domain@NotesDomain, IMCEA); (3) domain table
 * and directory give the side; (4) rules in file order may change relay or refuse; (5) the loop guard:
 * never back to the origin side unless a rule says so.
 *
 * Threads: immutable; any thread.
 */
#ifndef IST_ROUTING_ROUTER_H
#define IST_ROUTING_ROUTER_H

#include "base/directory-api.h"
#include "base/message.h"
#include "routing/queue/queue.h"
#include "routing/settings.h"
#include "routing/smtp/reply.h"

G_BEGIN_DECLS

typedef struct _IstRouter IstRouter;

/* References `settings`; borrows `directory` (may be NULL: domains alone decide). */
IstRouter *ist_router_new (IstSettings *settings, const IstDirectory *directory, guint generation);
IstRouter *ist_router_ref (IstRouter *router);
void ist_router_unref (IstRouter *router);

const IstSettings *ist_router_settings (const IstRouter *router);
guint ist_router_generation (const IstRouter *router);

typedef enum
{
  IST_ROUTE_RELAY,
  IST_ROUTE_HOLD,
  IST_ROUTE_REFUSE,  /* reply says code and words: 5xx, or 451 when the directory cannot answer */
  IST_ROUTE_DISCARD  /* accepted, logged, not delivered */
} IstRouteAction;

typedef struct
{
  IstSide origin;
  gboolean trusted;         /* a listed peer; else only our own recipients */
  gboolean relay_internet;  /* the peer may send to side internet */
  gboolean accepted;        /* asked again for mail that is in the queue: the loop guard had its say at RCPT, and who
                               has moved to the origin side since then gets his mail there */
  const char *sender;       /* "" for <> */
  guint64 size_bytes;       /* 0: not known yet; rules on size or header do not match yet */
  const IstMessage *message;/* NULL: not known yet */
  gboolean explain;         /* fill `steps` */
} IstRouteAsk;

typedef struct
{
  IstRouteAction action;
  IstSide side;
  char *relay;
  char *address;            /* envelope address towards that relay (forwarding address if needed) */
  char *primary;            /* canonical primary address of the recipient; equals what was asked if unknown */
  char *rule;               /* name of the rule that decided, NULL */
  IstPriority priority;
  gboolean report_only;     /* conversion says what it would do and does nothing */
  char *profile;            /* conversion profile that a rule chose, NULL; see ist_router_profile() */
  gboolean final_known;     /* FALSE: a rule on size/header may still change this once they are known */
  IstReply reply;           /* REFUSE */
  GPtrArray *steps;         /* char *: why, in order, for people; NULL unless asked to explain */
} IstRoute;

void ist_route_clear (IstRoute *route);

/* Fills *route for `recipient` as it stands in RCPT. Never fails: trouble is a REFUSE with its reply. */
void ist_router_route (IstRouter *router, const IstRouteAsk *ask, const char *recipient,
                       IstRoute *route);

/* The conversion profile for a recipient that was routed so and goes to `relay`: the rule's, else the relay's; NULL: none is
 * named. Borrowed from `route` or the settings. */
const char *ist_router_profile (const IstRouter *router, const IstRoute *route, const char *relay);

/* Which listed peer is this client? NULL: none. `tls` may be NULL. */
const IstPeerSettings *ist_router_peer (IstRouter *router, const char *listener,
                                        const char *address, const IstTlsInfo *tls);

/* Is `domain` one of ours (any [domain NAME], compared as IDNA key)? */
gboolean ist_router_is_our_domain (IstRouter *router, const char *domain);

/* The language of texts for the person with this address: as the directory says, else as [domain] does; NULL:
 * neither. g_free() */
char *ist_router_language (IstRouter *router, const char *address);

/* Does the message prove the configured tenant (peers with exchange-online)? */
gboolean ist_router_tenant_ok (IstRouter *router, const IstMessage *message);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IstRoute, ist_route_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstRouter, ist_router_unref)

G_END_DECLS

#endif
