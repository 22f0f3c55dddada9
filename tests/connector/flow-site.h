/*
 * tests/connector/flow-site.h - one running instance for tests of its flow, on the real clock.
 *
 * Domains d.example (Domino) and x.example (Exchange), whose recipients all exist; relays domino, exchange
 * and internet, each a host that the test names or on hold. The test adds listeners and peers.
 */
#ifndef IST_TESTS_FLOW_SITE_H
#define IST_TESTS_FLOW_SITE_H

#include "connector/instance.h"

#include <gio/gio.h>

typedef struct
{
  char *dir;
  IstInstance *instance;
} IstFlowSite;

/* `more` is added to the configuration: "[relay …]" groups for all three relays, listeners, peers, and keys of
 * [connector] first of all, up to the first "[". NULL: the test has failed. */
IstFlowSite *ist_flow_site_new (const char *more);
void ist_flow_site_free (IstFlowSite *site);

/* A connected socket to the listener. */
GSocket *ist_flow_site_connect (IstFlowSite *site, const char *listener);
/* Sends `input`, closes that end, and gives all answers. */
char *ist_flow_site_talk (IstFlowSite *site, const char *listener, const char *input);
/* The codes of the last lines of these answers, "220 250 …". */
char *ist_flow_site_codes (const char *answers);

/* The log so far; how many of its lines hold `words`; waits at most 20 s until there are `n` of them. */
char *ist_flow_site_log (IstFlowSite *site);
guint ist_flow_site_count (IstFlowSite *site, const char *words);
gboolean ist_flow_site_wait (IstFlowSite *site, const char *words, guint n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstFlowSite, ist_flow_site_free)

#endif
