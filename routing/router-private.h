/*
 * routing/router-private.h - between router.c, rules.c, recipient-form.c and peers.c only.
 */
#ifndef IST_ROUTING_ROUTER_PRIVATE_H
#define IST_ROUTING_ROUTER_PRIVATE_H

#include "routing/address/decode.h"
#include "routing/router.h"

G_BEGIN_DECLS

struct _IstRouter
{
  gatomicrefcount refs;
  IstSettings *settings;
  const IstDirectory *directory;
  guint generation;
  GHashTable *domains; /* IDNA key → IstDomainSettings */
  IstDecoder *decoder;
};

/* A line of explanation for people. */
void ist_route_step (IstRoute *route, const char *format, ...) G_GNUC_PRINTF (2, 3);
void ist_route_refuse (IstRoute *route, guint code, const char *enhanced, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

/* -- recipient-form.c -- */
/* What the recipient really names: user@domain@NotesDomain loses its right end, Notes names, IMCEA and X.500
 * addresses of ours become the address of the person they mean, and forms that only serve to relay (percent
 * hack, bang path, nested addresses) on our own domains are refused. NULL: refused, with the reply in `route`.
 * g_free(). */
char *ist_recipient_form (IstRouter *router, const char *recipient, IstRoute *route);

/* -- router.c -- */
IstDirectoryAnswer ist_route_ask_directory (IstRouter *router, const char *key, IstPerson *person);
/* Refuses in the words of an answer that is not FOUND. */
void ist_route_refuse_answer (IstRoute *route, IstDirectoryAnswer answer, const char *recipient);

/* -- rules.c -- */
typedef struct
{
  const IstRuleSettings *rule; /* that decided; NULL: none */
  const IstRuleSettings *pending; /* that may decide once size and header are known, before all behind it */
  gboolean mode_set;           /* a rule said convert or report-only */
  gboolean priority_set;
  gboolean profile_set;
} IstRuled;

/* Tries the rules in order: the first with an action decides; mode, priority and profile are the first word on them. A
 * rule that waits for size or header ends the search with `final_known` FALSE: what stands behind it is not
 * decided before it is. `recipient` is the address as written, route->primary and ->side are set. */
void ist_rules_apply (IstRouter *router, const IstRouteAsk *ask, const char *recipient, IstRoute *route,
                      IstRuled *ruled);
/* Does `address` match one of `patterns` ("@domain", "user@domain", globs; "<>")? Empty list: yes. */
gboolean ist_rules_match_address (char *const *patterns, const char *address);

G_END_DECLS

#endif
