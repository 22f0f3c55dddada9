/*
 * tests/scenario/host.h - a mail server whose behaviour a scenario writes down.
 *
 *   IstHost *bob = ist_host_new ("127.0.0.1", 0);
 *   ist_host_says (bob, 2, "RCPT TO:<eve", "450 4.2.2 mailbox full");   twice, then as usual
 *   ist_host_says (bob, IST_HOST_ALWAYS, "CONNECT", IST_HOST_SILENT);
 *
 * Without a rule it takes everything. A rule belongs to the first words of a command (case does not matter);
 * CONNECT is the greeting, TEXT the first block of message text, "." the final dot (or BDAT LAST). The
 * newest rule that fits and is not used up decides. An answer is a reply line ("250-a\n250 b" for several),
 * or one of the words below.
 *
 * It does not use the product's SMTP code: what it keeps is what came over the wire.
 *
 * Threads: all functions may be called from any thread.
 */
#ifndef IST_TESTS_SCENARIO_HOST_H
#define IST_TESTS_SCENARIO_HOST_H

#include <glib.h>

#define IST_HOST_ALWAYS G_MAXUINT

#define IST_HOST_SILENT "(silent)"    /* no answer; the connection stays open */
#define IST_HOST_DROP "(drop)"        /* closes the connection without an answer */
#define IST_HOST_THEN_DROP " (drop)"  /* after an answer: says it and closes */
#define IST_HOST_LATE "(late) "       /* before an answer: says it 60 s (of the fake clock) later */

typedef struct _IstHost IstHost;

/* One message that was answered with 2xx at its end. */
typedef struct
{
  char *mail;       /* "<sender> PARAMETERS" as they came */
  GPtrArray *rcpts; /* char *: "<recipient> PARAMETERS" of the accepted ones */
  GString *text;    /* without dot stuffing */
  guint connection; /* which connection it came over, from 1 */
} IstArrival;

/* Listens on ADDRESS:PORT (0: a free one); NULL when a port asked for is taken. */
IstHost *ist_host_new (const char *address, guint16 port);
void ist_host_free (IstHost *host);
guint16 ist_host_port (const IstHost *host);

/* Stops listening and cuts every connection, as a host that loses its power; and comes back on the
 * same port. */
void ist_host_down (IstHost *host);
void ist_host_up (IstHost *host);

void ist_host_says (IstHost *host, guint times, const char *command, const char *answer);
void ist_host_forget (IstHost *host); /* all rules */

/* EHLO keywords separated by spaces; a keyword with a parameter is written "SIZE=1000". NULL: EHLO is refused. */
void ist_host_offers (IstHost *host, const char *keywords);

/* 452 4.5.3 after so many recipients of one transaction; 0: no limit. */
void ist_host_max_rcpts (IstHost *host, guint max);

guint ist_host_n_arrived (IstHost *host);
guint ist_host_n_connections (IstHost *host); /* ever */
guint ist_host_n_silent (IstHost *host);      /* that are kept waiting now */
guint ist_host_n_commands (IstHost *host, const char *command); /* lines that began so */
/* Arrival `i` from 0; NULL when there is none. Owned by the host. */
const IstArrival *ist_host_arrived (IstHost *host, guint i);
/* The newest arrival whose text holds `words`; NULL. */
const IstArrival *ist_host_arrived_with (IstHost *host, const char *words);
/* The newest arrival for `recipient`, and how many there were. */
const IstArrival *ist_host_arrived_for (IstHost *host, const char *recipient, guint *n);

#endif
