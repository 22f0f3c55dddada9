/*
 * tests/crash/ledger.h - what was promised and what arrived, over many kills of one isthmusd.
 *
 * Every message carries its number and a checksum of its text, so that a delivery can be told whole
 * without keeping it. All times are monotonic microseconds.
 *
 * Threads: every function may be called from any thread.
 */
#ifndef IST_TESTS_CRASH_LEDGER_H
#define IST_TESTS_CRASH_LEDGER_H

#include <glib.h>

typedef struct _IstLedger IstLedger;

IstLedger *ist_ledger_new (void);
void ist_ledger_free (IstLedger *ledger);

/* A new message of about `size_bytes`, with CRLF line ends; *number is its own. */
char *ist_ledger_write (IstLedger *ledger, gsize size_bytes, guint *number);

/* The sender was answered 250 after `waited_usecs`. */
void ist_ledger_promised (IstLedger *ledger, guint number, gint64 waited_usecs);

/* A text arrived and will be answered 250. FALSE: it is none of ours, or not whole. */
gboolean ist_ledger_arrived (IstLedger *ledger, const char *text, gsize size_bytes);

/* The daemon was killed now. */
void ist_ledger_killed (IstLedger *ledger);

typedef struct
{
  guint written;        /* messages begun */
  guint promised;       /* answered 250 */
  guint missing;        /* of these, never arrived */
  guint unpromised;     /* arrived although nobody was told 250: allowed */
  guint broken;         /* arrivals that were not whole */
  guint duplicates;     /* arrivals after the first */
  guint unexplained;    /* duplicates that no kill explains (crash rule 3) */
  gint64 longest_wait;  /* for a 250 */
  gint64 longest_gap;   /* from an arrival that was repeated to the kill that explains it */
} IstLedgerSum;

/* A repeated arrival is explained by a kill at most `window_usecs` after the earlier arrival. */
void ist_ledger_sum (IstLedger *ledger, gint64 window_usecs, IstLedgerSum *sum);

#endif
