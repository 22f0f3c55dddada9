/*
 * routing/address/rewrite.h - how addresses are written on the other side, in envelope and header.
 *
 * One rewriter for one direction (origin side → destination side) under one snapshot. Only fields with
 * something to rewrite are touched, the others keep their bytes. Address fields: From, Sender,
 * Reply-To, To, Cc, Bcc, Resent-*, Return-Receipt-To, Disposition-Notification-To, Errors-To and their
 * like. The sub-domain guard looks at every field but trace (Received, Authentication-Results, signatures).
 *
 * What each step does, with its source, is in docs/addresses.md.
 *
 * Threads: immutable; any thread.
 */
#ifndef IST_ROUTING_ADDRESS_REWRITE_H
#define IST_ROUTING_ADDRESS_REWRITE_H

#include "base/directory-api.h"
#include "base/message.h"
#include "routing/settings.h"

G_BEGIN_DECLS

typedef struct _IstRewriter IstRewriter;

/* References settings, borrows directory (may be NULL). Steps come from [rewrite FROM-to-TO] (all on by
 * default but friendly names), routing sub-domains from [domain] and [side]. */
IstRewriter *ist_rewriter_new (IstSettings *settings, const IstDirectory *directory, IstSide from,
                               IstSide to);
void ist_rewriter_free (IstRewriter *rewriter);

/* The address as it must be written towards the destination; g_free(). Never NULL: what cannot be
 * improved comes back as it is. `changed` may be NULL. Handles routing sub-domain → primary,
 * user@domain@NotesDomain (from the right), Notes names, IMCEANOTES/IMCEAEX, X.500. */
char *ist_rewriter_address (IstRewriter *rewriter, const char *address, gboolean *changed);

/* Rewrites the header of `message` in place and notes each change. Never fails: a field that does not
 * parse stays as it is. Display phrases survive: quoted, encoded-word (RFC 2047), with commas, '@',
 * apostrophes, DBCS. Signed parts are body and never touched. */
void ist_rewriter_header (IstRewriter *rewriter, IstMessage *message);

/* Would the header be changed so that a DKIM signature on it breaks? Call after _header(); looks at the
 * h= tags of DKIM-Signature fields and the changed field names. With `rename` the field becomes
 * X-Isthmus-Broken-DKIM-Signature. Returns TRUE when a signature broke. */
gboolean ist_rewriter_dkim (IstMessage *message, gboolean rename);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstRewriter, ist_rewriter_free)

G_END_DECLS

#endif
