/*
 * tests/scenario/name-server.h - a DNS server on loopback that knows what a scenario tells it.
 *
 *   IstNameServer *dns = ist_name_server_new ();
 *   ist_name_server_mx (dns, "acme.example", 0, "mx1.acme.example", 300);
 *   ist_name_server_a (dns, "mx1.acme.example", "127.0.0.2", 300);
 *   … dns-server = 127.0.0.1:PORT
 *
 * Names it does not know do not exist (NXDOMAIN). Threads: any.
 */
#ifndef IST_TESTS_SCENARIO_NAME_SERVER_H
#define IST_TESTS_SCENARIO_NAME_SERVER_H

#include <glib.h>

typedef struct _IstNameServer IstNameServer;

IstNameServer *ist_name_server_new (void);
void ist_name_server_free (IstNameServer *server);
guint16 ist_name_server_port (const IstNameServer *server);

void ist_name_server_mx (IstNameServer *server, const char *name, guint16 preference,
                         const char *host, guint32 ttl_secs);
void ist_name_server_a (IstNameServer *server, const char *name, const char *address,
                        guint32 ttl_secs);
void ist_name_server_forget (IstNameServer *server, const char *name);

guint ist_name_server_n_asked (IstNameServer *server); /* questions so far */

#endif
