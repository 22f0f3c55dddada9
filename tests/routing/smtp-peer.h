/*
 * tests/routing/smtp-peer.h - feeds bytes to a real session over a socket pair.
 *
 * The handler takes everything, but refuses addresses that start with "no" (550) and text that
 * holds "EICAR" (554).
 */
#ifndef IST_TESTS_SMTP_PEER_H
#define IST_TESTS_SMTP_PEER_H

#include "routing/smtp/session.h"

typedef struct
{
  GString *codes; /* "220 250 …", the last line of each reply */
  GString *answers;
  GString *log; /* what the handler saw: "mail a@b;rcpt c@d;text …;done;" */
} IstSmtpPeer;

/* Sends `input` in pieces of `step` bytes (0: whole), closes its end, gathers the answers. */
IstSmtpPeer *ist_smtp_peer_run (const IstSessionLimits *limits, const char *input, gsize size,
                                gsize step);
void ist_smtp_peer_free (IstSmtpPeer *peer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstSmtpPeer, ist_smtp_peer_free)

#endif
