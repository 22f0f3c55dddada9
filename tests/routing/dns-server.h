/*
 * tests/routing/dns-server.h - a name server on loopback that answers from a table.
 */
#ifndef IST_TESTS_DNS_SERVER_H
#define IST_TESTS_DNS_SERVER_H

#include <gio/gio.h>

typedef struct
{
  const char *name;
  const char *type;   /* "A", "AAAA", "MX", or "FAIL": SERVFAIL to any question about the name */
  const char *value;  /* address; MX: "10 mx.example" */
  guint ttl;
} IstDnsRow;

typedef struct
{
  const IstDnsRow *rows; /* ended by a NULL name; atomic: may be exchanged */
  GSocket *socket;
  char *endpoint; /* "127.0.0.1:PORT" */
  gint n_questions; /* atomic */
  gint stopping;    /* atomic */
  GThread *thread;
} IstDnsServer;

/* Names without a row do not exist; names with rows of another type only give an empty answer. */
IstDnsServer *ist_dns_server_start (const IstDnsRow *rows);
void ist_dns_server_free (IstDnsServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstDnsServer, ist_dns_server_free)

#endif
