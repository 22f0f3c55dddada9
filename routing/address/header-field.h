/*
 * routing/address/header-field.h - where the addresses stand in a header field, byte for byte.
 *
 * Finds each mailbox of an address list (RFC 5322 3.4, and what mail systems really write): the range of its
 * address and, before angle brackets, of its display phrase. Whoever rewrites an address replaces just that
 * range, so phrases survive whatever they hold: commas and '@' in quotes, apostrophes, encoded words, DBCS
 * bytes, double blanks.
 *
 * Threads: pure functions.
 */
#ifndef IST_ROUTING_HEADER_FIELD_H
#define IST_ROUTING_HEADER_FIELD_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gsize phrase, phrase_size; /* 0 size: no phrase */
  gsize address, address_size;
  gboolean bracketed;        /* the address stands between < and > */
} IstMailboxSpan;

/* The mailboxes in `raw` (the field with its name, as ist_message_field_raw() gives it), in order; at most
 * 10,000. GArray of IstMailboxSpan. Never NULL; what cannot be understood is left out. */
GArray *ist_header_mailboxes (const char *raw, gsize size_bytes);

G_END_DECLS

#endif
