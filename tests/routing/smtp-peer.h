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
  const IstSessionLimits *limits;
  GSocket *socket;
  guint stop_msecs;
  GThread *thread;
} IstSmtpPeer;

/* How the bytes come, and when the daemon stops; zeros: at once, never. */
typedef struct
{
  gsize at_once;     /* bytes of the first write, 0: as the others */
  gsize step;        /* bytes a write; 0: whole */
  guint pause_msecs; /* between writes */
  guint stop_msecs;  /* ist_session_shutdown() after so long; the client keeps its end open */
} IstSmtpPeerPace;

IstSmtpPeer *ist_smtp_peer_run_paced (const IstSessionLimits *limits, const char *input, gsize size,
                                      const IstSmtpPeerPace *pace);

/* A session in a thread of its own, for a client that the test plays itself over *socket (referenced). */
IstSmtpPeer *ist_smtp_peer_start (const IstSessionLimits *limits, GSocket **socket);
/* Waits for the end of that session; codes and answers stay empty. */
void ist_smtp_peer_wait (IstSmtpPeer *peer);

/* Sends `input` in pieces of `step` bytes (0: whole), closes its end, gathers the answers. */
IstSmtpPeer *ist_smtp_peer_run (const IstSessionLimits *limits, const char *input, gsize size,
                                gsize step);
void ist_smtp_peer_free (IstSmtpPeer *peer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstSmtpPeer, ist_smtp_peer_free)

#endif
