/*
 * tests/crash/traffic.h - both ends of the mail that runs through an isthmusd while it is killed: sessions
 * that send without pause, and the next hop that takes everything. Both write into one ledger.
 */
#ifndef IST_TESTS_CRASH_TRAFFIC_H
#define IST_TESTS_CRASH_TRAFFIC_H

#include "tests/crash/ledger.h"

typedef struct _IstTraffic IstTraffic;

/* Opens the next hop on a free port of 127.0.0.1; borrows `ledger`. */
IstTraffic *ist_traffic_new (IstLedger *ledger);
guint16 ist_traffic_next_hop (IstTraffic *traffic);

/* `n` sessions send to 127.0.0.1:`port` until ist_traffic_stop(), connecting again whenever the
 * connection is lost. One message in four is larger than what the queue keeps in its database. */
void ist_traffic_start (IstTraffic *traffic, guint16 port, guint n, guint32 seed);
void ist_traffic_stop (IstTraffic *traffic);

/* After ist_traffic_stop(); also waits for the sessions of the next hop. */
void ist_traffic_free (IstTraffic *traffic);

#endif
