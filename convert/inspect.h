/*
 * convert/inspect.h - what a file is made of, without what it says: for a report about a file that nobody else may
 * see. Knows Notes databases (.nsf, .ond), TNEF streams (winmail.dat) and messages (.eml), by their content.
 *
 *   json_t *answer = ist_inspect (body, settings, &error);
 *   if (answer != NULL && json_is_true (json_object_get (answer, "readable"))) …
 *
 * In it: numbers, sizes, types, ids, names of header fields, of items and of named properties, endings of file names,
 * names of transforms. Not in it: texts, values, addresses, file names, titles. Names are shown as far as they are
 * words: printable and short. docs/admin.md, "Reporting a file", describes the members.
 *
 * Bounds: those of the readers; besides 20,000 entries in all lists together (what is beyond is counted as
 * "not_shown"), 512 MiB that are expanded or walked, four files in each other.
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_INSPECT_H
#define IST_CONVERT_INSPECT_H

#include "base/body.h"
#include "base/settings.h"

#include <jansson.h>

G_BEGIN_DECLS

#define IST_INSPECT_MAX_ENTRIES 20000
#define IST_INSPECT_MAX_BYTES ((gsize) 512 * 1024 * 1024)
#define IST_INSPECT_MAX_DEPTH 4

/* An object with "kind" and "readable", FALSE when the file is one of these kinds but too damaged to be read: then
 * "why" says so, and what could be found is there. `settings` (NULL: defaults) are for the transforms that are tried
 * on a message. NULL: none of the kinds, or larger than 512 MiB (IST_ERROR_REFUSED). The caller owns it. */
json_t *ist_inspect (IstBody *body, const IstSettings *settings, GError **error);

G_END_DECLS

#endif
