/*
 * routing/address/decode.h - what an address of a mail system's own kind means as an Internet address.
 *
 * Notes names, addresses with Notes domains behind them, IMCEA encapsulations, X.500 names: read with the
 * settings (which domains are ours) and the directory (who is it). The rewriter uses it for headers and senders,
 * the router for recipients, so both read an address alike. docs/addresses.md has each form with its source.
 *
 * Threads: immutable; any thread.
 */
#ifndef IST_ROUTING_DECODE_H
#define IST_ROUTING_DECODE_H

#include "base/directory-api.h"
#include "routing/settings.h"

G_BEGIN_DECLS

typedef struct _IstDecoder IstDecoder;

/* Borrows settings and directory (may be NULL). */
IstDecoder *ist_decoder_new (const IstSettings *settings, const IstDirectory *directory);
void ist_decoder_free (IstDecoder *decoder); /* NULL is allowed */

gboolean ist_decoder_is_ours (const IstDecoder *decoder, const char *domain);
gboolean ist_decoder_is_notes_domain (const IstDecoder *decoder, const char *domain);

/* Each gives the better address (g_free()), or NULL when the form is not there or leads nowhere. */

/* user@domain@NotesDomain: without the Notes domain at its right end. A short name before it
 * ("jdoe@ACME") is looked up. */
char *ist_decoder_strip (const IstDecoder *decoder, const char *address);

/* IMCEA… at a domain of ours. What is inside is looked up; a mailbox inside needs no directory. */
char *ist_decoder_imcea (const IstDecoder *decoder, const char *address);

/* A Notes name, also as the local part of a domain of ours, or an X.500 name, that the directory knows. */
char *ist_decoder_name (const IstDecoder *decoder, const char *address);

/* The address that stands for a Notes name the directory does not know:
 * John_Doe/Sales/Acme@ the first domain served here. */
char *ist_decoder_stand_in (const IstDecoder *decoder, const char *address);

/* A full Internet address: valid, and with one '@' outside quotes. */
gboolean ist_decoder_is_plain (const char *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstDecoder, ist_decoder_free)

G_END_DECLS

#endif
