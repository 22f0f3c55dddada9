/*
 * routing/router-private.h - between router.c, rules.c, recipient-form.c and peers.c only.
 */
#ifndef IST_ROUTING_ROUTER_PRIVATE_H
#define IST_ROUTING_ROUTER_PRIVATE_H

#include "routing/router.h"

G_BEGIN_DECLS

struct _IstRouter
{
  gatomicrefcount refs;
  IstSettings *settings;
  const IstDirectory *directory;
  guint generation;
  GHashTable *domains; /* IDNA key → IstDomainSettings */
};

/* A line of explanation for people. */
void ist_route_step (IstRoute *route, const char *format, ...) G_GNUC_PRINTF (2, 3);
void ist_route_refuse (IstRoute *route, guint code, const char *enhanced, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

/* -- recipient-form.c -- */
/* What the recipient really names: user@domain@NotesDomain loses its right end, and forms that only serve
 * to relay (percent hack, bang path, nested addresses) on our own domains are refused. NULL: refused, with
 * the reply in `route`. g_free(). */
char *ist_recipient_form (IstRouter *router, const char *recipient, IstRoute *route);

/* -- rules.c -- */
/* Applies the first rule that decides; the others may set mode and priority. Gives the rule that decided or
 * NULL. `final_known` becomes FALSE when a rule could not be judged yet. */
const IstRuleSettings *ist_rules_apply (IstRouter *router, const IstRouteAsk *ask,
                                        const char *recipient, IstSide side, IstRoute *route);
/* Does `address` match one of `patterns` ("@domain", "user@domain", globs; "<>")? Empty list: yes. */
gboolean ist_rules_match_address (char *const *patterns, const char *address);

G_END_DECLS

#endif
