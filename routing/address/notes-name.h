/*
 * routing/address/notes-name.h - hierarchical names of Notes, canonical or abbreviated.
 *
 * "CN=John Doe/OU=Sales/O=Acme" and "John Doe/Sales/Acme" are the same name; "@ACME" behind it is the Notes
 * domain and says where, not who.
 *
 * Threads: pure functions.
 */
#ifndef IST_ROUTING_NOTES_NAME_H
#define IST_ROUTING_NOTES_NAME_H

#include <glib.h>

G_BEGIN_DECLS

/* A hierarchical name: at least two parts, at most a common name, four units, organisation and country,
 * nothing empty, no control characters. An X.500 name (leading '/') is none. */
gboolean ist_notes_name_is (const char *text);

/* "John Doe" of any form; g_free(). */
char *ist_notes_name_common (const char *text);

/* The local part that stands for an unknown name on the Internet: blanks become '_', the domain behind '@' and
 * the labels go: "John_Doe/Sales/Acme" (what Domino itself writes; docs/addresses.md, "Notes names"). g_free(). */
char *ist_notes_name_local (const char *text);

G_END_DECLS

#endif
